//! `ALTER …`: a table's columns and constraints, and all other objects that can be altered.

use super::definition::{Definition, on_table};
use super::object::{Action, Object, ObjectKind};
use crate::sql::{Dialect, Name, Reader};

/// The parts of a table other than columns, by the word that begins them.
const PARTS: [(&str, ObjectKind); 5] = [
    ("CONSTRAINT", ObjectKind::Constraint),
    ("CHECK", ObjectKind::Constraint),
    ("FOREIGN", ObjectKind::Constraint),
    ("PRIMARY", ObjectKind::PrimaryKey),
    ("UNIQUE", ObjectKind::Index),
];

/// Words that are reserved on MySQL, and may be names of columns elsewhere.
const PARTS_OF_MYSQL: [(&str, ObjectKind); 5] = [
    ("INDEX", ObjectKind::Index),
    ("KEY", ObjectKind::Index),
    ("FULLTEXT", ObjectKind::Index),
    ("SPATIAL", ObjectKind::Index),
    ("PARTITION", ObjectKind::Partition),
];

/// MySQL: words after `ALTER DATABASE` for the session's own database.
const OPTIONS_OF_A_DATABASE: [&str; 8] =
    ["CHARACTER", "CHARSET", "COLLATE", "COMMENT", "DEFAULT", "ENCRYPTION", "READ", "UPGRADE"];

/// Reads from behind `ALTER`.
pub(super) fn alter(reader: &mut Reader<'_>, dialect: Dialect, definition: &mut Definition) {
    loop {
        let word = reader.peek();
        if !reader.pass() {
            return;
        }
        match word.as_str() {
            "TABLE" => return alter_table(reader, dialect, definition),
            // `DEFAULT PRIVILEGES IN SCHEMA …`
            "DEFAULT" | "SYSTEM" => return,
            word if ObjectKind::is_without(word) => return,
            _ => {}
        }
        let Some(kind) = ObjectKind::of(&word, dialect) else { continue };
        definition.kind = Some(kind);
        definition.take_if(reader);
        let is_own_database = dialect == Dialect::Mysql
            && kind == ObjectKind::Database
            && OPTIONS_OF_A_DATABASE.contains(&reader.peek().as_str());
        if is_own_database {
            return;
        }
        let Some(name) = reader.name() else { return };
        let of = if kind.is_of_a_table(dialect) { on_table(reader) } else { None };
        if kind == ObjectKind::Type && reader.take(&["ADD", "VALUE"]) {
            return enum_value(reader, name, definition);
        }
        let new = new_name(reader, dialect, &name);
        let action = if new.is_some() { Action::Renames } else { Action::Changes };
        definition.change(Object { kind, of: of.clone(), name }, action);
        if let Some(name) = new {
            definition.change(Object { kind, of, name }, Action::Creates);
        }
        return;
    }
}

/// What something is called after `RENAME TO …` or `SET SCHEMA …`, with its schema.
fn new_name(reader: &mut Reader<'_>, dialect: Dialect, name: &Name) -> Option<Name> {
    let mut moved = reader.clone();
    if reader.pass_to("RENAME") && reader.take(&["TO"]) {
        return reader.name().map(|new| beside(name, new, dialect));
    }
    // `SET search_path = …` of a function.
    while dialect == Dialect::Postgresql && moved.pass_to("SET") {
        if moved.take(&["SCHEMA"]) {
            return moved.name().map(|schema| Name { schema: Some(schema.name), name: name.name.clone() });
        }
    }
    None
}

/// A new name without a schema: it stays where it was, but on MySQL, where it would be in the current database.
fn beside(old: &Name, new: Name, dialect: Dialect) -> Name {
    let schema = match dialect {
        Dialect::Mysql => new.schema,
        Dialect::Sqlite | Dialect::Postgresql => new.schema.or_else(|| old.schema.clone()),
    };
    Name { schema, ..new }
}

/// Each value of an enum is an object of its own: two branches may add different ones.
fn enum_value(reader: &mut Reader<'_>, name: Name, definition: &mut Definition) {
    definition.take_if(reader);
    if let Some(value) = reader.string() {
        let value = Name { schema: None, name: value };
        let object = Object { kind: ObjectKind::EnumValue, of: Some(name), name: value };
        definition.change(object, Action::Creates);
    }
}

fn alter_table(reader: &mut Reader<'_>, dialect: Dialect, definition: &mut Definition) {
    definition.kind = Some(ObjectKind::Table);
    definition.take_if(reader);
    definition.is_portable = definition.is_conditional;
    // A table may have this name.
    let is_name = reader.is_name(1)
        && !["ADD", "ALTER", "DROP", "RENAME", "VALIDATE"].iter().any(|word| reader.is(1, word));
    definition.is_portable |= is_name && reader.take(&["ONLY"]);
    let Some(table) = reader.name() else { return };
    definition.altered = Some(table.clone());
    definition.is_portable |= reader.take(&["*"]);
    // MariaDB: `WAIT 5`, `NOWAIT`
    if dialect == Dialect::Mysql && !reader.take(&["NOWAIT"]) && reader.take(&["WAIT"]) {
        reader.pass();
    }
    // One renaming is all that every database has.
    definition.is_portable |= !reader.is(0, "RENAME");
    loop {
        definition.is_conditional = false;
        action(reader, &table, dialect, definition);
        if !next_item(reader, false) {
            return;
        }
        definition.is_portable = true;
    }
}

/// One action of an `ALTER TABLE`.
fn action(reader: &mut Reader<'_>, table: &Name, dialect: Dialect, definition: &mut Definition) {
    let word = reader.peek();
    if word == "SET"
        && reader.take(&["SET", "SCHEMA"])
        && let Some(schema) = reader.name()
    {
        definition.change(Object::table(table.clone()), Action::Renames);
        let moved = Name { schema: Some(schema.name), name: table.name.clone() };
        return definition.change(Object::table(moved), Action::Creates);
    }
    let action = match word.as_str() {
        "ADD" => Action::Creates,
        "DROP" => Action::Drops,
        "ALTER" | "MODIFY" | "CHANGE" => Action::Changes,
        "RENAME" => Action::Renames,
        _ => return,
    };
    reader.pass();
    if word == "RENAME" && reader.take_any(&["TO", "AS", "="]) {
        definition.change(Object::table(table.clone()), Action::Renames);
        if let Some(name) = reader.name() {
            definition.change(Object::table(beside(table, name, dialect)), Action::Creates);
        }
        return;
    }
    let more = if dialect == Dialect::Mysql { &PARTS_OF_MYSQL[..] } else { &[] };
    let next = reader.peek();
    if let Some((first, kind)) = PARTS.iter().chain(more).find(|(first, _)| next == *first) {
        return part(reader, table, (first, *kind), action, definition);
    }
    if reader.take(&["EXCLUDE", "USING"]) || reader.take(&["EXCLUDE", "("]) {
        return;
    }
    column(reader, table, &word, action, definition);
}

/// A constraint, index or partition.
fn part(
    reader: &mut Reader<'_>,
    table: &Name,
    (first, kind): (&str, ObjectKind),
    action: Action,
    definition: &mut Definition,
) {
    reader.pass();
    reader.take_any(&["KEY", "INDEX"]);
    definition.take_if(reader);
    // `ADD CHECK (…)` and `ADD UNIQUE NULLS NOT DISTINCT (…)` have no name; a table has one primary key.
    let name = match (first, reader.peek().as_str()) {
        ("PRIMARY", _) => Some(Name { schema: None, name: "PRIMARY".to_owned() }),
        (_, "NULLS" | "USING") => None,
        _ => reader.name(),
    };
    let object = |name| Object { kind, of: Some(table.clone()), name };
    if let Some(name) = name {
        definition.change(object(name), action);
    }
    if action == Action::Renames
        && reader.take(&["TO"])
        && let Some(name) = reader.name()
    {
        definition.change(object(name), Action::Creates);
    }
}

fn column(reader: &mut Reader<'_>, table: &Name, word: &str, action: Action, definition: &mut Definition) {
    let has_word = reader.take(&["COLUMN"]);
    definition.take_if(reader);
    let parenthesis = word == "ADD" && reader.take(&["("]);
    let Some(column) = reader.name() else { return };
    // MySQL: `RENAME other`.
    if word == "RENAME" && !has_word && !reader.take(&["TO"]) {
        definition.change(Object::table(table.clone()), Action::Renames);
        return definition.change(Object::table(column), Action::Creates);
    }
    if word == "RENAME" && has_word {
        reader.take(&["TO"]);
    }
    let object = |name: Name| Object { kind: ObjectKind::Column, of: Some(table.clone()), name };
    definition.change(object(column), action);
    if matches!(word, "RENAME" | "CHANGE")
        && let Some(new) = reader.name()
    {
        definition.change(object(new), Action::Creates);
    }
    // MySQL: `ADD (a INT, b INT)`.
    while parenthesis && next_item(reader, true) {
        if let Some(name) = reader.name() {
            definition.change(object(name), action);
        }
    }
}

/// Goes behind the next comma outside of parentheses. False at the end, and with `is_inside` at the end of the parentheses
/// that are open.
fn next_item(reader: &mut Reader<'_>, is_inside: bool) -> bool {
    let mut depth = 0_usize;
    loop {
        if reader.take(&["("]) {
            depth += 1;
        } else if reader.take(&[")"]) {
            if depth == 0 && is_inside {
                return false;
            }
            depth = depth.saturating_sub(1);
        } else if reader.take(&[","]) {
            if depth == 0 {
                return true;
            }
        } else if !reader.pass() {
            return false;
        }
    }
}

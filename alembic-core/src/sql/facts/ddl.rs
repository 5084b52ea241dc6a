//! The objects that a statement creates, changes, drops or renames.

use super::Text;
use super::alter::alter;
use super::definition::{Definition, on_table};
use super::object::{Action, Object, ObjectKind};
use super::rows::{Access, Use};
use crate::sql::{Dialect, Reader};

/// Reads a statement that begins with `words`.
pub(super) fn read(text: &Text<'_>, words: &[&str]) -> Definition {
    let mut definition = Definition::default();
    let read: fn(&mut Reader<'_>, Dialect, &mut Definition) = match words {
        ["CREATE", ..] => create,
        ["DROP", ..] => drop,
        ["ALTER", ..] => alter,
        ["RENAME", ..] => rename,
        _ => return definition,
    };
    let mut reader = text.reader.clone();
    reader.pass();
    read(&mut reader, text.dialect, &mut definition);
    definition
}

fn create(reader: &mut Reader<'_>, dialect: Dialect, definition: &mut Definition) {
    // `OR REPLACE`, `TEMPORARY`, `UNIQUE`, `DEFINER = …`, …
    loop {
        let word = reader.peek();
        if !reader.pass() {
            return;
        }
        if word == "TABLE" {
            definition.kind = Some(ObjectKind::Table);
            definition.take_if(reader);
            if let Some(name) = reader.name() {
                definition.change(Object::table(name), Action::Creates);
            }
            return;
        }
        if ObjectKind::is_without(&word) {
            return;
        }
        let Some(kind) = ObjectKind::of(&word, dialect) else { continue };
        return create_other(reader, dialect, kind, definition);
    }
}

fn create_other(reader: &mut Reader<'_>, dialect: Dialect, kind: ObjectKind, definition: &mut Definition) {
    definition.kind = Some(kind);
    // `CREATE USER MAPPING FOR …`
    if kind == ObjectKind::Role && reader.take(&["MAPPING"]) {
        return;
    }
    let is_event_trigger = kind == ObjectKind::Event && reader.take(&["TRIGGER"]);
    // MySQL: `CREATE AGGREGATE FUNCTION`
    if dialect == Dialect::Mysql && kind == ObjectKind::Routine {
        reader.take(&["FUNCTION"]);
    }
    reader.take(&["CONCURRENTLY"]);
    reader.take(&["BODY"]);
    definition.take_if(reader);
    // `CREATE SCHEMA AUTHORIZATION role`: the schema has the name of the role.
    if kind == ObjectKind::Schema {
        reader.take(&["AUTHORIZATION"]);
    }
    // Where an index has no name, `ON` follows.
    let name = if reader.peek() == "ON" { None } else { reader.name() };
    let is_on_table =
        matches!(kind, ObjectKind::Index | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule);
    let table = if is_on_table && !is_event_trigger { on_table(reader) } else { None };
    definition.uses.extend(table.clone().map(|table| Use { table, access: Access::Names }));
    if let Some(name) = name {
        let of = table.filter(|_| kind.is_of_a_table(dialect));
        definition.change(Object { kind, of, name }, Action::Creates);
    }
}

fn drop(reader: &mut Reader<'_>, dialect: Dialect, definition: &mut Definition) {
    reader.take_any(&["TEMPORARY", "MATERIALIZED", "FOREIGN", "ONLINE", "OFFLINE"]);
    let word = reader.peek();
    reader.pass();
    let is_table = matches!(word.as_str(), "TABLE" | "TABLES");
    let kind = if is_table { Some(ObjectKind::Table) } else { ObjectKind::of(&word, dialect) };
    let Some(kind) = kind else { return };
    definition.kind = Some(kind);
    if kind == ObjectKind::Role && reader.take(&["MAPPING"]) {
        return;
    }
    if kind == ObjectKind::Event {
        reader.take(&["TRIGGER"]);
    }
    reader.take(&["CONCURRENTLY"]);
    reader.take(&["BODY"]);
    definition.take_if(reader);
    let mut names = Vec::new();
    loop {
        let Some(name) = reader.name() else {
            definition.is_partial = true;
            break;
        };
        names.push(name);
        // A function's arguments.
        if reader.take(&["("]) {
            reader.pass_to(")");
        }
        if !reader.take(&[","]) {
            break;
        }
    }
    let of = if kind.is_of_a_table(dialect) { on_table(reader) } else { None };
    for name in names {
        definition.change(Object { kind, of: of.clone(), name }, Action::Drops);
    }
}

/// MySQL: `RENAME TABLE a TO b, …`
fn rename(reader: &mut Reader<'_>, _: Dialect, definition: &mut Definition) {
    if !reader.take_any(&["TABLE", "TABLES"]) {
        return;
    }
    definition.kind = Some(ObjectKind::Table);
    loop {
        definition.take_if(reader);
        let Some(from) = reader.name() else {
            definition.is_partial = true;
            return;
        };
        definition.change(Object::table(from), Action::Renames);
        // MariaDB: `RENAME TABLE a WAIT 5 TO b`
        let Some(to) = reader.pass_to("TO").then(|| reader.name()).flatten() else {
            definition.is_partial = true;
            return;
        };
        definition.change(Object::table(to), Action::Creates);
        if !reader.take(&[","]) {
            return;
        }
    }
}

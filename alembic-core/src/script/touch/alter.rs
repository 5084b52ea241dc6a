//! `ALTER …`: a table's columns and constraints, and everything else that can be altered.

use super::{ENUM_VALUE, Object, Touch, Verb, is_of_a_table, kind, on_table, take_if};
use crate::sql::{Dialect, Name, Reader};

/// What a table has besides columns, by the word that begins it.
const PARTS: [(&str, &str); 5] = [
    ("CONSTRAINT", "constraint"),
    ("CHECK", "constraint"),
    ("FOREIGN", "constraint"),
    ("PRIMARY", "primary key"),
    ("UNIQUE", "index"),
];

/// The words that are reserved on MySQL, and elsewhere may be the name of a column.
const PARTS_OF_MYSQL: [(&str, &str); 5] = [
    ("INDEX", "index"),
    ("KEY", "index"),
    ("FULLTEXT", "index"),
    ("SPATIAL", "index"),
    ("PARTITION", "partition"),
];

/// What follows `ALTER`.
pub(super) fn alter(reader: &mut Reader<'_>, dialect: Dialect, touch: &mut Touch) {
    loop {
        let word = reader.peek();
        if !reader.pass() {
            return;
        }
        match word.as_str() {
            "TABLE" => return alter_table(reader, dialect, touch),
            // `DEFAULT PRIVILEGES IN SCHEMA …`
            "DEFAULT" | "SYSTEM" => return,
            _ => {}
        }
        let Some(kind) = kind(&word) else { continue };
        take_if(reader);
        let Some(name) = reader.name() else { return };
        let table = if is_of_a_table(kind, dialect) { on_table(reader) } else { None };
        if kind == "type" && reader.take(&["ADD", "VALUE"]) {
            return enum_value(reader, name, touch);
        }
        let renames = reader.pass_to("RENAME") && reader.take(&["TO"]);
        let verb = if renames { Verb::Renames } else { Verb::Changes };
        touch.change(Object::Other(kind, table.clone(), name), verb);
        if let Some(name) = reader.name().filter(|_| renames) {
            touch.change(Object::Other(kind, table, name), Verb::Makes);
        }
        return;
    }
}

/// Two branches may add a value each to a type, as long as it is another one.
fn enum_value(reader: &mut Reader<'_>, name: Name, touch: &mut Touch) {
    take_if(reader);
    if let Some(value) = reader.string() {
        touch.change(Object::Other(ENUM_VALUE, Some(name), Name { schema: None, name: value }), Verb::Makes);
    }
}

fn alter_table(reader: &mut Reader<'_>, dialect: Dialect, touch: &mut Touch) {
    take_if(reader);
    reader.take(&["ONLY"]);
    let Some(table) = reader.name() else { return };
    reader.take(&["*"]);
    loop {
        action(reader, &table, dialect, touch);
        // The next one comes after a comma that stands in no parentheses.
        let mut depth = 0_usize;
        loop {
            if reader.take(&["("]) {
                depth += 1;
            } else if reader.take(&[")"]) {
                depth = depth.saturating_sub(1);
            } else if reader.take(&[","]) {
                if depth == 0 {
                    break;
                }
            } else if !reader.pass() {
                return;
            }
        }
    }
}

/// One action of an `ALTER TABLE`.
fn action(reader: &mut Reader<'_>, table: &Name, dialect: Dialect, touch: &mut Touch) {
    let verb = match reader.peek().as_str() {
        "ADD" => Verb::Makes,
        "DROP" => Verb::Removes,
        "ALTER" | "MODIFY" | "CHANGE" => Verb::Changes,
        "RENAME" => Verb::Renames,
        _ => return,
    };
    let word = reader.peek();
    reader.pass();
    if word == "RENAME" && reader.take_any(&["TO", "AS", "="]) {
        return rename(reader, table, touch);
    }
    let more = if dialect == Dialect::Mysql { &PARTS_OF_MYSQL[..] } else { &[] };
    let part = PARTS.iter().chain(more).find(|(first, _)| reader.peek() == *first);
    if let Some((first, kind)) = part {
        reader.pass();
        reader.take_any(&["KEY", "INDEX"]);
        take_if(reader);
        // `ADD CHECK (…)` and `ADD UNIQUE NULLS NOT DISTINCT (…)` have no name; a table has one primary key.
        let name = match (*first, reader.peek().as_str()) {
            ("PRIMARY", _) => Some(Name { schema: None, name: "PRIMARY".to_owned() }),
            (_, "NULLS" | "USING") => None,
            _ => reader.name(),
        };
        let object = |name| Object::Other(kind, Some(table.clone()), name);
        touch.changes.extend(name.map(|name| (object(name), verb)));
        if word == "RENAME" && reader.take(&["TO"]) {
            touch.changes.extend(reader.name().map(|name| (object(name), Verb::Makes)));
        }
        return;
    }
    if reader.take(&["EXCLUDE", "USING"]) || reader.take(&["EXCLUDE", "("]) {
        return;
    }
    let has_word = reader.take(&["COLUMN"]);
    take_if(reader);
    let parenthesis = word == "ADD" && reader.take(&["("]);
    let Some(column) = reader.name() else { return };
    // MySQL: `RENAME other`.
    if word == "RENAME" && !has_word && !reader.take(&["TO"]) {
        touch.change(Object::Table(table.clone()), Verb::Renames);
        return touch.change(Object::Table(column), Verb::Makes);
    }
    if word == "RENAME" && has_word {
        reader.take(&["TO"]);
    }
    let object = |name: Name| Object::Column(table.clone(), name.name);
    touch.change(object(column), verb);
    if matches!(word.as_str(), "RENAME" | "CHANGE")
        && let Some(new) = reader.name()
    {
        touch.change(object(new), Verb::Makes);
    }
    // MySQL: `ADD (a INT, b INT)`.
    while parenthesis && next_column(reader) {
        touch.changes.extend(reader.name().map(|name| (object(name), verb)));
    }
}

/// Goes to the next column in the parentheses that are open. False at their end.
fn next_column(reader: &mut Reader<'_>) -> bool {
    let mut depth = 0_usize;
    loop {
        if reader.take(&["("]) {
            depth += 1;
        } else if reader.take(&[")"]) {
            if depth == 0 {
                return false;
            }
            depth -= 1;
        } else if reader.take(&[","]) {
            if depth == 0 {
                return true;
            }
        } else if !reader.pass() {
            return false;
        }
    }
}

fn rename(reader: &mut Reader<'_>, table: &Name, touch: &mut Touch) {
    touch.change(Object::Table(table.clone()), Verb::Renames);
    touch.changes.extend(reader.name().map(|name| (Object::Table(name), Verb::Makes)));
}

//! What a statement does to tables, columns and other objects, as far as its words tell: enough to see that two
//! statements are about the same one. Asks no database.

mod alter;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::sql::{Dialect, Name, Reader};

/// What a statement does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touch {
    /// What is another afterwards.
    pub(super) changes: Vec<(Object, Verb)>,
    /// The tables that it reads, writes or refers to.
    pub(super) uses: Vec<Name>,
    /// All names in it, in lower case.
    pub(super) words: Vec<String>,
}

/// Something that a statement changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Table(Name),
    Column(Name, String),
    /// Anything else: what it is, the table or type that its name belongs to, and its name.
    Other(&'static str, Option<Name>, Name),
}

/// How it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Makes,
    Removes,
    Renames,
    Changes,
}

impl Touch {
    /// Reads a statement.
    pub(super) fn of(statement: &str, dialect: Dialect) -> Touch {
        let mut touch =
            Touch { uses: uses(statement, dialect), words: words(statement, dialect), ..Touch::default() };
        let mut reader = Reader::new(statement, dialect);
        if reader.take(&["CREATE"]) {
            create(&mut reader, dialect, &mut touch);
        } else if reader.take(&["DROP"]) {
            remove(&mut reader, dialect, &mut touch);
        } else if reader.take(&["ALTER"]) {
            alter::alter(&mut reader, dialect, &mut touch);
        } else if reader.take(&["RENAME"]) && reader.take_any(&["TABLE", "TABLES"]) {
            while let Some(from) = reader.name() {
                touch.change(Object::Table(from), Verb::Renames);
                if reader.take(&["TO"])
                    && let Some(to) = reader.name()
                {
                    touch.change(Object::Table(to), Verb::Makes);
                }
                reader.take(&[","]);
            }
        }
        touch
    }

    fn change(&mut self, object: Object, verb: Verb) {
        self.changes.push((object, verb));
    }
}

/// What there is besides tables: the words of statements, and what an object of the kind is called.
const KINDS: [(&[&str], &str); 15] = [
    (&["VIEW"], "view"),
    (&["INDEX"], "index"),
    (&["TRIGGER"], "trigger"),
    (&["TYPE", "DOMAIN"], "type"),
    (&["FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"], "function"),
    (&["SEQUENCE"], "sequence"),
    (&["SCHEMA", "DATABASE"], "schema"),
    (&["EXTENSION"], "extension"),
    (&["EVENT"], "event"),
    (&["PACKAGE"], "package"),
    (&["POLICY"], "policy"),
    (&["RULE"], "rule"),
    (&["ROLE", "USER"], "role"),
    (&["PUBLICATION"], "publication"),
    (&["COLLATION"], "collation"),
];

/// A value of an enum, whose name belongs to its type.
const ENUM_VALUE: &str = "enum value";

/// What can be made, and names others while it is.
const NO_KIND: [&str; 8] =
    ["ACCESS", "CAST", "LANGUAGE", "OPERATOR", "SERVER", "STATISTICS", "TEXT", "TRANSFORM"];

/// The kind of object that a word of a statement names.
fn kind(word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, kind)| *kind)
}

/// Whether names of this kind are names in a table.
fn is_of_a_table(kind: &str, dialect: Dialect) -> bool {
    match kind {
        "policy" | "rule" => true,
        "trigger" => dialect == Dialect::Postgresql,
        "index" => dialect == Dialect::Mysql,
        _ => false,
    }
}

/// Takes `IF EXISTS` or `IF NOT EXISTS`.
fn take_if(reader: &mut Reader<'_>) -> bool {
    reader.take(&["IF", "NOT", "EXISTS"]) || reader.take(&["IF", "EXISTS"])
}

/// An object of the table that `ON` names further on.
fn on_table(reader: &mut Reader<'_>) -> Option<Name> {
    reader.pass_to("ON").then(|| {
        reader.take(&["ONLY"]);
        reader.name()
    })?
}

fn create(reader: &mut Reader<'_>, dialect: Dialect, touch: &mut Touch) {
    // `OR REPLACE`, `TEMPORARY`, `UNIQUE`, `DEFINER = …`, …
    loop {
        let word = reader.peek();
        if !reader.pass() {
            return;
        }
        if word == "TABLE" {
            take_if(reader);
            return touch.changes.extend(reader.name().map(|name| (Object::Table(name), Verb::Makes)));
        }
        if NO_KIND.contains(&word.as_str()) {
            return;
        }
        let Some(kind) = kind(&word) else { continue };
        reader.take(&["CONCURRENTLY"]);
        reader.take(&["BODY"]);
        // Both sides may need one, and say so.
        let is_shared = take_if(reader) && matches!(kind, "schema" | "extension" | "role");
        // Where an index has no name, `ON` follows.
        let name = if reader.peek() == "ON" { None } else { reader.name() };
        let table =
            matches!(kind, "index" | "trigger" | "policy" | "rule").then(|| on_table(reader)).flatten();
        touch.uses.extend(table.clone());
        if let Some(name) = name.filter(|_| !is_shared) {
            let table = table.filter(|_| is_of_a_table(kind, dialect));
            touch.change(Object::Other(kind, table, name), Verb::Makes);
        }
        return;
    }
}

fn remove(reader: &mut Reader<'_>, dialect: Dialect, touch: &mut Touch) {
    reader.take_any(&["TEMPORARY", "MATERIALIZED", "FOREIGN", "ONLINE", "OFFLINE"]);
    let word = reader.peek();
    reader.pass();
    let is_table = matches!(word.as_str(), "TABLE" | "TABLES");
    let kind = if is_table { Some("table") } else { kind(&word) };
    let Some(kind) = kind else { return };
    reader.take(&["CONCURRENTLY"]);
    reader.take(&["BODY"]);
    take_if(reader);
    let mut names = Vec::new();
    while let Some(name) = reader.name() {
        names.push(name);
        // A function's arguments.
        if reader.take(&["("]) {
            reader.pass_to(")");
        }
        if !reader.take(&[","]) {
            break;
        }
    }
    let table = if is_of_a_table(kind, dialect) { on_table(reader) } else { None };
    for name in names {
        let object = if is_table { Object::Table(name) } else { Object::Other(kind, table.clone(), name) };
        touch.change(object, Verb::Removes);
    }
}

/// What stands where a table could, and is none.
const NO_TABLE: [&str; 14] = [
    "ON", "OF", "OR", "SET", "CASCADE", "RESTRICT", "NO", "SELECT", "LATERAL", "VALUES", "NOWAIT", "SKIP",
    "DEFAULT", "CURRENT",
];

/// The words that end a list of tables.
const AFTER_TABLES: [&str; 11] =
    ["WHERE", "SET", "GROUP", "ORDER", "HAVING", "LIMIT", "WINDOW", "UNION", "SELECT", "RETURNING", "VALUES"];

/// The tables of a statement, by the words that they follow.
fn uses(statement: &str, dialect: Dialect) -> Vec<Name> {
    let mut reader = Reader::new(statement, dialect);
    let mut uses = Vec::new();
    // For each open parenthesis: whether a table follows a comma there.
    let mut lists = vec![false];
    let table = |reader: &mut Reader<'_>| {
        take_if(reader);
        reader.take_any(&["ONLY", "IGNORE", "TABLE"]);
        let is_table = !NO_TABLE.contains(&reader.peek().as_str());
        if is_table { reader.name() } else { None }
    };
    loop {
        let depth = lists.len() - 1;
        if reader.take(&["("]) {
            lists.push(false);
        } else if reader.take(&[")"]) {
            lists.truncate(depth.max(1));
        } else if reader.take(&[","]) {
            if lists[depth] {
                uses.extend(table(&mut reader));
            }
        } else {
            let word = reader.peek();
            if !reader.pass() {
                return uses;
            }
            match word.as_str() {
                "FROM" | "UPDATE" | "TRUNCATE" => {
                    lists[depth] = true;
                    uses.extend(table(&mut reader));
                }
                "JOIN" | "INTO" | "TABLE" | "REFERENCES" | "USING" => uses.extend(table(&mut reader)),
                word if AFTER_TABLES.contains(&word) => lists[depth] = false,
                _ => {}
            }
        }
    }
}

/// The names in a statement.
fn words(statement: &str, dialect: Dialect) -> Vec<String> {
    let mut reader = Reader::new(statement, dialect);
    let mut words = Vec::new();
    loop {
        match reader.name() {
            Some(name) => {
                words.extend(name.schema.into_iter().chain([name.name]).map(|word| word.to_lowercase()))
            }
            None if !reader.pass() => return words,
            None => {}
        }
    }
}

/// Whether two names may be those of one object. Where one has no schema, they may; letter case does not tell them apart.
pub(super) fn same(left: &Name, right: &Name) -> bool {
    let schemas = left.schema.as_deref().zip(right.schema.as_deref());
    equal(&left.name, &right.name) && schemas.is_none_or(|(left, right)| equal(left, right))
}

fn equal(left: &str, right: &str) -> bool {
    left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase))
}

impl Object {
    /// Whether two statements may mean the same object.
    pub(super) fn is(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Table(left), Object::Table(right)) => same(left, right),
            // Tables and views share their names.
            (Object::Table(table), Object::Other("view", _, view))
            | (Object::Other("view", _, view), Object::Table(table)) => same(table, view),
            (Object::Column(left, column), Object::Column(right, other)) => {
                same(left, right) && equal(column, other)
            }
            (Object::Other(kind, table, name), Object::Other(other_kind, other_table, other_name)) => {
                let tables = table.as_ref().zip(other_table.as_ref());
                kind == other_kind
                    && same(name, other_name)
                    && tables.is_none_or(|(left, right)| same(left, right))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &Name| match &name.schema {
            Some(schema) => format!("`{schema}.{}`", name.name),
            None => format!("`{}`", name.name),
        };
        match self {
            Object::Table(table) => write!(formatter, "table {}", name(table)),
            Object::Column(table, column) => write!(formatter, "column `{column}` of table {}", name(table)),
            Object::Other(kind, Some(table), other) => {
                let of = if *kind == ENUM_VALUE { "type" } else { "table" };
                write!(formatter, "{kind} {} of {of} {}", name(other), name(table))
            }
            Object::Other(kind, None, other) => write!(formatter, "{kind} {}", name(other)),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Verb::Makes => "makes",
            Verb::Removes => "drops",
            Verb::Renames => "renames",
            Verb::Changes => "changes",
        })
    }
}

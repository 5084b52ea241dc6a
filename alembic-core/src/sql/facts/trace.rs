//! Evidence in the catalog that a statement was executed, for statements that cannot be rolled back.

use super::Text;
use super::definition::Definition;
use super::mention::Words;
use super::object::{Object, ObjectKind};
use super::rows::{Access, Use};
use super::transaction::HARMLESS;
use crate::sql::{Name, Reader};

/// Evidence that a statement was executed. The catalog is read before the statement runs, and again if its end is not
/// known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trace {
    /// The definitions of all these objects differ afterwards: created, changed or dropped.
    Definitions(Vec<Object>),
    /// These tables are other ones afterwards, though their definitions may be equal.
    Identities(Vec<Object>),
    /// Afterwards the table has one more index, built concurrently. An index that is not valid was not finished.
    NewIndex(Name),
    /// These indexes are rebuilt concurrently. It can run again, but may leave invalid indexes behind.
    Reindex(Indexes),
    /// The object is gone afterwards. It may be dropped in several steps.
    Removal(Object),
    /// A partition that is detached concurrently, in two steps.
    Detachment {
        partition: Name,
        /// The statement for the second step.
        finish: String,
    },
    /// The statement can run again without harm.
    Harmless,
    /// The catalog shows nothing of it.
    Nothing,
}

/// Indexes of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Indexes {
    /// All indexes of a table.
    Of(Name),
    /// All indexes of the table that has this index.
    Beside(Name),
    /// All invalid indexes of the database.
    Invalid,
}

/// SQLite: the evidence for statements outside of transactions.
pub(super) fn sqlite(words: &[&str]) -> Trace {
    match words {
        // The new file must not exist before.
        ["VACUUM", ..] if words.contains(&"INTO") => Trace::Nothing,
        _ => Trace::Harmless,
    }
}

/// MySQL and MariaDB: the evidence for statements that commit.
pub(super) fn mysql(text: &Text<'_>, words: &[&str], definition: &Definition, uses: &[Use]) -> Trace {
    use ObjectKind::{Database, Event, Index, Package, Role, Routine, Sequence, Table, Trigger, View};
    // Most statements contain no such word.
    let has = |word: Words, words: &[&str]| text.anywhere.has(word) && text.has(words);
    match (words, definition.kind) {
        (
            ["CREATE" | "DROP", ..],
            Some(Table | View | Sequence | Index | Trigger | Package | Event | Database),
        ) => definitions(definition),
        // A function of a library is in no catalog that everyone may read.
        (["CREATE" | "DROP", ..], Some(Routine)) if !has(Words::LIBRARY, &["SONAME"]) => {
            definitions(definition)
        }
        (["CREATE", "OR", "REPLACE", ..], Some(Role)) => Trace::Harmless,
        (["CREATE" | "DROP", ..], Some(Role)) if definition.is_conditional => Trace::Harmless,
        (["ALTER", ..], Some(Table)) => {
            // They exchange files, and leave the definitions alone.
            let is_about_files = has(Words::EXCHANGE, &["EXCHANGE", "PARTITION"])
                || ["IMPORT", "DISCARD"].iter().any(|word| has(Words::TABLESPACE, &[word]))
                    && has(Words::TABLESPACE, &["TABLESPACE"]);
            if is_about_files { Trace::Nothing } else { definitions(definition) }
        }
        // Set to the same values again.
        (["ALTER", ..], Some(Role | Database | Routine)) => Trace::Harmless,
        (["ALTER", ..], Some(Sequence | View | Event)) => definitions(definition),
        (["RENAME", ..], Some(Table)) => renamed(definition),
        (["TRUNCATE", ..], _) => {
            // Rows that were written since must not be lost: only another table under the name is evidence.
            let emptied = uses.iter().find(|used| used.access == Access::Empties);
            emptied.map_or(Trace::Nothing, |used| Trace::Identities(vec![Object::table(used.table.clone())]))
        }
        (["LOAD", "INDEX", ..] | ["ANALYZE", ..], _) => Trace::Harmless,
        ([first, ..], _) if HARMLESS.contains(first) => Trace::Harmless,
        // The binary log.
        (["SET", ..], _) => Trace::Harmless,
        _ => Trace::Nothing,
    }
}

/// The definitions of the changed objects, or of the tables that they belong to.
fn definitions(definition: &Definition) -> Trace {
    if definition.is_partial {
        return Trace::Nothing;
    }
    let mut objects: Vec<Object> = definition.altered.iter().cloned().map(Object::table).collect();
    for change in &definition.changes {
        let object = match &change.object.of {
            Some(table) => Object::table(table.clone()),
            // Its table is not known.
            None if change.object.kind == ObjectKind::Index => return Trace::Nothing,
            None => change.object.clone(),
        };
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    if objects.is_empty() { Trace::Nothing } else { Trace::Definitions(objects) }
}

/// `RENAME TABLE a TO b, …`. If names are exchanged, the definitions may be equal.
fn renamed(definition: &Definition) -> Trace {
    if definition.is_partial {
        return Trace::Nothing;
    }
    let mut objects: Vec<Object> = Vec::new();
    for change in &definition.changes {
        if !objects.contains(&change.object) {
            objects.push(change.object.clone());
        }
    }
    if objects.len() < definition.changes.len() {
        Trace::Identities(objects)
    } else {
        Trace::Definitions(objects)
    }
}

/// PostgreSQL: the evidence for statements that refuse to run in a transaction.
pub(super) fn postgresql(text: &Text<'_>, words: &[&str]) -> Trace {
    let mut reader = text.reader.clone();
    let trace = match words {
        ["CREATE", ..] => create(&mut reader),
        ["DROP", ..] => drop(&mut reader),
        ["ALTER", "TABLE", ..] => detachment(&mut reader, text.sql),
        ["REINDEX", ..] => Some(reindex(&mut reader)),
        // Moving a database to the tablespace that it is in does nothing.
        _ => Some(Trace::Harmless),
    };
    trace.unwrap_or(Trace::Nothing)
}

/// PostgreSQL: the evidence for statements that can be rolled back, where something that only speaks its protocol cannot do
/// that. PostgreSQL 11 and older refuse `ALTER TYPE … ADD VALUE` in a transaction.
pub(super) fn in_transaction(text: &Text<'_>, words: &[&str], definition: &Definition) -> Trace {
    match words {
        ["ALTER", "TYPE", ..] => {
            let mut reader = text.reader.clone();
            reader.take(&["ALTER", "TYPE"]);
            let name = reader.name();
            name.map_or(Trace::Nothing, |name| Trace::Definitions(vec![Object::new(ObjectKind::Type, name)]))
        }
        ["CREATE", "INDEX", ..] | ["CREATE", "UNIQUE", "INDEX", ..] => {
            let mut reader = text.reader.clone();
            reader.pass_to("ON");
            reader.take(&["ONLY"]);
            let table = reader.name();
            table.map_or(Trace::Nothing, |table| Trace::Definitions(vec![Object::table(table)]))
        }
        ["DROP", "INDEX", ..] if !definition.is_partial => {
            Trace::Definitions(definition.changes.iter().map(|change| change.object.clone()).collect())
        }
        // Said again, they say the same.
        ["COMMENT" | "GRANT" | "REVOKE", ..] => Trace::Harmless,
        ["CREATE" | "ALTER" | "DROP", ..] => definitions(definition),
        _ => Trace::Nothing,
    }
}

fn create(reader: &mut Reader<'_>) -> Option<Trace> {
    reader.pass();
    reader.take(&["UNIQUE"]);
    if reader.take(&["INDEX", "CONCURRENTLY"]) {
        reader.pass_to("ON");
        reader.take(&["ONLY"]);
        return reader.name().map(Trace::NewIndex);
    }
    let object = of_the_cluster(reader)?;
    Some(Trace::Definitions(vec![object]))
}

fn drop(reader: &mut Reader<'_>) -> Option<Trace> {
    reader.pass();
    if reader.take(&["INDEX", "CONCURRENTLY"]) {
        reader.take(&["IF", "EXISTS"]);
        let name = reader.name()?;
        return Some(Trace::Removal(Object::new(ObjectKind::Index, name)));
    }
    of_the_cluster(reader).map(Trace::Removal)
}

/// A database, tablespace or subscription.
fn of_the_cluster(reader: &mut Reader<'_>) -> Option<Object> {
    let kind = match reader.peek().as_str() {
        "DATABASE" => ObjectKind::Database,
        "TABLESPACE" => ObjectKind::Tablespace,
        "SUBSCRIPTION" => ObjectKind::Subscription,
        _ => return None,
    };
    reader.pass();
    reader.take(&["IF", "EXISTS"]);
    reader.name().map(|name| Object::new(kind, name))
}

/// `ALTER TABLE name DETACH PARTITION name CONCURRENTLY`
fn detachment(reader: &mut Reader<'_>, statement: &str) -> Option<Trace> {
    reader.pass_to("PARTITION");
    let partition = reader.name()?;
    let before = statement.get(..reader.position()).unwrap_or_default();
    Some(Trace::Detachment { partition, finish: format!("{before}FINALIZE") })
}

/// `REINDEX [(options)] INDEX | TABLE | SCHEMA | DATABASE | SYSTEM [CONCURRENTLY] name`
fn reindex(reader: &mut Reader<'_>) -> Trace {
    reader.pass();
    if reader.take(&["("]) {
        reader.pass_to(")");
    }
    let kind = reader.peek();
    reader.pass();
    reader.take(&["CONCURRENTLY"]);
    Trace::Reindex(match (kind.as_str(), reader.name()) {
        ("INDEX", Some(name)) => Indexes::Beside(name),
        ("TABLE", Some(name)) => Indexes::Of(name),
        _ => Indexes::Invalid,
    })
}

//! PostgreSQL, where almost everything can be rolled back. What refuses to run in a transaction commits by itself.

use super::{Effect, Trace};
use crate::dialect::catalog::postgresql::{
    database, index, indexes_of, invalid_indexes, labels, partition, siblings_of, subscription, tablespace,
};
use crate::sql::{Dialect, Name, Reader};

pub(super) fn effect(statement: &str) -> Effect {
    let mut reader = Reader::new(statement, Dialect::Postgresql);
    let trace = match reader.peek().as_str() {
        "CREATE" => create(&mut reader),
        "DROP" => drop(&mut reader),
        "ALTER" => alter(&mut reader, statement),
        "REINDEX" => Some(reindex(&mut reader)),
        "VACUUM" | "CHECKPOINT" | "DISCARD" => Some(Trace::Harmless),
        // Of one table it can be rolled back.
        "CLUSTER" => (!reader.pass() || reader.peek().is_empty()).then_some(Trace::Harmless),
        _ => None,
    };
    trace.map_or(Effect::Together, Effect::Alone)
}

pub(super) fn outside_a_transaction(statement: &str) -> Trace {
    let mut reader = Reader::new(statement, Dialect::Postgresql);
    // Up to PostgreSQL 11.
    if reader.take(&["ALTER", "TYPE"])
        && let Some(name) = reader.name()
        && reader.has(&["VALUE"])
    {
        return Trace::Change(vec![labels(&name)]);
    }
    Trace::Nothing
}

fn create(reader: &mut Reader<'_>) -> Option<Trace> {
    reader.pass();
    reader.take(&["UNIQUE"]);
    if reader.take(&["INDEX", "CONCURRENTLY"]) {
        let found = reader.pass_to("ON").then(|| {
            reader.take(&["ONLY"]);
            reader.name()
        });
        return Some(found.flatten().map_or(Trace::Nothing, |table| Trace::NewIndex(indexes_of(&table))));
    }
    let object = if reader.take(&["DATABASE"]) {
        database
    } else if reader.take(&["TABLESPACE"]) {
        tablespace
    } else if reader.take(&["SUBSCRIPTION"]) {
        subscription
    } else {
        return None;
    };
    Some(reader.name().map_or(Trace::Nothing, |name| Trace::Change(vec![object(&name.name)])))
}

fn drop(reader: &mut Reader<'_>) -> Option<Trace> {
    reader.pass();
    if reader.take(&["INDEX", "CONCURRENTLY"]) {
        reader.take(&["IF", "EXISTS"]);
        return Some(reader.name().map_or(Trace::Nothing, |name| Trace::Removal(index(&name))));
    }
    let object = if reader.take(&["DATABASE"]) {
        database
    } else if reader.take(&["TABLESPACE"]) {
        tablespace
    } else if reader.take(&["SUBSCRIPTION"]) {
        subscription
    } else {
        return None;
    };
    reader.take(&["IF", "EXISTS"]);
    Some(reader.name().map_or(Trace::Nothing, |name| Trace::Removal(object(&name.name))))
}

fn alter(reader: &mut Reader<'_>, statement: &str) -> Option<Trace> {
    reader.pass();
    if reader.take(&["SYSTEM"]) {
        return Some(Trace::Harmless);
    }
    // To move it to the place where it is does nothing.
    if reader.take(&["DATABASE"]) {
        return reader.has(&["TABLESPACE"]).then_some(Trace::Harmless);
    }
    if !(reader.take(&["TABLE"]) && reader.has(&["DETACH", "PARTITION"]) && reader.has(&["CONCURRENTLY"])) {
        return None;
    }
    reader.pass_to("PARTITION");
    let Some(name) = reader.name() else {
        return Some(Trace::Nothing);
    };
    let before = statement.get(..reader.position()).unwrap_or_default();
    Some(Trace::Detachment { partition: partition(&name), finish: format!("{}FINALIZE", before) })
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
    let name: Option<Name> = reader.name();
    match (kind.as_str(), name) {
        ("INDEX", Some(name)) => Trace::Reindex(siblings_of(&name)),
        ("TABLE", Some(name)) => Trace::Reindex(indexes_of(&name)),
        _ => Trace::Reindex(invalid_indexes()),
    }
}

//! Whether two reflections are of the same schema.

use alembic_core::schema::{Check, Schema, Table};
use alembic_core::sql::Dialect;

use crate::compact::compact;

/// Fails where two schemas differ in more than the order of columns and what no operation changes.
pub(crate) fn assert_same(dialect: Dialect, found: &Schema, expected: &Schema, context: &str) {
    let (found, expected) = (comparable(dialect, found, expected), comparable(dialect, expected, found));
    let lines = |text: &str, other: &str| -> String {
        let different = text.lines().filter(|line| !other.lines().any(|own| own == *line));
        different.map(|line| format!("{line}\n")).collect()
    };
    assert!(
        found == expected,
        "found\n{}expected\n{}{context}found\n{found}expected\n{expected}",
        lines(&found, &expected),
        lines(&expected, &found)
    );
}

fn comparable(dialect: Dialect, schema: &Schema, other: &Schema) -> String {
    let mut schema = schema.clone();
    schema.objects.clear();
    for table in &mut schema.tables {
        table.options.collation = None;
        // The order of columns is nothing that is compared.
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        if dialect == Dialect::Mysql {
            drop_key_indexes(table);
        }
        // MariaDB: a check of a column does the same as one of the table.
        let own = table.columns.iter_mut().filter_map(|column| column.check.take());
        table.checks.extend(own.map(|expression| Check { definition: None, name: None, expression }));
        if let Some(other) = other.table(&table.name) {
            unname(table, other);
        }
        table.uniques.sort_by_key(|part| format!("{part:?}"));
        table.foreign_keys.sort_by_key(|part| format!("{part:?}"));
        table.checks.sort_by_key(|part| format!("{part:?}"));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    match dialect {
        // SQLite keeps what was written, with its quotes and letter case.
        Dialect::Sqlite => compact(&schema).to_lowercase().replace(['"', '`', '[', ']', ' '], ""),
        // PostgreSQL has the cast of a list at its elements when it has read what it wrote.
        Dialect::Postgresql => {
            let text = compact(&schema);
            text.replace("::character varying::text", "::character varying").replace("]::text[]", "]")
        }
        Dialect::Mysql => compact(&schema),
    }
}

/// The index of a foreign key comes and goes as MySQL likes.
fn drop_key_indexes(table: &mut Table) {
    let keys = table.foreign_keys.clone();
    table.indexes.retain(|index| {
        !keys.iter().any(|key| {
            key.name.as_ref() == Some(&index.name)
                && key.columns.iter().eq(index.parts.iter().map(|part| &part.key))
        })
    });
}

/// A constraint without a name is the same as one with any.
fn unname(table: &mut Table, other: &Table) {
    let unnamed = other.primary_key.as_ref().is_some_and(|key| key.name.is_none());
    table.primary_key.iter_mut().filter(|_| unnamed).for_each(|key| key.name = None);
    for own in &mut table.uniques {
        let unnamed = other.uniques.iter().any(|other| other.name.is_none() && other.columns == own.columns);
        own.name.take_if(|_| unnamed);
    }
    for own in &mut table.foreign_keys {
        let unnamed =
            other.foreign_keys.iter().any(|other| other.name.is_none() && other.columns == own.columns);
        own.name.take_if(|_| unnamed);
    }
    let key = |text: &str| text.to_lowercase().replace(['"', '`', '[', ']', ' '], "");
    for own in &mut table.checks {
        let unnamed = other
            .checks
            .iter()
            .any(|other| other.name.is_none() && key(&other.expression) == key(&own.expression))
            || other
                .columns
                .iter()
                .any(|column| column.check.as_ref().is_some_and(|check| key(check) == key(&own.expression)));
        own.name.take_if(|_| unnamed);
    }
}

//! A database that was there before its first revision, and a new one: whatever is written later runs on both, and makes the
//! same of both. On SQLite constraints may have no name, and a revision that drops one has to find it.
//!
//! `ALEMBIC_LAW_CASES` says how many chains of schemas, `ALEMBIC_LAW_SEED` which one is the first.

use alembic_core::autogenerate::{Difference, Filter, compare, generic, inspect, rust_source};
use alembic_core::models::Declaration;
use alembic_core::revision::Direction;
use alembic_core::schema::{NamingConvention, Schema, Table};
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::compact::compact;
use crate::generate::{Chance, schema};
use crate::inspected::models;
use crate::laws::value;

/// How often the models change after the first revision.
const CHANGES: usize = 2;

#[tokio::test]
async fn later_revisions_run_on_an_adopted_and_on_a_new_database() {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("ALEMBIC_LAW_SEED").unwrap_or(1);
    let cases = number("ALEMBIC_LAW_CASES").unwrap_or(8);
    let mut arenas = [Arena::new(Kind::Sqlite).await, Arena::new(Kind::Sqlite).await];
    for seed in first..first + cases {
        for arena in &mut arenas {
            arena.clear().await;
        }
        check(&arenas, seed).await;
    }
}

async fn check([adopted, new]: &[Arena; 2], seed: u64) {
    let context = format!("ALEMBIC_LAW_SEED={seed}");
    let dialect = adopted.dialect();
    let mut chance = Chance::new(seed);
    let mut before = schema(&mut chance, dialect, None);
    for table in &mut before.tables {
        if chance.percent(70) {
            unname(table);
        }
    }
    let made = difference(adopted, before.clone().into(), &context).await;
    migrate(adopted, &made, Direction::Upgrade, &context).await;

    // What is printed of it is what it is, and the first revision makes the same.
    let there = inspect(adopted.pool(), &Filter::default()).await.expect("the schema");
    let naming = NamingConvention::default();
    let source = rust_source(&generic(&there, dialect), dialect, &naming, &Filter::default());
    let read =
        || models(&source, dialect, &naming).unwrap_or_else(|error| panic!("{context}: {error}\n{source}"));
    let nothing = difference(adopted, read(), &context).await;
    assert!(nothing.is_empty(), "{context}: {nothing}\n{source}");
    let baseline = difference(new, read(), &context).await;
    migrate(new, &baseline, Direction::Upgrade, &context).await;
    assert_equal([adopted, new], &format!("{context}\n{source}")).await;

    let mut done: Vec<(Difference, String)> = Vec::new();
    for _ in 0..CHANGES {
        let mut after = schema(&mut chance, dialect, Some(&before));
        for table in &mut after.tables {
            let name = table.renamed_from.as_ref().unwrap_or(&table.name);
            // A model of a table whose constraints have no name says so, as long as it is there.
            if before.table(name).is_some_and(is_unnamed) {
                unname(table);
            }
        }
        let mut changes = Vec::new();
        for arena in [adopted, new] {
            changes.push(filled(arena, &after, &context).await);
        }
        let sql = changes[0].sql(dialect, Direction::Upgrade).expect("the SQL");
        for (place, arena) in [adopted, new].into_iter().enumerate() {
            // Each runs what was written for the other.
            migrate(arena, &changes[1 - place], Direction::Upgrade, &context).await;
            let left = difference(arena, declaration(&after), &context).await;
            assert!(left.is_empty(), "{context}: still\n{left}after\n{sql}");
        }
        let context = format!("{context}: after\n{sql}");
        assert_equal([adopted, new], &context).await;
        done.push((changes.remove(0), context));
        for table in &mut after.tables {
            table.renamed_from = None;
            table.columns.iter_mut().for_each(|column| column.renamed_from = None);
        }
        after.enums.iter_mut().for_each(|own| own.renamed_values.clear());
        before = after;
    }
    for (change, context) in done.iter().rev() {
        for arena in [adopted, new] {
            migrate(arena, change, Direction::Downgrade, context).await;
        }
        assert_equal([adopted, new], context).await;
    }
}

/// As models with the usual names say it.
fn declaration(schema: &Schema) -> Declaration {
    let naming = Some(NamingConvention::default());
    Declaration::Schema { schema: schema.clone(), untold: &[], naming, unread: Vec::new() }
}

fn is_unnamed(table: &Table) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.name.is_none())
}

fn unname(table: &mut Table) {
    table.primary_key.iter_mut().for_each(|key| key.name = None);
    table.uniques.iter_mut().for_each(|unique| unique.name = None);
    table.foreign_keys.iter_mut().for_each(|key| key.name = None);
    table.checks.iter_mut().for_each(|check| check.name = None);
}

async fn filled(arena: &Arena, after: &Schema, context: &str) -> Difference {
    let mut change = difference(arena, declaration(after), context).await;
    for unfilled in change.unfilled() {
        let table = after.table(&unfilled.table).expect("a table");
        let column = table.column(&unfilled.column).expect("a column");
        let value = value(arena.dialect(), column, after, "id");
        assert!(change.fill(&unfilled.table, &unfilled.column, &value), "{context}");
    }
    change
}

async fn difference(arena: &Arena, desired: Declaration, context: &str) -> Difference {
    let compared = compare(arena.pool(), desired, &Filter::default()).await;
    compared.unwrap_or_else(|error| panic!("{context}: {error}")).difference()
}

async fn migrate(arena: &Arena, difference: &Difference, direction: Direction, context: &str) {
    let sql = difference.sql(arena.dialect(), direction).unwrap_or_else(|error| panic!("{context}: {error}"));
    if let Err(error) = arena.migrate(&sql).await {
        panic!("{error}\n{context}\n{direction} is\n{sql}");
    }
}

/// Both have the same tables, with the same names of constraints or none.
async fn assert_equal(arenas: [&Arena; 2], context: &str) {
    let mut shown = Vec::new();
    for arena in arenas {
        let mut schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
        for table in &mut schema.tables {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
            table.uniques.sort_by_key(|part| format!("{part:?}"));
            table.foreign_keys.sort_by_key(|part| format!("{part:?}"));
            table.checks.sort_by_key(|part| format!("{part:?}"));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        }
        shown.push(compact(&schema));
    }
    assert!(shown[0] == shown[1], "adopted\n{}new\n{}{context}", shown[0], shown[1]);
}

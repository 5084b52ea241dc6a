//! `ALTER TABLE` on SQLite: what it lacks is done, and nothing else changes.

mod everything_else;
mod failures;
mod fuzz;
mod generated;
mod kept;
mod pools;
mod replaced;
mod ways;

use std::collections::BTreeSet;

use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::{migrator, upgrade};

/// A database on which `first` was run.
async fn prepared(first: &str) -> TestDatabase {
    let database = TestDatabase::new(Kind::Sqlite).await;
    upgrade(&migrator(&[Script::new("a", "", first, "")]), &database).await;
    database
}

/// Runs statements as the second revision, after `first`; or returns what is said.
async fn alter(database: &TestDatabase, first: &str, up: &str, down: &str) -> Result<(), String> {
    let migrator = migrator(&[Script::new("a", "", first, ""), Script::new("b", "a", up, down)]);
    let run = migrator.upgrade(database.url.as_str()).await;
    run.map(|_| ()).map_err(|error| error.to_string())
}

/// Takes the second revision back.
async fn back(database: &TestDatabase, first: &str, up: &str, down: &str) {
    let migrator = migrator(&[Script::new("a", "", first, ""), Script::new("b", "a", up, down)]);
    let run = migrator.downgrade(database.url.as_str(), "a").await;
    run.unwrap_or_else(|error| panic!("{error}"));
}

/// The stored text of a table.
async fn text(database: &TestDatabase, table: &str) -> String {
    database
        .column(&format!("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '{table}'"))
        .await
        .concat()
}

/// Everything that a database holds but our own tables: its schema in its order, and all rows with their rowids.
///
/// Automatic indexes are left out: they are the tables' own. Lines of `t`'s text and rows begin with `t:`.
async fn dump(database: &TestDatabase) -> Vec<String> {
    let own = "('alembic_version', 'alembic_history')";
    let mut lines = database
        .column(&format!(
            "SELECT CASE WHEN type = 'table' AND name = 't' THEN 't: ' ELSE '' END || type || ' ' || name || ' on ' || tbl_name || ' ' \
             || coalesce(sql, '') FROM sqlite_schema WHERE tbl_name NOT IN {own} AND name NOT LIKE 'sqlite_autoindex_%' ORDER BY rowid",
        ))
        .await;
    let tables =
        format!("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN {own} ORDER BY name");
    for table in database.column(&tables).await {
        let (literal, quoted) = (table.replace('\'', "''"), table.replace('"', "\"\""));
        let columns = database.column(&format!("SELECT name FROM pragma_table_xinfo('{literal}')")).await;
        let mut shown: Vec<String> =
            columns.iter().map(|column| format!("quote(\"{}\")", column.replace('"', "\"\""))).collect();
        if database.try_rows(&format!("SELECT CAST(rowid AS TEXT) FROM \"{quoted}\"")).await.is_ok() {
            shown.insert(0, "rowid".to_owned());
        }
        let sql =
            format!("SELECT '{literal}: ' || {} FROM \"{quoted}\" ORDER BY 1", shown.join(" || ', ' || "));
        lines
            .extend(database.column(&sql).await.into_iter().filter(|line| !line.contains("alembic_history")));
    }
    lines
}

/// What is in one dump and not in the other.
fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let (old, new): (BTreeSet<&String>, BTreeSet<&String>) =
        (before.iter().collect(), after.iter().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    gone.chain(new.difference(&old).map(|line| format!("+ {line}"))).collect()
}

/// Whether the file is sound and keeps its foreign keys.
async fn check_file(database: &TestDatabase) {
    assert_eq!(database.column("PRAGMA integrity_check").await, ["ok"]);
    let violations = database.rows("SELECT \"table\", parent FROM pragma_foreign_key_check").await;
    assert_eq!(violations, Vec::<Vec<Option<String>>>::new());
}

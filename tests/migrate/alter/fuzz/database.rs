//! What a database holds, as text.

use std::collections::BTreeMap;

use alembic::sql::{Dialect, TokenKind, lex};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use super::model::{Schema, Table};
use super::render::quoted;

/// An empty database in memory.
pub(super) async fn empty() -> SqliteConnection {
    SqliteConnectOptions::new().in_memory(true).foreign_keys(false).connect().await.expect("memory")
}

pub(super) async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), String> {
    let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await;
    result.map(|_| ()).map_err(|error| error.to_string())
}

/// Runs a statement that changes rows, so that nothing of it stays if it fails.
pub(super) async fn change(connection: &mut SqliteConnection, sql: &str) -> Result<(), String> {
    run(connection, "BEGIN").await?;
    let mut result = run(connection, sql).await;
    if result.is_ok() {
        result = run(connection, "COMMIT").await;
    }
    if result.is_err() {
        // ON CONFLICT ROLLBACK has done that.
        let _ = run(connection, "ROLLBACK").await;
    }
    result
}

/// The rows of a query all of whose columns are text.
pub(super) async fn rows(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<Vec<String>>, String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *connection).await;
    let rows = rows.map_err(|error| format!("{error}: {sql}"))?;
    let text = |row: &sqlx::sqlite::SqliteRow| {
        (0..row.len()).map(|place| row.get::<Option<String>, _>(place).unwrap_or_default()).collect()
    };
    Ok(rows.iter().map(text).collect())
}

/// The first column of a query.
pub(super) async fn lines(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<String>, String> {
    Ok(rows(connection, sql).await?.into_iter().map(|mut row| row.swap_remove(0)).collect())
}

/// A name of the rowid that no column has.
pub(super) fn rowid_name(table: &Table) -> Option<&'static str> {
    let is_free = |name: &&str| table.columns.iter().all(|column| !column.name.eq_ignore_ascii_case(name));
    ["rowid", "_rowid_", "oid"].into_iter().find(is_free).filter(|_| !table.without_rowid)
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Everything about the tables of a schema but their texts.
pub(super) async fn dump(connection: &mut SqliteConnection, schema: &Schema) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for table in &schema.tables {
        let (name, text) = (&table.name, literal(&table.name));
        for query in [
            format!(
                "SELECT 'column ' || quote(name) || upper(type) || \"notnull\" || quote(dflt_value) || pk || hidden \
                 FROM pragma_table_xinfo({text})"
            ),
            format!(
                "SELECT 'key ' || id || seq || \"table\" || quote(\"from\") || quote(\"to\") || on_update || on_delete \
                 FROM pragma_foreign_key_list({text})"
            ),
            format!(
                "SELECT 'index ' || l.name || l.\"unique\" || l.origin || l.partial || \
                 group_concat(quote(x.name) || x.\"desc\" || upper(x.coll)) \
                 FROM pragma_index_list({text}) AS l, pragma_index_xinfo(l.name) AS x GROUP BY l.name ORDER BY 1"
            ),
            rows_of(table),
        ] {
            all.extend(lines(connection, &query).await?.into_iter().map(|line| format!("{name}: {line}")));
        }
        if let (true, Some(rowid)) = (has_sequence(connection, table).await?, rowid_name(table)) {
            let query = format!(
                "SELECT 'sequence ' || max(seq, coalesce((SELECT max({rowid}) FROM {}), 0)) FROM sqlite_sequence \
                 WHERE name = {text}",
                quoted(name)
            );
            all.extend(lines(connection, &query).await?.into_iter().map(|line| format!("{name}: {line}")));
        }
    }
    Ok(all)
}

fn rows_of(table: &Table) -> String {
    let values = table.columns.iter().map(|column| {
        let name = quoted(&column.name);
        format!("typeof({name}) || ' ' || quote({name})")
    });
    let rowid = rowid_name(table).map(|rowid| format!("quote({rowid})"));
    let all: Vec<String> = rowid.into_iter().chain(values).collect();
    format!(
        "SELECT 'row ' || {} FROM {} NOT INDEXED ORDER BY 1",
        all.join(" || ', ' || "),
        quoted(&table.name)
    )
}

pub(super) async fn has_sequence(connection: &mut SqliteConnection, table: &Table) -> Result<bool, String> {
    let query = format!(
        "SELECT name FROM sqlite_master WHERE name = {} AND sql LIKE '%autoincrement%'",
        literal(&table.name)
    );
    Ok(!lines(connection, &query).await?.is_empty())
}

/// How many rows of each table violate a foreign key to each table; an error where SQLite cannot tell.
pub(super) async fn violations(
    connection: &mut SqliteConnection,
    schema: &Schema,
) -> BTreeMap<String, Result<BTreeMap<String, usize>, String>> {
    let mut all = BTreeMap::new();
    for table in &schema.tables {
        let query = format!("SELECT parent FROM pragma_foreign_key_check({})", literal(&table.name));
        let found = lines(connection, &query).await.map(|parents| {
            let mut counts = BTreeMap::new();
            parents.into_iter().for_each(|parent| *counts.entry(parent).or_default() += 1);
            counts
        });
        all.insert(table.name.clone(), found);
    }
    all
}

/// The texts of all objects but our own, by name.
pub(super) async fn texts(connection: &mut SqliteConnection) -> Result<BTreeMap<String, String>, String> {
    let query = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE tbl_name NOT LIKE 'alembic\\_%' ESCAPE '\\' \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let all = rows(connection, query).await?.into_iter();
    Ok(all.filter_map(|row| <[String; 2]>::try_from(row).ok()).map(|[name, sql]| (name, sql)).collect())
}

/// The tokens of a text, without quotes, letter case and commas, sorted. `NULL` does not count either: it may keep a comment
/// out of a type, and what `NOT NULL` means is compared elsewhere.
pub(super) fn tokens(sql: &str) -> Vec<String> {
    let significant = lex(sql, Dialect::Sqlite).filter(|token| token.kind.is_significant());
    let mut all: Vec<String> = significant
        .map(|token| plain(token.text(sql)))
        .filter(|text| !matches!(text.as_str(), "," | "null"))
        .collect();
    all.sort();
    all
}

fn plain(text: &str) -> String {
    let inner = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner.replace(&format!("{quote}{quote}"), &quote.to_string()))
    };
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']').map(str::to_owned);
    let found = inner('"').or_else(|| inner('`')).or_else(bracketed);
    found.unwrap_or_else(|| text.to_owned()).to_lowercase()
}

/// The comments of a text, sorted.
pub(super) fn comments(sql: &str) -> Vec<&str> {
    let comments = lex(sql, Dialect::Sqlite).filter(|token| token.kind == TokenKind::Comment);
    let mut all: Vec<&str> = comments.map(|token| token.text(sql)).collect();
    all.sort_unstable();
    all
}

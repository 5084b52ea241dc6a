//! Generated definitions, as this parser and as SQLite itself reads them.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Row as _};

use super::generate::Generator;
use crate::dialect::sqlite::definition::constraint::Effect;
use crate::dialect::sqlite::definition::key::{Order, Part};
use crate::dialect::sqlite::definition::{Column, Index, Rule, Table, same};

/// The definitions that are tried: `ALEMBIC_LAW_CASES` asks for more.
fn cases() -> (u64, u64) {
    let number =
        |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    (number("ALEMBIC_LAW_SEED", 1), number("ALEMBIC_LAW_CASES", 1500))
}

async fn rows(connection: &mut SqliteConnection, query: &str) -> Vec<Vec<Option<String>>> {
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(query)).fetch_all(&mut *connection).await;
    let rows = rows.unwrap_or_else(|error| panic!("{query}: {error}"));
    rows.iter().map(|row| (0..row.len()).map(|place| row.get::<Option<String>, _>(place)).collect()).collect()
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), String> {
    let result = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await;
    result.map(drop).map_err(|error| error.to_string())
}

async fn stored(connection: &mut SqliteConnection, name: &str) -> String {
    let query = format!("SELECT sql FROM sqlite_schema WHERE lower(name) = '{name}'");
    rows(connection, &query).await.concat().into_iter().flatten().collect()
}

fn some(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}

/// The row that `pragma_table_xinfo` has for a column.
fn column_row(table: &Table<'_>, column: &Column) -> Vec<Option<String>> {
    let default = column.default_value().map(|range| {
        let mut reader = table.within(range);
        let text = match reader.group() {
            Some(group) => &table.sql[group.start + 1..group.end - 1],
            None => &table.sql[range.clone()],
        };
        text.trim().to_owned()
    });
    let place = table.primary_key_columns().iter().position(|name| same(name, &column.name.text));
    let is_rowid = table.rowid_column().is_some_and(|key| key.range == column.range);
    let holds_no_null = column.constraint(|rule| *rule == Rule::NotNull).is_some()
        || (place.is_some() && (table.without_rowid || (table.strict && !is_rowid)));
    let hidden = column.constraints.iter().find_map(|constraint| match constraint.rule {
        Rule::Generated { stored, .. } => Some(if stored { "3" } else { "2" }),
        _ => None,
    });
    vec![
        some(column.name.text.as_str()),
        some(column.declared_type(table.sql).to_uppercase()),
        some(u8::from(holds_no_null).to_string()),
        default,
        some(place.map_or(0, |place| place + 1).to_string()),
        some(hidden.unwrap_or("0")),
    ]
}

/// The rows that `pragma_foreign_key_list` has: the last key first.
fn foreign_rows(table: &Table<'_>) -> Vec<Vec<Option<String>>> {
    let words = |effect: &Effect| match effect {
        Effect::NoAction => "NO ACTION",
        Effect::Restrict => "RESTRICT",
        Effect::Cascade => "CASCADE",
        Effect::SetNull => "SET NULL",
        Effect::SetDefault => "SET DEFAULT",
    };
    let mut found = Vec::new();
    for (_, constraint) in table.all_constraints() {
        if let Rule::Foreign { columns, parent, parent_columns, on_delete, on_update, .. } = &constraint.rule
        {
            let key = columns.iter().enumerate().map(|(place, column)| {
                let to = parent_columns.get(place).cloned();
                vec![
                    some(parent.as_str()),
                    some(column.to_lowercase()),
                    to,
                    some(words(on_update)),
                    some(words(on_delete)),
                ]
            });
            found.push(key.collect::<Vec<_>>());
        }
    }
    found.into_iter().rev().flatten().collect()
}

/// The lists of columns that SQLite has made an index of for a constraint, sorted.
fn key_lists(table: &Table<'_>) -> Vec<String> {
    let is_rowid = table.rowid_column().is_some();
    let mut found: Vec<String> = table
        .all_constraints()
        .filter_map(|(_, constraint)| match &constraint.rule {
            Rule::PrimaryKey { columns, .. } if !is_rowid => Some(columns),
            Rule::Unique { columns, .. } => Some(columns),
            _ => None,
        })
        .map(|columns| columns.join("|").to_lowercase())
        .collect();
    found.sort();
    found.dedup();
    found
}

async fn compare_table(connection: &mut SqliteConnection, sql: &str) {
    let table = Table::parse(sql).unwrap_or_else(|at| panic!("{sql}\nnear {}", &sql[at..]));
    let theirs = rows(
        connection,
        "SELECT name, upper(type), CAST(\"notnull\" AS TEXT), dflt_value, CAST(pk AS TEXT), CAST(hidden AS TEXT) \
         FROM pragma_table_xinfo('t')",
    );
    let ours: Vec<_> = table.columns.iter().map(|column| column_row(&table, column)).collect();
    let theirs = theirs.await.into_iter().map(|mut row| {
        row[1] = row[1].as_ref().map(|of_type| of_type.to_uppercase());
        row
    });
    assert_eq!(ours, theirs.collect::<Vec<_>>(), "{sql}");
    let foreign = rows(
        connection,
        "SELECT \"table\", lower(\"from\"), \"to\", on_update, on_delete FROM pragma_foreign_key_list('t') ORDER BY id, seq",
    );
    assert_eq!(foreign_rows(&table), foreign.await, "{sql}");
    let keys = rows(
        connection,
        "SELECT DISTINCT lower(group_concat(name, '|')) FROM (SELECT l.seq, i.name FROM pragma_index_list('t') AS l, \
         pragma_index_info(l.name) AS i WHERE l.origin <> 'c' ORDER BY l.seq, i.seqno) GROUP BY seq ORDER BY 1",
    );
    let keys: Vec<String> = keys.await.concat().into_iter().flatten().collect();
    assert_eq!(key_lists(&table), keys, "{sql}");
}

async fn compare_index(connection: &mut SqliteConnection, table: &str, sql: &str) {
    let index = Index::parse(sql).unwrap_or_else(|at| panic!("{sql}\nnear {}", &sql[at..]));
    let table = Table::parse(table).unwrap_or_else(|at| panic!("near {at}"));
    let part = |part: &Part| {
        let column = part.column.as_ref().and_then(|name| table.column(name));
        let own = column.and_then(|column| column.collation()).map(|(_, name)| name);
        let collation = part.collation.as_deref().or(own).unwrap_or("BINARY").to_uppercase();
        let descending = part.order == Some(Order::Descending);
        vec![
            column.map(|column| column.name.text.clone()),
            some(u8::from(descending).to_string()),
            some(collation),
        ]
    };
    let theirs = rows(
        connection,
        "SELECT name, CAST(\"desc\" AS TEXT), upper(coll) FROM pragma_index_xinfo('i') WHERE key ORDER BY seqno",
    );
    assert_eq!(index.parts.iter().map(part).collect::<Vec<_>>(), theirs.await, "{sql}\n{}", table.sql);
    let unique = rows(
        connection,
        "SELECT CAST(\"unique\" AS TEXT), CAST(partial AS TEXT) FROM pragma_index_list('t') WHERE name = 'i'",
    );
    let ours = [index.unique, index.condition.is_some()].map(|is| some(u8::from(is).to_string()));
    assert_eq!(unique.await, [ours], "{sql}");
}

#[tokio::test]
async fn definitions_are_read_as_sqlite_reads_them() {
    let mut connection =
        SqliteConnectOptions::new().in_memory(true).foreign_keys(false).connect().await.expect("memory");
    let (mut tables, mut indexes) = (0, 0);
    let (seed, count) = cases();
    for case in seed..seed + count {
        let (sql, mut generator) = Generator::new(case).table();
        // Not all that the grammar allows makes sense.
        if run(&mut connection, &sql).await.is_err() {
            continue;
        }
        tables += 1;
        let table = stored(&mut connection, "t").await;
        compare_table(&mut connection, &table).await;
        for _ in 0..2 {
            if run(&mut connection, &generator.index()).await.is_ok() {
                indexes += 1;
                let index = stored(&mut connection, "i").await;
                compare_index(&mut connection, &table, &index).await;
                run(&mut connection, "DROP INDEX i").await.expect("dropped");
            }
        }
        run(&mut connection, "DROP TABLE t").await.expect("dropped");
    }
    assert!(tables > count / 4 && indexes > count / 4, "{tables} tables, {indexes} indexes of {count}");
}

//! What is written of a database that is there already: its SQL makes it again, and its models say what it is.

use alembic_core::autogenerate::{Filter, compare, generic, inspect, rust_source, schema_sql};
use alembic_core::models::{Declaration, Package, Sources, rust_models, sql_schema};
use alembic_core::schema::{Column, NamingConvention, Type};
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::cases::Cases;
use crate::same::assert_same;

/// All databases of a file of cases.
async fn check(kind: Kind, files: &[(&str, &str)]) {
    let (mut arena, mut copy) = (Arena::new(kind).await, Arena::new(kind).await);
    for (file, part) in files {
        for case in Cases::read(file).cases {
            let sql = if part.is_empty() { case.input.as_str() } else { case.part(part) };
            if sql.trim().is_empty() {
                continue;
            }
            arena.clear().await;
            arena.run(sql).await;
            let schemas = case.name.split_once(" + ").map(|(_, schema)| schema.to_owned());
            let filter = Filter { schemas: schemas.into_iter().collect(), ..Filter::default() };
            check_models(&arena, &filter, &case.name).await;
            check_models(&arena, &Filter::default(), &case.name).await;
            copy.clear().await;
            // What the SQL cannot make.
            if !case.part("by hand").is_empty() {
                copy.run(case.part("by hand")).await;
            }
            check_sql(&arena, &copy, &filter, &case.name).await;
        }
    }
}

/// The models of a database are no different from it.
async fn check_models(arena: &Arena, filter: &Filter, name: &str) {
    let schema = inspect(arena.pool(), filter).await.expect("the schema");
    let schema = generic(&schema, arena.dialect());
    let naming = NamingConvention::default();
    let source = rust_source(&schema, arena.dialect(), &naming, &Filter::default());
    let read =
        models(&source, arena.dialect(), &naming).unwrap_or_else(|error| panic!("{name}: {error}\n{source}"));
    let changed = open_tables(read.clone());
    let compared = compare(arena.pool(), read, filter).await;
    let difference = compared.unwrap_or_else(|error| panic!("{name}: {error}\n{source}")).difference();
    // A foreign key to what is no key is left out, and a sequence that ends before its column is a mistake.
    let expected = |line: &String| {
        (source.contains("// Left out: ") && line.starts_with("drop foreign key"))
            || (name.contains("of more bits") && line.ends_with(": type of its sequence"))
    };
    let lines: Vec<String> = difference.lines().into_iter().filter(|line| !expected(line)).collect();
    assert!(lines.is_empty(), "{name}: {}\n{source}", lines.join("\n"));
    let compared = compare(arena.pool(), changed, filter).await;
    let difference = compared.unwrap_or_else(|error| panic!("{name}: {error}\n{source}")).difference();
    let expected = |line: &String| line.ends_with(".another one") || expected(line);
    let lines: Vec<String> = difference.lines().into_iter().filter(|line| !expected(line)).collect();
    assert!(lines.is_empty(), "{name}, with more columns: {}\n{source}", lines.join("\n"));
}

/// Each table with one more column. Then the database is asked what it makes of the others, which are as they were.
fn open_tables(models: Declaration) -> Declaration {
    let Declaration::Schema { mut schema, untold, naming, unread } = models else {
        panic!("models are a schema")
    };
    for table in &mut schema.tables {
        let column = Column::new("another one", Type::Integer);
        table.columns.push(Column { nullable: true, ..column });
    }
    Declaration::Schema { schema, untold, naming, unread }
}

pub(crate) fn models(
    source: &str,
    dialect: Dialect,
    naming: &NamingConvention,
) -> Result<Declaration, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let library = folder.path().join("lib.rs");
    std::fs::write(&library, source).expect("a file");
    let package = Package { name: "service".into(), library: Some(library), ..Package::default() };
    let sources = Sources {
        folder: folder.path().to_owned(),
        packages: vec![package],
        dialect: Some(dialect),
        ..Sources::default()
    };
    rust_models(&sources, naming).map_err(|error| error.to_string())
}

/// The SQL of a database, as a source of what is desired, is no different from it.
async fn check_script(arena: &Arena, filter: &Filter, sql: &str, name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schema.sql");
    std::fs::write(&file, sql).expect("a file");
    let script = sql_schema(&file, "schema.sql", arena.dialect());
    let script = script.unwrap_or_else(|error| panic!("{name}: {error}\n{sql}"));
    let compared = compare(arena.pool(), script, filter).await;
    let compared = compared.unwrap_or_else(|error| panic!("{name}: {error}\n{sql}"));
    let difference = compared.difference();
    assert!(difference.is_empty(), "{name}: {difference}\n{sql}");
}

/// The SQL of a database makes the same again.
async fn check_sql(arena: &Arena, copy: &Arena, filter: &Filter, name: &str) {
    let dialect = arena.dialect();
    let schema = inspect(arena.pool(), filter).await.expect("the schema");
    let shown = schema_sql(&schema, dialect).expect("the SQL");
    check_script(arena, filter, &shown, name).await;
    let sql = schema_sql(&generic(&schema, dialect), dialect).expect("the SQL");
    if sql.is_empty() {
        return;
    }
    if let Err(error) = copy.try_run(&sql).await {
        // What is only named is made by hand before.
        let object = schema.objects.iter().any(|own| own.statements().is_none());
        assert!(object, "{name}: {error}\n{sql}");
        return;
    }
    let made = inspect(copy.pool(), filter).await.expect("the schema");
    assert_same(dialect, &made, &schema, &format!("{name}\n{sql}"));
    check_script(copy, filter, &shown, &format!("the copy of {name}")).await;
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql, &[("reflect_postgresql.txt", ""), ("diff_postgresql.txt", "after")]).await;
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite, &[("reflect_sqlite.txt", ""), ("diff_sqlite.txt", "after")]).await;
}

#[tokio::test]
async fn mariadb() {
    check(
        Kind::Mysql,
        &[("claimed_mariadb.txt", ""), ("reflect_mariadb.txt", ""), ("diff_mariadb.txt", "after")],
    )
    .await;
}

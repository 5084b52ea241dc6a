//! What is read from a database that was made by hand.

use alembic_core::autogenerate::{Filter, inspect};
use alembic_core::schema::{Identity, Schema, Table, TextObject, Type};
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::cases::Cases;
use crate::compact::compact;

async fn check(kind: Kind, file: &str) {
    let mut arena = Arena::new(kind).await;
    let mut cases = Cases::read(file);
    for case in cases.cases.clone() {
        arena.clear().await;
        arena.run(&case.input).await;
        let schemas = case.name.split_once(" + ").map(|(_, schema)| schema.to_owned());
        let filter = Filter { schemas: schemas.into_iter().collect(), ..Filter::default() };
        let schema =
            inspect(arena.pool(), &filter).await.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        if kind == Kind::Mysql {
            let seen = inspect(reader(&arena, &filter).await.as_str(), &filter).await;
            assert_eq!(seen.expect("a reader sees the tables").tables, schema.tables, "{}", case.name);
        }
        if kind == Kind::Sqlite {
            agrees_with_pragmas(&arena, &schema, &case.name).await;
        }
        // Views of MariaDB name the database.
        let text = compact(&schema).replace(&arena.database.name, "database");
        cases.check(&case, &[("schema", text)]);
    }
    cases.finish();
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql, "reflect_postgresql.txt").await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql, "reflect_mariadb.txt").await;
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite, "reflect_sqlite.txt").await;
}

/// MySQL: the URL of a user who may only read. The tables look the same to such a user as to their owner.
async fn reader(arena: &Arena, filter: &Filter) -> String {
    let name = &arena.database.name;
    arena.run(&format!("CREATE USER IF NOT EXISTS {name} IDENTIFIED BY 'x'")).await;
    for database in std::iter::once(name).chain(&filter.schemas) {
        arena.run(&format!("GRANT SELECT ON {database}.* TO {name}")).await;
    }
    let (_, place) = arena.database.url.split_once('@').expect("a user in the URL");
    format!("mysql://{name}:x@{place}")
}

/// What was read from the definitions has to be what SQLite itself understands of them.
async fn agrees_with_pragmas(arena: &Arena, schema: &Schema, case: &str) {
    let tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' \
                  AND name NOT IN ('alembic_version', '_sqlx_migrations') ORDER BY name";
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.name.as_str()).collect();
    assert_eq!(arena.database.column(tables).await, names, "{case}");
    for table in &schema.tables {
        let name = table.name.name.replace('\'', "''");
        let columns = format!(
            "SELECT name || '|' || upper(replace(type, ' (', '(')) || '|' || iif(pk > 0, '?', CAST(\"notnull\" AS TEXT)) || '|' || CAST(pk AS TEXT) || '|' || hidden \
             FROM pragma_table_xinfo('{name}')"
        );
        assert_eq!(arena.database.column(&columns).await, columns_of(table), "{case}");
        let keys = format!(
            "SELECT \"from\" || '|' || lower(\"table\") || '|' || on_delete || '|' || on_update \
             FROM pragma_foreign_key_list('{name}') ORDER BY id DESC, seq"
        );
        assert_eq!(arena.database.column(&keys).await.len(), foreign_key_columns(table), "{case}");
        let indexes = format!(
            "SELECT origin || '|' || CAST(\"unique\" AS TEXT) || '|' || CAST(partial AS TEXT) || '|' || \
             (SELECT group_concat(coalesce(i.name, '?') || ' ' || i.\"desc\") FROM pragma_index_xinfo(l.name) i WHERE i.key) \
             FROM pragma_index_list('{name}') l WHERE origin <> 'pk' ORDER BY 1"
        );
        // The order of a constraint's columns is only in its text.
        let has_more = |object: &TextObject| object.kind == "constraint option" && object.name == table.name;
        let keys = table.uniques.iter().map(|unique| &unique.definition);
        let is_plain = keys.chain(table.primary_key.iter().map(|key| &key.definition)).all(Option::is_none);
        if is_plain && !schema.objects.iter().any(has_more) {
            assert_eq!(arena.database.column(&indexes).await, indexes_of(table), "{case}");
        }
    }
}

fn columns_of(table: &Table) -> Vec<String> {
    let key = table.primary_key.as_ref();
    let place = |name: &String| {
        key.and_then(|key| key.columns.iter().position(|own| own == name)).map_or(0, |place| place + 1)
    };
    let columns = table.columns.iter().map(|column| {
        let Type::Sql(words) = &column.type_ else { panic!("{column:?}") };
        let hidden = column.generated.as_ref().map_or(0, |generated| if generated.stored { 3 } else { 2 });
        // SQLite lets most primary keys be NULL, and we do not.
        let not_null = if place(&column.name) > 0 {
            "?"
        } else if column.nullable {
            "0"
        } else {
            "1"
        };
        assert!(column.identity.is_none_or(|identity| identity == Identity::ByDefault));
        format!("{}|{}|{not_null}|{}|{hidden}", column.name, words.to_uppercase(), place(&column.name))
    });
    columns.collect()
}

fn foreign_key_columns(table: &Table) -> usize {
    table.foreign_keys.iter().map(|key| key.columns.len()).sum()
}

fn indexes_of(table: &Table) -> Vec<String> {
    // SQLite makes one index for keys that say the same.
    let is_new = |place: usize| {
        let (before, own) = (&table.uniques[..place], &table.uniques[place].columns);
        let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns == *own);
        !is_key && before.iter().all(|other| other.columns != *own)
    };
    let uniques = table.uniques.iter().enumerate().filter(|(place, _)| is_new(*place)).map(|(_, unique)| {
        let columns: Vec<String> = unique.columns.iter().map(|column| format!("{column} 0")).collect();
        format!("u|1|0|{}", columns.join(","))
    });
    let indexes = table.indexes.iter().map(|index| {
        let parts: Vec<String> = index
            .parts
            .iter()
            .map(|part| {
                let name = if part.is_expression { "?" } else { &part.key };
                format!("{name} {}", part.direction as u8)
            })
            .collect();
        let partial = u8::from(index.condition.is_some());
        format!("c|{}|{partial}|{}", u8::from(index.unique), parts.join(","))
    });
    let mut all: Vec<String> = uniques.chain(indexes).collect();
    all.sort();
    all
}

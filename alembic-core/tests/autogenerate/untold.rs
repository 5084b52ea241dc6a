//! Sources that have no words for all that a database has: that is left as it is.

use alembic_core::autogenerate::{Filter, compare};
use alembic_core::models::{
    Declaration, Package, Sources, diesel_schema, rust_models, sea_orm_entities, sql_schema,
};
use alembic_core::schema::NamingConvention;
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;

const DATABASE: &str = "
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (id int PRIMARY KEY, boss int REFERENCES users, mood mood DEFAULT 'ok', moods mood[], code text UNIQUE, plain int CHECK (plain > 0));
CREATE TABLE posts (
    id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE, editor int REFERENCES users,
    code text REFERENCES users (code), reply int, CHECK (author <> editor)
);
CREATE INDEX ON posts (editor) WHERE reply IS NULL;
CREATE INDEX ON posts (lower(code));
CREATE VIEW authors AS SELECT id FROM users;
";

const DIESEL: &str = "
pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = \"mood\"))]
    pub struct Mood;
}
diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;
    users (id) { id -> Int4, boss -> Nullable<Int4>, mood -> Nullable<Mood>, moods -> Nullable<Array<Nullable<Mood>>>,
        code -> Nullable<Text>, plain -> Nullable<Int4>, }
}
diesel::table! {
    posts (id) { id -> Int4, author -> Int4, editor -> Nullable<Int4>, code -> Nullable<Text>, reply -> Nullable<Int4>, }
}
diesel::table! {
    authors (id) { id -> Int4, }
}
";

async fn difference(arena: &Arena, declaration: Declaration) -> Vec<String> {
    compare(arena.pool(), declaration, &Filter::default()).await.expect("a comparison").difference().lines()
}

fn sources(source: &str) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().expect("a folder");
    let library = folder.path().join("lib.rs");
    std::fs::write(&library, source).expect("a file");
    let package = Package { name: "service".into(), library: Some(library), ..Package::default() };
    let sources = Sources { folder: folder.path().to_owned(), packages: vec![package], ..Sources::default() };
    (folder, sources)
}

#[tokio::test]
async fn what_diesel_has_no_words_for_is_left_as_it_is() {
    let arena = Arena::new(Kind::Postgresql).await;
    arena.run(DATABASE).await;
    let lines = async |source: &str| {
        let (_folder, sources) = sources(source);
        difference(&arena, diesel_schema(&sources).expect("tables")).await
    };
    assert_eq!(lines(DIESEL).await, Vec::<String>::new());
    // What a column that goes is part of goes with it.
    let without = DIESEL.replace("editor -> Nullable<Int4>, ", "").replace("plain -> Nullable<Int4>, ", "");
    let expected = [
        "drop foreign key posts_editor_fkey of posts",
        "drop check posts_check of posts",
        "drop index posts_editor_idx of posts",
        "drop check users_plain_check of users",
        "drop column posts.editor",
        "drop column users.plain",
    ];
    assert_eq!(lines(&without).await, expected);
}

/// `diesel print-schema` writes no precision, and of a type of SQLite what is stored in it. A difference in that is none; any
/// other is.
#[tokio::test]
async fn the_sizes_of_diesel_are_left_as_they_are() {
    let cases = [
        (
            Kind::Mysql,
            "`a` timestamp(6), b timestamp(3), c datetime(3), d time(3), e decimal(10,2), f varchar(20), g datetime, h int(5)",
            "a -> Nullable<Timestamp>, b -> Nullable<Timestamp>, c -> Nullable<Datetime>, d -> Nullable<Time>, \
             e -> Nullable<Decimal>, f -> Nullable<Varchar>, g -> Nullable<Datetime>, h -> Nullable<Integer>,",
            ("Nullable<Time>", "Nullable<Date>", "change column t.d: type"),
        ),
        (
            Kind::Postgresql,
            "a timestamp(3), b time(3), c interval day to second, d timestamptz(0), e numeric(10,2), f varchar(20), g char(3)",
            "a -> Nullable<Timestamp>, b -> Nullable<Time>, c -> Nullable<Interval>, d -> Nullable<Timestamptz>, \
             e -> Nullable<Numeric>, f -> Nullable<Varchar>, g -> Nullable<Bpchar>,",
            ("Nullable<Varchar>", "Nullable<Text>", "change column t.f: type"),
        ),
        (
            Kind::Sqlite,
            "a varchar(255), b char(3), c double, d numeric, e float, f int, g bigint, h smallint, i mediumint, j datetime, \
             k decimal(10,2), l tinyint(1)",
            "a -> Nullable<Text>, b -> Nullable<Text>, c -> Nullable<Double>, d -> Nullable<Double>, e -> Nullable<Float>, \
             f -> Nullable<Integer>, g -> Nullable<BigInt>, h -> Nullable<SmallInt>, i -> Nullable<Integer>, \
             j -> Nullable<Timestamp>, k -> Nullable<Double>, l -> Nullable<Bool>,",
            ("e -> Nullable<Float>", "e -> Nullable<Text>", "change column t.e: type"),
        ),
    ];
    for (kind, columns, fields, (from, to, change)) in cases {
        let arena = Arena::new(kind).await;
        arena.run(&format!("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, {columns})")).await;
        let source = format!("diesel::table! {{ t (id) {{ id -> Integer, {fields} }} }}");
        let lines = async |source: &str| {
            let (_folder, sources) = sources(source);
            difference(&arena, diesel_schema(&sources).expect("tables")).await
        };
        assert_eq!(lines(&source).await, Vec::<String>::new(), "{kind:?}");
        assert_eq!(lines(&source.replacen(from, to, 1)).await, [change], "{kind:?}");
    }
}

/// Each version of SeaORM has other words for the types of SQLite.
#[tokio::test]
async fn the_words_of_sea_orm_on_sqlite_are_left_as_they_are() {
    let arena = Arena::new(Kind::Sqlite).await;
    let columns = "id integer NOT NULL PRIMARY KEY AUTOINCREMENT, a bigint NOT NULL, b blob NOT NULL, c real NOT NULL, \
                   d double NOT NULL, e varchar NOT NULL, f tinyint NOT NULL";
    arena.run(&format!("CREATE TABLE t ({columns})")).await;
    let source = "
        use sea_orm::entity::prelude::*;
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = \"t\")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub a: u64,
            pub b: Vec<u8>,
            pub c: f64,
            pub d: f32,
            pub e: String,
            pub f: i64,
        }
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}";
    let lines = async |source: &str| {
        let (_folder, sources) = sources(source);
        difference(&arena, sea_orm_entities(&sources).expect("entities")).await
    };
    assert_eq!(lines(source).await, Vec::<String>::new());
    let other = source.replace("pub e: String", "pub e: i32");
    assert_eq!(lines(&other).await, ["change column t.e: type"]);
}

/// A key of SQLite that Diesel shows as one that may be NULL.
#[tokio::test]
async fn keys_of_sqlite() {
    let arena = Arena::new(Kind::Sqlite).await;
    arena
        .run(
            "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE pages (book TEXT, number INTEGER, PRIMARY KEY (book, number));",
        )
        .await;
    let source = "
        diesel::table! { authors (id) { id -> Nullable<Integer>, name -> Nullable<Text>, } }
        diesel::table! { pages (book, number) { book -> Nullable<Text>, number -> Nullable<Integer>, } }
        diesel::allow_tables_to_appear_in_same_query!(authors, pages,);";
    let (_folder, sources) = sources(source);
    let lines = difference(&arena, diesel_schema(&sources).expect("tables")).await;
    assert_eq!(lines, Vec::<String>::new());
}

/// An ENUM or SET of MySQL, of which Diesel tells the kind, and the values of an ENUM at most.
#[tokio::test]
async fn enums_and_sets_of_mysql() {
    let arena = Arena::new(Kind::Mysql).await;
    arena
        .run(
            "CREATE TABLE orders (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, state ENUM('open', 'it''s done') NOT NULL,
             kind ENUM('x', 'y'), tags SET('a', 'b') NOT NULL DEFAULT 'a')",
        )
        .await;
    let source = "
        pub mod sql_types {
            #[derive(diesel::sql_types::SqlType)] #[diesel(mysql_type(name = \"Enum\"))] #[diesel(enum_type)]
            pub struct OrdersStateEnum;
            #[derive(diesel::sql_types::SqlType)] #[diesel(mysql_type(name = \"Enum\"))] pub struct OrdersKindEnum;
            #[derive(diesel::sql_types::SqlType)] #[diesel(mysql_type(name = \"Set\"))] pub struct OrdersTagsSet;
        }
        pub mod rust_types {
            #[derive(Debug, diesel::types::Enum)] #[diesel(sql_type = super::sql_types::OrdersStateEnum)]
            pub enum OrdersStateEnum { #[diesel(rename = \"open\")] Open, #[diesel(rename = \"it's done\")] ItSDone, }
        }
        diesel::table! {
            use diesel::sql_types::*;
            use super::sql_types::{OrdersStateEnum, OrdersKindEnum, OrdersTagsSet};
            orders (id) {
                id -> Unsigned<Bigint>,
                #[max_length = 9] state -> OrdersStateEnum,
                #[max_length = 1] kind -> Nullable<OrdersKindEnum>,
                #[max_length = 3] tags -> OrdersTagsSet,
            }
        }";
    let lines = async |source: &str| {
        let (_folder, sources) = sources(source);
        difference(&arena, diesel_schema(&sources).expect("tables")).await
    };
    assert_eq!(lines(source).await, Vec::<String>::new());
    // Only what is told can differ.
    let more = source.replace("Open,", "Open, #[diesel(rename = \"lost\")] Lost,");
    assert_eq!(lines(&more).await.len(), 1, "{:?}", lines(&more).await);
}

/// What `pg_dump` writes names a schema before everything, also before what extensions have made in it.
#[tokio::test]
async fn a_dump_is_a_source() {
    let arena = Arena::new(Kind::Postgresql).await;
    arena.run("CREATE EXTENSION citext; CREATE EXTENSION pg_trgm").await;
    let dump = "
        CREATE SCHEMA other;
        CREATE TABLE other.o (a integer);
        CREATE TABLE public.t (a public.citext DEFAULT 'x'::public.citext, b text, c integer NOT NULL);
        CREATE INDEX ix ON public.t USING gin (b public.gin_trgm_ops);
        CREATE SEQUENCE public.t_c_seq OWNED BY public.t.c;
        ALTER TABLE ONLY public.t ALTER COLUMN c SET DEFAULT nextval('public.t_c_seq'::regclass);";
    arena.run(dump).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schema.sql");
    let dump = format!("SELECT pg_catalog.set_config('search_path', '', false);\n{dump}");
    std::fs::write(&file, dump).expect("a file");
    let script = sql_schema(&file, "schema.sql", Dialect::Postgresql).expect("a script");
    let filter = Filter { schemas: vec!["other".to_owned()], ..Filter::default() };
    let compared = compare(arena.pool(), script, &filter).await.expect("a comparison");
    assert_eq!(compared.difference().lines(), Vec::<String>::new());
}

#[tokio::test]
async fn an_enum_that_a_model_only_names_is_left_as_it_is() {
    let arena = Arena::new(Kind::Postgresql).await;
    arena
        .run("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('x')")
        .await;
    arena.run("CREATE TABLE t (a mood NOT NULL DEFAULT 'ok', b mood[] NOT NULL, c mood NOT NULL)").await;
    let (_folder, sources) = sources(
        "#[derive(alembic::Table)]
        #[table(name = \"t\")]
        struct T {
            #[column(type = \"mood\", default = \"'ok'\")]
            a: String,
            #[column(type = \"public.mood[]\")]
            b: Vec<String>,
            #[column(type(postgresql = \"\\\"mood\\\"\", sqlite = \"TEXT\"))]
            c: String,
        }",
    );
    let models = rust_models(&sources, &NamingConvention::default()).expect("models");
    assert_eq!(difference(&arena, models).await, Vec::<String>::new());
}

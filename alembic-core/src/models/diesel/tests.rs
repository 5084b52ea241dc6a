//! What `diesel print-schema` writes, and the schema that it describes.

use crate::models::sketch::sketch;
use crate::models::source::tests::{sources, unindent};
use crate::models::{Declaration, diesel_schema};

fn read(files: &[(&str, &str)]) -> String {
    let (_folder, sources) = sources(files);
    match diesel_schema(&sources) {
        Ok(Declaration::Schema { schema, .. }) => sketch(&schema),
        Ok(Declaration::Script(_)) => "a script\n".into(),
        Err(errors) => format!("{errors}\n"),
    }
}

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(read(&[("src/lib.rs", source)]), unindent(expected), "{source}");
}

#[track_caller]
fn column(definition: &str, expected: &str) {
    check(
        &format!("diesel::table! {{ t (id) {{ id -> Int4, {definition}, }} }}"),
        &format!("t\n  id: integer\n  {expected}\n  primary key unnamed (id)\n"),
    );
}

#[test]
fn tables_and_joins() {
    check(
        "// @generated automatically by Diesel CLI.

        diesel::table! {
            /// Representation of the `posts` table.
            posts (id) {
                /// The `id` column.
                id -> Int4,
                user_id -> Int4,
                #[max_length = 255]
                title -> Varchar,
                body -> Nullable<Text>,
            }
        }

        diesel::table! { users { id -> Int8, } }

        table! { followings (user_id, post_id) { user_id -> Int8, post_id -> Int4, } }

        diesel::joinable!(posts -> users (user_id));
        joinable!(followings -> posts (post_id));

        diesel::allow_tables_to_appear_in_same_query!(followings, posts, users,);",
        "
        followings
          user_id: big_integer
          post_id: integer
          primary key unnamed (user_id, post_id)
          foreign key unnamed (post_id) to posts (id)
        posts
          id: integer
          user_id: integer
          title: varchar(255)
          body: \"TEXT\" null
          primary key unnamed (id)
          foreign key unnamed (user_id) to users (id)
        users
          id: big_integer
          primary key unnamed (id)
        ",
    );
}

#[test]
fn names_of_the_database() {
    check(
        "pub mod shop { diesel::table! {
            use diesel::sql_types::*;

            #[sql_name = \"Order Items\"]
            shop.order_items (r#type, number_) {
                #[sql_name = \"type\"] r#type -> Text,
                #[sql_name = \"number\"] #[max_length = 9] number_ -> Varchar,
            }
        } }
        diesel::table! { notes (id) { id -> Int4, item -> Text, } }",
        "
        notes
          id: integer
          item: \"TEXT\"
          primary key unnamed (id)
        shop.Order Items
          type: \"TEXT\"
          number: varchar(9)
          primary key unnamed (type, number)
        ",
    );
    check(
        "pub mod a { diesel::table! { a.t (id) { id -> Int4, } } }
         pub mod b { diesel::table! { b.t (id) { id -> Int4, #[sql_name = \"a\"] a_ -> Int4, } }
                     diesel::joinable!(t -> super::a::t (a_)); }",
        "
        a.t
          id: integer
          primary key unnamed (id)
        b.t
          id: integer
          a: integer
          primary key unnamed (id)
          foreign key unnamed (a) to a.t (id)
        ",
    );
}

#[test]
fn types() {
    let cases = [
        ("Bool", "boolean"),
        ("Tinyint", "tiny_integer"),
        ("SmallInt", "small_integer"),
        ("Int2", "small_integer"),
        ("Integer", "integer"),
        ("BigInt", "big_integer"),
        ("Float", "real"),
        ("Float8", "double"),
        ("Numeric", "decimal"),
        ("Bytea", "bytes"),
        ("Blob", "\"BLOB\""),
        ("Longtext", "\"LONGTEXT\""),
        ("Varchar", "\"VARCHAR\""),
        ("Date", "date"),
        ("Time", "\"TIME\""),
        ("Timestamp", "\"TIMESTAMP\""),
        ("Datetime", "\"DATETIME\""),
        ("Timestamptz", "timestamp_tz"),
        ("Interval", "interval"),
        ("Uuid", "uuid"),
        ("Json", "\"JSON\""),
        ("Jsonb", "\"JSONB\""),
        ("Inet", "\"INET\""),
        ("CChar", "\"\"char\"\""),
        ("Nullable<Int4>", "integer null"),
        ("Array<Text>", "array(\"TEXT\")"),
        ("Array<Nullable<Int8>>", "array(big_integer)"),
        ("Nullable<Array<Nullable<Uuid>>>", "array(uuid) null"),
        ("Unsigned<Integer>", "unsigned_integer"),
        ("Nullable<Unsigned<Bigint>>", "unsigned_big_integer null"),
        ("Range<Int4>", "\"INT4RANGE\""),
        ("Range<Timestamp>", "\"TSRANGE\""),
        ("Multirange<Timestamptz>", "\"TSTZMULTIRANGE\""),
        ("diesel::sql_types::Int4", "integer"),
        ("Serial", "integer serial"),
        // Of an extension, or of one's own: from the name that print-schema has made.
        ("Ltree", "\"ltree\""),
        ("crate::types::MyMood", "\"my_mood\""),
    ];
    for (type_, expected) in cases {
        column(&format!("a -> {type_}"), &format!("a: {expected}"));
    }
    column("#[max_length = 2] a -> Nullable<Bpchar>", "a: char(2) null");
    column("#[max_length = 16] a -> Binary", "a: \"BINARY(16)\"");
    column("#[auto_increment] a -> Integer", "a: integer identity");
}

#[test]
fn types_of_ones_own() {
    check(
        "pub mod sql_types {
            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(postgres_type(name = \"user_mood\", schema = \"shop\"))]
            #[diesel(enum_type)]
            pub struct Mood;

            #[derive(diesel::sql_types::SqlType)]
            #[diesel(postgres_type(name = \"PosInteger\"))]
            pub struct Posinteger;

            #[derive(diesel::sql_types::SqlType)]
            #[diesel(postgres_type(oid = 1, array_oid = 2))]
            pub struct Other;
        }

        pub mod rust_types {
            #[derive(Debug, diesel::types::Enum)]
            #[diesel(sql_type = super::sql_types::Mood)]
            pub enum Mood { #[diesel(rename = \"very good\")] Good, NotSoGood }
        }

        diesel::table! {
            use diesel::sql_types::*;
            use super::sql_types::{Mood, Posinteger as Pos};
            use super::sql_types::*;

            t (id) { id -> Pos, mood -> Nullable<Mood>, moods -> Array<Mood>, other -> Other, }
        }",
        "
        t
          id: \"\"PosInteger\"\"
          mood: enum shop.user_mood null
          moods: array(enum shop.user_mood)
          other: \"other\"
          primary key unnamed (id)
        enum shop.user_mood: very good, not_so_good
        ",
    );
}

/// On SQLite a key is written as one that may be NULL.
#[test]
fn keys_of_sqlite() {
    check(
        "// @generated automatically by Diesel CLI.

        diesel::table! {
            authors (id) {
                id -> Nullable<Integer>,
                name -> Nullable<Text>,
            }
        }

        diesel::table! {
            pages (book, number) {
                book -> Nullable<Text>,
                number -> Nullable<Integer>,
                author -> Integer,
            }
        }

        diesel::table! {
            scraps (rowid) {
                rowid -> Integer,
                text -> Nullable<Text>,
            }
        }

        diesel::joinable!(pages -> authors (author));

        diesel::allow_tables_to_appear_in_same_query!(authors, pages, scraps,);",
        "
        authors
          id: integer
          name: \"TEXT\" null
          primary key unnamed (id)
        pages
          book: \"TEXT\"
          number: integer
          author: integer
          primary key unnamed (book, number)
          foreign key unnamed (author) to authors (id)
        scraps
          rowid: integer
          text: \"TEXT\" null
          primary key unnamed (rowid)
        ",
    );
}

/// On MySQL each ENUM and SET gets a type of its own, with the values of an ENUM if the tool was told to write them.
#[test]
fn enums_and_sets_of_mysql() {
    check(
        "// @generated automatically by Diesel CLI.

        /// A module containing custom SQL type definitions
        pub mod sql_types {
            #[derive(Clone, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(mysql_type(name = \"Enum\"))]
            #[diesel(enum_type)]
            pub struct OrdersStateEnum;

            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(mysql_type(name = \"Enum\"))]
            pub struct OrdersKindEnum;

            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(mysql_type(name = \"Set\"))]
            pub struct OrdersTagsSet;
        }

        pub mod rust_types {
            #[derive(Debug, diesel::types::Enum)]
            #[diesel(sql_type = super::sql_types::OrdersStateEnum)]
            pub enum OrdersStateEnum {
                #[diesel(rename = \"open\")]
                Open,
                #[diesel(rename = \"it's done\")]
                ItSDone,
            }
        }

        diesel::table! {
            use diesel::sql_types::*;
            use super::sql_types::OrdersStateEnum;
            use super::sql_types::OrdersKindEnum;
            use super::sql_types::OrdersTagsSet;

            orders (id) {
                id -> Unsigned<Bigint>,
                state -> OrdersStateEnum,
                #[max_length = 5]
                kind -> Nullable<OrdersKindEnum>,
                tags -> OrdersTagsSet,
            }
        }",
        "
        orders
          id: unsigned_big_integer
          state: enum orders_state_enum
          kind: \"enum\" null
          tags: \"set\"
          primary key unnamed (id)
        enum orders_state_enum: open, it's done
        ",
    );
}

#[test]
fn files_are_followed() {
    assert_eq!(
        read(&[("src/main.rs", "mod schema;"), ("src/schema.rs", "diesel::table! { t { id -> Int4, } }")]),
        "t\n  id: integer\n  primary key unnamed (id)\n"
    );
    check(
        "mod t { macro_rules! table { () => {} } } fn f() { table! { x } } diesel::view! { v { id -> Int4, } }",
        "",
    );
}

#[test]
fn mistakes() {
    let case = |source: &str, expected: &str| check(source, expected);
    case(
        "table! { t (id) { id -> } }",
        "src/lib.rs:1: `table!`: unexpected end of input, expected one of: `for`, parentheses, \
         `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime",
    );
    case(
        "table! { t (key) {\nid -> Int4, } }",
        "src/lib.rs:1: table t has no column key\n  help: a column is named as a field, or as a string by its name in the \
         database",
    );
    case(
        "table! { t { id -> Int4, } }\njoinable!(t -> u (id));",
        "src/lib.rs:2: `joinable!`: there is no table `u`",
    );
    case(
        "table! { t { id -> Int4, } }\njoinable!(t -> t (parent));",
        "src/lib.rs:2: table t has no column parent\n  help: a column is named as a field, or as a string by its name in the \
         database",
    );
    case(
        "table! { t { id -> Int4, } }\ntable! { t { id -> Int4, } }",
        "src/lib.rs:2: a second model for table t; the first one is in src/lib.rs:1\n  \
         help: give one of them another name, `#[table(name = \"…\")]`, or remove it",
    );
}

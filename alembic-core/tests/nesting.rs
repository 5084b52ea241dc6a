//! Files that are nested deeper than a stack: they are read, or an error says so.

use std::path::Path;

use alembic_core::config::ConfigFile;
use alembic_core::models::{
    Declaration, ModelErrors, Package, Sources, diesel_schema, rust_models, sea_orm_entities, sql_schema,
};
use alembic_core::schema::NamingConvention;
use alembic_core::script::{Lock, Script};
use alembic_core::sql::Dialect;

const DEPTHS: [usize; 3] = [10, 1_000, 20_000];

/// Where something is nested, and what: before, the beginning, the innermost, the end, and after.
const RUST: [(&str, &str, &str, &str, &str); 33] = [
    ("type A = ", "Option<", "i64", ">", ";"),
    ("type A = ", "(", "i64", ")", ";"),
    ("type A = ", "[", "i64", "]", ";"),
    ("type A = ", "&", "i64", "", ";"),
    ("type A = ", "*const ", "i64", "", ";"),
    ("type A = ", "fn() -> ", "i64", "", ";"),
    ("type A = ", "B<i64, ", "i64", ">", ";"),
    ("type A = ", "&&&B<i64, ", "i64", ">", ";"),
    ("type A = ", "<i64 as B<", "i64", ">>::C", ";"),
    ("type A = ", "dyn B<C = ", "i64", ">", ";"),
    ("type A = ", "[u8; ", "1", "]", ";"),
    ("type A = [u8; ", "(", "1", ")", "];"),
    ("type A = [u8; ", "-", "1", "", "];"),
    ("type A = [u8; ", "1 + ", "1", "", "];"),
    ("type A = [u8; ", "{", "1", "}", "];"),
    ("type A = ", "a::", "B", "", ";"),
    ("#[derive(alembic::Table)] struct A { a: ", "Option<", "i64", ">", " }"),
    ("#[derive(alembic::Table)] struct A { #[column(default = ", "(", "1", ")", ")] a: i64 }"),
    ("#[derive(alembic::Table)] struct A { #[column(default = ", "-", "1", "", ")] a: i64 }"),
    ("#[derive(alembic::Table)] struct A { #[column", "(a", "", ")", "] a: i64 }"),
    ("#[derive(alembic::Table)] #[table = ", "a = ", "1", "", "] struct A { a: i64 }"),
    ("#[derive(alembic::Enum)] enum A { A = ", "1 + ", "1", "", " }"),
    ("#[derive(alembic::Enum)] enum A { A = ", "!", "1", "", " }"),
    ("#[derive(alembic::Enum)] enum A { A = a", ".b", "", "", " }"),
    ("#[derive", "(a", "", ")", "] struct A { a: i64 }"),
    ("struct A<T> where T: ", "B<", "i64", ">", " { a: T }"),
    ("", "mod a { ", "", "}", ""),
    ("fn f() ", "{ ", "", "}", ""),
    ("#[cfg(", "not(", "unix", ")", ")] mod a {}"),
    ("#[cfg_attr(unix, ", "cfg_attr(unix, ", "path = \"a.rs\"", ")", ")] mod a;"),
    ("use ", "a::{", "B", "}", ";"),
    ("table! { t (id) { id -> ", "Nullable<", "Integer", ">", ", } }"),
    ("html! { ", "< a ", "", "", " }"),
];

fn sources(folder: &Path) -> Sources {
    let package = Package { name: "app".into(), library: Some(folder.join("lib.rs")), ..Package::default() };
    Sources { folder: folder.to_owned(), packages: vec![package], ..Sources::default() }
}

fn read_all(folder: &Path) -> [Result<Declaration, ModelErrors>; 3] {
    let sources = sources(folder);
    [rust_models(&sources, &NamingConvention::default()), diesel_schema(&sources), sea_orm_entities(&sources)]
}

#[test]
fn rust_source() {
    let folder = tempfile::tempdir().expect("a folder");
    for depth in [10, 1_000, 5_000, 200_000] {
        for (place, (before, begin, inner, end, after)) in RUST.into_iter().enumerate() {
            // The deepest take seconds to be written and lexed: some of them.
            if depth == 200_000 && place % 8 != 1 {
                continue;
            }
            let text = format!("{before}{}{inner}{}{after}\n", begin.repeat(depth), end.repeat(depth));
            std::fs::write(folder.path().join("lib.rs"), text).expect("a file");
            let results = read_all(folder.path());
            // What no parser looks at may be nested: bodies of functions are, in brackets only.
            let is_parsed = !before.starts_with("html") && !before.starts_with("table");
            let is_too_deep = depth >= 5_000 || depth >= 1_000 && !["1 + ", ".b"].contains(&begin);
            if is_too_deep && is_parsed && begin != "a::" {
                for result in results {
                    let text = result.expect_err(&format!("{before}{begin} {depth} times")).to_string();
                    assert!(text.contains("nested more than 128 levels deep"), "{before}{begin}: {text}");
                }
            }
        }
    }
}

/// SeaORM's types stand in strings.
#[test]
fn source_in_strings() {
    let folder = tempfile::tempdir().expect("a folder");
    for depth in DEPTHS {
        for key in ["column_type", "default_expr", "default_value"] {
            for (begin, end) in [("Array(", ")"), ("(", ")"), ("[", "]"), ("- ", ""), ("A<", ">")] {
                let value = format!("{}1{}", begin.repeat(depth), end.repeat(depth));
                let text = format!(
                    "#[derive(sea_orm::DeriveEntityModel)] #[sea_orm(table_name = \"t\")] pub struct Model {{\n\
                     #[sea_orm(primary_key)] pub id: i32, #[sea_orm({key} = \"{value}\")] pub a: i32 }}"
                );
                std::fs::write(folder.path().join("lib.rs"), text).expect("a file");
                let _ = read_all(folder.path());
            }
        }
    }
}

/// Names that stand for others, one after the other.
#[test]
fn chains_of_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = "#[derive(alembic::Table)] pub struct T { #[column(primary_key)] pub id: A0 }\n";
    for length in [10, 1_000, 5_000] {
        for link in ["type", "use", "struct"] {
            let mut text = model.to_owned();
            for number in 0..length {
                let next = number + 1;
                text += &match link {
                    "type" => format!("type A{number} = A{next};\n"),
                    "use" => format!("use self::A{next} as A{number};\n"),
                    _ => format!("struct A{number}(A{next});\n"),
                };
            }
            text += &format!("type A{length} = i64;\n");
            std::fs::write(folder.path().join("lib.rs"), &text).expect("a file");
            let result = rust_models(&sources(folder.path()), &NamingConvention::default());
            assert!(result.is_ok() || length > 10, "{link}: {result:?}");
        }
    }
}

/// Files that are modules of each other.
#[test]
fn chains_of_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..1_000 {
        let name = if number == 0 { "lib.rs".to_owned() } else { format!("m{number}.rs") };
        let text = format!("#[path = \"m{}.rs\"] mod a;", number + 1);
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    std::fs::write(folder.path().join("m1000.rs"), "#[path = \"lib.rs\"] mod a;").expect("a file");
    let text = rust_models(&sources(folder.path()), &NamingConvention::default()).expect_err("too deep");
    assert!(text.to_string().contains("nested more than 128 levels deep"), "{text}");
}

#[test]
fn settings_locks_and_scripts() {
    for depth in DEPTHS {
        for (begin, end) in [("[", "]"), ("{a=", "}"), ("a.", ""), ("[[", "]]"), ("\"", "\"")] {
            let value = format!("{}1{}", begin.repeat(depth), end.repeat(depth));
            for text in [format!("url = {value}"), value.clone(), format!("models = {{ source = {value} }}")]
            {
                let _ = ConfigFile::parse(&text);
                let _ = Lock::parse("alembic.lock", &text);
                let _ = Lock::parse("alembic.lock", &format!("version 1\n{text}\n"));
            }
        }
        for body in ["(", "BEGIN ", "/*", "CASE ", "$a$ ", "/*! "] {
            let text = format!(
                "-- x\n--\n-- Revision: a\n-- Revises:\n\n-- alembic: upgrade\nSELECT {}\n",
                body.repeat(depth)
            );
            if let Ok(mut script) = Script::parse("a.sql", text) {
                let _ = script.read_statements(&Dialect::ALL);
            }
        }
    }
}

#[test]
fn a_schema_in_sql() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("schema.sql");
    for depth in DEPTHS {
        for (begin, end) in [("(", ")"), ("f(", ")"), ("CASE WHEN ", " END"), ("/*", "*/"), ("ARRAY[", "]")] {
            let text =
                format!("CREATE TABLE t (a INT CHECK ({}1{}));\n", begin.repeat(depth), end.repeat(depth));
            std::fs::write(&path, text).expect("a file");
            for dialect in Dialect::ALL {
                let _ = sql_schema(&path, "schema.sql", dialect);
            }
        }
    }
}

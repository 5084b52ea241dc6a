//! Conditions, and models that are not read.

use std::collections::BTreeSet;

use super::{check, sources, unindent};
use crate::models::sketch::sketch;
use crate::models::{Declaration, Sources, rust_models};
use crate::schema::NamingConvention;
use crate::sql::Dialect;

/// The column `j` of a model, where these features are on.
fn column(features: Option<&[&str]>, source: &str) -> String {
    let source = format!("{source}\n#[derive(alembic::Table)] struct Doc {{ j: Json }}\n");
    let (_folder, mut sources) = sources(&[("src/lib.rs", &source)]);
    sources.features = features.map(|features| features.iter().map(|name| (*name).to_owned()).collect());
    match rust_models(&sources, &NamingConvention::default()) {
        Ok(Declaration::Schema { schema, .. }) => {
            sketch(&schema).replace("docs\n  j: ", "").trim().to_owned()
        }
        Ok(Declaration::Script(_)) => "a script".into(),
        Err(errors) => errors.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

const ALIASES: &str = "#[cfg(feature = \"lite\")]\ntype Json = String;\n#[cfg(not(feature = \"lite\"))]\ntype Json = \
                       serde_json::Value;";

/// What a name means is never decided by the order of its definitions.
#[test]
fn alternatives_are_mistakes() {
    let error = |line: usize, other: usize| {
        format!("src/lib.rs:{line}: `Json` is also defined in line {other}, under other conditions")
    };
    let cases = [
        (ALIASES, 2, 4),
        (
            "#[cfg(feature = \"a\")] use x::Json;\n#[cfg(feature = \"b\")] use serde_json::Value as Json;",
            1,
            2,
        ),
        ("#[cfg(unix)] struct Json(i32);\n#[cfg(windows)] struct Json(i64);", 1, 2),
        ("#[cfg(unix)] type Json = i32;\n#[cfg(not(unix))] use x::Json;", 1, 2),
        (
            "#[cfg(feature = \"a\")] use a::*;\n#[cfg(feature = \"b\")] use b::*;\nmod a { pub type Json = i32; }\n\
             mod b { pub type Json = i64; }",
            1,
            2,
        ),
        ("#[cfg(unix)] type Json = i32;\nuse a::*;\nmod a { pub type Json = i64; }", 1, 2),
    ];
    for (source, line, other) in cases {
        assert_eq!(column(None, source), error(line, other), "{source}");
        let exchanged: Vec<&str> = source.lines().collect();
        if let [first, second] = exchanged.as_slice() {
            assert_eq!(column(None, &format!("{second}\n{first}")), error(line, other), "{source}");
        }
    }
    // The module of an alternative.
    let modules = "#[cfg(unix)] mod m { pub type Json = i32; }\n#[cfg(windows)] mod m { pub type Json = i64; }\nuse m::Json;";
    assert_eq!(column(None, modules), "src/lib.rs:1: `m` is also defined in line 2, under other conditions");
}

#[test]
fn what_is_certain_or_not_asked_for_is_no_mistake() {
    let cases = [
        ("#[cfg(test)] type Json = i32; #[cfg(not(test))] type Json = i64;", "big_integer"),
        ("#[cfg(unix)] type Json = i32;", "integer"),
        (
            "#[cfg(unix)] use serde_json::Value as Json; #[cfg(windows)] use serde_json::Value as Json;",
            "json",
        ),
        // A type of one's own comes before what `*` brings.
        ("type Json = i32; #[cfg(unix)] use a::*; mod a { pub type Json = i64; }", "integer"),
        // Nothing of the models.
        (
            "#[cfg(unix)] type Other = i32; #[cfg(windows)] type Other = i64; type Json = i16;",
            "small_integer",
        ),
        (
            "#[cfg(unix)] use a::Serialize; #[cfg(windows)] use b::Serialize; #[derive(Serialize)] struct Json(i32);",
            "integer",
        ),
        // A module and a function of one name.
        ("#[cfg(unix)] mod json; use json::json; type Json = i32;", "integer"),
    ];
    for (source, expected) in cases {
        assert_eq!(column(None, source), expected, "{source}");
    }
}

#[test]
fn features_decide() {
    assert_eq!(column(Some(&["lite"]), ALIASES), "text");
    assert_eq!(column(Some(&[]), ALIASES), "json");
    let fields = "#[cfg(feature = \"lite\")] type Json = i32; #[cfg_attr(feature = \"lite\", derive(alembic::Table))] \
                  struct Lite { id: i32 } type Json = i64;";
    let read = |features: &[&str]| column(Some(features), fields);
    assert_eq!(read(&[]), "big_integer");
    assert!(read(&["lite"]).contains("also defined"));
}

/// Where the database is known, a type that it has not got is a mistake at its column; all are found.
#[test]
fn types_that_a_database_lacks() {
    let source = "#[derive(alembic::Table)]\nstruct A {\n    v: Vec<i32>,\n    d: std::time::Duration,\n    \
                  #[column(type(sqlite = \"TEXT\"))]\n    t: Vec<i32>,\n}\n";
    let read = |dialect: Option<Dialect>| {
        let (_folder, sources) = sources(&[("src/lib.rs", source)]);
        let sources = Sources { dialect, ..sources };
        rust_models(&sources, &NamingConvention::default()).map_err(|errors| errors.to_string())
    };
    assert!(read(None).is_ok());
    assert!(read(Some(Dialect::Postgresql)).is_ok());
    let help = "help: write the type of the column in the words of this database, `#[column(type = \"…\")]`";
    assert_eq!(
        read(Some(Dialect::Sqlite)).expect_err("mistakes"),
        format!(
            "src/lib.rs:3: column v: sqlite has no arrays\n  {help}\n\nsrc/lib.rs:4: column d: sqlite has no type for a span of \
             time\n  {help}\n"
        )
        .trim_end()
    );
}

/// What may hold models and is not read, in the sources of a package.
#[track_caller]
fn unread(files: &[(&str, &str)], expected: &str) {
    let (folder, mut sources) = sources(files);
    sources.packages[0].folder = Some(folder.path().join("src"));
    sources.features = Some(BTreeSet::new());
    let found = match rust_models(&sources, &NamingConvention::default()) {
        Ok(Declaration::Schema { unread, .. }) => unread.iter().map(|own| format!("{own}\n")).collect(),
        Ok(Declaration::Script(_)) => "a script\n".into(),
        Err(errors) => format!("{errors}\n"),
    };
    assert_eq!(found, unindent(expected), "{files:?}");
}

#[test]
fn files_that_no_module_leads_to() {
    const MODEL: &str = "use alembic::Table;\n#[derive(Debug, Table)] struct A { id: i32 }";
    unread(
        &[("src/lib.rs", "mod a;"), ("src/a.rs", MODEL), ("src/b.rs", MODEL), ("src/c/d.rs", MODEL)],
        "
        src/b.rs has models, but no `mod` leads to it: they are not read
        src/c/d.rs has models, but no `mod` leads to it: they are not read
        ",
    );
    // What is left out on purpose, and what holds no models.
    unread(
        &[
            ("src/lib.rs", "#[cfg(test)] mod tests; #[cfg(feature = \"x\")] mod x;"),
            ("src/tests.rs", MODEL),
            ("src/tests/more.rs", MODEL),
            ("src/x/mod.rs", MODEL),
            ("src/x/y.rs", MODEL),
            ("src/other.rs", "struct Table; #[derive(Debug)] struct A { id: i32 }"),
            ("src/broken.rs", "#[derive(Table)] struct {"),
            ("src/other/Cargo.toml", ""),
            ("src/other/src/a.rs", MODEL),
        ],
        "",
    );
}

#[test]
fn macros_and_includes() {
    unread(
        &[(
            "src/lib.rs",
            "macro_rules! model {
                ($name:ident) => { #[derive(alembic::Table)] struct $name { id: i32 } };
            }
            model!(A);
            macro_rules! other { () => { struct Table; } }
            both! { #[derive(Debug, Table)] struct B { id: i32 } }
            include!(concat!(env!(\"OUT_DIR\"), \"/models.rs\"));
            fn f() { include!(\"x.rs\") }",
        )],
        "
        src/lib.rs:1: models that this macro makes are not read
        src/lib.rs:6: models in the call of a macro are not read
        src/lib.rs:7: models in a file that is included are not read
        ",
    );
}

#[test]
fn conditions_of_fields() {
    check(
        "#[derive(Table)] struct A { #[cfg(feature = \"x\")] a: i32, #[cfg(not(feature = \"x\"))] a: i64 }",
        "src/lib.rs:2: column a stands twice in table as\n  help: rename one of them with `#[column(name = \"…\")]`",
    );
}

//! Which files are read, and which structs in them are models.

use super::{check, read_files, unindent};

const MODEL: &str = "#[derive(alembic::Table)] struct ";

#[track_caller]
fn files(files: &[(&str, &str)], expected: &str) {
    assert_eq!(read_files(files).replace("\n\n", "\n"), unindent(expected), "{files:?}");
}

/// The tables that are found, by their names.
#[track_caller]
fn tables(list: &[(&str, &str)], expected: &str) {
    let text = read_files(list);
    let names: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(names.join(" "), expected, "{list:?}");
}

fn model(name: &str) -> String {
    format!("{MODEL}{name} {{ id: i32 }}\n")
}

#[test]
fn modules_are_followed() {
    let [a, b, c, d] = ["A", "B", "C", "D"].map(model);
    tables(&[("src/lib.rs", "mod a;"), ("src/a.rs", &a)], "as");
    tables(&[("src/lib.rs", "mod a;"), ("src/a/mod.rs", &a)], "as");
    tables(&[("src/lib.rs", "mod a;"), ("src/a.rs", "pub mod b;"), ("src/a/b.rs", &b)], "bs");
    tables(&[("src/lib.rs", "mod a;"), ("src/a/mod.rs", "pub mod b;"), ("src/a/b.rs", &b)], "bs");
    tables(&[("src/lib.rs", "mod a { mod b { mod c; } }"), ("src/a/b/c.rs", &c)], "cs");
    tables(&[("src/lib.rs", "mod a;"), ("src/a.rs", "mod b { mod c; }"), ("src/a/b/c.rs", &c)], "cs");
    tables(&[("src/main.rs", "mod r#type;"), ("src/type.rs", &d)], "ds");
    tables(&[("src/lib.rs", ""), ("src/unused.rs", &a)], "");
}

#[test]
fn paths_of_modules() {
    let [a, b] = ["A", "B"].map(model);
    tables(&[("src/lib.rs", "#[path = \"other/x.rs\"] mod a;"), ("src/other/x.rs", &a)], "as");
    // A file that `#[path]` names owns its folder.
    tables(
        &[
            ("src/lib.rs", "#[path = \"other/x.rs\"] mod a;"),
            ("src/other/x.rs", "mod b;"),
            ("src/other/b.rs", &b),
        ],
        "bs",
    );
    // Beside the file that says so.
    tables(&[("src/lib.rs", "mod a;"), ("src/a.rs", "#[path = \"x.rs\"] mod b;"), ("src/x.rs", &b)], "bs");
    // In an inline module: in its folder.
    tables(&[("src/lib.rs", "mod a { #[path = \"x.rs\"] mod b; }"), ("src/a/x.rs", &b)], "bs");
    tables(
        &[
            ("src/lib.rs", "mod a;"),
            ("src/a.rs", "mod i { #[path = \"x.rs\"] mod b; }"),
            ("src/a/i/x.rs", &b),
        ],
        "bs",
    );
    tables(&[("src/lib.rs", "#[path = \"y\"] mod a { mod b; }"), ("src/y/b.rs", &b)], "bs");
    tables(&[("src/lib.rs", "#[cfg_attr(unix, path = \"unix.rs\")] mod a;"), ("src/unix.rs", &a)], "as");
}

#[test]
fn tests_are_left_out() {
    let a = model("A");
    tables(&[("src/lib.rs", &format!("#[cfg(test)] mod tests {{ {a} }}"))], "");
    tables(&[("src/lib.rs", "#[cfg(test)] mod tests;")], "");
    tables(&[("src/lib.rs", "mod tests;"), ("src/tests.rs", &format!("#![cfg(test)] {a}"))], "");
    tables(&[("src/lib.rs", &format!("#[cfg(all(test, unix))] {a}"))], "");
    tables(&[("src/lib.rs", &format!("#[cfg(not(test))] {a}"))], "as");
    tables(&[("src/lib.rs", &format!("#[cfg(feature = \"x\")] {a}"))], "as");
    // Its file may not be there: the system that it is for is another one.
    tables(&[("src/lib.rs", "#[cfg(windows)] mod windows;")], "");
    check(
        "#[derive(Table)] struct A { #[cfg(test)] a: Unknown, #[cfg(not(test))] b: i32 }",
        "as\n  b: integer",
    );
}

#[test]
fn conditional_attributes_count() {
    check(
        "#[cfg_attr(feature = \"ssr\", derive(Table, Clone), table(name = \"people\"))] #[cfg_attr(test, table(strict))]
         struct User { #[cfg_attr(feature = \"ssr\", cfg_attr(unix, column(primary_key)), serde(x))] id: i32 }",
        "people\n  id: integer\n  primary key pk_people (id)",
    );
}

#[test]
fn a_file_of_two_crates_is_read_once() {
    let a = model("A");
    tables(&[("src/lib.rs", "mod a;"), ("src/main.rs", "mod a;"), ("src/a.rs", &a)], "as");
    tables(
        &[
            ("src/lib.rs", "pub mod ids { pub struct Id(pub i64); }"),
            ("src/main.rs", "#[derive(alembic::Table)] struct A { id: app::ids::Id }"),
        ],
        "as",
    );
}

#[test]
fn a_file_may_have_several_paths() {
    let a = model("A");
    let source = "#[path = \"x/a.rs\"] mod a; #[path = \"y/../x/a.rs\"] mod b;";
    tables(&[("src/lib.rs", source), ("src/x/a.rs", &a), ("src/y/b.rs", "")], "as");
    // Its mistakes are said once.
    files(
        &[
            ("src/lib.rs", "mod a;"),
            ("src/main.rs", "mod a;"),
            ("src/a.rs", "#[derive(alembic::Table)] struct A { #[column(a)] #[column(b)] c: i32 }"),
        ],
        "
        src/a.rs:1: unknown key `a`; the keys are name, primary_key, autoincrement, identity, type, length, precision, scale, nullable, not_null, default, unique, index, references, check, generated, collation, comment, renamed_from, using, skip

        src/a.rs:1: unknown key `b`; the keys are name, primary_key, autoincrement, identity, type, length, precision, scale, nullable, not_null, default, unique, index, references, check, generated, collation, comment, renamed_from, using, skip
        "
        .replace("\n\n", "\n")
        .as_str(),
    );
}

#[test]
fn packages_are_read_together() {
    files(
        &[
            ("crates/web-shop/src/lib.rs", "use shared::{ids::*, State}; use alembic::Table; mod orders;"),
            (
                "crates/web-shop/src/orders.rs",
                "use alembic::*; #[derive(Table)] struct Order { id: super::OrderId, state: super::State,
                 #[column(references = ::shared::User)] user: i64 }",
            ),
            (
                "crates/shared/src/lib.rs",
                "pub mod ids { pub struct OrderId(pub uuid::Uuid); }
                 #[derive(alembic::Enum)] pub enum State { Open }
                 #[derive(alembic::Table)] pub struct User { #[column(primary_key)] id: i64 }",
            ),
            (
                "crates/admin/src/main.rs",
                "#[derive(alembic::Table)] struct Audit { order: web_shop::OrderId }",
            ),
        ],
        "
        audits
          order: uuid
        orders
          id: uuid
          state: enum state
          user: big_integer
          foreign key fk_orders_user_users (user) to users (id)
        users
          id: big_integer
          primary key pk_users (id)
        enum state: Open
        ",
    );
}

#[test]
fn derives_are_looked_up() {
    let cases = [
        ("#[derive(alembic::Table)] struct A { a: i32 }", "as"),
        ("#[derive(::alembic::Table)] struct A { a: i32 }", "as"),
        ("#[derive(Debug)] #[derive(Clone, alembic::Table,)] struct A { a: i32 }", "as"),
        ("use alembic::Table; #[derive(Table)] struct A { a: i32 }", "as"),
        ("use alembic::Table as Model; #[derive(Model)] struct A { a: i32 }", "as"),
        ("use alembic as db; #[derive(db::Table)] struct A { a: i32 }", "as"),
        ("use alembic::*; #[derive(Table)] struct A { a: i32 }", "as"),
        ("mod p { pub use alembic::Table; } use p::*; #[derive(Table)] struct A { a: i32 }", "as"),
        ("mod p { pub use alembic::Table; } #[derive(p::Table)] struct A { a: i32 }", "as"),
        ("use alembic::Table; mod m { use super::*; #[derive(Table)] struct A { a: i32 } }", "as"),
        // A derive and a type may have one name.
        ("use alembic::Table; use comfy_table::Table; #[derive(Table)] struct A { a: i32 }", "as"),
        // Other derives of that name.
        ("use cli_table::Table; #[derive(Table)] struct A { a: i32 }", ""),
        ("#[derive(cli_table::Table)] struct A { a: i32 }", ""),
        ("use diesel::*; #[derive(Table)] struct A { a: i32 }", ""),
        ("#[derive(Table)] struct A { a: i32 }", ""),
        ("use alembic::Enum; #[derive(Table)] struct A { a: i32 }", ""),
        ("fn f() { #[derive(alembic::Table)] struct A { a: i32 } }", ""),
        ("macro_rules! m { () => { #[derive(alembic::Table)] struct A { a: i32 } } }", ""),
    ];
    for (source, expected) in cases {
        tables(&[("src/lib.rs", source)], expected);
    }
}

#[test]
fn files_may_begin_with_anything() {
    let a = model("A");
    tables(&[("src/main.rs", &format!("\u{feff}{a}"))], "as");
    tables(&[("src/main.rs", &format!("#!/usr/bin/env run\n{a}"))], "as");
    tables(&[("src/main.rs", &format!("#![allow(dead_code)]\n//! Text.\n{a}"))], "as");
    tables(&[("src/main.rs", "#!")], "");
    tables(&[("src/main.rs", "")], "");
    files(
        &[("src/main.rs", "#!/usr/bin/env run\n\n#[derive(alembic::Table)]\nstruct A;")],
        "src/main.rs:4: a struct without named fields cannot be the model of a table",
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    files(
        &[("src/lib.rs", "fn main() {}\n\nmod users;")],
        "
        src/lib.rs:3: the file of module `users` does not exist: neither src/users.rs nor src/users/mod.rs
          help: create the file, or remove `mod`
        ",
    );
    files(
        &[("src/lib.rs", "#[path = \"x.rs\"] mod users;")],
        "
        src/lib.rs:1: the file of module `users` does not exist: neither src/x.rs
          help: create the file, or remove `mod`
        ",
    );
    files(
        &[("src/lib.rs", "mod a;"), ("src/a.rs", "fn a() {}\n\nfn b() { ( }\n")],
        "
        src/a.rs:3: the file is not Rust: a bracket, a quote or a character here fits nowhere
          help: `cargo check` says more
        ",
    );
    files(
        &[("src/lib.rs", "#[derive(alembic::Table)]\nstruct A { a i32 }")],
        "
        src/lib.rs:2: the file is not Rust: A is not understood
          help: `cargo check` says more
        ",
    );
    // A file that is its own module.
    tables(&[("src/lib.rs", "#[path = \"lib.rs\"] mod a;")], "");
}

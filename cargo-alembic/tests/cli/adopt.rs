//! A database that was there before: its models, a baseline, and what is written later, on it and on a new one.

use std::process::Command;

use crate::autogenerate::with_models;
use crate::support::{Package, package};

fn client(package: &Package, file: &str, sql: &str) -> String {
    let mut client = Command::new("sqlite3");
    client.arg(package.path(file)).arg(sql);
    let output = client.output().expect("sqlite3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A package with the database `app.db`, adopted.
fn adopted(sql: &str) -> Package {
    let package = package(&[]);
    client(&package, "app.db", sql);
    with_models(&package, &package.alembic("inspect --models").success().stdout);
    package.alembic("check").success();
    package.alembic("revision --autogenerate --scratch -m \"what is there\" --rev-id a1").success();
    package.alembic("stamp head").success();
    package
}

/// Constraints of SQLite without a name have none in a new database either, and what changes them later runs on both.
#[test]
fn constraints_without_a_name() {
    let package = adopted(
        "create table authors(id integer primary key, email text unique, age int check(age > 0));
         create table books(id integer primary key, author_id integer not null references authors(id), title text,
             check(title <> ''), check(title <> 'x'));
         insert into authors values(1, 'a', 9); insert into books values(1, 1, 't');",
    );
    package.session("adopt_unnamed", &["inspect --models"]);
    let both = |revision: &str, from: &str, to: &str| {
        package.edit("src/models.rs", from, to);
        package.alembic(&format!("revision --autogenerate -m {revision} --rev-id {revision}")).success();
        package.alembic("upgrade").success();
        package.alembic("check").success();
        package.alembic("--url sqlite://new.db?mode=rwc upgrade").success();
        package.alembic("--url sqlite://new.db check").success();
    };
    both("cascade", "references(\"authors(id)\")", "references(\"authors(id)\", on_delete = cascade)");
    both("loose", "#[column(unique)]\n", "");
    // One of two that are found by the same name.
    both("check", "#[table(check(\"title <> ''\"))]\n", "");
    package.alembic("check --scratch").success();
    assert_eq!(client(&package, "app.db", "select * from authors, books"), "1|a|9|1|1|t\n");
    // And back.
    for url in ["sqlite://app.db", "sqlite://new.db"] {
        package.alembic(&format!("--url {url} downgrade a1")).success();
    }
    let [old, new] = ["sqlite://app.db", "sqlite://new.db"]
        .map(|url| package.alembic(&format!("--url {url} inspect --models")).success().stdout);
    assert_eq!(old, new);
}

/// A foreign key of SQLite whose table was dropped, or that refers to no key, is no difference.
#[test]
fn foreign_keys_that_refer_to_nothing() {
    let package = adopted(
        "create table a(id integer primary key); create table p(id integer primary key, code int);
         create table b(a_id integer not null references a(id), code int references p(code)); drop table a;",
    );
    package.alembic("check").success();
    package.edit(
        "src/models.rs",
        "pub code: Option<i64>,\n}",
        "pub code: Option<i64>,\n    pub more: Option<i64>,\n}",
    );
    package.alembic("revision --autogenerate -m more --rev-id more").success();
    package.alembic("upgrade").success();
    package.alembic("check").success();
    package.alembic("downgrade -1").success();
    let schema = client(&package, "app.db", "select sql from sqlite_schema where name = 'b'");
    assert!(schema.contains("references a(id)") && schema.contains("references p(code)"), "{schema}");
}

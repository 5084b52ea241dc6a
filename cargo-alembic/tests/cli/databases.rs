//! Named databases: `[databases.NAME]` and `-n`.

use std::process::Command;

use alembic_testing::{Script, write_scripts};

use crate::support::{Package, chain, package};

const NAMED: &str = "[databases.app]\nmigrations = \"app\"\nurl = \"sqlite://app.db\"\n\n\
                     [databases.billing]\nmigrations = \"billing\"\nurl = \"${BILLING_URL}\"\n";

fn invoices() -> [Script<'static>; 1] {
    [Script::new("i1", "", "CREATE TABLE invoices (id INTEGER PRIMARY KEY);", "DROP TABLE invoices;")]
}

/// Two databases with a folder each, and nothing at the top of the file.
fn named(settings: &str) -> Package {
    let package = package(&[]);
    std::fs::remove_dir(package.path("migrations")).expect("the folder");
    package.write("alembic.toml", settings);
    write_scripts(&package.path("app"), &chain(2));
    write_scripts(&package.path("billing"), &invoices());
    package.write(".env", "BILLING_URL=sqlite://billing.db\n");
    package
}

/// A command in an environment that has a `DATABASE_URL`.
fn with_url(package: &Package, arguments: &[&str]) -> Command {
    let mut command = package.command(arguments);
    command.env("DATABASE_URL", "sqlite://wrong.db");
    command
}

#[test]
fn one_or_all() {
    let package = named(NAMED);
    package.session(
        "databases",
        &[
            "upgrade",
            "-n app upgrade r1",
            "upgrade -n app -n billing",
            "current -n",
            "heads --name billing",
            "downgrade base -n *",
        ],
    );
    for (folder, listed) in [("app", "r1"), ("billing", "i1")] {
        assert!(package.read(format!("{folder}/alembic.lock")).contains(&format!("\n{listed} sha256:")));
    }
}

#[test]
fn mistakes() {
    let package = named(NAMED);
    let before = package.files();
    package.session(
        "databases_mistakes",
        &[
            "heads",
            "heads -n biling",
            // The word after `-n` is a name.
            "upgrade -n head",
            "downgrade -n base",
            "current -n --url sqlite://other.db",
            "heads --url sqlite://other.db",
        ],
    );
    package.write(".env", "");
    package.session("databases_no_variable", &["upgrade -n billing"]);
    package.write(".env", "BILLING_URL=sqlite://billing.db\n");
    assert_eq!(package.files(), before);
}

/// Neither `DATABASE_URL` nor the `url` at the top may migrate a database that has another name.
#[test]
fn a_url_is_never_that_of_another_database() {
    let settings =
        "url = \"sqlite://top.db\"\nmigrations = \"app\"\n\n[databases.billing]\nmigrations = \"billing\"\n";
    let package = named(settings);
    package.write(".env", "DATABASE_URL=sqlite://wrong.db\n");
    let output = package.run(with_url(&package, &["upgrade", "-n", "billing"])).code(1);
    package.assert_snapshot("databases_no_url", &output.to_string());
    // With the name, the URL of the call is the database's; with its own, the others do not count.
    package.alembic("upgrade -n billing --url sqlite://billing.db").success();
    package.write("alembic.toml", format!("{settings}url = \"sqlite://own.db\"\n"));
    package.run(with_url(&package, &["upgrade", "-n", "billing"])).success();
    let files: Vec<_> =
        package.files().into_keys().filter_map(|name| name.into_os_string().into_string().ok()).collect();
    let databases: Vec<&str> =
        files.iter().map(String::as_str).filter(|name| name.ends_with(".db")).collect();
    assert_eq!(databases, ["billing.db", "own.db"]);
    // The database without a name takes what it always took.
    package.run(with_url(&package, &["upgrade"])).success();
    assert!(package.path("wrong.db").is_file());
}

#[test]
fn it_stops_at_the_first_failure() {
    let package = named(&format!("url = \"sqlite://top.db\"\nmigrations = \"app\"\n{NAMED}"));
    package.write(
        "app/r2.sql",
        Script::new("r2", "r1", "CREATE TABLE r1 (id INTEGER, id INTEGER);", "DROP TABLE r1;").text(),
    );
    package.session("databases_stop", &["upgrade -n app -n billing", "upgrade -n"]);
    assert!(!package.path("billing.db").exists());
}

#[test]
fn other_settings() {
    let package = named(
        "version_table = \"versions\"\n\n[databases.app]\nmigrations = \"app\"\nurl = \"sqlite://both.db\"\n\n\
         [databases.billing]\nmigrations = \"billing\"\nurl = \"sqlite://both.db\"\nversion_table = \"billing_version\"\n",
    );
    package.alembic("upgrade -n").success();
    assert_eq!(package.alembic("current -n app").success().stdout, "r2 (head)\n");
    assert_eq!(package.alembic("current -n billing").success().stdout, "i1 (head)\n");
}

/// Databases of one shape in several places: a script is written once.
#[test]
fn shared_migrations() {
    let package = package(&chain(1));
    package.write(
        "alembic.toml",
        "[databases.eu]\nurl = \"sqlite://eu.db\"\n\n[databases.us]\nurl = \"sqlite://us.db\"\n",
    );
    package.session(
        "databases_shared",
        &["revision -n -m more --rev-id r2", "upgrade -n", "current -n", "verify -n"],
    );
    assert_eq!(package.listed(), ["r1*", "r2*"]);
}

/// While those with folders of their own get one each.
#[test]
fn a_revision_in_each() {
    let package = named(NAMED);
    package.session("databases_revision", &["revision -n -m more --rev-id x9", "heads -n"]);
    package.only_file("app", "_x9_more.sql");
    package.only_file("billing", "_x9_more.sql");
}

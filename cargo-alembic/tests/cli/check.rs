//! `check`: for CI.

use alembic_testing::on_every_database;

use crate::autogenerate::with_models;
use crate::support::{chain, package, package_on};

const MODELS: &str = r#"
#[derive(alembic::Table)]
struct User {
    #[column(primary_key)]
    id: i64,
    #[column(length = 100, unique, default = "'nobody'", check = "email <> ''")]
    email: String,
    age: Option<i32>,
}
"#;

on_every_database! {
    async fn what_is_different(database: TestDatabase) {
        let kind = format!("{:?}", database.kind).to_lowercase();
        let package = package_on(&database, &[]);
        with_models(&package, MODELS);
        package.alembic("revision --autogenerate -m first").success();
        package.alembic("upgrade").success();
        package.alembic("check").success();
        package.edit("src/models.rs", "    age: Option<i32>,", "    born: Option<i32>,");
        package.edit("src/models.rs", "length = 100", "length = 50");
        package.session(
            &format!("check_{kind}"),
            &["check", "check --diff", "check --json", "check --scratch --json"],
        );
    }
}

#[test]
fn nothing_is_changed_by_it() {
    let package = package(&chain(1));
    with_models(&package, MODELS);
    package.alembic("upgrade").success();
    for line in ["check", "check --json", "check --diff", "check --scratch"] {
        package.changes_nothing(line).code(1);
    }
}

#[test]
fn where_nothing_can_be_compared() {
    let package = package(&[]);
    package.write("alembic.toml", "");
    with_models(&package, MODELS);
    package.session("check_no_database", &["check", "check --scratch", "check --url sqlite://nowhere.db"]);
    package.write("alembic.toml", "dialects = [\"sqlite\"]\n");
    package.session("check_memory", &["check --scratch"]);
    package.write("alembic.toml", "url = \"postgres://nobody:secret@127.0.0.1:1/app\"\n");
    package.session("check_no_server", &["check", "check --scratch"]);
}

/// A script that fails is shown as `upgrade` would show it.
#[test]
fn scripts_that_cannot_be_replayed() {
    let package = package(&[alembic_testing::Script::new(
        "r1",
        "",
        "CREATE TABLE t (a INT);\nSELECT nothing;",
        "DROP TABLE t;",
    )]);
    with_models(&package, MODELS);
    package.refuses("check_scratch_fails", "check --scratch");
}

#[test]
fn tables_that_are_left_out() {
    let package = package(&[]);
    with_models(&package, MODELS);
    package.alembic("revision --autogenerate -m first").success();
    package.alembic("upgrade").success();
    package.write(
        "more.sql",
        "CREATE TABLE tmp_a (a INT); CREATE TABLE tmp_b (a INT); CREATE TABLE _sqlx_migrations (a INT);",
    );
    let sql = package.read("more.sql");
    let mut client = std::process::Command::new("sqlite3");
    client.arg(package.path("app.db")).arg(sql);
    assert!(client.status().expect("sqlite3 runs").success());
    package.session("check_tables_all", &["check"]);
    package.write("alembic.toml", "url = \"sqlite://app.db\"\ntables = { exclude = [\"tmp_*\"] }\n");
    package.alembic("check").success();
    package.write("alembic.toml", "url = \"sqlite://app.db\"\ntables = { include = [\"user*\"] }\n");
    package.alembic("check").success();
    package.write("alembic.toml", "url = \"sqlite://app.db\"\ntables = { exclude = [\"*\"] }\n");
    package.alembic("check").success();
    // Under other names the tables that we keep our books in are left out too.
    package.write("alembic.toml", "url = \"sqlite://other.db\"\nversion_table = \"revisions\"\n");
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// Written by hand, and named by the database or by hand: a convention that nobody wrote down makes no difference.
const BY_HAND: &str = "CREATE TABLE teams (id INTEGER PRIMARY KEY, slug VARCHAR(20) NOT NULL UNIQUE);
CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    team INTEGER NOT NULL REFERENCES teams (id),
    age INTEGER NOT NULL CHECK (age > 0),
    mail VARCHAR(20) NOT NULL,
    CONSTRAINT by_mail UNIQUE (mail, team)
);
CREATE INDEX idx_members_age ON members (age);";

const OF_HAND: &str = r#"
#[derive(alembic::Table)]
struct Team {
    #[column(primary_key)]
    id: i32,
    #[column(unique, length = 20)]
    slug: String,
}

#[derive(alembic::Table)]
#[table(unique(mail, team))]
struct Member {
    #[column(primary_key)]
    id: i32,
    #[column(references = Team)]
    team: i32,
    #[column(check = "age > 0", index)]
    age: i32,
    #[column(length = 20)]
    mail: String,
}
"#;

on_every_database! {
    async fn names_that_nobody_insists_on(database: TestDatabase) {
        let kind = format!("{:?}", database.kind).to_lowercase();
        let drop = "DROP TABLE members; DROP TABLE teams;";
        let script = alembic_testing::Script::new("r1", "", BY_HAND, drop);
        let package = package_on(&database, &[script]);
        with_models(&package, OF_HAND);
        package.alembic("upgrade").success();
        package.alembic("check").success();
        package.alembic("check --scratch").success();
        // A name that is written down counts.
        package.edit("src/models.rs", "unique(mail, team)", "unique(mail, team, name = \"one_mail\")");
        package.session(&format!("check_{kind}_named"), &["check"]);
        package.edit("src/models.rs", ", name = \"one_mail\"", "");
        // What changes, changes under the name that it has; what comes gets one of the convention.
        package.edit("src/models.rs", "unique(mail, team)", "unique(mail, team, id)");
        package.edit("src/models.rs", "age > 0", "age > 1");
        package.edit("src/models.rs", "    mail: String", "    email: String");
        package.edit("src/models.rs", "#[column(length = 20)]", "#[column(length = 20, renamed_from = \"mail\")]");
        package.edit("src/models.rs", "unique(mail", "unique(email");
        package.session(&format!("check_{kind}_changed"), &["check", "revision --autogenerate -m x --rev-id r2", "upgrade", "check"]);
        package.alembic("downgrade base").success();
    }
}

/// Where the models say in the same words what is there, reading is enough; else it is said what it takes to compare.
#[tokio::test]
async fn a_user_who_may_only_read() {
    let database = alembic_testing::TestDatabase::new(alembic_testing::Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    with_models(&package, &MODELS.replace(", check = \"email <> ''\"", ""));
    package.alembic("revision --autogenerate -m first").success();
    package.alembic("upgrade").success();
    let role = format!("reader_of_{}", database.name);
    database.rows(&format!("CREATE ROLE {role} LOGIN PASSWORD 'x'")).await;
    database.rows(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    let (_, place) = database.url.split_once('@').expect("a login");
    let url = format!("postgres://{role}:x@{place}");
    let same = package.alembic(&format!("check --url {url}"));
    package.edit("src/models.rs", "    age: Option<i32>,", "    age: Option<i64>,");
    let different = package.alembic(&format!("check --url {url}"));
    let scratch = package.alembic(&format!("check --scratch --url {url}"));
    database.rows(&format!("DROP OWNED BY {role}")).await;
    database.rows(&format!("DROP ROLE {role}")).await;
    same.success();
    for output in [different.code(1), scratch.code(1)] {
        assert!(output.stderr.contains("`ALTER ROLE … CREATEDB`; or let `scratch_url`"), "{}", output.stderr);
    }
}

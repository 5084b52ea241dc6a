//! A statement that fails in the middle of the third of five revisions: what is said, what the database holds, and how
//! it goes on.

use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{Package, chain, package, package_on};

const MISTAKE: &str = "INSERT INTO people (id, name)\nVALUES (1, 'Ada');";
const MENDED: &str = "INSERT INTO t3 (id)\nVALUES (1);";

/// The second of three statements fails: its table is not there.
fn broken() -> Vec<Script<'static>> {
    let mut scripts = chain(5);
    scripts[2] = Script::new(
        "r3",
        "r2",
        &format!(
            "CREATE TABLE t3 (id INTEGER PRIMARY KEY);\n\n{MISTAKE}\n\nCREATE TABLE t3b (id INTEGER PRIMARY KEY);"
        ),
        "DROP TABLE t3b;\nDROP TABLE t3;",
    );
    scripts
}

fn mend(package: &Package) {
    package.edit("migrations/r3.sql", MISTAKE, MENDED);
}

on_every_database! {
    async fn one_transaction(database: TestDatabase) {
        let package = package_on(&database, &broken());
        let name = format!("fail_{:?}", database.kind).to_lowercase();
        package.session(&name, &["upgrade", "current"]);
        if database.kind == Kind::Mysql {
            // Its DDL cannot be rolled back: what is done is done, and known.
            assert_eq!(database.versions().await, ["r2"]);
            assert_eq!(database.user_tables().await, ["t1", "t2", "t3"]);
            assert_eq!(package.listed(), ["r1*", "r2*", "r3", "r4", "r5"]);
        } else {
            assert!(database.tables().await.is_empty(), "the whole run is undone");
            assert!(!package.listed().iter().any(|id| id.ends_with('*')), "nothing is applied, and nothing is sealed");
        }
        mend(&package);
        package.session(&format!("{name}_mended"), &["upgrade", "current"]);
        assert_eq!(database.user_tables().await, ["t1", "t2", "t3", "t3b", "t4", "t5"]);
        assert_eq!(package.listed(), ["r1*", "r2*", "r3*", "r4*", "r5*"]);
    }

    async fn a_transaction_for_each_revision(database: TestDatabase) {
        let package = package_on(&database, &broken());
        package.write("alembic.toml", format!("url = \"{}\"\ntransaction = \"revision\"\n", database.url));
        let name = format!("fail_each_{:?}", database.kind).to_lowercase();
        package.session(&name, &["upgrade"]);
        assert_eq!(database.versions().await, ["r2"]);
        let tables: &[&str] = if database.kind == Kind::Mysql { &["t1", "t2", "t3"] } else { &["t1", "t2"] };
        assert_eq!(database.user_tables().await, tables);
        assert_eq!(package.listed(), ["r1*", "r2*", "r3", "r4", "r5"]);
        mend(&package);
        package.alembic("upgrade").success();
        assert_eq!(database.user_tables().await, ["t1", "t2", "t3", "t3b", "t4", "t5"]);
    }
}

/// What was done before the statement that failed cannot be edited any more.
#[tokio::test]
async fn an_edit_of_what_is_done() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &broken());
    package.alembic("upgrade").code(1);
    package.edit("migrations/r3.sql", "CREATE TABLE t3 (id INTEGER", "CREATE TABLE t3 (id BIGINT");
    mend(&package);
    package.session("fail_mended_too_much", &["upgrade", "downgrade base"]);
    package.edit("migrations/r3.sql", "CREATE TABLE t3 (id BIGINT", "CREATE TABLE t3 (id INTEGER");
    package.alembic("upgrade").success();
}

#[tokio::test]
async fn what_postgresql_has_to_say_about_it() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let upgrade = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
                   INSERT INTO people VALUES (1, 'Ada');\n\
                   INSERT INTO people VALUES (2, 'Grace'), (1, 'Augusta');";
    let package = package_on(&database, &[Script::new("r1", "", upgrade, "")]);
    package.session("fail_postgresql_detail", &["upgrade"]);

    let upgrade = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
                   SELECT id,\n       nam\n  FROM people;";
    let package = package_on(&database, &[Script::new("r1", "", upgrade, "")]);
    package.session("fail_postgresql_hint", &["upgrade"]);
}

/// What cannot be rolled back needs a section that is not.
#[tokio::test]
async fn what_cannot_run_in_a_transaction() {
    for (kind, statement) in
        [(Kind::Postgresql, "CREATE INDEX CONCURRENTLY t_id ON t (id);"), (Kind::Sqlite, "VACUUM;")]
    {
        let database = TestDatabase::new(kind).await;
        let upgrade = format!("CREATE TABLE t (id INTEGER);\n{statement}");
        let package = package_on(&database, &[Script::new("r1", "", &upgrade, "")]);
        package.session(&format!("fail_in_transaction_{kind:?}").to_lowercase(), &["upgrade"]);
    }
}

/// What a person says is not told as if it had been found out.
#[tokio::test]
async fn an_answer_is_no_finding() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let upgrade = "CREATE TABLE t1 (id INTEGER);\nCALL fill();\nCALL fill();\nINSERT INTO t1 VALUES (1);";
    let package = package_on(&database, &[Script::new("r1", "", upgrade, "")]);
    package.session("fail_in_doubt", &["upgrade", "upgrade", "resume --statement done"]);
    database.rows("CREATE PROCEDURE fill() INSERT INTO t1 VALUES (2)").await;
    package.session("fail_in_doubt_again", &["resume --statement again", "current"]);
}

/// A dump has a block for each table: that is one mistake.
#[test]
fn copies_of_a_dump() {
    let package = package(&chain(2));
    let dump = "CREATE TABLE a (x INTEGER);\nCOPY a FROM stdin;\n1\n\\.\nCOPY b FROM stdin;\n\\.\nCOPY c FROM stdin;\n\\.\nCREATE TABLE t2";
    package.edit("migrations/r2.sql", "CREATE TABLE t2", dump);
    package.session("fail_copies_of_a_dump", &["upgrade"]);
}

#[tokio::test]
async fn no_section_for_this_database() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let mut scripts = chain(2);
    scripts[1].body = "-- alembic: upgrade postgresql\nCREATE TABLE t2 (id INTEGER);\n".to_owned();
    let package = package_on(&database, &scripts);
    package.session("fail_no_section", &["upgrade"]);
    assert!(database.tables().await.is_empty());
}

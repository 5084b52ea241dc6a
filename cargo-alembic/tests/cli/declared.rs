//! What a file of SQL declares beside tables of the default schema.

use alembic_testing::{Kind, TestDatabase};

use crate::autogenerate::script;
use crate::support::{Package, package_on};

fn from_sql(database: &TestDatabase, sql: &str) -> Package {
    let package = package_on(database, &[]);
    let settings = package.read("alembic.toml");
    package.write("alembic.toml", format!("{settings}\nmodels = {{ source = \"sql\" }}\n"));
    package.write("schema.sql", sql);
    package
}

/// Writes a revision, applies it, and finds nothing different then.
fn follow(package: &Package, id: &str) {
    package.alembic(&format!("revision --autogenerate -m step --rev-id {id}")).success();
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// A schema that the file names is compared, whether the settings name it or not, and whether it is there or not.
#[tokio::test]
async fn schemas_of_the_file() {
    for settings in ["", "tables = { schemas = [\"r\"] }\n"] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = from_sql(
            &database,
            "CREATE SCHEMA r;\nCREATE TABLE r.t (id int PRIMARY KEY);\nCREATE VIEW r.v AS SELECT id FROM r.t;\n\
             CREATE SCHEMA f;\nCREATE FUNCTION f.one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
        );
        package.edit("alembic.toml", "models = {", &format!("{settings}models = {{"));
        let output = package.alembic("check").code(1);
        assert!(
            output.stdout.contains("add table r.t") && output.stdout.contains("add function f.one()"),
            "{output}"
        );
        follow(&package, "a1");
        package.edit("schema.sql", "(id int PRIMARY KEY)", "(id int PRIMARY KEY, n int)");
        follow(&package, "a2");
        package.alembic("downgrade base").success();
        package.alembic("upgrade").success();
        package.alembic("check").success();
    }
}

/// A trigger of ours on a table of others calls a function of ours.
#[tokio::test]
async fn a_trigger_on_a_table_of_others() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE SCHEMA auth").await;
    database.rows("CREATE TABLE auth.users (id int PRIMARY KEY)").await;
    let package = from_sql(
        &database,
        "CREATE SCHEMA auth;\nCREATE TABLE auth.users (id int PRIMARY KEY);\n\
         CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;\n\
         CREATE TRIGGER noted AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION noted();\n",
    );
    follow(&package, "a1");
    assert!(script(&package, "a1").contains("CREATE TRIGGER noted"), "{}", script(&package, "a1"));
}

/// What belongs to a view that our revisions have made goes with it, and comes back with it.
#[tokio::test]
async fn what_belongs_to_views() {
    let tables = "CREATE TABLE keep (a int);\nCREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;\n";
    let views = "CREATE VIEW vw AS SELECT a FROM keep;\n\
                 CREATE TRIGGER tv INSTEAD OF INSERT ON vw FOR EACH ROW EXECUTE FUNCTION tf();\n\
                 CREATE RULE ru AS ON DELETE TO vw DO INSTEAD NOTHING;\n\
                 CREATE MATERIALIZED VIEW mv AS SELECT a FROM keep;\nCREATE INDEX mvi ON mv (a);\n\
                 CREATE EXTENSION citext;\n";
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = from_sql(&database, &format!("{tables}{views}"));
    follow(&package, "a1");
    package.write("schema.sql", tables);
    follow(&package, "a2");
    assert!(script(&package, "a2").contains("DROP EXTENSION"), "{}", script(&package, "a2"));
    package.alembic("downgrade a1").success();
    let rows = database
        .rows("SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal UNION SELECT indexname::text FROM pg_indexes WHERE indexname = 'mvi' UNION SELECT rulename::text FROM pg_rules WHERE schemaname = 'public' ORDER BY 1")
        .await;
    assert_eq!(format!("{rows:?}"), r#"[[Some("mvi")], [Some("ru")], [Some("tv")]]"#);
}

/// What PostgreSQL prints otherwise each time is compared, also beside a view that a scratch database cannot make.
#[tokio::test]
async fn texts_that_are_printed_otherwise() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE TABLE secret (id int)").await;
    let package = from_sql(
        &database,
        "CREATE TABLE secret (id int);\nCREATE VIEW sv AS SELECT id FROM secret;\n\
         CREATE TABLE o (id int PRIMARY KEY, status varchar(9));\n\
         CREATE VIEW v AS SELECT id FROM o WHERE status IN ('a', 'b');\n",
    );
    package.edit("alembic.toml", "models = {", "tables = { exclude = [\"secret\"] }\nmodels = {");
    follow(&package, "a1");
    package.edit("schema.sql", "('a', 'b')", "('a', 'c')");
    let output = package.alembic("check").code(1);
    assert!(output.stdout.contains("add view v") && !output.stdout.contains("sv"), "{output}");
}

/// The privileges on what is made again are told, because they are lost.
#[tokio::test]
async fn privileges_of_what_is_made_again() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let sql = "CREATE TABLE t (a int);\nCREATE VIEW v AS SELECT a FROM t;\n";
    let package = from_sql(&database, sql);
    follow(&package, "a1");
    database.rows("GRANT SELECT ON v TO pg_monitor").await;
    package.alembic("check").success();
    package.edit("schema.sql", "(a int)", "(a bigint)");
    let output = package.alembic("revision --autogenerate -m wider --rev-id a2").success();
    let told = "takes away the privileges on view v, which have to be given again: GRANT SELECT ON TABLE v TO pg_monitor";
    assert!(output.stderr.contains(told), "{output}");
    assert!(script(&package, "a2").contains(told), "{}", script(&package, "a2"));
}

/// SQLite: a trigger of a view, and a virtual table, that our revisions have made.
#[tokio::test]
async fn views_and_virtual_tables_of_sqlite() {
    let table = "CREATE TABLE keep (a INTEGER);\n";
    let more = "CREATE VIEW vw AS SELECT a FROM keep;\nCREATE TRIGGER ti INSTEAD OF INSERT ON vw BEGIN SELECT 1; END;\n\
                CREATE VIRTUAL TABLE ft USING fts5(a, b);\n";
    let database = TestDatabase::new(Kind::Sqlite).await;
    let package = from_sql(&database, &format!("{table}{more}"));
    follow(&package, "a1");
    package.write("schema.sql", table);
    follow(&package, "a2");
    assert!(script(&package, "a2").contains("DROP TABLE \"ft\""), "{}", script(&package, "a2"));
    package.alembic("downgrade a1").success();
    let rows =
        database.rows("SELECT name FROM sqlite_schema WHERE name IN ('vw', 'ti', 'ft') ORDER BY 1").await;
    assert_eq!(format!("{rows:?}"), r#"[[Some("ft")], [Some("ti")], [Some("vw")]]"#);
}

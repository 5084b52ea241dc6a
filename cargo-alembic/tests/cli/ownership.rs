//! Tables that are nobody's, or somebody else's: they are named, and left alone.

use alembic_testing::{Kind, TestDatabase, on_every_database};

use crate::autogenerate::{script, with_models};
use crate::support::package_on;

const USER: &str = "#[derive(alembic::Table)] struct User { #[column(primary_key)] id: i64 }";

on_every_database! {
    /// The first revision on a database that others share drops nothing.
    async fn tables_of_others(database: TestDatabase) {
        database.rows("CREATE TABLE legacy (id INT PRIMARY KEY, precious INT)").await;
        database.rows("INSERT INTO legacy VALUES (1, 2)").await;
        let package = package_on(&database, &[]);
        with_models(&package, USER);
        let output = package.alembic("revision --autogenerate -m first --rev-id a1").success();
        assert!(output.stderr.contains("no model has them and no revision creates them: legacy; `--drop TABLE`"), "{output}");
        assert!(!script(&package, "a1").contains("legacy"), "{}", script(&package, "a1"));
        package.alembic("upgrade").success();
        let output = package.alembic("check").success();
        assert!(output.stderr.contains("no model has legacy, and no revision creates it"), "{output}");
        let output = package.alembic("check --strict").code(1);
        assert!(output.stderr.contains("`cargo alembic revision --autogenerate --drop TABLE`"), "{output}");
        let output = package.alembic("check --strict --json").code(1);
        assert!(output.stdout.contains("\"ok\": false") && output.stdout.contains("\"legacy\""), "{output}");

        // What the settings expect is no word worth.
        let settings = package.read("alembic.toml");
        package.write("alembic.toml", format!("{settings}\ntables = {{ unmanaged = [\"leg*\"] }}\n"));
        let output = package.alembic("check --strict").success();
        assert!(!output.stderr.contains("legacy"), "{output}");
        package.write("alembic.toml", settings);

        // Whoever names it drops it.
        for (table, why) in [("nothing", "the database has no such table"), ("users", "a model has it")] {
            let output = package.alembic(&format!("revision --autogenerate -m x --drop {table}")).code(1);
            assert!(output.stderr.contains(why), "{output}");
        }
        package.alembic("revision --autogenerate -m second --rev-id a2 --drop legacy").success();
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        assert_eq!(database.user_tables().await, ["users"]);
        package.alembic("downgrade a1").success();
        assert_eq!(database.user_tables().await, ["legacy", "users"]);
    }

    /// What a revision creates, and no model has any more, is dropped; what another one dropped and somebody has made again is not.
    async fn tables_of_revisions(database: TestDatabase) {
        let package = package_on(&database, &[]);
        with_models(&package, &format!("{USER}\n{}", USER.replace("User", "Gone")));
        package.alembic("revision --autogenerate -m first --rev-id a1").success();
        package.alembic("upgrade").success();
        with_models(&package, USER);
        let output = package.alembic("revision --autogenerate -m second --rev-id a2").success();
        assert!(output.stderr.contains("drop table gones"), "{output}");
        package.alembic("upgrade").success();
        database.rows("CREATE TABLE gones (id INT PRIMARY KEY)").await;
        package.alembic("check").success();
        package.alembic("check --strict").code(1);
        let output = package.alembic("revision --autogenerate -m third").success();
        assert!(!output.stderr.contains("drop table"), "{output}");
    }
}

/// One model in a schema of others, and a reference into it, say nothing of its other tables.
#[tokio::test]
async fn a_schema_of_others() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE SCHEMA auth").await;
    database.rows("CREATE TABLE auth.users (id BIGINT PRIMARY KEY)").await;
    database.rows("CREATE TABLE auth.sessions (id INT PRIMARY KEY, token TEXT)").await;
    let package = package_on(&database, &[]);
    let settings = package.read("alembic.toml");
    package.write("alembic.toml", format!("{settings}\nmodels = {{ source = \"sql\" }}\n"));
    package.write(
        "schema.sql",
        "CREATE TABLE auth.users (id BIGINT PRIMARY KEY);\n\
         CREATE TABLE profiles (id BIGINT PRIMARY KEY REFERENCES auth.users (id));\n",
    );
    package.alembic("revision --autogenerate -m first --rev-id a1").success();
    assert!(!script(&package, "a1").contains("DROP TABLE auth"), "{}", script(&package, "a1"));
    package.alembic("upgrade").success();
    package.alembic("check").success();
    assert_eq!(
        database.column("SELECT tablename::text FROM pg_tables WHERE schemaname = 'auth' ORDER BY 1").await,
        ["sessions", "users"]
    );
}

/// A reference needs no model in another schema: not when it is written, and not when it is inspected.
#[tokio::test]
async fn a_reference_into_a_schema_of_others() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE SCHEMA auth").await;
    database.rows("CREATE TABLE auth.users (id BIGINT PRIMARY KEY)").await;
    database.rows("CREATE TABLE auth.sessions (id INT PRIMARY KEY)").await;
    let package = package_on(&database, &[]);
    with_models(
        &package,
        "#[derive(alembic::Table)] struct Profile { #[column(primary_key, references(\"auth.users(id)\", on_delete = cascade))] id: i64 }",
    );
    let output = package.alembic("revision --autogenerate -m first --rev-id a1").success();
    assert!(!output.stderr.contains("auth."), "{output}");
    package.alembic("upgrade").success();
    package.alembic("check --strict").success();
    let models = package.alembic("inspect --models").success().stdout;
    assert!(models.contains("references(\"auth.users(id)\", on_delete = cascade)"), "{models}");
    package.write("src/models.rs", models);
    package.alembic("check --strict").success();
}

on_every_database! {
    /// The same for a table of the own schema that `exclude` leaves out.
    async fn a_reference_to_a_table_that_is_left_out(database: TestDatabase) {
        database.rows("CREATE TABLE legacy (id BIGINT NOT NULL PRIMARY KEY)").await;
        database.rows("INSERT INTO legacy VALUES (1)").await;
        let package = package_on(&database, &[]);
        let settings = package.read("alembic.toml");
        with_models(
            &package,
            "#[derive(alembic::Table)] struct Profile { #[column(primary_key)] id: i64, #[column(references(\"legacy(id)\", on_delete = cascade))] legacy: i64 }",
        );
        let output = package.alembic("revision --autogenerate -m first").code(1);
        assert!(output.stderr.contains("`exclude` of `tables` leaves out needs none: `legacy(…)`"), "{output}");
        package.write("alembic.toml", format!("{settings}\ntables = {{ exclude = [\"legacy\"] }}\n"));
        package.alembic("revision --autogenerate -m first --rev-id a1").success();
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        database.rows("INSERT INTO profiles (id, legacy) VALUES (1, 1)").await;
        let models = package.alembic("inspect --models").success().stdout;
        assert!(models.contains("references(\"legacy(id)\", on_delete = cascade)"), "{models}");
        package.write("src/models.rs", models);
        package.alembic("check --strict").success();
        package.alembic("downgrade base").success();
        assert_eq!(database.user_tables().await, ["legacy"]);
    }
}

/// The same between two databases of MySQL.
#[tokio::test]
async fn a_database_of_others() {
    let (database, other) = (TestDatabase::new(Kind::Mysql).await, TestDatabase::new(Kind::Mysql).await);
    other.rows("CREATE TABLE p (id INT PRIMARY KEY)").await;
    other.rows("CREATE TABLE q (id INT PRIMARY KEY, precious TEXT)").await;
    other.rows("INSERT INTO q VALUES (1, 'do not lose')").await;
    let name = other.column("SELECT CAST(DATABASE() AS CHAR)").await.remove(0);
    let package = package_on(&database, &[]);
    with_models(
        &package,
        &format!(
            "#[derive(alembic::Table)] struct C {{ #[column(primary_key)] id: i32, #[column(references(\"{name}.p(id)\"))] p: Option<i32> }}"
        ),
    );
    let output = package.alembic("revision --autogenerate -m first").success();
    assert!(!output.stderr.contains("drop table"), "{output}");
    package.alembic("upgrade").success();
    let output = package.alembic("check --strict").success();
    assert!(!output.stderr.contains(".q"), "{output}");
    assert_eq!(other.user_tables().await, ["p", "q"]);
}

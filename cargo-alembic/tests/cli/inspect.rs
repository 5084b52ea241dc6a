//! `inspect`: a database as it is.

use alembic_testing::{Kind, TestDatabase, on_every_database};

use crate::autogenerate::with_models;
use crate::support::{package, package_on};

/// A small shop, in the words that all three databases know.
fn shop(kind: Kind) -> Vec<&'static str> {
    let mut statements = vec![
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, CONSTRAINT one_email UNIQUE (email))",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, total DECIMAL(10, 2) DEFAULT 0, \
         paid_at TIMESTAMP NULL, CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE, \
         CONSTRAINT positive CHECK (total >= 0))",
        "CREATE INDEX orders_by_customer ON orders (customer, paid_at)",
        "CREATE VIEW unpaid AS SELECT id FROM orders WHERE paid_at IS NULL",
    ];
    if kind == Kind::Sqlite {
        statements.push("CREATE TRIGGER no_refund AFTER UPDATE ON orders BEGIN SELECT 1; END");
    }
    statements
}

on_every_database! {
    async fn in_each_form(database: TestDatabase) {
        let kind = format!("{:?}", database.kind).to_lowercase();
        let mut package = package_on(&database, &[]);
        // Since version 16 PostgreSQL leaves out the name of the only table.
        let (newer, older) = ("SELECT id\\n   FROM orders\\n  WHERE paid_at", "SELECT orders.id\\n   FROM orders\\n  WHERE orders.paid_at");
        package.hide(newer, older);
        for statement in shop(database.kind) {
            database.rows(statement).await;
        }
        for form in ["sql", "json", "models", "mermaid", "svg"] {
            package.session(&format!("inspect_{kind}_{form}"), &[&format!("inspect --{form}")]);
        }
        assert_eq!(
            package.alembic("inspect").success().stdout,
            package.alembic("inspect --sql").success().stdout
        );
        package.session(
            &format!("inspect_{kind}_filtered"),
            &["inspect --mermaid --include cust*", "inspect --mermaid --exclude cust*"],
        );

        // The way in for a database that is there: its models are what it is, and make it again.
        with_models(&package, &package.alembic("inspect --models").success().stdout);
        package.alembic("check").success();
        package.alembic("revision --autogenerate -m nothing").success();
        package.alembic("revision --autogenerate --scratch -m first --rev-id a1").success();
        let again = TestDatabase::new(database.kind).await;
        package.write("alembic.toml", format!("url = \"{}\"\n", again.url));
        package.alembic("upgrade").success();
        package.alembic("check").success();
        // Only what has no name gets one.
        let tables = |output: alembic_testing::Output| {
            let text = output.success().stdout;
            // Models have no views and triggers.
            let tables: Vec<&str> = text.lines().take_while(|line| !line.contains(" VIEW ")).collect();
            let text = tables.join("\n").trim_end().to_owned();
            text.replace("CONSTRAINT pk_customers ", "").replace("CONSTRAINT pk_orders ", "")
        };
        let copy = tables(package.alembic("inspect"));
        package.write("alembic.toml", format!("url = \"{}\"\n", database.url));
        assert_eq!(copy, tables(package.alembic("inspect")));
    }
}

#[tokio::test]
async fn other_schemas_on_request() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    for statement in [
        "CREATE SCHEMA audit",
        "CREATE TABLE audit.log (id INT PRIMARY KEY)",
        "CREATE TABLE t (id INT PRIMARY KEY)",
    ] {
        database.rows(statement).await;
    }
    package.session(
        "inspect_schemas",
        &[
            "inspect",
            "inspect --schema audit",
            "inspect --schema audit --include audit.*",
            "inspect --schema nowhere",
        ],
    );
}

#[test]
fn what_cannot_be_inspected() {
    let package = package(&[]);
    package.session("inspect_refused", &["inspect", "inspect --sql --svg", "inspect --url mysql://a"]);
    assert!(!package.path("app.db").exists(), "it makes no file");
}

/// What the SQL cannot make, and where it needs it.
#[tokio::test]
async fn what_is_needed_and_not_shown() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    for statement in [
        "CREATE COLLATION case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE COLLATION unused FROM \"C\"",
        "CREATE DOMAIN short AS TEXT",
        "CREATE TYPE pair AS (a INT, b INT)",
        "CREATE FUNCTION twice(n INT) RETURNS INT LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'",
        "CREATE TABLE t (id BIGSERIAL PRIMARY KEY, a TEXT COLLATE case_insensitive, b short, c pair[], \
         d INT CHECK (twice(d) > 1), e TEXT COLLATE case_insensitive, f TEXT COLLATE case_insensitive, g TEXT)",
        "CREATE INDEX ix ON t (g COLLATE case_insensitive)",
        "ALTER TABLE t ALTER COLUMN id TYPE VARCHAR(255)",
    ] {
        database.rows(statement).await;
    }
    package.session("inspect_needed", &["inspect --sql", "inspect --models", "inspect --mermaid"]);
    package.write("schema.sql", package.alembic("inspect --sql").success().stdout);
    package.write("alembic.toml", format!("url = \"{}\"\nmodels = {{ source = \"sql\" }}\n", database.url));
    package.alembic("check").success();
}

/// What models have no words for stays as it is; a `schema.sql` says it.
#[tokio::test]
async fn a_key_of_the_first_characters() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &[]);
    database
        .rows("CREATE TABLE t (a TEXT NOT NULL, b INT NOT NULL, PRIMARY KEY (a(100), b), UNIQUE (a(10)))")
        .await;
    package.session("inspect_prefix", &["inspect --sql", "inspect --models"]);
    with_models(&package, &package.alembic("inspect --models").success().stdout);
    package.alembic("check").success();
    let sql = package.alembic("inspect --sql").success().stdout;
    package.write("alembic.toml", format!("url = \"{}\"\nmodels = {{ source = \"sql\" }}\n", database.url));
    package.write("schema.sql", &sql);
    package.alembic("check").success();
    package.write("schema.sql", sql.replace("100", "50"));
    assert_eq!(
        package.alembic("check").code(1).stdout,
        "change the primary key of t: a(100), b → a(50), b\n"
    );
}

/// PostgreSQL makes one constraint of two that say the same in one statement.
#[tokio::test]
async fn keys_that_say_the_same() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    for statement in [
        "CREATE TABLE t (id INT PRIMARY KEY, a TEXT UNIQUE)",
        "ALTER TABLE t ADD UNIQUE (id), ADD CONSTRAINT other UNIQUE (a)",
    ] {
        database.rows(statement).await;
    }
    package.session("inspect_twice", &["inspect --sql", "inspect --models"]);
    with_models(&package, &package.alembic("inspect --models").success().stdout);
    package.alembic("check").success();
}

/// What PostgreSQL has since version 18 is compared, and what cannot be written is named.
#[tokio::test]
async fn what_postgresql_18_has() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let statements = [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        "CREATE TABLE prices (room INTEGER NOT NULL, valid daterange NOT NULL, cents INTEGER, \
         CONSTRAINT prices_pk PRIMARY KEY (room, valid WITHOUT OVERLAPS), CONSTRAINT cents_ok CHECK (cents > 0) NOT ENFORCED)",
        "CREATE TABLE bookings (room INTEGER, during daterange, note TEXT, \
         CONSTRAINT bookings_price FOREIGN KEY (room, PERIOD during) REFERENCES prices (room, PERIOD valid))",
        "ALTER TABLE bookings ADD CONSTRAINT noted NOT NULL note NOT VALID",
    ];
    let named = "CREATE TABLE named (a INTEGER CONSTRAINT a_is_there NOT NULL, b INTEGER NOT NULL)";
    let version = &database.column("SELECT current_setting('server_version_num')").await[0];
    if version.parse::<u32>().expect("a number") < 180_000 {
        // An older server has none of it.
        let refused = database.try_rows(statements[1]).await.expect_err("it is new");
        assert!(refused.to_string().contains("WITHOUT"), "{refused}");
        return;
    }
    for statement in statements.into_iter().chain([named]) {
        database.rows(statement).await;
    }
    let package = package_on(&database, &[]);
    let shown = package.alembic("inspect --sql").success();
    for part in [
        "valid WITHOUT OVERLAPS",
        "PERIOD valid",
        "NOT ENFORCED",
        "RENAME CONSTRAINT named_a_not_null TO a_is_there",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {shown}");
    }
    let only_named = "not-null constraint noted of bookings";
    assert!(shown.stderr.contains(only_named), "{shown}");
    let settings = format!("url = \"{}\"\nmodels = {{ source = \"sql\" }}\n", database.url);
    package.write("alembic.toml", &settings);
    package.write("schema.sql", &shown.stdout);
    let output = package.alembic("check").code(1);
    assert!(output.stderr.contains(only_named), "{output}");
    package.write("alembic.toml", settings + "tables = { unmanaged = [\"constraint:noted\"] }\n");
    package.alembic("check").success();
    package.write("schema.sql", shown.stdout.replace(" NOT ENFORCED", ""));
    let output = package.alembic("check").code(1);
    assert!(output.stdout.contains("cents_ok"), "{output}");
}

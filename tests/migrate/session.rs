//! What a revision leaves in its session: the next one does the same whether it runs together with it or later.

use alembic::config::TransactionMode;
use alembic_testing::{Kind, Script, TestDatabase};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;

use crate::support::{chain, done, migrator, migrator_with, upgrade};

/// What `query` says in the second of two revisions, of which `first` is the other one: in one run, and in two.
async fn alike(kind: Kind, mode: TransactionMode, first: &str, query: &str) -> String {
    let first = Script::with_body("a", "", first);
    let second = format!("CREATE TABLE facts AS {query};");
    let scripts = [first, Script::new("b", "a", &second, "DROP TABLE facts;")];
    let mut facts = Vec::new();
    for targets in [&["heads"][..], &["a", "b"]] {
        let database = TestDatabase::new(kind).await;
        let migrator = migrator_with(&scripts, mode);
        for target in targets {
            let run = migrator.upgrade(database.url.as_str()).target(*target).await;
            run.unwrap_or_else(|error| panic!("{error}"));
        }
        facts.push(database.rows("SELECT * FROM facts").await);
    }
    assert_eq!(facts[0], facts[1], "one run and two, {mode:?}: {first:?}", first = scripts[0]);
    let cells = facts.remove(0).into_iter().flatten();
    cells.map(|cell| cell.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn settings_end_with_their_revision_on_mariadb() {
    let first = "-- alembic: upgrade\nSET NAMES latin1;\n\
                 SET foreign_key_checks = 0, sql_mode = 'ANSI_QUOTES', @x = 5, lock_wait_timeout = 1000;\n\
                 CREATE TEMPORARY TABLE given (x INT);\nCREATE TABLE \"a\" (x INT);\n";
    let query = "SELECT 'ü' AS text, CAST(@@foreign_key_checks AS CHAR(50)) AS checks, CAST(@@lock_wait_timeout AS CHAR(50)) AS wait, \
                 CAST(COALESCE(@x, 'none') AS CHAR(50)) AS x, CAST(@@sql_mode LIKE '%ANSI%' AS CHAR(50)) AS mode";
    let found = alike(Kind::Mysql, TransactionMode::Run, first, query).await;
    assert_eq!(found, "ü | ON | 5 | none | 0");
}

#[tokio::test]
async fn a_pool_of_one_connection_gives_the_next_session() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let pool = MySqlPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(std::time::Duration::from_secs(5))
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql("SET @tenant = 7").execute(connection).await.map(|_| ()) })
        })
        .connect(&database.url)
        .await
        .expect("a pool");
    let set = "SET @tenant = @tenant + 1;\nCREATE TABLE a AS SELECT CAST(@tenant AS CHAR) AS tenant;";
    let scripts = [
        Script::new("a", "", set, "DROP TABLE a;"),
        Script::new("b", "a", &set.replace(" a ", " b "), "DROP TABLE b;"),
        Script::new("c", "b", "CREATE TABLE c AS SELECT CAST(@tenant AS CHAR) AS tenant;", "DROP TABLE c;"),
    ];
    let report = migrator(&scripts).upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(done(&report), ["a", "b", "c"]);
    for (table, tenant) in [("a", "8"), ("b", "8"), ("c", "7")] {
        assert_eq!(database.column(&format!("SELECT tenant FROM {table}")).await, [tenant], "{table}");
    }
    assert!(migrator(&scripts).upgrade(&pool).await.expect("at head").done.is_empty());
}

/// Sessions follow each other, and the lock stays: another run cannot come in between.
#[tokio::test]
async fn two_runs_that_change_sessions_do_not_meet() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let bodies: Vec<String> =
        (1..8).map(|number| format!("SET @x = {number};\nCREATE TABLE t{number} (x INT);")).collect();
    let ids = ["a1", "a2", "a3", "a4", "a5", "a6", "a7"];
    let scripts: Vec<Script<'_>> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| {
            Script::new(ids[index], if index == 0 { "" } else { ids[index - 1] }, body, "SELECT 1;")
        })
        .collect();
    let migrator = migrator(&scripts);
    let run = || async { migrator.upgrade(database.url.as_str()).await.map(|report| report.done.len()) };
    let (first, second, third) = tokio::join!(run(), run(), run());
    let results = [first, second, third];
    let mut counts: Vec<usize> =
        results.into_iter().map(|result| result.unwrap_or_else(|error| panic!("{error}"))).collect();
    counts.sort_unstable();
    assert_eq!(counts, [0, 0, 7]);
}

const POSTGRESQL: &str = "SET session_replication_role = replica;\nSET TimeZone = 'Asia/Tokyo';\nSET lock_timeout = 0;\n\
    SET LOCAL work_mem = '5MB';\nSET app.tenant = 'x';\nSET search_path TO pg_catalog;\n\
    CREATE TEMP TABLE given (x INTEGER);\nPREPARE p AS SELECT 1;\n";

#[tokio::test]
async fn settings_end_with_their_revision_on_postgresql() {
    let names = ["session_replication_role", "TimeZone", "lock_timeout", "work_mem", "search_path"];
    let values: Vec<String> =
        names.iter().map(|name| format!("current_setting('{name}') AS \"{name}\"")).collect();
    let query = format!(
        "SELECT {}, coalesce(current_setting('app.tenant', true), '') AS tenant, \
         coalesce(to_regclass('given')::text, 'gone') AS given, \
         (SELECT count(*)::text FROM pg_prepared_statements) AS prepared",
        values.join(", ")
    );
    for (mode, section) in [
        (TransactionMode::Run, ""),
        (TransactionMode::Revision, ""),
        (TransactionMode::Run, " no-transaction"),
    ] {
        let first = format!("-- alembic: upgrade{section}\n{POSTGRESQL}");
        let found = alike(Kind::Postgresql, mode, &first, &query).await;
        assert_eq!(found, "origin | UTC | 5s | 4MB | \"$user\", public |  | gone | 0", "{mode:?}{section}");
    }
    let block =
        "-- alembic: upgrade\nDO $$ BEGIN PERFORM set_config('TimeZone', 'Asia/Tokyo', false); END $$;\n";
    let found =
        alike(Kind::Postgresql, TransactionMode::Run, block, "SELECT current_setting('TimeZone') AS zone")
            .await;
    assert_eq!(found, "UTC");
}

#[tokio::test]
async fn what_a_pool_has_set_stays_on_postgresql() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE SCHEMA tenant; CREATE SCHEMA other").await;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| {
            Box::pin(async move {
                let sql = "SET search_path TO tenant; SET app.tenant = '7'; SET TimeZone = 'Europe/Rome'";
                sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
            })
        })
        .connect(&database.url)
        .await
        .expect("a pool");
    let change =
        "SET search_path TO other;\nSET app.tenant = '8';\nRESET TimeZone;\nCREATE TABLE t (x INTEGER);";
    let facts = "CREATE TABLE facts AS SELECT current_setting('search_path') AS p, current_setting('app.tenant') AS t, \
                 current_setting('TimeZone') AS z;";
    let scripts = [
        Script::new("a", "", change, "DROP TABLE other.t;"),
        Script::new("b", "a", facts, "DROP TABLE facts;"),
        Script::new("c", "b", &change.replace("TABLE t", "TABLE u"), "DROP TABLE other.u;"),
        Script::new("d", "c", "CREATE TABLE v (x INTEGER);", "DROP TABLE v;"),
    ];
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let migrator = migrator_with(&scripts, mode);
        migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
        let facts = database.rows("SELECT p, t, z FROM tenant.facts").await.remove(0);
        assert_eq!(facts, ["tenant", "7", "UTC"].map(|cell| Some(cell.to_owned())), "{mode:?}");
        let sql = "SELECT table_schema || '.' || table_name FROM information_schema.tables \
                   WHERE table_name IN ('t', 'u', 'v') ORDER BY 1";
        assert_eq!(database.column(sql).await, ["other.t", "other.u", "tenant.v"]);
        migrator.downgrade(&pool, "base").await.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What is put off until the end of a transaction is put off until the end of its revision, and no longer.
#[tokio::test]
async fn constraints_are_deferred_for_one_revision() {
    let tables = "CREATE TABLE a (id INTEGER PRIMARY KEY);\n\
                  CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE,\n  c INTEGER CONSTRAINT late REFERENCES a (id) \
                  DEFERRABLE INITIALLY DEFERRED);";
    let first = Script::new("a", "", tables, "DROP TABLE b;\nDROP TABLE a;");
    let later = "SET CONSTRAINTS ALL DEFERRED;\nINSERT INTO b VALUES (1, 1);\nINSERT INTO a VALUES (1);";
    let put_off = Script::new("b", "a", later, "DELETE FROM b;\nDELETE FROM a;");
    let initially = "INSERT INTO b (c) VALUES (2);\nINSERT INTO a VALUES (2);";
    let good = [first.clone(), put_off.clone(), Script::new("c", "b", initially, "SELECT 1;")];
    let database = TestDatabase::new(Kind::Postgresql).await;
    upgrade(&migrator(&good), &database).await;
    assert_eq!(database.versions().await, ["c"]);
    let early =
        Script::new("c", "b", "INSERT INTO b (a) VALUES (3);\nINSERT INTO a VALUES (3);", "SELECT 1;");
    let database = TestDatabase::new(Kind::Postgresql).await;
    let error = migrator(&[first.clone(), put_off, early]).upgrade(database.url.as_str()).await;
    assert!(error.expect_err("not put off").to_string().contains("migrations/c.sql:7:1"));
    let broken = "SET CONSTRAINTS ALL DEFERRED;\nINSERT INTO b VALUES (4, NULL);";
    let error = migrator(&[
        first,
        Script::new("b", "a", broken, "SELECT 1;"),
        Script::new("c", "b", "SELECT 1;", "SELECT 1;"),
    ])
    .upgrade(database.url.as_str())
    .await
    .expect_err("nothing to refer to")
    .to_string();
    assert!(error.contains("migrations/b.sql: what revision b leaves"), "{error}");
}

#[tokio::test]
async fn pragmas_and_temporary_tables_end_with_their_revision() {
    let query = "SELECT CAST(i.ignore_check_constraints AS TEXT) AS i, CAST(r.recursive_triggers AS TEXT) AS r, \
                 CAST('a' LIKE 'A' AS TEXT) AS l, (SELECT CAST(count(*) AS TEXT) FROM sqlite_temp_master WHERE name NOT LIKE 'sqlite%') AS t, \
                 (SELECT CAST(count(*) AS TEXT) FROM pragma_database_list WHERE name = 'beside') AS d \
                 FROM pragma_ignore_check_constraints i, pragma_recursive_triggers r";
    for (section, attach) in [("", ""), (" no-transaction", "ATTACH ':memory:' AS beside;\n")] {
        let first = format!(
            "-- alembic: upgrade{section}\n{attach}PRAGMA ignore_check_constraints = ON;\nPRAGMA recursive_triggers = 1;\n\
             PRAGMA case_sensitive_like = ON;\nCREATE TEMP TABLE given (x);\nCREATE TEMP TABLE numbered (x INTEGER PRIMARY KEY AUTOINCREMENT);\nCREATE TEMP VIEW seen AS SELECT * FROM given;\n"
        );
        for mode in [TransactionMode::Run, TransactionMode::Revision] {
            assert_eq!(
                alike(Kind::Sqlite, mode, &first, query).await,
                "0 | 0 | 1 | 0 | 0",
                "{section} {mode:?}"
            );
        }
    }
}

/// A revision that was interrupted goes on with its own settings, and what comes after it has none of them.
#[tokio::test]
async fn settings_of_a_resumed_revision_end_with_it() {
    for kind in [Kind::Mysql, Kind::Postgresql] {
        let database = TestDatabase::new(kind).await;
        let (set, fact) = match kind {
            Kind::Mysql => ("SET @@foreign_key_checks = 0;", "CAST(@@foreign_key_checks AS CHAR(5))"),
            _ => ("SET TimeZone = 'Asia/Tokyo';", "current_setting('TimeZone')"),
        };
        let body = format!(
            "-- alembic: upgrade no-transaction\n{set}\nCREATE TABLE early (x INTEGER);\n\
             CREATE TABLE late AS SELECT x, {fact} AS fact FROM missing;\n"
        );
        let facts = format!("CREATE TABLE facts AS SELECT {fact} AS fact;");
        let scripts = [Script::with_body("a", "", &body), Script::new("b", "a", &facts, "DROP TABLE facts;")];
        let migrator = migrator(&scripts);
        migrator.upgrade(database.url.as_str()).await.expect_err("a table is missing");
        database.rows("CREATE TABLE missing (x INTEGER)").await;
        database.rows("INSERT INTO missing VALUES (1)").await;
        upgrade(&migrator, &database).await;
        let (own, usual) = if kind == Kind::Mysql { ("OFF", "ON") } else { ("Asia/Tokyo", "UTC") };
        assert_eq!(database.column("SELECT fact FROM late").await, [own]);
        assert_eq!(database.column("SELECT fact FROM facts").await, [usual]);
    }
}

/// The tables of the run are where it found them, whatever database a script uses.
#[tokio::test]
async fn a_script_may_use_another_database() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let other = format!("{}_other", database.name);
    let make = format!(
        "CREATE DATABASE {other};\nUSE {other};\nCREATE TABLE a (x INT);\nINSERT INTO needed VALUES (1);"
    );
    let undo = format!("USE {other};\nDROP DATABASE {other};");
    let scripts = [
        Script::new("a", "", &make, &undo),
        Script::new("b", "a", "CREATE TABLE b (x INT);", "DROP TABLE b;"),
    ];
    let migrator = migrator(&scripts);
    let error = migrator.upgrade(database.url.as_str()).await.expect_err("a table is missing").to_string();
    assert!(error.contains("migrations/a.sql:10:1"), "{error}");
    assert_eq!(database.history().await, ["upgrade a 3/4 unfinished"]);
    database.rows(&format!("CREATE TABLE {other}.needed (x INT)")).await;
    assert_eq!(done(&upgrade(&migrator, &database).await), ["a", "b"]);
    assert_eq!(database.tables().await, ["alembic_history", "alembic_version", "b"]);
    assert_eq!(database.versions().await, ["b"]);
    let sql = format!(
        "SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = '{other}' ORDER BY 1"
    );
    assert_eq!(database.column(&sql).await, ["a", "needed"]);
    migrator.downgrade(database.url.as_str(), "base").await.unwrap_or_else(|error| panic!("{error}"));
    assert!(database.versions().await.is_empty());
    assert!(database.column(&sql).await.is_empty());
}

#[tokio::test]
async fn a_script_may_be_another_role() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let role = format!("{}_role", database.name);
    for set in ["SET ROLE", "SET SESSION AUTHORIZATION", "SET LOCAL ROLE"] {
        let make = format!(
            "CREATE ROLE {role};\nGRANT CREATE, USAGE ON SCHEMA public TO {role};\n{set} {role};\nCREATE TABLE a (x INTEGER);"
        );
        let undo = format!(
            "{set} {role};\nDROP TABLE a;\nRESET SESSION AUTHORIZATION;\nRESET ROLE;\nDROP OWNED BY {role};\nDROP ROLE {role};"
        );
        let scripts = [
            Script::new("a", "", &make, &undo),
            Script::new("b", "a", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"),
        ];
        for mode in [TransactionMode::Run, TransactionMode::Revision] {
            let migrator = migrator_with(&scripts, mode);
            upgrade(&migrator, &database).await;
            let owners =
                "SELECT tableowner::text FROM pg_tables WHERE tablename IN ('a', 'b') ORDER BY tablename";
            assert_eq!(database.column(owners).await, [role.as_str(), "postgres"], "{set} {mode:?}");
            migrator.downgrade(database.url.as_str(), "base").await.unwrap_or_else(|error| panic!("{error}"));
        }
    }
    let alone =
        format!("-- alembic: upgrade no-transaction\nCREATE TABLE a (x INTEGER);\nSET ROLE {role};\n");
    let error = migrator(&[Script::with_body("a", "", &alone)]).upgrade(database.url.as_str()).await;
    let error = error.expect_err("a role").to_string();
    assert!(error.contains("migrations/a.sql:8: `SET ROLE` in a `no-transaction` section"), "{error}");
    assert!(database.user_tables().await.is_empty());
}

/// A pool that is another role than its login stays that.
#[tokio::test]
async fn the_role_of_a_pool_stays() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let (own, other) = (format!("{}_own", database.name), format!("{}_other", database.name));
    database
        .rows(&format!(
            "CREATE ROLE {own}; CREATE ROLE {other}; GRANT {other} TO {own}; GRANT ALL ON SCHEMA public TO {own}, {other}"
        ))
        .await;
    let set = format!("SET session_replication_role = replica; SET ROLE {own}");
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(move |connection, _| {
            let set = sqlx::AssertSqlSafe(set.clone());
            Box::pin(async move { sqlx::raw_sql(set).execute(connection).await.map(|_| ()) })
        })
        .connect(&database.url)
        .await
        .expect("a pool");
    let scripts = [
        Script::new(
            "a",
            "",
            &format!("SET ROLE {other};\nSET work_mem = '5MB';\nCREATE TABLE a (x INTEGER);"),
            "SELECT 1;",
        ),
        Script::new("b", "a", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"),
    ];
    migrator(&scripts).upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
    let owners = "SELECT tableowner::text FROM pg_tables WHERE tablename IN ('a', 'alembic_history', 'b') ORDER BY tablename";
    assert_eq!(database.column(owners).await, [other.as_str(), &own, &own]);
    let clean = format!("DROP OWNED BY {own}, {other} CASCADE; DROP ROLE {own}, {other}");
    drop(pool);
    database.rows(&clean).await;
}

/// Nothing is asked for where nothing can have changed.
#[tokio::test]
async fn an_ordinary_run_keeps_its_session() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let mut scripts = chain(2);
    let same = "CREATE TABLE c AS SELECT CAST(CONNECTION_ID() AS CHAR) AS id;";
    scripts.push(Script::new("c", "r2", same, "DROP TABLE c;"));
    scripts.push(Script::new("d", "c", &same.replace(" c ", " d "), "DROP TABLE d;"));
    upgrade(&migrator(&scripts), &database).await;
    assert_eq!(database.column("SELECT id FROM c").await, database.column("SELECT id FROM d").await);
}

/// With sqlx's own settings `||` concatenates, and a server may have any time zone.
#[tokio::test]
async fn statements_mean_the_same_to_a_url_to_a_pool_and_to_the_plain_client() {
    let made = "CREATE TABLE facts AS SELECT CAST('1' || '0' AS CHAR(50)) AS pipes, CAST(@@time_zone AS CHAR(50)) AS zone, \
                CAST(@@sql_mode AS CHAR(500)) AS mode;";
    let scripts = [Script::new("a", "", made, "DROP TABLE facts;")];
    let mut facts = Vec::new();
    for place in ["url", "pool", "client"] {
        let database = TestDatabase::new(Kind::Mysql).await;
        match place {
            "url" => drop(upgrade(&migrator(&scripts), &database).await),
            "pool" => {
                let pool = MySqlPoolOptions::new().connect(&database.url).await.expect("a pool");
                migrator(&scripts).upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
            }
            _ => {
                let goal = alembic::migrate::OfflineGoal::Upgrade("base:heads".parse().expect("a range"));
                let script =
                    migrator(&scripts).offline(alembic::sql::Dialect::Mysql, &goal).expect("a script");
                drop(database.client(&script));
            }
        }
        facts.push(database.rows("SELECT * FROM facts").await);
    }
    assert_eq!(facts[0], facts[1]);
    assert_eq!(facts[0], facts[2]);
    assert_eq!(facts[0][0][0].as_deref(), Some("1"), "an OR");
}

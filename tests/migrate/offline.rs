//! Scripts for the plain clients: they leave what a run leaves, and stop where they do not fit.

use alembic::Migrator;
use alembic::config::{Config, RunSettings, TransactionMode, VersionTable};
use alembic::migrate::OfflineGoal;
use alembic::revision::{Range, Target};
use alembic::sql::Dialect;
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, migrator, migrator_of, migrator_with, upgrade};

pub(crate) fn dialect(database: &TestDatabase) -> Dialect {
    match database.kind {
        Kind::Sqlite => Dialect::Sqlite,
        Kind::Postgresql => Dialect::Postgresql,
        Kind::Mysql => Dialect::Mysql,
    }
}

pub(crate) fn up(range: &str) -> OfflineGoal {
    OfflineGoal::Upgrade(Range::or_target(range).expect("a range"))
}

fn down(range: &str) -> OfflineGoal {
    OfflineGoal::Downgrade(range.parse().expect("a range"))
}

/// Writes a script and runs it with the plain client.
fn run(migrator: &Migrator, database: &TestDatabase, goal: &OfflineGoal) {
    let script = migrator.offline(dialect(database), goal).unwrap_or_else(|error| panic!("{error}"));
    let output = database.client(&script);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{}\n{script}", output.stdout);
}

/// A graph with most of what scripts hold: two lines that meet, a dependency, quotes, bodies, a section of its own for
/// each dialect, and one that commits by itself.
fn scripts() -> Vec<Script<'static>> {
    let trigger = "-- alembic: upgrade sqlite\n\
         CREATE TRIGGER count_it AFTER INSERT ON notes BEGIN UPDATE counts SET n = n + 1; UPDATE counts SET n = n; END;\n\
         INSERT INTO notes VALUES (2, 'a;b');\n\n\
         -- alembic: upgrade postgresql\n\
         CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE counts SET n = n + 1; RETURN NEW; END $$;\n\
         CREATE TRIGGER count_it AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION count_it();\n\
         INSERT INTO notes VALUES (2, 'a;b');\n\n\
         -- alembic: upgrade mysql\n\
         CREATE TRIGGER count_it AFTER INSERT ON notes FOR EACH ROW BEGIN UPDATE counts SET n = n + 1; UPDATE counts SET n = n; END;\n\
         INSERT INTO notes VALUES (2, 'a;b');\n\n\
         -- alembic: downgrade\n\
         DROP TRIGGER count_it;\nDELETE FROM notes WHERE id = 2;\n\n\
         -- alembic: downgrade postgresql\n\
         DROP TRIGGER count_it ON notes;\nDROP FUNCTION count_it;\nDELETE FROM notes WHERE id = 2;\n";
    let alone = "-- alembic: upgrade no-transaction\nCREATE INDEX notes_text ON notes (id);\nINSERT INTO counts VALUES (100);\n\n\
         -- alembic: downgrade no-transaction\nDELETE FROM counts WHERE n = 100;\n\n\
         -- alembic: downgrade mysql\nDROP INDEX notes_text ON notes;\nDELETE FROM counts WHERE n = 100;\n";
    let alone = alone.replace(
        "DELETE FROM counts WHERE n = 100;\n\n-- alembic: downgrade mysql",
        "DROP INDEX notes_text;\nDELETE FROM counts WHERE n = 100;\n\n-- alembic: downgrade mysql",
    );
    vec![
        Script::new(
            "n1",
            "",
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text VARCHAR(100) NOT NULL);\n\
             CREATE TABLE counts (n INTEGER NOT NULL);\nINSERT INTO counts VALUES (0);\n\
             INSERT INTO notes VALUES (1, 'it''s -- no comment; é €');",
            "DROP TABLE counts;\nDROP TABLE notes;",
        ),
        Script::with_body("n2", "n1", trigger),
        Script::new(
            "n3",
            "n1",
            "ALTER TABLE counts ADD COLUMN other INTEGER;",
            "ALTER TABLE counts DROP COLUMN other;",
        ),
        Script::new("m4", "n2, n3", "", ""),
        Script::with_body(
            "n5",
            "m4",
            &alone.replace("INSERT INTO counts VALUES (100)", "INSERT INTO counts VALUES (100, 1)"),
        ),
        Script::new(
            "o1",
            "\n-- Depends-On: n3\n-- Branch-Labels: other",
            "CREATE TABLE o (id INTEGER PRIMARY KEY);",
            "DROP TABLE o;",
        ),
    ]
}

/// The rows of both tables but times and people, and of the tables that the scripts make.
pub(crate) async fn state(database: &TestDatabase) -> Vec<String> {
    let number = match database.kind {
        Kind::Mysql => "CHAR",
        _ => "TEXT",
    };
    let mut state = database.versions().await;
    state.push(format!("{:?}", database.tables().await));
    let history = format!(
        "SELECT revision, operation, digest, lineage, CAST(statements_done AS {number}), \
         CAST(statements_total AS {number}), CASE WHEN finished_at IS NULL THEN 'open' ELSE 'done' END, tool_version, \
         error, script FROM alembic_history ORDER BY id"
    );
    let mut queries = vec![history];
    for table in database.user_tables().await {
        queries.push(match table.as_str() {
            "notes" => format!("SELECT CAST(id AS {number}), text FROM notes ORDER BY 1"),
            table => format!("SELECT CAST(count(*) AS {number}) FROM {table}"),
        });
    }
    for query in queries {
        state.extend(database.rows(&query).await.into_iter().map(|row| format!("{row:?}")));
    }
    state
}

on_every_database! {
    async fn leaves_what_a_run_leaves(database: TestDatabase) {
        for mode in [TransactionMode::Run, TransactionMode::Revision] {
            let (online, offline) = (TestDatabase::new(database.kind).await, TestDatabase::new(database.kind).await);
            let migrator = migrator_with(&scripts(), mode);
            let url = online.url.as_str();

            migrator.upgrade(url).target("heads").await.unwrap();
            run(&migrator, &offline, &up("heads"));
            assert_eq!(state(&online).await, state(&offline).await, "upgrade");

            migrator.downgrade(url, "n1").await.unwrap();
            run(&migrator, &offline, &down("heads:n1"));
            assert_eq!(state(&online).await, state(&offline).await, "downgrade");

            migrator.upgrade(url).target("m4").await.unwrap();
            run(&migrator, &offline, &up("n1:m4"));
            assert_eq!(state(&online).await, state(&offline).await, "upgrade from the middle");

            migrator.downgrade(url, "base").await.unwrap();
            run(&migrator, &offline, &down("m4:base"));
            assert_eq!(state(&online).await, state(&offline).await, "downgrade to the base");

            // Each goes on where the other stopped.
            assert!(migrator.verify(offline.url.as_str()).await.unwrap().edited.is_empty());
            migrator.upgrade(offline.url.as_str()).target("heads").await.unwrap();
            run(&migrator, &online, &up("base:heads"));
            assert_eq!(state(&online).await, state(&offline).await, "after changing places");
        }
    }

    async fn stamps_and_makes_the_tables(database: TestDatabase) {
        let online = TestDatabase::new(database.kind).await;
        let migrator = migrator(&scripts());
        migrator.ensure_version(online.url.as_str()).await.unwrap();
        run(&migrator, &database, &OfflineGoal::EnsureVersion);
        assert_eq!(state(&online).await, state(&database).await, "ensure version");
        assert_eq!(database.tables().await, ["alembic_history", "alembic_version"]);
        run(&migrator, &database, &OfflineGoal::EnsureVersion);

        let target = |text: &str| text.parse::<Target>().unwrap();
        migrator.stamp(online.url.as_str(), ["n2", "n3"]).await.unwrap();
        let goal = OfflineGoal::Stamp { start: None, targets: vec![target("n2"), target("n3")] };
        run(&migrator, &database, &goal);
        assert_eq!(state(&online).await, state(&database).await, "stamp");

        migrator.stamp(online.url.as_str(), ["n1"]).await.unwrap();
        let goal = OfflineGoal::Stamp { start: Some(target("m4")), targets: vec![target("n1")] };
        let script = migrator.offline(dialect(&database), &goal).unwrap();
        assert_ne!(database.client(&script).code, Some(0), "the database is at n2 and n3, not at m4");
        assert_ne!(state(&online).await, state(&database).await);
    }

    async fn stops_where_the_database_is_somewhere_else(database: TestDatabase) {
        let migrator = migrator(&chain(3));
        upgrade(&migrator, &database).await;
        let before = state(&database).await;
        for goal in [up("r1:r3"), up("heads"), down("r2:base")] {
            let script = migrator.offline(dialect(&database), &goal).unwrap();
            let output = database.client(&script);
            assert_ne!(output.code, Some(0), "{script}");
            assert!(output.stderr.contains("the database is not at "), "{}", output.stderr);
            assert_eq!(state(&database).await, before);
        }
    }

    async fn stops_at_the_first_error(database: TestDatabase) {
        let mut scripts = chain(3);
        scripts[1] = Script::new("r2", "r1", "CREATE TABLE t_r2 (id INTEGER PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);", "");
        let migrator = migrator(&scripts);
        let output = database.client(&migrator.offline(dialect(&database), &up("r3")).unwrap());
        assert_ne!(output.code, Some(0));
        let kept = if database.kind == Kind::Mysql { vec!["t_r1".to_owned(), "t_r2".to_owned()] } else { vec![] };
        assert_eq!(database.user_tables().await, kept);
        if database.kind == Kind::Mysql {
            assert_eq!(database.history().await, ["upgrade r1 2/2", "upgrade r2 1/2 unfinished"]);
        }
    }
}

#[tokio::test]
async fn the_search_path_of_postgresql_comes_back() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let body = "-- alembic: upgrade\nCREATE SCHEMA other;\nSET search_path TO other;\nCREATE TABLE x (id INTEGER);\n";
    let migrator = migrator(&[
        Script::with_body("r1", "", body),
        Script::new("r2", "r1", "CREATE TABLE y (id INTEGER);", ""),
    ]);
    run(&migrator, &database, &up("head"));
    let tables = "SELECT table_schema || '.' || table_name FROM information_schema.tables \
                  WHERE table_schema IN ('other', 'public') ORDER BY 1";
    assert_eq!(
        database.column(tables).await,
        ["other.x", "public.alembic_history", "public.alembic_version", "public.y"]
    );
}

#[test]
fn a_downgrade_has_to_be_told_where_the_database_is() {
    let migrator = migrator(&chain(2));
    let goal = OfflineGoal::Downgrade(Range::or_target("base").unwrap());
    let error = migrator.offline(Dialect::Sqlite, &goal).unwrap_err();
    assert!(error.to_string().contains("give it as `from:to`"), "{error}");
}

#[test]
fn another_version_table_is_named() {
    let version_table = VersionTable { name: "Versions".into(), schema: Some("meta".into()) };
    let migrator = migrator_of(&chain(1), RunSettings { version_table, ..Config::default().run_settings() });
    let script = migrator.offline(Dialect::Postgresql, &up("head")).unwrap();
    for expected in ["\"meta\".\"Versions\" (version_num", "INSERT INTO \"meta\".\"Versions_history\" ("] {
        assert!(script.contains(expected), "{expected} in\n{script}");
    }
}

#[test]
fn what_only_the_database_knows_is_refused() {
    let check = |sql: &str, dialect: Dialect, refused: bool| {
        let migrator = migrator(&[Script::new("r1", "", sql, "")]);
        match migrator.offline(dialect, &up("head")) {
            Ok(script) => assert!(!refused && script.contains(sql), "{sql}"),
            Err(error) => {
                assert!(refused, "{sql}: {error}");
                assert!(error.to_string().starts_with("migrations/r1.sql:7: SQLite lacks"), "{error}");
            }
        }
    };
    check("ALTER TABLE t ALTER COLUMN c SET NOT NULL;", Dialect::Sqlite, true);
    check("ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0);", Dialect::Sqlite, true);
    check("ALTER TABLE t ALTER COLUMN c SET NOT NULL;", Dialect::Postgresql, false);
    check("ALTER TABLE t RENAME COLUMN c TO d;", Dialect::Sqlite, false);
    check("ALTER TABLE t ADD COLUMN d INTEGER;", Dialect::Sqlite, false);
    check("ALTER TABLE t DROP COLUMN d;", Dialect::Sqlite, false);
}

/// Two tables, of which one has rows that refer to the other; and a revision with this upgrade.
fn family(upgrade: &str) -> Migrator {
    let tables = "CREATE TABLE p (id INTEGER PRIMARY KEY, x TEXT);\n\
         CREATE TABLE c (p INTEGER NOT NULL REFERENCES p (id) ON DELETE CASCADE, v TEXT);\n\
         INSERT INTO p VALUES (1, 'a');\nINSERT INTO c VALUES (1, 'one'), (1, 'two');";
    migrator(&[
        Script::new("a1", "", tables, "DROP TABLE p;\nDROP TABLE c;"),
        Script::new("a2", "a1", upgrade, ""),
        Script::new("a3", "a2", "CREATE TABLE after_it (x INTEGER);\nDELETE FROM p;", ""),
    ])
}

const REBUILD: &str = "CREATE TABLE p_new (id INTEGER PRIMARY KEY, x TEXT, y TEXT);\n\
     INSERT INTO p_new SELECT id, x, NULL FROM p;\nDROP TABLE p;\nALTER TABLE p_new RENAME TO p;";

#[tokio::test]
async fn a_table_that_is_dropped_takes_no_rows_along_on_sqlite() {
    let cases = [
        (REBUILD, true),
        ("DROP TABLE p;", false),
        ("DROP TABLE c;\nDROP TABLE p;", true),
        // It leaves a foreign key without its table.
        ("DELETE FROM c;\nDROP TABLE p;", false),
        (
            "CREATE TABLE p_new (id INTEGER PRIMARY KEY);\nDROP TABLE p;\nALTER TABLE p_new RENAME TO p;",
            false,
        ),
    ];
    for (upgrade, fits) in cases {
        let migrator = family(upgrade);
        let (online, offline) =
            (TestDatabase::new(Kind::Sqlite).await, TestDatabase::new(Kind::Sqlite).await);
        for database in [&online, &offline] {
            migrator.upgrade(database.url.as_str()).target("a1").await.expect("the tables");
        }
        let result = migrator.upgrade(online.url.as_str()).target("a2").await;
        assert_eq!(result.is_ok(), fits, "{upgrade}: {result:?}");
        let script = migrator.offline(Dialect::Sqlite, &up("a1:a2")).expect("a script");
        let output = offline.client(&script);
        assert_eq!(output.code == Some(0), fits, "{upgrade}: {output}\n{script}");
        if !fits {
            assert!(output.stderr.contains("p, which is gone"), "{output}");
        }
        assert_eq!(state(&online).await, state(&offline).await, "{upgrade}");
    }
    // Afterwards foreign keys are enforced again: what refers to a row goes with it, as in a run.
    let migrator = family(REBUILD);
    let (online, offline) = (TestDatabase::new(Kind::Sqlite).await, TestDatabase::new(Kind::Sqlite).await);
    migrator.upgrade(online.url.as_str()).await.expect("all");
    run(&migrator, &offline, &up("heads"));
    assert_eq!(state(&online).await, state(&offline).await);
    assert_eq!(offline.rows("SELECT v FROM c").await.len(), 0);
}

#[tokio::test]
async fn a_table_is_dropped_by_itself_on_sqlite() {
    let alone = |body: &str| {
        let tables = "CREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p INTEGER REFERENCES p (id));\n\
             INSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);";
        migrator(&[
            Script::new("a1", "", tables, ""),
            Script::with_body("a2", "a1", &format!("-- alembic: upgrade no-transaction\n{body}\n")),
        ])
    };
    for (body, fits) in [("DROP TABLE c;\nDROP TABLE p;", true), ("DROP TABLE p;", false)] {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let migrator = alone(body);
        run(&migrator, &database, &up("a1"));
        let output = database.client(&migrator.offline(Dialect::Sqlite, &up("a1:a2")).expect("a script"));
        assert_eq!(output.code == Some(0), fits, "{output}");
        assert_eq!(database.user_tables().await.len(), if fits { 0 } else { 2 }, "{body}");
    }
}

#[tokio::test]
async fn rows_that_a_script_puts_back_are_not_there_twice() {
    let saved = format!(
        "CREATE TABLE saved AS SELECT * FROM c;\n{REBUILD}\nINSERT INTO c SELECT * FROM saved;\nDROP TABLE saved;"
    );
    let migrator = family(&saved);
    let database = TestDatabase::new(Kind::Sqlite).await;
    let url = database.url.as_str();
    migrator.upgrade(url).target("a1").await.expect("the tables");
    let error = migrator.upgrade(url).target("a2").await.expect_err("twice");
    let text = "migrations/a2.sql:12: this puts rows back into `c`, as if they had gone with `p` in line 10";
    assert!(error.to_string().starts_with(text), "{error}");
    let offline = migrator.offline(Dialect::Sqlite, &up("a1:a2")).expect_err("twice");
    assert_eq!(offline.to_string(), error.to_string());
    assert_eq!(database.rows("SELECT v FROM c").await.len(), 2);
    // Said by the script, it is done.
    let emptied = saved.replace("DROP TABLE p;", "DELETE FROM c;\nDROP TABLE p;");
    let report = family(&emptied).upgrade(url).target("a2").await.expect("applies");
    assert_eq!(report.to, ["a2"]);
    assert_eq!(database.rows("SELECT v FROM c").await.len(), 2);
}

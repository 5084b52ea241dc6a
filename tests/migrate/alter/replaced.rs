//! A table that a script itself makes anew, as SQLite's manual shows: the same comes out as of the plain client, which does
//! not enforce foreign keys.

use alembic::config::TransactionMode;
use alembic_testing::{Kind, Script, TestDatabase};

use super::{alter, check_file, difference, dump, prepared};
use crate::support::{migrator, migrator_with, upgrade};

/// Runs `up` after `first` here and by the client, and compares what both databases hold. Returns what changed.
async fn compare(first: &str, up: &str) -> Vec<String> {
    let database = prepared(first).await;
    let before = dump(&database).await;
    alter(&database, first, up, "").await.unwrap_or_else(|error| panic!("{error}\n{up}"));
    let after = dump(&database).await;
    let plain = prepared(first).await;
    let script = format!(".bail on\nPRAGMA foreign_keys = OFF;\nBEGIN;\n{up}\nCOMMIT;\n");
    let output = plain.client(&script);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{up}");
    assert_eq!(after, dump(&plain).await, "{first}\n{up}");
    check_file(&database).await;
    difference(&before, &after)
}

const PARENT: &str =
    "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO p VALUES (1, 'x'), (2, 'y'), (7, NULL);\n";

const REBUILD: &str = "CREATE TABLE p2 (id INTEGER PRIMARY KEY, a TEXT, b TEXT NOT NULL DEFAULT 'new');\n\
    INSERT INTO p2 (id, a) SELECT id, a FROM p;\nDROP TABLE p;\nALTER TABLE p2 RENAME TO p;\n";

#[tokio::test]
async fn rows_that_refer_to_it_stay() {
    for action in [
        "",
        "ON DELETE CASCADE",
        "ON DELETE SET NULL",
        "ON DELETE SET DEFAULT",
        "ON DELETE RESTRICT",
        "DEFERRABLE INITIALLY DEFERRED",
    ] {
        let child = format!(
            "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER DEFAULT 7 REFERENCES p (id) {action});\n\
             INSERT INTO c VALUES (1, 1), (2, 2), (3, NULL);\n\
             CREATE TABLE d (c INTEGER REFERENCES c (id) ON DELETE CASCADE);\nINSERT INTO d VALUES (1), (2);\n"
        );
        let changed = compare(&format!("{PARENT}{child}"), REBUILD).await;
        assert!(
            changed.iter().all(|line| line.contains(" p ") || line[2..].starts_with("p:")),
            "{changed:?}"
        );
        // Still enforced, and still acted on.
        let database = prepared(&format!("{PARENT}{child}")).await;
        alter(&database, &format!("{PARENT}{child}"), REBUILD, "")
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let orphan = database.try_rows("PRAGMA foreign_keys = ON; INSERT INTO c VALUES (9, 99)").await;
        assert!(orphan.is_err(), "{action}");
    }
}

#[tokio::test]
async fn what_belongs_to_it_goes_with_it() {
    let child = "CREATE TABLE c (p INTEGER REFERENCES p);\nINSERT INTO c VALUES (1), (2);\n";
    let parts = "CREATE INDEX p_a ON p (a);\nCREATE UNIQUE INDEX \"p 'u\" ON p (a, id) WHERE a > '';\n\
                 CREATE TABLE log (x);\nCREATE TRIGGER p_log AFTER INSERT ON p BEGIN INSERT INTO log VALUES (new.id); END;\n\
                 CREATE TRIGGER p_gone AFTER DELETE ON p BEGIN INSERT INTO log VALUES ('gone'); END;\n\
                 CREATE TRIGGER c_log AFTER INSERT ON c BEGIN INSERT INTO log VALUES ('c'); END;\nANALYZE;\n";
    let again = "CREATE INDEX p_a ON p (a DESC);\nCREATE TRIGGER p_log AFTER UPDATE ON p BEGIN SELECT 1; END;\n\
                 INSERT INTO p (id) VALUES (50);\nINSERT INTO c VALUES (50);\n";
    compare(&format!("{PARENT}{child}{parts}"), &format!("{REBUILD}{again}")).await;
}

#[tokio::test]
async fn keys_of_all_kinds() {
    let child = |column: &str| {
        format!("CREATE TABLE c (p REFERENCES p ({column}) ON DELETE CASCADE);\nINSERT INTO c VALUES (2);\n")
    };
    for (table, column) in [
        ("(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE, UNIQUE (id, a))", "id"),
        ("(id INT PRIMARY KEY, a TEXT UNIQUE)", "id"),
        ("(id INT PRIMARY KEY, a TEXT) WITHOUT ROWID", "id"),
        ("(a TEXT CHECK (p.a <> 'z'), id INT NOT NULL UNIQUE, g TEXT AS (a || id) STORED)", "id"),
    ] {
        let rows =
            "INSERT INTO p (id, a) VALUES (1, 'x'), (2, 'y'), (40, 'gone');\nDELETE FROM p WHERE id = 40;\n";
        let first = format!("CREATE TABLE p {table};\n{rows}{}", child(column));
        for new in
            [table, "(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)", "(a TEXT, id INTEGER PRIMARY KEY)"]
        {
            let up = format!(
                "CREATE TABLE \"new p\" {};\nINSERT INTO \"new p\" (id, a) SELECT id, a FROM p WHERE id > 1;\n\
                 DROP TABLE main.\"P\";\nALTER TABLE \"new p\" RENAME TO 'p';\nINSERT INTO p (a, id) VALUES ('n', 99);\n",
                new.replace("p.a", "a")
            );
            compare(&first, &up).await;
        }
    }
}

/// Ids of deleted rows are not given again: SQLite itself forgets them with the old table.
#[tokio::test]
async fn the_sequence_of_a_table_goes_to_the_new_one() {
    let first = "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);\nINSERT INTO p VALUES (1, 'x'), (50, 'gone');\n\
                 DELETE FROM p WHERE id = 50;\n";
    let child =
        "CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO c VALUES (1);\n";
    for (table, copy, next) in [
        ("CREATE TABLE p2 (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)", "", "51"),
        (
            "CREATE TABLE IF NOT EXISTS \"p2\" (id INTEGER, a TEXT, PRIMARY KEY (id AUTOINCREMENT))",
            " WHERE id > 1",
            "51",
        ),
        ("CREATE TABLE P2 (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)", " UNION SELECT 70, 'new'", "71"),
        ("CREATE TABLE p2 (id INTEGER PRIMARY KEY, a TEXT)", "", "2"),
    ] {
        let up = format!(
            "{table};\nINSERT INTO p2 (id, a) SELECT id, a FROM p{copy};\nDROP TABLE p;\nALTER TABLE p2 RENAME TO p;\n\
             INSERT INTO p (a) VALUES ('next');\n"
        );
        // Its row would refer to nothing.
        for child in ["", child].iter().filter(|child| child.is_empty() || !copy.contains("WHERE")) {
            for section in ["-- alembic: upgrade", "-- alembic: upgrade no-transaction"] {
                if section.contains("no-") && !child.is_empty() {
                    continue;
                }
                let first = format!("{first}{child}");
                let database = prepared(&first).await;
                let scripts = [
                    Script::new("a", "", &first, ""),
                    Script::with_body("b", "a", &format!("{section}\n{up}")),
                ];
                upgrade(&migrator(&scripts), &database).await;
                let id = "SELECT CAST(id AS TEXT) FROM p WHERE a = 'next'";
                assert_eq!(database.column(id).await, [next], "{table} {section}");
                check_file(&database).await;
                let plain = prepared(&first).await;
                let range = alembic::revision::Range::or_target("a:b").expect("a range");
                let goal = alembic::migrate::OfflineGoal::Upgrade(range);
                let script =
                    migrator(&scripts).offline(alembic::sql::Dialect::Sqlite, &goal).expect("a script");
                let output = plain.client(&script);
                assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{script}");
                assert_eq!(plain.column(id).await, [next], "{script}");
            }
        }
    }
}

#[tokio::test]
async fn references_to_itself() {
    for (old, new) in [("p", "p"), ("p", "p2")] {
        let first = format!(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, up INTEGER REFERENCES {old} (id) ON DELETE CASCADE);\n\
             INSERT INTO p VALUES (1, NULL), (2, 1), (3, 2);\n\
             CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE SET NULL);\nINSERT INTO c VALUES (3);\n"
        );
        let up = format!(
            "CREATE TABLE p2 (id INTEGER PRIMARY KEY, up INTEGER REFERENCES {new} (id) ON DELETE CASCADE, b);\n\
             INSERT INTO p2 (id, up) SELECT id, up FROM p;\nDROP TABLE p;\nALTER TABLE p2 RENAME TO p;\n"
        );
        compare(&first, &up).await;
    }
    // Only the new table refers to the old one.
    let up = "CREATE TABLE p2 (id INTEGER PRIMARY KEY, a TEXT, up INTEGER REFERENCES p (id));\n\
              INSERT INTO p2 SELECT id, a, 1 FROM p;\nDROP TABLE p;\nALTER TABLE p2 RENAME TO p;\n";
    compare(PARENT, up).await;
}

#[tokio::test]
async fn several_in_one_section() {
    let child = "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p (id) ON DELETE CASCADE);\n\
                 INSERT INTO c VALUES (1, 1), (2, 2);\nCREATE TABLE d (c INTEGER REFERENCES c (id));\nINSERT INTO d VALUES (1);\n";
    let more = "CREATE TABLE c2 (id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p (id) ON DELETE CASCADE, x);\n\
                INSERT INTO c2 (id, p) SELECT id, p FROM c;\nDROP TABLE IF EXISTS c;\nALTER TABLE c2 RENAME TO c;\n\
                CREATE INDEX c_p ON c (p);\nDELETE FROM d;\nDROP TABLE d;\n";
    let first = format!("{PARENT}{child}");
    compare(&first, &format!("{REBUILD}{more}")).await;
    // Twice the same.
    compare(&first, &format!("{REBUILD}{REBUILD}")).await;
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let scripts = [
            Script::new("a", "", &first, ""),
            Script::new("b", "a", REBUILD, ""),
            Script::new("c", "b", &REBUILD.replace("'new'", "'newer'"), ""),
        ];
        upgrade(&migrator_with(&scripts, mode), &database).await;
        assert_eq!(database.column("SELECT CAST(count(*) AS TEXT) FROM c JOIN p ON p.id = c.p").await, ["2"]);
    }
}

#[tokio::test]
async fn a_row_that_is_left_alone_is_an_error() {
    let child = "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);\n\
                 INSERT INTO c VALUES (1, 1), (5, 2), (6, 7);\n";
    let first = format!("{PARENT}{child}");
    let database = prepared(&first).await;
    let before = dump(&database).await;
    let up = REBUILD.replace("FROM p;", "FROM p WHERE id = 1;");
    let error = alter(&database, &first, &up, "").await.expect_err("rows are missing");
    assert!(
        error.contains("migrations/b.sql:9: row 5 of `c` refers to a row of `p` that is not there any more, and 1 more does"),
        "{error}"
    );
    assert_eq!(dump(&database).await, before);
    assert_eq!(database.versions().await, ["a"]);
    check_file(&database).await;
    // What is put right in the section is right.
    let mended = format!("{up}DELETE FROM c WHERE p NOT IN (SELECT id FROM p);\n");
    compare(&first, &mended).await;
    // A failure behind it takes everything back.
    let error = alter(&database, &first, &format!("{REBUILD}INSERT INTO missing VALUES (1);\n"), "").await;
    assert!(error.expect_err("a table is missing").contains("missing"));
    assert_eq!(dump(&database).await, before);
    check_file(&database).await;
}

/// The names of a table and of what refers to it in any other schema are not touched.
#[tokio::test]
async fn what_cannot_be_replaced_is_refused_as_before() {
    let child =
        "CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO c VALUES (1);\n";
    let first = format!("{PARENT}{child}");
    let database = prepared(&first).await;
    let before = dump(&database).await;
    for up in ["DROP TABLE p;\n", "CREATE TABLE p2 (id);\nDROP TABLE p;\nALTER TABLE p2 RENAME TO q;\n"] {
        let error = alter(&database, &first, up, "").await.expect_err("rows would go");
        assert!(error.contains("rows of `c` refer to `p`"), "{error}");
        assert_eq!(dump(&database).await, before);
    }
    let copied = "CREATE TABLE p2 AS SELECT * FROM p;\nDROP TABLE p;\nALTER TABLE p2 RENAME TO p;\n";
    let error = alter(&database, &first, copied, "").await.expect_err("no key");
    let expected = "migrations/b.sql:8: the table that takes the place of `p` lacks a key that a foreign key refers to: \
                    foreign key mismatch - \"c\" referencing \"p\"";
    assert_eq!(error, expected);
    assert_eq!(dump(&database).await, before);
    // A view needs it while it is away: SQLite does not rename then, with foreign keys or without.
    let view = "CREATE VIEW v AS SELECT * FROM p;\n";
    let seen = prepared(&format!("{first}{view}")).await;
    let error = alter(&seen, &format!("{first}{view}"), REBUILD, "").await.expect_err("a view");
    assert!(error.contains("migrations/b.sql:10:1") && error.contains("error in view v"), "{error}");
    let plain = prepared(&format!("{first}{view}")).await.client(&format!(".bail on\n{REBUILD}"));
    assert!(plain.stderr.contains("error in view v"), "{}", plain.stderr);
}

/// A rebuild may be what gives a foreign key its key.
#[tokio::test]
async fn a_key_that_only_the_new_table_has() {
    let first = "CREATE TABLE p (id INTEGER, x TEXT);\nINSERT INTO p VALUES (1, 'one'), (2, 'two');\n\
                 CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\n";
    let up = "CREATE TABLE p2 (id INTEGER UNIQUE, x TEXT);\nINSERT INTO p2 SELECT id, x FROM p;\n\
              DROP TABLE p;\nALTER TABLE p2 RENAME TO p;\n";
    let database = prepared(first).await;
    database.rows("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (2)").await;
    alter(&database, first, up, "").await.unwrap_or_else(|error| panic!("{error}"));
    check_file(&database).await;
    assert_eq!(database.column("SELECT x FROM c JOIN p ON p.id = c.p").await, ["two"]);
    let lost = prepared(first).await;
    lost.rows("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (7)").await;
    let error = alter(&lost, first, up, "").await.expect_err("a row is missing");
    assert!(error.contains("row 1 of `c` refers to a row of `p` that is not there any more"), "{error}");
}

/// Outside of a transaction the table is not dropped; what stands before that is done.
#[tokio::test]
async fn one_statement_at_a_time() {
    let child =
        "CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO c VALUES (1);\n";
    let first = format!("{PARENT}{child}");
    let database = prepared(&first).await;
    let drop = "DROP TABLE p;\n";
    for (up, expected) in [
        (drop.to_owned(), "the database is as it was. Drop"),
        (
            format!("CREATE TABLE q (x);\n{drop}"),
            "the statements before it are done, and the next run continues",
        ),
    ] {
        let body = format!("-- alembic: upgrade no-transaction\n{up}-- alembic: irreversible\n");
        let scripts = [Script::new("a", "", &first, ""), Script::with_body("b", "a", &body)];
        let error = migrator(&scripts).upgrade(database.url.as_str()).await.expect_err("rows would go");
        let help = error.help().unwrap_or_default();
        assert!(help.starts_with(expected), "{error}\n{help}");
    }
    assert_eq!(database.column("SELECT name FROM sqlite_schema WHERE name IN ('p', 'q')").await.len(), 2);
}

/// A connection of a service's pool goes on as it was.
#[tokio::test]
async fn a_pool_in_memory() {
    let pool = sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await
        .expect("a pool");
    let child =
        "CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO c VALUES (1);\n";
    let scripts = [Script::new("a", "", &format!("{PARENT}{child}"), ""), Script::new("b", "a", REBUILD, "")];
    migrator(&scripts).upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
    let count = sqlx::raw_sql("SELECT p FROM c JOIN p ON p.id = c.p").fetch_all(&pool).await.expect("rows");
    assert_eq!(count.len(), 1);
    sqlx::raw_sql("DELETE FROM p").execute(&pool).await.expect("foreign keys act");
    let left = sqlx::raw_sql("SELECT p FROM c").fetch_all(&pool).await.expect("rows");
    assert!(left.is_empty());
}

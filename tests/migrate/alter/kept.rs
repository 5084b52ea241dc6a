//! Rows, indexes and keys that a change of the definition must not change with it.

use super::{alter, check_file, difference, dump, prepared, text};

/// Alters `t` and returns its rows, which must be as they were.
async fn rows_stay(first: &str, up: &str, query: &str) -> Vec<String> {
    let database = prepared(first).await;
    let before = database.column(query).await;
    alter(&database, first, up, "").await.unwrap_or_else(|error| panic!("{first}\n{up}\n{error}"));
    check_file(&database).await;
    let after = database.column(query).await;
    assert_eq!(after, before, "{first}\n{up}");
    after
}

/// Checks that `up` is refused with `expected` in the message, and that nothing has changed.
async fn refused(first: &str, up: &str, expected: &str) {
    let database = prepared(first).await;
    let before = dump(&database).await;
    let error = alter(&database, first, up, "").await.expect_err(up);
    assert!(error.contains(expected), "{up}\n{error}");
    assert_eq!(difference(&before, &dump(&database).await), [""; 0], "{up}");
    check_file(&database).await;
}

#[tokio::test]
async fn values_stay_in_their_columns_when_a_rule_is_dropped() {
    for rule in [
        "GENERATED ALWAYS AS (a || '!') VIRTUAL",
        "AS (a || '!') STORED",
        "DEFAULT 'x'",
        "NOT NULL",
        "NULL",
        "COLLATE NOCASE",
        "CHECK (g <> '')",
        "UNIQUE",
        "REFERENCES p",
    ] {
        let values = if rule.contains("AS (") { ("", "") } else { (", g", ", a || '!'") };
        let first = format!(
            "CREATE TABLE p (k TEXT PRIMARY KEY);\nINSERT INTO p VALUES ('a1!'), ('a2!');\n\
             CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, g TEXT CONSTRAINT k {rule}, b TEXT, c TEXT);\n\
             CREATE INDEX i ON t (g, b);\n\
             INSERT INTO t(id, a, b, c{}) SELECT column1, 'a' || column1, 'b', column1{} FROM (SELECT 1 AS column1, 'a1' AS a UNION SELECT 2, 'a2');",
            values.0, values.1
        );
        let query = "SELECT id || a || g || b || c FROM t ORDER BY id";
        let rows = rows_stay(&first, "ALTER TABLE t DROP CONSTRAINT k;", query).await;
        assert_eq!(rows, ["1a1a1!b1", "2a2a2!b2"], "{rule}");
    }
}

#[tokio::test]
async fn indexes_follow_a_collation_that_is_dropped() {
    let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT CONSTRAINT k COLLATE NOCASE UNIQUE, b);\n\
                 CREATE INDEX i ON t(a);\nINSERT INTO t VALUES(1,'b',1),(2,'C',2),(3,'a',3),(4,'D',4);";
    let rows = "SELECT id || a FROM t NOT INDEXED ORDER BY id";
    rows_stay(first, "ALTER TABLE t DROP CONSTRAINT k;", rows).await;
    rows_stay(first, "ALTER TABLE t ALTER a TYPE TEXT COLLATE BINARY;", rows).await;
}

#[tokio::test]
async fn a_comment_does_not_become_a_type() {
    let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, g TEXT CONSTRAINT k CHECK (g <> 'x') /* point */ GENERATED ALWAYS AS (a) STORED);\n\
                 INSERT INTO t(id, a) VALUES(1,'1'),(2,5);";
    let database = prepared(first).await;
    alter(&database, first, "ALTER TABLE t DROP CONSTRAINT k;", "")
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    check_file(&database).await;
    let of_type = database.column("SELECT type FROM pragma_table_xinfo('t') WHERE name = 'g'").await;
    assert_eq!(of_type, ["TEXT"], "{}", text(&database, "t").await);
    assert_eq!(database.column("SELECT typeof(g) FROM t").await, ["text", "text"]);
}

/// Defaults that SQLite takes in `ADD COLUMN` of a table with rows, whatever they look like.
const CONSTANTS: [&str; 30] = [
    "5",
    "-5",
    "+5",
    "'x'",
    "x'41'",
    "1.5",
    "1e3",
    "0x10",
    "true",
    "word",
    "\"quoted\"",
    "[b r]",
    "`t`",
    "(8)",
    "((8))",
    "(((8)))",
    "(('x'))",
    "(-(5))",
    "(+(5))",
    "(-(-5))",
    "(- -5)",
    "(CAST('5' AS INTEGER))",
    "(CAST(5 AS TEXT))",
    "(cast(x'41' as text))",
    "9223372036854775807",
    "'9007199254740993'",
    "123456789012345678",
    "0x7fffffffffffffff",
    "5 DEFAULT 6",
    "('a' /* ) */)",
];

#[tokio::test]
async fn rows_that_end_before_a_column_keep_its_value() {
    for of_type in ["", "INTEGER", "TEXT", "REAL", "NUMERIC", "BLOB", "VARCHAR(5) COLLATE NOCASE"] {
        let mut first =
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO t VALUES (1, 'x'), (2, 'y');\n"
                .to_owned();
        for (number, default) in CONSTANTS.iter().enumerate() {
            first += &format!("ALTER TABLE t ADD COLUMN c{number} {of_type} DEFAULT {default};\n");
        }
        let columns: Vec<String> = (0..CONSTANTS.len()).map(|number| format!("quote(c{number})")).collect();
        let query = format!("SELECT {} FROM t ORDER BY id", columns.join(" || ',' || "));
        let each = |action: &str| {
            let actions = (0..CONSTANTS.len())
                .map(|number| format!("ALTER TABLE t {};\n", action.replace('#', &number.to_string())));
            actions.collect::<String>()
        };
        // One after the other, from the first column and from the last.
        rows_stay(&first, &each("ALTER c# DROP DEFAULT"), &query).await;
        let other = each(if of_type.is_empty() {
            "ALTER c# SET DEFAULT (random())"
        } else {
            "ALTER c# SET DEFAULT 'other'"
        });
        rows_stay(&first, &other.lines().rev().collect::<Vec<_>>().join("\n"), &query).await;
    }
}

#[tokio::test]
async fn a_named_default_is_dropped_without_its_rows() {
    let added = "CREATE TABLE t(id INTEGER PRIMARY KEY);\nINSERT INTO t VALUES (1), (2);\n";
    for column in [
        "c INT CONSTRAINT k DEFAULT ((1))",
        "c INT DEFAULT 5 CONSTRAINT k DEFAULT 6",
        "c INT CONSTRAINT k DEFAULT 5 DEFAULT 6",
        "c REAL NOT NULL CONSTRAINT k DEFAULT 9223372036854775807",
    ] {
        let first = format!("{added}ALTER TABLE t ADD COLUMN {column};");
        rows_stay(&first, "ALTER TABLE t DROP CONSTRAINT k;", "SELECT quote(c) FROM t").await;
    }
    let first = format!(
        "{added}ALTER TABLE t ADD COLUMN a INT DEFAULT 1;\nALTER TABLE t ADD COLUMN b REAL DEFAULT 9223372036854775807;"
    );
    rows_stay(&first, "ALTER TABLE t ALTER a SET DEFAULT 5;", "SELECT quote(a) || quote(b) FROM t").await;
    let up = "ALTER TABLE t ADD COLUMN c REAL NOT NULL DEFAULT 9223372036854775807;\nALTER TABLE t ALTER c DROP DEFAULT;";
    let database = prepared(added).await;
    alter(&database, added, up, "").await.unwrap_or_else(|error| panic!("{error}"));
    check_file(&database).await;
    assert_eq!(database.column("SELECT CAST(c = 9223372036854775808 AS TEXT) FROM t").await, ["1", "1"]);
}

const NO_PARENT: &str = "violate a foreign key";

#[tokio::test]
async fn foreign_keys_that_a_change_would_violate() {
    for (first, up, expected) in [
        (
            "CREATE TABLE p(k TEXT COLLATE NOCASE PRIMARY KEY);\nCREATE TABLE c(k TEXT REFERENCES p(k));\n\
             INSERT INTO p VALUES('a');\nINSERT INTO c VALUES('A');",
            "ALTER TABLE p ALTER k TYPE TEXT COLLATE BINARY;",
            "there are rows in c that violate a foreign key",
        ),
        (
            "CREATE TABLE p(k TEXT COLLATE NOCASE PRIMARY KEY, up TEXT REFERENCES p(k));\n\
             INSERT INTO p VALUES('a', NULL), ('b', 'A');",
            "ALTER TABLE p ALTER k TYPE TEXT COLLATE BINARY;",
            "there are rows in p that violate a foreign key",
        ),
        (
            "CREATE TABLE p(id INTEGER PRIMARY KEY);\n\
             CREATE TABLE c(id INTEGER PRIMARY KEY, a INT, g INT AS (a+1) STORED REFERENCES p(id));\n\
             INSERT INTO p VALUES(6);\nINSERT INTO c(id,a) VALUES(1,5);",
            "ALTER TABLE c ALTER COLUMN a TYPE INTEGER USING a + 100;",
            "1 row, one of them rowid = 1, without its row of p",
        ),
        (
            "CREATE TABLE p(id INTEGER PRIMARY KEY, a INT, g INT AS (a+1) STORED UNIQUE);\n\
             CREATE TABLE c(id INTEGER PRIMARY KEY, g INT REFERENCES p(g));\nINSERT INTO p(id,a) VALUES(1,5);\nINSERT INTO c VALUES(1,6);",
            "ALTER TABLE p ALTER COLUMN a TYPE INTEGER USING a + 100;",
            NO_PARENT,
        ),
        (
            "CREATE TABLE p(id INTEGER PRIMARY KEY, code INT NOT NULL);\nCREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES p);\n\
             INSERT INTO p VALUES(1,77);\nINSERT INTO c VALUES(1,1);",
            "ALTER TABLE p DROP CONSTRAINT p_pkey, ADD PRIMARY KEY (code);",
            "the key p (id) cannot be dropped: a foreign key of table c refers to it",
        ),
        (
            "CREATE TABLE p(a TEXT PRIMARY KEY, UNIQUE(a COLLATE NOCASE));\nCREATE TABLE c(p TEXT REFERENCES p(a));",
            "ALTER TABLE p DROP CONSTRAINT p_pkey;",
            "the key p (a) cannot be dropped: a foreign key of table c refers to it",
        ),
        (
            "CREATE TABLE p(a TEXT, b);\nCREATE UNIQUE INDEX u ON p(a COLLATE BINARY);\nCREATE TABLE c(p TEXT REFERENCES p(a));",
            "ALTER TABLE p ALTER a TYPE TEXT COLLATE NOCASE;",
            "the key p (a) cannot be dropped: a foreign key of table c refers to it",
        ),
        (
            "CREATE TABLE p(id INTEGER PRIMARY KEY, b TEXT);\nCREATE TABLE c(x INT PRIMARY KEY REFERENCES p) WITHOUT ROWID;\n\
             INSERT INTO p VALUES (1, 'x');\nINSERT INTO c VALUES (1);",
            "ALTER TABLE p ALTER id TYPE INTEGER USING id + 1;",
            "1 row, one of them without its row of p",
        ),
    ] {
        refused(first, up, expected).await;
    }
}

#[tokio::test]
async fn a_key_by_another_collation_is_one_where_the_primary_key_is_meant() {
    let first = "CREATE TABLE p(a TEXT, PRIMARY KEY (a COLLATE NOCASE));\nCREATE TABLE c(p TEXT REFERENCES p);\n\
                 INSERT INTO p VALUES ('a');\nINSERT INTO c VALUES ('a');";
    rows_stay(first, "ALTER TABLE p ADD CHECK (a <> ''), ADD UNIQUE (a);", "SELECT a FROM p").await;
}

#[tokio::test]
async fn help_names_the_statements_that_remove_an_obstacle() {
    let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);\nCREATE VIEW v AS SELECT a, b FROM t;\n\
                 CREATE VIRTUAL TABLE f USING fts5(b, content = t);\n\
                 CREATE TRIGGER \"on t\" AFTER INSERT ON t BEGIN SELECT new.a; END;";
    let rebuild = "CREATE TABLE t2(id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO t2 SELECT id, a FROM t;\n\
                   DROP TABLE t;\nALTER TABLE t2 RENAME TO t;";
    let star = "CREATE TABLE t(id INTEGER PRIMARY KEY, note);\nCREATE VIEW v AS SELECT * FROM t;\n\
                CREATE VIEW w AS SELECT note FROM v;";
    let broken = "CREATE TABLE t(id INTEGER PRIMARY KEY, note);\nCREATE TABLE gone (x);\n\
                  CREATE VIEW v AS SELECT x FROM gone;\nDROP TABLE gone;";
    let other = "CREATE TABLE u(x);\nCREATE TRIGGER r AFTER INSERT ON u BEGIN DELETE FROM t; END;";
    for (first, up, expected) in [
        (
            first,
            "ALTER TABLE t DROP COLUMN a;",
            "put `DROP VIEW \"v\"; DROP TRIGGER \"on t\"` before it, and create them again without the column after it",
        ),
        (
            "CREATE TABLE t(id INTEGER PRIMARY KEY, b TEXT);\nCREATE VIRTUAL TABLE f USING fts5(b, content = t);",
            "ALTER TABLE t DROP COLUMN b;",
            "put `DROP TABLE \"f\"` before it, and create it again without the column after it",
        ),
        (
            first,
            rebuild,
            "put `DROP VIEW \"v\"` before the rebuild of the table, and create it again after it; or change the table with \
             `ALTER TABLE`, which keeps its views and triggers",
        ),
        (
            &format!("CREATE TABLE t(id INTEGER PRIMARY KEY, a);\n{other}"),
            rebuild,
            "put `DROP TRIGGER \"r\"` before the rebuild of the table, and create it again after it; or change the table with \
             `ALTER TABLE`, which keeps its views and triggers",
        ),
        (
            star,
            "ALTER TABLE t DROP COLUMN note;",
            "put `DROP VIEW \"w\"` before it, and create it again without the column after it",
        ),
        (
            "CREATE TABLE t(id INTEGER PRIMARY KEY, note);\nCREATE TABLE u(note);\n\
             CREATE VIEW v AS SELECT u.rowid FROM t JOIN u USING (note);",
            "ALTER TABLE t DROP COLUMN note;",
            "put `DROP VIEW \"v\"` before it, and create it again without the column after it",
        ),
        (
            "CREATE TABLE t(id INTEGER PRIMARY KEY, note);",
            "CREATE TEMP VIEW v AS SELECT note FROM t;\nALTER TABLE t DROP COLUMN note;",
            "put `DROP VIEW \"v\"` before it, and create it again without the column after it",
        ),
        (
            broken,
            "ALTER TABLE t DROP COLUMN note;",
            "put `DROP VIEW \"v\"` before it: SQLite reads all views and triggers to change a column",
        ),
        (
            broken,
            "ALTER TABLE t RENAME COLUMN note TO n;",
            "put `DROP VIEW \"v\"` before it: SQLite reads all views and triggers to change a column",
        ),
    ] {
        let database = prepared(first).await;
        let scripts = [
            alembic_testing::Script::new("a", "", first, ""),
            alembic_testing::Script::new("b", "a", up, ""),
        ];
        let error = crate::support::migrator(&scripts).upgrade(database.url.as_str()).await.expect_err(up);
        let alembic::migrate::MigrateError::Statement(failure) = error else { panic!("{error}") };
        assert_eq!(failure.help(), [expected], "{up}\n{failure}");
    }
}

/// SQLite makes strings of all `"…"` that are no names when it renames a column.
#[tokio::test]
async fn strings_in_double_quotes_are_no_use_of_a_column() {
    let first = "CREATE TABLE orders(id INTEGER PRIMARY KEY, status TEXT CHECK (status IN (\"open\",\"done\")));\n\
                 CREATE INDEX ox ON orders(id) WHERE status = \"open\";\n\
                 CREATE TABLE t(id INTEGER PRIMARY KEY, note TEXT, title TEXT);\n\
                 CREATE VIEW v AS SELECT 'note' AS kind, id FROM orders;\nINSERT INTO t VALUES (1, 'n', 'x');\n\
                 CREATE VIEW w AS SELECT title FROM t;";
    rows_stay(first, "ALTER TABLE t DROP COLUMN note;", "SELECT id || title FROM t").await;
    let error = "column t.title cannot be dropped: it is used by view w; change or drop that first";
    refused(first, "ALTER TABLE t DROP COLUMN title;", error).await;
}

/// Other columns of a table whose rows are the content of a virtual table can be dropped.
#[tokio::test]
async fn the_content_of_a_virtual_table_stays_readable() {
    let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);\n\
                 CREATE VIRTUAL TABLE f USING fts5(a, content = 't', content_rowid = 'id');\n\
                 INSERT INTO t VALUES (1, 'one', 'x'), (2, 'two', 'y');\nINSERT INTO f (f) VALUES ('rebuild');";
    let rows = "SELECT rowid || a FROM f WHERE f MATCH 'two'";
    for up in ["DROP COLUMN b", "ALTER a TYPE VARCHAR(5), ADD UNIQUE (a)"] {
        assert_eq!(rows_stay(first, &format!("ALTER TABLE t {up};"), rows).await, ["2two"]);
    }
}

/// Rows that violated a foreign key or a check before do so afterwards, and others must not.
#[tokio::test]
async fn violations_from_before_stay_and_new_ones_are_refused() {
    let first = "CREATE TABLE p(k TEXT COLLATE NOCASE PRIMARY KEY, n INT);\n\
                 CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT REFERENCES p(k), b TEXT, u AS (b) REFERENCES q);\n\
                 CREATE TABLE q(x PRIMARY KEY);\nINSERT INTO p VALUES ('a', 1);\n\
                 INSERT INTO t(id, k) VALUES (1, 'A'), (2, 'a');";
    let database = prepared(first).await;
    database.rows("PRAGMA foreign_keys = OFF; INSERT INTO t(id, k) VALUES (3, 'lost')").await;
    for up in ["ALTER TABLE p ALTER n TYPE TEXT;", "ALTER TABLE t ADD UNIQUE (id, k);"] {
        let database = prepared(first).await;
        database.rows("PRAGMA foreign_keys = OFF; INSERT INTO t(id, k) VALUES (3, 'lost')").await;
        alter(&database, first, up, "").await.unwrap_or_else(|error| panic!("{up}\n{error}"));
        assert_eq!(database.column("SELECT k FROM t ORDER BY id").await, ["A", "a", "lost"]);
    }
    let error = alter(&database, first, "ALTER TABLE p ALTER k TYPE TEXT COLLATE BINARY;", "").await;
    let error = error.expect_err("a row of t finds its row of p no more");
    assert!(
        error.contains("in t that violate a foreign key\n  detail: 1 row, one of them rowid = 1"),
        "{error}"
    );
}

#[tokio::test]
async fn rows_that_are_not_valid_yet_do_not_block_a_rebuild() {
    let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT);\nINSERT INTO t VALUES (1, -1, '1'), (2, 5, '2');\n\
                 CREATE INDEX i ON t (b);";
    let pos = "ALTER TABLE t ADD CONSTRAINT pos CHECK (t.a >= 0) NOT VALID;\n";
    let up = format!(
        "{pos}ALTER TABLE t ALTER b TYPE INTEGER;\nALTER TABLE t ALTER b SET NOT NULL, ADD UNIQUE (b);"
    );
    let database = prepared(first).await;
    alter(&database, first, &up, "").await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        database.column("SELECT id || a || typeof(b) FROM t ORDER BY id").await,
        ["1-1integer", "25integer"]
    );
    assert!(database.try_rows("INSERT INTO t VALUES (3, -1, 3)").await.is_err(), "it is enforced");
    assert_eq!(
        text(&database, "t").await,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b INTEGER NOT NULL, CONSTRAINT pos CHECK (t.a >= 0), UNIQUE (b))"
    );
    let at_once = "ALTER TABLE t ADD CONSTRAINT pos CHECK (t.a >= 0) NOT VALID, ALTER b TYPE INTEGER;\n";
    alter(&prepared(first).await, first, at_once, "").await.unwrap_or_else(|error| panic!("{error}"));
    for validated in [
        "ALTER TABLE t VALIDATE CONSTRAINT pos, ALTER b TYPE INTEGER;",
        "ALTER TABLE t VALIDATE CONSTRAINT pos;",
    ] {
        let expected = "for which CHECK pos (t.a >= 0) is false\n  detail: 1 row, one of them id = 1";
        refused(first, &format!("{pos}{validated}"), expected).await;
    }
    let up = format!("{pos}ALTER TABLE t ALTER a TYPE INTEGER USING -a;");
    refused(first, &up, "for which CHECK pos (t.a >= 0) is false\n  detail: 1 row, one of them id = 2").await;
    let up = format!("{pos}ALTER TABLE t ADD CHECK (a <> 5), ALTER b TYPE INTEGER;");
    refused(first, &up, "for which CHECK (a <> 5) is false\n  detail: 1 row, one of them id = 2").await;
}

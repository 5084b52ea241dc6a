//! What is said where a table cannot be altered, and that nothing has changed then.

use super::{difference, dump, prepared};

const FIRST: &str = "
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER CONSTRAINT low CHECK (b < 100), CONSTRAINT pair UNIQUE (id, b));
CREATE TABLE s (x ANY, y TEXT, z TEXT AS (y || x)) STRICT;
CREATE TABLE w (k TEXT, l INTEGER DEFAULT 1, m TEXT, PRIMARY KEY (k, l)) WITHOUT ROWID;
CREATE TABLE p (x INTEGER PRIMARY KEY, y TEXT);
CREATE TABLE c (x REFERENCES t (id));
CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE VIEW v AS SELECT \"a\" FROM t;
CREATE VIEW unnamed (one, two) AS SELECT * FROM p;
CREATE TRIGGER r AFTER UPDATE OF b ON t BEGIN SELECT 1; END;
CREATE TRIGGER foreigner AFTER INSERT ON p BEGIN INSERT INTO w (k, m) VALUES ('k', new.x); END;
CREATE VIRTUAL TABLE f USING fts5 (body);
CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, body TEXT, note TEXT);
CREATE VIRTUAL TABLE post_text USING fts5 (title, content = post, content_rowid = id);
INSERT INTO t VALUES (1, 'x', 5), (2, NULL, 6), (3, NULL, 6), (4, 'x', 99);
INSERT INTO s (x, y) VALUES ('one', 'text'), (2, '2');
INSERT INTO w VALUES ('a', 1, NULL), ('it''s', 2, 'y');
INSERT INTO c VALUES (4);
CREATE TABLE keyed (id INT PRIMARY KEY, v TEXT);
INSERT INTO keyed VALUES (NULL, 'none'), (30, 'a');
";

/// Checks what is said, without the statement and what has become of the run.
async fn check(statement: &str, expected: &str) {
    let database = prepared(FIRST).await;
    let before = dump(&database).await;
    for section in ["-- alembic: upgrade", "-- alembic: upgrade no-transaction"] {
        let body = format!("{section}\nCREATE TABLE first (x);\n\n  {statement};\n");
        let scripts = [
            alembic_testing::Script::new("a", "", FIRST, ""),
            alembic_testing::Script::with_body("b", "a", &body),
        ];
        let run = crate::support::migrator(&scripts).upgrade(database.url.as_str()).await;
        let error = run.expect_err(statement).to_string();
        let start = "migrations/b.sql:9:3: statement 2 of 2 failed: ";
        let said = error.strip_prefix(start).unwrap_or_else(|| panic!("{error}"));
        let said = said.split("\n  |").next().unwrap_or_default();
        assert_eq!(said, expected, "{statement}");
    }
    // Without a transaction around all of it the statements before it stay.
    assert_eq!(
        difference(&before, &dump(&database).await),
        ["+ table first on first CREATE TABLE first (x)"],
        "{statement}"
    );
}

#[tokio::test]
async fn rows_that_violate_what_is_new() {
    check(
        "ALTER TABLE t ALTER a SET NOT NULL",
        "column t.a has to have a value in every row\n  detail: 2 rows, one of them id = 2",
    )
    .await;
    let two = "ALTER TABLE c ADD y INTEGER DEFAULT 4 REFERENCES t (id) REFERENCES p (x)";
    check(two, "there are rows in c that violate a foreign key\n  detail: 1 row, one of them rowid = 1, without its row of p").await;
    // SQLite would give it the next number.
    check(
        "ALTER TABLE keyed ALTER id TYPE INTEGER",
        "column keyed.id has to have a value in every row\n  detail: 1 row, one of them id = NULL",
    )
    .await;
    // SQLite would take it for a string.
    check("ALTER TABLE t ALTER a TYPE TEXT USING upper(\"aa\") || t.\"a\"", "no such column: t.aa").await;
    check(
        "ALTER TABLE w ALTER m SET NOT NULL",
        "column w.m has to have a value in every row\n  detail: 1 row, one of them k = 'a', l = 1",
    )
    .await;
    check(
        "ALTER TABLE t ADD CONSTRAINT n CHECK (b <> 99 /* high */)",
        "there are rows in t for which CHECK n (b <> 99 /* high */) is false\n  detail: 1 row, one of them id = 4",
    )
    .await;
    check(
        "ALTER TABLE t ADD CHECK (b <> 99)",
        "there are rows in t for which CHECK (b <> 99) is false\n  detail: 1 row, one of them id = 4",
    )
    .await;
    check("ALTER TABLE t ADD UNIQUE (a)", "t (a) is not unique\n  detail: 2 rows, one of them a = 'x'").await;
    check(
        "ALTER TABLE t ADD UNIQUE (a), ALTER b TYPE REAL, ADD CHECK (b < 9)",
        "t (a) is not unique\n  detail: 2 rows, one of them a = 'x'",
    )
    .await;
    check(
        "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES p (x) ON DELETE CASCADE",
        "there are rows in t that violate a foreign key\n  detail: 4 rows, one of them rowid = 1, without its row of p",
    )
    .await;
    check(
        "ALTER TABLE t ADD COLUMN d INTEGER DEFAULT 5 REFERENCES p (x)",
        "there are rows in t that violate a foreign key\n  detail: 4 rows, one of them rowid = 1, without its row of p",
    )
    .await;
    check(
        "ALTER TABLE t ADD COLUMN d INTEGER DEFAULT 5 UNIQUE",
        "t (d) is not unique\n  detail: 4 rows, one of them d = 5",
    )
    .await;
    check(
        "ALTER TABLE t ADD COLUMN d INTEGER NOT NULL UNIQUE",
        "column t.d has to have a value in every row\n  detail: 4 rows, one of them id = 1",
    )
    .await;
    for column in ["x", "y"] {
        check(
            &format!("ALTER TABLE s ALTER {column} TYPE INTEGER"),
            &format!("there are rows in s whose {column} is not of type INTEGER\n  detail: 1 row, one of them rowid = 1"),
        )
        .await;
    }
}

#[tokio::test]
async fn rows_that_violate_an_old_rule_with_their_new_values() {
    for (table, values, up, expected) in [
        (
            "a TEXT UNIQUE",
            "'1'), ('1.0'",
            "ALTER a TYPE NUMERIC",
            "t (a) is not unique\n  detail: 2 rows, one of them a = 1",
        ),
        (
            "a TEXT UNIQUE",
            "'a'), ('A'",
            "ALTER a TYPE TEXT COLLATE NOCASE",
            "t (a) is not unique\n  detail: 2 rows, one of them a = 'a'",
        ),
        (
            "a TEXT, UNIQUE (a COLLATE NOCASE)",
            "'a'), ('b'",
            "ALTER a TYPE TEXT USING iif(a = 'b', 'A', a)",
            "t (a) is not unique\n  detail: 2 rows, one of them a = 'a'",
        ),
        // Without its column it is a string, and no column of ours.
        (
            "a TEXT, n TEXT UNIQUE",
            "'x', 'y'",
            "DROP COLUMN n, ADD CHECK (\"n\" IN ('x', 'y'))",
            "CHECK (\"n\" IN ('x', 'y')) is false\n  detail: 1 row, one of them rowid = 1",
        ),
        (
            "a INT CHECK (a <> 7)",
            "1), (2",
            "ALTER a TYPE INT USING a + 5",
            "there are rows in t for which CHECK (a <> 7) is false\n  detail: 1 row, one of them rowid = 2",
        ),
        (
            "a TEXT NOT NULL",
            "'x'), ('y'",
            "ALTER a TYPE TEXT USING nullif(a, 'y')",
            "column t.a has to have a value in every row\n  detail: 1 row, one of them rowid = 2",
        ),
        (
            "a TEXT",
            "'1'), ('x'",
            "ALTER a TYPE INTEGER, ADD PRIMARY KEY (a)",
            "there are rows in t whose a is not of type INTEGER\n  detail: 1 row, one of them rowid = 2",
        ),
        (
            "a TEXT",
            "'1'), ('1'",
            "ALTER a TYPE INTEGER, ADD PRIMARY KEY (a)",
            "t (a) is not unique\n  detail: 2 rows, one of them a = 1",
        ),
        (
            "a TEXT, b AS (a + 1) CHECK (t.b > 5)",
            "6), (7",
            "ALTER a TYPE INT USING a - 2",
            "there are rows in t for which CHECK (t.b > 5) is false\n  detail: 1 row, one of them rowid = 1",
        ),
        (
            "a",
            "1), (2",
            "ADD b INT DEFAULT 0 UNIQUE CHECK (b <> 0)",
            "t (b) is not unique\n  detail: 2 rows, one of them b = 0",
        ),
        (
            "a",
            "1), (2",
            "ADD b INT DEFAULT 0 CHECK (b <> 0)",
            "there are rows in t for which CHECK (b <> 0) is false\n  detail: 2 rows, one of them rowid = 1",
        ),
        (
            "a",
            "1), (2",
            "ADD b INT DEFAULT (0 + 0) CHECK (b <> 0)",
            "there are rows in t for which CHECK (b <> 0) is false\n  detail: 2 rows, one of them rowid = 1",
        ),
        (
            "a TEXT",
            "'1'), ('1.0'",
            "ALTER a TYPE INT",
            "t (a) is not unique\n  detail: 2 rows, one of them a = 1",
        ),
        (
            "a TEXT",
            "'1'), ('1.0'",
            "ALTER a TYPE INT USING a + 1",
            "t (a) is not unique\n  detail: 2 rows, one of them a = 2",
        ),
    ] {
        // The last two are about an index.
        let index = if table == "a TEXT" && !up.contains("KEY") {
            "CREATE UNIQUE INDEX i ON t (a) WHERE a > 0;"
        } else {
            ""
        };
        let first = format!("CREATE TABLE t ({table});\n{index}\nINSERT INTO t VALUES ({values});");
        let database = prepared(&first).await;
        let before = dump(&database).await;
        let error = super::alter(&database, &first, &format!("ALTER TABLE t {up};"), "").await.expect_err(up);
        assert!(error.contains(expected), "{up}\n{error}");
        assert_eq!(difference(&before, &dump(&database).await), [""; 0], "{up}");
    }
}

#[tokio::test]
async fn what_sqlite_says_itself() {
    check(
        "ALTER TABLE t ADD COLUMN d INTEGER NOT NULL",
        "Cannot add a NOT NULL column with default value NULL (code 1)",
    )
    .await;
    check(
        "ALTER TABLE t ADD COLUMN d INTEGER PRIMARY KEY",
        "table \"t\" has more than one primary key (code 1)",
    )
    .await;
    check("ALTER TABLE t ADD PRIMARY KEY (a)", "table \"t\" has more than one primary key (code 1)").await;
    check("ALTER TABLE p ADD PRIMARY KEY (y)", "table \"p\" has more than one primary key (code 1)").await;
    check("ALTER TABLE s ALTER y TYPE VARCHAR(5)", "unknown datatype for s.y: \"VARCHAR(5)\" (code 1)").await;
    check("ALTER TABLE s ALTER z SET DEFAULT 5", "column s.z is generated: it cannot have a default").await;
    check(
        "ALTER TABLE w ALTER l DROP NOT NULL",
        "column w.l is part of the primary key, and needs a value in every row",
    )
    .await;
    check("ALTER TABLE t ALTER id TYPE TEXT USING nope(id)", "no such function: nope (code 1)").await;
    check("ALTER TABLE t ALTER a SET DEFAULT nope(1)", "unknown function: nope() (code 1)").await;
    check("ALTER TABLE t ALTER a SET DEFAULT 'x'::text", "unrecognized token: \":\" (code 1)").await;
    check("ALTER TABLE t ADD CHECK (nope > 1)", "no such column: nope (code 1)").await;
    check("ALTER TABLE t ADD CHECK (a IN (SELECT 1))", "subqueries prohibited in CHECK constraints (code 1)")
        .await;
    check("ALTER TABLE c DROP COLUMN x", "cannot drop column \"x\": no other columns exist (code 1)").await;
    check("ALTER TABLE w DROP COLUMN l", "PRIMARY KEY missing on table w (code 1)").await;
    check("ALTER TABLE t OWNER TO me", "near \"OWNER\": syntax error (code 1)").await;
    check("ALTER TABLE t ADD a INT", "duplicate column name: a (code 1)").await;
}

#[tokio::test]
async fn what_is_not_there_or_is_there_already() {
    check("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES nothing (y)", "no such table: nothing").await;
    check("ALTER TABLE t ALTER nothing TYPE INT", "no such column: t.nothing").await;
    check("ALTER TABLE nothing ALTER nothing TYPE INT", "no such table: nothing").await;
    check("ALTER TABLE public.t ALTER a TYPE INT", "no such table: public.t").await;
    check("ALTER TABLE v ALTER a TYPE INT", "v is a view, and no table that can be altered").await;
    check("ALTER TABLE f ALTER body TYPE INT", "f is a virtual table, and no table that can be altered")
        .await;
    check("ALTER TABLE sqlite_schema ALTER name TYPE INT", "no such table: sqlite_schema").await;
    check("ALTER TABLE t DROP CONSTRAINT nothing", "table t has no constraint nothing; it has low, pair")
        .await;
    check("ALTER TABLE t DROP COLUMN nothing", "no such column: t.nothing").await;
    check("ALTER TABLE t ADD a INT UNIQUE", "table t has a column a already").await;
    check("ALTER TABLE t ADD CONSTRAINT pair CHECK (1)", "table t has a constraint pair already").await;
}

#[tokio::test]
async fn what_something_else_needs() {
    check(
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (y)",
        "a foreign key of table t cannot refer to p (y): that is neither its primary key nor unique",
    )
    .await;
    check(
        "ALTER TABLE t DROP COLUMN id",
        "column t.id cannot be dropped: it is used by a foreign key of table c; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE t DROP COLUMN a",
        "column t.a cannot be dropped: it is used by view v; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE t DROP COLUMN b",
        "column t.b cannot be dropped: it is used by trigger r; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE s DROP COLUMN y",
        "column s.y cannot be dropped: it is used by generated column z; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE p DROP COLUMN y",
        "column p.y cannot be dropped: it is used by view unnamed; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE w DROP COLUMN m",
        "column w.m cannot be dropped: it is used by trigger foreigner; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE post DROP COLUMN title",
        "column post.title cannot be dropped: it is used by virtual table post_text; change or drop that first",
    )
    .await;
    check(
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "the key t (id) cannot be dropped: a foreign key of table c refers to it; drop that first",
    )
    .await;
}

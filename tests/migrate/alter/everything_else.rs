//! The law: whatever is done to one table, everything else is byte by byte what it was.

use alembic::sql::{Dialect, TokenKind, lex};

use super::{alter, back, check_file, difference, dump, prepared, text};

/// What stands around the altered table `t`: all that a rebuild may lose. `t` has the columns `id`, `a` and `b`.
const AROUND: &str = "
CREATE TABLE log (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT);
CREATE TABLE cascading (x INTEGER PRIMARY KEY, t INTEGER NOT NULL REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE nulling (x INTEGER PRIMARY KEY, t INTEGER REFERENCES t (id) ON DELETE SET NULL);
INSERT INTO log VALUES (10, 'a'), (20, 'b'), (30, 'c'), (40, 'd'), (50, 'e');
INSERT INTO t (id, a, b) VALUES (1, 'one', 10), (2, 'two', 20), (5, 'five', NULL), (7, 'x''; -- y', 30);
DELETE FROM t WHERE id = 7;
INSERT INTO cascading VALUES (1, 1), (2, 2), (3, 5);
INSERT INTO nulling VALUES (1, 1), (2, 5), (3, NULL);
CREATE INDEX t_a ON t (a COLLATE NOCASE DESC, b) WHERE b > 5;
CREATE UNIQUE INDEX \"t expr\" ON t (lower(a), b * 2 /* twice */);
CREATE VIEW v AS SELECT t.id, t.a, log.what FROM t LEFT JOIN log ON log.n = t.id;
CREATE VIEW \"all\" AS SELECT * FROM t;
CREATE TRIGGER t_insert AFTER INSERT ON t BEGIN INSERT INTO log (what) VALUES ('insert ' || new.a); END;
CREATE TRIGGER t_delete BEFORE DELETE ON t BEGIN INSERT INTO log (what) VALUES ('delete ' || old.id); END;
CREATE TRIGGER t_update AFTER UPDATE OF a ON t BEGIN INSERT INTO log (what) VALUES ('update'); END;
CREATE TRIGGER other AFTER INSERT ON nulling BEGIN UPDATE t SET a = 'touched' WHERE id = new.t; END;
CREATE TRIGGER view_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO t (id, a) VALUES (new.id, new.a); END;
DELETE FROM log WHERE n = 50;
CREATE TABLE alembic_new_t (leftover TEXT);
INSERT INTO alembic_new_t VALUES ('kept');
ANALYZE;
";

/// Definitions of `t`, each with something that is easily lost.
const TABLES: [&str; 16] = [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
    "CREATE TABLE t (\n  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key\n  a TEXT COLLATE NOCASE, /* it */\n  b INTEGER -- last\n)",
    "CREATE TABLE \"t\" (id INT PRIMARY KEY, `a` VARCHAR(20) UNIQUE ON CONFLICT REPLACE, [b] INTEGER, UNIQUE (a, b))",
    "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INTEGER, c INT AS (b + 1), d TEXT GENERATED ALWAYS AS (a || 'x') STORED) STRICT",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) WITHOUT ROWID",
    "CREATE TABLE 't' (b INTEGER, a TEXT, id INTEGER, PRIMARY KEY (id), CHECK (t.b > 0) CHECK (length(\"a\") < 100))",
    "CREATE TABLE t (id INTEGER UNIQUE, a TEXT CHECK (a <> ''), b INTEGER REFERENCES log (n) DEFERRABLE INITIALLY DEFERRED, self REFERENCES t (id))",
    "CREATE TABLE t(id UNIQUE,a,b)",
    "CREATE TABLE t (\r\n\tid INTEGER CONSTRAINT pk PRIMARY KEY DESC,\r\n\ta TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'it''s, (really)',\r\n\tb INTEGER DEFAULT (1 + 1)\r\n)",
    "CREATE TABLE t (rowid TEXT, \"select\" TEXT DEFAULT \"from\", t TEXT, id INTEGER UNIQUE, a TEXT, b INTEGER, \"x \"\"y\"\"\" TEXT, CONSTRAINT \"a, b)\" CHECK (t.a <> '(' AND main.t.t IS NULL))",
    "CREATE TABLE t (id INTEGER, a TEXT, b INTEGER, PRIMARY KEY (id AUTOINCREMENT), FOREIGN KEY (b) REFERENCES log (n) ON DELETE SET DEFAULT MATCH FULL)",
    "CREATE TABLE t (k TEXT DEFAULT 'k', id INT UNIQUE, a TEXT, b INTEGER, PRIMARY KEY (k, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE t AS SELECT 0 AS id, 'text' AS a, 1.5 AS b WHERE 0;\nCREATE UNIQUE INDEX id ON t (id)",
    "CREATE TABLE t (id INTEGER PRIMARY KEY);\nALTER TABLE t ADD COLUMN a TEXT DEFAULT 'none';\nALTER TABLE t ADD b INTEGER /* appended */",
    "CREATE TABLE renamed (id INTEGER PRIMARY KEY, a TEXT, old INTEGER CHECK (renamed.old > 0));\nALTER TABLE renamed RENAME TO t;\nALTER TABLE t RENAME old TO b",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a timestamp with time zone, b \"unsigned\" big int (10, 2) NULL, CONSTRAINT one CONSTRAINT two CHECK (1), CONSTRAINT u UNIQUE (b DESC) ON CONFLICT FAIL)",
];

/// Actions that change nothing but the text of `t`, with what takes them back.
const ACTIONS: [(&str, &str); 9] = [
    ("ALTER a SET NOT NULL", "ALTER COLUMN a DROP NOT NULL"),
    ("ALTER COLUMN b SET DEFAULT 5", "ALTER b DROP DEFAULT"),
    ("ALTER a SET DEFAULT lower('X')", "ALTER a DROP DEFAULT"),
    ("ADD CONSTRAINT n CHECK (b < 1000)", "DROP CONSTRAINT n"),
    ("ADD CONSTRAINT n UNIQUE (b, id)", "DROP CONSTRAINT IF EXISTS n RESTRICT"),
    ("ADD CONSTRAINT n FOREIGN KEY (id) REFERENCES t (id) ON DELETE CASCADE", "DROP CONSTRAINT n"),
    (
        "ADD CONSTRAINT n CHECK (a <> 'x'), ALTER a SET NOT NULL, ADD CONSTRAINT m UNIQUE (a)",
        "DROP CONSTRAINT m, ALTER a DROP NOT NULL, DROP CONSTRAINT n",
    ),
    ("ADD COLUMN z TEXT DEFAULT (hex(randomblob(8))) UNIQUE", "DROP COLUMN z"),
    ("ADD z INTEGER CHECK (z > 0) AS (b * 2) STORED NOT NULL, ADD y TEXT", "DROP y, DROP z"),
];

pub(super) async fn nothing_else_changes(table: &str) {
    let first = format!("{table};\n{AROUND}");
    for (up, down) in ACTIONS {
        // A generated column needs a value in each row.
        let filled = if up.contains("STORED") { "UPDATE t SET b = 40 WHERE b IS NULL;" } else { "" };
        let first = format!("{first}{filled}");
        let database = prepared(&first).await;
        let before = dump(&database).await;
        let stored = text(&database, "t").await;
        let (up, down) = (format!("ALTER TABLE t {up};"), format!("ALTER TABLE t {down};"));
        let done = alter(&database, &first, &up, &down).await;
        if let Err(error) = done {
            panic!("{table}\n{up}\n{error}");
        }
        check_file(&database).await;
        let after = dump(&database).await;
        let is_own = |line: &String| line.starts_with("t: ");
        let others = |dump: &[String]| dump.iter().filter(|line| !is_own(line)).cloned().collect::<Vec<_>>();
        assert_eq!(others(&after), others(&before), "{table}\n{up}");
        if !up.contains(" z ") {
            let rows = difference(&before, &after);
            assert!(rows.iter().all(|line| line[2..].starts_with("t: table")), "{table}\n{up}\n{rows:#?}");
        }
        let altered = text(&database, "t").await;
        back(&database, &first, &up, &down).await;
        check_file(&database).await;
        let restored = dump(&database).await;
        let rest = difference(&before, &restored);
        let rows = rest.iter().all(|line| line[2..].starts_with("t: table"));
        assert!(rows, "{table}\n{up}\n{rest:#?}");
        if up.contains(" z ") {
            // SQLite adds and drops columns with white space of its own, and a comma may be on the other side of a comment.
            assert_eq!(pieces(&text(&database, "t").await), pieces(&stored), "{table}\n{up}\n{altered}");
        } else if !is_normalised(table, &up) {
            assert!(rest.is_empty(), "{table}\n{up}\n{altered}\n{rest:#?}");
        }
        // Triggers, cascades and sequences still work.
        database
            .rows("PRAGMA foreign_keys = ON; INSERT INTO t (id, a, b) VALUES (6, 'six', 30); DELETE FROM t WHERE id = 1")
            .await;
        assert_eq!(database.column("SELECT CAST(x AS TEXT) FROM cascading").await, ["2", "3"]);
        assert_eq!(
            database.column("SELECT CAST(coalesce(t, 0) AS TEXT) FROM nulling").await,
            ["0", "5", "0"]
        );
        let log = database.column("SELECT what FROM log WHERE n > 50").await;
        assert_eq!(log[log.len() - 2..], ["insert six", "delete 1"], "{table}\n{up}");
    }
}

/// The tokens of a text, and its comments.
fn pieces(sql: &str) -> (Vec<&str>, Vec<&str>) {
    let of = |comments: bool| {
        let tokens = lex(sql, Dialect::Sqlite).filter(move |token| match token.kind {
            TokenKind::Whitespace => false,
            kind => (kind == TokenKind::Comment) == comments,
        });
        tokens.map(|token| token.text(sql)).collect()
    };
    (of(false), of(true))
}

/// Whether taking it back leaves the text another way of saying the same.
fn is_normalised(table: &str, up: &str) -> bool {
    // What was there before the action is what the way back takes away.
    (up.contains("ALTER a SET NOT NULL") && table.contains("a TEXT NOT NULL"))
        || (up.contains("SET DEFAULT") && table.contains("DEFAULT"))
}

macro_rules! for_each_table {
    ($($name:ident = $index:literal)*) => {
        $(#[tokio::test]
        async fn $name() {
            nothing_else_changes(TABLES[$index]).await;
        })*
    };
}

for_each_table! {
    plain = 0
    autoincrement_and_comments = 1
    quoted_names_and_on_conflict = 2
    strict_with_generated_columns = 3
    without_rowid = 4
    constraints_without_commas = 5
    deferred_and_self_references = 6
    no_types_and_no_blanks = 7
    descending_key_and_line_ends = 8
    shadowed_rowid_and_keywords = 9
    autoincrement_in_the_table = 10
    strict_and_without_rowid = 11
    made_from_a_query = 12
    appended_columns = 13
    renamed_table_and_column = 14
    strange_types_and_names = 15
}

//! What each action does to the rows, and what it takes with it.

use alembic_testing::{Kind, TestDatabase};

use super::{alter, back, check_file, difference, dump, prepared, text};

/// Alters `t`, and gives its rows as they are then.
async fn rows_after(first: &str, up: &str, query: &str) -> Vec<String> {
    let database = prepared(first).await;
    let done = alter(&database, first, up, "").await;
    done.unwrap_or_else(|error| panic!("{first}\n{up}\n{error}"));
    check_file(&database).await;
    database.column(query).await
}

#[tokio::test]
async fn rows_from_before_a_column_was_added_keep_its_default() {
    // Such rows are not written with the column: they have whatever the text says.
    let first = "CREATE TABLE t (a);\nINSERT INTO t VALUES (1), (2);\nALTER TABLE t ADD b TEXT DEFAULT 5;\n\
                 ALTER TABLE t ADD c DEFAULT word;\nALTER TABLE t ADD d;\nINSERT INTO t VALUES (3, 6, 'x', 'y');";
    let rows = "SELECT quote(a) || quote(b) || quote(c) || quote(d) FROM t ORDER BY rowid";
    let expected = ["1'5''word'NULL", "2'5''word'NULL", "3'6''x''y'"];
    for up in [
        "ALTER TABLE t ALTER b SET DEFAULT 7;",
        "ALTER TABLE t ALTER b DROP DEFAULT;",
        "ALTER TABLE t ALTER c DROP DEFAULT;",
        "ALTER TABLE t ALTER d SET DEFAULT 'z';",
        "ALTER TABLE t ALTER a SET DEFAULT 'z', ALTER c DROP DEFAULT, ALTER b DROP DEFAULT, ALTER d SET DEFAULT 1;",
        "ALTER TABLE t ALTER b TYPE VARCHAR(10), ALTER b SET DEFAULT (lower('X'));",
    ] {
        assert_eq!(rows_after(first, up, rows).await, expected, "{up}");
    }
}

#[tokio::test]
async fn values_are_converted_as_sqlite_stores_them() {
    let first = "CREATE TABLE t (a TEXT, b INTEGER DEFAULT 5, c REAL);\n\
                 INSERT INTO t VALUES ('12', 3, 1.5), ('x', NULL, 2.0), ('007', 9007199254740993, -0.25);";
    for (up, expected) in [
        ("ALTER a TYPE INTEGER", ["12,3,1.5", "'x',NULL,2.0", "7,9007199254740993,-0.25"]),
        ("ALTER b TYPE TEXT", ["'12','3',1.5", "'x',NULL,2.0", "'007','9007199254740993',-0.25"]),
        ("ALTER c SET DATA TYPE INTEGER", ["'12',3,1.5", "'x',NULL,2", "'007',9007199254740993,-0.25"]),
        (
            "ALTER a TYPE INTEGER USING length(a) + b",
            ["5,3,1.5", "NULL,NULL,2.0", "9007199254740996,9007199254740993,-0.25"],
        ),
        (
            "ALTER a TYPE INTEGER USING a::integer, ALTER c TYPE TEXT USING t.b",
            ["12,3,'3'", "'x',NULL,NULL", "7,9007199254740993,'9007199254740993'"],
        ),
        (
            "ALTER b TYPE INT USING coalesce(b, 0), ALTER b SET NOT NULL",
            ["'12',3,1.5", "'x',0,2.0", "'007',9007199254740993,-0.25"],
        ),
    ] {
        let query = "SELECT quote(a) || ',' || quote(b) || ',' || quote(c) FROM t ORDER BY rowid";
        assert_eq!(rows_after(first, &format!("ALTER TABLE t {up};"), query).await, expected, "{up}");
    }
}

#[tokio::test]
async fn generated_columns_and_indexes_follow_a_type() {
    let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b AS (a || '!') STORED, c AS (typeof(a)));\n\
                 CREATE INDEX i ON t (a);\nCREATE INDEX j ON t (c, a) WHERE typeof(a) = 'integer';\n\
                 INSERT INTO t (a) VALUES ('10'), ('9');";
    let rows = "SELECT a || ' ' || b || ' ' || c FROM t INDEXED BY i ORDER BY a";
    assert_eq!(
        rows_after(first, "ALTER TABLE t ALTER a TYPE INTEGER;", rows).await,
        ["9 9! integer", "10 10! integer"]
    );
}

#[tokio::test]
async fn a_key_becomes_the_rowid_and_is_it_no_more() {
    let first = "CREATE TABLE t (a TEXT, id INTEGER NOT NULL);\nINSERT INTO t VALUES ('x', 7), ('y', 3);";
    let rows = "SELECT a || id || rowid FROM t ORDER BY a";
    let database = prepared(first).await;
    let (up, down) = ("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id);", "ALTER TABLE t DROP CONSTRAINT k;");
    alter(&database, first, up, down).await.expect("a key");
    assert_eq!(database.column(rows).await, ["x77", "y33"]);
    back(&database, first, up, down).await;
    // It was lost which rowids they had; they keep those that they have now.
    assert_eq!(database.column(rows).await, ["x77", "y33"]);
    assert_eq!(text(&database, "t").await, "CREATE TABLE t (a TEXT, id INTEGER NOT NULL)");

    let new = "ALTER TABLE t ADD COLUMN key INTEGER PRIMARY KEY AUTOINCREMENT;";
    let database = prepared(first).await;
    let before = dump(&database).await;
    alter(&database, first, new, "ALTER TABLE t DROP COLUMN key;").await.expect("a key");
    assert_eq!(database.column("SELECT a || id || key FROM t ORDER BY a").await, ["x71", "y32"]);
    assert_eq!(
        database.column("SELECT name || seq FROM sqlite_sequence WHERE name <> 'alembic_history'").await,
        ["t2"]
    );
    database.rows("INSERT INTO t (a, id) VALUES ('z', 1); DELETE FROM t WHERE a = 'z'").await;
    back(&database, first, new, "ALTER TABLE t DROP COLUMN key;").await;
    check_file(&database).await;
    let rest = difference(&before, &dump(&database).await);
    // SQLite's table of sequences stays for ever, empty.
    assert_eq!(rest, ["+ table sqlite_sequence on sqlite_sequence CREATE TABLE sqlite_sequence(name,seq)"]);
}

#[tokio::test]
async fn a_column_with_the_name_of_a_dropped_one_is_new() {
    let first = "CREATE TABLE t (a INTEGER UNIQUE, b);\nINSERT INTO t VALUES (1, 2);";
    let up = "ALTER TABLE t DROP COLUMN a, ADD COLUMN a INTEGER DEFAULT (3 + 4) UNIQUE;";
    assert_eq!(rows_after(first, up, "SELECT CAST(a AS TEXT) FROM t").await, ["7"]);
}

#[tokio::test]
async fn keys_of_tables_without_rowid() {
    let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE) WITHOUT ROWID;\nINSERT INTO t VALUES (1, 'x');";
    let up = "ALTER TABLE t ALTER id TYPE INT;\nALTER TABLE t ALTER id TYPE INTEGER;\nALTER TABLE t ALTER id TYPE TEXT;";
    assert_eq!(rows_after(first, up, "SELECT id || typeof(id) || a FROM t").await, ["1textx"]);
}

#[tokio::test]
async fn a_column_goes_with_its_indexes_and_constraints() {
    let around = "CREATE INDEX i ON t (b);\nCREATE INDEX j ON t (a, lower(b));\nCREATE INDEX \"k(\" ON t (a) WHERE b > 1;\n\
                  CREATE INDEX stays ON t (a);\nCREATE TABLE c (x REFERENCES t (a) ON DELETE CASCADE);\n\
                  CREATE VIEW v AS SELECT * FROM t;\nINSERT INTO t (a, b) VALUES (1, 2), (3, 4);\nINSERT INTO c VALUES (3);";
    for (table, expected) in [
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER UNIQUE)",
            "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        ),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b, c, UNIQUE (b, c), CHECK (a < b))",
            "CREATE TABLE t (a INTEGER PRIMARY KEY, c)",
        ),
        (
            "CREATE TABLE t (a INTEGER UNIQUE, b INTEGER, PRIMARY KEY (b))",
            "CREATE TABLE t (a INTEGER UNIQUE)",
        ),
        (
            "CREATE TABLE t (a INTEGER UNIQUE, b INTEGER PRIMARY KEY AUTOINCREMENT)",
            "CREATE TABLE t (a INTEGER UNIQUE)",
        ),
        (
            "CREATE TABLE t (a INTEGER PRIMARY KEY, b CONSTRAINT f REFERENCES d (y), FOREIGN KEY (b) REFERENCES d (y)) WITHOUT ROWID;\n\
          CREATE TABLE d (y UNIQUE);\nINSERT INTO d VALUES (2), (4)",
            "CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID",
        ),
    ] {
        let first = format!("{table};\n{around}");
        let database = prepared(&first).await;
        alter(&database, &first, "ALTER TABLE t DROP COLUMN b;", "")
            .await
            .unwrap_or_else(|error| panic!("{table}\n{error}"));
        check_file(&database).await;
        assert_eq!(text(&database, "t").await, expected);
        assert_eq!(database.column("SELECT CAST(a AS TEXT) FROM t ORDER BY a").await, ["1", "3"]);
        assert_eq!(database.column("SELECT CAST(x AS TEXT) FROM c").await, ["3"]);
        let indexes =
            "SELECT name FROM sqlite_schema WHERE tbl_name = 't' AND type = 'index' AND sql IS NOT NULL";
        assert_eq!(database.column(indexes).await, ["stays"]);
        let sequence = "SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'";
        if !database.column(sequence).await.is_empty() {
            assert!(database.column("SELECT name FROM sqlite_sequence WHERE name = 't'").await.is_empty());
        }
    }
}

#[tokio::test]
async fn foreign_keys_stay_enforced_around_it() {
    let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO t VALUES (1, '1'), (2, '2');\n\
                 CREATE TABLE c (x INTEGER REFERENCES t (id) ON DELETE CASCADE);\nINSERT INTO c VALUES (1), (2);";
    let up =
        "ALTER TABLE t ALTER a TYPE INTEGER;\nDELETE FROM t WHERE id = 1;\nALTER TABLE t ALTER a TYPE TEXT;";
    assert_eq!(rows_after(first, up, "SELECT CAST(x AS TEXT) FROM c").await, ["2"]);
    let database = prepared(first).await;
    let before = dump(&database).await;
    for up in [
        "ALTER TABLE t ALTER a TYPE INTEGER;\nINSERT INTO c VALUES (3);",
        "INSERT INTO t VALUES (3, 'x');\nALTER TABLE t ADD UNIQUE (a);\nUPDATE c SET x = 4;",
    ] {
        let error = alter(&database, first, up, "").await.expect_err(up);
        assert!(error.contains("FOREIGN KEY constraint failed"), "{error}");
        assert_eq!(difference(&before, &dump(&database).await), [""; 0]);
    }
}

#[tokio::test]
async fn a_deferred_violation_is_still_counted() {
    let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\n\
                 CREATE TABLE d (x INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED, y TEXT);";
    let open = "INSERT INTO d VALUES (9, '1');\nALTER TABLE t ALTER a TYPE INTEGER;\n\
                ALTER TABLE d ADD UNIQUE (x), ALTER y TYPE INTEGER;\nALTER TABLE d ALTER y SET NOT NULL;";
    let closed = format!("{open}\nINSERT INTO t VALUES (9, '9');");
    assert_eq!(rows_after(first, &closed, "SELECT x || typeof(y) FROM d").await, ["9integer"]);
    let database = prepared(first).await;
    let error = alter(&database, first, open, "").await.expect_err("a row is missing");
    assert!(error.contains("row 1 of `d` refers to a row of `t` that is not there"), "{error}");
}

#[tokio::test]
async fn what_is_broken_elsewhere_does_not_matter() {
    let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES nowhere (x), b REFERENCES t);\n\
                 CREATE TABLE c (x REFERENCES t (a));\nCREATE VIEW broken AS SELECT gone FROM nowhere;";
    let database = prepared("CREATE TABLE unrelated (x);").await;
    let fill = "PRAGMA foreign_keys = OFF; INSERT INTO t VALUES (1, 'x', 99); INSERT INTO c VALUES (5);";
    database.rows(&format!("{first}\n{fill}")).await;
    let before = dump(&database).await;
    let up = "ALTER TABLE t ADD CONSTRAINT u UNIQUE (id, b), ALTER id SET NOT NULL, ADD CHECK (a <> '');";
    alter(&database, "CREATE TABLE unrelated (x);", up, "").await.unwrap_or_else(|error| panic!("{error}"));
    let changed = difference(&before, &dump(&database).await);
    assert!(changed.iter().all(|line| line[2..].starts_with("t: table")), "{changed:#?}");
}

#[tokio::test]
async fn constraints_that_are_not_validated_yet() {
    let first =
        "CREATE TABLE t (a INTEGER);\nINSERT INTO t VALUES (-1);\nCREATE TABLE p (x INTEGER PRIMARY KEY);";
    let up = "ALTER TABLE t ADD CONSTRAINT n CHECK (a > 0) NOT VALID;\n\
              ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT VALID;";
    let mend = "INSERT INTO p VALUES (1);\nUPDATE t SET a = 1;";
    let validate = "ALTER TABLE t VALIDATE CONSTRAINT n, VALIDATE CONSTRAINT f;";
    assert_eq!(
        rows_after(first, &format!("{up}\n{mend}\n{validate}"), "SELECT CAST(a AS TEXT) FROM t").await,
        ["1"]
    );
    let database = prepared(first).await;
    let error = alter(&database, first, &format!("{up}\n{validate}"), "").await.expect_err("still violated");
    assert!(
        error.contains(
            "b.sql:9:1: statement 3 of 3 failed: there are rows in t for which CHECK n (a > 0) is false"
        ),
        "{error}"
    );
    let error =
        alter(&database, first, &format!("{up}\nUPDATE t SET a = 5;"), "").await.expect_err("enforced");
    assert!(error.contains("FOREIGN KEY constraint failed"), "{error}");
}

#[tokio::test]
async fn what_means_nothing_to_sqlite_may_stand_there() {
    let first = "CREATE TABLE t (a INTEGER, b);\nINSERT INTO t VALUES (1, 2);";
    for (up, expected) in [
        ("ALTER TABLE IF EXISTS nothing ALTER a SET NOT NULL;", "CREATE TABLE t (a INTEGER, b)"),
        ("ALTER TABLE IF EXISTS ONLY main.T ALTER A SET NOT NULL;", "CREATE TABLE t (a INTEGER NOT NULL, b)"),
        ("ALTER TABLE IF EXISTS t RENAME COLUMN b TO c;", "CREATE TABLE t (a INTEGER, c)"),
        (
            "ALTER TABLE ONLY t ADD COLUMN IF NOT EXISTS b INT, ADD COLUMN IF NOT EXISTS c INT;",
            "CREATE TABLE t (a INTEGER, b, c INT)",
        ),
        (
            "ALTER TABLE t DROP COLUMN IF EXISTS c CASCADE, DROP b, DROP CONSTRAINT IF EXISTS n;",
            "CREATE TABLE t (a INTEGER)",
        ),
        (
            "ALTER TABLE t ADD c, RENAME b TO d, ALTER d SET NOT NULL, ADD e DEFAULT 1;",
            "CREATE TABLE t (a INTEGER, d NOT NULL, c, e DEFAULT 1)",
        ),
    ] {
        let database = prepared(first).await;
        alter(&database, first, up, "").await.unwrap_or_else(|error| panic!("{up}\n{error}"));
        assert_eq!(text(&database, "t").await, expected);
    }
}

#[tokio::test]
async fn journals_and_automatic_vacuum() {
    for settings in ["journal_mode = WAL", "journal_mode = DELETE", "journal_mode = TRUNCATE"] {
        for vacuum in 0..3 {
            let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b BLOB, UNIQUE (a, id));\nCREATE INDEX i ON t (a DESC);\n\
                         WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500) \
                         INSERT INTO t SELECT x, 'text ' || x, zeroblob(x * 20) FROM n;\nCREATE TABLE later (x);\nINSERT INTO later VALUES (1);";
            let database = TestDatabase::new(Kind::Sqlite).await;
            database
                .rows(&format!("PRAGMA auto_vacuum = {vacuum}; PRAGMA {settings}; CREATE TABLE before (x);"))
                .await;
            let up = "ALTER TABLE t ADD UNIQUE (id, a), ALTER b TYPE TEXT;\nALTER TABLE t DROP CONSTRAINT t_a_key;\nALTER TABLE t ALTER a SET NOT NULL;";
            alter(&database, first, up, "").await.unwrap_or_else(|error| panic!("{error}"));
            check_file(&database).await;
            let sums = "SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(b)) || ' ' || count(DISTINCT a) FROM t";
            assert_eq!(database.column(sums).await, ["500 125250 2505000 500"]);
            let list = "SELECT group_concat(name) FROM pragma_index_list('t')";
            assert_eq!(database.column(list).await, ["i,sqlite_autoindex_t_2,sqlite_autoindex_t_1"]);
        }
    }
}

#[tokio::test]
async fn names_that_need_quotes() {
    let table = "we\"ird, 'ta(ble";
    let quoted = format!("\"{}\"", table.replace('"', "\"\""));
    let first = format!(
        "CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, \"a \"\"b'\" TEXT UNIQUE, [select] INT CHECK ({quoted}.[select] > 0), `größe` TEXT);\n\
         CREATE INDEX nocase ON {quoted} (\"a \"\"b'\" DESC);\nCREATE INDEX \"i'\"\"\" ON {quoted} (`größe`);\n\
         CREATE TABLE c (x REFERENCES {quoted} (\"a \"\"b'\") ON DELETE CASCADE);\n\
         INSERT INTO {quoted} VALUES (1, 'x', 5, 'ä'), (3, 'y', 6, 'ö');\nINSERT INTO c VALUES ('x'), ('y');"
    );
    let database = prepared(&first).await;
    let before = dump(&database).await;
    let up = format!(
        "ALTER TABLE {quoted} ADD CONSTRAINT \"it's \"\"new\"\"\" UNIQUE ([select], größe), ALTER `select` TYPE BIGINT, \
         ALTER größe SET DEFAULT 'it''s', ALTER \"größe\" TYPE BLOB, ALTER größe SET NOT NULL;"
    );
    let down = format!(
        "ALTER TABLE {quoted} DROP CONSTRAINT \"it's \"\"new\"\"\", ALTER größe DROP NOT NULL;\n\
         ALTER TABLE {quoted} ALTER [größe] DROP DEFAULT, ALTER größe TYPE TEXT, ALTER [select] TYPE INT;"
    );
    alter(&database, &first, &up, &down).await.unwrap_or_else(|error| panic!("{error}"));
    check_file(&database).await;
    let text = database.column("SELECT sql FROM sqlite_schema WHERE name LIKE 'we%'").await.concat();
    assert_eq!(
        text,
        format!(
            "CREATE TABLE {quoted} (id INTEGER PRIMARY KEY, \"a \"\"b'\" TEXT UNIQUE, \
             [select] BIGINT CHECK ({quoted}.[select] > 0), `größe` BLOB NOT NULL DEFAULT 'it''s', \
             CONSTRAINT \"it's \"\"new\"\"\" UNIQUE ([select], größe))"
        )
    );
    let unique = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NULL AND tbl_name LIKE 'we%' ORDER BY 1";
    assert_eq!(
        database.column(unique).await,
        [format!("sqlite_autoindex_{table}_1"), format!("sqlite_autoindex_{table}_2")]
    );
    back(&database, &first, &up, &down).await;
    check_file(&database).await;
    assert_eq!(difference(&before, &dump(&database).await), [""; 0]);
    let error =
        alter(&database, &first, &format!("ALTER TABLE {quoted} DROP COLUMN \"a \"\"b'\";"), "").await;
    let error = error.expect_err("a foreign key refers to it");
    assert!(error.contains("is used by a foreign key of table c"), "{error}");
}

#[tokio::test]
async fn names_in_brackets_of_any_kind() {
    for name in
        ["Price ($)", "E/Mail", "x,y", "it's", "say \"hi\"", "x(y", "d--e", "a[b", "1:2", "50 % */", ";"]
    {
        let first = format!(
            "CREATE TABLE p([{name}] TEXT UNIQUE, [key ({name}] INTEGER PRIMARY KEY, q TEXT);\n\
             CREATE TABLE c(x TEXT REFERENCES p([{name}]));\nCREATE INDEX [i {name}] ON p([{name}], q);\n\
             INSERT INTO p VALUES ('a', 1, 'x');\nINSERT INTO c VALUES ('a');"
        );
        let up = format!(
            "ALTER TABLE p ALTER COLUMN q SET NOT NULL, ADD CONSTRAINT [n ({name}] CHECK (p.[{name}] <> '');\n\
             ALTER TABLE p ALTER [{name}] TYPE VARCHAR(5), ADD UNIQUE ([{name}], q), ALTER q SET DEFAULT 'y';"
        );
        let rows = "SELECT x, q FROM p JOIN c";
        let database = prepared(&first).await;
        let before = dump(&database).await;
        let down = format!(
            "ALTER TABLE p ALTER q DROP DEFAULT, DROP CONSTRAINT \"{}\";\n\
             ALTER TABLE p DROP CONSTRAINT [n ({name}], ALTER q DROP NOT NULL, ALTER [{name}] TYPE TEXT;",
            format!("p_{name}_q_key").replace('"', "\"\"")
        );
        alter(&database, &first, &up, &down).await.unwrap_or_else(|error| panic!("{name}\n{error}"));
        check_file(&database).await;
        assert_eq!(database.rows(rows).await.len(), 1);
        back(&database, &first, &up, &down).await;
        assert_eq!(difference(&before, &dump(&database).await), [""; 0], "{name}");
        let column = format!("ALTER TABLE p DROP COLUMN q, ADD COLUMN [other {name}] REAL;");
        alter(&database, &first, &column, "").await.unwrap_or_else(|error| panic!("{name}\n{error}"));
        check_file(&database).await;
    }
}

#[tokio::test]
async fn rare_clauses_of_columns_are_no_obstacle() {
    for column in [
        "p INTEGER REFERENCES p(id) ON INSERT CASCADE",
        "p REFERENCES p ON INSERT SET NULL MATCH 'full' UNIQUE NOT DEFERRABLE INITIALLY DEFERRED",
        "p INT NULL DEFAULT 1 NOT NULL NULL DEFAULT 2 CONSTRAINT n",
        "\u{feff}p TEXT[] COLLATE NOCASE COLLATE 'rtrim'",
        "p GENERATED",
    ] {
        let first = format!(
            "CREATE TABLE p (id INTEGER PRIMARY KEY);\nINSERT INTO p VALUES (2);\n\
             CREATE TABLE t (id INTEGER PRIMARY KEY, {column}, x TEXT);\nINSERT INTO t VALUES (1, 2, 'a');"
        );
        let up = "ALTER TABLE t ALTER COLUMN x SET NOT NULL, ADD UNIQUE (x);";
        let found = rows_after(&first, up, "SELECT quote(id) || quote(p) || quote(x) FROM t").await;
        assert!(["12'a'", "1'2''a'"].contains(&found.concat().as_str()), "{column}: {found:?}");
    }
}

#[tokio::test]
async fn one_section_serves_sqlite_and_postgresql() {
    let first = "CREATE TABLE authors (id INTEGER PRIMARY KEY);\nINSERT INTO authors VALUES (7);\n\
                 CREATE TABLE books (id INTEGER PRIMARY KEY, title VARCHAR(20), author INTEGER, isbn TEXT UNIQUE, pages TEXT, CHECK (id > 0));\n\
                 CREATE INDEX books_isbn ON books (isbn, title);\n\
                 INSERT INTO books VALUES (1, 'one', 7, 'i', '10'), (2, 'two', NULL, 'j', NULL);";
    let up = "ALTER TABLE books\n\
              ALTER COLUMN title SET NOT NULL,\n\
              ALTER COLUMN title TYPE TEXT,\n\
              ALTER COLUMN pages TYPE INTEGER USING pages::integer,\n\
              ALTER COLUMN pages SET DEFAULT 0,\n\
              ADD CONSTRAINT pages_known CHECK (pages >= 0),\n\
              ADD UNIQUE (title, author),\n\
              ADD FOREIGN KEY (author) REFERENCES authors ON DELETE CASCADE,\n\
              ADD COLUMN added TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,\n\
              DROP COLUMN isbn;\n\
              ALTER TABLE ONLY books DROP CONSTRAINT books_id_check;\n\
              ALTER TABLE IF EXISTS books DROP CONSTRAINT IF EXISTS nothing;\n\
              INSERT INTO books (id, title, author) VALUES (-3, 'three', 7);";
    let down = "ALTER TABLE books DROP CONSTRAINT books_title_author_key, DROP CONSTRAINT books_author_fkey, DROP CONSTRAINT pages_known,\n\
                ALTER pages DROP DEFAULT, DROP COLUMN added, ADD COLUMN isbn TEXT;\n\
                ALTER TABLE books ALTER pages TYPE TEXT, ALTER title DROP NOT NULL;";
    let mut results = Vec::new();
    for kind in [Kind::Sqlite, Kind::Postgresql] {
        let database = TestDatabase::new(kind).await;
        alter(&database, first, up, down).await.unwrap_or_else(|error| panic!("{kind:?} {error}"));
        let rows = "SELECT id || title || coalesce(author, 0) || coalesce(pages + 1, -1) FROM books WHERE added IS NOT NULL ORDER BY id";
        let mut result = vec![database.column(rows).await];
        for refused in [
            "INSERT INTO books (id, title) VALUES (4, NULL)",
            "INSERT INTO books (id, title, pages) VALUES (4, 'x', -1)",
            "INSERT INTO books (id, title, author) VALUES (4, 'x', 8)",
            "INSERT INTO books (id, title, author) VALUES (4, 'one', 7)",
        ] {
            assert!(database.try_rows(refused).await.is_err(), "{kind:?} {refused}");
        }
        database.rows("DELETE FROM authors").await;
        result.push(database.column(rows).await);
        back(&database, first, up, down).await;
        database.rows("INSERT INTO books VALUES (3, NULL, 9, '-1', 'isbn')").await;
        result.push(database.column("SELECT id || pages || isbn FROM books WHERE title IS NULL").await);
        results.push(result);
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], [vec!["-3three71", "1one711", "2two0-1"], vec!["2two0-1"], vec!["3-1isbn"]]);
}

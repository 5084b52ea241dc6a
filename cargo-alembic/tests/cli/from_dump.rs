//! `revision --from-dump`: the dump of a filled database becomes a script that makes the same database.

use std::process::Command;

use alembic_testing::{Kind, TestDatabase};

use crate::support::{Package, Server, package_on};

const POSTGRESQL: &str = "CREATE SCHEMA audit;
CREATE TYPE mood AS ENUM ('sad', 'o''k');
CREATE TABLE authors (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood mood, extra jsonb);
CREATE TABLE books (id serial PRIMARY KEY, author int REFERENCES authors, raw bytea, at timestamptz, tags text[], price numeric,
    doubled numeric GENERATED ALWAYS AS (price * 2) STORED);
CREATE TABLE audit.nothing ();
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.raw = 'COPY x FROM stdin;'; RETURN NEW; END $$;
CREATE VIEW names AS SELECT name FROM authors;
CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO audit.nothing DEFAULT VALUES; INSERT INTO audit.nothing DEFAULT VALUES; END;
COMMENT ON TABLE books IS 'all; of\nthem';
INSERT INTO authors (name, mood, extra) SELECT 'Grüße ' || n || E'; it''s \\\\ \\t \\n \\r \\\\N \\\\.', 'o''k', '{\"a\": [1, null]}' FROM generate_series(1, 250) n;
INSERT INTO authors (name) VALUES (''), (E'\\\\N'), (E'one\\n\\\\.\\ntwo');
INSERT INTO books (author, raw, at, tags, price) SELECT n, decode('00ff5c27', 'hex'), '2024-05-01 12:00:00+02', '{a,NULL,\"b c\"}', 1.50
    FROM generate_series(1, 20) n;
INSERT INTO audit.nothing DEFAULT VALUES;
CREATE TRIGGER touched BEFORE INSERT ON books FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE books DISABLE TRIGGER touched;
GRANT SELECT ON books TO PUBLIC;";

const MARIADB: &str = "CREATE TABLE zoo (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(99) NOT NULL, raw BLOB, at TIMESTAMP NULL, d DATETIME(3)) COMMENT 'it''s; all';
CREATE TABLE animals (id INT PRIMARY KEY AUTO_INCREMENT, zoo INT NOT NULL, code VARCHAR(9), twice INT AS (zoo * 2) STORED,
    CONSTRAINT by_zoo FOREIGN KEY (zoo) REFERENCES zoo (id));
CREATE VIEW names AS SELECT name FROM zoo;
CREATE VIEW counted AS SELECT COUNT(*) AS n FROM names;
INSERT INTO zoo (name, raw, at, d) VALUES ('Grüße; it''s \\\\ \\n \\r -- x', X'00FF5C27', '2024-05-01 12:00:00', '2024-05-01 12:00:00.5'), ('', NULL, NULL, NULL);
INSERT INTO zoo VALUES (77, 'gap', '', NULL, NULL);
INSERT INTO animals (zoo, code) VALUES (1, 'a;b'), (2, NULL);
CREATE TRIGGER touched BEFORE INSERT ON animals FOR EACH ROW BEGIN SET NEW.code = 'x;y'; SET @x = 1; END;
CREATE PROCEDURE counting() BEGIN SELECT COUNT(*) FROM zoo; SELECT ';;'; END;
CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1;
CREATE EVENT cleaned ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM animals WHERE id = 0;";

const SQLITE: &str = "CREATE TABLE zoo (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, raw BLOB, r REAL);
CREATE TABLE animals (id INTEGER PRIMARY KEY, zoo INTEGER NOT NULL REFERENCES zoo (id), code TEXT DEFAULT 'x;y');
CREATE TABLE \"a b\" (x INT, y INT AS (x * 2)) STRICT;
INSERT INTO zoo VALUES (1, 'Grüße; it''s -- x?', X'00FF', 0.1), (9, 'two' || char(10) || 'lines', NULL, 1e300);
INSERT INTO animals (zoo) VALUES (9), (1);
DELETE FROM zoo WHERE id = 99;
UPDATE sqlite_sequence SET seq = 40 WHERE name = 'zoo';
CREATE INDEX by_code ON animals (lower(code)) WHERE code IS NOT NULL;
CREATE VIEW names AS SELECT name FROM zoo;
CREATE TRIGGER touched AFTER INSERT ON animals BEGIN UPDATE animals SET code = 'x'; SELECT 1; END;";

fn output(mut command: Command) -> String {
    let output = command.output().expect("a dump program");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn pg_dump(database: &TestDatabase) -> String {
    let mut command = Command::new("pg_dump");
    command.args(["--exclude-table=alembic*", &database.url]);
    output(command)
}

fn mariadb_dump(database: &TestDatabase, program: &str, options: &[&str]) -> String {
    let server = Server::of(&database.url);
    let mut command = Command::new(program);
    command.args(["--no-defaults", &format!("--host={}", server.host), &format!("--port={}", server.port)]);
    command.args([&format!("--user={}", server.user), &format!("--password={}", server.password)]);
    for table in ["alembic_version", "alembic_history"] {
        command.arg(format!("--ignore-table={}.{table}", database.name));
    }
    command.args(["--hex-blob", "--routines", "--events"]).args(options).arg(&database.name);
    output(command)
}

fn sqlite_dump(database: &TestDatabase) -> String {
    let mut command = Command::new("sqlite3");
    command.arg(database.file()).arg(".dump");
    output(command)
}

/// Makes a script of a dump, and runs it on an empty database.
async fn restored(kind: Kind, dump: &str) -> (TestDatabase, Package, String) {
    let database = TestDatabase::new(kind).await;
    let package = package_on(&database, &[]);
    package.write("dump.sql", dump);
    let created = package.alembic("revision --from-dump dump.sql -m baseline").success();
    package.alembic("upgrade").success();
    package.alembic("verify").success();
    assert!(package.alembic("upgrade").success().stderr.contains("Up to date"));
    (database, package, created.stderr)
}

/// The lines of a dump that are about the database: not those that name a time, a server or a session.
fn essence(dump: &str) -> Vec<String> {
    let is_noise = |line: &str| {
        line.starts_with("--")
            || line.starts_with("\\restrict")
            || line.starts_with("\\unrestrict")
            || line.contains("alembic_")
    };
    let mut lines: Vec<String> = dump.lines().filter(|line| !is_noise(line)).map(str::to_owned).collect();
    lines.dedup();
    lines
}

#[track_caller]
fn same(before: &str, after: &str) {
    let (before, after) = (essence(before), essence(after));
    let lost: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
    let new: Vec<&String> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(lost.is_empty() && new.is_empty(), "lost: {lost:#?}\nnew: {new:#?}");
    assert_eq!(before.len(), after.len());
}

#[tokio::test]
async fn of_postgresql() {
    let original = TestDatabase::new(Kind::Postgresql).await;
    original.rows(POSTGRESQL).await;
    let dump = pg_dump(&original);
    let (database, _package, notes) = restored(Kind::Postgresql, &dump).await;
    assert!(notes.contains("note: written as INSERT: `COPY … FROM stdin` (lines "), "{notes}");
    assert!(notes.contains("note: left out: owners and privileges"), "{notes}");
    let privileges = |line: &&str| !line.starts_with("GRANT ");
    let kept: Vec<&str> = dump.lines().filter(privileges).collect();
    same(&kept.join("\n"), &pg_dump(&database));
}

#[tokio::test]
async fn of_mariadb() {
    let original = TestDatabase::new(Kind::Mysql).await;
    original.rows(MARIADB).await;
    for (program, options) in [
        ("mariadb-dump", [].as_slice()),
        ("mysqldump", &["--skip-extended-insert", "--complete-insert"]),
        ("mariadb-dump", &["--compact", "--comments"]),
        ("mariadb-dump", &["--add-drop-database", "--databases"]),
    ] {
        let dump = mariadb_dump(&original, program, options);
        let (database, _package, notes) = restored(Kind::Mysql, &dump).await;
        if options.is_empty() {
            assert!(notes.contains("note: left out: locks of tables"), "{notes}");
            assert!(notes.contains("note: left out: `DROP … IF EXISTS`"), "{notes}");
        }
        same(&mariadb_dump(&original, "mariadb-dump", &[]), &mariadb_dump(&database, "mariadb-dump", &[]));
    }
}

#[tokio::test]
async fn of_sqlite() {
    let original = TestDatabase::new(Kind::Sqlite).await;
    original.rows(SQLITE).await;
    let dump = sqlite_dump(&original);
    let (database, package, notes) = restored(Kind::Sqlite, &dump).await;
    assert!(notes.contains("note: left out: transactions"), "{notes}");
    let schema =
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY name";
    assert_eq!(original.column(schema).await, database.column(schema).await);
    for query in [
        "SELECT quote(id) || quote(name) || quote(raw) || quote(r) FROM zoo ORDER BY id",
        "SELECT quote(id) || quote(zoo) || quote(code) FROM animals ORDER BY id",
        "SELECT name || seq FROM sqlite_sequence WHERE name = 'zoo'",
    ] {
        assert_eq!(original.column(query).await, database.column(query).await, "{query}");
    }
    // The dump of a migrated database begins a new project: without the tables of the migrations.
    let (again, _package, notes) = restored(Kind::Sqlite, &sqlite_dump(&database)).await;
    assert!(notes.contains("left out: the tables of the migrations themselves"), "{notes}");
    assert_eq!(original.column(schema).await, again.column(schema).await);
    package.write("other.sql", "SELECT 1;");
    let refused = package.alembic("revision --from-dump other.sql -m x").code(1);
    assert!(refused.stderr.contains("other.sql: it is not the output of pg_dump"), "{refused}");
}

/// Pieces of strings, most of which no script can have as they are.
const PIECES: [&str; 11] = [
    "\r\n",
    "\r",
    "\n",
    "\u{b}",
    "'",
    "\\",
    "\\r0",
    "\n-- alembic: downgrade",
    "\n <<<<<<< a",
    "\n<<<<<<< a\n>>>>>>> b",
    "Grüße",
];

/// Strings of any two pieces.
fn strings() -> Vec<String> {
    PIECES.iter().flat_map(|first| PIECES.map(|second| format!("{first}{second};"))).collect()
}

/// An `INSERT` of strings, each by an expression that makes it of hexadecimal digits.
fn insert(expression: &str) -> String {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let row = |text: &String| format!("({})", expression.replace("HEX", &hex(text)));
    format!("INSERT INTO t (v) VALUES {};", strings().iter().map(row).collect::<Vec<_>>().join(", "))
}

#[tokio::test]
async fn strings_of_postgresql() {
    let original = TestDatabase::new(Kind::Postgresql).await;
    let text = "a\r\nb\r\u{b}\\''\n-- alembic: downgrade";
    original
        .rows(&format!(
            "CREATE TABLE t (id serial, v text, w text DEFAULT '{text}', CHECK (v <> '{text}'));
             COMMENT ON TABLE t IS '{text}'; COMMENT ON SCHEMA public IS '{text}';
             CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT 'x\r{text}'$$;
             CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$SELECT\r\n1$$;
             SELECT lo_from_bytea(4711, '\\x00ff')::text, lo_from_bytea(4712, '\\x01')::text;
             {}",
            insert("convert_from('\\xHEX', 'UTF8')")
        ))
        .await;
    for option in ["--quote-all-identifiers", "--inserts"] {
        let mut command = Command::new("pg_dump");
        command.args(["--exclude-table=alembic*", option, &original.url]);
        let (database, _package, notes) = restored(Kind::Postgresql, &output(command)).await;
        for note in ["left out: transactions", "written with escapes: strings", "written with LF: line ends"]
        {
            assert!(notes.contains(note), "{notes}");
        }
        for query in [
            "SELECT encode(convert_to(v, 'UTF8'), 'hex') FROM t ORDER BY id",
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass ORDER BY adnum",
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass",
            "SELECT obj_description('t'::regclass) || obj_description('public'::regnamespace)",
            "SELECT f() || g()",
            "SELECT loid::text || encode(data, 'hex') FROM pg_largeobject ORDER BY loid",
        ] {
            assert_eq!(original.column(query).await, database.column(query).await, "{query}");
        }
    }
}

#[tokio::test]
async fn strings_of_mariadb() {
    let original = TestDatabase::new(Kind::Mysql).await;
    let text = "a\r\nb\r\\\\''\n-- alembic: downgrade";
    original
        .rows(&format!(
            "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT, w VARCHAR(99) DEFAULT '{text}') COMMENT '{text}';
             CREATE FUNCTION f() RETURNS TEXT DETERMINISTIC RETURN '{text}';
             CREATE VIEW named AS SELECT '{text}' AS x;
             {}",
            insert("CONVERT(X'HEX' USING utf8mb4)")
        ))
        .await;
    for options in [[].as_slice(), &["--no-autocommit", "--skip-extended-insert"]] {
        let dump = mariadb_dump(&original, "mariadb-dump", options);
        let (database, _package, notes) = restored(Kind::Mysql, &dump).await;
        assert!(notes.contains("written with escapes: strings"), "{notes}");
        assert!(options.is_empty() || notes.contains("left out: transactions"), "{notes}");
        for query in [
            "SELECT HEX(v) FROM t ORDER BY id",
            "SELECT CONCAT(HEX(f()), HEX(x)) FROM named",
            "SELECT column_default FROM information_schema.columns WHERE column_name = 'w' AND table_schema = DATABASE()",
            "SELECT table_comment FROM information_schema.tables WHERE table_name = 't' AND table_schema = DATABASE()",
        ] {
            assert_eq!(original.column(query).await, database.column(query).await, "{query}");
        }
    }
}

#[tokio::test]
async fn strings_of_sqlite() {
    let original = TestDatabase::new(Kind::Sqlite).await;
    let text = "a\r\nb\r\u{b}\\''\n-- alembic: downgrade";
    original
        .rows(&format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT DEFAULT '{text}', CHECK (v <> '{text}'));
             CREATE INDEX i ON t (v) WHERE v <> '{text}';
             CREATE VIEW named AS SELECT '{text}' AS x;
             CREATE TRIGGER r AFTER UPDATE ON t BEGIN UPDATE t SET w = '{text}!' WHERE id = NEW.id; END;
             {}",
            insert("CAST(X'HEX' AS TEXT)")
        ))
        .await;
    let dump = sqlite_dump(&original);
    // As versions of the program do that know no `replace` or `unistr` here.
    let rows: Vec<String> = strings()
        .iter()
        .map(|text| format!("INSERT INTO t (v) VALUES('{}');\n", text.replace('\'', "''")))
        .collect();
    let (before, after) = dump.split_once("CREATE INDEX").expect("an index");
    let plain = format!("{before}DELETE FROM t;\n{}CREATE INDEX{after}", rows.concat());
    for dump in [dump, plain] {
        let (database, package, notes) = restored(Kind::Sqlite, &dump).await;
        assert!(notes.contains("written with escapes: strings"), "{notes}");
        database
            .rows(
                "INSERT INTO t (id, v) VALUES (1000, 'x'), (1001, 'y'); UPDATE t SET v = 'z' WHERE id = 1001",
            )
            .await;
        let written = database.column("SELECT hex(w) FROM t WHERE id >= 1000 ORDER BY id").await;
        original.rows("DELETE FROM t WHERE id >= 1000").await;
        original
            .rows(
                "INSERT INTO t (id, v) VALUES (1000, 'x'), (1001, 'y'); UPDATE t SET v = 'z' WHERE id = 1001",
            )
            .await;
        assert_eq!(original.column("SELECT hex(w) FROM t WHERE id >= 1000 ORDER BY id").await, written);
        for query in ["SELECT hex(v) FROM t ORDER BY id", "SELECT hex(x) FROM named"] {
            assert_eq!(original.column(query).await, database.column(query).await, "{query}");
        }
        package.write("bad.sql", "BEGIN TRANSACTION;\nCREATE TABLE \"a\r\" (b);\nCOMMIT;\n");
        let refused = package.alembic("revision --from-dump bad.sql -m x").code(1);
        let reason = "bad.sql:2: a name has a carriage return, which a script cannot have here";
        assert!(refused.stderr.contains(reason), "{refused}");
    }
}

#[tokio::test]
async fn tables_of_sqlite_that_reference_each_other() {
    let original = TestDatabase::new(Kind::Sqlite).await;
    original
        .rows(
            "CREATE TABLE book (id INTEGER PRIMARY KEY, a INT REFERENCES author (id));
             CREATE TABLE author (id INTEGER PRIMARY KEY, best INT REFERENCES book (id));
             INSERT INTO author VALUES (1, NULL); INSERT INTO book VALUES (1, 1); UPDATE author SET best = 1;",
        )
        .await;
    let (database, _package, notes) = restored(Kind::Sqlite, &sqlite_dump(&original)).await;
    assert!(notes.contains("note: moved before the rows: definitions of tables (line 5)"), "{notes}");
    for query in ["SELECT quote(a) FROM book", "SELECT quote(best) FROM author"] {
        assert_eq!(database.column(query).await, ["1"]);
    }
}

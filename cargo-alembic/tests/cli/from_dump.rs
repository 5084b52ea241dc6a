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

//! Inputs that try to change the compared database, by accident or on purpose: `schema.sql`, models and scripts. Whatever a
//! comparison says about them, the database, its neighbours and the files beside it stay as they are.
//!
//! `{app}` in an input is the name of the compared database, `{other}` that of a second one, `{folder}` a folder that the
//! server may write to. While the corpus runs, another session holds locks that a change of the tables would wait for.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use alembic_core::Migrator;
use alembic_core::autogenerate::{Filter, compare, compare_scripts};
use alembic_core::config::{Config, location};
use alembic_core::models::{Package, Sources, rust_models, sql_schema};
use alembic_core::schema::NamingConvention;
use alembic_core::script::ScriptDirectory;
use alembic_testing::{Kind, Script, TestDatabase, write_scripts};

use crate::arena::Arena;
use crate::cases::{Case, Cases};

/// No comparison of the corpus waits for longer: it does not wait for the locks of others.
const PATIENCE: Duration = Duration::from_secs(60);

const POSTGRESQL: &str = "
CREATE TABLE users (id serial PRIMARY KEY, name text);
INSERT INTO users (name) VALUES ('keep me'), ('me too');
CREATE TABLE log (at timestamptz DEFAULT now(), what text);
INSERT INTO log (what) VALUES ('first');
CREATE SEQUENCE counter;
SELECT setval('counter', 100)::text;
CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.users; RETURN 1; END $$;
CREATE FUNCTION bump() RETURNS int LANGUAGE sql AS $$ SELECT setval('public.counter', 1)::int $$;
CREATE VIEW names AS SELECT name FROM users;
CREATE SCHEMA audit;
CREATE TABLE audit.entries (id int);
INSERT INTO audit.entries VALUES (1)";

const MARIADB: &str = "
CREATE TABLE users (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20));
INSERT INTO users (name) VALUES ('keep me'), ('me too');
CREATE TABLE log (what VARCHAR(20));
INSERT INTO log VALUES ('first');
CREATE VIEW names AS SELECT name FROM users;
CREATE TRIGGER named BEFORE INSERT ON log FOR EACH ROW SET NEW.what = UPPER(NEW.what);
CREATE PROCEDURE wipe() DELETE FROM users;
CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1";

const SQLITE: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
INSERT INTO users (name) VALUES ('keep me'), ('me too');
CREATE VIEW names AS SELECT name FROM users;
CREATE TRIGGER named AFTER INSERT ON users BEGIN UPDATE users SET name = upper(name); END;
PRAGMA user_version = 7";

/// The compared database with everything around it that an input could reach.
struct Scene {
    arena: Arena,
    other: TestDatabase,
}

impl Scene {
    async fn new(kind: Kind) -> Scene {
        let (arena, other) = (Arena::new(kind).await, TestDatabase::new(kind).await);
        arena
            .run(match kind {
                Kind::Sqlite => SQLITE,
                Kind::Postgresql => POSTGRESQL,
                Kind::Mysql => MARIADB,
            })
            .await;
        other.rows("CREATE TABLE users (id INT); INSERT INTO users VALUES (1)").await;
        Scene { arena, other }
    }

    fn folder(&self) -> &Path {
        self.arena.database.folder.path()
    }

    fn with_names(&self, text: &str) -> String {
        let text = text
            .replace("{app}", &self.arena.database.name)
            .replace("{other}", &self.other.name)
            .replace("{nul}", "\0");
        let other_file = self.other.file().display().to_string();
        let file = self.arena.database.file().display().to_string();
        text.replace("{file}", &file)
            .replace("{other_file}", &other_file)
            .replace("{folder}", &self.folder().display().to_string())
    }

    /// The result without what differs from run to run.
    fn masked(&self, text: &str) -> String {
        let names = [
            (self.arena.database.name.as_str(), "{app}"),
            (&self.other.name, "{other}"),
            (&self.folder().display().to_string(), "{folder}"),
        ];
        let text = names.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        let mut parts = text.split("alembic_scratch_");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit() || letter == '_');
            format!("{text}[scratch]{rest}")
        })
    }

    /// Everything that must not change.
    async fn state(&self) -> String {
        let mut rows = Vec::new();
        for query in match self.arena.database.kind {
            Kind::Sqlite => [
                "SELECT type || name || coalesce(sql, '') FROM sqlite_master ORDER BY 1",
                "SELECT id || name FROM users ORDER BY 1",
                "SELECT name || seq FROM sqlite_sequence",
                "SELECT CAST(user_version AS TEXT) FROM pragma_user_version",
            ]
            .as_slice(),
            Kind::Postgresql => [
                "SELECT id::text || name FROM users ORDER BY 1",
                "SELECT at::text || what FROM log ORDER BY 1",
                "SELECT id::text FROM audit.entries",
                "SELECT last_value::text || is_called::text FROM counter UNION ALL SELECT last_value::text || is_called::text FROM users_id_seq",
                "SELECT c.oid::text || c.relname || c.relfilenode::text || c.relkind::text || coalesce(c.relacl::text, '') || c.relowner::text FROM pg_class c WHERE relnamespace::regnamespace::text !~ '^pg_' AND relnamespace::regnamespace::text <> 'information_schema' ORDER BY 1",
                "SELECT p.oid::text || p.proname || p.prosrc FROM pg_proc p WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
                "SELECT attrelid::regclass::text || attname || attnum::text || atttypid::text FROM pg_attribute WHERE attrelid IN ('users'::regclass, 'log'::regclass) ORDER BY 1",
                "SELECT nspname::text || coalesce(nspacl::text, '') FROM pg_namespace ORDER BY 1",
                "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'hostile%' OR rolname = current_user ORDER BY 1",
                "SELECT datname::text || coalesce(datacl::text, '') FROM pg_database WHERE datname LIKE 'hostile%' OR datname = current_database() ORDER BY 1",
                "SELECT spcname::text FROM pg_tablespace ORDER BY 1",
                "SELECT setdatabase::text || setrole::text || setconfig::text FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) OR setdatabase = 0 ORDER BY 1",
                "SELECT name || setting FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' ORDER BY 1",
            ]
            .as_slice(),
            Kind::Mysql => [
                "SELECT CONCAT(id, name) FROM users ORDER BY 1",
                "SELECT CAST(what AS CHAR) FROM log",
                "SELECT CAST(CONCAT(table_name, table_type, IFNULL(create_time, ''), IFNULL(auto_increment, '')) AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1",
                "SELECT CAST(CONCAT(table_name, column_name, column_type) AS CHAR) FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1",
                "SELECT CAST(CONCAT(routine_name, routine_type, routine_definition) AS CHAR) FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1",
                "SELECT CAST(CONCAT(trigger_name, action_statement) AS CHAR) FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
                "SELECT CAST(event_name AS CHAR) FROM information_schema.events",
                "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name = DATABASE() OR schema_name LIKE 'hostile%' ORDER BY 1",
                "SELECT CAST(CONCAT(user, '@', host) AS CHAR) FROM mysql.user ORDER BY 1",
                "SELECT CAST(CONCAT(@@global.max_connections, @@global.sql_mode, @@global.event_scheduler, @@global.foreign_key_checks) AS CHAR)",
                "SELECT CAST(default_collation_name AS CHAR) FROM information_schema.schemata WHERE schema_name = DATABASE()",
            ]
            .as_slice(),
        } {
            rows.push(format!("{query}: {:?}", self.arena.rows(query).await));
        }
        let count = match self.other.kind {
            Kind::Sqlite => "SELECT group_concat(id) FROM users",
            Kind::Postgresql => "SELECT string_agg(id::text, ',') FROM users",
            Kind::Mysql => "SELECT GROUP_CONCAT(id) FROM users",
        };
        rows.push(format!(
            "other: {:?}",
            self.other.try_rows(count).await.map_err(|error| error.to_string())
        ));
        rows.push(format!("files: {:?}", files(self.folder())));
        rows.join("\n")
    }

    async fn run(&self, case: &Case) -> String {
        let (kind, _) = case.name.split_once(':').expect("a kind before the name");
        let input = self.with_names(&case.input);
        let dialect = self.arena.dialect();
        let filter = Filter::default();
        let pool = self.arena.pool();
        let folder = tempfile::tempdir().expect("a folder");
        let desired = match kind {
            "schema" => {
                let file = folder.path().join("schema.sql");
                std::fs::write(&file, &input).expect("a file");
                sql_schema(&file, "schema.sql", dialect)
            }
            "script" => models(folder.path(), "#[table(name = \"t\")]", ""),
            "table" => models(folder.path(), &format!("#[table(name = \"t\", {})]", input.trim()), ""),
            "column" => {
                models(folder.path(), "#[table(name = \"t\")]", &format!("#[column({})]", input.trim()))
            }
            other => panic!("`{other}` is no kind of input"),
        };
        let desired = match desired {
            Ok(desired) => desired,
            Err(errors) => return errors.to_string(),
        };
        let compared = if kind == "script" {
            let body = if input.starts_with("-- alembic") {
                input
            } else {
                format!("-- alembic: upgrade\n{input}\n-- alembic: irreversible\n")
            };
            write_scripts(&folder.path().join("migrations"), &[Script::with_body("r1", "", &body)]);
            let read = ScriptDirectory::read(&[location(folder.path(), "migrations")]);
            let directory = match read {
                Ok(directory) => directory,
                Err(errors) => return errors.to_string(),
            };
            let migrator = Migrator::new(directory, Config::default().run_settings());
            tokio::time::timeout(PATIENCE, compare_scripts(&migrator, pool, desired, &filter).into_future())
                .await
        } else {
            tokio::time::timeout(PATIENCE, compare(pool, desired, &filter).into_future()).await
        };
        match compared {
            Err(_) => "it waits".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Ok(Ok(comparison)) => comparison.difference().lines().join("\n"),
        }
    }
}

fn models(
    folder: &Path,
    table: &str,
    column: &str,
) -> Result<alembic_core::models::Declaration, alembic_core::models::ModelErrors> {
    let source = format!(
        "#[derive(alembic::Table)]\n{table}\nstruct T {{\n#[column(primary_key)]\nid: i64,\n{column}\nnote: Option<String>,\n}}\n"
    );
    let library = folder.join("lib.rs");
    std::fs::write(&library, source).expect("a file");
    let package = Package { name: "service".into(), library: Some(library), ..Package::default() };
    let sources = Sources { folder: folder.to_owned(), packages: vec![package], ..Sources::default() };
    rust_models(&sources, &NamingConvention::default())
}

/// The files of a folder with their content, but for the locks of SQLite.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let named = entries.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap_or_default()));
    named.filter(|(name, _)| !name.ends_with("-shm") && !name.ends_with("-wal")).collect()
}

/// Locks that a change of the tables would wait for.
async fn hold(scene: &Scene) -> Option<Holding> {
    let url = &scene.arena.database.url;
    match scene.arena.database.kind {
        Kind::Sqlite => None,
        Kind::Postgresql => {
            use sqlx::Connection as _;
            let mut connection = sqlx::PgConnection::connect(url).await.expect("a connection");
            let lock = "BEGIN; LOCK TABLE users, log, audit.entries IN ACCESS SHARE MODE";
            sqlx::raw_sql(lock).execute(&mut connection).await.expect("locks");
            Some(Holding::Postgresql(connection))
        }
        Kind::Mysql => {
            use sqlx::Connection as _;
            let mut connection = sqlx::MySqlConnection::connect(url).await.expect("a connection");
            let lock = "START TRANSACTION; SELECT COUNT(*) FROM users; SELECT COUNT(*) FROM log";
            sqlx::raw_sql(lock).execute(&mut connection).await.expect("locks");
            Some(Holding::Mysql(connection))
        }
    }
}

#[expect(dead_code, reason = "a connection that only has to stay open")]
enum Holding {
    Postgresql(sqlx::PgConnection),
    Mysql(sqlx::MySqlConnection),
}

async fn check(kind: Kind, file: &str, at_least: usize) {
    let mut cases = Cases::read(file);
    let scene = Scene::new(kind).await;
    let before = scene.state().await;
    let holding = hold(&scene).await;
    assert!(cases.cases.len() >= at_least, "{} inputs", cases.cases.len());
    for case in cases.cases.clone() {
        let result = scene.masked(&scene.run(&case).await);
        assert_ne!(result, "it waits", "{}", case.name);
        cases.check(&case, &[("result", result)]);
        let after = scene.state().await;
        assert_eq!(after, before, "{} changed something\n{}", case.name, case.input);
    }
    drop(holding);
    cases.finish();
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql, "hostile_postgresql.txt", 55).await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql, "hostile_mariadb.txt", 55).await;
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite, "hostile_sqlite.txt", 40).await;
}

/// The corpus counts only if its inputs are read as what they are meant to be.
#[test]
fn the_corpus_is_large_enough() {
    let files = ["hostile_postgresql.txt", "hostile_mariadb.txt", "hostile_sqlite.txt"];
    let count: usize = files.iter().map(|file| Cases::read(file).cases.len()).sum();
    assert!(count >= 200, "{count} inputs");
}

//! Ways out of a comparison other than its end: none leaves a scratch database.

use std::time::{Duration, Instant};

use alembic_core::Migrator;
use alembic_core::autogenerate::{AutogenerateError, Comparison, Filter, Note, compare, compare_scripts};
use alembic_core::config::{Config, location};
use alembic_core::models::{Declaration, sql_schema};
use alembic_core::schema::Schema;
use alembic_core::script::ScriptDirectory;
use alembic_core::sql::Dialect;
use alembic_testing::{Kind, Script, TestDatabase, write_scripts};

/// A database with a user of its own, by which its scratch databases are known among those of other tests.
struct Scene {
    database: TestDatabase,
    user: String,
    url: String,
}

impl Scene {
    async fn new(kind: Kind) -> Scene {
        let database = TestDatabase::new(kind).await;
        let user = format!("w{}", database.name.trim_start_matches("alembic"));
        let create = match kind {
            Kind::Postgresql => format!("CREATE ROLE {user} LOGIN CREATEDB PASSWORD 'x'"),
            _ => format!("CREATE USER {user} IDENTIFIED BY 'x'; GRANT ALL ON *.* TO {user}"),
        };
        database.rows(&create).await;
        let (scheme, rest) = database.url.split_once("://").expect("a scheme");
        let (_, place) = rest.split_once('@').expect("a login");
        let url = format!("{scheme}://{user}:x@{place}");
        Scene { database, user, url }
    }

    /// The scratch databases that the user's sessions are in, or that it owns.
    async fn scratch(&self) -> Vec<String> {
        let user = &self.user;
        self.database
            .column(&match self.database.kind {
                Kind::Postgresql => format!(
                    "SELECT datname::text FROM pg_database WHERE datdba = '{user}'::regrole AND datname LIKE 'alembic_scratch%'"
                ),
                _ => format!(
                    "SELECT DISTINCT CAST(db AS CHAR) FROM information_schema.processlist WHERE user = '{user}' AND db LIKE 'alembic_scratch%'"
                ),
            })
            .await
    }

    /// Whether a database exists.
    async fn exists(&self, name: &str) -> bool {
        let query = match self.database.kind {
            Kind::Postgresql => format!("SELECT datname::text FROM pg_database WHERE datname = '{name}'"),
            _ => format!(
                "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name = '{name}'"
            ),
        };
        !self.database.column(&query).await.is_empty()
    }

    /// The scratch database, when a statement sleeps in it.
    async fn until_asleep(&self) -> String {
        let user = &self.user;
        let query = match self.database.kind {
            Kind::Postgresql => format!(
                "SELECT datname::text FROM pg_stat_activity WHERE usename = '{user}' AND state = 'active' AND query LIKE '%pg_sleep%'"
            ),
            _ => format!(
                "SELECT CAST(db AS CHAR) FROM information_schema.processlist WHERE user = '{user}' AND info LIKE '%SLEEP%'"
            ),
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(name) = self.database.column(&query).await.into_iter().next() {
                return name;
            }
            assert!(Instant::now() < deadline, "no statement sleeps");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn kill_sessions(&self) {
        let user = &self.user;
        if self.database.kind == Kind::Postgresql {
            let kill = format!(
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE usename = '{user}'"
            );
            self.database.rows(&kill).await;
            return;
        }
        self.database.rows(&format!("KILL USER {user}")).await;
    }

    fn sleep(&self) -> &'static str {
        match self.database.kind {
            Kind::Postgresql => "CREATE TABLE slept AS SELECT pg_sleep(30)::text;",
            _ => "CREATE TABLE slept AS SELECT SLEEP(30);",
        }
    }

    fn migrator(&self) -> Migrator {
        let folder = tempfile::tempdir().expect("a folder");
        let script = Script::new("r1", "", self.sleep(), "DROP TABLE slept;");
        write_scripts(&folder.path().join("migrations"), &[script]);
        let directory = ScriptDirectory::read(&[location(folder.path(), "migrations")]).expect("scripts");
        Migrator::new(directory, Config::default().run_settings())
    }

    fn script(&self, text: &str) -> Declaration {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("schema.sql");
        std::fs::write(&file, text).expect("a file");
        let dialect =
            if self.database.kind == Kind::Postgresql { Dialect::Postgresql } else { Dialect::Mysql };
        sql_schema(&file, "schema.sql", dialect).expect("a script")
    }

    async fn forget_user(self) {
        let user = &self.user;
        let drop = match self.database.kind {
            Kind::Postgresql => format!("DROP ROLE {user}"),
            _ => format!("DROP USER {user}"),
        };
        self.database.rows(&drop).await;
    }
}

type Result = std::result::Result<Comparison, AutogenerateError>;

async fn check(kind: Kind) {
    let scene = Scene::new(kind).await;
    let filter = Filter::default();

    // A dropped future, of both kinds of comparisons.
    let migrator = scene.migrator();
    let comparisons: [std::pin::Pin<Box<dyn Future<Output = Result> + Send + '_>>; 2] = [
        compare_scripts(&migrator, scene.url.as_str(), Schema::default(), &filter).into_future(),
        compare(scene.url.as_str(), scene.script(scene.sleep()), &filter).into_future(),
    ];
    for comparison in comparisons {
        let name = tokio::select! {
            _ = comparison => panic!("it sleeps"),
            name = scene.until_asleep() => name,
        };
        assert!(!scene.exists(&name).await, "{name}");
        assert_eq!(scene.scratch().await, Vec::<String>::new());
    }

    // Lost connections.
    let lost = async {
        let name = scene.until_asleep().await;
        scene.kill_sessions().await;
        name
    };
    let comparison = compare(scene.url.as_str(), scene.script(scene.sleep()), &filter);
    let (result, name) = tokio::join!(comparison.into_future(), lost);
    result.expect_err("the connection is lost");
    assert!(!scene.exists(&name).await, "{name}");

    // A panic. The callback is called while the scratch database exists.
    let script = scene.script("SET TIME ZONE 'UTC';\nCREATE TABLE t (id INT);\n");
    let url = scene.url.clone();
    let panicking = tokio::spawn(async move {
        let filter = Filter::default();
        let on_note = |note| assert!(!matches!(note, Note::Skipped { .. }), "as it should");
        compare(url.as_str(), script, &filter).on_note(on_note).await.map(drop)
    });
    assert!(panicking.await.expect_err("a panic").is_panic());
    assert_eq!(scene.scratch().await, Vec::<String>::new());

    // An error of the server, and one of a rule.
    for (text, expected) in [("CREATE TABLE t (id INT, id INT);", "refuses"), ("DELETE FROM t;", "rows")] {
        let compared = compare(scene.url.as_str(), scene.script(text), &filter).await;
        let error = compared.expect_err("a mistake").to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(scene.scratch().await, Vec::<String>::new());
    }
    scene.forget_user().await;
}

#[tokio::test]
async fn of_postgresql() {
    check(Kind::Postgresql).await;
}

#[tokio::test]
async fn of_mariadb() {
    check(Kind::Mysql).await;
}

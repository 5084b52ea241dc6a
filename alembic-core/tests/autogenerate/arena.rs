//! A database that is emptied between the cases of a table.

use alembic_core::Migrator;
use alembic_core::config::{Config, location};
use alembic_core::migrate::Database;
use alembic_core::script::ScriptDirectory;
use alembic_core::sql::Dialect;
use alembic_testing::{Kind, Script, TestDatabase, write_scripts};
use sqlx::{AssertSqlSafe, Executor as _, MySqlPool, PgPool, SqlitePool, raw_sql};

/// One database for many cases, and a pool for it: to connect is what takes longest.
pub(crate) struct Arena {
    pub(crate) database: TestDatabase,
    pool: Pool,
}

enum Pool {
    Sqlite(SqlitePool),
    Postgresql(PgPool),
    Mysql(MySqlPool),
}

impl Arena {
    pub(crate) async fn new(kind: Kind) -> Arena {
        let database = TestDatabase::new(kind).await;
        let pool = Arena::connect(&database).await;
        Arena { database, pool }
    }

    async fn connect(database: &TestDatabase) -> Pool {
        let url = &database.url;
        match database.kind {
            Kind::Sqlite => {
                let pool = SqlitePool::connect(&format!("{url}?mode=rwc")).await;
                Pool::Sqlite(pool.expect("a file"))
            }
            Kind::Postgresql => Pool::Postgresql(PgPool::connect(url).await.expect("a connection")),
            Kind::Mysql => Pool::Mysql(MySqlPool::connect(url).await.expect("a connection")),
        }
    }

    /// The database as the functions under test take it.
    pub(crate) fn pool(&self) -> Database {
        match &self.pool {
            Pool::Sqlite(pool) => pool.into(),
            Pool::Postgresql(pool) => pool.into(),
            Pool::Mysql(pool) => pool.into(),
        }
    }

    /// Drops all that is there.
    pub(crate) async fn clear(&mut self) {
        let name = &self.database.name;
        match &self.pool {
            Pool::Sqlite(pool) => {
                pool.close().await;
                std::fs::remove_file(self.database.file()).expect("the file");
                self.pool = Arena::connect(&self.database).await;
            }
            Pool::Postgresql(_) => {
                let others = "DO $$ DECLARE name text; BEGIN FOR name IN SELECT nspname FROM pg_namespace \
                              WHERE nspname !~ '^(pg_|information_schema)' LOOP \
                              EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; END $$; CREATE SCHEMA public";
                self.run(others).await;
            }
            Pool::Mysql(_) => {
                self.run(&format!("DROP DATABASE {name}; CREATE DATABASE {name}; USE {name}")).await;
            }
        }
    }

    pub(crate) async fn run(&self, sql: &str) {
        if let Err(error) = self.try_run(sql).await {
            panic!("{error}\n{sql}");
        }
    }

    pub(crate) async fn try_run(&self, sql: &str) -> sqlx::Result<()> {
        let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
        match &self.pool {
            Pool::Sqlite(pool) => pool.execute(sql).await.map(drop),
            Pool::Postgresql(pool) => pool.execute(sql).await.map(drop),
            Pool::Mysql(pool) => pool.execute(sql).await.map(drop),
        }
    }

    /// The rows of a query all of whose columns are text.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        macro_rules! rows {
            ($pool:expr) => {{
                let rows = raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all($pool).await;
                let rows = rows.unwrap_or_else(|error| panic!("{error}\n{sql}"));
                let text =
                    |row: &_| (0..sqlx::Row::len(row)).map(|place| sqlx::Row::get(row, place)).collect();
                rows.iter().map(text).collect()
            }};
        }
        match &self.pool {
            Pool::Sqlite(pool) => rows!(pool),
            Pool::Postgresql(pool) => rows!(pool),
            Pool::Mysql(pool) => rows!(pool),
        }
    }

    /// MySQL: a column of the only row of a query.
    pub(crate) async fn text_at(&self, sql: &str, column: usize) -> String {
        let Pool::Mysql(pool) = &self.pool else { panic!("no MySQL") };
        let row = raw_sql(AssertSqlSafe(sql.to_owned())).fetch_one(pool).await;
        sqlx::Row::get(&row.unwrap_or_else(|error| panic!("{error}\n{sql}")), column)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.database.kind {
            Kind::Sqlite => Dialect::Sqlite,
            Kind::Postgresql => Dialect::Postgresql,
            Kind::Mysql => Dialect::Mysql,
        }
    }

    /// Runs statements as a migration. What SQLite lacks the executor does; the others are asked directly, which is faster.
    pub(crate) async fn migrate(&self, sql: &str) -> Result<(), String> {
        if sql.is_empty() {
            return Ok(());
        }
        if self.database.kind != Kind::Sqlite {
            return self.try_run(sql).await.map_err(|error| error.to_string());
        }
        self.forget_migrations().await;
        let folder = tempfile::tempdir().expect("a folder");
        write_scripts(folder.path(), &[Script::new("r1", "", sql, "SELECT 1;")]);
        let directory =
            ScriptDirectory::read(&[location(folder.path(), "")]).map_err(|error| error.to_string())?;
        let migrator = Migrator::new(directory, Config::default().run_settings());
        let done = migrator.upgrade(self.pool()).await;
        self.forget_migrations().await;
        done.map(drop).map_err(|error| error.to_string())
    }

    async fn forget_migrations(&self) {
        self.run("DROP TABLE IF EXISTS alembic_version; DROP TABLE IF EXISTS alembic_history").await;
    }
}

//! A database that exists as long as its test.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, Row as _, SqliteConnection};
use tempfile::TempDir;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of its own.
    Sqlite,
    /// A database on the server of `ALEMBIC_TEST_POSTGRES_URL`.
    Postgresql,
    /// A database on the server of `ALEMBIC_TEST_MYSQL_URL`.
    Mysql,
}

/// A new, empty database. It is dropped with the value.
#[derive(Debug)]
pub struct TestDatabase {
    /// Which database it is.
    pub kind: Kind,
    /// Its URL.
    pub url: String,
    /// Its name on the server.
    pub name: String,
    server: String,
    /// A folder for files of the test; the SQLite file lies in it.
    pub folder: TempDir,
}

impl TestDatabase {
    /// Makes a database.
    ///
    /// # Panics
    /// Where the server is missing: `scripts/test` starts one.
    pub async fn new(kind: Kind) -> TestDatabase {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("alembic_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = match kind {
            Kind::Sqlite => String::new(),
            Kind::Postgresql => server("ALEMBIC_TEST_POSTGRES_URL"),
            Kind::Mysql => server("ALEMBIC_TEST_MYSQL_URL"),
        };
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}/test.db", folder.path().display()),
            Kind::Postgresql | Kind::Mysql => with_database(&server, &name),
        };
        let create = format!("CREATE DATABASE {name}");
        match kind {
            Kind::Sqlite => {}
            Kind::Postgresql => drop(rows_postgresql(&server, &create).await.expect("CREATE DATABASE")),
            Kind::Mysql => drop(rows_mysql(&server, &create).await.expect("CREATE DATABASE")),
        }
        TestDatabase { kind, url, name, server, folder }
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("test.db")
    }

    /// Runs statements or a query on a connection of its own. Every column of a query has to be text.
    ///
    /// # Panics
    /// Where the database refuses.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_rows(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// Like [`rows`](TestDatabase::rows), for what may fail.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn try_rows(&self, sql: &str) -> sqlx::Result<Vec<Vec<Option<String>>>> {
        rows(self.kind, &self.url, sql).await
    }

    /// The first column of a query, NULL as `NULL`.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        let first =
            |row: Vec<Option<String>>| row.into_iter().next().flatten().unwrap_or_else(|| "NULL".to_owned());
        self.rows(sql).await.into_iter().map(first).collect()
    }

    /// The rows of the version table, sorted; empty where there is none.
    pub async fn versions(&self) -> Vec<String> {
        if !self.tables().await.contains(&"alembic_version".to_owned()) {
            return Vec::new();
        }
        let cast = match self.kind {
            Kind::Mysql => "CAST(version_num AS CHAR)",
            Kind::Sqlite | Kind::Postgresql => "CAST(version_num AS TEXT)",
        };
        self.column(&format!("SELECT {cast} FROM alembic_version ORDER BY 1")).await
    }

    /// The names of all tables, sorted.
    pub async fn tables(&self) -> Vec<String> {
        let sql = match self.kind {
            Kind::Sqlite if !self.file().exists() => return Vec::new(),
            Kind::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
            }
            Kind::Postgresql => {
                "SELECT table_name::text FROM information_schema.tables \
                 WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            }
            Kind::Mysql => {
                "SELECT CAST(table_name AS CHAR) FROM information_schema.tables \
                 WHERE table_schema = database() ORDER BY 1"
            }
        };
        self.column(sql).await
    }

    /// The tables of the migrations: all but our own.
    pub async fn user_tables(&self) -> Vec<String> {
        let mut tables = self.tables().await;
        tables.retain(|table| !table.starts_with("alembic_"));
        tables
    }

    /// Revision, operation and whether it is finished, of each row of the history.
    pub async fn history(&self) -> Vec<String> {
        if !self.tables().await.contains(&"alembic_history".to_owned()) {
            return Vec::new();
        }
        let concat = match self.kind {
            Kind::Mysql => {
                "CONCAT(operation, ' ', revision, ' ', statements_done, '/', statements_total, \
                 IF(finished_at IS NULL, ' unfinished', ''))"
            }
            Kind::Sqlite | Kind::Postgresql => {
                "operation || ' ' || revision || ' ' || statements_done || '/' || statements_total \
                 || CASE WHEN finished_at IS NULL THEN ' unfinished' ELSE '' END"
            }
        };
        self.column(&format!("SELECT {concat} FROM alembic_history ORDER BY id")).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.kind == Kind::Sqlite {
            return;
        }
        let (kind, server, name) = (self.kind, self.server.clone(), self.name.clone());
        // Dropped inside of an async test: what is to be awaited has to be awaited elsewhere.
        let cleaning = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let _ = match kind {
                    Kind::Postgresql => {
                        rows_postgresql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                            .await
                    }
                    _ => rows_mysql(&server, &format!("DROP DATABASE IF EXISTS {name}")).await,
                };
            });
        });
        let _ = cleaning.join();
    }
}

/// Runs statements or a query on a connection of its own. Every column of a query has to be text.
///
/// # Errors
/// The database refuses.
pub async fn rows(kind: Kind, url: &str, sql: &str) -> sqlx::Result<Vec<Vec<Option<String>>>> {
    match kind {
        Kind::Sqlite => rows_sqlite(url, sql).await,
        Kind::Postgresql => rows_postgresql(url, sql).await,
        Kind::Mysql => rows_mysql(url, sql).await,
    }
}

fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests with `scripts/test`, which starts the servers they need")
    })
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (before, query) = url.split_once('?').map_or((url, None), |(before, query)| (before, Some(query)));
    let authority = before.find("://").map_or(0, |position| position + 3);
    let end = before[authority..].find('/').map_or(before.len(), |slash| authority + slash);
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    format!("{}/{name}{query}", &before[..end])
}

macro_rules! rows {
    ($name:ident, $connection:ty) => {
        async fn $name(url: &str, sql: &str) -> sqlx::Result<Vec<Vec<Option<String>>>> {
            let mut connection = <$connection>::connect(url).await?;
            let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await?;
            let rows =
                rows.iter().map(|row| (0..row.len()).map(|column| row.try_get(column)).collect()).collect();
            connection.close().await?;
            rows
        }
    };
}

rows!(rows_postgresql, PgConnection);
rows!(rows_mysql, MySqlConnection);

async fn rows_sqlite(url: &str, sql: &str) -> sqlx::Result<Vec<Vec<Option<String>>>> {
    let url = format!("{url}?mode=rwc");
    let mut connection = SqliteConnection::connect(&url).await?;
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await?;
    let rows = rows.iter().map(|row| (0..row.len()).map(|column| row.try_get(column)).collect()).collect();
    connection.close().await?;
    rows
}

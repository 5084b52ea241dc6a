//! A database that is emptied between the cases of a table.

use alembic_testing::{Kind, TestDatabase};

/// One database for many cases.
pub(crate) struct Arena {
    pub(crate) database: TestDatabase,
}

impl Arena {
    pub(crate) async fn new(kind: Kind) -> Arena {
        let database = TestDatabase::new(kind).await;
        if kind == Kind::Sqlite {
            database.rows("SELECT 'made'").await;
        }
        Arena { database }
    }

    pub(crate) fn url(&self) -> &str {
        &self.database.url
    }

    /// Drops all that is there.
    pub(crate) async fn clear(&self) {
        let name = &self.database.name;
        match self.database.kind {
            Kind::Sqlite => {
                std::fs::remove_file(self.database.file()).expect("the file");
                self.database.rows("SELECT 'made'").await;
            }
            Kind::Postgresql => {
                let schemas =
                    "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'";
                for schema in self.database.column(schemas).await {
                    self.database.rows(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await;
                }
                self.database.rows("CREATE SCHEMA public").await;
            }
            Kind::Mysql => {
                self.database.rows(&format!("DROP DATABASE {name}; CREATE DATABASE {name}")).await;
            }
        }
    }

    pub(crate) async fn run(&self, sql: &str) {
        if let Err(error) = self.database.try_rows(sql).await {
            panic!("{error}\n{sql}");
        }
    }
}

//! What the tests of alembic share: a database of its own for each test, and temporary packages.
//!
//! Nothing here skips: where a server is missing the test fails and says what to do.

mod barrier;
mod client;
mod database;
mod mask;
mod project;
mod relay;
mod scripts;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod splitter;

pub use barrier::Barrier;
pub use client::client;
pub use database::{Kind, TestDatabase, rows};
pub use mask::mask;
pub use project::{Output, TestProject, cargo_alembic, workspace};
pub use relay::{Relay, relay, single_session};
pub use scripts::{Script, write_scripts};
#[cfg(target_os = "linux")]
pub use server::{GaleraCluster, PgBouncer, PrivateServer};
#[cfg(target_os = "linux")]
pub use splitter::PgPool;

/// Writes a test three times: for SQLite, PostgreSQL and MariaDB.
///
/// ```text
/// on_every_database! {
///     async fn applies(database: TestDatabase) {
///         …
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_every_database {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block)*) => {
        $(mod $name {
            use super::*;

            $(#[$meta])*
            async fn check($database: $crate::TestDatabase) $body

            #[tokio::test]
            async fn sqlite() {
                check($crate::TestDatabase::new($crate::Kind::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgresql() {
                check($crate::TestDatabase::new($crate::Kind::Postgresql).await).await;
            }

            #[tokio::test]
            async fn mariadb() {
                check($crate::TestDatabase::new($crate::Kind::Mysql).await).await;
            }
        })*
    };
}

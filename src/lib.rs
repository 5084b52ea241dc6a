//! Database migrations for Rust services: a graph of revisions with upgrade and downgrade, embedded at compile time and
//! verified against what was applied.
//!
//! ```text
//! static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let pool = sqlx::SqlitePool::connect("sqlite://app.db?mode=rwc").await?;
//!     MIGRATOR.upgrade(&pool).seal_in_development().await?;
//!     // …
//!     Ok(())
//! }
//! ```
//!
//! Migrations are written, reviewed and applied with `cargo alembic`. Once one was applied to any database, by `cargo alembic` or
//! by the service in development, its digest is sealed in `alembic.lock`, and a service does not build when the script is edited or deleted afterwards. At run time
//! the history in the database is compared with what is embedded.
//!
//! The drivers are features, none of them on by default: `sqlite`, `postgres`, `mysql`. Which async runtime and which TLS
//! they use is chosen by the service's own sqlx features. Without a driver [`embed_migrations!`] still checks everything
//! while compiling, and [`Migrator::directory`] gives the scripts.
//!
//! With the feature `models`, structs that derive `Table` describe the tables of a service, and `models!` is their
//! schema. `docs/models.md` in the repository is the chapter about them.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

pub use alembic_core::{Migrator, config, revision, script, sql};
pub use alembic_macros::embed_migrations;

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub use alembic_core::{DatabaseMessage, UnfitSchema, migrate};

#[cfg(all(feature = "models", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
pub use alembic_core::autogenerate::{self, check};

#[cfg(feature = "models")]
pub use alembic_core::models::{self, Model};
#[cfg(feature = "models")]
pub use alembic_core::schema;
#[cfg(feature = "models")]
pub use alembic_macros::{Enum, Newtype, Table, models};

/// For a service's `build.rs`.
#[cfg(feature = "build")]
pub mod build {
    pub use alembic_core::build_script::migrations;
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub use alembic_core::build_script::{verify, verify_named};
}

/// The examples of the chapter are tests.
#[cfg(all(doctest, feature = "models"))]
#[doc = include_str!("../docs/models.md")]
struct ModelsChapter;

#[cfg(all(feature = "cli", any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
pub use alembic_core::cli;

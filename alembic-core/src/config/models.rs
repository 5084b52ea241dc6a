//! Where it is written what the database should look like.

use serde::Deserialize;

/// Where the desired schema of a database is written: `models` in `alembic.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table such as `{ source = \"rust\" }`")]
pub struct ModelSettings {
    /// Who says it.
    pub source: ModelSource,
    /// Other packages of the workspace that hold models, or the types of their columns.
    pub packages: Vec<String>,
    /// The file to read, relative to the configuration: of Rust source the one to begin at, else the roots of the package.
    pub file: Option<String>,
    /// The features that are on, of all packages that are read. Without them models that depend on a feature count.
    pub features: Option<Vec<String>>,
}

/// Who says what the database should look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelSource {
    /// Structs that derive `alembic::Table`.
    #[default]
    Rust,
    /// Entities of SeaORM 2: `DeriveEntityModel`.
    SeaOrm,
    /// `table!` of Diesel.
    Diesel,
    /// A file of SQL statements that make it.
    Sql,
}

impl ModelSettings {
    /// The file of SQL where none is named.
    pub const SQL_FILE: &str = "schema.sql";

    /// What does not go together.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let is_sql = self.source == ModelSource::Sql;
        (is_sql && (!self.packages.is_empty() || self.features.is_some())).then_some(
            "`models`: `packages` and `features` are about Rust source, and `source = \"sql\"` reads a file of statements, `file`",
        )
    }
}

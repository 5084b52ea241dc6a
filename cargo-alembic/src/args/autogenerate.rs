//! The arguments of what compares a database with the models.

use alembic_core::cli::WaitArgs;
use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Autogenerate")]
pub(crate) struct AutogenerateArgs {
    /// Write what takes the database to what the models say
    #[arg(long)]
    pub(crate) autogenerate: bool,

    /// Compare with what the scripts make of an empty scratch database, instead of with a database of one's own
    #[arg(long, requires = "autogenerate")]
    pub(crate) scratch: bool,

    /// Create scratch databases on this server [default: ALEMBIC_SCRATCH_URL, `scratch_url` in alembic.toml, else the
    /// server of the database]
    #[arg(long, value_name = "URL", requires = "autogenerate")]
    pub(crate) scratch_url: Option<String>,

    /// A table, column (`table.column`), enum or value of one (`enum.value`), and its new name
    #[arg(long, value_name = "OLD=NEW", value_parser = pair, requires = "autogenerate")]
    pub(crate) rename: Vec<String>,

    /// Drop a table that no model has, though no revision creates it
    #[arg(long, value_name = "TABLE", requires = "autogenerate")]
    pub(crate) drop: Vec<String>,

    /// Nothing else was renamed: drop what is gone, and add what is new
    #[arg(long, requires = "autogenerate")]
    pub(crate) no_rename: bool,

    /// The value that the rows which are there get in a column, an SQL expression
    #[arg(long, value_name = "TABLE.COLUMN=VALUE", value_parser = pair, requires = "autogenerate")]
    pub(crate) fill: Vec<String>,

    /// How the values of a column become those of its new type, an SQL expression
    #[arg(long, value_name = "TABLE.COLUMN=VALUE", value_parser = pair, requires = "autogenerate")]
    pub(crate) using: Vec<String>,

    /// Refuse what loses data
    #[arg(long, requires = "autogenerate")]
    pub(crate) no_destructive: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) wait: WaitArgs,

    /// Compare with what the scripts make of an empty scratch database, instead of with a database of one's own
    #[arg(long)]
    pub(crate) scratch: bool,

    /// Create scratch databases on this server [default: ALEMBIC_SCRATCH_URL, `scratch_url` in alembic.toml, else the
    /// server of the database]
    #[arg(long, value_name = "URL")]
    pub(crate) scratch_url: Option<String>,

    /// Fail also where the database has tables that no model has and no revision creates
    #[arg(long)]
    pub(crate) strict: bool,

    /// Print the SQL that would make it so
    #[arg(long, conflicts_with = "json")]
    pub(crate) diff: bool,

    /// Print what is different as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) wait: WaitArgs,

    /// As the statements that make it, as without any of these
    #[arg(long, group = "format")]
    pub(crate) sql: bool,

    /// As JSON
    #[arg(long, group = "format")]
    pub(crate) json: bool,

    /// As Rust structs: models to begin with
    #[arg(long, group = "format")]
    pub(crate) models: bool,

    /// As an entity diagram in the words of Mermaid
    #[arg(long, group = "format")]
    pub(crate) mermaid: bool,

    /// As an entity diagram, a picture
    #[arg(long, group = "format")]
    pub(crate) svg: bool,

    /// A schema (PostgreSQL) or database (MySQL) besides the default one
    #[arg(long, value_name = "NAME")]
    pub(crate) schema: Vec<String>,

    /// A pattern of tables to show: `user*`, `audit.*` [default: all]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) include: Vec<String>,

    /// A pattern of tables to leave out
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
}

/// `OLD=NEW`. Names may have an equals sign too, so it is taken apart where it is known which there are.
fn pair(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("it is written as NAME=VALUE".to_owned()),
    }
}

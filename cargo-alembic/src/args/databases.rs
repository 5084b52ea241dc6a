//! Which of the databases in `alembic.toml` is meant.

use clap::{ArgAction, Args};

/// Stands for all databases.
const ALL: &str = "*";

#[derive(Debug, Args)]
pub(crate) struct Databases {
    /// A database of alembic.toml, `[databases.NAME]`; without a NAME, or as '*', all of them in turn
    #[arg(
        short = 'n',
        long = "name",
        global = true,
        value_name = "NAME",
        action = ArgAction::Append,
        num_args = 0..=1,
        default_missing_value = ALL
    )]
    names: Vec<String>,
}

impl Databases {
    /// The names that were given; none for the database that has no name.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether all databases are meant.
    pub(crate) fn all(&self) -> bool {
        self.names.iter().any(|name| name == ALL)
    }
}

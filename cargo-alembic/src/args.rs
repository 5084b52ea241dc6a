//! The arguments of `cargo alembic`.

mod autogenerate;
mod databases;
mod edit;
mod revision;

use std::path::PathBuf;

use alembic_core::cli;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use autogenerate::{AutogenerateArgs, CheckArgs, InspectArgs};
pub(crate) use databases::Databases;
pub(crate) use edit::{EditArgs, RebaseArgs};
pub(crate) use revision::{MergeArgs, RevisionArgs, TrialArgs};

/// Database migrations: a graph of revisions, written as SQL, sealed once applied
#[derive(Debug, Parser)]
#[command(name = "cargo-alembic", bin_name = "cargo alembic", version, styles = cli::STYLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) package: Package,

    #[command(flatten)]
    pub(crate) databases: Databases,

    /// URL of the database [default: DATABASE_URL, .env, `url` in alembic.toml]
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) url: Option<String>,

    /// Fail rather than change alembic.lock
    #[arg(long, global = true)]
    pub(crate) locked: bool,

    /// Change the database, and leave alembic.lock as it is: for a tree that cannot be written
    #[arg(long, global = true, conflicts_with = "locked")]
    pub(crate) no_seal: bool,
}

/// Which package is meant.
#[derive(Debug, Args)]
pub(crate) struct Package {
    /// Cargo.toml of the package [default: the nearest one]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,

    /// The package of the workspace
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prepare a package: alembic.toml, migrations/, build.rs, the dependency
    Init(InitArgs),
    /// Write a new revision: an empty one, or what the models ask for
    Revision(RevisionArgs),
    /// Join several heads into one
    Merge(MergeArgs),
    /// Give a revision that was applied nowhere another parent
    Rebase(RebaseArgs),
    /// Open a script in an editor, and check it before it is replaced
    Edit(EditArgs),
    /// List the templates that new scripts can be made from
    #[command(alias = "list_templates")]
    ListTemplates,
    #[command(flatten)]
    Shared(cli::Command),
    /// Say whether the database is what the models say
    Check(CheckArgs),
    /// Show a database as SQL, as models or as a picture
    Inspect(InspectArgs),
    /// Compare the scripts with the lock, and both with the database
    Verify(VerifyArgs),
    /// Record revisions as applied in alembic.lock, without a run
    Seal(SealArgs),
    /// Take the seal off a revision that no configured database has applied
    Unseal(UnsealArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder for the scripts, relative to the package [default: migrations]
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: Option<String>,

    /// The databases that the service will use [default: as the URL and sqlx's features say, else sqlite]
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Vec<Driver>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Driver {
    Sqlite,
    Postgres,
    Mysql,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) wait: cli::WaitArgs,

    /// Compare the scripts with the lock alone
    #[arg(long)]
    pub(crate) offline: bool,

    /// Fail unless every revision has a seal, for the CI of a service that migrates itself
    #[arg(long)]
    pub(crate) all_sealed: bool,

    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// The revisions to seal, with all that they stand on [default: all]
    #[arg(value_name = "REVISION", conflicts_with = "from_database")]
    pub(crate) revisions: Vec<String>,

    /// Seal what the database has applied, after comparing it with the scripts
    #[arg(long)]
    pub(crate) from_database: bool,

    /// Accept that the downgrades of these sealed revisions were corrected
    #[arg(long, requires = "revisions", conflicts_with = "from_database")]
    pub(crate) downgrade: bool,

    /// Only repair what a merge has left in the lock: marks of conflicts, repeated and stray lines
    #[arg(long, conflicts_with_all = ["revisions", "from_database", "downgrade"])]
    pub(crate) repair: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A folder for a page of each command [default: the main page, to stdout]
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct UnsealArgs {
    /// The revision
    #[arg(value_name = "REVISION")]
    pub(crate) revision: String,

    /// Ask no database whether it has the revision applied
    #[arg(long)]
    pub(crate) offline: bool,
}

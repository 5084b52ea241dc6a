//! The arguments of the commands that write scripts.

use clap::Args;

use super::AutogenerateArgs;

#[derive(Debug, Args)]
pub(crate) struct RevisionArgs {
    /// What it does, in a few words
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: Option<String>,

    /// Its id [default: twelve random hexadecimal digits]
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,

    /// The revision that it follows; several for a merge, `base` for a new beginning [default: head]
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true)]
    pub(crate) head: Vec<String>,

    /// Allow a parent that is no head: begins a branch
    #[arg(long)]
    pub(crate) splice: bool,

    /// A name for the branch that begins with it
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Vec<String>,

    /// A revision of another branch that has to be applied before it
    #[arg(long, value_name = "REVISION")]
    pub(crate) depends_on: Vec<String>,

    /// A word to find it by
    #[arg(long, value_name = "WORD")]
    pub(crate) tag: Vec<String>,

    /// A template of alembic.toml, as `list-templates` lists them [default: default]
    #[arg(long, value_name = "NAME")]
    pub(crate) template: Option<String>,

    /// The folder to write it to, one of `migrations` in alembic.toml [default: that of its parent]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) version_path: Option<String>,

    /// A dump to begin with, schema and rows: the output of pg_dump, mysqldump, mariadb-dump or sqlite3 .dump
    #[arg(long, value_name = "FILE", conflicts_with_all = ["autogenerate", "template"])]
    pub(crate) from_dump: Option<std::path::PathBuf>,

    #[command(flatten)]
    pub(crate) autogenerate: AutogenerateArgs,
}

/// Where branches are tried.
#[derive(Debug, Args)]
pub(crate) struct TrialArgs {
    /// Compare only the text of the branches: run nothing in scratch databases
    #[arg(long, conflicts_with = "scratch_url")]
    pub(crate) no_scratch: bool,

    /// Create scratch databases on this server [default: ALEMBIC_SCRATCH_URL, `scratch_url` in alembic.toml, else the
    /// server of the database]
    #[arg(long, value_name = "URL")]
    pub(crate) scratch_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The revisions to join [default: all heads, if they do not contradict each other]
    #[arg(value_name = "REVISION")]
    pub(crate) revisions: Vec<String>,

    /// What it is for, in a few words
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: Option<String>,

    /// Its id [default: twelve random hexadecimal digits]
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,

    /// A name for the branch that begins with it
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Vec<String>,

    /// Allow to join revisions that are no heads
    #[arg(long)]
    pub(crate) splice: bool,

    /// Join branches that do the same: a database applies one of them, and records the others without running them
    #[arg(long, requires = "revisions", conflicts_with = "splice")]
    pub(crate) alternatives: bool,

    #[command(flatten)]
    pub(crate) trial: TrialArgs,
}

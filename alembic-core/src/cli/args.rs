//! The arguments of the commands.

use clap::{Args, Subcommand};

use super::resume::ResumeArgs;

/// A command on a database and its migrations.
#[derive(Clone, Debug, Subcommand)]
#[command(subcommand_value_name = "COMMAND", subcommand_help_heading = "Commands")]
pub enum Command {
    /// Take the database up to a revision, by default to the head
    Upgrade(UpgradeArgs),
    /// Take the database down to a revision
    Downgrade(DowngradeArgs),
    /// Finish a revision whose run was interrupted
    Resume(ResumeArgs),
    /// Show where the database is
    Current(ListArgs),
    /// List the revisions, newest first
    History(HistoryArgs),
    /// List the heads
    Heads(ListArgs),
    /// Show a revision in full
    Show(ShowArgs),
    /// Write revisions to the version table without running anything
    Stamp(StampArgs),
}

/// Arguments of `upgrade`.
#[derive(Clone, Debug, Args)]
pub struct UpgradeArgs {
    /// A revision: `head`, `heads`, an id or the beginning of one, `+2`, `branch@head`
    #[arg(value_name = "REVISION", default_value = "head", allow_hyphen_values = true)]
    pub target: String,
}

/// Arguments of `downgrade`.
#[derive(Clone, Debug, Args)]
pub struct DowngradeArgs {
    /// A revision: `-1`, `base`, an id or the beginning of one, `branch@base`
    #[arg(value_name = "REVISION", allow_hyphen_values = true)]
    pub target: String,
}

/// Arguments of `stamp`.
#[derive(Clone, Debug, Args)]
pub struct StampArgs {
    /// The revisions that the database is at: `head`, `base`, ids
    #[arg(value_name = "REVISION", required = true)]
    pub targets: Vec<String>,

    /// Forget first what the version table says, even revisions that no script knows
    #[arg(long)]
    pub purge: bool,
}

/// Arguments of the commands that list.
#[derive(Clone, Debug, Default, Args)]
pub struct ListArgs {
    /// Show each revision in full
    #[arg(short, long)]
    pub verbose: bool,
}

/// Arguments of `history`.
#[derive(Clone, Debug, Default, Args)]
pub struct HistoryArgs {
    /// Which part: `a:b`, `a:`, `:b`, `-3:`, `current:`
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    pub rev_range: Option<String>,
    /// Mark the revisions that the database is at
    #[arg(short, long)]
    pub indicate_current: bool,
    /// Show each revision in full
    #[arg(short, long)]
    pub verbose: bool,
}

/// Arguments of `show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// A revision: an id or the beginning of one, `head`, `heads`
    #[arg(value_name = "REVISION")]
    pub target: String,
}

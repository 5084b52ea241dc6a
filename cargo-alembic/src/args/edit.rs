//! The arguments of the commands that change scripts.

use clap::Args;

use super::TrialArgs;

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// A revision: an id or the beginning of one, `head`, `current`
    #[arg(value_name = "REVISION", allow_hyphen_values = true)]
    pub(crate) revision: String,

    /// Ask no database whether it has the revision applied
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RebaseArgs {
    /// The revision to move, with all that follows it
    #[arg(value_name = "REVISION")]
    pub(crate) revision: String,

    /// The revision that it is to follow; `base` for none
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true)]
    pub(crate) onto: String,

    /// Ask no database whether it has the revision applied
    #[arg(long)]
    pub(crate) offline: bool,

    /// Do not check that it runs after the revision that it is to follow
    #[arg(long)]
    pub(crate) unchecked: bool,

    #[command(flatten)]
    pub(crate) trial: TrialArgs,
}

//! The arguments of the commands.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::resume::ResumeArgs;
use super::target_arg::TargetArg;
use super::wait_args::WaitArgs;
use crate::revision::Target;
use crate::sql::Dialect;

/// A command on a database and its migrations.
#[derive(Clone, Debug, Subcommand)]
#[command(subcommand_value_name = "COMMAND", subcommand_help_heading = "Commands")]
pub enum Command {
    /// Take the database up to a revision, by default to the head
    Upgrade(UpgradeArgs),
    /// Take the database down to a revision
    Downgrade(DowngradeArgs),
    /// Finish a revision whose run was interrupted, or give it up
    Resume(ResumeArgs),
    /// Show where the database is
    Current(CurrentArgs),
    /// List the revisions, newest first
    History(HistoryArgs),
    /// List the heads
    Heads(HeadsArgs),
    /// List the revisions from which several lines go on
    Branches(BranchesArgs),
    /// Show a revision in full
    Show(ShowArgs),
    /// Show what happened to the database, newest first
    Log(LogArgs),
    /// Write revisions to the version table without running anything
    Stamp(StampArgs),
    /// Make the version table and the history, if they are not there
    EnsureVersion(EnsureVersionArgs),
}

/// Arguments of `upgrade`.
#[derive(Clone, Debug, Args)]
pub struct UpgradeArgs {
    /// A revision: `head`, `heads`, an id or the beginning of one, `+2`, `branch@head`; with --sql also `from:to`
    #[arg(value_name = "REVISION", default_value = "head", allow_hyphen_values = true, value_parser = TargetArg::parse)]
    pub target: TargetArg,
    /// First undo each applied revision that no script has, or has otherwise since, with the downgrade that the history keeps
    #[arg(long, conflicts_with_all = ["sql", "dry_run"])]
    pub from_history: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub how: HowArgs,
}

/// Arguments of `downgrade`.
#[derive(Clone, Debug, Args)]
pub struct DowngradeArgs {
    /// A revision: `-1`, `base`, an id or the beginning of one, `branch@base`; with --sql `from:to`
    #[arg(value_name = "REVISION", allow_hyphen_values = true, value_parser = TargetArg::parse)]
    pub target: TargetArg,
    /// Undo what no script has, or has otherwise since, with the downgrade that the history keeps
    #[arg(long, conflicts_with = "sql")]
    pub from_history: bool,
    /// Run the downgrades of revisions that were only stamped, without asking
    #[arg(long, conflicts_with = "sql")]
    pub stamped: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub how: HowArgs,
}

/// Arguments of `stamp`.
#[derive(Clone, Debug, Args)]
pub struct StampArgs {
    /// The revisions that the database is at: `head`, `base`, ids; with --sql also `from:to`
    #[arg(value_name = "REVISION", required = true, value_parser = TargetArg::parse)]
    pub targets: Vec<TargetArg>,
    /// Forget first what the version table says, even revisions that no script knows
    #[arg(long, conflicts_with = "sql")]
    pub purge: bool,
    /// Give up a revision that was begun and is not finished, without asking
    #[arg(long, conflicts_with = "sql")]
    pub abandon: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub how: HowArgs,
}

/// Arguments of `ensure-version`.
#[derive(Clone, Debug, Args)]
pub struct EnsureVersionArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub sql: SqlArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub wait: WaitArgs,
}

/// How a change is made, or only told.
#[derive(Clone, Debug, Default, Args)]
pub struct HowArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub sql: SqlArgs,
    /// Show what would run, and change nothing
    #[arg(long, conflicts_with = "sql")]
    pub dry_run: bool,
    /// With --dry-run: show each statement
    #[arg(short, long)]
    pub verbose: bool,
    /// Print the plan or the result as JSON
    #[arg(long, conflicts_with = "sql")]
    pub json: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub wait: WaitArgs,
}

/// A script instead of a run.
#[derive(Clone, Debug, Default, Args)]
pub struct SqlArgs {
    /// Print a script for the database's plain client, and connect to nothing
    #[arg(long)]
    pub sql: bool,
    /// The database that the script is for: sqlite, postgresql, mysql [default: that of the URL]
    #[arg(long, value_name = "DIALECT", requires = "sql")]
    pub dialect: Option<Dialect>,
}

/// How a list is printed.
#[derive(Clone, Debug, Default, Args)]
pub struct FormatArgs {
    /// Show each revision in full
    #[arg(short, long)]
    pub verbose: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `current`.
#[derive(Clone, Debug, Default, Args)]
pub struct CurrentArgs {
    /// Fail unless the database is at all heads, and is what the scripts say
    #[arg(short, long)]
    pub check_heads: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub format: FormatArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub wait: WaitArgs,
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
    /// Only revisions with this tag
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub format: FormatArgs,
}

/// Arguments of `heads`.
#[derive(Clone, Debug, Default, Args)]
pub struct HeadsArgs {
    /// Leave out heads that another revision depends on
    #[arg(long)]
    pub resolve_dependencies: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub format: FormatArgs,
}

/// Arguments of `branches`.
#[derive(Clone, Debug, Default, Args)]
pub struct BranchesArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub format: FormatArgs,
}

/// Arguments of `show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// A revision: an id or the beginning of one, `head`, `heads`, `current`, `-1`
    #[arg(value_name = "REVISION", allow_hyphen_values = true, value_parser = TargetArg::parse)]
    pub target: TargetArg,
    /// Show the SQL too
    #[arg(short, long)]
    pub verbose: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `log`.
#[derive(Clone, Debug, Default, Args)]
pub struct LogArgs {
    /// Only this revision: an id or the beginning of one
    #[arg(value_name = "REVISION")]
    pub revision: Option<String>,
    /// At most so many entries
    #[arg(short = 'l', long, value_name = "NUMBER")]
    pub limit: Option<usize>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub format: FormatArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub wait: WaitArgs,
}

impl Command {
    /// How a change is made; none for a command that changes nothing.
    fn how(&self) -> Option<&HowArgs> {
        match self {
            Command::Upgrade(args) => Some(&args.how),
            Command::Downgrade(args) => Some(&args.how),
            Command::Stamp(args) => Some(&args.how),
            _ => None,
        }
    }

    /// How long it waits for a server that cannot be reached yet, if it says.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let wait = match self {
            Command::Resume(args) => args.wait,
            Command::Current(args) => args.wait,
            Command::Log(args) => args.wait,
            Command::EnsureVersion(args) => args.wait,
            command => command.how()?.wait,
        };
        wait.wait.map(Duration::from_secs)
    }

    /// The script that it prints instead of connecting to a database.
    pub(super) fn sql(&self) -> Option<&SqlArgs> {
        let sql = match self {
            Command::EnsureVersion(args) => Some(&args.sql),
            command => command.how().map(|how| &how.sql),
        };
        sql.filter(|sql| sql.sql)
    }

    /// Whether it prints a script instead of connecting to a database.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.sql().is_some()
    }

    /// Whether it changes a database.
    #[must_use]
    pub fn changes(&self) -> bool {
        let is_run = matches!(self, Command::EnsureVersion(_) | Command::Resume(_))
            || self.how().is_some_and(|how| !how.dry_run);
        is_run && self.sql().is_none()
    }

    /// Whether it only says where the database is, whatever the scripts and the lock are.
    #[must_use]
    pub fn declares(&self) -> bool {
        matches!(self, Command::Stamp(_) | Command::Resume(ResumeArgs { abandon: true, .. }))
    }

    /// Whether it takes a database to all heads.
    #[must_use]
    pub fn goes_to_heads(&self) -> bool {
        let is_heads = |target: &Target| *target == Target::HEADS || *target == Target::HEAD;
        matches!(self, Command::Upgrade(args) if self.changes() && args.target.target().is_ok_and(|target| is_heads(&target)))
    }

    /// Whether it undoes revisions with what the history keeps of them.
    #[must_use]
    pub fn uses_history(&self) -> bool {
        matches!(self, Command::Downgrade(args) if args.from_history)
    }

    /// Whether it must not touch what another service has applied with the same version table: nothing else compares that with
    /// the scripts.
    #[must_use]
    pub fn spares_others(&self) -> bool {
        self.uses_history() || matches!(self, Command::Stamp(args) if !args.purge)
    }

    /// The command that is left once what differs from the scripts is undone, if it is one that begins with that.
    #[must_use]
    pub fn after_undo(&self) -> Option<Command> {
        match self {
            Command::Upgrade(args) if args.from_history => {
                Some(Command::Upgrade(UpgradeArgs { from_history: false, ..args.clone() }))
            }
            _ => None,
        }
    }

    pub(super) fn prints_json(&self) -> bool {
        match self {
            Command::Current(args) => args.format.json,
            Command::History(args) => args.format.json,
            Command::Heads(args) => args.format.json,
            Command::Branches(args) => args.format.json,
            Command::Show(args) => args.json,
            Command::Log(args) => args.format.json,
            command => command.how().is_some_and(|how| how.json),
        }
    }

    pub(super) fn is_verbose(&self) -> bool {
        match self {
            Command::Current(args) => args.format.verbose,
            Command::History(args) => args.format.verbose,
            Command::Heads(args) => args.format.verbose,
            Command::Branches(args) => args.format.verbose,
            Command::Show(args) => args.verbose,
            Command::Log(args) => args.format.verbose,
            command => command.how().is_some_and(|how| how.verbose),
        }
    }

    /// Its name, as it is typed.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Command::Upgrade(_) => "upgrade",
            Command::Downgrade(_) => "downgrade",
            Command::Current(_) => "current",
            Command::History(_) => "history",
            Command::Heads(_) => "heads",
            Command::Branches(_) => "branches",
            Command::Show(_) => "show",
            Command::Log(_) => "log",
            Command::Stamp(_) => "stamp",
            Command::EnsureVersion(_) => "ensure-version",
            Command::Resume(_) => "resume",
        }
    }
}

impl clap::ValueEnum for Dialect {
    fn value_variants<'a>() -> &'a [Dialect] {
        &Dialect::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        let alias = match self {
            Dialect::Sqlite => "sqlite3",
            Dialect::Postgresql => "postgres",
            Dialect::Mysql => "mariadb",
        };
        Some(clap::builder::PossibleValue::new(self.name()).alias(alias))
    }
}

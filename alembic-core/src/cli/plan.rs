//! `--dry-run` and `--sql`: what a run would do, told or written to be run by somebody else.

use std::fmt::Write as _;

use serde::Serialize;

use super::apply::run_of_any;
use super::escape::escaped;
use super::json::print_json;
use super::output::{note, print};
use super::{Command, CommandError, SqlArgs, TargetArg};
use crate::migrate::{Database, OfflineGoal, Preview};
use crate::migrator::Migrator;
use crate::revision::{Target, TargetError};

#[derive(Serialize)]
struct DryRun {
    dry_run: bool,
    #[serde(flatten)]
    preview: Preview,
}

/// Prints what a run would do.
pub(super) async fn preview(
    migrator: &Migrator,
    database: Database,
    command: &Command,
) -> Result<(), CommandError> {
    let Some(run) = run_of_any(migrator, database, command) else { return Ok(()) };
    let preview = run.preview().await?;
    if command.prints_json() {
        return Ok(print_json(command.name(), DryRun { dry_run: true, preview })?);
    }
    let place = |rows: &[String]| if rows.is_empty() { "the base".to_owned() } else { rows.join(", ") };
    if preview.steps.is_empty() && preview.from == preview.to {
        note(format!("nothing to do: the database is at {}", place(&preview.from)));
        return Ok(());
    }
    let mut text = String::new();
    for step in &preview.steps {
        let mut remarks = Vec::new();
        if step.operation == "upgrade" || step.operation == "downgrade" {
            let count = step.statements.len();
            remarks.push(format!("{count} statement{}", if count == 1 { "" } else { "s" }));
        }
        if step.statements_done > 0 {
            remarks.push(format!("{} of them done already", step.statements_done));
        }
        if !step.transaction {
            remarks.push("no transaction".to_owned());
        }
        let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) };
        let message =
            if step.message.is_empty() { String::new() } else { format!(" {}", escaped(&step.message)) };
        let _ = writeln!(text, "{} {}{message}{remarks}", step.operation, escaped(&step.revision));
        if command.is_verbose() {
            for statement in &step.statements {
                let _ = writeln!(text, "  {}:{}", escaped(&step.path), statement.line);
                for line in statement.sql.lines() {
                    let _ = writeln!(text, "    {line}");
                }
            }
        }
    }
    print(&text)?;
    note(format!(
        "nothing was changed; the database would go from {} to {}",
        place(&preview.from),
        place(&preview.to)
    ));
    Ok(())
}

/// Prints a script that does what a run would do.
pub(super) fn script(
    migrator: &Migrator,
    database: Option<Database>,
    command: &Command,
    args: &SqlArgs,
) -> Result<(), CommandError> {
    let dialect = match (args.dialect, database) {
        (Some(dialect), _) => dialect,
        (None, Some(database)) => database.dialect()?,
        (None, None) => return Err(CommandError::NoDialect),
    };
    let goal = match command {
        Command::Upgrade(args) => OfflineGoal::Upgrade(args.target.range()?),
        Command::Downgrade(args) => OfflineGoal::Downgrade(args.target.range()?),
        Command::Stamp(args) => stamp(&args.targets)?,
        _ => OfflineGoal::EnsureVersion,
    };
    Ok(print(&migrator.offline(dialect, &goal)?)?)
}

/// The targets of `stamp --sql`: one of them may say where the database is, as `from:to`.
fn stamp(arguments: &[TargetArg]) -> Result<OfflineGoal, TargetError> {
    let (mut start, mut targets): (Option<Target>, Vec<Target>) = (None, Vec::new());
    for argument in arguments {
        let range = argument.range()?;
        if start.is_some() && range.start.is_some() {
            return Err(TargetError::RangeNotAllowed { text: argument.text().to_owned() });
        }
        start = start.or(range.start);
        targets.push(range.end.unwrap_or(Target::HEADS));
    }
    Ok(OfflineGoal::Stamp { start, targets })
}

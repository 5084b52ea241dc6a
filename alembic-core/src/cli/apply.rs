//! `upgrade`, `downgrade`, `stamp`: the commands that change a database.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::escape::escaped;
use super::json::print_json;
use super::output::{OutputError, note, say_styled, status, status_line, warning};
use super::signal::Signals;
use super::{Command, CommandError, TargetArg};
use crate::migrate::{Answer, Database, Event, Goal, Report, Run};
use crate::migrator::Migrator;
use crate::revision::{Direction, RevisionId};

/// The run that a command describes, if it is one that changes a database.
pub fn run_of<'a>(
    migrator: &'a Migrator,
    database: impl Into<Database>,
    command: &Command,
) -> Option<Run<'a>> {
    let run = if command.changes() { run_of_any(migrator, database, command)? } else { return None };
    Some(match command.wait() {
        Some(wait) => run.wait(wait),
        None => run,
    })
}

/// The run that a command describes, even if it is not to be done.
pub(super) fn run_of_any<'a>(
    migrator: &'a Migrator,
    database: impl Into<Database>,
    command: &Command,
) -> Option<Run<'a>> {
    match command {
        Command::Upgrade(args) => Some(migrator.run(database, args.target.target().map(Goal::Upgrade))),
        Command::Downgrade(args) => {
            let run = migrator.run(database, args.target.target().map(Goal::Downgrade));
            Some(if args.stamped { run.stamped() } else { run })
        }
        Command::Stamp(args) => {
            let targets = args.targets.iter().map(TargetArg::target).collect::<Result<_, _>>();
            let goal = targets.map(|targets| Goal::Stamp { targets, purge: args.purge });
            let run = migrator.run(database, goal);
            Some(if args.abandon { run.abandoning() } else { run })
        }
        Command::EnsureVersion(_) => Some(migrator.ensure_version(database)),
        Command::Resume(args) if args.abandon => Some(migrator.abandon(database)),
        Command::Resume(args) => Some(migrator.resume(database, args.statement.map(Answer::from))),
        _ => None,
    }
}

#[derive(Serialize)]
struct Outcome<'a> {
    dry_run: bool,
    #[serde(flatten)]
    report: &'a Report,
}

/// Runs what a command describes, with a line for each revision, a bar where there is a terminal, and a last line.
///
/// # Errors
/// What the run refuses or fails with.
pub async fn tell(run: Run<'_>, command: &Command) -> Result<Report, CommandError> {
    let begin = Instant::now();
    let report = tell_steps(run).await?;
    tell_report(&report, command, begin.elapsed())?;
    Ok(report)
}

/// The same without the last line.
pub(super) async fn tell_steps(run: Run<'_>) -> Result<Report, CommandError> {
    let mut teller = Teller::new();
    let signals = Signals::listen();
    let result = run.interrupted_by(&signals.interrupt).on_event(|event| teller.tell(&event)).await;
    drop(signals);
    teller.bar.finish_and_clear();
    Ok(result?)
}

/// Says what a run has done.
///
/// # Errors
/// Not all of it was written to stdout.
pub fn tell_report(report: &Report, command: &Command, elapsed: Duration) -> Result<(), OutputError> {
    match command {
        Command::Stamp(_) => status("Stamped", format!("the database {}", place(report))),
        Command::EnsureVersion(_) => status("Ensured", "the version table and the history"),
        Command::Resume(args) if args.abandon => {
            status("Gave up", format!("what was unfinished; the database is {}", place(report)))
        }
        _ if report.done.is_empty() => status("Up to date", place(report)),
        _ => {
            let count = report.done.len();
            let revisions = if count == 1 { "revision" } else { "revisions" };
            let took = time(elapsed);
            status("Finished", format!("{count} {revisions} in {took}, now {}", place(report)));
        }
    }
    report.abandoned.iter().for_each(warning);
    if !report.unverified.is_empty() {
        let count = report.unverified.len();
        note(format!("{count} applied before there was a history: what they did cannot be verified"));
    }
    if !report.taken_back.is_empty() {
        let ids: Vec<&str> = report.taken_back.iter().map(RevisionId::as_str).collect();
        warning(format!(
            "applied before, and taken back by something that writes no history (Alembic, or a change by hand): {}",
            ids.join(", ")
        ));
    }
    if command.prints_json() {
        print_json(command.name(), Outcome { dry_run: false, report })?;
    }
    Ok(())
}

/// What a run waits for while a server cannot be reached.
pub(super) fn for_server(reason: &str) -> String {
    format!("for the server: {}", reason.lines().next().unwrap_or_default())
}

/// Where a run left the database.
fn place(report: &Report) -> String {
    match report.to.as_slice() {
        [] => "at the base".to_owned(),
        rows => format!("at {}", rows.join(", ")),
    }
}

struct Teller {
    bar: ProgressBar,
}

impl Teller {
    fn new() -> Teller {
        Teller { bar: ProgressBar::hidden() }
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::Unreachable { reason } => {
                self.line(&status_line("Waiting", for_server(reason)));
            }
            Event::Waiting { holder } => {
                let holder = holder.as_ref().map_or_else(String::new, |holder| format!(" ({holder})"));
                self.line(&status_line(
                    "Waiting",
                    format!("for another process that migrates this database{holder}"),
                ));
            }
            Event::AnotherServer { before, now } => {
                self.bar.suspend(|| {
                    note(format!(
                        "the history was last written on another server ({before}; this one is {now}): this is a copy of \
                         that database, or this server has taken over from it"
                    ));
                });
            }
            Event::Blocked { by } => self.line(&status_line("Waiting", format!("for {by}"))),
            Event::Retrying { reason, attempt, pause } => {
                let reason = reason.lines().next().unwrap_or_default();
                let line = format!("after {} ms, attempt {} ({reason})", pause.as_millis(), attempt + 1);
                self.line(&status_line("Retrying", line));
            }
            Event::Planned { steps } => {
                if std::io::stderr().is_terminal() {
                    self.bar =
                        ProgressBar::with_draw_target(Some(steps.len() as u64), ProgressDrawTarget::stderr());
                    let template = "{prefix:>12.cyan.bold} [{bar:27}] {pos}/{len}: {wide_msg}";
                    let style = ProgressStyle::with_template(template)
                        .unwrap_or_else(|_| ProgressStyle::default_bar());
                    self.bar.set_style(style.progress_chars("=> "));
                }
            }
            Event::Started { revision, direction, message, resumed_at, .. } => {
                self.bar.set_prefix(match direction {
                    Direction::Upgrade => "Upgrading",
                    Direction::Downgrade => "Downgrading",
                });
                self.bar.set_message(escaped(&format!("{revision} {message}")).into_owned());
                if *resumed_at > 0 {
                    self.line(&status_line("Resuming", format!("{revision} after statement {resumed_at}")));
                }
            }
            Event::Decided { revision, number, was_done, was_said: true } => {
                let line = if *was_done {
                    status_line("Counting", format!("statement {number} of {revision} as carried out"))
                } else {
                    status_line("Repeating", format!("statement {number} of {revision}"))
                };
                self.line(&line);
            }
            Event::Decided { revision, number, was_done, .. } => {
                let what = if *was_done { "was carried out" } else { "was not carried out, and runs again" };
                self.line(&status_line("Found", format!("that statement {number} of {revision} {what}")));
            }
            Event::Finished(done) => {
                let verb = match done.direction {
                    Direction::Upgrade if done.recorded => "Recorded",
                    Direction::Downgrade if done.recorded => "Unrecorded",
                    Direction::Upgrade => "Upgraded",
                    Direction::Downgrade => "Downgraded",
                };
                let line = format!("{} {} ({})", done.revision, done.message, time(done.elapsed));
                self.line(&status_line(verb, line));
                self.bar.inc(1);
            }
        }
    }

    /// A line above the bar, or where there is no terminal just a line.
    fn line(&self, line: &str) {
        self.bar.suspend(|| say_styled(line));
    }
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0..1000 => format!("{} ms", elapsed.as_millis()),
        1000..60_000 => format!("{:.1} s", elapsed.as_secs_f64()),
        _ => format!("{} min {} s", elapsed.as_secs() / 60, elapsed.as_secs() % 60),
    }
}

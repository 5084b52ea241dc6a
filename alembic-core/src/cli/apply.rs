//! `upgrade`, `downgrade`, `stamp`: the commands that change a database.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::{note, status, status_line};
use super::signal::Signals;
use super::{CommandError, DowngradeArgs, StampArgs, UpgradeArgs};
use crate::migrate::{Database, Event, Report, Run};
use crate::migrator::Migrator;
use crate::revision::Direction;

/// Takes a database up, and tells about it.
///
/// # Errors
/// What [`Migrator::upgrade`] refuses or fails with.
pub async fn upgrade(
    migrator: &Migrator,
    database: impl Into<Database>,
    args: &UpgradeArgs,
) -> Result<Report, CommandError> {
    tell(migrator.upgrade(database).target(&args.target)).await
}

/// Takes a database down, and tells about it.
///
/// # Errors
/// What [`Migrator::downgrade`] refuses or fails with.
pub async fn downgrade(
    migrator: &Migrator,
    database: impl Into<Database>,
    args: &DowngradeArgs,
) -> Result<Report, CommandError> {
    tell(migrator.downgrade(database, &args.target)).await
}

/// Writes to the version table, and tells about it.
///
/// # Errors
/// What [`Migrator::stamp`] refuses or fails with.
pub async fn stamp(
    migrator: &Migrator,
    database: impl Into<Database>,
    args: &StampArgs,
) -> Result<Report, CommandError> {
    tell_stamp(stamping(migrator, database, args)).await
}

/// The run that a `stamp` describes.
pub fn stamping<'a>(migrator: &'a Migrator, database: impl Into<Database>, args: &StampArgs) -> Run<'a> {
    let run = migrator.stamp(database, args.targets.iter().map(String::as_str));
    if args.purge { run.purge() } else { run }
}

/// Runs a stamp, and says where the database is now.
///
/// # Errors
/// What the run refuses or fails with.
pub async fn tell_stamp(run: Run<'_>) -> Result<Report, CommandError> {
    let report = run.await?;
    status("Stamped", format!("the database {}", place(&report)));
    Ok(report)
}

/// Runs, with a line for each revision, a bar where there is a terminal, and a last line.
///
/// # Errors
/// What the run refuses or fails with.
pub async fn tell(run: Run<'_>) -> Result<Report, CommandError> {
    let begin = Instant::now();
    let mut teller = Teller::new();
    let signals = Signals::listen();
    let result = run.interrupted_by(&signals.interrupt).on_event(|event| teller.tell(&event)).await;
    drop(signals);
    teller.bar.finish_and_clear();
    let report = result?;
    if report.done.is_empty() {
        status("Up to date", place(&report));
    } else {
        let count = report.done.len();
        let revisions = if count == 1 { "revision" } else { "revisions" };
        status(
            "Finished",
            format!("{count} {revisions} in {}, now {}", time(begin.elapsed()), place(&report)),
        );
    }
    if !report.unverified.is_empty() {
        let count = report.unverified.len();
        note(format!("{count} applied before there was a history: what they did cannot be verified"));
    }
    Ok(report)
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
                self.bar.set_message(format!("{revision} {message}"));
                if *resumed_at > 0 {
                    self.line(&status_line("Resuming", format!("{revision} after statement {resumed_at}")));
                }
            }
            Event::Decided { revision, number, was_done } => {
                let what = if *was_done { "was carried out" } else { "was not carried out, and runs again" };
                self.line(&status_line("Found", format!("that statement {number} of {revision} {what}")));
            }
            Event::Finished(done) => {
                let verb = match done.direction {
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
        self.bar.suspend(|| anstream::eprintln!("{line}"));
    }
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0..1000 => format!("{} ms", elapsed.as_millis()),
        1000..60_000 => format!("{:.1} s", elapsed.as_secs_f64()),
        _ => format!("{} min {} s", elapsed.as_secs() / 60, elapsed.as_secs() % 60),
    }
}

//! `current`, `history`, `heads`, `branches`, `show`: the commands that only read. Their lines are Alembic's.

use std::fmt::Write as _;

use serde::Serialize;

use super::escape::{escaped, escaped_lines};
use super::json::print_json;
use super::output::{OutputError, print, print_names, warning};
use super::{Command, CommandError, CurrentArgs, HeadsArgs, HistoryArgs, ShowArgs};
use crate::migrate::{Database, Examination, MigrateError, Unfinished};
use crate::migrator::Migrator;
use crate::revision::{self, Node, Range, RevisionId, Symbol, Target, branch_points};
use crate::script::RevisionEntry;

/// Revisions, for JSON.
#[derive(Serialize)]
struct Revisions {
    revisions: Vec<RevisionEntry>,
}

/// Where a database is, for JSON.
#[derive(Serialize)]
struct Current<'a> {
    revisions: &'a [RevisionEntry],
    /// Rows of the version table that no script knows.
    unknown: Vec<&'a str>,
    unfinished: &'a [Unfinished],
    /// Whether every revision is applied as the scripts have it, and nothing is unfinished.
    at_heads: bool,
}

/// A branch point, for JSON.
#[derive(Serialize)]
struct Branch {
    #[serde(flatten)]
    revision: RevisionEntry,
    branches_into: Vec<RevisionEntry>,
}

#[derive(Serialize)]
struct Branches {
    branches: Vec<Branch>,
}

/// Prints the heads.
pub(super) fn heads(migrator: &Migrator, command: &Command, args: &HeadsArgs) -> Result<(), OutputError> {
    let graph = migrator.directory().graph();
    let nodes = if args.resolve_dependencies { graph.real_heads() } else { graph.heads() };
    revisions(migrator, command, &nodes, None)
}

/// Prints the revisions that the database is at.
pub(super) async fn current(
    migrator: &Migrator,
    database: Database,
    command: &Command,
    args: &CurrentArgs,
) -> Result<(), CommandError> {
    let examination = migrator.examine(database).await?;
    let at_heads = examination.is_at_heads();
    let Examination { status, stamped, refusal, .. } = examination;
    let directory = migrator.directory();
    let graph = directory.graph();
    let rows: Vec<Node> = status.rows.iter().filter_map(|row| graph.find(row)).collect();
    let unknown: Vec<&str> =
        status.rows.iter().filter(|row| graph.find(row).is_none()).map(String::as_str).collect();
    let entries = entries(migrator, &graph.current_heads(&rows), Some((rows.as_slice(), stamped.as_slice())));
    if args.format.json {
        let unfinished = &status.unfinished;
        print_json(command.name(), Current { revisions: &entries, unknown, unfinished, at_heads })?;
    } else {
        let mut text = String::new();
        for entry in entries {
            // All of these are current: that one has no row of its own is said by its mark.
            entry_text(&mut text, &RevisionEntry { current: None, ..entry }, args.format.verbose);
        }
        for row in unknown {
            let _ = writeln!(text, "{} (unknown: no script has this revision)", escaped(row));
        }
        print_names(&text)?;
        for unfinished in &status.unfinished {
            let error = unfinished.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
            warning(format!(
                "the {} of {} is unfinished after statement {}{error}",
                unfinished.direction, unfinished.revision, unfinished.done
            ));
        }
    }
    if !args.check_heads || at_heads {
        return Ok(());
    }
    if let Some(refusal) = refusal {
        return Err(refusal.into());
    }
    Err(CommandError::NotAtHeads {
        is_unfinished: !status.unfinished.is_empty(),
        rows: status.rows,
        heads: graph.ids(graph.real_heads()).iter().map(ToString::to_string).collect(),
    })
}

/// Prints the revisions, newest first. Asks the database only where the arguments need it.
pub(super) async fn history(
    migrator: &Migrator,
    database: Option<Database>,
    command: &Command,
    args: &HistoryArgs,
) -> Result<(), CommandError> {
    let range = range(args)?;
    let directory = migrator.directory();
    let place = match database.filter(|_| args.indicate_current || needs_current(&range)) {
        Some(database) => Some(located(migrator, database).await?),
        None => None,
    };
    let rows = place.as_ref().map(|(rows, _)| rows.as_slice());
    let mut nodes = revision::history(directory.graph(), rows, &range)?;
    if let Some(tag) = &args.tag {
        nodes.retain(|node| directory.script(*node).revision.tags.contains(tag));
    }
    let place = place.as_ref().filter(|_| args.indicate_current);
    let place = place.map(|(rows, stamped)| (rows.as_slice(), stamped.as_slice()));
    if args.format.verbose || args.format.json {
        return Ok(revisions(migrator, command, &nodes, place)?);
    }
    let mut text = String::new();
    for entry in entries(migrator, &nodes, place) {
        history_line(&mut text, &entry);
    }
    Ok(print_names(&text)?)
}

/// Prints the revisions from which several lines go on, each with those that follow.
pub(super) fn branches(migrator: &Migrator, command: &Command) -> Result<(), OutputError> {
    let directory = migrator.directory();
    let points = branch_points(directory.graph());
    let branches: Vec<Branch> = points
        .iter()
        .filter_map(|point| {
            let revision = directory.entries(&[point.node], None).pop()?;
            Some(Branch { revision, branches_into: directory.entries(&point.children, None) })
        })
        .collect();
    if command.prints_json() {
        return print_json(command.name(), Branches { branches });
    }
    let mut text = String::new();
    for branch in &branches {
        if command.is_verbose() {
            entry_text(&mut text, &branch.revision, true);
        } else {
            history_line(&mut text, &branch.revision);
        }
        let indent = " ".repeat(branch.revision.revision.len());
        for child in &branch.branches_into {
            let message = child.message.lines().next().unwrap_or_default();
            let _ = writeln!(
                text,
                "{indent} -> {}{}{}, {message}",
                child.revision,
                labels(child),
                marks(child, true)
            );
        }
        text.push('\n');
    }
    print_names(&text)
}

/// Prints a revision in full.
pub(super) async fn show(
    migrator: &Migrator,
    database: Option<Database>,
    command: &Command,
    args: &ShowArgs,
) -> Result<(), CommandError> {
    let target = args.target.target()?;
    let directory = migrator.directory();
    let place = match database.filter(|_| is_current(&target)) {
        Some(database) => Some(located(migrator, database).await?),
        None => None,
    };
    let place = place.as_ref().map(|(rows, stamped)| (rows.as_slice(), stamped.as_slice()));
    let nodes = revision::show(directory.graph(), place.map(|(rows, _)| rows), &target)?;
    if args.json {
        return Ok(revisions(migrator, command, &nodes, place)?);
    }
    let mut text = String::new();
    for (entry, node) in entries(migrator, &nodes, place).iter().zip(&nodes) {
        let mut names = String::new();
        entry_text(&mut names, entry, true);
        text.push_str(&escaped_lines(&names));
        if args.verbose {
            let _ = writeln!(text, "{}\n", directory.script(*node).text.trim_end());
        }
    }
    Ok(print(&text)?)
}

/// Whether a command has to ask the database.
pub(super) fn needs_database(command: &Command) -> Result<bool, CommandError> {
    Ok(match command {
        Command::Heads(_) | Command::Branches(_) => false,
        Command::History(args) => args.indicate_current || needs_current(&range(args)?),
        Command::Show(args) => is_current(&args.target.target()?),
        command => command.sql().is_none(),
    })
}

fn range(args: &HistoryArgs) -> Result<Range, CommandError> {
    Ok(args.rev_range.as_deref().unwrap_or(":").parse()?)
}

/// Whether a range can only be followed when it is known where the database is.
fn needs_current(range: &Range) -> bool {
    [&range.start, &range.end].into_iter().flatten().any(is_current)
}

fn is_current(target: &Target) -> bool {
    match target {
        Target::Absolute { symbol, .. } => *symbol == Symbol::Current,
        Target::Relative { from, .. } => *from == Some(Symbol::Current),
    }
}

/// The rows of a version table, and the revisions that were only stamped.
type Place<'a> = (&'a [Node], &'a [RevisionId]);

/// Where a database is, on the graph.
async fn located(
    migrator: &Migrator,
    database: Database,
) -> Result<(Vec<Node>, Vec<RevisionId>), CommandError> {
    let Examination { status, stamped, .. } = migrator.examine(database).await?;
    let located = migrator.directory().graph().locate(&status.rows);
    let rows = located.map_err(|unknown| MigrateError::UnknownRevisions { unknown, applied: Vec::new() })?;
    Ok((rows, stamped))
}

fn entries(migrator: &Migrator, nodes: &[Node], place: Option<Place<'_>>) -> Vec<RevisionEntry> {
    let mut entries = migrator.directory().entries(nodes, place.map(|(rows, _)| rows));
    for entry in &mut entries {
        entry.stamped = place.map(|(_, stamped)| stamped.iter().any(|id| id.as_str() == entry.revision));
    }
    entries
}

fn revisions(
    migrator: &Migrator,
    command: &Command,
    nodes: &[Node],
    place: Option<Place<'_>>,
) -> Result<(), OutputError> {
    let revisions = entries(migrator, nodes, place);
    if command.prints_json() {
        return print_json(command.name(), Revisions { revisions });
    }
    let mut text = String::new();
    for entry in revisions {
        entry_text(&mut text, &entry, command.is_verbose());
    }
    print_names(&text)
}

/// A line as `heads` and `current` print it, or the paragraph of `-v`.
fn entry_text(text: &mut String, entry: &RevisionEntry, verbose: bool) {
    if !verbose {
        let _ = writeln!(text, "{}{}{}", entry.revision, labels(entry), marks(entry, false));
        return;
    }
    let _ = writeln!(text, "Rev: {}{}", entry.revision, marks(entry, true));
    let _ = match entry.parents.as_slice() {
        [] => writeln!(text, "Parent: <base>"),
        [parent] => writeln!(text, "Parent: {parent}"),
        parents => writeln!(text, "Merges: {}", parents.join(", ")),
    };
    if !entry.depends_on.is_empty() {
        let _ = writeln!(text, "Also depends on: {}", entry.depends_on.join(", "));
    }
    if entry.branch_point {
        let _ = writeln!(text, "Branches into: {}", entry.children.join(", "));
    }
    if !entry.branch_labels.is_empty() {
        let _ = writeln!(text, "Branch names: {}", entry.branch_labels.join(", "));
    }
    if !entry.tags.is_empty() {
        let _ = writeln!(text, "Tags: {}", entry.tags.join(", "));
    }
    let _ = writeln!(text, "Path: {}\n", entry.path);
    for line in entry.message.lines() {
        let _ = writeln!(text, "    {line}");
    }
    let _ = writeln!(text);
}

/// A line of `history`.
fn history_line(text: &mut String, entry: &RevisionEntry) {
    let parents = if entry.parents.is_empty() { "<base>".to_owned() } else { entry.parents.join(", ") };
    let dependencies = if entry.depends_on.is_empty() {
        String::new()
    } else {
        format!(" ({})", entry.depends_on.join(", "))
    };
    let message = entry.message.lines().next().unwrap_or_default();
    let _ = writeln!(
        text,
        "{parents}{dependencies} -> {}{}{}, {message}",
        entry.revision,
        labels(entry),
        marks(entry, true),
    );
}

fn labels(entry: &RevisionEntry) -> String {
    if entry.branch_labels.is_empty() {
        String::new()
    } else {
        format!(" ({})", entry.branch_labels.join(", "))
    }
}

/// What is special about a revision.
fn marks(entry: &RevisionEntry, points: bool) -> String {
    let marks = [
        (entry.head && !entry.effective_head, " (head)"),
        (entry.effective_head, " (effective head)"),
        (entry.current == Some(true), " (current)"),
        (entry.stamped == Some(true), " (stamped)"),
        (points && entry.branch_point, " (branchpoint)"),
        (points && entry.merge_point, " (mergepoint)"),
    ];
    marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark).collect()
}

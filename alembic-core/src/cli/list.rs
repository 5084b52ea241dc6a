//! `current`, `history`, `heads`, `show`: the commands that only read. Their lines are Alembic's.

use std::fmt::Write as _;

use super::output::warning;
use super::{CommandError, HistoryArgs, ListArgs, ShowArgs};
use crate::migrate::Database;
use crate::migrator::Migrator;
use crate::revision::{self, Graph, Node, Range, Symbol, Target};
use crate::script::ScriptDirectory;

/// Prints the heads.
///
/// # Errors
/// None at present.
pub fn heads(migrator: &Migrator, args: &ListArgs) -> Result<(), CommandError> {
    let directory = migrator.directory();
    let mut text = String::new();
    for node in directory.graph().heads() {
        entry(&mut text, directory, node, None, args.verbose);
    }
    print(&text);
    Ok(())
}

/// Prints the revisions that the database is at.
///
/// # Errors
/// The database cannot be reached or read.
pub async fn current(
    migrator: &Migrator,
    database: impl Into<Database>,
    args: &ListArgs,
) -> Result<(), CommandError> {
    let status = migrator.status(database).await?;
    let directory = migrator.directory();
    let mut text = String::new();
    for row in &status.rows {
        match directory.graph().find(row) {
            Some(node) => entry(&mut text, directory, node, None, args.verbose),
            None => {
                let _ = writeln!(text, "{row} (unknown: no script has this revision)");
            }
        }
    }
    print(&text);
    for unfinished in &status.unfinished {
        let error = unfinished.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
        warning(format!(
            "the {} of {} is unfinished after statement {}{error}",
            unfinished.direction, unfinished.revision, unfinished.done
        ));
    }
    Ok(())
}

/// Prints the revisions, newest first. Asks the database only where the arguments need it.
///
/// # Errors
/// A range that cannot be read or followed, or a database that cannot be read.
pub async fn history(
    migrator: &Migrator,
    database: Option<Database>,
    args: &HistoryArgs,
) -> Result<(), CommandError> {
    let range: Range = args.rev_range.as_deref().unwrap_or(":").parse()?;
    let directory = migrator.directory();
    let graph = directory.graph();
    let rows = match database.filter(|_| args.indicate_current || needs_current(&range)) {
        Some(database) => {
            let status = migrator.status(database).await?;
            Some(graph.locate(&status.rows).map_err(|unknown| {
                crate::migrate::MigrateError::UnknownRevisions { unknown, applied: Vec::new() }
            })?)
        }
        None => None,
    };
    let mut text = String::new();
    for node in revision::history(graph, rows.as_deref(), &range)? {
        let current = rows.as_deref().filter(|_| args.indicate_current);
        if args.verbose {
            entry(&mut text, directory, node, current, true);
        } else {
            history_line(&mut text, graph, node, current);
        }
    }
    print(&text);
    Ok(())
}

/// Whether `history` has to ask the database.
///
/// # Errors
/// The range cannot be read.
pub fn needs_database(args: &HistoryArgs) -> Result<bool, CommandError> {
    let range: Range = args.rev_range.as_deref().unwrap_or(":").parse()?;
    Ok(args.indicate_current || needs_current(&range))
}

/// Whether a range can only be followed when it is known where the database is.
fn needs_current(range: &Range) -> bool {
    [&range.start, &range.end].into_iter().flatten().any(|target| match target {
        Target::Absolute { symbol, .. } => *symbol == Symbol::Current,
        Target::Relative { from, .. } => *from == Some(Symbol::Current),
    })
}

/// Prints a revision in full.
///
/// # Errors
/// The target cannot be read or is not there.
pub fn show(migrator: &Migrator, args: &ShowArgs) -> Result<(), CommandError> {
    let directory = migrator.directory();
    let target: Target = args.target.parse()?;
    let mut text = String::new();
    for node in revision::show(directory.graph(), None, &target)? {
        entry(&mut text, directory, node, None, true);
    }
    print(&text);
    Ok(())
}

/// A line as `heads` and `current` print it, or the paragraph of `-v`.
fn entry(text: &mut String, directory: &ScriptDirectory, node: Node, rows: Option<&[Node]>, verbose: bool) {
    let graph = directory.graph();
    if !verbose {
        let _ =
            writeln!(text, "{}{}{}", graph.id(node), labels(graph, node), marks(graph, node, rows, false));
        return;
    }
    let ids = |nodes: &[Node]| {
        let ids: Vec<&str> = nodes.iter().map(|node| graph.id(*node).as_str()).collect();
        ids.join(", ")
    };
    let script = directory.script(node);
    let _ = writeln!(text, "Rev: {}{}", graph.id(node), marks(graph, node, rows, true));
    let _ = match graph.parents(node) {
        [] => writeln!(text, "Parent: <base>"),
        [parent] => writeln!(text, "Parent: {}", graph.id(*parent)),
        parents => writeln!(text, "Merges: {}", ids(parents)),
    };
    if !graph.dependencies(node).is_empty() {
        let _ = writeln!(text, "Also depends on: {}", ids(graph.dependencies(node)));
    }
    if graph.is_branch_point(node) {
        let _ = writeln!(text, "Branches into: {}", ids(graph.children(node)));
    }
    let names = graph.branch_labels(node);
    if !names.is_empty() {
        let _ = writeln!(text, "Branch names: {}", names.join(", "));
    }
    let _ = writeln!(text, "Path: {}\n", script.path);
    for line in script.revision.message.lines() {
        let _ = writeln!(text, "    {line}");
    }
    let _ = writeln!(text);
}

/// A line of `history`.
fn history_line(text: &mut String, graph: &Graph, node: Node, rows: Option<&[Node]>) {
    let ids: Vec<&str> = graph.parents(node).iter().map(|parent| graph.id(*parent).as_str()).collect();
    let parents = if ids.is_empty() { "<base>".to_owned() } else { ids.join(", ") };
    let dependencies: Vec<&str> =
        graph.dependencies(node).iter().map(|node| graph.id(*node).as_str()).collect();
    let dependencies =
        if dependencies.is_empty() { String::new() } else { format!(" ({})", dependencies.join(", ")) };
    let message = graph.revision(node).message.lines().next().unwrap_or_default();
    let _ = writeln!(
        text,
        "{parents}{dependencies} -> {}{}{}, {message}",
        graph.id(node),
        labels(graph, node),
        marks(graph, node, rows, true),
    );
}

fn labels(graph: &Graph, node: Node) -> String {
    let labels = graph.branch_labels(node);
    if labels.is_empty() { String::new() } else { format!(" ({})", labels.join(", ")) }
}

/// What is special about a revision.
fn marks(graph: &Graph, node: Node, rows: Option<&[Node]>, points: bool) -> String {
    let mut marks = String::new();
    if graph.is_head(node) {
        marks += if graph.is_real_head(node) { " (head)" } else { " (effective head)" };
    }
    if rows.is_some_and(|rows| rows.contains(&node)) {
        marks += " (current)";
    }
    if points && graph.is_branch_point(node) {
        marks += " (branchpoint)";
    }
    if points && graph.is_merge_point(node) {
        marks += " (mergepoint)";
    }
    marks
}

/// Prints all at once, and does not mind a reader that has gone away (`… | head`).
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

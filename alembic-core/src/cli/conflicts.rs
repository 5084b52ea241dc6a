//! Branches that contradict each other, with both statements.

use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use super::diagnostic::{Diagnostic, first_line, render};
use crate::script::{Conflict, ConflictingStatement, ScriptDirectory};

/// Shows where branches contradict each other. `help` says what can be done.
#[must_use]
pub fn explain_conflicts(conflicts: &[Conflict], directory: &ScriptDirectory, help: &str) -> Diagnostic {
    let last = conflicts.len().saturating_sub(1);
    let explain = |(index, conflict): (usize, &Conflict)| {
        let Conflict { object, statements } = conflict;
        let [left, right] = statements;
        let too = if left.what == right.what { " too" } else { "" };
        let title =
            format!("{object}: {} {}, and {} {}{too}", left.revision, left.what, right.revision, right.what);
        let group = Group::with_title(Level::ERROR.primary_title(title));
        let group = group.elements(statements.iter().filter_map(|statement| snippet(directory, statement)));
        // What can be done is said once.
        let help = (index == last).then(|| Level::HELP.message(help.to_owned()));
        render(&[group.elements(help)])
    };
    let texts: Vec<String> = conflicts.iter().enumerate().map(explain).collect();
    Diagnostic::of(texts.join("\n\n"))
}

/// The statement in its script.
fn snippet<'s>(
    directory: &'s ScriptDirectory,
    statement: &ConflictingStatement,
) -> Option<Snippet<'s, annotate_snippets::Annotation<'s>>> {
    let script = directory.script(directory.graph().find(statement.revision.as_str())?);
    let span = first_line(&script.text, statement.span.clone());
    let label = format!("{} {}", statement.revision, statement.what);
    let snippet = Snippet::source(script.text.as_str()).path(script.path.as_str());
    Some(snippet.annotation(AnnotationKind::Primary.span(span).label(label)))
}

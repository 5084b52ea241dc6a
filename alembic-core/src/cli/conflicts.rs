//! Branches that contradict each other, with both statements, or with what a database says.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use super::diagnostic::{Diagnostic, first_line, render};
use super::escape::escaped;
use crate::autogenerate::Disagreement;
use crate::migrate::MigrateError;
use crate::revision::{Direction, Node};
use crate::schema::ObjectName;
use crate::script::{Conflict, Script, ScriptDirectory};
use crate::sql::facts::mentions;
use crate::sql::{Dialect, split};

/// Shows where branches contradict each other: by their text, and where they were tried, each with the heads that were.
/// `help` says what can be done.
#[must_use]
pub fn explain_conflicts(
    conflicts: &[Conflict],
    disagreements: &[(Disagreement, [Node; 2])],
    directory: &ScriptDirectory,
    help: &str,
) -> Diagnostic {
    let last = (conflicts.len() + disagreements.len()).saturating_sub(1);
    let by_text = conflicts.iter().map(|conflict| of_text(conflict, directory));
    let tried = disagreements.iter().map(|(disagreement, heads)| of_trial(disagreement, *heads, directory));
    let explain = |(index, group): (usize, Group<'_>)| {
        // What can be done is said once.
        let help = (index == last).then(|| Level::HELP.message(help.to_owned()));
        render(&[group.elements(help)])
    };
    let texts: Vec<String> = by_text.chain(tried).enumerate().map(explain).collect();
    Diagnostic::of(texts.join("\n\n"))
}

fn of_text<'s>(conflict: &Conflict, directory: &'s ScriptDirectory) -> Group<'s> {
    let Conflict { object, statements, .. } = conflict;
    let [left, right] = statements;
    let too = if left.what == right.what { " too" } else { "" };
    let title =
        format!("{object}: {} {}, and {} {}{too}", left.revision, left.what, right.revision, right.what);
    let snippets = statements.iter().filter_map(|statement| {
        let script = directory.script(directory.graph().find(statement.revision.as_str())?);
        Some(snippet(script, statement.span.clone(), format!("{} {}", statement.revision, statement.what)))
    });
    Group::with_title(Level::ERROR.primary_title(title)).elements(snippets)
}

fn of_trial<'s>(disagreement: &Disagreement, heads: [Node; 2], directory: &'s ScriptDirectory) -> Group<'s> {
    let id = |node: Node| directory.graph().id(node);
    let of_object = |name: &ObjectName, what: &str| {
        let [left, right] = heads;
        let title = format!(
            "`{}`: {what} depends on whether {} or {} is applied first",
            name.name,
            id(left),
            id(right)
        );
        let snippets = heads.into_iter().filter_map(|head| {
            let (script, span) = mentioned(directory, head, heads, &name.name)?;
            Some(snippet(script, span, script.revision.id.to_string()))
        });
        Group::with_title(Level::ERROR.primary_title(title)).elements(snippets.collect::<Vec<_>>())
    };
    match disagreement {
        Disagreement::Schema(name) => of_object(name, "its definition"),
        Disagreement::Rows(name) => of_object(name, "what it contains"),
        Disagreement::Fails { first, second, error } => {
            let [first, second] = [id(*first), id(*second)];
            let (message, place) = match &**error {
                MigrateError::Statement(failure) => {
                    let script =
                        directory.graph().find(failure.revision.as_str()).map(|node| directory.script(node));
                    (failure.database.to_string(), script.map(|script| (script, failure.span.clone())))
                }
                error => (error.to_string(), None),
            };
            let title = format!("{second} cannot be applied after {first}: {message}");
            let snippets = place.filter(|(script, span)| script.text.get(span.clone()).is_some());
            let snippets =
                snippets.map(|(script, span)| snippet(script, span, "the database refuses it".to_owned()));
            Group::with_title(Level::ERROR.primary_title(title)).elements(snippets)
        }
    }
}

/// The first statement of a branch that has this name in it.
fn mentioned<'s>(
    directory: &'s ScriptDirectory,
    head: Node,
    heads: [Node; 2],
    name: &str,
) -> Option<(&'s Script, Range<usize>)> {
    let graph = directory.graph();
    let others = graph.ancestors(heads.into_iter().filter(|other| *other != head));
    let own = graph.ancestors([head]);
    let nodes = graph.topological().iter().filter(|node| own.contains(**node) && !others.contains(**node));
    nodes.map(|node| directory.script(*node)).find_map(|script| {
        let mut sections = script.sections.iter().filter(|section| section.direction == Direction::Upgrade);
        sections.find_map(|section| {
            let text = script.text.get(section.start..section.end)?;
            let dialect = section.dialects.first().copied().unwrap_or(Dialect::Sqlite);
            let statements = split(text, dialect).ok()?;
            let found = statements
                .iter()
                .find(|own| text.get(own.start..own.end).is_some_and(|own| mentions(own, dialect, name)))?;
            Some((script, section.start + found.start..section.start + found.end))
        })
    })
}

/// A statement in its script.
fn snippet(
    script: &Script,
    span: Range<usize>,
    label: String,
) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let span = first_line(&script.text, span);
    let snippet = Snippet::source(script.text.as_str()).path(script.path.as_str());
    snippet.annotation(AnnotationKind::Primary.span(span).label(escaped(&label).into_owned()))
}

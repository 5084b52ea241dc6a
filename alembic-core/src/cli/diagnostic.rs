//! Errors as a compiler shows them: what, where in which file, and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::output::say_styled;
use super::{CommandError, diff};
use crate::migrate::{EditedRevision, MigrateError, Reordered, StatementFailure, VERSION_TABLE};
use crate::migrator::Migrator;
use crate::models::{ModelError, ModelErrors};
use crate::revision::{PlanError, ResolveError, RevisionId};
use crate::script::{GitFile, Script, ScriptDirectory, ScriptError, ScriptErrors, shell_word};

/// A text for stderr, coloured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic(String);

impl Diagnostic {
    /// A text that is rendered already.
    pub(super) fn of(text: String) -> Diagnostic {
        Diagnostic(text)
    }

    /// A message without a place.
    #[must_use]
    pub fn plain(message: &str, help: Option<&str>) -> Diagnostic {
        let group = Group::with_title(Level::ERROR.primary_title(message.to_owned()));
        let help = help.into_iter().flat_map(str::lines).map(|help| Level::HELP.message(help.to_owned()));
        Diagnostic(render(&[group.elements(help)]))
    }

    /// A message about a line of the file `path`, whose text is `source`; about the whole file where the line is zero.
    #[must_use]
    pub fn at(message: &str, path: &str, line: usize, source: &str, help: &str) -> Diagnostic {
        Diagnostic(at_line(message, (path, line), Some(source), help))
    }

    /// Prints it, without the colours where stderr is no terminal.
    pub fn print(&self) {
        say_styled(&self.0);
    }
}

/// Shows why a command failed.
#[must_use]
pub fn explain(error: &CommandError, migrator: &Migrator) -> Diagnostic {
    explain_by(error, migrator, |_| None)
}

/// The same for somebody who can find out who wrote a script. `author` is asked only where that matters.
#[must_use]
pub fn explain_by(
    error: &CommandError,
    migrator: &Migrator,
    author: impl Fn(&Script) -> Option<String>,
) -> Diagnostic {
    match error {
        CommandError::Migrate(MigrateError::Plan(PlanError::Resolve(ResolveError::MultipleHeads {
            heads,
            ..
        }))) => {
            let help = help(error).unwrap_or_default();
            explain_heads(&error.to_string(), migrator.directory(), heads, &help, author)
        }
        CommandError::Migrate(MigrateError::Statement(failure)) => statement(failure, migrator),
        CommandError::Migrate(MigrateError::Scripts(errors)) => {
            let directory = migrator.directory();
            explain_scripts(errors, |path| {
                directory
                    .scripts()
                    .iter()
                    .find(|script| script.path == path)
                    .map(|script| script.text.clone())
            })
        }
        CommandError::Migrate(MigrateError::Edited(revisions)) => {
            let texts: Vec<String> = revisions.iter().map(|revision| edited(revision, migrator)).collect();
            Diagnostic(texts.join("\n\n"))
        }
        error => {
            let text = error.to_string();
            Diagnostic::plain(&text, help(error).as_deref())
        }
    }
}

/// Shows a message about several heads, with what is known of each.
#[must_use]
pub fn explain_heads(
    message: &str,
    directory: &ScriptDirectory,
    heads: &[RevisionId],
    help: &str,
    author: impl Fn(&Script) -> Option<String>,
) -> Diagnostic {
    let scripts =
        heads.iter().filter_map(|head| Some(directory.script(directory.graph().find(head.as_str())?)));
    let notes = scripts.map(|script| {
        Level::NOTE.message(format!("{}: {}", script.path, script.title(author(script).as_deref())))
    });
    let group = Group::with_title(Level::ERROR.primary_title(message.to_owned())).elements(notes);
    Diagnostic(render(&[group.element(Level::HELP.message(help.to_owned()))]))
}

/// Shows all mistakes of scripts. `source` gives the text of a file, where it can be had.
pub fn explain_scripts(errors: &ScriptErrors, source: impl Fn(&str) -> Option<String>) -> Diagnostic {
    let texts: Vec<String> =
        errors.0.iter().map(|error| script(error, source(&error.path).as_deref())).collect();
    Diagnostic(texts.join("\n\n"))
}

/// Shows all mistakes of models. `source` gives the text of a file, where it can be had.
pub fn explain_models(errors: &ModelErrors, source: impl Fn(&str) -> Option<String>) -> Diagnostic {
    let text = |error: &ModelError| {
        let ModelError { path, line, problem } = error;
        let help = problem.help().unwrap_or_default();
        at_line(&problem.to_string(), (path, *line), source(path).as_deref(), &help)
    };
    let texts: Vec<String> = errors.0.iter().map(text).collect();
    Diagnostic(texts.join("\n\n"))
}

fn script(error: &ScriptError, source: Option<&str>) -> String {
    let ScriptError { path, line, problem } = error;
    at_line(&problem.to_string(), (path, *line), source, &error.help())
}

/// A message about a line of a file; about the whole file where the line is zero.
fn at_line(message: &str, (path, line): (&str, usize), source: Option<&str>, help: &str) -> String {
    let group = Group::with_title(Level::ERROR.primary_title(message.to_owned()));
    let start = source.and_then(|source| line_range(source, line));
    let group = match (source, start) {
        (Some(source), Some(range)) => {
            let snippet = Snippet::source(source.to_owned()).path(path.to_owned());
            group.element(snippet.annotation(AnnotationKind::Primary.span(range)))
        }
        _ if line > 0 => group.element(Origin::path(path.to_owned()).line(line)),
        _ => group.element(Origin::path(path.to_owned())),
    };
    render(&[group.elements(help.lines().map(|help| Level::HELP.message(help.to_owned())))])
}

/// The bytes of a line without the white space around it.
fn line_range(source: &str, number: usize) -> Option<std::ops::Range<usize>> {
    let index = number.checked_sub(1)?;
    let start: usize = source.split_inclusive('\n').take(index).map(str::len).sum();
    let line = source.split_inclusive('\n').nth(index)?;
    let indent = line.len() - line.trim_start().len();
    let length = line.trim().len();
    (length > 0).then(|| start + indent..start + indent + length)
}

fn statement(failure: &StatementFailure, migrator: &Migrator) -> Diagnostic {
    let StatementFailure { database, direction, revision, number, total, .. } = failure;
    let code = database.code.as_ref().map_or_else(String::new, |code| format!(" (code {code})"));
    let mut group = Group::with_title(Level::ERROR.primary_title(format!("{}{code}", database.message)));
    let source = migrator.directory().scripts().iter().find(|script| script.path == failure.path);
    if let Some(script) = source {
        let label = format!("statement {number} of {total} of the {direction}");
        let span = first_line(&script.text, failure.span.clone());
        let snippet = Snippet::source(script.text.clone()).path(script.path.clone());
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(span).label(label)));
    }
    let parts = [("detail", &database.detail), ("hint", &database.hint), ("context", &database.context)];
    for (name, part) in parts {
        group = group.elements(part.as_ref().map(|part| Level::NOTE.message(format!("{name}: {part}"))));
    }
    group = group.elements(failure.help().into_iter().map(|help| Level::HELP.message(help)));
    let aftermath = failure.aftermath.describe(*number);
    group = group.element(Level::NOTE.message(format!("{direction} of revision {revision} {aftermath}")));
    Diagnostic(render(&[group]))
}

fn edited(edited: &EditedRevision, migrator: &Migrator) -> String {
    let EditedRevision { revision, path, applied, found, script, reordered } = edited;
    let title = format!("revision {revision} was edited after it was applied to this database");
    let mut group = Group::with_title(Level::ERROR.primary_title(title));
    let now = migrator.directory().scripts().iter().find(|script| script.path == *path);
    group = group.element(match now {
        Some(now) => Origin::path(path.clone()).line(now.lines.revision as usize),
        None => Origin::path(path.clone()),
    });
    group = group.element(Level::NOTE.message(format!("applied as {applied}\nnow it is  {found}")));
    if let (Some(before), Some(now)) = (script, now) {
        group = group.element(Level::NOTE.message(diff(path, before, &now.text).trim_end().to_owned()));
    }
    let helps = match now {
        Some(now) if edited.is_another(now) => vec![format!(
            "the applied script has another message and another time, so it is another revision with this id: {VERSION_TABLE}"
        )],
        now => {
            let may_be_another = now.is_some_and(|now| edited.may_be_another(now));
            edit_helps(path, reordered.as_ref(), may_be_another)
        }
    };
    group = group.elements(helps.into_iter().map(|help| Level::HELP.message(help)));
    render(&[group])
}

/// The ways on after an edit.
fn edit_helps(path: &str, reordered: Option<&Reordered>, may_be_another: bool) -> Vec<String> {
    let git = GitFile::of(path);
    let take_over = "or, if this database is your own: `cargo alembic upgrade --from-history` takes back what differs as it was \
                     applied, and applies the scripts as they are now";
    let mut helps = vec![
        format!("restore it: `{git} checkout HEAD -- {}`", git.file()),
        "the change belongs into a new revision: `cargo alembic revision -m \"…\"`".to_owned(),
        match may_be_another {
            true => format!(
                "{take_over}; unless it is sealed, only with the message and the `Created:` line that it had"
            ),
            false => take_over.to_owned(),
        },
    ];
    if may_be_another {
        helps.push(VERSION_TABLE.to_owned());
    }
    if let Some(Reordered { before, rounds, unfinished }) = reordered {
        if !unfinished.is_empty() {
            helps.push(format!(
                "the statements are those that were applied, and only `Revises:` or `Depends-On:` differs. {} has to be finished in \
                 the old order first: put these lines back, run `cargo alembic resume`, and change them again",
                unfinished.join(", ")
            ));
            return helps;
        }
        let names = |ids: &[RevisionId]| match ids {
            [] => "base".to_owned(),
            ids => ids.iter().map(|id| shell_word(id.as_str())).collect::<Vec<_>>().join(" "),
        };
        let mut commands = vec![format!("`cargo alembic stamp --purge {}`", names(before))];
        for (missing, rows) in rounds {
            let missing = missing.iter().map(|id| shell_word(id.as_str()));
            commands.extend(missing.map(|id| format!("`cargo alembic upgrade {id}`")));
            commands.push(format!("`cargo alembic stamp {}`", names(rows)));
        }
        helps.push(format!(
            "the statements are those that were applied, and only `Revises:` or `Depends-On:` differs. If the scripts are right, keep what is \
             applied: {}",
            commands.join(", ")
        ));
    }
    helps
}

/// A long statement is shown by its first line.
pub(super) fn first_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let length = text[span.clone()].find('\n').unwrap_or(span.len());
    span.start..span.start + text[span.start..span.start + length].trim_end().len()
}

/// The command or the edit that fixes an error, if its message does not say.
fn help(error: &CommandError) -> Option<String> {
    let unknown = match error {
        CommandError::Resolve(error)
        | CommandError::Migrate(MigrateError::Plan(PlanError::Resolve(error))) => Some(error),
        _ => None,
    };
    if let Some(ResolveError::UnknownRevision { name, .. }) = unknown
        && name.parse::<u64>().is_ok()
        && std::env::args_os().any(|argument| argument == "--wait")
    {
        return Some(format!("the seconds of `--wait` follow an equals sign: `--wait={name}`"));
    }
    let CommandError::Migrate(error) = error else {
        let help = match error {
            CommandError::NotAtHeads { is_unfinished: true, .. } => {
                "finish first what is unfinished: `cargo alembic resume`"
            }
            CommandError::NotAtHeads { .. } => "`cargo alembic upgrade heads` takes it there",
            CommandError::NoDialect => "add `--dialect sqlite`, `postgresql` or `mysql`",
            _ => return None,
        };
        return Some(help.to_owned());
    };
    error.help()
}

pub(super) fn render(groups: &[Group<'_>]) -> String {
    Renderer::styled().decor_style(DecorStyle::Ascii).render(groups)
}

//! Errors as a compiler shows them: what, where in which file, and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{CommandError, diff};
use crate::DatabaseMessage;
use crate::migrate::{EditedRevision, MigrateError, StatementFailure};
use crate::migrator::Migrator;
use crate::models::{ModelError, ModelErrors};
use crate::revision::{PlanError, ResolveError, RevisionId};
use crate::script::{Script, ScriptDirectory, ScriptError, ScriptErrors, find_scripts, shell_word};

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
        let help = help.map(|help| Level::HELP.message(help.to_owned()));
        Diagnostic(render(&[group.elements(help)]))
    }

    /// A message about a line of the file `path`, whose text is `source`; about the whole file where the line is zero.
    #[must_use]
    pub fn at(message: &str, path: &str, line: usize, source: &str, help: &str) -> Diagnostic {
        Diagnostic(at_line(message, (path, line), Some(source), help))
    }

    /// Prints it, without the colours where stderr is no terminal.
    pub fn print(&self) {
        anstream::eprintln!("{}", self.0);
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
    // PostgreSQL: unsafe_new_enum_value_usage.
    if database.code.as_deref() == Some("55P04") {
        let help = "the value was added in the same transaction: set `transaction = \"revision\"` in alembic.toml, or mark \
                    the section that adds it `no-transaction`";
        group = group.element(Level::HELP.message(help));
    }
    if refuses_transaction(database) {
        let help = format!(
            "mark the section `no-transaction`: `-- alembic: {direction} no-transaction`. What stands in it is not rolled \
             back together, so it is best alone in a revision of its own"
        );
        group = group.element(Level::HELP.message(help));
    }
    if is_read_only(database) {
        group = group.element(Level::HELP.message(READ_ONLY));
    }
    let aftermath = failure.aftermath.describe(*number);
    group = group.element(Level::NOTE.message(format!("{direction} of revision {revision} {aftermath}")));
    Diagnostic(render(&[group]))
}

fn edited(edited: &EditedRevision, migrator: &Migrator) -> String {
    let EditedRevision { revision, path, applied, found, script } = edited;
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
    for help in [
        format!("restore it: `git checkout HEAD -- {}`", shell_word(path)),
        "the change belongs into a new revision: `cargo alembic revision -m \"…\"`".to_owned(),
    ] {
        group = group.element(Level::HELP.message(help));
    }
    render(&[group])
}

/// A long statement is shown by its first line.
pub(super) fn first_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let length = text[span.clone()].find('\n').unwrap_or(span.len());
    span.start..span.start + text[span.start..span.start + length].trim_end().len()
}

/// What to do about an error, where the error itself does not say.
fn help(error: &CommandError) -> Option<String> {
    let CommandError::Migrate(error) = error else {
        let help = match error {
            CommandError::NotAtHeads { .. } => "`upgrade heads` takes it there",
            CommandError::NoDialect => "add `--dialect sqlite`, `postgresql` or `mysql`",
            _ => return None,
        };
        return Some(help.to_owned());
    };
    let help = match error {
        MigrateError::NoFile { .. } => "`upgrade` creates it",
        MigrateError::OtherAncestors(_) => {
            "put the label back to the revision that had it, or restore the scripts of its ancestors"
        }
        MigrateError::BadUrl { .. } | MigrateError::UnknownScheme { .. } => {
            "a URL looks like sqlite://app.db, postgres://user:password@host/database or mysql://…"
        }
        MigrateError::Connect { message, .. } if is_login(message) => {
            "the server refused user and password: check them in the URL; special characters are percent-encoded there \
             (`#` is `%23`, `@` is `%40`)"
        }
        MigrateError::Connect { server, .. } if !server.contains(" at ") => {
            "check the path and its permissions"
        }
        MigrateError::Connect { .. } => "check the URL, and that the server runs and can be reached",
        MigrateError::Database { message, .. } if is_read_only(message) => READ_ONLY,
        MigrateError::ReadOnly { .. } => READ_ONLY,
        MigrateError::VersionTableElsewhere { .. } => {
            "let the search path find that one (`?options[search_path]=…` in the URL); or, if a second one is meant, make \
             it: `CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)`"
        }
        MigrateError::Ahead(_) => {
            "a newer version of the scripts was applied: use that one, or at least its scripts. A service may start all \
             the same with `allow_ahead()`. To leave a git branch: `downgrade --from-history -1` undoes the last one with \
             the downgrade that the history keeps"
        }
        MigrateError::Diverged(diverged) => {
            return Some(format!(
                "two versions of the scripts were developed apart: bring the missing scripts here (`{}` finds them), \
                 and join the heads with `merge`; or undo the last of those with the downgrade that the history keeps: \
                 `downgrade --from-history -1`",
                find_scripts(diverged.unknown.iter().map(String::as_str))
            ));
        }
        MigrateError::Locked { .. } => {
            "it ends by itself, even if its process was killed; `lock_timeout` is how long to wait for it"
        }
        MigrateError::NotOffline { .. } => {
            "run it with `upgrade` or `downgrade`; or write the change as statements that SQLite knows, in a section of its \
             own: `-- alembic: upgrade sqlite`"
        }
        // A lock that cannot be written says so itself.
        MigrateError::Refused { reason } if reason.ends_with("nothing was run") => return None,
        MigrateError::Refused { .. } => {
            "nothing was run: run the command without `--locked`, and commit the lock"
        }
        MigrateError::SimilarIds { .. } => {
            "nothing was run: change `Revision:` of one of them, and what refers to it"
        }
        MigrateError::DropsDatabase { .. } => {
            "nothing was run: a database is made and dropped from outside of it, not by its own migrations"
        }
        MigrateError::RowsReferred { .. } => {
            "the database is as it was. Drop the other table first if both are to go, or DELETE the rows first if they are; \
             to change a table, use ALTER TABLE, or make it anew in one section that runs in a transaction: CREATE TABLE \
             new_t, INSERT INTO new_t SELECT …, DROP TABLE t, ALTER TABLE new_t RENAME TO t"
        }
        MigrateError::RowsLost { .. } => {
            "the database is as it was. Keep those rows in the new table; or change or delete what refers to them, in the \
             same section"
        }
        MigrateError::RowsRestored { child, .. } => {
            return Some(format!(
                "the database is as it was. Leave out what saves the rows and puts them back; or, if other rows are to take \
                 their place, `DELETE FROM {child};` before the table is dropped"
            ));
        }
        MigrateError::RowsUnreferred { .. } => {
            "`transaction = \"revision\"` in alembic.toml commits each revision by itself, and so shows which one it is"
        }
        MigrateError::Deferred { .. } => {
            "each revision has to leave the database as its constraints want it: what another revision is to mend belongs \
             into this one"
        }
        MigrateError::UnknownRevisions { unknown, applied } => {
            let undo = "`downgrade --from-history -1` undoes the last one with the downgrade that the history keeps, \
                        and ";
            return Some(format!(
                "the revision may be on another branch, or its script was deleted: bring the script back (`{}` finds it); \
                 {}`stamp --purge` says where the database really is",
                find_scripts(unknown.unknown.iter().map(|unknown| unknown.id.as_str())),
                if applied.is_empty() { "" } else { undo }
            ));
        }
        MigrateError::Plan(PlanError::Resolve(ResolveError::MultipleHeads { .. })) => {
            "`cargo alembic merge` joins the heads; the target `heads` means all of them"
        }
        MigrateError::Irreversible { .. } => {
            "nothing was run: write a new revision that undoes it, or restore a backup"
        }
        MigrateError::NoSection { .. } => "add the section, or one without a dialect: nothing was run",
        MigrateError::SessionLost { .. } => {
            "change the statements that are left so that they do without, or carry them out by hand and `stamp` the \
             revision"
        }
        _ => return None,
    };
    Some(help.to_owned())
}

/// Whether the server did not let the user in (SQLSTATE class 28; `ER_ACCESS_DENIED_ERROR`).
fn is_login(message: &DatabaseMessage) -> bool {
    message.code.as_deref().is_some_and(|code| code.starts_with("28") || code == "1045")
}

/// Whether something was refused for want of a right to write (`read_only_sql_transaction`, `insufficient_privilege`;
/// `SQLITE_READONLY`; MySQL's "command denied" and "read-only").
fn is_read_only(message: &DatabaseMessage) -> bool {
    matches!(message.code.as_deref(), Some("25006" | "42501" | "8" | "1142" | "1044" | "1290" | "1792"))
}

/// Whether a statement cannot run in a transaction (`active_sql_transaction`; SQLite has no code for it).
fn refuses_transaction(message: &DatabaseMessage) -> bool {
    message.code.as_deref() == Some("25001") || message.message.contains("from within a transaction")
}

const READ_ONLY: &str = "the database, or this user, may only read: use a URL that may write";

pub(super) fn render(groups: &[Group<'_>]) -> String {
    Renderer::styled().decor_style(DecorStyle::Ascii).render(groups)
}

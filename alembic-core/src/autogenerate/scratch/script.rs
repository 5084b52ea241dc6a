//! Runs a file that describes a schema in a scratch database.

#[cfg(any(feature = "postgres", feature = "mysql"))]
use std::collections::HashSet;

use super::database::ScratchDatabase;
use super::definer::without_definer;
use super::keeper::first;
use super::note::{Note, Notes};
use super::qualifier::Databases;
use super::rules::{Rules, Verdict};
use crate::autogenerate::AutogenerateError;
use crate::autogenerate::refused::Refused;
use crate::dialect::DatabaseMessage;
use crate::models::SqlScript;
use crate::schema::{ObjectName, TextObject};
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::{Dialect, keywords};

/// The statements of a file that run, each with its place in the file.
pub(super) struct Planned {
    statements: Vec<(usize, String)>,
    skipped: usize,
    /// The first words of the skipped ones.
    words: Vec<String>,
    /// MySQL: the events that the file has. A scratch database never runs one, so that only their names are compared.
    pub(super) events: Vec<TextObject>,
}

/// Decides which statements run, before the first one does. `databases` are those of MySQL where the scratch database is
/// beside the compared one.
pub(super) fn plan(
    script: &SqlScript,
    dialect: Dialect,
    databases: Option<&Databases>,
) -> Result<Planned, AutogenerateError> {
    let mut rules = Rules::new(dialect);
    let mut planned = Planned { statements: Vec::new(), skipped: 0, words: Vec::new(), events: Vec::new() };
    for statement in &script.statements {
        let text = statement.text(&script.text);
        let facts = Facts::of(text, dialect);
        match rules.verdict(text, &facts) {
            Verdict::Refused(reason) => return Err(refused(script, statement.start, reason)),
            Verdict::Skipped => {
                planned.skipped += 1;
                let words = keywords(text, dialect, 2).join(" ");
                if !planned.words.contains(&words) {
                    planned.words.push(words);
                }
                let events = facts.changed(Action::Creates, ObjectKind::Event);
                let events = events.map(|event| ObjectName::new(event.name.name.clone()));
                planned.events.extend(events.map(|name| TextObject::new("event", name)));
            }
            Verdict::Runs => {
                let text = match databases {
                    Some(databases) => databases
                        .unqualified(text, &facts)
                        .map_err(|reason| refused(script, statement.start, reason))?,
                    None => text.to_owned(),
                };
                planned.statements.push((statement.start, without_definer(&text, dialect)));
            }
        }
    }
    Ok(planned)
}

/// A script that runs.
pub(super) struct Running<'a> {
    pub(super) script: &'a SqlScript,
    /// Objects of the compared database that the script may leave to others.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) objects: Option<super::objects::Objects>,
}

impl Running<'_> {
    /// Runs the statements one by one, so that each mistake has its line.
    pub(super) async fn run(
        mut self,
        planned: Planned,
        scratch: &mut ScratchDatabase,
        notes: &mut Notes<'_>,
    ) -> Result<(), AutogenerateError> {
        for (start, text) in planned.statements {
            self.run_one(scratch, start, text).await?;
        }
        let Planned { skipped: count, words, .. } = planned;
        if count > 0 {
            notes(Note::Skipped { path: self.script.path.clone(), count, words });
        }
        Ok(())
    }

    async fn run_one(
        &mut self,
        scratch: &mut ScratchDatabase,
        start: usize,
        text: String,
    ) -> Result<(), AutogenerateError> {
        let mut result = run_statement(scratch, text.clone()).await;
        #[cfg(any(feature = "postgres", feature = "mysql"))]
        if let Err(error) = &result
            && super::objects::is_missing(&DatabaseMessage::of(error))
            && let Some(objects) = self.objects.take()
        {
            let dialect = scratch.connection.dialect();
            objects.create(&mut scratch.connection, &made(self.script, dialect)).await;
            result = run_statement(scratch, text.clone()).await;
        }
        if let Err(source) = result {
            let message = Box::new(DatabaseMessage::of(&source));
            if is_there(&message, &text) {
                return Ok(());
            }
            let (path, line) = (self.script.path.clone(), line(self.script, start));
            return Err(AutogenerateError::Script { path, line, message, source });
        }
        if scratch.connection.dialect() == Dialect::Mysql {
            let now = first(&mut scratch.connection, "SELECT CAST(DATABASE() AS CHAR)".to_owned()).await?;
            if !now.is_some_and(|now| now.eq_ignore_ascii_case(&scratch.place.name)) {
                return Err(refused(self.script, start, Refused::Moved));
            }
        }
        Ok(())
    }
}

fn refused(script: &SqlScript, start: usize, reason: Refused) -> AutogenerateError {
    AutogenerateError::Refused { path: script.path.clone(), line: line(script, start), reason }
}

/// The line of a byte, from 1.
fn line(script: &SqlScript, start: usize) -> usize {
    1 + script.text.get(..start).unwrap_or_default().matches('\n').count()
}

/// Runs a statement as a prepared one, which cannot be several. MySQL does not prepare all definitions: it has parsed the
/// text as one statement then.
async fn run_statement(scratch: &mut ScratchDatabase, text: String) -> sqlx::Result<()> {
    match scratch.connection.execute_one(text.clone()).await {
        Err(error) if DatabaseMessage::of(&error).code.as_deref() == Some("1295") => {
            scratch.connection.execute(text).await.map(drop).map_err(|failed| failed.error)
        }
        result => result,
    }
}

/// PostgreSQL: whether a schema or an extension exists already, as in the compared database.
fn is_there(message: &DatabaseMessage, text: &str) -> bool {
    let words = keywords(text, Dialect::Postgresql, 2);
    match message.code.as_deref() {
        Some("42P06") => words == ["CREATE", "SCHEMA"],
        Some("42710") => words == ["CREATE", "EXTENSION"],
        _ => false,
    }
}

/// The names of types, routines and sequences that a script creates itself.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn made(script: &SqlScript, dialect: Dialect) -> HashSet<String> {
    const KINDS: [ObjectKind; 4] =
        [ObjectKind::Collation, ObjectKind::Routine, ObjectKind::Sequence, ObjectKind::Type];
    let changes = script
        .statements
        .iter()
        .flat_map(|statement| Facts::of(statement.text(&script.text), dialect).changes);
    let created =
        changes.filter(|change| change.action == Action::Creates && KINDS.contains(&change.object.kind));
    created.map(|change| change.object.name.name).collect()
}

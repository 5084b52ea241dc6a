//! The state of a database, read from its version table and its history.

use serde::Serialize;

use crate::dialect::{ErrorKind, Tables};
use crate::migrate::error::{LeftBehind, LeftStatement, MigrateError, Provenance};
use crate::migrate::server::connection::Connection;
use crate::revision::{Direction, RevisionId, UnknownRevisions};
use crate::script::{Digest, Script};
use crate::sql::Dialect;

/// The state of a database, from one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The rows of the version table, sorted, each with its lineage in the history.
    pub(crate) rows: Vec<(String, Option<Digest>)>,
    /// Unfinished revisions.
    pub(crate) unfinished: Vec<String>,
    pub(crate) has_versions: bool,
    pub(crate) has_history: bool,
}

/// The state of a database, as it is shown to people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The rows of the version table, sorted.
    pub rows: Vec<String>,
    /// Unfinished revisions.
    pub unfinished: Vec<Unfinished>,
}

/// A revision that was begun and is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// The id of the revision.
    pub revision: String,
    /// The direction in which it ran.
    pub direction: Direction,
    /// The digest of its script when it was begun.
    pub digest: Option<Digest>,
    /// The number of its statements that are done for certain.
    pub done: usize,
    /// The number of its statements that were begun: one more if the outcome of the last one is unknown.
    pub begun: usize,
    /// The error of the next one, if it failed.
    pub error: Option<String>,
    /// The catalog before the statement that was begun.
    pub(crate) catalog_before: Option<String>,
    /// The script when it was begun.
    #[serde(skip)]
    pub script: Option<String>,
}

impl Unfinished {
    /// The id of the revision, if it is valid: another program may have written the row.
    pub(crate) fn id(&self) -> Option<RevisionId> {
        RevisionId::new(self.revision.clone()).ok()
    }

    /// The lines of its header by which it stands on other revisions now than when it was begun.
    pub(crate) fn moved_by(&self, now: &Script) -> &'static str {
        let then = self.script.as_ref().and_then(|text| Script::parse(&now.path, text.clone()).ok());
        let Some(then) = then else { return "`Revises:` and `Depends-On:`" };
        let (then, now) = (&then.revision, &now.revision);
        match (then.parents == now.parents, then.depends_on == now.depends_on) {
            (false, true) => "`Revises:`",
            (true, false) => "`Depends-On:`",
            _ => "`Revises:` and `Depends-On:`",
        }
    }

    /// What stays of it when it is given up: its statements, as far as the history has the script.
    pub(crate) fn left_behind(&self, dialect: Dialect) -> LeftBehind {
        let script = self.script.as_ref().and_then(|text| Script::parse("the history", text.clone()).ok());
        let section = script.as_ref().and_then(|script| script.section(self.direction, dialect));
        let statements =
            script.as_ref().zip(section).map(|(script, section)| script.statements(section, dialect));
        let statements = statements.and_then(Result::ok).unwrap_or_default();
        let statement = |index: usize| {
            let found = script.as_ref().zip(statements.get(index));
            LeftStatement {
                number: index + 1,
                line: found.map(|(script, statement)| script.place(statement.start).0),
                statement: found.map(|(script, statement)| script.statement_text(statement).to_owned()),
                is_certain: index < self.done,
            }
        };
        LeftBehind {
            revision: self.revision.clone(),
            direction: self.direction,
            statements: (0..self.begun.max(self.done)).map(statement).collect(),
        }
    }
}

const READING: &str = "reading the version table";

impl State {
    /// Reads the state: in one query if both tables exist.
    pub(crate) async fn read(connection: &mut Connection, tables: &Tables) -> Result<State, MigrateError> {
        match connection.rows(tables.state()).await {
            Ok(rows) => {
                let mut state = State { has_versions: true, has_history: true, ..State::default() };
                for mut row in rows {
                    let second = row.pop().flatten();
                    match row.pop().flatten() {
                        Some(id) => state.rows.push((id, second.and_then(|lineage| lineage.parse().ok()))),
                        None => state.unfinished.extend(second),
                    }
                }
                state.rows.sort();
                Ok(state)
            }
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => {
                State::without_history(connection, tables).await
            }
            Err(error) => Err(MigrateError::database(READING)(error)),
        }
    }

    /// Reads the state of a database without a history: not migrated yet, or only by Alembic.
    async fn without_history(connection: &mut Connection, tables: &Tables) -> Result<State, MigrateError> {
        let mut state = State::default();
        match connection.rows(tables.versions()).await {
            Ok(rows) => {
                state.has_versions = true;
                state.rows = rows.into_iter().flatten().flatten().map(|id| (id, None)).collect();
                state.rows.sort();
                return Ok(state);
            }
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => {}
            Err(error) => return Err(MigrateError::database(READING)(error)),
        }
        match connection.rows(tables.unfinished()).await {
            Ok(_) => state.has_history = true,
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => {}
            Err(error) => return Err(MigrateError::database(READING)(error)),
        }
        Ok(state)
    }

    /// Whether the database is at the heads, nothing is unfinished, and the history agrees with the scripts. The heads are
    /// those of [`Migrator::heads`](crate::Migrator::heads).
    pub(crate) fn is_at(&self, heads: &[(String, Digest)]) -> bool {
        self.has_versions
            && self.unfinished.is_empty()
            && self.rows.len() == heads.len()
            && self.rows.iter().zip(heads).all(|((row, applied), (head, lineage))| {
                // A row without a lineage was written by Alembic: its ancestors have to be compared too.
                row == head && *applied == Some(*lineage)
            })
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.rows.iter().map(|(id, _)| id.clone()).collect()
    }

    /// The time and the author of revisions without a script, from the history.
    pub(crate) async fn provenance(
        &self,
        connection: &mut Connection,
        tables: &Tables,
        unknown: &UnknownRevisions,
    ) -> Result<Vec<Provenance>, MigrateError> {
        let mut applied = Vec::new();
        if !self.has_history {
            return Ok(applied);
        }
        for revision in unknown.unknown.iter().map(|unknown| unknown.id.clone()) {
            let rows = connection.rows(tables.provenance(&revision)).await;
            let row = rows.map_err(MigrateError::database("reading the history"))?.pop();
            if let Some([Some(when), Some(who)]) = row.as_deref() {
                applied.push(Provenance { revision, when: when.clone(), who: who.clone() });
            }
        }
        Ok(applied)
    }

    /// The unfinished work in full.
    pub(crate) async fn unfinished(
        &self,
        connection: &mut Connection,
        tables: &Tables,
    ) -> Result<Vec<Unfinished>, MigrateError> {
        if self.unfinished.is_empty() {
            return Ok(Vec::new());
        }
        let rows = connection.rows(tables.unfinished()).await;
        let rows = rows.map_err(MigrateError::database("reading the history"))?;
        Ok(rows.into_iter().filter_map(unfinished).collect())
    }
}

fn unfinished(row: Vec<Option<String>>) -> Option<Unfinished> {
    let [revision, operation, digest, done, begun, error, catalog_before, script] =
        <[Option<String>; 8]>::try_from(row).ok()?;
    Some(Unfinished {
        revision: revision?,
        direction: if operation? == "downgrade" { Direction::Downgrade } else { Direction::Upgrade },
        digest: digest.and_then(|digest| digest.parse().ok()),
        done: done?.parse().ok()?,
        begun: begun?.parse().ok()?,
        error,
        catalog_before,
        script,
    })
}

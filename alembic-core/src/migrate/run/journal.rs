//! A revision whose statements commit one by one: what is about to be done is written to the history before, and what was
//! done after, so that the next run can go on wherever this one ends.
//!
//! A statement that can be rolled back commits together with the note that it is done: nothing is ever in doubt about it.
//! Of any other one the history first says that it is begun, and what the catalog says of the objects that it touches.

use sha2::{Digest as _, Sha256};

use super::executor::Executor;
use super::verdict::{ABSENT, Verdict, verdict};
use crate::dialect::mysql::engine::WITHOUT_ROLLBACK;
use crate::dialect::{ErrorKind, catalog};
use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::server::primary;
use crate::migrate::sqlite::alter::{alter_table, lacking_alter};
use crate::migrate::sqlite::drop::{dropped_table, keep_children};
use crate::migrate::sqlite::sequence::{SEQUENCE, keep_sequence};
use crate::revision::RevisionId;
use crate::sql::Dialect;
use crate::sql::facts::{Facts, Trace, mentions};

const HISTORY: &str = "writing the history";

impl Executor<'_, '_> {
    /// Runs the statements of a revision from number `from` on; none: from its beginning.
    pub(crate) async fn one_by_one(
        &mut self,
        step: &PlannedStep<'_>,
        from: Option<usize>,
    ) -> Result<(), MigrateError> {
        let mut is_begun = from.is_some();
        if !is_begun && (!self.defers_notes() || !self.is_confirmed) {
            self.begin_revision(step).await?;
            is_begun = true;
        }
        let mut index = from.unwrap_or_default();
        while index < step.statements.len() {
            self.check_interrupt(Some((step, index))).await?;
            if let Some(table) = dropped_table(step, index, self.context.dialect()) {
                keep_children(self.work.connection, step, index, table, index).await?;
                keep_sequence(self.work.connection, step, index)
                    .await
                    .map_err(MigrateError::database(SEQUENCE))?;
            }
            let is_shared = self.context.can_share(&step.facts()[index]);
            index += match (is_shared, self.defers_notes()) {
                (true, true) => self.some_data(step, index, is_begun).await?,
                (true, false) => self.together(step, index).await?,
                (false, true) => self.announced(step, index, is_begun).await?,
                (false, false) => self.alone(step, index).await?,
            };
            is_begun = true;
        }
        if !self.defers_notes() {
            return self.finish_revision(step).await;
        }
        if !is_begun {
            let begin = self.context.tables.begin(&self.context.entry(step));
            self.send_after_notes(Some(begin), |_, _| {}).await.map_err(Failure::during(HISTORY))?;
        }
        Ok(())
    }

    /// Begins a revision, if the database is where this run has found it: the write itself confirms that, whatever a server
    /// has answered that only repeats another.
    async fn begin_revision(&mut self, step: &PlannedStep<'_>) -> Result<(), MigrateError> {
        self.settle().await?;
        let mut batch = self.open().await?;
        let ids = self.context.directory.graph().ids(self.progress.rows().iter().copied());
        let ids: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
        batch.own_one(&self.context.tables.begin_at(&self.context.entry(step), &ids));
        self.close(batch).await.map_err(Failure::during(HISTORY))?;
        self.is_confirmed = true;
        Ok(())
    }

    async fn finish_revision(&mut self, step: &PlannedStep<'_>) -> Result<(), MigrateError> {
        const WRITING: &str = "writing the version table";
        let mut batch = self.open().await?;
        self.leave(step, &mut batch).await.map_err(Failure::during(WRITING))?;
        self.change_rows(&step.rows, &mut batch);
        batch.own(&self.context.tables.finish(step.script.revision.id.as_str()));
        self.close(batch).await.map_err(Failure::during(WRITING))?;
        self.session
            .detach(self.work.connection)
            .await
            .map_err(MigrateError::database("detaching a database"))
    }

    /// A statement that commits together with the note that it is done.
    async fn together(&mut self, step: &PlannedStep<'_>, index: usize) -> Result<usize, MigrateError> {
        let statement = &step.statements[index];
        let text = step.script.statement_text(statement);
        let mut batch = self.open().await?;
        let altered = match lacking_alter(step, index) {
            Some(alter) => alter_table(self.work.connection, &alter, index, statement).await,
            None => {
                batch.statement(index, statement, text);
                if step.session().resets && step.facts()[index].session.resets {
                    batch.own(&self.work.fixing());
                }
                Ok(())
            }
        };
        let result = match altered {
            Ok(()) => {
                batch.own(&self.context.tables.progress(step.script.revision.id.as_str(), index + 1));
                self.close(batch).await
            }
            Err(failure) => {
                let _ = self.work.connection.rollback().await;
                Err(failure)
            }
        };
        let failure = match result {
            Ok(()) => return Ok(1),
            Err(failure) => failure,
        };
        if let Failure::Statement { source, .. } = &failure
            && ErrorKind::of(source) == ErrorKind::RefusesTransaction
        {
            return self.alone(step, index).await;
        }
        Err(self.failed(step, index, failure, false).await)
    }

    /// A statement that commits by itself.
    async fn alone(&mut self, step: &PlannedStep<'_>, index: usize) -> Result<usize, MigrateError> {
        let trace = &step.facts()[index].trace;
        let id = step.script.revision.id.as_str();
        let before = self.describe(trace).await?;
        // A message of several statements is a transaction on PostgreSQL, which such a statement refuses.
        self.work.lock.check().await?;
        self.work.own(HISTORY, &self.context.tables.intend(id, index, before.as_deref())).await?;
        let mut batch = Batch::marked(self.work.lock.mark().as_deref());
        batch.statement(index, &step.statements[index], step.text(index));
        if let Err(failure) = self.work.send(batch).await {
            return Err(self.failed_alone(step, index, trace, before.as_deref(), failure).await);
        }
        if step.session().resets && step.facts()[index].session.resets {
            self.work.prepare_session().await?;
        }
        self.work.own(HISTORY, &self.context.tables.progress(id, index + 1)).await?;
        Ok(1)
    }

    /// MySQL: a statement that commits by itself, after the notes that are pending and its own.
    async fn announced(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        is_begun: bool,
    ) -> Result<usize, MigrateError> {
        let Facts { trace, has_several_results, .. } = &*step.facts()[index];
        let id = step.script.revision.id.as_str();
        let progress = self.context.tables.progress(id, index + 1);
        let before = self.describe(trace).await?;
        let tables = &self.context.tables;
        let note = match is_begun {
            true => tables.intend(id, index, before.as_deref()),
            false => tables.begin_alone(&self.context.entry(step), before.as_deref()),
        };
        let is_decided = before.as_deref().is_some_and(|before| !before.is_empty());
        let is_noted = !is_decided && !has_several_results;
        let add = |_: &Executor<'_, '_>, batch: &mut Batch| {
            batch.statement(index, &step.statements[index], step.text(index));
            if is_noted {
                batch.own(&progress);
            }
        };
        if let Err(failure) = self.send_after_notes(Some(note), add).await {
            return Err(self.failed_alone(step, index, trace, before.as_deref(), failure).await);
        }
        if is_decided {
            self.pending.done(step, index + 1);
        } else if !is_noted {
            self.work.own(HISTORY, &progress).await?;
        }
        Ok(1)
    }

    /// MySQL: one or more statements that can be rolled back. Returns how many are done.
    async fn some_data(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        is_begun: bool,
    ) -> Result<usize, MigrateError> {
        let count = self.shareable(step, index).await;
        if count == 1 {
            return self.data(step, index, is_begun).await;
        }
        let begin = (!is_begun).then(|| self.context.tables.begin(&self.context.entry(step)));
        self.send_after_notes(begin, |_, _| {}).await.map_err(Failure::during(HISTORY))?;
        self.group(step, index, count).await
    }

    /// MySQL: a statement that commits together with the note that it is done.
    pub(super) async fn data(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        is_begun: bool,
    ) -> Result<usize, MigrateError> {
        let begin = (!is_begun).then(|| self.context.tables.begin(&self.context.entry(step)));
        let progress = self.context.tables.progress(step.script.revision.id.as_str(), index + 1);
        let add = |executor: &Executor<'_, '_>, batch: &mut Batch| {
            batch.own("START TRANSACTION");
            batch.statement(index, &step.statements[index], step.text(index));
            batch.own(&progress);
            executor.work.fence(batch);
            batch.own("COMMIT");
        };
        let Err(failure) = self.send_after_notes(begin, add).await else { return Ok(1) };
        let left_behind = self.cannot_roll_back(step.text(index)).await.unwrap_or_default();
        Err(self.failed(step, index, failure, left_behind.is_some()).await)
    }

    /// Records that a statement failed that commits by itself.
    async fn failed_alone(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        trace: &Trace,
        before: Option<&str>,
        failure: Failure,
    ) -> MigrateError {
        let now = self.describe(trace).await.unwrap_or_default();
        let verdict = verdict(trace, before, now.as_deref(), true);
        let in_doubt = !matches!(verdict, Verdict::Again(first) if first.is_empty());
        self.failed(step, index, failure, in_doubt).await
    }

    /// Records that a statement failed. If it was the first one and did nothing, nothing is unfinished.
    pub(super) async fn failed(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        failure: Failure,
        in_doubt: bool,
    ) -> MigrateError {
        let id = step.script.revision.id.as_str();
        let error = self.failure(step, failure, false);
        if let MigrateError::Statement(failure) = &error {
            let text = failure.database.to_string();
            let note = match index {
                _ if in_doubt => self.context.tables.fail_in_doubt(id, &text),
                0 => self.context.tables.forget_unfinished(Some(id)),
                _ => self.context.tables.fail(id, &text),
            };
            // Best effort: the statement's own error is what the caller has to see, and without the note the next run
            // looks for itself.
            let _ = self.work.own(HISTORY, &note).await;
        }
        error
    }

    /// Begins a transaction for statements of our own and at most one of a script.
    async fn open(&mut self) -> Result<Batch, MigrateError> {
        let mut batch = Batch::default();
        if self.context.dialect() == Dialect::Sqlite {
            self.work.begin().await?;
        } else {
            batch.own("BEGIN");
            self.work.opening.iter().for_each(|sql| batch.own(sql));
        }
        Ok(batch)
    }

    /// Runs the statements, and commits; or rolls back.
    async fn close(&mut self, mut batch: Batch) -> Result<(), Failure> {
        if self.context.dialect() == Dialect::Sqlite {
            return match self.work.send(batch).await {
                Ok(()) => self.work.commit().await.map_err(Failure::Own),
                Err(failure) => {
                    let _ = self.work.connection.rollback().await;
                    Err(failure)
                }
            };
        }
        self.work.fence(&mut batch);
        batch.own("COMMIT");
        let result = self.work.send(batch).await;
        if result.is_err() {
            let _ = self.work.connection.execute("ROLLBACK".to_owned()).await;
        }
        result
    }

    /// The answers of the catalog about the objects of a trace; none if it has no answer.
    pub(crate) async fn describe(&mut self, trace: &Trace) -> Result<Option<String>, MigrateError> {
        let Some(queries) = catalog::queries(trace, self.context.dialect()) else { return Ok(None) };
        let mut lines = Vec::new();
        for query in queries {
            let rows = match primary::rows(self.work.connection, &self.context.tables, query).await {
                Ok(rows) => rows,
                Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => Vec::new(),
                // The user may lack the right to read it.
                Err(sqlx::Error::Database(_)) => return Ok(None),
                Err(error) => return Err(MigrateError::database("reading the catalog")(error)),
            };
            let joined = |row: Vec<Option<String>>| {
                let cells: Option<Vec<String>> = row.into_iter().collect();
                cells.map(|cells| cells.join(" "))
            };
            let Some(rows) = rows.into_iter().map(joined).collect::<Option<Vec<String>>>() else {
                return Ok(None);
            };
            lines.push(match trace {
                Trace::Definitions(_) | Trace::Identities(_) if rows.is_empty() => ABSENT.to_owned(),
                Trace::Definitions(_) | Trace::Identities(_) => fingerprint(&rows.join("\n")),
                _ => rows.join("\n"),
            });
        }
        Ok(Some(lines.join("\n")))
    }

    /// MySQL: why a statement that only changes rows may leave some behind though it was rolled back, if it may.
    pub(crate) async fn cannot_roll_back(&mut self, statement: &str) -> Result<Option<String>, MigrateError> {
        if self.context.dialect() != Dialect::Mysql {
            return Ok(None);
        }
        let rows = self.work.connection.rows(WITHOUT_ROLLBACK.to_owned()).await;
        let rows = rows.map_err(MigrateError::database("reading the catalog"))?;
        let mentioned = rows.into_iter().find_map(|row| match row.as_slice() {
            [Some(table), Some(engine)] if mentions(statement, Dialect::Mysql, table) => {
                Some(format!("the engine of table `{table}`, {engine}, cannot roll back"))
            }
            _ => None,
        });
        Ok(mentioned)
    }
}

/// A definition in few characters. The counter of `AUTO_INCREMENT` is none of it: rows change it.
fn fingerprint(definition: &str) -> String {
    const COUNTER: &str = " AUTO_INCREMENT=";
    let mut text = definition.to_owned();
    while let Some(start) = text.find(COUNTER) {
        let digits = text[start + COUNTER.len()..].bytes().take_while(u8::is_ascii_digit).count();
        text.replace_range(start..start + COUNTER.len() + digits, "");
    }
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn the_counter_of_a_table_is_no_part_of_its_definition() {
        let table =
            |counter: &str| format!("CREATE TABLE `t` (…) ENGINE=InnoDB{counter} DEFAULT CHARSET=utf8mb4");
        assert_eq!(fingerprint(&table("")), fingerprint(&table(" AUTO_INCREMENT=17")));
        assert_ne!(fingerprint(&table("")), fingerprint(&table(" ROW_FORMAT=DYNAMIC")));
    }
}

//! MySQL: statements of a script that change rows, and share one transaction and one note.
//!
//! One transaction for each of them is what makes a script of many `INSERT`s slow. A run that is killed in a group has done
//! nothing of it. If a statement of it fails, those before it are kept, as if each had had a transaction of its own.

use std::borrow::Borrow;
use std::time::{Duration, Instant};

use super::executor::Executor;
use crate::dialect::mysql::engine::transactional;
use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::sql::Name;
use crate::sql::facts::{Facts, Transaction};

/// The number of statements from which on a group is worth a look at its tables.
const WORTHWHILE: usize = 4;

/// The length of a message, in bytes, to which no other statement is added.
const MESSAGE: usize = 16 * 1024;

/// The limits of a transaction: the length of its statements, in bytes, and the time after which it is committed. Its locks,
/// its undo log and the write set of a cluster grow with it.
const BYTES: usize = 1024 * 1024;
const TIME: Duration = Duration::from_millis(500);

impl Executor<'_, '_> {
    /// The number of statements, from the one with this index on, that can share a transaction; at least 1.
    pub(super) async fn shareable(&mut self, step: &PlannedStep<'_>, first: usize) -> usize {
        let (count, tables) = candidates(step.texts().zip(step.facts()).skip(first));
        if count < WORTHWHILE || tables.iter().any(|table| table.schema.is_some()) {
            return 1;
        }
        // A table without transactions, and a trigger that may write to one, keep rows of a group that is rolled back.
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        let found = self.work.connection.rows(transactional(&names)).await;
        if found.is_ok_and(|rows| rows.len() == names.len()) { count } else { 1 }
    }

    /// Executes statements in one transaction, up to its limits. Returns how many of them are done.
    pub(super) async fn group(
        &mut self,
        step: &PlannedStep<'_>,
        first: usize,
        count: usize,
    ) -> Result<usize, MigrateError> {
        let revision = step.script.revision.id.as_str();
        let begin = Instant::now();
        let mut batch = Batch::default();
        batch.own("START TRANSACTION");
        batch.own_one(&self.context.tables.open_group(revision, first));
        let end = first + count;
        let mut next = first;
        loop {
            next = add_statements(step, next..end, &mut batch);
            let is_last = next == end;
            if is_last {
                self.close_group(step, next, &mut batch);
            }
            if let Err(failure) = self.work.send(std::mem::take(&mut batch)).await {
                return self.break_group(step, first, failure).await;
            }
            if is_last {
                return Ok(count);
            }
            if begin.elapsed() >= TIME || self.work.settings.interrupt.is_stopped() {
                self.close_group(step, next, &mut batch);
                let sent = self.work.send(std::mem::take(&mut batch)).await;
                return match sent {
                    Ok(()) => Ok(next - first),
                    Err(failure) => self.break_group(step, first, failure).await,
                };
            }
        }
    }

    /// Commits so many statements of a group.
    fn close_group(&self, step: &PlannedStep<'_>, done: usize, batch: &mut Batch) {
        batch.own_one(&self.context.tables.keep(step.script.revision.id.as_str(), done));
        self.work.fence(batch);
        batch.own("COMMIT");
    }

    /// Keeps the statements before the one that failed. Returns how many are done if that one was executed again.
    async fn break_group(
        &mut self,
        step: &PlannedStep<'_>,
        first: usize,
        failure: Failure,
    ) -> Result<usize, MigrateError> {
        let Failure::Statement { index: failed, .. } = &failure else {
            self.roll_back_message().await;
            return Err(self.failed(step, first, failure, false).await);
        };
        let failed = *failed;
        let is_kept = failed > first && self.keep_part(step, failed).await;
        if !is_kept {
            self.roll_back_message().await;
        }
        if is_kept || failed == first {
            return Err(self.failed(step, failed, failure, false).await);
        }
        for index in first..=failed {
            self.data(step, index, true).await?;
        }
        Ok(failed + 1 - first)
    }

    /// Commits the statements of a group before the one that failed. False: the server has rolled them back, which some
    /// errors do, a deadlock above all.
    async fn keep_part(&mut self, step: &PlannedStep<'_>, failed: usize) -> bool {
        let mut batch = Batch::default();
        batch.own_one(&self.context.tables.keep(step.script.revision.id.as_str(), failed));
        if self.work.send(std::mem::take(&mut batch)).await.is_err() {
            return false;
        }
        self.work.fence(&mut batch);
        batch.own("COMMIT");
        self.work.send(batch).await.is_ok()
    }
}

/// The number of statements, from the first one on, that can be rolled back and only change rows, within the limit of a
/// transaction; and the tables of these rows.
fn candidates<'a, F: Borrow<Facts> + 'a>(
    statements: impl Iterator<Item = (&'a str, &'a F)>,
) -> (usize, Vec<&'a Name>) {
    let mut tables: Vec<&Name> = Vec::new();
    let mut bytes = 0;
    let mut count = 0;
    for (text, facts) in statements {
        bytes += text.len();
        let Facts { transaction: Transaction::Shared, changed_rows: Some(change), .. } = facts.borrow()
        else {
            break;
        };
        if bytes > BYTES {
            break;
        }
        if !tables.contains(&&change.table) {
            tables.push(&change.table);
        }
        count += 1;
    }
    (count, tables)
}

/// Adds statements to a message: many whose number of rows is that of their text, or one. Returns the index of the next.
fn add_statements(step: &PlannedStep<'_>, range: std::ops::Range<usize>, batch: &mut Batch) -> usize {
    for index in range.clone() {
        let text = step.text(index);
        batch.statement(index, &step.statements[index], text);
        let is_bounded = step.facts()[index].changed_rows.as_ref().is_some_and(|change| change.is_bounded);
        if batch.bytes() >= MESSAGE || !is_bounded {
            return index + 1;
        }
    }
    range.end
}

#[cfg(test)]
mod tests {
    use super::{BYTES, candidates};
    use crate::sql::Dialect;
    use crate::sql::facts::Facts;

    #[test]
    fn a_group_ends_at_other_statements_and_at_its_limit() {
        let check = |texts: &[&str], count: usize, tables: &[&str]| {
            let facts = Facts::of_all(texts.iter().copied(), Dialect::Mysql);
            let (found, names) = candidates(texts.iter().copied().zip(&facts));
            let names: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
            assert_eq!((found, names.as_slice()), (count, tables), "{texts:?}");
        };
        let (insert, update) = ("INSERT INTO a VALUES (1)", "UPDATE `b` SET n = 1 WHERE n = 2");
        check(&[insert, update, insert], 3, &["a", "b"]);
        check(&[insert, "CREATE TABLE c (n INTEGER)", insert], 1, &["a"]);
        check(&[insert, "SET @a = 1", insert], 1, &["a"]);
        check(&[insert, "UPDATE a, b SET a.n = b.n", insert], 1, &["a"]);
        check(&["CALL p()", insert], 0, &[]);
        let long = format!("INSERT INTO a VALUES ('{}')", "x".repeat(BYTES / 4));
        check(&[long.as_str(); 10], 3, &["a"]);
    }
}

//! Dropping a table on SQLite, where rows of others may refer to it.

use super::alter::displace_table;
use super::children::{Orphan, dropped_table, is_hidden, is_replaced, orphans, referring_tables, restoring};
use crate::migrate::error::MigrateError;
use crate::migrate::run::execute::Executor;
use crate::migrate::run::plan::PlannedStep;
use crate::sql::Dialect;

/// A table that was dropped for another one to take its place.
pub(crate) struct Displaced {
    table: String,
    /// Where it was dropped.
    line: usize,
    /// Rows that referred to nothing in it already.
    before: Vec<Orphan>,
}

const LOOKING: &str = "looking for rows that refer to a table";

impl Executor<'_, '_> {
    /// The table that a statement drops, where SQLite would take rows along.
    pub(crate) fn dropped_table(&self, statement: &str) -> Option<String> {
        (self.tables.dialect() == Dialect::Sqlite).then(|| dropped_table(statement)).flatten()
    }

    /// Drops a table that rows of others refer to, if another one takes its place later in the section: these rows stay.
    pub(crate) async fn displace(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        table: &str,
    ) -> Result<Option<Displaced>, MigrateError> {
        let looking = MigrateError::database(LOOKING);
        let texts: Vec<&str> = step.texts().collect();
        if !is_replaced(&texts, index, table) {
            return Ok(None);
        }
        let children = referring_tables(self.connection, table).await.map_err(looking)?;
        let hidden = is_hidden(self.connection, table).await.map_err(MigrateError::database(LOOKING))?;
        if children.is_empty() || hidden {
            return Ok(None);
        }
        for child in children {
            if let Some(restoring) = restoring(&texts, index, &child) {
                return Err(rows_restored(step, index, table, child, restoring));
            }
        }
        let before = orphans(self.connection, table).await.map_err(MigrateError::database(LOOKING))?;
        let dropped = displace_table(self.connection, table, index, &step.statements[index]).await;
        dropped.map_err(|failure| self.failure(step, failure, true))?;
        let line = step.script.place(step.statements[index].start).0;
        Ok(Some(Displaced { table: table.to_owned(), line, before }))
    }

    /// Fails where rows refer to nothing since a table was replaced.
    pub(crate) async fn check_children(
        &mut self,
        step: &PlannedStep<'_>,
        displaced: Displaced,
    ) -> Result<(), MigrateError> {
        let Displaced { table, line, before } = displaced;
        let now = orphans(self.connection, &table).await.map_err(MigrateError::database(LOOKING))?;
        let mut new = now.into_iter().filter(|orphan| !before.contains(orphan));
        let Some(Orphan { table: child, row, parent }) = new.next() else { return Ok(()) };
        let path = step.script.path.clone();
        Err(MigrateError::RowsLost { path, line, table: parent, child, row, more: new.count() })
    }

    /// Refuses to drop a table to which rows of another one refer: SQLite would take them along without a word.
    pub(crate) async fn keep_children(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        table: String,
    ) -> Result<(), MigrateError> {
        let children = referring_tables(self.connection, &table).await;
        match children.map_err(MigrateError::database(LOOKING))?.into_iter().next() {
            None => Ok(()),
            Some(child) => {
                let (line, _) = step.script.place(step.statements[index].start);
                let path = step.script.path.clone();
                Err(MigrateError::RowsReferred { path, line, table, child })
            }
        }
    }
}

/// The error for a script that puts rows back which it expects to be gone.
pub(crate) fn rows_restored(
    step: &PlannedStep<'_>,
    dropped: usize,
    table: &str,
    child: String,
    restoring: usize,
) -> MigrateError {
    let line = |index: usize| step.script.place(step.statements[index].start).0;
    MigrateError::RowsRestored {
        path: step.script.path.clone(),
        line: line(restoring),
        table: table.to_owned(),
        dropped: line(dropped),
        child,
    }
}

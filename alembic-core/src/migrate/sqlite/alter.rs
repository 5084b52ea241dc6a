//! Carrying out an `ALTER TABLE` that the linked SQLite lacks. What has to be done is decided in
//! `dialect/sqlite/alter`.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::dialect::DatabaseMessage;
use crate::dialect::sqlite::alter::{
    Action, Alter, AlterError, Catalog, Check, Copy, Object, Plan, Step, Watch,
};
use crate::dialect::sqlite::schema;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::Failure;
use crate::migrate::server::connection::{BatchError, Connection};
use crate::sql::Statement;

/// Why it could not be carried out.
enum Trouble {
    Table(AlterError),
    Rows { complaint: String, found: Vec<Option<String>> },
    Database { message: DatabaseMessage, error: sqlx::Error },
}

impl From<AlterError> for Trouble {
    fn from(error: AlterError) -> Trouble {
        Trouble::Table(error)
    }
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Trouble {
        Trouble::Database { message: DatabaseMessage::of(&error), error }
    }
}

impl From<BatchError> for Trouble {
    fn from(failure: BatchError) -> Trouble {
        failure.error.into()
    }
}

/// The `ALTER TABLE` in a statement, unless SQLite itself can execute it.
pub(crate) fn lacking_alter(step: &PlannedStep<'_>, index: usize) -> Option<Alter> {
    step.facts()[index].is_portable.then(|| Alter::parse(step.text(index))).flatten()
}

/// Whether a statement is an `ALTER TABLE` that depends on the content of the database.
pub(crate) fn needs_the_database(step: &PlannedStep<'_>, index: usize) -> bool {
    lacking_alter(step, index).is_some_and(|alter| {
        let is_standard = matches!(
            alter.actions.as_slice(),
            [Action::Native(_) | Action::DropColumn { if_exists: false, .. }]
        );
        alter.if_exists || !is_standard
    })
}

/// Alters a table. Outside of a transaction it gets one of its own, so that it happens as a whole or not at all.
///
/// `index` is the place of the statement in its section.
pub(crate) async fn alter_table(
    connection: &mut Connection,
    alter: &Alter,
    index: usize,
    statement: &Statement,
) -> Result<(), Failure> {
    let failure = |trouble: Trouble| trouble.into_failure(index, statement.start..statement.end);
    if connection.in_transaction() {
        return carry_out(connection, alter).await.map_err(failure);
    }
    let result = alone(connection, alter).await;
    if result.is_err() && connection.in_transaction() {
        // The error that is there already is the one to see.
        let _ = connection.rollback().await;
    }
    result.map_err(failure)
}

async fn alone(connection: &mut Connection, alter: &Alter) -> Result<(), Trouble> {
    connection.begin(&[]).await?;
    carry_out(connection, alter).await?;
    connection.commit().await?;
    Ok(())
}

async fn carry_out(connection: &mut Connection, alter: &Alter) -> Result<(), Trouble> {
    let mut actions = alter.actions.as_slice();
    while !actions.is_empty() {
        let catalog = find(connection, alter).await?;
        let plan = Plan::new(alter, actions, &catalog)?;
        let mut target = Target::new(&catalog, &plan.table, &plan.scratch);
        let mut steps = VecDeque::from(plan.steps);
        while let Some(step) = steps.pop_front() {
            for step in target.take(connection, step).await?.into_iter().rev() {
                steps.push_front(step);
            }
        }
        actions = &actions[plan.actions..];
    }
    Ok(())
}

/// Drops a table to which rows refer, and leaves those as they are: another one is going to take its place.
pub(crate) async fn displace_table(
    connection: &mut Connection,
    table: &str,
    index: usize,
    statement: &Statement,
) -> Result<(), Failure> {
    let result = displace(connection, table).await;
    result.map_err(|trouble| trouble.into_failure(index, statement.start..statement.end))
}

async fn displace(connection: &mut Connection, table: &str) -> Result<(), Trouble> {
    let catalog = read(connection, "main".to_owned(), None).await?;
    let plan = Plan::displace(&catalog, table)?;
    let mut target = Target::new(&catalog, &plan.table, &plan.scratch);
    for step in plan.steps {
        target.take(connection, step).await?;
    }
    Ok(())
}

/// The catalog of the database that has the table: as SQLite looks for it, in `temp`, in `main`, then in the others.
async fn find(connection: &mut Connection, alter: &Alter) -> Result<Catalog, Trouble> {
    let databases: Vec<String> =
        connection.rows(schema::DATABASES.to_owned()).await?.into_iter().flatten().flatten().collect();
    let wanted =
        |schema: &String| alter.schema.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(schema));
    // To drop columns it is enough to know what can have to do with the table: one such change after the other would else
    // read all tables each time.
    let drops = alter.actions.iter().all(|action| matches!(action, Action::DropColumn { .. }));
    let part = drops.then_some(alter.table.as_str());
    let mut found = None;
    for database in databases.into_iter().filter(wanted) {
        let catalog = read(connection, database, part).await?;
        if catalog.holds(&alter.table) {
            return Ok(catalog);
        }
        found = Some(catalog);
    }
    let name = || alter.schema.iter().chain([&alter.table]).map(String::as_str).collect::<Vec<_>>().join(".");
    found.filter(|_| alter.if_exists).ok_or_else(|| AlterError::NoTable { name: name() }.into())
}

/// Reads a catalog; of a single table what belongs to it, what may refer to it, and the names that are ours or SQLite's.
async fn read(connection: &mut Connection, database: String, part: Option<&str>) -> Result<Catalog, Trouble> {
    let object = |row: Vec<Option<String>>| {
        let [kind, name, table, sql] = <[_; 4]>::try_from(row).ok()?;
        Some(Object { kind: kind?, name: name?, table: table?, sql })
    };
    let objects =
        connection.rows(schema::objects(&database, part)).await?.into_iter().filter_map(object).collect();
    Ok(Catalog { schema: database, objects })
}

/// The table that is altered, as it was when this was planned.
struct Target<'a> {
    catalog: &'a Catalog,
    table: &'a str,
    scratch: &'a str,
    /// The column that is dropped.
    dropped: Option<String>,
    /// The views and virtual tables that could be read before that.
    views: Vec<&'a Object>,
    /// What was observed, with the findings that there were then.
    observed: Vec<(Watch, Vec<String>)>,
}

impl<'a> Target<'a> {
    fn new(catalog: &'a Catalog, table: &'a str, scratch: &'a str) -> Target<'a> {
        Target { catalog, table, scratch, dropped: None, views: Vec::new(), observed: Vec::new() }
    }

    /// Takes a step. Returns the steps to take next.
    async fn take(&mut self, connection: &mut Connection, step: Step) -> Result<Vec<Step>, Trouble> {
        match step {
            Step::Check(check) => look(connection, &check).await?,
            Step::Run { sql, reasons } => self.run(connection, sql, &reasons).await?,
            Step::EditSchema { edits, then } => self.edit_schema(connection, &edits, &then).await?,
            Step::Unused { column } => {
                let users = self.naming(connection, &column).await?;
                self.refuse(&column, users)?;
                self.views = self.readable_views(connection).await;
                self.dropped = Some(column);
            }
            Step::StillReadable { column } => {
                let readable = self.readable_views(connection).await;
                let lost = self.views.iter().filter(|view| !readable.contains(view));
                self.refuse(&column, lost.map(|view| described(view)).collect())?;
            }
            Step::Choose { query, found, nothing } => {
                let is_found = !connection.rows(query).await?.is_empty();
                return Ok(if is_found { found } else { nothing });
            }
            Step::Copy(copy) => self.copy(connection, *copy).await?,
            Step::Observe(watches) => self.observe(connection, watches).await,
            Step::Confirm => self.confirm(connection).await?,
        }
        Ok(Vec::new())
    }

    async fn run(&self, connection: &mut Connection, sql: String, reasons: &[Check]) -> Result<(), Trouble> {
        let Err(BatchError { error, .. }) = connection.execute(sql).await else {
            return Ok(());
        };
        explain(connection, reasons).await?;
        if let Some(column) = &self.dropped {
            self.refuse(column, user_in(&error).into_iter().collect())?;
        }
        Err(self.renamed(error))
    }

    /// Copies the rows. Where that fails, the rows that are in the way are named; those that violated a `CHECK` before are
    /// not in the way.
    async fn copy(&self, connection: &mut Connection, copy: Copy) -> Result<(), Trouble> {
        let Err(BatchError { error, .. }) = connection.execute(copy.sql).await else {
            return Ok(());
        };
        let diagnosis = copy.diagnosis;
        if connection.execute(diagnosis.begin.join(";\n")).await.is_err() {
            return Err(self.renamed(error));
        }
        explain(connection, &diagnosis.checks).await?;
        let is_check = error.as_database_error().is_some_and(|error| error.is_check_violation());
        if copy.unchecked.is_empty() || !is_check {
            return Err(self.renamed(error));
        }
        let again = std::iter::once(diagnosis.end).chain(copy.unchecked).collect::<Vec<_>>();
        connection.execute(again.join(";\n")).await.map(|_| ()).map_err(|failure| self.renamed(failure.error))
    }

    async fn observe(&mut self, connection: &mut Connection, watches: Vec<Watch>) {
        for watch in watches {
            // What SQLite cannot check beforehand it need not be able to check afterwards.
            if let Ok(found) = connection.rows(watch.before.clone()).await {
                let found = found.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
                self.observed.push((watch, found));
            }
        }
    }

    /// Fails where more is wrong than was observed.
    async fn confirm(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        for (watch, before) in self.observed.drain(..) {
            let mut known: HashMap<String, usize> = HashMap::new();
            for finding in before {
                *known.entry(finding).or_default() += 1;
            }
            let found = connection.rows(watch.after).await?.into_iter();
            let new: Vec<_> = found
                .filter(|row| {
                    let identity = row.first().cloned().flatten().unwrap_or_default();
                    known.get_mut(&identity).filter(|count| **count > 0).map(|count| *count -= 1).is_none()
                })
                .collect();
            if let Some(row) = new.first() {
                let found = vec![Some(new.len().to_string()), row.last().cloned().flatten()];
                return Err(Trouble::Rows { complaint: watch.complaint, found });
            }
        }
        Ok(())
    }

    /// An error with the table's own name in it, for the one that it had while it was made.
    fn renamed(&self, error: sqlx::Error) -> Trouble {
        let message = DatabaseMessage::of(&error);
        let renamed = message.message.replace(self.scratch, self.table);
        Trouble::Database { message: DatabaseMessage { message: renamed, ..message }, error }
    }

    /// Edits the schema. Afterwards the pragma is what it was, whatever happens.
    async fn edit_schema(
        &self,
        connection: &mut Connection,
        edits: &[String],
        then: &str,
    ) -> Result<(), Trouble> {
        let facts = connection.rows(schema::WRITABLE.to_owned()).await?;
        let facts = facts.into_iter().flatten().collect::<Vec<_>>();
        let is_on = facts.first().is_some_and(|setting| setting.as_deref() == Some("1"));
        let is_file =
            facts.get(1).is_some_and(|files| files.as_deref().is_some_and(|files| !files.is_empty()));
        let mut open = OpenSchema { connection, is_file, is_restored: false };
        let result = open.connection.execute(schema::edit(edits, is_on, then)).await;
        if result.is_err() {
            open.connection.execute(schema::restore_writable(is_on)).await?;
        }
        open.is_restored = true;
        match result {
            Ok(_) => Ok(()),
            // SQLite takes the pragma in silence, and refuses what comes next.
            Err(failure)
                if failure.finished == 1 && failure.error.to_string().contains("may not be modified") =>
            {
                Err(AlterError::Defensive { table: self.table.to_owned() }.into())
            }
            Err(failure) => Err(self.renamed(failure.error)),
        }
    }

    /// Refuses to drop a column that something needs.
    fn refuse(&self, column: &str, users: Vec<String>) -> Result<(), AlterError> {
        if users.is_empty() {
            return Ok(());
        }
        Err(AlterError::ColumnUsed { table: self.table.to_owned(), column: column.to_owned(), users })
    }

    async fn readable_views(&self, connection: &mut Connection) -> Vec<&'a Object> {
        let mut readable = Vec::new();
        for object in &self.catalog.objects {
            let query = if object.kind == "view" {
                schema::explain_view(&self.catalog.schema, &object.name)
            } else if object.reads_content_of(self.table) {
                schema::read_virtual(&self.catalog.schema, &object.name)
            } else {
                continue;
            };
            if connection.execute(query).await.is_ok() {
                readable.push(object);
            }
        }
        readable
    }

    /// What names a column: what SQLite rewrites if the column gets another name. With the first rename it also makes a
    /// string of each `"…"` that is no name, in all texts, so it is compared with those after the way back.
    async fn naming(&self, connection: &mut Connection, column: &str) -> Result<Vec<String>, Trouble> {
        // To call it otherwise makes SQLite read its whole schema, several times.
        if !self.catalog.may_be_named(column) {
            return Ok(Vec::new());
        }
        connection.execute(schema::TRY_RENAMES.to_owned()).await?;
        let there = self.renamed_catalog(connection, column, self.scratch).await;
        let back = match there {
            Ok(_) => self.renamed_catalog(connection, self.scratch, column).await,
            Err(_) => Ok(Vec::new()),
        };
        connection.execute(schema::UNDO_RENAMES.to_owned()).await?;
        // SQLite cannot rewrite a use by way of the columns of another view.
        if let Err(Trouble::Database { error, .. }) = &there
            && let Some(user) = user_in(error)
        {
            return Ok(vec![user]);
        }
        let (there, back) = (there?, back?);
        let renamed = there.iter().zip(&back).filter(|(there, back)| there != back);
        let others = renamed.filter(|(object, _)| object.kind != "table" || object.name != self.table);
        Ok(others.map(|(object, _)| described(object)).collect())
    }

    /// The objects of the database once a column has another name.
    async fn renamed_catalog(
        &self,
        connection: &mut Connection,
        column: &str,
        name: &str,
    ) -> Result<Vec<Object>, Trouble> {
        connection.execute(schema::rename_column(&self.catalog.schema, self.table, column, name)).await?;
        Ok(read(connection, self.catalog.schema.clone(), None).await?.objects)
    }
}

/// What needs a column, by the error that it causes without it.
fn user_in(error: &sqlx::Error) -> Option<String> {
    let message = DatabaseMessage::of(error);
    let broken = message.broken_object().filter(|broken| broken.by_statement)?;
    Some(format!("{} {}", broken.kind, broken.name))
}

fn described(object: &Object) -> String {
    let kind = if object.is_virtual() { "virtual table" } else { &object.kind };
    format!("{kind} {}", object.name)
}

/// A connection whose schema may be written. Dropped before that was taken back it is not given back to a pool, unless
/// its database would be lost with it.
struct OpenSchema<'c> {
    connection: &'c mut Connection,
    is_file: bool,
    is_restored: bool,
}

impl Drop for OpenSchema<'_> {
    fn drop(&mut self) {
        if self.is_file && !self.is_restored {
            self.connection.discard();
        }
    }
}

/// Fails if one of the checks finds rows. One that cannot be made says nothing: the error before it says enough.
async fn explain(connection: &mut Connection, checks: &[Check]) -> Result<(), Trouble> {
    for check in checks {
        if let Err(trouble @ Trouble::Rows { .. }) = look(connection, check).await {
            return Err(trouble);
        }
    }
    Ok(())
}

async fn look(connection: &mut Connection, check: &Check) -> Result<(), Trouble> {
    match connection.rows(check.query.clone()).await?.into_iter().next() {
        None => Ok(()),
        Some(found) => Err(Trouble::Rows { complaint: check.complaint.clone(), found }),
    }
}

impl Trouble {
    fn into_failure(self, index: usize, span: Range<usize>) -> Failure {
        let (error, detail) = match self {
            Trouble::Database { message, error } => {
                return Failure::Statement { index, span, message, source: error };
            }
            Trouble::Table(error) => (error, None),
            Trouble::Rows { complaint, found } => {
                let detail = match found.as_slice() {
                    [Some(count), Some(row)] => {
                        let noun = if count == "1" { "row" } else { "rows" };
                        Some(format!("{count} {noun}, one of them {row}"))
                    }
                    _ => None,
                };
                (AlterError::Violated { complaint }, detail)
            }
        };
        let message = DatabaseMessage { message: error.to_string(), detail, ..DatabaseMessage::default() };
        Failure::Statement { index, span, message, source: sqlx::Error::Configuration(Box::new(error)) }
    }
}

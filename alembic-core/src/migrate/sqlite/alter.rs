//! Carrying out an `ALTER TABLE` that the linked SQLite lacks. What has to be done is decided in
//! `dialect/sqlite/alter`.

use std::collections::VecDeque;
use std::ops::Range;

use crate::dialect::DatabaseMessage;
use crate::dialect::sqlite::alter::{Action, Alter, AlterError, Catalog, Check, Object, Plan, Step};
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
        let mut steps = VecDeque::from(plan.steps);
        let mut target =
            Target { catalog: &catalog, table: &plan.table, scratch: &plan.scratch, views: Vec::new() };
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
    let mut target =
        Target { catalog: &catalog, table: &plan.table, scratch: &plan.scratch, views: Vec::new() };
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
    /// The views that could be read before a column was dropped.
    views: Vec<&'a str>,
}

impl<'a> Target<'a> {
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
            }
            Step::StillReadable { column } => {
                let readable = self.readable_views(connection).await;
                let lost = self.views.iter().filter(|view| !readable.contains(view));
                self.refuse(&column, lost.map(|view| format!("view {view}")).collect())?;
            }
            Step::Choose { query, found, nothing } => {
                let is_found = !connection.rows(query).await?.is_empty();
                return Ok(if is_found { found } else { nothing });
            }
        }
        Ok(Vec::new())
    }

    async fn run(&self, connection: &mut Connection, sql: String, reasons: &[Check]) -> Result<(), Trouble> {
        let Err(BatchError { error, .. }) = connection.execute(sql).await else {
            return Ok(());
        };
        for reason in reasons {
            // A reason may be about what is only there after the change: then the error says enough.
            if let Err(trouble @ Trouble::Rows { .. }) = look(connection, reason).await {
                return Err(trouble);
            }
        }
        Err(self.renamed(error))
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

    async fn readable_views(&self, connection: &mut Connection) -> Vec<&'a str> {
        let mut readable = Vec::new();
        for view in self.catalog.objects.iter().filter(|object| object.kind == "view") {
            let query = schema::explain_view(&self.catalog.schema, &view.name);
            if connection.execute(query).await.is_ok() {
                readable.push(view.name.as_str());
            }
        }
        readable
    }

    /// What names a column: what SQLite writes anew if the column is called otherwise.
    async fn naming(&self, connection: &mut Connection, column: &str) -> Result<Vec<String>, Trouble> {
        // To call it otherwise makes SQLite read its whole schema, several times.
        if !self.catalog.may_be_named(column) {
            return Ok(Vec::new());
        }
        let before = read(connection, self.catalog.schema.clone(), None).await?;
        let sql = schema::try_rename(&before.schema, self.table, column, self.scratch);
        let after = match connection.execute(sql).await {
            Ok(_) => read(connection, before.schema.clone(), None).await,
            Err(failure) => Err(failure.into()),
        };
        connection.execute(schema::UNDO_RENAME.to_owned()).await?;
        let after = after?;
        let renamed = before.objects.iter().zip(&after.objects).filter(|(before, after)| before != after);
        let others = renamed.filter(|(object, _)| object.kind != "table" || object.name != self.table);
        Ok(others.map(|(object, _)| format!("{} {}", object.kind, object.name)).collect())
    }
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

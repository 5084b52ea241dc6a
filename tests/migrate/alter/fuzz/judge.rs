//! Runs a case with the product and with the reference, and compares what both hold.

use std::collections::BTreeMap;

use alembic::migrate::MigrateError;
use alembic_testing::Script;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePoolOptions};

use super::back::way_back;
use super::case::{Case, End, Step};
use super::database::{change, comments, dump, lines, texts, tokens, violations};
use super::model::{Action, Rule, Schema};
use super::reference::Reference;
use super::render::{self, Style};
use crate::support::migrator;

/// What became of a case; or how product and reference differ.
pub(super) type Verdict = Result<&'static str, String>;

pub(super) async fn judge(case: &Case) -> Verdict {
    let options = SqliteConnectOptions::new().in_memory(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("memory");
    let verdict = Trial { case, pool: pool.clone() }.run().await;
    pool.close().await;
    verdict
}

struct Trial<'c> {
    case: &'c Case,
    pool: SqlitePool,
}

/// A database as text, and the texts that it stores.
struct Snapshot {
    dump: Vec<String>,
    texts: BTreeMap<String, String>,
    violated: usize,
}

/// How many rows are without a row that they refer to.
async fn violated(connection: &mut SqliteConnection) -> Result<usize, String> {
    Ok(lines(connection, "SELECT parent FROM pragma_foreign_key_check").await?.len())
}

impl Snapshot {
    async fn of(connection: &mut SqliteConnection, schema: &Schema) -> Result<Snapshot, String> {
        Ok(Snapshot {
            dump: dump(connection, schema).await?,
            texts: texts(connection).await?,
            violated: violated(connection).await?,
        })
    }
}

/// What the migration should do: how many steps succeed, and why the next one does not.
struct Expected {
    reference: Reference,
    done: usize,
    refused: Option<String>,
}

impl Trial<'_> {
    async fn run(&self) -> Verdict {
        let case = self.case;
        let (before, expected) = {
            let mut connection = self.pool.acquire().await.expect("a connection");
            for (sql, may_fail) in case.setup() {
                if change(&mut connection, &sql).await.is_err() && !may_fail {
                    return Ok("no valid schema");
                }
            }
            let Ok(reference) = Reference::copy(&mut connection, &case.schema).await else {
                return Ok("no valid schema");
            };
            // A foreign key without a key of its parent keeps SQLite from checking all others.
            if violations(&mut connection, &case.schema).await.values().any(Result::is_err) {
                return Ok("no valid schema");
            }
            let before = Snapshot::of(&mut connection, &case.schema).await?;
            (before, self.expected(reference).await)
        };
        let mut expected = expected;
        let back = matches!(case.end, End::Back).then(|| way_back(case)).flatten();
        let section = if case.no_transaction { " no-transaction" } else { "" };
        let statements =
            |all: &[Vec<String>]| all.iter().flatten().map(|sql| format!("{sql};\n")).collect::<String>();
        let body = format!(
            "-- alembic: upgrade{section}\n{}\n-- alembic: downgrade{section}\n{}",
            statements(&case.statements()),
            statements(back.as_slice()),
        );
        let migrator = migrator(&[Script::with_body("a", "", &body)]);
        let result = migrator.upgrade(&self.pool).await;
        let mut connection = self.pool.acquire().await.expect("a connection");
        sound(&mut connection).await?;
        let refused = expected.refused.as_deref().unwrap_or_default();
        if refused.contains("foreign key mismatch") && self.adds_natively(expected.done) {
            return Ok("foreign key to no key, added by SQLite itself");
        }
        if let Some(class) = result.as_ref().err().and_then(|error| self.explained(error)) {
            return Ok(class);
        }
        match (result, &expected.refused) {
            (Err(error), Some(_)) => self.unchanged(&mut connection, &error, &before, &mut expected).await,
            (Err(error), None) => Err(format!("refused, though nothing is in the way: {error}")),
            (Ok(_), Some(reason)) if self.may_be_mended(reason, expected.done) => {
                let more = violated(&mut connection).await?.saturating_sub(before.violated);
                equal("rows that refer to none", &more, &0)?;
                Ok("rebuild by hand, and rows mended by a step after it")
            }
            (Ok(_), Some(reason)) => Err(format!("not refused, though {reason}")),
            (Ok(_), None) => {
                self.same(&mut connection, &before, &mut expected.reference).await?;
                if back.is_some() {
                    drop(connection);
                    let taken_back = migrator.downgrade(&self.pool, "base").await;
                    return match taken_back {
                        Ok(_) => self.restored(&before).await,
                        // Values of another type may not fit into the old definition.
                        Err(_) if !self.case.steps.iter().all(Step::keeps_values) => {
                            Ok("altered, but not taken back: the new values do not fit")
                        }
                        Err(error) => Err(format!("the way back fails: {error}")),
                    };
                }
                self.alike(&mut connection, &mut expected.reference).await
            }
        }
    }

    async fn expected(&self, mut reference: Reference) -> Expected {
        for (done, (step, statements)) in self.case.steps.iter().zip(self.case.statements()).enumerate() {
            if let Err(reason) = reference.step(step, &statements).await {
                return Expected { reference, done, refused: Some(reason) };
            }
        }
        Expected { reference, done: self.case.steps.len(), refused: None }
    }

    /// The refusals that are SQLite's own, and those of rebuilds by hand that its manual does not know, as it has foreign
    /// keys off.
    fn explained(&self, error: &MigrateError) -> Option<&'static str> {
        // To drop a column it reads the text of the table without collations.
        if error.to_string().contains("conflicting ON CONFLICT clauses") {
            return Some(
                "two keys that differ in collation and conflict clause, and a column that is dropped",
            );
        }
        if !self.case.steps.iter().any(|step| step.rebuilt().is_some()) {
            return None;
        }
        // Outside of a transaction a table is not dropped while rows refer to it, whatever follows.
        if self.case.no_transaction && matches!(error, MigrateError::RowsReferred { .. }) {
            return Some("rebuild by hand beside rows that refer to it");
        }
        if error.to_string().contains("foreign key mismatch") {
            return Some("rebuild by hand with a foreign key that finds its key only afterwards");
        }
        let empties = error.to_string().contains("cannot UPDATE generated column");
        empties.then_some("rebuild by hand of a table whose foreign key would change a generated column")
    }

    /// A transaction is asked at its end whether each row has the row that it refers to.
    fn may_be_mended(&self, reason: &str, step: usize) -> bool {
        let is_last = step + 1 == self.case.steps.len();
        let is_by_hand = self.case.steps[step].rebuilt().is_some();
        !self.case.no_transaction && !is_last && is_by_hand && reason.contains("without their row of")
    }

    /// Whether a step adds a column, which SQLite may do itself.
    fn adds_natively(&self, step: usize) -> bool {
        let Step::Alter { actions, .. } = &self.case.steps[step] else { return false };
        actions.iter().any(|action| matches!(action, Action::Add(_)))
    }

    /// A refused migration changes nothing; outside of a transaction the steps before stay.
    async fn unchanged(
        &self,
        connection: &mut SqliteConnection,
        error: &MigrateError,
        before: &Snapshot,
        expected: &mut Expected,
    ) -> Verdict {
        if !self.case.no_transaction {
            let now = Snapshot::of(connection, &self.case.schema).await?;
            equal("rows after a refusal", &now.dump, &before.dump)?;
            equal("texts after a refusal", &now.texts, &before.texts)?;
            return Ok("refused");
        }
        let rebuild = matches!(self.case.steps[expected.done], Step::Rebuild { .. });
        if let (MigrateError::Statement(failure), false) = (error, rebuild) {
            let counts = self.case.statements().iter().take(expected.done).map(Vec::len).sum::<usize>();
            equal("the refused statement", &failure.number, &(counts + 1))?;
            self.same(connection, before, &mut expected.reference).await?;
            return Ok("refused, after others were done");
        }
        Ok("rebuild by hand refused, after others were done")
    }

    async fn same(
        &self,
        connection: &mut SqliteConnection,
        before: &Snapshot,
        reference: &mut Reference,
    ) -> Result<(), String> {
        let schema = &reference.schema;
        let theirs = dump(&mut reference.connection, schema).await?;
        equal("rows and definitions", &dump(connection, schema).await?, &theirs)?;
        let now = texts(connection).await?;
        let mut names: Vec<&String> = schema.tables.iter().map(|table| &table.name).collect();
        names.extend(schema.indexes.iter().map(|index| &index.name));
        names.extend(schema.objects.iter().map(|object| &object.name));
        names.sort();
        equal("objects", &now.keys().collect::<Vec<_>>(), &names)?;
        let rebuilt: Vec<&str> = self.case.steps.iter().filter_map(Step::rebuilt).collect();
        for (name, text) in &now {
            match schema.table(name) {
                None => equal("text of another object", text, &before.texts[name])?,
                Some(table) => {
                    let expected = render::table(&mut Style::plain(), table, true);
                    equal("tokens of a text", &tokens(text), &tokens(&expected))?;
                    let old = comments(&before.texts[name]);
                    let keeps_comments = self.case.steps.iter().all(|step| step.only_adds(&self.case.schema));
                    if keeps_comments && !rebuilt.contains(&name.as_str()) {
                        let kept = comments(text);
                        let lost = old.iter().filter(|comment| !kept.contains(comment)).collect::<Vec<_>>();
                        equal("lost comments", &lost, &Vec::new())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks, conflict clauses, defaults, foreign keys and triggers do the same in both.
    async fn alike(&self, connection: &mut SqliteConnection, reference: &mut Reference) -> Verdict {
        let End::Changes(changes) = &self.case.end else { return Ok("altered") };
        for sql in changes {
            let (own, theirs) = (change(connection, sql).await, change(&mut reference.connection, sql).await);
            equal(sql, &own, &theirs)?;
        }
        let theirs = dump(&mut reference.connection, &reference.schema).await?;
        equal("rows after changes", &dump(connection, &reference.schema).await?, &theirs)?;
        sound(connection).await?;
        let rebuilt = self.case.steps.iter().any(|step| step.rebuilt().is_some());
        Ok(if rebuilt { "altered, and rebuilt by hand" } else { "altered" })
    }

    async fn restored(&self, before: &Snapshot) -> Verdict {
        let mut connection = self.pool.acquire().await.expect("a connection");
        sound(&mut connection).await?;
        let now = texts(&mut connection).await?;
        equal(
            "objects after the way back",
            &now.keys().collect::<Vec<_>>(),
            &before.texts.keys().collect::<Vec<_>>(),
        )?;
        for (name, text) in &now {
            equal("tokens after the way back", &tokens(text), &tokens(&before.texts[name]))?;
            // Comments within what was dropped are gone.
            if self.case.steps.iter().all(|step| step.only_adds(&self.case.schema)) {
                equal("comments after the way back", &comments(text), &comments(&before.texts[name]))?;
            }
        }
        if self.case.steps.iter().all(Step::keeps_values) {
            let own = dump(&mut connection, &self.case.schema).await?;
            equal("rows after the way back", &own, &before.dump)?;
        }
        Ok("altered, and taken back")
    }
}

impl Step {
    fn rebuilt(&self) -> Option<&str> {
        match self {
            Step::Rebuild { table, .. } => Some(table),
            _ => None,
        }
    }

    fn only_adds(&self, schema: &Schema) -> bool {
        // `SET NOT NULL` takes the place of a `NULL` of the column.
        let has_null = |table: &str, name: &String| {
            let columns = schema.table(table).map_or(&[][..], |table| &table.columns);
            let mut rules =
                columns.iter().filter(|column| column.name == *name).flat_map(|column| &column.rules);
            rules.any(|named| matches!(named.rule, Rule::Null))
        };
        let adds = |table: &str, action: &Action| match action {
            Action::SetNotNull(column) => !has_null(table, column),
            Action::SetDefault(..) | Action::Add(_) | Action::AddRule(..) => true,
            _ => false,
        };
        match self {
            Step::Alter { table, actions } => actions.iter().all(|action| adds(table, action)),
            _ => true,
        }
    }

    /// Whether no value and no rowid is changed by it.
    fn keeps_values(&self) -> bool {
        let keeps = |action: &Action| match action {
            Action::SetType { .. } => false,
            Action::AddRule(named, _) => !matches!(named.rule, Rule::Key { primary: true, .. }),
            Action::Add(column) => {
                !column.rules.iter().any(|named| matches!(named.rule, Rule::Key { primary: true, .. }))
            }
            _ => true,
        };
        matches!(self, Step::Alter { actions, .. } if actions.iter().all(keeps))
    }
}

/// The file is sound, but for rows that need not obey a check, and nothing of ours is left.
async fn sound(connection: &mut SqliteConnection) -> Result<(), String> {
    let query = "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok' \
                 AND integrity_check NOT LIKE 'CHECK constraint failed in %'";
    equal("damage", &lines(connection, query).await?, &Vec::new())?;
    let settings = "SELECT writable_schema || foreign_keys FROM pragma_writable_schema, pragma_foreign_keys";
    equal("settings", &lines(connection, settings).await?, &vec!["01".to_owned()])
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}:\n  ours   {ours:?}\n  theirs {theirs:?}")) }
}

//! What a revision leaves in its session is taken back before the next one runs: what a revision does must not depend on
//! what ran before it on the same connection.
//!
//! MySQL gets a new session, as no transaction spans two revisions there. The transaction of a PostgreSQL run cannot go to
//! another session, and SQLite's connection may be the database: there the values come back that the run found. Nothing of
//! it is done where the statements of a revision cannot have changed anything (`session.rs`).

use super::found::Found;
use super::session;
use crate::dialect::quote::{identifier, literal};
use crate::migrate::error::MigrateError;
use crate::migrate::run::execute::Executor;
use crate::migrate::run::plan::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::server::database::Missing;
use crate::sql::{Dialect, Reader};

const READING: &str = "reading the settings of the session";

/// Pragmas that change what later statements do. Those that are only about speed may stay.
const PRAGMAS: [&str; 11] = [
    "count_changes",
    "defer_foreign_keys",
    "empty_result_callbacks",
    "full_column_names",
    "ignore_check_constraints",
    "query_only",
    "read_uncommitted",
    "recursive_triggers",
    "reverse_unordered_selects",
    "short_column_names",
    "trusted_schema",
];

/// One that can only be set.
const CASE: &str = "case_sensitive_like";

impl PlannedStep<'_> {
    fn changes_session(&self, dialect: Dialect) -> bool {
        self.texts().any(|text| session::is_changed_by(text, dialect))
    }

    fn has(&self, words: &[&str]) -> bool {
        self.texts().any(|text| words.iter().any(|word| session::has_text(text, word)))
    }
}

impl Executor<'_, '_> {
    /// Looks at the session before a revision changes it for the first time; on MySQL, goes on in a new one after that.
    pub(crate) async fn enter(
        &mut self,
        step: &PlannedStep<'_>,
        steps: &[PlannedStep<'_>],
    ) -> Result<(), MigrateError> {
        let dialect = self.tables.dialect();
        if std::mem::take(&mut self.is_left_changed) {
            self.renew_session().await?;
        }
        let changes = step.changes_session(dialect);
        self.is_left_changed = changes && dialect == Dialect::Mysql;
        if !changes || self.found.is_some() {
            return Ok(());
        }
        let found = match dialect {
            Dialect::Mysql => return Ok(()),
            Dialect::Postgresql => self.find_settings(steps).await,
            Dialect::Sqlite => self.find_pragmas().await,
        };
        self.found = Some(found.map_err(MigrateError::database(READING))?);
        Ok(())
    }

    /// Ends the session of the work, and goes on in another one. The lock is held by a session of its own; that nobody
    /// else had it in between is looked at.
    async fn renew_session(&mut self) -> Result<(), MigrateError> {
        self.lock.hand_over(self.connection).await?;
        let mut connection = self.database.connect(Missing::Refuse).await?;
        connection.taint();
        *self.connection = connection;
        self.lock.take_over(self.connection, self.settings).await?;
        self.limit_session().await
    }

    async fn find_settings(&mut self, steps: &[PlannedStep<'_>]) -> sqlx::Result<Found> {
        let mut found = Found::default();
        if self.lock.is_lease() {
            // What only speaks PostgreSQL's protocol has settings of its own.
            return Ok(found);
        }
        let mut queries = vec![
            "SELECT s.name, s.setting FROM pg_catalog.pg_settings s WHERE s.context IN ('user', 'superuser') \
             AND s.setting IS DISTINCT FROM s.reset_val"
                .to_owned(),
            "SELECT current_setting('role'), session_user::text".to_owned(),
        ];
        let mut own: Vec<String> = steps.iter().flat_map(PlannedStep::texts).flat_map(own_settings).collect();
        own.sort();
        own.dedup();
        queries.extend(own.iter().map(|name| {
            let name = literal(Dialect::Postgresql, name);
            format!("SELECT {name}, current_setting({name}, true)")
        }));
        let mut answers = self.connection.answers(&queries).await?.into_iter();
        let pair = |row: Vec<Option<String>>| {
            let mut cells = row.into_iter();
            Some((cells.next()??, cells.next().flatten()))
        };
        found.settings = answers.next().unwrap_or_default().into_iter().filter_map(pair).collect();
        if let Some([role, user]) = answers.next().unwrap_or_default().first().map(Vec::as_slice) {
            found.role = role.clone().unwrap_or_default();
            found.user = user.clone().unwrap_or_default();
        }
        found.settings.extend(answers.flatten().filter_map(pair));
        Ok(found)
    }

    async fn find_pragmas(&mut self) -> sqlx::Result<Found> {
        let value = |pragma: &&str| {
            format!("SELECT '{pragma}', (SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma})")
        };
        let case = format!("SELECT '{CASE}', CAST('a' NOT LIKE 'A' AS TEXT)");
        let sql: Vec<String> = PRAGMAS.iter().map(value).chain([case]).collect();
        let rows = self.connection.rows(sql.join(" UNION ALL ")).await?;
        let settings = rows.into_iter().filter_map(|row| {
            let [name, value] = <[_; 2]>::try_from(row).ok()?;
            Some((name?, value))
        });
        Ok(Found {
            settings: settings.filter(|(_, value)| value.is_some()).collect(),
            objects: self.temporary_objects().await?,
            databases: self.attached_databases().await?,
            ..Found::default()
        })
    }

    async fn temporary_objects(&mut self) -> sqlx::Result<Vec<(String, String)>> {
        let sql = "SELECT type, name FROM sqlite_temp_master WHERE sql IS NOT NULL \
                   ORDER BY type = 'table', type = 'view'";
        let rows = self.connection.rows(sql.to_owned()).await?;
        let pair = |row: Vec<Option<String>>| {
            let [kind, name] = <[_; 2]>::try_from(row).ok()?;
            Some((kind?, name?))
        };
        Ok(rows.into_iter().filter_map(pair).collect())
    }

    async fn attached_databases(&mut self) -> sqlx::Result<Vec<String>> {
        let sql = "SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";
        Ok(self.connection.rows(sql.to_owned()).await?.into_iter().flatten().flatten().collect())
    }

    /// Takes back what a revision has changed in its session. What can be is added to `batch`, which is sent first where
    /// something has to be looked at.
    pub(crate) async fn leave(&mut self, step: &PlannedStep<'_>, batch: &mut Batch) -> Result<(), Failure> {
        let dialect = self.tables.dialect();
        let Some(found) = self.found.take().filter(|_| dialect != Dialect::Mysql) else { return Ok(()) };
        let mut result = Ok(());
        if step.changes_session(dialect) {
            match dialect {
                Dialect::Postgresql => self.take_back_settings(step, &found, batch),
                _ => result = self.take_back_pragmas(step, &found, batch).await,
            }
        }
        self.found = Some(found);
        result
    }

    fn take_back_settings(&self, step: &PlannedStep<'_>, found: &Found, batch: &mut Batch) {
        let text = |text: &str| literal(Dialect::Postgresql, text);
        let is_other_user = step.has(&["AUTHORIZATION", "DISCARD", "session_authorization", "CALL"]);
        let is_other_role = is_other_user || step.has(&["ROLE"]);
        if is_other_user && !found.user.is_empty() {
            batch.own(&format!("SET SESSION AUTHORIZATION {}", text(&found.user)));
        }
        if is_other_role && !found.role.is_empty() {
            batch.own(&format!("SELECT set_config('role', {}, false)", text(&found.role)));
        }
        if !found.user.is_empty() {
            batch.own(&differing_settings(&found.settings));
        }
        for (words, sql) in [
            (["TEMP", "TEMPORARY", "pg_temp"].as_slice(), "DISCARD TEMP"),
            (&["PREPARE"], "DEALLOCATE ALL"),
            (&["DECLARE"], "CLOSE ALL"),
        ] {
            if step.has(words) && !self.lock.is_lease() {
                batch.own(sql);
            }
        }
        // The limits of statements are settings too.
        self.opening.iter().for_each(|sql| batch.own(sql));
    }

    async fn take_back_pragmas(
        &mut self,
        step: &PlannedStep<'_>,
        found: &Found,
        batch: &mut Batch,
    ) -> Result<(), Failure> {
        self.send(std::mem::take(batch)).await?;
        for (name, value) in found.settings.iter().filter(|(name, _)| step.has(&[name])) {
            batch.own(&format!("PRAGMA {name} = {}", value.as_deref().unwrap_or_default()));
        }
        // First of all: nothing could be written while this is on.
        self.send(std::mem::take(batch)).await?;
        let objects = self.temporary_objects().await.map_err(Failure::Own)?;
        for (kind, name) in objects.iter().filter(|object| !found.objects.contains(object)) {
            batch.own(&format!("DROP {kind} IF EXISTS temp.{}", identifier(Dialect::Sqlite, name)));
        }
        Ok(())
    }

    /// SQLite: detaches what revisions have attached, which is only possible outside of a transaction. At the end of a run
    /// it is best effort.
    pub(crate) async fn detach(&mut self) -> sqlx::Result<()> {
        let Some(found) = self.found.as_ref().filter(|_| self.tables.dialect() == Dialect::Sqlite) else {
            return Ok(());
        };
        let before = found.databases.clone();
        for name in self.attached_databases().await?.iter().filter(|name| !before.contains(name)) {
            let sql = format!("DETACH {}", identifier(Dialect::Sqlite, name));
            self.connection.execute(sql).await.map_err(|failure| failure.error)?;
        }
        Ok(())
    }
}

/// Sets back what differs, and nothing else: not everybody may set everything. What a transaction has for itself cannot
/// be set any more.
fn differing_settings(settings: &[(String, Option<String>)]) -> String {
    let text = |text: &str| literal(Dialect::Postgresql, text);
    let (own, listed): (Vec<_>, Vec<_>) = settings.iter().partition(|(name, _)| name.contains('.'));
    let row = |(name, value): &&(String, Option<String>)| {
        format!("({}, {})", text(name), text(value.as_deref().unwrap_or_default()))
    };
    let rows: Vec<String> = listed.iter().map(row).chain(["(NULL, NULL)".to_owned()]).collect();
    let mut sql = format!(
        "SELECT pg_catalog.set_config(s.name, coalesce(f.setting, s.reset_val), false) \
         FROM pg_catalog.pg_settings s LEFT JOIN (VALUES {}) AS f (name, setting) ON f.name = s.name \
         WHERE s.context IN ('user', 'superuser') AND s.setting IS DISTINCT FROM coalesce(f.setting, s.reset_val) \
         AND s.name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')",
        rows.join(", ")
    );
    for (name, value) in own {
        let (name, value) = (text(name), text(value.as_deref().unwrap_or_default()));
        sql += &format!(
            " UNION ALL SELECT pg_catalog.set_config({name}, {value}, false) \
             WHERE coalesce(pg_catalog.current_setting({name}, true), '') <> {value}"
        );
    }
    sql
}

/// The settings with a `.` in their names that a statement sets: PostgreSQL makes them as they are set, and lists none.
fn own_settings(statement: &str) -> Vec<String> {
    let mut reader = Reader::new(statement, Dialect::Postgresql);
    if reader.take(&["SET"]) {
        let _ = reader.take_any(&["SESSION", "LOCAL"]);
        return match reader.name() {
            Some(name) => name.schema.map(|schema| format!("{schema}.{}", name.name)).into_iter().collect(),
            None => Vec::new(),
        };
    }
    let mut names = Vec::new();
    if session::has_text(statement, "set_config") {
        // The names are strings, in a query or in the body of a block.
        for part in statement.split("set_config").skip(1) {
            let name = part.split('\'').nth(1).unwrap_or_default();
            if name.contains('.') && !name.contains(char::is_whitespace) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::own_settings;

    #[test]
    fn settings_that_scripts_make() {
        let check =
            |statement: &str, names: &[&str]| assert_eq!(own_settings(statement), names, "{statement}");
        check("SET app.tenant = 'x'", &["app.tenant"]);
        check("SET LOCAL app.tenant TO 5", &["app.tenant"]);
        check("SET search_path TO a.b", &[]);
        check(
            "SELECT set_config('app.tenant', 'a', false), set_config('work_mem', '1', true)",
            &["app.tenant"],
        );
        check("DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$", &["a.b"]);
        check("UPDATE t SET x = 1", &[]);
    }
}

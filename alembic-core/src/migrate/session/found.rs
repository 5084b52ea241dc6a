//! The state of a session as the run found it, to which it is reset after each revision.

use crate::dialect::postgresql::session::{CHANGED_SETTINGS, USER, setting};
use crate::dialect::sqlite::session::{ATTACHED, TEMPORARY_OBJECTS, pragmas};
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::connection::Connection;

/// The state of a session before any revision of the run changed it.
#[derive(Default)]
pub(crate) struct Found {
    /// Settings that differ from those of a new session, as a service's pool may have set them; and custom settings, which
    /// no catalog lists: their names are taken from the scripts.
    pub(super) settings: Vec<(String, Option<String>)>,
    pub(super) role: String,
    pub(super) user: String,
    /// Kinds and names of the temporary objects.
    pub(super) objects: Vec<(String, String)>,
    pub(super) databases: Vec<String>,
}

impl Found {
    /// Reads the settings of a PostgreSQL session, with the custom ones that the steps set.
    pub(super) async fn of_postgresql(
        connection: &mut Connection,
        steps: &[PlannedStep<'_>],
    ) -> sqlx::Result<Found> {
        let mut found = Found::default();
        let mut own: Vec<&String> = steps.iter().flat_map(|step| &step.session().settings).collect();
        own.sort();
        own.dedup();
        let mut queries = vec![CHANGED_SETTINGS.to_owned(), USER.to_owned()];
        queries.extend(own.iter().map(|name| setting(name)));
        let mut answers = connection.answers(&queries).await?.into_iter();
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

    /// Reads the state of a SQLite connection.
    pub(super) async fn of_sqlite(connection: &mut Connection) -> sqlx::Result<Found> {
        let rows = connection.rows(pragmas()).await?;
        let settings = rows.into_iter().filter_map(|row| {
            let [name, value] = <[_; 2]>::try_from(row).ok()?;
            Some((name?, value))
        });
        Ok(Found {
            settings: settings.filter(|(_, value)| value.is_some()).collect(),
            objects: temporary_objects(connection).await?,
            databases: attached_databases(connection).await?,
            ..Found::default()
        })
    }
}

/// Kinds and names of the temporary objects of a SQLite connection.
pub(super) async fn temporary_objects(connection: &mut Connection) -> sqlx::Result<Vec<(String, String)>> {
    let rows = connection.rows(TEMPORARY_OBJECTS.to_owned()).await?;
    let pair = |row: Vec<Option<String>>| {
        let [kind, name] = <[_; 2]>::try_from(row).ok()?;
        Some((kind?, name?))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}

/// Names of the databases that are attached to a SQLite connection.
pub(super) async fn attached_databases(connection: &mut Connection) -> sqlx::Result<Vec<String>> {
    Ok(connection.rows(ATTACHED.to_owned()).await?.into_iter().flatten().flatten().collect())
}

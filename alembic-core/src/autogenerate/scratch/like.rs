//! The properties of the compared database that decide how a scratch database reads SQL: encoding, order, settings,
//! extensions.

use super::keeper::{first, rows, run};
use super::note::{Note, Notes};
use crate::autogenerate::AutogenerateError;
use crate::dialect::{DatabaseMessage, columns};
use crate::migrate::Connection;
use crate::sql::Dialect;

/// Properties of a database, as its server says them.
#[derive(Clone, Debug, Default)]
pub(super) struct Like {
    /// Options of `CREATE DATABASE`, and those for a server without its locale.
    pub(super) options: [String; 2],
    /// Name and value of settings.
    settings: Vec<(String, String)>,
    /// Name, schema and version of extensions.
    extensions: Vec<[String; 3]>,
}

impl Like {
    /// Reads the properties of the current database of a connection.
    pub(super) async fn read(connection: &mut Connection) -> Result<Like, AutogenerateError> {
        match connection.dialect() {
            Dialect::Sqlite => Ok(Like::default()),
            #[cfg(feature = "postgres")]
            Dialect::Postgresql => {
                use crate::dialect::postgresql::scratch::{EXTENSIONS, LIKE, SETTINGS};
                let options = rows(connection, LIKE.to_owned()).await?.into_iter().next().unwrap_or_default();
                let settings = rows(connection, SETTINGS.to_owned()).await?;
                let extensions = rows(connection, EXTENSIONS.to_owned()).await?;
                Ok(Like {
                    options: columns(options).map(Option::unwrap_or_default),
                    settings: settings
                        .into_iter()
                        .map(|row| columns(row).map(Option::unwrap_or_default))
                        .map(|[name, value]| (name, value))
                        .collect(),
                    extensions: extensions
                        .into_iter()
                        .map(|row| columns(row).map(Option::unwrap_or_default))
                        .collect(),
                })
            }
            #[cfg(feature = "mysql")]
            Dialect::Mysql => {
                let current = first(connection, "SELECT CAST(DATABASE() AS CHAR)".to_owned()).await?;
                Like::of_mysql(connection, &current.unwrap_or_default()).await
            }
            #[cfg(not(all(feature = "postgres", feature = "mysql")))]
            _ => Ok(Like::default()),
        }
    }

    /// MySQL: the character set and collation of any database of the server.
    #[cfg(feature = "mysql")]
    pub(super) async fn of_mysql(
        connection: &mut Connection,
        database: &str,
    ) -> Result<Like, AutogenerateError> {
        let options = first(connection, crate::dialect::mysql::scratch::like(database)).await?;
        Ok(Like { options: [options.unwrap_or_default(), String::new()], ..Like::default() })
    }

    /// Gives the rest of the properties to a new database, the current one of the connection.
    pub(super) async fn apply(
        &self,
        connection: &mut Connection,
        database: &str,
        notes: &mut Notes<'_>,
    ) -> Result<(), AutogenerateError> {
        #[cfg(feature = "postgres")]
        if connection.dialect() == Dialect::Postgresql {
            use crate::dialect::postgresql::scratch::{create_extension, create_schema_of_extension, set};
            for [name, schema, version] in &self.extensions {
                if let Some(create) = create_schema_of_extension(schema) {
                    run(connection, create).await?;
                }
                let [exact, any] = create_extension(name, schema, version);
                if connection.execute(exact).await.is_err()
                    && let Err(failed) = connection.execute(any).await
                {
                    let reason = DatabaseMessage::of(&failed.error).message;
                    notes(Note::NoExtension { name: name.clone(), reason });
                }
            }
            for (name, value) in &self.settings {
                // Some settings are not for everybody, and not for every server. They do not change how SQL is read.
                for sql in set(database, name, value) {
                    let _ = connection.execute(sql).await;
                }
            }
        }
        let _ = (connection, database, notes);
        Ok(())
    }
}

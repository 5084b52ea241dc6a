//! The command or the edit that fixes an error.

use super::MigrateError;
use crate::revision::{PlanError, ResolveError};
use crate::script::find_scripts;

pub(super) const READ_ONLY: &str = "the database, or this user, may only read: use a URL that may write";

/// For a database that has revisions which these scripts do not know.
pub const VERSION_TABLE: &str =
    "if another service migrates this database too, give each its own `version_table` in alembic.toml";

/// The name of what fails where the role of a run cannot be set.
pub(crate) const SETTING_ROLE: &str = "setting the role";

const ROLE: &str = "nothing was run: `session.role` in alembic.toml names the role in which migrations run (in a service also `role(…)` \
                    of the run). It must exist, and the user of the URL must be a member of it: `GRANT … TO …`";

/// For work that was begun and is not finished.
pub(super) const ABANDON: &str = "`cargo alembic resume --abandon` gives the revision up: it runs nothing, lists each statement that \
                                  has run, and leaves what that did to you";

impl MigrateError {
    /// The command or the edit that fixes the error, if its message does not say.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            MigrateError::Refused { help, .. } | MigrateError::BadUrl { help: help @ Some(_), .. } => {
                help.clone()
            }
            MigrateError::Diverged(diverged) => Some(format!(
                "{VERSION_TABLE}\n\
                 if two versions of these scripts were developed apart, bring the missing ones here (`{}` finds them), and join the \
                 heads with `cargo alembic merge`; or undo the last of them as the history keeps it: \
                 `cargo alembic downgrade --from-history -1`",
                find_scripts(diverged.unknown.iter().map(String::as_str))
            )),
            MigrateError::OtherService(other) => Some(format!(
                "{VERSION_TABLE}, for example `version_table = \"alembic_version_billing\"`\n\
                 if these are the scripts of the same service, bring the missing ones here: `{}` finds them",
                find_scripts(other.unknown.iter().map(String::as_str))
            )),
            MigrateError::NotOwn(other) => {
                let ids = other.revisions.iter().map(String::as_str);
                let stamp = "\nif no other service uses the version table, `cargo alembic stamp --purge REVISION` declares where the \
                             database really is, and runs nothing";
                Some(format!(
                    "{VERSION_TABLE}, for example `version_table = \"alembic_version_billing\"`\n\
                     if this service applied it, bring back the script that was applied (`{}` finds it); of an edited script, its message \
                     and its `Created:` line are enough{}",
                    find_scripts(ids),
                    if other.is_stamp { stamp } else { "" }
                ))
            }
            MigrateError::UnknownRevisions { unknown, applied } => {
                let undo = "; or undo the last of them as the history keeps it: `cargo alembic downgrade --from-history -1`";
                let other = if unknown.known == 0 { format!("{VERSION_TABLE}\n") } else { String::new() };
                Some(format!(
                    "{other}the revision may be on another branch, or its script was deleted: bring the script back (`{}` finds it)\n\
                     if no other service uses the version table, `cargo alembic stamp --purge REVISION` declares where the database \
                     really is, and runs nothing{}",
                    find_scripts(unknown.unknown.iter().map(|unknown| unknown.id.as_str())),
                    if applied.is_empty() { "" } else { undo }
                ))
            }
            MigrateError::Plan(PlanError::SeveralSides { merge, sides }) => {
                let unfinished = sides.iter().filter(|side| side.missing.is_some());
                let below = unfinished.chain(sides).find_map(|side| side.below.as_ref());
                let downgrade =
                    below.map(|target| format!(", for example `cargo alembic downgrade {target}`"));
                Some(format!(
                    "nothing was run: take back what the database has of one side{}; or do by hand what is missing, and declare \
                     it with `cargo alembic stamp {merge}`",
                    downgrade.unwrap_or_default()
                ))
            }
            MigrateError::RowsReferred { done, .. } => Some(format!(
                "{}. Drop the other table first if both are to go, or DELETE the rows first if they are; where both refer to each other, \
                 `ALTER TABLE … DROP CONSTRAINT` takes one of the keys away; to change a table, \
                 use ALTER TABLE, or make it anew in one section that runs in a transaction: CREATE TABLE new_t, INSERT INTO \
                 new_t SELECT …, DROP TABLE t, ALTER TABLE new_t RENAME TO t",
                match done {
                    0 => "the database is as it was",
                    _ => "the statements before it are done, and the next run continues with it",
                }
            )),
            MigrateError::InDoubt(_) | MigrateError::ResumeEdited(_) | MigrateError::Unfinished { .. } => {
                Some(ABANDON.to_owned())
            }
            MigrateError::UnfinishedMoved { headers, .. } => Some(format!(
                "put its {headers} back to what it was when it was begun, and finish it: `cargo alembic resume`\n{ABANDON}"
            )),
            MigrateError::UnfinishedUnknown { revision, .. } => Some(format!(
                "bring the script back (`{}` finds it): the next run goes on with it\n{ABANDON}",
                find_scripts([revision.as_str()])
            )),
            MigrateError::RowsRestored { child, .. } => Some(format!(
                "the database is as it was. Leave out what saves the rows and puts them back; or, if other rows are to take \
                 their place, `DELETE FROM {child};` before the table is dropped"
            )),
            error => error.database_help().or(error.script_help()).map(str::to_owned),
        }
    }

    /// The help for errors about the database: how it is reached, and the state that it is in.
    fn database_help(&self) -> Option<&'static str> {
        Some(match self {
            MigrateError::NoFile { .. } => "`cargo alembic upgrade` creates it",
            MigrateError::BadUrl { .. } | MigrateError::UnknownScheme { .. } => {
                "a URL looks like sqlite://app.db, postgres://user:password@host/database or mysql://…"
            }
            MigrateError::Connect { message, .. } if message.is_login() => {
                "the server refused user and password: check them in the URL; special characters are percent-encoded there \
                 (`#` is `%23`, `@` is `%40`)"
            }
            MigrateError::Database { message, .. } | MigrateError::Connect { message, is_file: true, .. }
                if message.is_no_database() =>
            {
                "check the path. A file that SQLCipher has encrypted needs its key, in the variable ALEMBIC_SQLITE_KEY, and a \
                 program that is linked with SQLCipher"
            }
            MigrateError::Connect { message, .. } if message.is_role() => ROLE,
            MigrateError::Database { doing: SETTING_ROLE, .. } => ROLE,
            MigrateError::Connect { message, .. } if message.is_crowded() => {
                "a run needs two connections: one works, one holds the migration lock. `--wait` waits until they are free"
            }
            MigrateError::OneConnection { .. } => {
                "nothing was run: a run needs two connections at a time, one that works and one that holds the migration lock; \
                 a script that `--sql` prints needs one"
            }
            MigrateError::Connect { is_file: true, .. } => "check the path and its permissions",
            MigrateError::Connect { .. } => "check the URL, and that the server runs and can be reached",
            MigrateError::Database { doing, message, .. }
                if doing.starts_with("reading") && message.code.as_deref() == Some("1142") =>
            {
                "give the user the right to read the tables of the migrations: `GRANT SELECT ON alembic_version TO …; \
                 GRANT SELECT ON alembic_history TO …;`"
            }
            MigrateError::Database { doing, message, .. }
                if doing.starts_with("reading") && message.code.as_deref() == Some("42501") =>
            {
                "give the user the right to read the tables of the migrations: `GRANT SELECT ON alembic_version, \
                 alembic_history TO …`"
            }
            MigrateError::Database { message, .. } if message.is_read_only() => READ_ONLY,
            MigrateError::ReadOnly { .. } => READ_ONLY,
            MigrateError::UnfitServer { .. } => {
                "run the migrations on another server: Aurora PostgreSQL, for example, is PostgreSQL itself"
            }
            MigrateError::VersionTableElsewhere { .. } => {
                "let the search path find that one (`?search_path=…` in the URL); or, if a second one is meant, for a tenant or \
                 another service, create it first: `cargo alembic ensure-version`, in a service `MIGRATOR.ensure_version(&pool)`"
            }
            MigrateError::NoSchema { .. } => {
                "nothing was run: create the schema (`CREATE SCHEMA …`), or correct the search path (`?search_path=…` in the URL)"
            }
            MigrateError::UnfitSchema(_) => {
                "nothing was run: name another schema as `version_table_schema` in alembic.toml; or, where that is not set, connect \
                 to another database, or let the search path begin with another schema (`?search_path=…` in the URL)"
            }
            MigrateError::Ahead(_) => {
                "a newer version of the scripts was applied: use that one, or at least its scripts. A service may start all \
                 the same with `allow_ahead()`. To leave a git branch: `cargo alembic downgrade --from-history -1` undoes \
                 the last one with the downgrade that the history keeps"
            }
            MigrateError::Abandons(_) => {
                "`cargo alembic resume` finishes it; `cargo alembic resume --abandon` gives it up, and then you can stamp"
            }
            MigrateError::OnlyStamped(_) => {
                "`cargo alembic stamp REVISION` goes to the same revision and runs nothing; `downgrade` with `--stamped` runs the SQL"
            }
            MigrateError::UnknownTimeZone { .. } => {
                "nothing was run: correct `session.time_zone` in alembic.toml. An offset (`+09:00`) works on every server; \
                 MySQL knows names once `mysql_tzinfo_to_sql` has filled its tables of time zones"
            }
            MigrateError::Locked { .. } => {
                "it ends by itself, even if its process was killed; `lock_timeout` is how long to wait for it"
            }
            _ => return None,
        })
    }

    /// The help for errors about scripts, and about the rows that they leave.
    fn script_help(&self) -> Option<&'static str> {
        Some(match self {
            MigrateError::OtherAncestors(_) => {
                "put the label back to the revision that had it, or restore the scripts of its ancestors"
            }
            MigrateError::NotOffline { .. } => {
                "run it with `upgrade` or `downgrade`; or write the change as statements that SQLite knows, in a section of \
                 its own: `-- alembic: upgrade sqlite`"
            }
            MigrateError::MovesOffline { .. } => {
                "run it with `upgrade` or `downgrade`; or write the name of the database before those of the tables"
            }
            MigrateError::CountsNotes { .. } => {
                "nothing was run: count the rows with a query, or let the section run in one transaction (SQLite), or put both \
                 statements into a procedure (MySQL)"
            }
            MigrateError::SimilarIds { .. } => {
                "nothing was run: change `Revision:` of one of them, and what refers to it"
            }
            MigrateError::DropsDatabase { .. } => {
                "nothing was run: a database is made and dropped from outside of it, not by its own migrations"
            }
            MigrateError::KeyLost { .. } => {
                "the database is as it was. Write the PRIMARY KEY or UNIQUE of the old table in the new one, which CREATE \
                 TABLE … AS does not copy"
            }
            MigrateError::DropsSchema { .. } | MigrateError::DropsTables { .. } => {
                "the database is as it was: drop the objects of the revision instead of what contains them; or keep the \
                 version table elsewhere: `version_table_schema` in alembic.toml"
            }
            MigrateError::KeyWithoutTable { .. } => {
                "the database is as it was: drop the other table or its foreign key in the same section (`ALTER TABLE … DROP \
                 CONSTRAINT …`), or create the table again under its name; to change a table, use ALTER TABLE"
            }
            MigrateError::RowsLost { .. } => {
                "the database is as it was. Keep those rows in the new table; or change or delete what refers to them, in \
                 the same section"
            }
            MigrateError::RowsUnreferred { .. } => {
                "`transaction = \"revision\"` in alembic.toml commits each revision by itself, and so shows which one it is"
            }
            MigrateError::Deferred { .. } => {
                "each revision has to leave the database as its constraints want it: what another revision is to mend \
                 belongs into this one"
            }
            MigrateError::Plan(PlanError::Resolve(ResolveError::MultipleHeads { .. })) => {
                "`cargo alembic merge` joins the heads; the target `heads` means all of them"
            }
            MigrateError::Irreversible { .. } => {
                "nothing was run: write a new revision that undoes it, or restore a backup"
            }
            MigrateError::NoSection { .. } => "add the section, or one without a dialect: nothing was run",
            MigrateError::SessionLost { .. } => {
                "change the statements that are left so that they do without, or execute them by hand and declare it with \
                 `cargo alembic stamp REVISION --abandon`"
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::DatabaseMessage;

    /// MySQL grants on one table at a time.
    #[test]
    fn a_missing_right_to_read() {
        let help = |code: &str| {
            let message = DatabaseMessage { code: Some(code.to_owned()), ..DatabaseMessage::default() };
            let (doing, source) = ("reading the version table", sqlx::Error::WorkerCrashed);
            MigrateError::Database { doing, message: Box::new(message), source }.help().unwrap_or_default()
        };
        assert!(help("42501").ends_with("`GRANT SELECT ON alembic_version, alembic_history TO …`"));
        assert!(
            help("1142")
                .ends_with("`GRANT SELECT ON alembic_version TO …; GRANT SELECT ON alembic_history TO …;`")
        );
    }
}

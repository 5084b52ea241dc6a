//! The statements that prepare and limit a session of MySQL or MariaDB.

use std::fmt::Write as _;
use std::time::Duration;

use crate::sql::Dialect;
use crate::sql::facts::Session;
use crate::sql::quote::{identifier, literal};

/// Gives statements the same meaning on every server, whatever `init_connect`, sqlx or a pool has set: text is UTF-8, and
/// the time zone is that of the run. The SQL mode is the server's (with sqlx `||` concatenates). Limits how long they wait
/// for locks; zero: no limit of our own. Limits how long they run; zero: no limit.
pub(crate) fn prepare(lock_timeout: Duration, statement_timeout: Duration, time_zone: &str) -> String {
    let mut sql = fix(time_zone);
    if !lock_timeout.is_zero() {
        // In whole seconds, at least one.
        let seconds = lock_timeout.as_millis().div_ceil(1000);
        let _ = write!(sql, ", lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}");
    }
    sql + &limits(statement_timeout)
}

/// The statement that fixes the settings of a session, in a form to which other settings can be added.
pub(crate) fn fix(time_zone: &str) -> String {
    // Names of time zones need tables that many servers lack.
    let zone = if time_zone == "UTC" { "+00:00" } else { time_zone };
    let zone = literal(Dialect::Mysql, zone);
    format!("SET NAMES utf8mb4, SESSION sql_mode = @@GLOBAL.sql_mode, time_zone = {zone}")
}

/// Keeps the settings that [`fix`] changes, for a script.
pub(crate) const KEEP: &str = "SET @alembic_sql_mode = @@SESSION.sql_mode, @alembic_time_zone = @@SESSION.time_zone, \
     @alembic_client = @@SESSION.character_set_client, @alembic_results = @@SESSION.character_set_results, \
     @alembic_collation = @@SESSION.collation_connection";

/// Restores them.
pub(crate) const RESTORE: &str = "SET SESSION sql_mode = @alembic_sql_mode, time_zone = @alembic_time_zone, \
     character_set_client = @alembic_client, character_set_results = @alembic_results, \
     collation_connection = @alembic_collation";

/// Takes back what a statement of a script leaves in a session of the plain client, as far as the statement tells.
pub(crate) fn take_back(session: &Session) -> Vec<String> {
    let (variables, settings): (Vec<&String>, Vec<&String>) =
        session.settings.iter().chain(&session.lost).partition(|name| name.starts_with('@'));
    let mut sql: Vec<String> = variables.iter().map(|name| format!("SET {name} = NULL")).collect();
    sql.extend(settings.iter().map(|name| match session.lost.contains(name) {
        true => format!("DROP TEMPORARY TABLE IF EXISTS {}", identifier(Dialect::Mysql, name)),
        false => format!("SET SESSION {name} = DEFAULT"),
    }));
    sql
}

/// Limits how long the statements that follow run.
pub(crate) fn limit(timeout: Duration) -> String {
    format!("SET NAMES utf8mb4{}", limits(timeout))
}

/// What limits how long statements run, in comments that only one of them executes: MariaDB, and MySQL, which limits only
/// queries.
fn limits(timeout: Duration) -> String {
    format!(
        " /*M!100101 , SESSION max_statement_time = {} */ /*!50708 , SESSION max_execution_time = {} */",
        timeout.as_secs_f64(),
        timeout.as_millis()
    )
}

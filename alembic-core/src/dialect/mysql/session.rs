//! The statements that prepare and limit a session of MySQL or MariaDB.

use std::fmt::Write as _;
use std::time::Duration;

/// Gives statements the meaning that they have in the server's own client, whatever sqlx or a pool has set (with sqlx `||`
/// concatenates, and the time zone is UTC), and limits how long they wait for locks. Zero: no limit of our own.
pub(crate) fn prepare(lock_timeout: Duration) -> String {
    let mut sql = "SET SESSION sql_mode = @@GLOBAL.sql_mode, time_zone = @@GLOBAL.time_zone".to_owned();
    if !lock_timeout.is_zero() {
        // In whole seconds, at least one.
        let seconds = lock_timeout.as_millis().div_ceil(1000);
        let _ = write!(sql, ", lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}");
    }
    sql
}

/// Limits how long statements run: on MariaDB, and on MySQL, which limits only queries.
pub(crate) fn limits(timeout: Duration) -> [String; 2] {
    [
        format!("SET SESSION max_statement_time = {}", timeout.as_secs_f64()),
        format!("SET SESSION max_execution_time = {}", timeout.as_millis()),
    ]
}

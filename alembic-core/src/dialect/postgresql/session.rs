//! The statements that limit, read and reset a PostgreSQL session.

use std::time::Duration;

use crate::sql::Dialect;
use crate::sql::facts::{Leftover, Session};
use crate::sql::quote::literal;

/// The settings that differ from those of a new session: name, value.
pub(crate) const CHANGED_SETTINGS: &str = "SELECT s.name, s.setting FROM pg_catalog.pg_settings s \
     WHERE s.context IN ('user', 'superuser') AND s.setting IS DISTINCT FROM s.reset_val";

/// The current role and the user of the session.
pub(crate) const USER: &str = "SELECT current_setting('role'), session_user::text";

/// The statements that drop temporary objects, each for the objects that a script may have left.
pub(crate) const DROP_TEMPORARY: [(Leftover, &str); 3] = [
    (Leftover::Temporary, "DISCARD TEMP"),
    (Leftover::Prepared, "DEALLOCATE ALL"),
    (Leftover::Cursor, "CLOSE ALL"),
];

/// The settings that are the same in every session of a run, whatever the server, the database, the role or a pool has:
/// those that decide how values are read and written as text. `pg_dump` fixes most of them too. With the time zone.
const FIXED: [(&str, &str); 10] = [
    ("client_encoding", "UTF8"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("standard_conforming_strings", "on"),
    ("backslash_quote", "safe_encoding"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
    ("xmloption", "content"),
    ("array_nulls", "on"),
    ("transform_null_equals", "off"),
];
const TIME_ZONE: &str = "TimeZone";

fn fixed(time_zone: &str) -> Vec<(&'static str, String)> {
    let fixed = FIXED.iter().map(|(name, value)| (*name, (*value).to_owned()));
    fixed.chain([(TIME_ZONE, zone(time_zone))]).collect()
}

/// A time zone as PostgreSQL reads it: an offset is written with the opposite sign there, behind a name.
fn zone(name: &str) -> String {
    let Some(digits) = name.strip_prefix(['+', '-']).filter(|rest| rest.contains(':')) else {
        return name.to_owned();
    };
    let opposite = if name.starts_with('+') { '-' } else { '+' };
    format!("<{name}>{opposite}{digits}")
}

/// Fixes the settings of the session, or of its transaction. Changes none that is right already: a pooler shares sessions.
pub(crate) fn fix(time_zone: &str, of_transaction: bool) -> String {
    let rows =
        fixed(time_zone).into_iter().map(|(name, value)| format!("({}, {})", text(name), text(&value)));
    let rows: Vec<String> = rows.collect();
    format!(
        "SELECT pg_catalog.set_config(f.name, f.value, {of_transaction}) FROM (VALUES {}) AS f (name, value) \
         WHERE pg_catalog.current_setting(f.name, true) <> f.value",
        rows.join(", ")
    )
}

/// The same as statements that print nothing, for a script.
pub(crate) fn set(time_zone: &str) -> String {
    let fixed = fixed(time_zone).into_iter();
    fixed.map(|(name, value)| format!("SET {name} = {};\n", plain(name, &value))).collect()
}

/// `DateStyle` takes a list.
fn plain(name: &str, value: &str) -> String {
    if name == "DateStyle" { value.to_owned() } else { text(value) }
}

/// Keeps the user, the role, all settings that are changed, and those of the scripts with these names, which no catalog lists, in
/// variables of `psql`.
pub(crate) fn keep(own: &[&str]) -> String {
    let own: Vec<String> = own
        .iter()
        .enumerate()
        .map(|(index, name)| {
            format!(", coalesce(current_setting({}, true), '') AS alembic_{index}", text(name))
        })
        .collect();
    format!(
        "SELECT current_setting('role') AS alembic_role, session_user AS alembic_user, \
         (SELECT coalesce(json_object_agg(s.name, s.setting), '{{}}') FROM ({CHANGED_SETTINGS}) AS s) AS alembic_settings{} \\gset\n",
        own.join("")
    )
}

/// Gives a session of `psql` back what [`keep`] has kept.
pub(crate) fn give_back(own: &[&str]) -> String {
    let mut sql = format!(
        "SELECT count(pg_catalog.set_config(s.name, coalesce(f.value, s.reset_val), false)) AS alembic_count \
         FROM pg_catalog.pg_settings s LEFT JOIN json_each_text(:'alembic_settings') AS f ON f.key = s.name \
         WHERE {} \\gset\n",
        to_reset("f.value")
    );
    for (index, name) in own.iter().enumerate() {
        sql += &format!(
            "SELECT set_config({}, :'alembic_{index}', false) AS alembic_{index} \\gset\n",
            text(name)
        );
    }
    sql
}

/// Takes back what a revision leaves in a session of `psql`.
pub(crate) fn take_back(session: &Session, own: &[&str]) -> String {
    let mut sql = String::new();
    if session.may_leave(Leftover::User) {
        sql += "SET SESSION AUTHORIZATION :'alembic_user';\n";
    }
    if session.may_leave(Leftover::User) || session.may_leave(Leftover::Role) {
        sql += "SELECT set_config('role', :'alembic_role', false) AS alembic_role \\gset\n";
    }
    sql += &give_back(own);
    for (_, drop) in DROP_TEMPORARY.iter().filter(|(leftover, _)| session.may_leave(*leftover)) {
        sql += &format!("{drop};\n");
    }
    sql
}

/// The condition of those settings `s` that differ from what they are to be, if `value` is not NULL, or in a new session.
/// Those of a transaction cannot be set any more.
fn to_reset(value: &str) -> String {
    format!(
        "s.context IN ('user', 'superuser') AND s.setting IS DISTINCT FROM coalesce({value}, s.reset_val) \
         AND s.name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')"
    )
}

/// Limits the statements of a transaction. Zero: no limit, whatever the server, the database or the role has.
pub(crate) fn limits(lock_timeout: Duration, statement_timeout: Duration) -> Vec<String> {
    vec![format!("SET LOCAL lock_timeout = {}", lock_timeout.as_millis()), limit(statement_timeout)]
}

/// Limits the statements that follow in the transaction.
pub(crate) fn limit(statement_timeout: Duration) -> String {
    format!("SET LOCAL statement_timeout = {}", statement_timeout.as_millis())
}

/// Limits the statements outside of transactions, and answers what their limit was. Changes nothing that is right already: a
/// pooler shares sessions.
pub(crate) fn limit_session(milliseconds: &str) -> String {
    let value = text(milliseconds);
    format!(
        "SELECT s.setting, CASE WHEN s.setting <> {value} THEN pg_catalog.set_config(s.name, {value}, false) END \
         FROM pg_catalog.pg_settings s WHERE s.name = 'statement_timeout'"
    )
}

/// A setting that no catalog lists: name, value.
pub(crate) fn setting(name: &str) -> String {
    let name = text(name);
    format!("SELECT {name}, current_setting({name}, true)")
}

pub(crate) fn set_user(user: &str) -> String {
    format!("SET SESSION AUTHORIZATION {}", text(user))
}

pub(crate) fn set_role(role: &str) -> String {
    format!("SELECT set_config('role', {}, false)", text(role))
}

pub(crate) fn set_search_path(path: &str) -> String {
    format!("SELECT set_config('search_path', {}, false)", text(path))
}

/// Resets the settings that differ from `settings`, and no others: a user may not have the right to set all of them.
pub(crate) fn reset_settings(settings: &[(String, Option<String>)]) -> String {
    let (own, listed): (Vec<_>, Vec<_>) = settings.iter().partition(|(name, _)| name.contains('.'));
    let row = |(name, value): &&(String, Option<String>)| {
        format!("({}, {})", text(name), text(value.as_deref().unwrap_or_default()))
    };
    let rows: Vec<String> = listed.iter().map(row).chain(["(NULL, NULL)".to_owned()]).collect();
    let mut sql = format!(
        "SELECT pg_catalog.set_config(s.name, coalesce(f.setting, s.reset_val), false) \
         FROM pg_catalog.pg_settings s LEFT JOIN (VALUES {}) AS f (name, setting) ON f.name = s.name \
         WHERE {}",
        rows.join(", "),
        to_reset("f.setting")
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

fn text(text: &str) -> String {
    literal(Dialect::Postgresql, text)
}

//! What a database says when it refuses something, in parts that can be shown.

use std::fmt;

/// A database's own words about a failure.
///
/// sqlx's `Display` of a PostgreSQL error adds a line number of PostgreSQL's C source, which reads like a line of the
/// script; so the parts are taken from the driver's error instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseMessage {
    /// SQLSTATE, or the number that the database has for it.
    pub code: Option<String>,
    /// What went wrong.
    pub message: String,
    /// More about it: PostgreSQL's DETAIL.
    pub detail: Option<String>,
    /// What the database suggests: PostgreSQL's HINT.
    pub hint: Option<String>,
    /// Where it happened inside functions: PostgreSQL's CONTEXT.
    pub context: Option<String>,
    /// Character (from 1) of the text sent at which the mistake is, where the database says so.
    pub position: Option<usize>,
}

impl DatabaseMessage {
    /// Whether the server refused the user (SQLSTATE class 28; `ER_ACCESS_DENIED_ERROR`).
    pub(crate) fn is_login(&self) -> bool {
        self.code.as_deref().is_some_and(|code| code.starts_with("28") || code == "1045")
    }

    /// Whether PostgreSQL refused the role that a connection begins with (`insufficient_privilege`, `invalid_parameter_value`).
    pub(crate) fn is_role(&self) -> bool {
        matches!(self.code.as_deref(), Some("42501" | "22023")) && self.message.contains("role")
    }

    /// The file is not a SQLite database, or it is encrypted (`SQLITE_NOTADB`).
    pub(crate) fn is_no_database(&self) -> bool {
        self.code.as_deref() == Some("26") && self.message.contains("not a database")
    }

    /// Whether the server, or the user, has no connection free (`too_many_connections`; MySQL's "Too many connections",
    /// `max_user_connections` and a user's limit).
    pub(crate) fn is_crowded(&self) -> bool {
        matches!(self.code.as_deref(), Some("53300" | "1040" | "1203" | "1226"))
    }

    /// Whether the right to write was missing (`read_only_sql_transaction`, `insufficient_privilege`; `SQLITE_READONLY`;
    /// MySQL's "command denied" and "read-only").
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self.code.as_deref(), Some("25006" | "42501" | "8" | "1142" | "1044" | "1290" | "1792"))
    }

    /// SQLite: the view or trigger that keeps it from altering a table.
    pub(crate) fn broken_object(&self) -> Option<BrokenObject<'_>> {
        let rest = self.message.strip_prefix("error in ")?;
        let (kind, rest) = match (rest.strip_prefix("view "), rest.strip_prefix("trigger ")) {
            (Some(rest), _) => ("view", rest),
            (None, rest) => ("trigger", rest?),
        };
        let (name, _) = rest.split_once(": ")?;
        let before = name.strip_suffix(" after rename").or_else(|| name.strip_suffix(" after drop column"));
        Some(BrokenObject { kind, name: before.unwrap_or(name), by_statement: before.is_some() })
    }

    /// Whether a statement cannot run in a transaction (`active_sql_transaction`; SQLite has no code for it).
    pub(crate) fn refuses_transaction(&self) -> bool {
        self.code.as_deref() == Some("25001") || self.message.contains("from within a transaction")
    }
}

/// A view or trigger that SQLite cannot read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BrokenObject<'a> {
    pub(crate) kind: &'static str,
    pub(crate) name: &'a str,
    /// Whether it could be read before the statement.
    pub(crate) by_statement: bool,
}

impl fmt::Display for DatabaseMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        if let Some(code) = &self.code {
            write!(formatter, " (code {code})")?;
        }
        let parts = [("detail", &self.detail), ("hint", &self.hint), ("context", &self.context)];
        for (name, part) in parts {
            if let Some(part) = part {
                write!(formatter, "\n  {name}: {}", part.replace('\n', "\n    "))?;
            }
        }
        Ok(())
    }
}

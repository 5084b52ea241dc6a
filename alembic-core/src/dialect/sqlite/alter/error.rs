//! Why a table cannot be altered.

use super::quoted;

/// What is wrong with an `ALTER TABLE`, before SQLite has been asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AlterError {
    #[error("no such table: {name}")]
    NoTable { name: String },
    #[error("{name} is a {kind}, and no table that can be altered")]
    NotATable { name: String, kind: &'static str },
    #[error("the stored definition of {name} cannot be read: near \"{near}\"")]
    Unreadable { name: String, near: String },
    #[error("no such column: {table}.{column}")]
    NoColumn { table: String, column: String },
    #[error("table {table} has a column {column} already")]
    ColumnExists { table: String, column: String },
    #[error("table {table} has no constraint {name}{}", there_are(.known))]
    NoConstraint { table: String, name: String, known: Vec<String> },
    #[error("table {table} has a constraint {name} already")]
    ConstraintExists { table: String, name: String },
    #[error("column {table}.{column} gets a type twice in one statement")]
    TypedTwice { table: String, column: String },
    #[error("column {table}.{column} is generated: it cannot have a default")]
    NoDefault { table: String, column: String },
    #[error("column {table}.{column} is part of the primary key, and needs a value in every row")]
    KeyNeedsValue { table: String, column: String },
    #[error(
        "column {table}.{column} cannot be dropped: it is used by {}; change or drop that first",
        .users.join(", ")
    )]
    ColumnUsed { table: String, column: String, users: Vec<String> },
    #[error(
        "the key {table} ({columns}) cannot be dropped: a foreign key of table {child} refers to it; drop that first"
    )]
    KeyUsed { table: String, columns: String, child: String },
    #[error(
        "a foreign key of table {child} cannot refer to {table} ({columns}): that is neither its primary key nor unique"
    )]
    NoKey { table: String, columns: String, child: String },
    #[error(
        "this SQLite does not let its schema be edited (it is in defensive mode), and table {table} cannot be altered \
         otherwise"
    )]
    Defensive { table: String },
    #[error("{complaint}")]
    Violated { complaint: String },
}

impl AlterError {
    /// The statements or the edit that help, if the message does not say.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            AlterError::ColumnUsed { users, .. } => {
                let drops: Vec<String> = users.iter().filter_map(|user| drop_of(user)).collect();
                let it = if drops.len() == 1 { "it" } else { "them" };
                let statements = drops.join("; ");
                (!drops.is_empty())
                    .then(|| format!("put `{statements}` before it, and create {it} again without the column after it"))
            }
            AlterError::Unreadable { .. } => Some(
                "rebuild the table in one section: CREATE TABLE new_t, INSERT INTO new_t SELECT …, DROP TABLE t, ALTER TABLE \
                 new_t RENAME TO t"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// The stored text of a table or an index cannot be read from byte `at` on.
    pub(super) fn unreadable(name: &str, sql: &str, at: usize) -> AlterError {
        let near = sql.get(at..).unwrap_or_default().chars().take(20).collect();
        AlterError::Unreadable { name: name.to_owned(), near }
    }
}

/// The statement that drops what uses a column.
fn drop_of(user: &str) -> Option<String> {
    const KINDS: [(&str, &str); 4] =
        [("view ", "VIEW"), ("trigger ", "TRIGGER"), ("virtual table ", "TABLE"), ("index ", "INDEX")];
    let drop = |(prefix, kind): &(&str, &str)| {
        user.strip_prefix(prefix).map(|name| format!("DROP {kind} {}", quoted(name)))
    };
    KINDS.iter().find_map(drop)
}

fn there_are(known: &[String]) -> String {
    match known {
        [] => String::new(),
        known => format!("; it has {}", known.join(", ")),
    }
}

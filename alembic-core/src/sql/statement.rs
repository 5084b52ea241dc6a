//! The statements of a section, by their byte ranges.
//!
//! A statement ends at `;` outside strings, comments and quotes, but not at one inside a body:
//!
//! - PostgreSQL: `BEGIN ATOMIC … END` of `CREATE FUNCTION` and `CREATE PROCEDURE`; the parentheses of
//!   `CREATE RULE … DO (a; b)`.
//! - SQLite: `BEGIN … END` of `CREATE TRIGGER`.
//! - MySQL and MariaDB: the compound statements of procedures, functions, triggers, events and packages, and
//!   MariaDB's that stand by themselves (`BEGIN NOT ATOMIC`, `IF`, `CASE`, `LOOP`, `REPEAT`, `WHILE`, `FOR`).
//!
//! `-- alembic: delimiter //` on a line of its own replaces the `;` by another text, and switches bodies off,
//! until `-- alembic: delimiter ;`.
//!
//! What a section must not hold is reported here too: transaction control, MySQL's `LOCK TABLES`, commands that belong to a
//! client program, `COPY … FROM STDIN`.

mod block;
mod body;
mod brackets;
mod client;
mod compound;
mod copy;
mod delimiter;
mod error;
mod reading;
mod routine;
mod splitter;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::Dialect;
#[cfg(feature = "driver")]
pub(crate) use brackets::AFTER_SQLITE_TYPE;
pub use error::StatementError;
pub use reading::Misread;
#[cfg(feature = "driver")]
pub(crate) use reading::Reading;

/// One statement: the range of its text, without white space and comments around it and without its
/// terminator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The index of its first byte.
    pub start: usize,
    /// The index after its last byte.
    pub end: usize,
}

impl Statement {
    /// The statement's text in the `sql` that it was found in; nothing in any other text that is too short.
    #[must_use]
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        sql.get(self.start..self.end).unwrap_or_default()
    }
}

/// The statements of `sql` in their order, or everything that is wrong with them.
///
/// Statements without content (only comments, or nothing between two `;`) are left out. On MySQL an
/// executable comment is content.
///
/// ```
/// use alembic_core::sql::{split, Dialect};
///
/// let sql = "CREATE TABLE a (b INT); -- one\n/* two */ INSERT INTO a VALUES (';');";
/// let statements = split(sql, Dialect::Sqlite)?;
/// let texts: Vec<_> = statements.iter().map(|statement| statement.text(sql)).collect();
/// assert_eq!(texts, ["CREATE TABLE a (b INT)", "INSERT INTO a VALUES (';')"]);
/// # Ok::<(), Vec<alembic_core::sql::StatementError>>(())
/// ```
///
/// # Errors
/// All that is wrong, in the order of the text.
pub fn split(sql: &str, dialect: Dialect) -> Result<Vec<Statement>, Vec<StatementError>> {
    splitter::Splitter::new(sql, dialect).split()
}

/// The statements of a dump, as `pg_dump`, `mysqldump`, `mariadb-dump` and `sqlite3` write it: [`split`] with the commands
/// and statements that these clients use around definitions.
///
/// # Errors
/// All that is wrong, in the order of the text.
#[cfg(feature = "models")]
pub(crate) fn split_dump(sql: &str, dialect: Dialect) -> Result<Vec<Statement>, Vec<StatementError>> {
    splitter::Splitter::new(sql, dialect).dump().split()
}

/// The statements of a dump with rows, and the transactions around them.
///
/// # Errors
/// All that is wrong, in the order of the text.
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) fn split_dump_with_rows(
    sql: &str,
    dialect: Dialect,
) -> Result<Vec<Statement>, Vec<StatementError>> {
    splitter::Splitter::new(sql, dialect).dump_with_rows().split()
}

/// The words that `sql` begins with, at most `count`, in upper case: up to the first token that is no word.
/// Comments and hints are skipped; what an executable comment holds counts.
///
/// ```
/// use alembic_core::sql::{keywords, Dialect};
///
/// let sql = "/* why */ create unique index `i` on t (c)";
/// assert_eq!(keywords(sql, Dialect::Mysql, 5), ["CREATE", "UNIQUE", "INDEX"]);
/// ```
#[must_use]
pub fn keywords(sql: &str, dialect: Dialect, count: usize) -> Vec<String> {
    let mut cursor = super::cursor::Cursor::new(sql, dialect);
    let mut words = Vec::new();
    while words.len() < count
        && let Some(piece) = cursor.next()
    {
        match piece.kind {
            super::lexer::TokenKind::Word => words.push(cursor.text(piece).to_ascii_uppercase()),
            super::lexer::TokenKind::Hint | super::lexer::TokenKind::Comment => {}
            _ => break,
        }
    }
    words
}

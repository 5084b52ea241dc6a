//! The output of `pg_dump`, `mysqldump`, `mariadb-dump` and `sqlite3 .dump`, schema and rows, as statements of a script.
//!
//! A dump is written for a client program and for an empty server: it has commands of that client, data between statements,
//! settings, locks, owners. Whatever a migration cannot have is left out or written in another form, and said.

mod clean;
mod copy;
mod rules;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{Dialect, keywords, split, split_dump_with_rows};
use clean::{Dirty, clean};
use copy::Text;
use rules::{Rules, Verdict};

/// A dump as the statements of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// The database that wrote it.
    pub dialect: Dialect,
    /// The statements, ready for a section of that dialect.
    pub sql: String,
    /// What was changed, in the order in which it was first seen.
    pub changes: Vec<Change>,
}

/// Something that a script cannot have as the dump has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What was done, and to what: "left out: locks of tables".
    pub what: &'static str,
    /// The lines of the dump, from 1.
    pub lines: Vec<usize>,
}

/// Why a dump cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DumpError {
    /// The line, from 1; zero for the whole file.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
    /// What helps.
    pub help: String,
}

impl Dump {
    /// Reads a dump. `own` are the tables in which the migrations keep their state: they are left out.
    ///
    /// # Errors
    /// It is not the output of one of these programs, or has something that no script can do.
    pub fn read(text: &str, own: &[&str]) -> Result<Dump, DumpError> {
        let text = as_written(text);
        let Some(dialect) = dialect(&text) else {
            return Err(DumpError {
                line: 0,
                reason: "it is not the output of pg_dump, mysqldump, mariadb-dump or sqlite3 .dump"
                    .to_owned(),
                help: "write it with one of them, as text: `pg_dump --format=plain`".to_owned(),
            });
        };
        let mut changes = Vec::new();
        let text = match dialect {
            Dialect::Postgresql => Text::with_inserts(&text, &mut changes)?,
            Dialect::Sqlite | Dialect::Mysql => Text::plain(without_sandbox(&text)),
        };
        let statements = split_dump_with_rows(&text.sql, dialect).map_err(|errors| {
            let first = errors.first();
            DumpError {
                line: first.map_or(0, |error| text.line(error.start())),
                reason: first.map(ToString::to_string).unwrap_or_default(),
                help: first.map(super::StatementError::help).unwrap_or_default(),
            }
        })?;
        let mut rules = Rules::new(dialect, own);
        let mut script = Script { dialect, tables: String::new(), sql: String::new(), changes };
        for statement in statements {
            let line = text.line(statement.start);
            match rules.verdict(statement.text(&text.sql)) {
                Verdict::Kept => script.append(statement.text(&text.sql), line)?,
                Verdict::Changed(new, what) => {
                    new.iter().try_for_each(|statement| script.append(statement, line))?;
                    add(&mut script.changes, what, line);
                }
                Verdict::LeftOut(what) => add(&mut script.changes, what, line),
                Verdict::Refused(reason, help) => {
                    return Err(DumpError { line, reason: reason.to_owned(), help: help.to_owned() });
                }
            }
        }
        let Script { tables, sql, mut changes, .. } = script;
        for line in sql_commands(&text.sql, dialect) {
            add(&mut changes, line.1, text.line(line.0));
        }
        let sql = format!("{}{tables}{sql}", rules.preamble());
        Ok(Dump { dialect, sql, changes })
    }
}

/// The script as far as it is written.
struct Script {
    dialect: Dialect,
    /// SQLite's definitions of tables. It enforces foreign keys while rows are inserted, and finds the table that they
    /// reference even where the check is deferred.
    tables: String,
    sql: String,
    changes: Vec<Change>,
}

impl Script {
    /// Adds a statement that begins on this line of the dump.
    fn append(&mut self, statement: &str, line: usize) -> Result<(), DumpError> {
        let before = |at: usize| statement[..at].matches('\n').count();
        let cleaned = clean(statement, self.dialect).map_err(|Dirty { at, reason, help }| DumpError {
            line: line + before(at),
            reason,
            help: help.to_owned(),
        })?;
        for (at, what) in cleaned.changes {
            add(&mut self.changes, what, line + before(at));
        }
        let words = keywords(statement, self.dialect, 3);
        let is_table =
            words.first().is_some_and(|word| word == "CREATE") && words.contains(&"TABLE".to_owned());
        if self.dialect == Dialect::Sqlite && is_table {
            if !self.sql.is_empty() {
                add(&mut self.changes, "moved before the rows: definitions of tables", line);
            }
            append(&mut self.tables, &cleaned.sql, self.dialect);
        } else {
            append(&mut self.sql, &cleaned.sql, self.dialect);
        }
        Ok(())
    }
}

/// The text that the program wrote. On Windows each of its line feeds becomes CRLF, and so does that of a CRLF.
fn as_written(text: &str) -> Cow<'_, str> {
    let is_changed = text.contains('\n') && text.matches('\n').count() == text.matches("\r\n").count();
    if is_changed { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

fn add(changes: &mut Vec<Change>, what: &'static str, line: usize) {
    match changes.iter_mut().find(|change| change.what == what) {
        Some(change) if change.lines.last() == Some(&line) => {}
        Some(change) => change.lines.push(line),
        None => changes.push(Change { what, lines: vec![line] }),
    }
}

/// Adds a statement, with a delimiter of its own if it would be split otherwise.
fn append(sql: &mut String, statement: &str, dialect: Dialect) {
    let terminated = format!("{statement};");
    let is_one = split(&terminated, dialect).is_ok_and(|found| {
        found.len() == 1
            && found[0].text(&terminated).len() == statement.trim_end_matches([';', ' ', '\n']).len()
    });
    if is_one {
        sql.push_str(&terminated);
        sql.push('\n');
        return;
    }
    let mut delimiter = "//".to_owned();
    while statement.contains(&delimiter) {
        delimiter.push('/');
    }
    sql.push_str(&format!(
        "-- alembic: delimiter {delimiter}\n{statement}\n{delimiter}\n-- alembic: delimiter ;\n"
    ));
}

/// The commands of the client that were obeyed or skipped: their places.
fn sql_commands(sql: &str, dialect: Dialect) -> Vec<(usize, &'static str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in sql.split_inclusive('\n') {
        let what = match dialect {
            Dialect::Postgresql if line.starts_with("\\restrict") || line.starts_with("\\unrestrict") => {
                Some("left out: `\\restrict` and `\\unrestrict`")
            }
            Dialect::Mysql if line.starts_with("DELIMITER ") => {
                Some("written as statements of their own: bodies under `DELIMITER`")
            }
            _ => None,
        };
        found.extend(what.map(|what| (at, what)));
        at += line.len();
    }
    found
}

/// The program that wrote a dump, by its first lines.
fn dialect(text: &str) -> Option<Dialect> {
    let head: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(12).collect();
    let has = |words: &str| head.iter().any(|line| line.contains(words));
    if has("PostgreSQL database dump") {
        Some(Dialect::Postgresql)
    } else if has("-- MySQL dump") || has("-- MariaDB dump") || has("/*!") || has("CREATE TABLE `") {
        // `--compact` leaves the head out.
        Some(Dialect::Mysql)
    } else if head.first() == Some(&"PRAGMA foreign_keys=OFF;") || head.first() == Some(&"BEGIN TRANSACTION;")
    {
        Some(Dialect::Sqlite)
    } else {
        None
    }
}

/// The text without the comment by which MariaDB's client leaves its commands out.
fn without_sandbox(text: &str) -> String {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("/*M!999999\\-") || first.starts_with("/*!999999\\-") => {
            format!("\n{rest}")
        }
        _ => text.to_owned(),
    }
}

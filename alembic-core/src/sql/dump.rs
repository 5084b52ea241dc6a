//! The output of `pg_dump`, `mysqldump`, `mariadb-dump` and `sqlite3 .dump`, schema and rows, as statements of a script.
//!
//! A dump is written for a client program and for an empty server: it has commands of that client, data between statements,
//! settings, locks, owners. Whatever a migration cannot have is left out or written in another form, and said.

mod copy;
mod rules;
#[cfg(test)]
mod tests;

use super::statement::split_dump;
use super::{Dialect, split};
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
        let text = text.replace("\r\n", "\n");
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
        let statements = split_dump(&text.sql, dialect).map_err(|errors| {
            let first = errors.first();
            DumpError {
                line: first.map_or(0, |error| text.line(error.start())),
                reason: first.map(ToString::to_string).unwrap_or_default(),
                help: first.map(super::StatementError::help).unwrap_or_default(),
            }
        })?;
        let mut rules = Rules::new(dialect, own);
        let mut sql = String::new();
        for statement in statements {
            let line = text.line(statement.start);
            match rules.verdict(statement.text(&text.sql)) {
                Verdict::Kept => append(&mut sql, statement.text(&text.sql), dialect),
                Verdict::Changed(new, what) => {
                    new.iter().for_each(|statement| append(&mut sql, statement, dialect));
                    add(&mut changes, what, line);
                }
                Verdict::LeftOut(what) => add(&mut changes, what, line),
                Verdict::Refused(reason, help) => {
                    return Err(DumpError { line, reason: reason.to_owned(), help: help.to_owned() });
                }
            }
        }
        for line in sql_commands(&text.sql, dialect) {
            add(&mut changes, line.1, text.line(line.0));
        }
        let sql = format!("{}{sql}", rules.preamble());
        Ok(Dump { dialect, sql, changes })
    }
}

fn add(changes: &mut Vec<Change>, what: &'static str, line: usize) {
    match changes.iter_mut().find(|change| change.what == what) {
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

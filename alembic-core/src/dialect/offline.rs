//! What the plain clients of the databases need in a script: how to make them stop at an error, and their delimiters.

use super::{mysql, postgresql, sqlite};
use crate::sql::facts::{Facts, Session};
use crate::sql::{Dialect, TokenKind, lex};

/// The client of a database that runs a script.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offline {
    dialect: Dialect,
}

impl Offline {
    pub(crate) fn new(dialect: Dialect) -> Offline {
        Offline { dialect }
    }

    /// The program, and how it is called.
    pub(crate) fn client(self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "sqlite3: sqlite3 FILE < SCRIPT",
            Dialect::Postgresql => "psql: psql URL -f SCRIPT",
            Dialect::Mysql => "mysql or mariadb: mysql DATABASE < SCRIPT",
        }
    }

    /// Makes the client stop at the first error, keeps the settings of the session, and makes them those of a run. `own` are
    /// settings of PostgreSQL that the scripts create.
    pub(crate) fn preamble(self, time_zone: &str, own: &[&str]) -> String {
        let session = self.session(time_zone);
        match self.dialect {
            Dialect::Sqlite => format!(".bail on\n{session}"),
            Dialect::Postgresql => {
                format!("\\set ON_ERROR_STOP on\n{}{session}", postgresql::session::keep(own))
            }
            Dialect::Mysql => format!("{};\n{session}", mysql::session::KEEP),
        }
    }

    /// Gives the session the settings of a run.
    pub(crate) fn session(self, time_zone: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => "PRAGMA foreign_keys = ON;\n".to_owned(),
            Dialect::Postgresql => postgresql::session::set(time_zone),
            Dialect::Mysql => format!("{};\n", mysql::session::fix(time_zone)),
        }
    }

    /// Gives the session the settings that it had before the script.
    pub(crate) fn epilogue(self, own: &[&str]) -> String {
        match self.dialect {
            Dialect::Sqlite => String::new(),
            Dialect::Postgresql => postgresql::session::give_back(own),
            Dialect::Mysql => format!("{};\n", mysql::session::RESTORE),
        }
    }

    /// What keeps the server from remarking that a table exists, and what lets it speak again.
    pub(crate) fn about_what_exists(self) -> (&'static str, &'static str) {
        match self.dialect {
            Dialect::Postgresql => ("SET client_min_messages = 'warning';\n", "RESET client_min_messages;\n"),
            Dialect::Sqlite | Dialect::Mysql => ("", ""),
        }
    }

    pub(crate) fn begin(self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgresql => "BEGIN",
            Dialect::Mysql => "START TRANSACTION",
        }
    }

    /// Takes back what the statements of a revision leave in the session: what it sets ends with it.
    pub(crate) fn take_back<'f>(
        self,
        all: &Session,
        statements: impl DoubleEndedIterator<Item = &'f Facts>,
        own: &[&str],
    ) -> String {
        let statements = statements.rev();
        let sql: Vec<String> = match self.dialect {
            Dialect::Postgresql => return postgresql::session::take_back(all, own),
            Dialect::Sqlite => statements.flat_map(sqlite::session::take_back).collect(),
            Dialect::Mysql => {
                statements.flat_map(|facts| mysql::session::take_back(&facts.session)).collect()
            }
        };
        sql.iter().map(|sql| format!("{sql};\n")).collect()
    }

    /// A statement of a script with what ends it, and a new line.
    ///
    /// The clients of MySQL and MariaDB look for the end of a statement themselves, and do not know bodies of routines:
    /// for those the delimiter is changed to something that does not occur in them.
    pub(crate) fn terminated(self, sql: &str) -> String {
        let has_inner_end = || {
            lex(sql, self.dialect).any(|token| {
                token.text(sql) == ";"
                    || token.kind == TokenKind::ExecutableComment && token.text(sql).contains(';')
            })
        };
        if self.dialect != Dialect::Mysql || !has_inner_end() {
            return format!("{sql};\n");
        }
        let mut delimiter = "//".to_owned();
        while sql.contains(&delimiter) {
            delimiter.push('/');
        }
        format!("DELIMITER {delimiter}\n{sql}\n{delimiter}\nDELIMITER ;\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routines_get_a_delimiter_of_their_own() {
        let check = |sql: &str, expected: &str| {
            assert_eq!(Offline::new(Dialect::Mysql).terminated(sql), expected);
        };
        check("SELECT ';'", "SELECT ';';\n");
        check("BEGIN NOT ATOMIC a; END", "DELIMITER //\nBEGIN NOT ATOMIC a; END\n//\nDELIMITER ;\n");
        check(
            "BEGIN NOT ATOMIC SELECT 'a//b'; END",
            "DELIMITER ///\nBEGIN NOT ATOMIC SELECT 'a//b'; END\n///\nDELIMITER ;\n",
        );
    }
}

//! What the plain clients of the databases need in a script: how to make them stop at an error, and their delimiters.

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

    /// Makes the client stop at the first error, and the session what a run's is.
    pub(crate) fn preamble(self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => ".bail on\nPRAGMA foreign_keys = ON;\n",
            Dialect::Postgresql => {
                "\\set ON_ERROR_STOP on\nSET client_encoding = 'UTF8';\nSET TIME ZONE 'UTC';\nSET datestyle = 'ISO, MDY';\n"
            }
            Dialect::Mysql => "SET NAMES utf8mb4;\nSET time_zone = '+00:00';\n",
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

    /// PostgreSQL: keeps the search path, for when a script has changed it.
    pub(crate) fn save_search_path(self) -> &'static str {
        "DO $$BEGIN PERFORM set_config('alembic.search_path', current_setting('search_path'), false); END$$"
    }

    pub(crate) fn restore_search_path(self) -> &'static str {
        "DO $$BEGIN PERFORM set_config('search_path', current_setting('alembic.search_path'), false); END$$"
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

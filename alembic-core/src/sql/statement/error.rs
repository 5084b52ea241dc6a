//! What is wrong with the statements of a section, and how to mend it.

use thiserror::Error;

use super::Misread;
use crate::sql::{Dialect, Forbidden};

/// A reason why a text is not a list of statements that can be run.
///
/// The message says what is wrong, [`help`](StatementError::help) how to mend it,
/// [`start`](StatementError::start) where it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatementError {
    /// A string, quoted identifier or comment runs to the end of the text.
    #[error("this {what} does not end")]
    Unterminated {
        /// What does not end: "string", "comment", …
        what: &'static str,
        /// The byte where it begins.
        start: usize,
    },
    /// What means something in another dialect, and is no SQL of this one.
    #[error("{}", foreign(.what, *.dialect))]
    Foreign {
        /// `--`, `E'…'`, `$$…$$` or `[`.
        what: &'static str,
        /// The dialect that it was read as.
        dialect: Dialect,
        /// The byte where it begins.
        start: usize,
    },
    /// A place for a value that a program would give, in a script that has none to give.
    #[error("`{placeholder}` is a placeholder on {dialect}, and a script has no value for it")]
    Placeholder {
        /// `?`, `?1`, `:name`, `@name`, `$name` or `$1`.
        placeholder: String,
        /// The dialect that it was read as.
        dialect: Dialect,
        /// The byte where it begins.
        start: usize,
    },
    /// The text ends inside a body.
    #[error("the body that `{opener}` begins here does not end")]
    UnfinishedBody {
        /// The word that begins it, in upper case.
        opener: String,
        /// The byte where that word begins.
        start: usize,
    },
    /// A statement that begins, ends or changes the transaction that the executor holds.
    #[error("`{statement}` would escape the transaction that the migration runs in")]
    TransactionControl {
        /// Its first words.
        statement: String,
        /// The byte where it begins.
        start: usize,
    },
    /// A statement that locks tables for the session, or frees them.
    #[error("`{statement}` would keep the migration from its own tables")]
    TableLock {
        /// Its first words.
        statement: String,
        /// The byte where it begins.
        start: usize,
    },
    /// A statement that makes the session another user's, in a section whose statements commit one by one.
    #[error("`{statement}` in a `no-transaction` section holds for what is written of the migration too")]
    RoleChange {
        /// Its first words.
        statement: String,
        /// The byte where it begins.
        start: usize,
    },
    /// SQLite: a statement that does nothing, or fails, within a transaction.
    #[error("`{statement}` does nothing in a transaction, or fails there")]
    Outside {
        /// Its first words.
        statement: String,
        /// The byte where it begins.
        start: usize,
    },
    /// PostgreSQL: a statement that sends something to the client.
    #[error("`{statement}` sends something to a client, and a migration has none")]
    ToClient {
        /// Its first words.
        statement: &'static str,
        /// The byte where it begins.
        start: usize,
    },
    /// A command of `psql`, `mysql` or `sqlite3`, which no server understands.
    #[error("`{command}` is a command of a database client, not SQL")]
    ClientCommand {
        /// The command: `\connect`, `DELIMITER //`, `.mode`.
        command: String,
        /// The byte where it begins.
        start: usize,
    },
    /// A character that looks like a blank, in the word that a statement begins with.
    #[error("this is not a blank, but U+{:04X}: a database reads it as a letter", u32::from(*.character))]
    Blank {
        /// The character.
        character: char,
        /// The byte where it is.
        start: usize,
    },
    /// `COPY … FROM STDIN`, whose data would follow in the script.
    #[error("`COPY … FROM STDIN` takes its data from a client{}", more(*.others))]
    CopyFromStdin {
        /// The byte where the first one begins.
        start: usize,
        /// How many more of them follow.
        others: usize,
    },
    /// Text that the server reads differently after an earlier statement.
    #[error("after `{setting}` the server reads {} differently", misread(*.what))]
    Misread {
        /// What it reads differently.
        what: Misread,
        /// The setting of the earlier statement.
        setting: String,
        /// The byte of the text.
        start: usize,
    },
    /// PostgreSQL: a statement that sets an encoding other than UTF-8.
    #[error("the client encoding `{encoding}` would make the server misread the script, which is UTF-8")]
    Encoding {
        /// The encoding.
        encoding: String,
        /// The byte where the statement begins.
        start: usize,
    },
    /// An `-- alembic: delimiter` that cannot be used.
    #[error("this delimiter cannot be used: {reason}")]
    BadDelimiter {
        /// Why not.
        reason: &'static str,
        /// The byte where the comment begins.
        start: usize,
    },
}

impl StatementError {
    /// The error for a forbidden statement that begins at `start`.
    pub(crate) fn forbidden(forbidden: Forbidden, start: usize) -> StatementError {
        match forbidden {
            Forbidden::TransactionControl(statement) => {
                StatementError::TransactionControl { statement, start }
            }
            Forbidden::TableLock(statement) => StatementError::TableLock { statement, start },
            Forbidden::Outside(statement) => StatementError::Outside { statement, start },
            Forbidden::ToClient(statement) => StatementError::ToClient { statement, start },
            Forbidden::RoleChange(statement) => StatementError::RoleChange { statement, start },
        }
    }

    /// The byte of the text that the error is about.
    #[must_use]
    pub fn start(&self) -> usize {
        match self {
            StatementError::Unterminated { start, .. }
            | StatementError::Foreign { start, .. }
            | StatementError::Placeholder { start, .. }
            | StatementError::UnfinishedBody { start, .. }
            | StatementError::TransactionControl { start, .. }
            | StatementError::TableLock { start, .. }
            | StatementError::RoleChange { start, .. }
            | StatementError::Outside { start, .. }
            | StatementError::ToClient { start, .. }
            | StatementError::ClientCommand { start, .. }
            | StatementError::CopyFromStdin { start, .. }
            | StatementError::Blank { start, .. }
            | StatementError::Misread { start, .. }
            | StatementError::Encoding { start, .. }
            | StatementError::BadDelimiter { start, .. } => *start,
        }
    }

    /// How to mend it, as a sentence for the author of the script.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            StatementError::Unterminated { what: "comment" | "executable comment" | "hint", .. } => {
                "end it with `*/`".to_owned()
            }
            StatementError::Unterminated { what: "dollar-quoted string", .. } => {
                "end it with the same `$…$` that begins it".to_owned()
            }
            StatementError::Unterminated { .. } => {
                "end it with the quote that begins it; a quote inside is written twice".to_owned()
            }
            StatementError::Foreign { what: "--", .. } => {
                "write a blank behind `--` for a comment, or between two minus signs".to_owned()
            }
            StatementError::Foreign { what: "[", .. } => {
                "quote a name with `\"`; name the dialect of a section that is not for sqlite: `-- alembic: upgrade \
                 postgresql`"
                    .to_owned()
            }
            StatementError::Foreign { what: "$$…$$", dialect, .. } => {
                format!("name the dialect of a section that is not for {dialect}: `-- alembic: upgrade postgresql`")
            }
            StatementError::Foreign { dialect, .. } => format!(
                "write `'…'`; name the dialect of a section that is not for {dialect}: `-- alembic: upgrade postgresql`"
            ),
            StatementError::Placeholder { placeholder, dialect, .. } => {
                let dialects: Vec<&str> =
                    Dialect::ALL.into_iter().filter(|other| other != dialect).map(Dialect::name).collect();
                format!(
                    "write the value itself, or `'{placeholder}'` for a string; if this is not for {dialect}, name the dialects \
                     of the section: `-- alembic: upgrade {}`",
                    dialects.join(", ")
                )
            }
            StatementError::UnfinishedBody { opener, .. } if opener == "(" => "add the missing `)`".to_owned(),
            StatementError::UnfinishedBody { opener, .. } => format!(
                "add the `END` that belongs to this `{opener}`, followed by `;`; or, if the body is complete, put \
                 `-- alembic: delimiter //` on a line before the statement, end it with `//`, and switch back with \
                 `-- alembic: delimiter ;`"
            ),
            StatementError::TransactionControl { statement, .. } => transaction_help(statement).to_owned(),
            StatementError::Outside { .. } => {
                "mark the section `no-transaction`: `-- alembic: upgrade no-transaction`. Its statements are not rolled back \
                 together, so it is best in a revision of its own"
                    .to_owned()
            }
            StatementError::ToClient { statement: "LISTEN", .. } => {
                "remove it: the session of the migration ends before anybody could be notified".to_owned()
            }
            StatementError::ToClient { .. } => {
                "remove it, or write the rows to a table: `CREATE TABLE … AS SELECT …`".to_owned()
            }
            StatementError::TableLock { statement, .. } if statement.starts_with("FLUSH") => {
                "remove it: only one migration runs at a time without it, and after it nothing could be written".to_owned()
            }
            StatementError::TableLock { .. } => {
                "remove `LOCK TABLES` and `UNLOCK TABLES`: only one migration runs at a time without them, and between \
                 them the server refuses every table that was not named. To keep a service from writing meanwhile, \
                 stop it"
                    .to_owned()
            }
            StatementError::RoleChange { .. } => {
                "put it into a section that runs in a transaction, of a revision of its own: it is taken back at the end of \
                 that one; or say whose things are with `ALTER … OWNER TO …`"
                    .to_owned()
            }
            StatementError::ClientCommand { command, .. } => client_help(command),
            StatementError::CopyFromStdin { .. } => {
                "write `INSERT INTO … VALUES …` instead; `pg_dump --inserts` writes a dump so".to_owned()
            }
            StatementError::Misread { what: Misread::Characters, .. } => {
                "remove that setting, or write `SET NAMES utf8mb4`: every script is UTF-8, whatever a table stores".to_owned()
            }
            StatementError::Misread { what: Misread::Backslash, setting, .. } if setting.contains("NO_BACKSLASH") => {
                "write `SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '');` before this statement"
                    .to_owned()
            }
            StatementError::Misread { what: Misread::Backslash, .. } => {
                "write the string as `E'…'`, which every setting reads the same way; or remove that setting".to_owned()
            }
            StatementError::Blank { .. } => "write a blank in its place".to_owned(),
            StatementError::Encoding { .. } => {
                "remove the statement: the text of a dump that was saved as UTF-8 needs no other encoding".to_owned()
            }
            StatementError::BadDelimiter { .. } => {
                "write `-- alembic: delimiter //` on a line of its own between two statements; any text without \
                 white space, quotes and backslashes will do, and `-- alembic: delimiter ;` switches back"
                    .to_owned()
            }
        }
    }
}

fn more(others: usize) -> String {
    if others == 0 { String::new() } else { format!("; {others} more follow") }
}

fn misread(what: Misread) -> &'static str {
    match what {
        Misread::Backslash => "this `\\`",
        Misread::Characters => "these characters",
    }
}

fn foreign(what: &str, dialect: Dialect) -> String {
    match what {
        "--" => format!("`--` without a blank behind it is no comment on {dialect}"),
        "[" => format!("arrays like this one are PostgreSQL's; {dialect} reads `[…]` as a name"),
        _ => format!("`{what}` is a string of PostgreSQL, and none of {dialect}"),
    }
}

fn transaction_help(statement: &str) -> &'static str {
    if statement == "PRAGMA foreign_keys" {
        "remove it: foreign keys stay enforced. A table can be made anew all the same: `DROP TABLE t` and, later in the \
         section, `ALTER TABLE new_t RENAME TO t` keep the rows that refer to `t`; any other `DROP TABLE` that would take \
         rows of other tables along is refused"
    } else if statement == "PRAGMA legacy_alter_table" {
        "remove it: without it `ALTER TABLE … RENAME TO` also changes what refers to the table. Drop a view or trigger that \
         is in the way before, and create it again afterwards"
    } else if statement.starts_with("PRAGMA") {
        "remove it: a mistake in the table of the schema damages the database. Forms of `ALTER TABLE` that SQLite lacks are \
         carried out without it"
    } else if statement.starts_with("SET") {
        "remove it: the executor begins and configures the transaction; a section that must not run in one is \
         marked `no-transaction`"
    } else if statement == "END" {
        "remove it: the executor begins and commits the transaction; if it ends the body of a routine or trigger, \
         the body ended before: put `-- alembic: delimiter //` on a line before that statement"
    } else {
        "remove it: the executor begins and commits the transaction; a section that must not run in one is marked \
         `no-transaction`"
    }
}

fn client_help(command: &str) -> String {
    let mut words = command.split_whitespace();
    let name = words.next().unwrap_or_default();
    if name.eq_ignore_ascii_case("DELIMITER") {
        return format!(
            "write `-- alembic: delimiter {}` on a line of its own",
            words.next().unwrap_or("//")
        );
    }
    match name {
        "\\i" | "\\ir" | "\\include" | ".read" | "\\." => {
            "put the SQL of that file into the script".to_owned()
        }
        "\\g" | "\\G" | "\\gx" => "end the statement with `;`".to_owned(),
        "\\gexec" => "write the statements themselves, or a `DO` block that executes them".to_owned(),
        "\\copy" | ".import" => "write `INSERT INTO … VALUES …` instead".to_owned(),
        _ if name.eq_ignore_ascii_case("SOURCE") => "put the SQL of that file into the script".to_owned(),
        _ => "remove this line; if the migration needs what it does, write it in SQL".to_owned(),
    }
}

//! A file of SQL that says what a database should look like: `schema.sql`.

use std::path::Path;

use super::{Declaration, ModelError, ModelErrors, ModelProblem, SqlScript};
use crate::sql::{Dialect, StatementError, split_dump, with_line_feeds};

/// The first line of mariadb-dump, an order to MariaDB's client.
const SANDBOX: &str = "/*M!999999\\- enable the sandbox mode */";

/// Reads a file of SQL and finds its statements. What they mean only a database can tell.
///
/// `shown` is the file as messages name it. The output of `pg_dump`, `mysqldump`, `mariadb-dump` and `sqlite3` is such a
/// file, if it has no rows.
///
/// # Errors
/// The file does not exist, is not UTF-8, or contains statements that do not belong into it, such as `COMMIT`.
pub fn sql_schema(path: &Path, shown: &str, dialect: Dialect) -> Result<Declaration, ModelErrors> {
    let failed = |line, problem| ModelError { path: shown.to_owned(), line, problem };
    let unreadable = |reason: String| ModelErrors(vec![failed(0, ModelProblem::Unreadable { reason })]);
    let bytes = crate::file::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = 1 + valid.filter(|byte| **byte == b'\n').count();
        ModelErrors(vec![failed(line, ModelProblem::NotUtf8)])
    })?;
    let mut text = with_line_feeds(text).map_err(|unusable| {
        let errors = unusable.into_iter().map(|(line, it)| failed(line, ModelProblem::Character(it)));
        ModelErrors(errors.collect())
    })?;
    let line = |text: &str, byte: usize| 1 + text.get(..byte).unwrap_or(text).matches('\n').count();
    if dialect == Dialect::Mysql && text.starts_with(SANDBOX) {
        text.replace_range(..SANDBOX.len(), &" ".repeat(SANDBOX.len()));
    }
    let statements = split_dump(&text, dialect).map_err(|errors| {
        let errors = errors.into_iter().map(|error| failed(line(&text, error.start()), problem(error)));
        ModelErrors(errors.collect())
    })?;
    Ok(Declaration::Script(SqlScript { path: shown.to_owned(), text, statements }))
}

/// The problem of a statement, with the option of a dump program that avoids it.
fn problem(error: StatementError) -> ModelProblem {
    match &error {
        StatementError::CopyFromStdin { .. } => {
            ModelProblem::Dump { error, help: "`pg_dump --schema-only` writes a dump without rows" }
        }
        StatementError::ClientCommand { command, .. } if command.starts_with("\\connect") => {
            ModelProblem::Dump { error, help: "`pg_dump` without `--create` writes a dump without this line" }
        }
        StatementError::ClientCommand { command, .. } if command.starts_with("\\gexec") => {
            ModelProblem::Dump { error, help: "write the definitions themselves" }
        }
        StatementError::ClientCommand { command, .. }
            if command.starts_with("\\copy") || command.starts_with(".import") =>
        {
            ModelProblem::Dump { error, help: "remove it: a description of a schema has no rows" }
        }
        StatementError::TransactionControl { .. } => ModelProblem::Dump {
            error,
            help: "remove it: each definition runs by itself in a scratch database",
        },
        _ => ModelProblem::Statement(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Declaration, ModelErrors> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("schema.sql");
        std::fs::write(&path, text).expect("a file");
        sql_schema(&path, "db/schema.sql", Dialect::Postgresql)
    }

    #[test]
    fn statements_are_found() {
        let text = "-- What we want.\nCREATE TABLE a (b TEXT DEFAULT ';');\n\nCREATE INDEX i ON a (b);\n";
        let Ok(Declaration::Script(script)) = read(text.as_bytes()) else { panic!("a script") };
        assert_eq!(script.path, "db/schema.sql");
        let statements: Vec<&str> =
            script.statements.iter().map(|statement| statement.text(&script.text)).collect();
        assert_eq!(statements, ["CREATE TABLE a (b TEXT DEFAULT ';')", "CREATE INDEX i ON a (b)"]);
    }

    #[test]
    fn dumps_are_read() {
        let read = |text: &str, dialect| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("schema.sql");
            std::fs::write(&path, text).expect("a file");
            match sql_schema(&path, "schema.sql", dialect) {
                Ok(Declaration::Script(script)) => {
                    let texts =
                        script.statements.iter().map(|statement| statement.text(&script.text).to_owned());
                    texts.collect::<Vec<_>>().join(" | ")
                }
                Ok(_) => "no script".to_owned(),
                Err(errors) => errors.to_string(),
            }
        };
        let check = |text: &str, dialect, expected: &str| assert_eq!(read(text, dialect), expected, "{text}");
        check(
            "\\restrict x\nCREATE TABLE a (b INT);\n\\unrestrict x\n",
            Dialect::Postgresql,
            "CREATE TABLE a (b INT)",
        );
        check(
            "COPY a (b) FROM stdin;\n1\n\\.\n\nCREATE TABLE a (b INT);",
            Dialect::Postgresql,
            "schema.sql:1: `COPY … FROM STDIN` takes its data from a client\n  help: `pg_dump --schema-only` writes a dump \
             without rows",
        );
        check(
            "CREATE TABLE a (b INT);\n\\connect app\n",
            Dialect::Postgresql,
            "schema.sql:2: `\\connect` is a command of a database client, not SQL\n  help: `pg_dump` without `--create` \
             writes a dump without this line",
        );
        check(
            "/*M!999999\\- enable the sandbox mode */ \n/*!40101 SET NAMES utf8 */;\nLOCK TABLES `a` WRITE;\nUNLOCK TABLES;\n\
             DELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @x = 1; END ;;\nDELIMITER ;\nDROP VIEW v;",
            Dialect::Mysql,
            "/*!40101 SET NAMES utf8 */ | LOCK TABLES `a` WRITE | UNLOCK TABLES | CREATE TRIGGER t BEFORE INSERT ON a FOR \
             EACH ROW BEGIN SET @x = 1; END | DROP VIEW v",
        );
        check(
            "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a (b);\nCOMMIT;\n",
            Dialect::Sqlite,
            "PRAGMA foreign_keys=OFF | BEGIN TRANSACTION | CREATE TABLE a (b) | COMMIT",
        );
        check(
            "BEGIN;\nCREATE TABLE a (b INT);\nCOMMIT;\nSELECT 'x' \\gexec\n\\copy a FROM 'b'\n",
            Dialect::Postgresql,
            "schema.sql:1: `BEGIN` defines no part of the schema\n  help: remove it: each definition runs by itself in a scratch \
             database\n\nschema.sql:3: `COMMIT` defines no part of the schema\n  help: remove it: each definition runs by itself \
             in a scratch database\n\nschema.sql:4: `\\gexec` is a command of a database client, not SQL\n  help: write the \
             definitions themselves\n\nschema.sql:5: `\\copy` is a command of a database client, not SQL\n  help: remove it: \
             a description of a schema has no rows",
        );
        check(
            "CREATE TABLE a (b);\n\0",
            Dialect::Sqlite,
            "schema.sql:2: the line has a NUL character\n  help: delete it; no database accepts it in a statement",
        );
        check(
            "CREATE TABLE a (b);\r\nCREATE TABLE c (d\r\n);\r\n",
            Dialect::Sqlite,
            "CREATE TABLE a (b) | CREATE TABLE c (d\n)",
        );
        check(
            "-- a\rDROP TABLE b;\nCREATE TABLE c (d);\n",
            Dialect::Sqlite,
            "schema.sql:1: the line has a carriage return that is not part of a line end\n  help: delete it, or end the line there; \
             in a string, write what makes it: `char(13)` (SQLite, MySQL), `chr(13)` (PostgreSQL)",
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_a_regular_file_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (pipe, endless) = (folder.path().join("pipe"), folder.path().join("endless"));
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        std::os::unix::fs::symlink("/dev/zero", &endless).expect("a link");
        for path in [pipe, endless] {
            let error = sql_schema(&path, "schema.sql", Dialect::Sqlite).expect_err("no file").to_string();
            assert!(error.starts_with("schema.sql: cannot be read: it is not a regular file\n"), "{error}");
        }
    }

    #[test]
    fn mistakes_have_a_line() {
        let error = |text: &[u8]| read(text).expect_err("a mistake").to_string();
        let text = error(b"CREATE TABLE a (b INT);\n\nCOMMIT;\nSELECT 'x;\n");
        assert!(text.starts_with("db/schema.sql:3: "), "{text}");
        assert!(text.contains("\n\ndb/schema.sql:4: "), "{text}");
        let text = error(b"CREATE TABLE a (b INT);\n-- \xff\n");
        assert!(
            text.starts_with("db/schema.sql:2: the line is not UTF-8\n") && text.contains("--hex-blob"),
            "{text}"
        );
        let missing = sql_schema(Path::new("/nowhere/schema.sql"), "schema.sql", Dialect::Sqlite);
        let text = missing.expect_err("no file").to_string();
        assert!(text.starts_with("schema.sql: cannot be read: "), "{text}");
    }
}

//! A file of SQL that says what a database should look like: `schema.sql`.

use std::path::Path;

use super::{Declaration, ModelError, ModelErrors, ModelProblem, SqlScript};
use crate::sql::{Dialect, split};

/// Reads a file of SQL and finds its statements. What they mean only a database can tell.
///
/// `shown` is the file as messages name it.
///
/// # Errors
/// The file is not there, is not UTF-8, or holds what does not belong into it, as a `COMMIT`.
pub fn sql_schema(path: &Path, shown: &str, dialect: Dialect) -> Result<Declaration, ModelErrors> {
    let failed = |line, problem| ModelError { path: shown.to_owned(), line, problem };
    let text = std::fs::read_to_string(path).map_err(|error| {
        ModelErrors(vec![failed(0, ModelProblem::Unreadable { reason: error.to_string() })])
    })?;
    let statements = split(&text, dialect).map_err(|errors| {
        let errors = errors.into_iter().map(|error| {
            let before = text.get(..error.start()).unwrap_or(&text);
            failed(1 + before.matches('\n').count(), ModelProblem::Statement(error))
        });
        ModelErrors(errors.collect())
    })?;
    Ok(Declaration::Script(SqlScript { path: shown.to_owned(), text, statements }))
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
    fn mistakes_have_a_line() {
        let error = |text: &[u8]| read(text).expect_err("a mistake").to_string();
        let text = error(b"CREATE TABLE a (b INT);\n\nCOMMIT;\nSELECT 'x;\n");
        assert!(text.starts_with("db/schema.sql:3: "), "{text}");
        assert!(text.contains("\n\ndb/schema.sql:4: "), "{text}");
        assert!(error(b"\xff").starts_with("db/schema.sql: cannot be read: "));
        let missing = sql_schema(Path::new("/nowhere/schema.sql"), "schema.sql", Dialect::Sqlite);
        let text = missing.expect_err("no file").to_string();
        assert!(text.starts_with("schema.sql: cannot be read: "), "{text}");
    }
}

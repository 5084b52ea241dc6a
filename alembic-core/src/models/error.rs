//! What can be wrong with models: each mistake with its place and the way to mend it.

use std::fmt;

use super::types::words;
use crate::schema::{ObjectName, Type};
use crate::sql::{StatementError, UnusableCharacter};

/// One mistake in one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {problem}")]
pub struct ModelError {
    /// The file, as it was named to the reader.
    pub path: String,
    /// Line, counted from 1. Zero where the whole file is meant.
    pub line: usize,
    /// What is wrong.
    #[source]
    pub problem: ModelProblem,
}

/// What can be wrong with models.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum ModelProblem {
    #[error("cannot be read: {reason}")]
    Unreadable { reason: String },
    #[error("the line is not UTF-8")]
    NotUtf8,
    #[error("{0}")]
    Character(UnusableCharacter),
    #[error("the file is not Rust: {reason}")]
    NotRust { reason: String },
    #[error("the file of module `{module}` does not exist: neither {}", looked.join(" nor "))]
    NoModule { module: String, looked: Vec<String> },
    #[error("{0}")]
    Statement(StatementError),
    /// A part of a dump that a description of a schema cannot have.
    #[error("{}", dump(.error))]
    Dump { error: StatementError, help: &'static str },
    #[error("{reason}")]
    Attribute { reason: String },
    #[error("{what} cannot be {role}")]
    WrongItem { what: String, role: &'static str },
    #[error("no column type is known for `{rust}`")]
    UnknownType { rust: String },
    #[error("`{name}` is also defined in {}, under other conditions", lines(others))]
    Undecided { name: String, others: Vec<usize> },
    #[error("column {column}: {reason}")]
    NoSuchType { column: String, reason: String },
    #[error("`{attribute}` does not go with a column of type {}", words(type_))]
    WrongType { attribute: &'static str, type_: Type },
    #[error("`{one}` and `{other}` contradict each other")]
    Contradiction { one: &'static str, other: &'static str },
    #[error("table {table} has no columns")]
    NoColumns { table: ObjectName },
    #[error("column {column} stands twice in table {table}")]
    DuplicateColumn { table: ObjectName, column: String },
    #[error("table {table} has no column {column}")]
    UnknownColumn { table: ObjectName, column: String, nearest: Option<String> },
    #[error("{what} {name} stands twice in table {table}")]
    DuplicateName { table: ObjectName, what: &'static str, name: String },
    #[error("column {column} belongs to the primary key and may be NULL")]
    NullableKey { column: String },
    #[error("a second model for table {table}; the first one is in {first}")]
    DuplicateTable { table: ObjectName, first: String },
    #[error("table {table}, which is referred to, has no model")]
    UnknownTable { table: ObjectName, nearest: Option<String> },
    #[error("`{model}`, which is referred to, is no model")]
    UnknownModel { model: String },
    #[error("table {table} is referred to by its primary key and has none")]
    NoPrimaryKey { table: ObjectName },
    #[error("{} columns refer to {} columns of table {table}", columns.len(), referenced.len())]
    ReferenceCount { table: ObjectName, columns: Vec<String>, referenced: Vec<String> },
    #[error("nothing says that {} is unique in table {table}, which a foreign key needs", columns.join(", "))]
    NotUnique { table: ObjectName, columns: Vec<String> },
    #[error("enum {name} has other values in {first}")]
    EnumConflict { name: ObjectName, first: String },
    #[error("enum {name} has no values")]
    EmptyEnum { name: ObjectName },
    #[error("value '{value}' stands twice in enum {name}")]
    DuplicateValue { name: ObjectName, value: String },
}

fn lines(lines: &[usize]) -> String {
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    format!("{word} {}", lines.join(", "))
}

/// The message about a part of a dump. A description of a schema runs in no transaction.
fn dump(error: &StatementError) -> String {
    match error {
        StatementError::TransactionControl { statement, .. } => {
            format!("`{statement}` defines no part of the schema")
        }
        error => error.to_string(),
    }
}

impl ModelProblem {
    /// The edit that mends it, where there is more to say than the message does.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            ModelProblem::Unreadable { .. } => "check that the file is there and may be read".into(),
            ModelProblem::NotUtf8 => "save the file as UTF-8; a dump without rows (`--no-data`, `--schema-only`) has no bytes of \
                                      columns in it, and `mysqldump --hex-blob` writes those as text"
                .into(),
            ModelProblem::Character(character) => character.help().into(),
            ModelProblem::NotRust { .. } => "`cargo check` says more".into(),
            ModelProblem::NoModule { .. } => "create the file, or remove `mod`".into(),
            ModelProblem::Statement(error) => error.help(),
            ModelProblem::Dump { help, .. } => (*help).into(),
            ModelProblem::Attribute { .. } | ModelProblem::WrongItem { .. } => return None,
            ModelProblem::UnknownType { .. } => {
                "for a type of your own derive `alembic::Enum` or `alembic::Newtype`; else write the type of the \
                 column, `#[column(type = \"…\")]` in the words of the database or `#[column(type = text)]` in \
                 those of alembic, or `#[column(skip)]` if it is no column"
                    .into()
            }
            ModelProblem::Undecided { .. } => {
                "list the features that are on in alembic.toml, `models = { features = [\"…\"] }`; where something else \
                 decides, write the type at the column, `#[column(type = …)]`"
                    .into()
            }
            ModelProblem::NoSuchType { .. } => {
                "write the type of the column in the words of this database, `#[column(type = \"…\")]`".into()
            }
            ModelProblem::WrongType { attribute: "length", .. } => "only text and bytes have a length".into(),
            ModelProblem::WrongType { attribute: "precision" | "scale", .. } => {
                "only decimal numbers have a precision and a scale".into()
            }
            ModelProblem::WrongType { .. } => "only integers can be numbered by the database".into(),
            ModelProblem::Contradiction { .. } => "remove one of them".into(),
            ModelProblem::NoColumns { .. } => "a table needs at least one field that is not skipped".into(),
            ModelProblem::DuplicateColumn { .. } => {
                "rename one of them with `#[column(name = \"…\")]`".into()
            }
            ModelProblem::UnknownColumn { nearest: Some(column), .. } => format!("did you mean `{column}`?"),
            ModelProblem::UnknownColumn { .. } => {
                "a column is named as a field, or as a string by its name in the database".into()
            }
            ModelProblem::DuplicateName { .. } => "remove one of them, or give it another `name`".into(),
            ModelProblem::NullableKey { .. } => "remove `Option`, or write `#[column(not_null)]`".into(),
            ModelProblem::DuplicateTable { .. } => {
                "give one of them another name, `#[table(name = \"…\")]`, or remove it".into()
            }
            ModelProblem::UnknownTable { nearest: Some(table), .. } => format!("did you mean `{table}`?"),
            ModelProblem::UnknownTable {
                table: ObjectName { schema: Some(table), name: column }, ..
            } => {
                format!(
                    "what stands before the point is a schema; a column is written in parentheses: `{table}({column})`"
                )
            }
            ModelProblem::UnknownTable { table, .. } => format!(
                "correct the name, or add a model for that table; one that `exclude` of `tables` leaves out needs none: \
                 `{table}(…)`"
            ),
            ModelProblem::UnknownModel { .. } => "correct the path, or make a model of it".into(),
            ModelProblem::NoPrimaryKey { table } => {
                format!("mark its key with `#[column(primary_key)]`, or name the columns: `{table}(…)`")
            }
            ModelProblem::ReferenceCount { .. } => "name as many columns on both sides".into(),
            ModelProblem::NotUnique { .. } => {
                "refer to the primary key, or add `unique` to the table that is referred to".into()
            }
            ModelProblem::EnumConflict { .. } => {
                "give one of them another name with `#[alembic(name = \"…\")]`".into()
            }
            ModelProblem::EmptyEnum { .. } => "add a variant".into(),
            ModelProblem::DuplicateValue { .. } => {
                "rename one of them with `#[alembic(name = \"…\")]`".into()
            }
        })
    }
}

/// All mistakes of a set of models, in the order of files and lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelErrors(pub Vec<ModelError>);

impl ModelErrors {
    /// `Ok` where nothing was found.
    ///
    /// # Errors
    /// The mistakes, sorted by file and line, if there are any.
    pub fn check(mut errors: Vec<ModelError>) -> Result<(), ModelErrors> {
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
        // A file that belongs to two crates is read for both.
        let mut found: Vec<ModelError> = Vec::with_capacity(errors.len());
        for error in errors {
            let of_this_line = found.iter().rev().take_while(|other| other.line == error.line);
            if !of_this_line.into_iter().any(|other| *other == error) {
                found.push(error);
            }
        }
        Err(ModelErrors(found))
    }
}

impl std::error::Error for ModelErrors {}

impl fmt::Display for ModelErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, ModelError { path, line, problem }) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n\n")?;
            }
            let place = if *line == 0 { path.clone() } else { format!("{path}:{line}") };
            write!(formatter, "{place}: {problem}")?;
            if let Some(help) = problem.help() {
                write!(formatter, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

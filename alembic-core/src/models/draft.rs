//! A model as its source says it: before names are given and references are looked up.

use super::modifiers::Modifiers;
use super::{ColumnKind, UnknownType};
use crate::schema::{Check, Column, ForeignKey, Index, ObjectName, PrimaryKey, TableOptions, Type, Unique};

/// Something, and the line of the source that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The line, counted from 1.
    pub line: usize,
    /// What it says.
    pub value: T,
}

/// A table that a model describes. Constraints may have no name yet, and nothing says that what they refer to is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The file of the model.
    pub file: String,
    /// The name of the table, where the model begins.
    pub name: At<ObjectName>,
    /// The columns.
    pub columns: Vec<At<DraftColumn>>,
    /// The primary key.
    pub primary_key: Option<At<PrimaryKey>>,
    /// Unique constraints.
    pub uniques: Vec<At<Unique>>,
    /// Foreign keys.
    pub foreign_keys: Vec<At<ForeignKey>>,
    /// CHECK constraints, each with the column that it was written at.
    pub checks: Vec<At<(Check, Option<String>)>>,
    /// Indexes. An empty name is still to be given.
    pub indexes: Vec<At<Index>>,
    /// The comment.
    pub comment: Option<String>,
    /// What only some databases know.
    pub options: TableOptions,
    /// The name that it had before.
    pub renamed_from: Option<ObjectName>,
    /// Whether constraints without a name have none in the database, instead of one that the convention gives.
    pub unnamed_constraints: bool,
}

/// A column whose type is still to be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftColumn {
    /// All but the type and whether it may be NULL.
    pub column: Column,
    /// What the Rust type or an attribute says of the type.
    pub kind: Result<ColumnKind, UnknownType>,
    /// What attributes make of it.
    pub modifiers: Modifiers,
    /// Whether it may be NULL, where an attribute says so.
    pub nullable: Option<bool>,
}

impl Draft {
    /// A table without columns.
    #[must_use]
    pub fn new(file: impl Into<String>, line: usize, name: ObjectName) -> Draft {
        Draft {
            file: file.into(),
            name: At { line, value: name },
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: TableOptions::default(),
            renamed_from: None,
            unnamed_constraints: false,
        }
    }
}

impl DraftColumn {
    /// A column of this kind.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Result<ColumnKind, UnknownType>) -> DraftColumn {
        // The type stands for the one that `kind` will give.
        let column = Column::new(name, Type::Text);
        DraftColumn { column, kind, modifiers: Modifiers::default(), nullable: None }
    }
}

//! What a database should look like, whoever says it.

use std::fmt;

use crate::schema::{NamingConvention, Schema};

/// What a database should look like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a run has one of them")]
pub enum Declaration {
    /// Tables.
    Schema {
        /// The tables.
        schema: Schema,
        /// What the source has no words for. Of that, whatever a database has is left as it is.
        untold: &'static [Aspect],
        /// How constraints and indexes were called that the source gives no name. Such a name is not insisted on: what is
        /// there under a name of its own stays as it is. Without a convention every name counts.
        naming: Option<NamingConvention>,
        /// Where more tables may be declared.
        unread: Vec<Unread>,
    },
    /// Statements that make the tables. A database has to run them to know what they mean.
    Script(SqlScript),
}

impl From<Schema> for Declaration {
    fn from(schema: Schema) -> Declaration {
        Declaration::Schema { schema, untold: &[], naming: None, unread: Vec::new() }
    }
}

/// A part of the source of packages that may hold models and is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// A file with models that no `mod` leads to.
    File {
        /// The file.
        path: String,
    },
    /// A macro with models in it.
    Macro {
        /// The file.
        path: String,
        /// The line.
        line: usize,
        /// Whether it is a `macro_rules!`; otherwise it is a call.
        is_rule: bool,
    },
    /// An `include!`.
    Include {
        /// The file.
        path: String,
        /// The line.
        line: usize,
    },
}

impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::File { path } => {
                write!(formatter, "{path} has models, but no `mod` leads to it: they are not read")
            }
            Unread::Macro { path, line, is_rule: true } => {
                write!(formatter, "{path}:{line}: models that this macro makes are not read")
            }
            Unread::Macro { path, line, is_rule: false } => {
                write!(formatter, "{path}:{line}: models in the call of a macro are not read")
            }
            Unread::Include { path, line } => {
                write!(formatter, "{path}:{line}: models in a file that is included are not read")
            }
        }
    }
}

/// Something about a table that a source of models may be unable to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the schema")]
pub enum Aspect {
    Defaults,
    Identities,
    Generated,
    Collations,
    Comments,
    Uniques,
    Checks,
    Indexes,
    /// What a foreign key does, when it is checked, and that there is more than one column or another key in it.
    ForeignKeys,
    /// How constraints and indexes are called.
    Names,
    /// Length, precision and scale of a type where none is written.
    Sizes,
    /// SQLite: the words of a type, of which only the affinity counts.
    DeclaredTypes,
}

/// A file of SQL statements that make a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlScript {
    /// The file, as messages name it.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// Its statements.
    pub statements: Vec<crate::sql::Statement>,
}

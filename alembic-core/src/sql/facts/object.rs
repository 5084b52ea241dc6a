//! Objects of a database, as statements name them.

use std::fmt;

use crate::sql::{Dialect, Name};

/// Something that a statement creates, changes, drops or renames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) kind: ObjectKind,
    /// The table or type that the name belongs to.
    pub(crate) of: Option<Name>,
    pub(crate) name: Name,
}

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ObjectKind {
    Table,
    Column,
    Constraint,
    PrimaryKey,
    Partition,
    View,
    Index,
    Trigger,
    Type,
    /// A value of an enum, whose name belongs to its type. The name is the string with its quotes.
    EnumValue,
    /// A function, procedure or aggregate.
    Routine,
    Sequence,
    Schema,
    Database,
    Tablespace,
    Extension,
    Event,
    Package,
    Policy,
    Rule,
    Role,
    Publication,
    Subscription,
    Collation,
}

/// A change of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) object: Object,
    pub(crate) action: Action,
    /// Whether it depends on the object's existence: `IF EXISTS`, `IF NOT EXISTS`.
    pub(crate) is_conditional: bool,
}

/// How an object changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Creates,
    Drops,
    /// The old name of a renamed object. Its new name is one that the statement creates.
    Renames,
    Changes,
}

/// The words of statements for kinds of objects other than tables.
const KINDS: [(&[&str], ObjectKind); 18] = [
    (&["VIEW"], ObjectKind::View),
    (&["INDEX"], ObjectKind::Index),
    (&["TRIGGER"], ObjectKind::Trigger),
    (&["TYPE", "DOMAIN"], ObjectKind::Type),
    (&["FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"], ObjectKind::Routine),
    (&["SEQUENCE"], ObjectKind::Sequence),
    (&["SCHEMA"], ObjectKind::Schema),
    (&["DATABASE"], ObjectKind::Database),
    (&["TABLESPACE"], ObjectKind::Tablespace),
    (&["EXTENSION"], ObjectKind::Extension),
    (&["EVENT"], ObjectKind::Event),
    (&["PACKAGE"], ObjectKind::Package),
    (&["POLICY"], ObjectKind::Policy),
    (&["RULE"], ObjectKind::Rule),
    (&["ROLE", "USER"], ObjectKind::Role),
    (&["PUBLICATION"], ObjectKind::Publication),
    (&["SUBSCRIPTION"], ObjectKind::Subscription),
    (&["COLLATION"], ObjectKind::Collation),
];

/// Words for objects without a kind here. Their definitions name objects of other kinds.
const WITHOUT_KIND: [&str; 10] = [
    "ACCESS",
    "CAST",
    "LANGUAGE",
    "LOGFILE",
    "OPERATOR",
    "RESOURCE",
    "SERVER",
    "STATISTICS",
    "TEXT",
    "TRANSFORM",
];

impl ObjectKind {
    /// The kind for a word of a statement.
    pub(super) fn of(word: &str, dialect: Dialect) -> Option<ObjectKind> {
        let found = KINDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, kind)| *kind);
        // MySQL: one and the same.
        found.map(|kind| match kind {
            ObjectKind::Schema if dialect == Dialect::Mysql => ObjectKind::Database,
            kind => kind,
        })
    }

    /// Whether a definition that begins with this word is not read.
    pub(super) fn is_without(word: &str) -> bool {
        WITHOUT_KIND.contains(&word)
    }

    /// Whether names of this kind belong to a table.
    pub(super) fn is_of_a_table(self, dialect: Dialect) -> bool {
        match self {
            ObjectKind::Policy | ObjectKind::Rule => true,
            ObjectKind::Trigger => dialect == Dialect::Postgresql,
            ObjectKind::Index => dialect == Dialect::Mysql,
            _ => false,
        }
    }
}

impl Object {
    /// An object whose name belongs to no other.
    pub(crate) fn new(kind: ObjectKind, name: Name) -> Object {
        Object { kind, of: None, name }
    }

    pub(crate) fn table(name: Name) -> Object {
        Object::new(ObjectKind::Table, name)
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ObjectKind::Table => "table",
            ObjectKind::Column => "column",
            ObjectKind::Constraint => "constraint",
            ObjectKind::PrimaryKey => "primary key",
            ObjectKind::Partition => "partition",
            ObjectKind::View => "view",
            ObjectKind::Index => "index",
            ObjectKind::Trigger => "trigger",
            ObjectKind::Type => "type",
            ObjectKind::EnumValue => "enum value",
            ObjectKind::Routine => "function",
            ObjectKind::Sequence => "sequence",
            ObjectKind::Schema => "schema",
            ObjectKind::Database => "database",
            ObjectKind::Tablespace => "tablespace",
            ObjectKind::Extension => "extension",
            ObjectKind::Event => "event",
            ObjectKind::Package => "package",
            ObjectKind::Policy => "policy",
            ObjectKind::Rule => "rule",
            ObjectKind::Role => "role",
            ObjectKind::Publication => "publication",
            ObjectKind::Subscription => "subscription",
            ObjectKind::Collation => "collation",
        })
    }
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &Name| match &name.schema {
            Some(schema) => format!("`{schema}.{}`", name.name),
            None => format!("`{}`", name.name),
        };
        write!(formatter, "{} {}", self.kind, name(&self.name))?;
        let owner = if self.kind == ObjectKind::EnumValue { "type" } else { "table" };
        match &self.of {
            Some(of) => write!(formatter, " of {owner} {}", name(of)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Action::Creates => "creates",
            Action::Drops => "drops",
            Action::Renames => "renames",
            Action::Changes => "changes",
        })
    }
}

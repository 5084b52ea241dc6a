//! What is no table: known by its text.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ObjectName;

/// Something beside the tables, or an option of one, that is compared by the text that the database prints for it: a view, a
/// function, a trigger, a policy, a sequence, the storage of a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TextObject {
    /// What it is, in the database's words: `view`, `trigger`, `function`, `extension`, `partition`.
    pub kind: String,
    /// Its name.
    pub name: ObjectName,
    /// The table that it belongs to or is made of, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<ObjectName>,
    /// How the database defines it, where that is known: the statement that makes it if `drop` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The statement that takes it away. None where its definition makes nothing: then it can be compared and not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop: Option<String>,
    /// Whether tables may need it, so that it has to be there before them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before_tables: bool,
    /// The tables, columns and other objects that it needs: what a change of them may break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Use>,
    /// The statements that give it the privileges and the owner that it has. They are not compared, and lost where it is made again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<String>,
}

/// What a text object needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Use {
    /// The table, or another text object.
    pub table: ObjectName,
    /// The column; none for the table as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// Its kind and name, and its table where that is something else.
impl fmt::Display for TextObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TextObject { kind, name, table, .. } = self;
        match table.as_ref().filter(|table| *table != name) {
            Some(table) => write!(formatter, "{kind} {name} of {table}"),
            None => write!(formatter, "{kind} {name}"),
        }
    }
}

impl TextObject {
    /// An object of which nothing but its name is known.
    #[must_use]
    pub fn new(kind: impl Into<String>, name: ObjectName) -> TextObject {
        TextObject {
            kind: kind.into(),
            name,
            table: None,
            definition: None,
            drop: None,
            before_tables: false,
            uses: Vec::new(),
            privileges: Vec::new(),
        }
    }

    /// The statements that make it and take it away, where there are any.
    #[must_use]
    pub fn statements(&self) -> Option<[&str; 2]> {
        Some([self.definition.as_deref()?, self.drop.as_deref()?])
    }

    /// Whether the other one is this object, before or after a change.
    #[must_use]
    pub fn is(&self, other: &TextObject) -> bool {
        self.kind == other.kind && self.name == other.name && self.table == other.table
    }

    /// Whether the database says the same of both.
    #[must_use]
    pub fn is_same(&self, other: &TextObject) -> bool {
        self.is(other) && self.definition == other.definition && self.drop == other.drop
    }
}

//! Names of tables and types.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a table or type, with its schema where that is not the default one.
///
/// Names are as the database holds them: unquoted, in their letter case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectName {
    /// The schema (PostgreSQL) or database (MySQL); none for the default one. SQLite has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
}

impl ObjectName {
    /// A name in the default schema.
    #[must_use]
    pub fn new(name: impl Into<String>) -> ObjectName {
        ObjectName { schema: None, name: name.into() }
    }

    /// The name that this one had before, as models write it: with its schema before a point, if that was another one. The name
    /// that it has is that of the default schema.
    #[must_use]
    pub fn earlier(&self, written: &str) -> ObjectName {
        match written.split_once('.') {
            Some((schema, name)) => ObjectName { schema: Some(schema.to_owned()), name: name.to_owned() },
            None if written == self.name => ObjectName::new(written),
            None => ObjectName { schema: self.schema.clone(), name: written.to_owned() },
        }
    }

    /// The schema and the name.
    pub(crate) fn parts(&self) -> (Option<&str>, &str) {
        (self.schema.as_deref(), &self.name)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(formatter, "{schema}.")?;
        }
        formatter.write_str(&self.name)
    }
}

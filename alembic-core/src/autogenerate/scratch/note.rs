//! What a comparison has to say beside its result.

use std::fmt;

/// Something that a person should know about a comparison, whatever its result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A scratch database of an interrupted comparison was dropped.
    Removed {
        /// Its name.
        name: String,
    },
    /// A scratch database could not be dropped. The next comparison tries again.
    Left {
        /// Its name.
        name: String,
        /// The reason.
        reason: String,
    },
    /// The scratch server cannot create an extension of the compared database.
    NoExtension {
        /// The extension.
        name: String,
        /// The server's reason.
        reason: String,
    },
    /// The scratch server does not have the locale of the compared database.
    NoLocale,
    /// Statements of a file were skipped, because they define nothing.
    Skipped {
        /// The file.
        path: String,
        /// The number of statements.
        count: usize,
        /// Their first words.
        words: Vec<String>,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Removed { name } => {
                write!(
                    formatter,
                    "dropped the scratch database {name}, which an interrupted comparison had left"
                )
            }
            Note::Left { name, reason } => {
                write!(
                    formatter,
                    "could not drop the scratch database {name}: {reason}; the next comparison tries again"
                )
            }
            Note::NoExtension { name, reason } => {
                write!(formatter, "the scratch database is without the extension {name}: {reason}")
            }
            Note::NoLocale => {
                formatter.write_str("the scratch database has another locale: its server lacks the right one")
            }
            Note::Skipped { path, count: 1, words } => {
                write!(
                    formatter,
                    "skipped a statement of {path} that defines no part of the schema: {}",
                    words.join(", ")
                )
            }
            Note::Skipped { path, count, words } => write!(
                formatter,
                "skipped {count} statements of {path} that define no part of the schema: {}",
                words.join(", ")
            ),
        }
    }
}

/// Where notes go.
pub(in super::super) type Notes<'a> = Box<dyn FnMut(Note) + Send + 'a>;

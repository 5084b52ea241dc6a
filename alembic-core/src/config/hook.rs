//! Programs that run on a new script.

use serde::Deserialize;

/// A program that is run on a new script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The program and its arguments.
    pub command: Words,
    /// Where it runs, relative to the configuration. Else where the configuration is.
    pub cwd: Option<String>,
    /// The line of its `command`.
    pub line: usize,
}

/// A command: one line, or its words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "it must be a command, or a list of its words")]
pub enum Words {
    /// `command = "sqlfluff fix"`; where its words end is decided as a shell does.
    Line(String),
    /// `command = ["sqlfluff", "fix"]`
    List(Vec<String>),
}

impl Words {
    /// Whether there is no program in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Words::Line(line) => line.trim().is_empty(),
            Words::List(words) => words.first().is_none_or(String::is_empty),
        }
    }
}

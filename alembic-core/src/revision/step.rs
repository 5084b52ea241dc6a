//! One step of a plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::nodes::Node;
use super::rows::RowChange;

/// Which way a revision runs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It is applied.
    Upgrade,
    /// It is taken back.
    Downgrade,
}

/// One revision to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The revision.
    pub node: Node,
    /// Which way it runs.
    pub direction: Direction,
    /// What happens to the version table; afterwards its rows are the maximal elements of what is applied.
    pub rows: RowChange,
    /// Nothing runs: the database has another side of a merge of alternatives. The revision is recorded, or its record is
    /// taken back.
    pub is_recorded: bool,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        })
    }
}

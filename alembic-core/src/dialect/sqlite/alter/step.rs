//! The steps of an alteration.

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Fails where rows are found.
    Check(Check),
    /// Runs a statement. Where it fails, the checks may say why.
    Run { sql: String, reasons: Vec<Check> },
    /// Runs statements that change `sqlite_schema` itself, has the schema read again, and runs the last one.
    EditSchema { edits: Vec<String>, then: String },
    /// Fails where a view, a trigger or another table names the column. Keeps in mind which views can be read.
    Unused { column: String },
    /// Fails where one of those views cannot be read any more.
    StillReadable { column: String },
    /// Goes on with the one or the other, depending on whether a query finds a row.
    Choose { query: String, found: Vec<Step>, nothing: Vec<Step> },
}

/// A query that finds what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// Gives nothing, or a row of two texts: how many rows of the table are wrong, and one of them.
    pub(crate) query: String,
    /// What is wrong.
    pub(crate) complaint: String,
}

impl Step {
    pub(super) fn run(sql: String) -> Step {
        Step::Run { sql, reasons: Vec::new() }
    }
}

//! The steps of an alteration.

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Fails where rows are found.
    Check(Check),
    /// Runs a statement. Where it fails, the checks may say why.
    Run { sql: String, reasons: Vec<Check> },
    /// Fills the new table, or has SQLite add a column.
    Copy(Box<Copy>),
    /// Runs statements that change `sqlite_schema` itself, has the schema read again, and runs the last one.
    EditSchema { edits: Vec<String>, then: String },
    /// Fails where a view, a trigger or another table names the column. Keeps in mind which views can be read.
    Unused { column: String },
    /// Fails where one of those views cannot be read any more.
    StillReadable { column: String },
    /// Goes on with the one or the other, depending on whether a query finds a row.
    Choose { query: String, found: Vec<Step>, nothing: Vec<Step> },
    /// Keeps in mind what these find.
    Observe(Vec<Watch>),
    /// Fails where any of those finds more than it did.
    Confirm,
}

/// A query that finds what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// Gives nothing, or a row of two texts: how many rows of the table are wrong, and one of them.
    pub(crate) query: String,
    /// What is wrong.
    pub(crate) complaint: String,
}

/// Two queries that must not find more after the change than before. A row is what identifies a finding, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) complaint: String,
}

/// A statement that rows may be in the way of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) sql: String,
    /// Finds out why it failed.
    pub(crate) diagnosis: Diagnosis,
    /// Where only rows that violated a `CHECK` before are in the way: makes and fills the new table without its checks,
    /// which SQLite has for the table again once its text is. Empty if that is no way.
    pub(crate) unchecked: Vec<String>,
}

/// How to find out which rows are in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// Makes the table without constraints, and fills it.
    pub(crate) begin: Vec<String>,
    pub(crate) checks: Vec<Check>,
    /// Drops it.
    pub(crate) end: String,
}

impl Step {
    pub(super) fn run(sql: String) -> Step {
        Step::Run { sql, reasons: Vec::new() }
    }
}

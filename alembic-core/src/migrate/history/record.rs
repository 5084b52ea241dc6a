//! What is written of a step to the two tables: the same on a connection and in a file.

use crate::dialect::{Entry, Operation, Tables};
use crate::migrate::run::plan::PlannedStep;
use crate::revision::{Node, RowChange, StampPlan};
use crate::script::ScriptDirectory;

/// Who writes, and where.
#[derive(Clone, Copy)]
pub(crate) struct Author<'a> {
    /// User and host.
    pub(crate) applied_by: &'a str,
    /// The server that is written to, where it has an identity.
    pub(crate) server: Option<&'a str>,
}

/// The row of the history for a step.
pub(crate) fn entry<'a>(
    directory: &ScriptDirectory,
    step: &'a PlannedStep<'_>,
    author: Author<'a>,
) -> Entry<'a> {
    Entry {
        revision: step.script.revision.id.as_str(),
        operation: step.operation(),
        digest: directory.digest(step.node),
        lineage: directory.lineage(step.node),
        statements: step.statements.len(),
        applied_by: author.applied_by,
        server: author.server,
        script: Some(&step.script.text),
    }
}

/// The statements that change the rows of the version table. Each has to change exactly one row.
pub(crate) fn row_changes(tables: &Tables, directory: &ScriptDirectory, change: &RowChange) -> Vec<String> {
    let id = |node| directory.graph().id(node).as_str();
    let deleted = change.delete.iter().map(|node| tables.delete_version(id(*node)));
    let updated = change.update.map(|(from, to)| tables.update_version(id(from), id(to)));
    let inserted = change.insert.iter().map(|node| tables.insert_version(id(*node)));
    deleted.chain(updated).chain(inserted).collect()
}

/// The rows of the history for a stamp.
pub(crate) fn stamp_entries<'a>(
    directory: &'a ScriptDirectory,
    plan: &StampPlan,
    author: Author<'a>,
) -> Vec<Entry<'a>> {
    let entry = |node: Node, operation| Entry {
        revision: directory.graph().id(node).as_str(),
        operation,
        digest: directory.digest(node),
        lineage: directory.lineage(node),
        statements: 0,
        applied_by: author.applied_by,
        server: author.server,
        script: (operation == Operation::Stamp).then_some(directory.script(node).text.as_str()),
    };
    let unstamped = plan.unstamped.iter().map(|node| entry(*node, Operation::Unstamp));
    unstamped.chain(plan.stamped.iter().map(|node| entry(*node, Operation::Stamp))).collect()
}

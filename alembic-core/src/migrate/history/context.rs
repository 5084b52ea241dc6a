//! The rows that a run writes to the version table and the history: the same on a connection and in a file.

use super::step::PlannedStep;
use crate::dialect::{Entry, Operation, Tables};
use crate::revision::{Node, RowChange, StampPlan};
use crate::script::ScriptDirectory;
use crate::sql::Dialect;
use crate::sql::facts::{Facts, Kind, Transaction};

/// The author of the rows of the history.
#[derive(Clone, Copy)]
pub(crate) struct Author<'a> {
    /// User and host.
    pub(crate) applied_by: &'a str,
    /// The identity of the server that is written to, where it has one.
    pub(crate) server: Option<&'a str>,
}

/// The tables that a run writes to, the scripts that it runs, and its author.
pub(crate) struct Context<'a> {
    pub(crate) tables: Tables,
    pub(crate) directory: &'a ScriptDirectory,
    pub(crate) author: Author<'a>,
    /// Whether DDL can be rolled back.
    pub(crate) transactional_ddl: bool,
    /// MySQL: whether the SQL mode of the server makes `\` in strings a character like any other.
    pub(crate) no_backslash_escapes: bool,
}

impl Context<'_> {
    pub(crate) fn dialect(&self) -> Dialect {
        self.tables.dialect()
    }

    /// Whether a statement can be rolled back on this server, and share a transaction with our notes.
    pub(crate) fn can_share(&self, facts: &Facts) -> bool {
        let is_plain = self.transactional_ddl || self.dialect() == Dialect::Mysql;
        facts.transaction == Transaction::Shared
            && (is_plain || matches!(facts.kind, Kind::Rows | Kind::Query | Kind::Session))
    }

    /// The number of characters of the longest revision id.
    pub(crate) fn longest_id(&self) -> usize {
        let graph = self.directory.graph();
        let lengths = graph.nodes().map(|node| graph.id(node).as_str().chars().count());
        lengths.max().unwrap_or_default()
    }

    /// The row of the history for a revision with so many statements.
    pub(crate) fn entry_with(&self, node: Node, operation: Operation, statements: usize) -> Entry<'_> {
        let script = self.directory.script(node);
        Entry {
            revision: script.revision.id.as_str(),
            operation,
            digest: self.directory.digest(node),
            lineage: self.directory.lineage(node),
            statements,
            applied_by: self.author.applied_by,
            server: self.author.server,
            script: Some(&script.text),
        }
    }

    /// The row of the history for a step.
    pub(crate) fn entry(&self, step: &PlannedStep<'_>) -> Entry<'_> {
        self.entry_with(step.node, step.operation(), step.statements.len())
    }

    /// The statements that change the rows of the version table. Each must change exactly one row.
    pub(crate) fn row_changes(&self, change: &RowChange) -> Vec<String> {
        let id = |node| self.directory.graph().id(node).as_str();
        let deleted = change.delete.iter().map(|node| self.tables.delete_version(id(*node)));
        let updated = change.update.map(|(from, to)| self.tables.update_version(id(from), id(to)));
        let inserted = change.insert.iter().map(|node| self.tables.insert_version(id(*node)));
        deleted.chain(updated).chain(inserted).collect()
    }

    /// The statements that write the rows of the history for a stamp; `moved` are those that it stamps and that ran.
    pub(crate) fn stamp_records(&self, plan: &StampPlan, moved: &[Node]) -> Vec<String> {
        let entry = |node: Node, operation| Entry {
            revision: self.directory.graph().id(node).as_str(),
            operation,
            digest: self.directory.digest(node),
            lineage: self.directory.lineage(node),
            statements: 0,
            applied_by: self.author.applied_by,
            server: self.author.server,
            script: (operation != Operation::Unstamp).then_some(self.directory.script(node).text.as_str()),
        };
        let unstamped = plan.unstamped.iter().map(|node| entry(*node, Operation::Unstamp));
        let stamped = plan.stamped.iter().map(|node| match moved.contains(node) {
            true => entry(*node, Operation::Move),
            false => entry(*node, Operation::Stamp),
        });
        let entries: Vec<Entry<'_>> = unstamped.chain(stamped).collect();
        entries.chunks(200).map(|entries| self.tables.record(entries)).collect()
    }
}

/// User and host of this process.
pub(crate) fn applied_by() -> String {
    let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    let host = whoami::hostname().unwrap_or_else(|_| "unknown".to_owned());
    let mut author = format!("{user}@{host}");
    author.truncate(author.floor_char_boundary(255));
    author
}

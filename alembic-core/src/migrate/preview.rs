//! A preview of a run: its steps, without executing them.

use serde::Serialize;

use super::error::MigrateError;
use super::start::Run;
use crate::dialect::{Operation, Tables};
use crate::migrate::history::ahead::Place;
use crate::migrate::history::state::State;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::history::verify::verify;
use crate::migrate::run::consent;
use crate::migrate::run::plan::Plan;
use crate::migrate::server::connect::Missing;
use crate::revision::{Node, Past};
use crate::script::ScriptDirectory;

/// The steps of a run on a database, and the rows before and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The rows of the version table now, sorted.
    pub from: Vec<String>,
    /// The rows of the version table after the run, sorted.
    pub to: Vec<String>,
    /// The revisions, in the order in which they run.
    pub steps: Vec<PreviewStep>,
    /// Applied revisions that are not in the history.
    pub unverified: Vec<String>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewStep {
    /// `upgrade`, `downgrade`, `stamp` (marked as applied without a run), `unstamp`, or `record` and `unrecord` (the database
    /// has another side of a merge of alternatives).
    pub operation: &'static str,
    /// The id of the revision.
    pub revision: String,
    /// The first line of its message.
    pub message: String,
    /// The file of its script.
    pub path: String,
    /// Whether its statements and the history are written in one transaction, if the database can roll back DDL.
    pub transaction: bool,
    /// The number of its statements that an interrupted run has already executed.
    pub statements_done: usize,
    /// Its statements.
    pub statements: Vec<PreviewStatement>,
}

/// A statement of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewStatement {
    /// The line of the file at which it begins, from 1.
    pub line: usize,
    /// The text of the statement.
    pub sql: String,
}

impl Run<'_> {
    /// Finds the steps of the run by reading only: nothing is written, no lock is taken, and a missing SQLite file is not
    /// created.
    ///
    /// # Errors
    /// Any error that prevents the run from starting.
    pub async fn preview(self) -> Result<Preview, MigrateError> {
        let (migrator, database, goal, agreed) = self.parts()?;
        let dialect = database.dialect()?;
        let tables = Tables::new(dialect, &migrator.settings().version_table)?;
        let directory = migrator.directory();
        let mut connection = match database.connect(Missing::Refuse).await {
            Err(MigrateError::NoFile { .. }) => None,
            connection => Some(connection?),
        };
        let (state, nodes, unverified, unfinished) = match &mut connection {
            Some(connection) => {
                let state = State::read(connection, &tables).await?;
                let nodes = match goal.place(connection, &tables, directory, &state).await? {
                    Place::Known(nodes) => nodes,
                    Place::Ahead(_, ahead) => return Err(MigrateError::Ahead(ahead)),
                };
                let unverified = match goal.verifies() {
                    true => verify(connection, &tables, directory, &state, &nodes).await?,
                    false => Vec::new(),
                };
                let unfinished = state.unfinished(connection, &tables).await?;
                (state, nodes, unverified, unfinished)
            }
            None => (State::default(), Vec::new(), Vec::new(), Vec::new()),
        };
        let past = match &mut connection {
            Some(connection) => goal.past(connection, &tables, directory, &state).await?,
            None => Past::default(),
        };
        let plan = Plan::new(directory, dialect, &nodes, &goal, &past)?;
        if let Some(connection) = &mut connection {
            consent::check(connection, &tables, &state, (&goal, &plan), &unfinished, agreed).await?;
        }
        let plan = plan.finish_first(directory, dialect, &nodes, (&goal, &past), unfinished)?;
        let ids = |nodes: &[Node]| {
            let mut ids: Vec<String> =
                nodes.iter().map(|node| directory.graph().id(*node).to_string()).collect();
            ids.sort();
            ids
        };
        let (to, steps) = match plan {
            Plan::Steps(steps) => {
                let mut rows = nodes;
                steps.iter().for_each(|step| step.rows.apply(&mut rows));
                (ids(&rows), steps.iter().map(step).collect())
            }
            Plan::Stamp { plan, .. } => {
                let unstamped =
                    plan.unstamped.iter().map(|node| stamped(directory, *node, Operation::Unstamp));
                let stamped_now = plan.stamped.iter().map(|node| stamped(directory, *node, Operation::Stamp));
                (ids(&plan.rows), unstamped.chain(stamped_now).collect())
            }
            Plan::Tables | Plan::Abandon => (state.ids(), Vec::new()),
        };
        let unverified = unverified.iter().map(ToString::to_string).collect();
        Ok(Preview { from: state.ids(), to, steps, unverified })
    }
}

fn step(step: &PlannedStep<'_>) -> PreviewStep {
    let script = step.script;
    let statements = step.statements.iter().map(|statement| PreviewStatement {
        line: script.place(statement.start).0,
        sql: script.statement_text(statement).to_owned(),
    });
    PreviewStep {
        operation: step.operation().name(),
        revision: script.revision.id.to_string(),
        message: script.revision.message.lines().next().unwrap_or_default().to_owned(),
        path: script.path.clone(),
        transaction: step.transaction,
        statements_done: step.unfinished.as_ref().map_or(0, |unfinished| unfinished.done),
        statements: statements.collect(),
    }
}

/// A revision that a stamp marks as applied or as not applied.
fn stamped(directory: &ScriptDirectory, node: Node, operation: Operation) -> PreviewStep {
    let script = directory.script(node);
    PreviewStep {
        operation: operation.name(),
        revision: script.revision.id.to_string(),
        message: script.revision.message.lines().next().unwrap_or_default().to_owned(),
        path: script.path.clone(),
        transaction: true,
        statements_done: 0,
        statements: Vec::new(),
    }
}

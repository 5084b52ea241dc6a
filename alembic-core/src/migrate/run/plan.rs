//! The plan of a run: its steps with their statements, checked before anything runs.

use std::time::Duration;

use crate::dialect::Tables;
use crate::migrate::error::MigrateError;
use crate::migrate::history::ahead::{Place, locate};
use crate::migrate::history::state::{State, Unfinished};
use crate::migrate::history::step::{LazyFacts, PlannedStep};
use crate::migrate::history::verify::is_record;
use crate::migrate::server::connection::Connection;
use crate::revision::{self, Direction, Node, Past, RevisionId, StampPlan, Step, Target};
use crate::script::{Script, ScriptDirectory, ScriptErrors};
use crate::sql::Dialect;

/// What a caller wants of a database.
#[derive(Clone, Debug)]
pub(crate) enum Goal {
    Upgrade(Target),
    Downgrade(Target),
    /// Take back these revisions, and what needs them.
    Undo(Vec<RevisionId>),
    /// What an earlier run has begun, and nothing else.
    Finish,
    /// Forget what an earlier run has begun.
    Abandon,
    /// With `purge` the version table is emptied first, whatever it says.
    Stamp {
        targets: Vec<Target>,
        purge: bool,
    },
    /// The two tables, and nothing else.
    EnsureVersion,
}

impl Goal {
    /// Where the rows are in the graph; nowhere where the goal does not care what the table says.
    pub(crate) async fn place(
        &self,
        connection: &mut Connection,
        tables: &Tables,
        directory: &ScriptDirectory,
        state: &State,
    ) -> Result<Place, MigrateError> {
        match self {
            Goal::Stamp { purge: true, .. } => Ok(Place::Known(Vec::new())),
            // Neither depends on the rows.
            Goal::EnsureVersion | Goal::Abandon => {
                Ok(Place::Known(directory.graph().locate(&state.ids()).unwrap_or_default()))
            }
            _ => locate(connection, tables, directory, state).await,
        }
    }

    /// What the history says about the applied revisions, as far as the goal asks.
    pub(crate) async fn past(
        &self,
        connection: &mut Connection,
        tables: &Tables,
        directory: &ScriptDirectory,
        state: &State,
    ) -> Result<Past, MigrateError> {
        let graph = directory.graph();
        let asks = match self {
            Goal::Downgrade(_) | Goal::Undo(_) => true,
            Goal::Upgrade(_) => graph.nodes().any(|node| graph.revision(node).alternatives),
            _ => false,
        };
        if !state.has_history || !asks {
            return Ok(Past::default());
        }
        let rows = connection.rows(tables.digests(None)).await;
        let mut past = Past::default();
        for row in rows.map_err(MigrateError::database("reading the history"))? {
            let Some(node) = row.first().and_then(|id| graph.find(id.as_deref()?)) else { continue };
            past.order.push(node);
            past.recorded.extend(is_record(&row).then_some(node));
        }
        Ok(past)
    }

    /// Whether all applied revisions have to be what the scripts say. A stamp and giving up run nothing of the scripts.
    pub(crate) fn verifies(&self) -> bool {
        !matches!(self, Goal::Stamp { .. } | Goal::Abandon)
    }

    /// Whether unfinished work is forgotten.
    pub(crate) fn abandons(&self) -> bool {
        matches!(self, Goal::Stamp { .. } | Goal::Abandon)
    }

    /// The known nodes of a place, and the rows that are ahead of them, if that is allowed.
    pub(crate) fn allow(
        &self,
        place: Place,
        allow_ahead: bool,
    ) -> Result<(Vec<Node>, Vec<String>), MigrateError> {
        match place {
            Place::Known(nodes) => Ok((nodes, Vec::new())),
            Place::Ahead(nodes, ahead) if allow_ahead && matches!(self, Goal::Upgrade(_)) => {
                Ok((nodes, ahead.unknown))
            }
            Place::Ahead(_, ahead) => Err(MigrateError::Ahead(ahead)),
        }
    }
}

/// What a run is going to do.
pub(crate) enum Plan<'a> {
    Steps(Vec<PlannedStep<'a>>),
    Stamp {
        plan: StampPlan,
        purge: bool,
    },
    Tables,
    /// Unfinished work is forgotten.
    Abandon,
}

impl<'a> Plan<'a> {
    /// Plans a run from `rows`, and checks that every step can be run on this dialect. `past` is that of [`Goal::past`].
    pub(crate) fn new(
        directory: &'a ScriptDirectory,
        dialect: Dialect,
        rows: &[Node],
        goal: &Goal,
        past: &Past,
    ) -> Result<Plan<'a>, MigrateError> {
        let graph = directory.graph();
        let steps = match goal {
            Goal::Upgrade(target) => revision::upgrade(graph, rows, target, past)?,
            Goal::Downgrade(target) => revision::downgrade(graph, rows, target, past)?,
            Goal::Undo(revisions) => {
                let nodes = revisions.iter().filter_map(|id| graph.find(id.as_str()));
                revision::undo(graph, rows, &nodes.collect::<Vec<_>>(), past)
            }
            Goal::Finish => Vec::new(),
            Goal::Stamp { targets, purge } => {
                let plan = revision::stamp(graph, rows, targets)?;
                return Ok(Plan::Stamp { plan, purge: *purge });
            }
            Goal::EnsureVersion => return Ok(Plan::Tables),
            Goal::Abandon => return Ok(Plan::Abandon),
        };
        let mut mistakes = Vec::new();
        let mut planned_steps = Vec::with_capacity(steps.len());
        for step in steps {
            let script = directory.script(step.node);
            match planned(script, dialect, step) {
                Ok(step) => planned_steps.push(step),
                Err(MigrateError::Scripts(ScriptErrors(errors))) => mistakes.extend(errors),
                Err(error) => return Err(error),
            }
        }
        ScriptErrors::check(mistakes)?;
        Ok(Plan::Steps(planned_steps))
    }

    /// Puts what is unfinished at the beginning. What comes after it is planned again from there: a row change is right
    /// in its place only.
    ///
    /// # Errors
    /// The goal does not include what is unfinished, or that stands on what is not applied.
    pub(crate) fn finish_first(
        self,
        directory: &'a ScriptDirectory,
        dialect: Dialect,
        rows: &[Node],
        (goal, past): (&Goal, &Past),
        unfinished: Vec<Unfinished>,
    ) -> Result<Plan<'a>, MigrateError> {
        let Plan::Steps(planned_steps) = self else {
            return Ok(self);
        };
        if unfinished.is_empty() {
            return Ok(Plan::Steps(planned_steps));
        }
        let graph = directory.graph();
        let mut rows = rows.to_vec();
        let mut first = Vec::new();
        for unfinished in unfinished {
            let direction = unfinished.direction;
            let Some(revision) = unfinished.id() else { continue };
            let node = graph.find(revision.as_str());
            let is_it = |step: &PlannedStep<'_>| Some(step.node) == node && step.direction == direction;
            let is_planned = matches!(goal, Goal::Finish) || planned_steps.iter().any(is_it);
            let Some(node) = node else {
                return Err(MigrateError::UnfinishedUnknown { revision, direction });
            };
            if !is_planned {
                return Err(MigrateError::Unfinished { revision, direction });
            }
            // Its script has got another parent since: going on with it would count that as applied.
            let applied = graph.applied(&rows);
            let missing = graph.prerequisites(node).filter(|before| !applied.contains(*before));
            let missing: Vec<Node> = missing.filter(|_| direction == Direction::Upgrade).collect();
            if !missing.is_empty() {
                let headers = unfinished.moved_by(directory.script(node));
                return Err(MigrateError::UnfinishedMoved { revision, missing: graph.ids(missing), headers });
            }
            let step = revision::step(graph, &rows, node, direction);
            step.rows.apply(&mut rows);
            let script = directory.script(node);
            first.push(PlannedStep { unfinished: Some(unfinished), ..planned(script, dialect, step)? });
        }
        if let Plan::Steps(rest) = Plan::new(directory, dialect, &rows, goal, past)? {
            first.extend(rest);
        }
        Ok(Plan::Steps(first))
    }

    /// The same, without what is only recorded.
    pub(crate) fn running(&self, directory: &ScriptDirectory) -> Vec<(Direction, RevisionId)> {
        let mut revisions = self.revisions(directory);
        if let Plan::Steps(steps) = self {
            let mut steps = steps.iter();
            revisions.retain(|_| steps.next().is_some_and(|step| !step.is_recorded));
        }
        revisions
    }

    /// Direction and id of each revision that it runs, records or stamps.
    pub(crate) fn revisions(&self, directory: &ScriptDirectory) -> Vec<(Direction, RevisionId)> {
        let id = |node: &Node| directory.graph().id(*node).clone();
        match self {
            Plan::Steps(steps) => steps.iter().map(|step| (step.direction, id(&step.node))).collect(),
            Plan::Stamp { plan, .. } => {
                let down = plan.unstamped.iter().map(|node| (Direction::Downgrade, id(node)));
                down.chain(plan.stamped.iter().map(|node| (Direction::Upgrade, id(node)))).collect()
            }
            Plan::Tables | Plan::Abandon => Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Plan::Steps(steps) => steps.is_empty(),
            Plan::Stamp { plan, purge } => !purge && plan.change.is_empty(),
            Plan::Tables | Plan::Abandon => false,
        }
    }
}

fn planned(script: &Script, dialect: Dialect, step: Step) -> Result<PlannedStep<'_>, MigrateError> {
    let Step { node, direction, rows, is_recorded } = step;
    if is_recorded {
        return Ok(PlannedStep {
            node,
            direction,
            rows,
            script,
            statements: Vec::new(),
            facts: LazyFacts::new(dialect),
            transaction: true,
            is_recorded,
            timeout: None,
            unfinished: None,
        });
    }
    let Some(section) = script.section(direction, dialect) else {
        let (path, revision) = (script.path.clone(), script.revision.id.clone());
        let elsewhere = script.sections.iter().any(|section| section.direction == direction);
        return Err(match direction {
            Direction::Upgrade => MigrateError::NoSection { path, revision, direction, dialect },
            Direction::Downgrade => {
                MigrateError::Irreversible { path, revision, dialect: elsewhere.then_some(dialect) }
            }
        });
    };
    let statements = script.statements(section, dialect).map_err(ScriptErrors)?;
    Ok(PlannedStep {
        node,
        direction,
        rows,
        script,
        statements,
        facts: LazyFacts::new(dialect),
        transaction: section.transaction,
        is_recorded,
        timeout: section.timeout.map(Duration::from_millis),
        unfinished: None,
    })
}

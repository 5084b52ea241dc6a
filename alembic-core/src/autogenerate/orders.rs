//! Both orders of two branches, tried in scratch databases.
//!
//! Each order runs everything that both branches need, then one branch, then the other. The scratch databases exist one
//! after the other; the configured database is only asked for its properties.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::scratch::{Note, Notes, Replay, dropped};
use super::snapshot::Snapshot;
use super::{AutogenerateError, Filter};
use crate::migrate::{Database, MigrateError};
use crate::migrator::Migrator;
use crate::revision::{Node, apart};
use crate::schema::ObjectName;

/// A reason for which two branches cannot be applied in any order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Disagreement {
    /// The second branch fails where the first has run before it.
    Fails {
        /// The head of the branch that ran first.
        first: Node,
        /// The head of the branch that ran after it.
        second: Node,
        /// What the database says.
        error: Box<MigrateError>,
    },
    /// The two orders leave something of another shape.
    Schema(ObjectName),
    /// The two orders leave other rows in a table.
    Rows(ObjectName),
}

/// Runs two branches in both orders, each in a scratch database, when it is awaited.
///
/// `server` is any database of the server that the scratch databases are to be on. It is only read, and need not exist. On
/// SQLite they are in memory.
pub fn try_orders<'a>(
    migrator: &'a Migrator,
    server: impl Into<Database>,
    left: Node,
    right: Node,
) -> TryOrders<'a> {
    TryOrders {
        migrator,
        database: server.into(),
        heads: [left, right],
        scratch: None,
        is_one_way: false,
        on_note: Box::new(|_| {}),
    }
}

/// Both orders of two branches, before they are tried.
#[must_use = "nothing is tried until it is awaited"]
pub struct TryOrders<'a> {
    migrator: &'a Migrator,
    database: Database,
    heads: [Node; 2],
    scratch: Option<Database>,
    is_one_way: bool,
    on_note: Notes<'a>,
}

impl<'a> TryOrders<'a> {
    /// Creates scratch databases on the server of this one.
    pub fn scratch(mut self, server: impl Into<Database>) -> TryOrders<'a> {
        self.scratch = Some(server.into());
        self
    }

    /// Runs only the left branch before the right one.
    pub fn one_way(mut self) -> TryOrders<'a> {
        self.is_one_way = true;
        self
    }

    /// Calls `callback` with what a person should know besides the result.
    pub fn on_note(mut self, callback: impl FnMut(Note) + Send + 'a) -> TryOrders<'a> {
        self.on_note = Box::new(callback);
        self
    }

    async fn run(mut self) -> Result<Vec<Disagreement>, AutogenerateError> {
        let [left, right] = self.heads;
        let [common, left_only, right_only] = apart(self.migrator.directory().graph(), left, right);
        let mut found = Vec::new();
        let one = self.order(&common, &left_only, &right_only).await?;
        if self.is_one_way {
            found.extend(one.err().map(|error| Disagreement::Fails { first: left, second: right, error }));
            return Ok(found);
        }
        let other = self.order(&common, &right_only, &left_only).await?;
        match (one, other) {
            (Ok(one), Ok(other)) => {
                found.extend(one.changed_objects(&other).into_iter().map(Disagreement::Schema));
                if !one.changed_rows(&other, None).is_empty() {
                    // Values that change with each run are none of the order.
                    let again = self.order(&common, &left_only, &right_only).await?.ok();
                    let changed = one.changed_rows(&other, again.as_ref());
                    found.extend(changed.into_iter().map(Disagreement::Rows));
                }
            }
            (one, other) => {
                let fails = |first, second| move |error| Disagreement::Fails { first, second, error };
                found.extend(one.err().map(fails(left, right)));
                found.extend(other.err().map(fails(right, left)));
            }
        }
        Ok(found)
    }

    /// What an order leaves, or why its branches do not run.
    async fn order(
        &mut self,
        common: &[Node],
        first: &[Node],
        second: &[Node],
    ) -> Result<Result<Snapshot, Box<MigrateError>>, AutogenerateError> {
        let order = [common, first, second].concat();
        let server = self.scratch.as_ref();
        let prepared =
            Replay::prepare(self.migrator, &self.database, server, Some(&order), &mut self.on_note).await;
        let (replay, chain) = prepared?;
        let last = common.last().map(|node| self.migrator.directory().graph().id(*node).to_string());
        let result = outcome(&chain, &replay.database(), last).await;
        replay.drop(&mut self.on_note).await;
        result
    }
}

async fn outcome(
    chain: &Migrator,
    database: &Database,
    common: Option<String>,
) -> Result<Result<Snapshot, Box<MigrateError>>, AutogenerateError> {
    // Both orders begin with what both branches need.
    if let Some(common) = common {
        chain.upgrade(database).target(common.as_str()).await.map_err(dropped)?;
    }
    match chain.upgrade(database).await {
        Ok(_) => {}
        Err(
            error @ (MigrateError::NoSection { .. }
            | MigrateError::Interrupted { .. }
            | MigrateError::Scripts(_)),
        ) => {
            return Err(dropped(error).into());
        }
        Err(error) => return Ok(Err(Box::new(dropped(error)))),
    }
    let table = &chain.settings().version_table;
    let exclude = [table.name.clone(), table.history(), table.lease()].map(|name| name.into_owned());
    let filter = Filter { exclude: exclude.to_vec(), ..Filter::default() };
    Snapshot::of(database, &filter).await.map(Ok)
}

impl<'a> IntoFuture for TryOrders<'a> {
    type Output = Result<Vec<Disagreement>, AutogenerateError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

//! The revision graph: ids, targets, plans. Pure: knows no files and no databases.
//!
//! A [`Graph`] is built from what the scripts declare ([`Revision`]); what a user types becomes a [`Target`]
//! or a [`Range`] without looking at any graph; [`mod@resolve`] brings the two together, and [`plan`] turns the
//! result into [`Step`]s together with what each does to the rows of the version table.

mod alternatives;
mod apart;
pub mod branches;
mod cycle;
mod edges;
pub mod graph;
pub mod history;
pub mod id;
mod labels;
mod load;
mod missing;
mod nearest;
pub mod new_revision;
pub mod nodes;
mod past;
pub mod plan;
mod plan_error;
pub mod range;
pub mod rebase;
pub mod resolve;
#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
pub mod revision;
pub mod rows;
pub mod stamp;
mod step;
pub mod target;
#[cfg(test)]
mod tests;
mod undo;
mod walk;

pub use apart::apart;
pub use branches::{BranchPoint, branch_points};
pub use graph::Graph;
pub use history::{HistoryError, between, history};
pub use id::{InvalidLabel, InvalidRevisionId, RevisionId, validate_label};
pub use load::GraphError;
pub use nearest::nearest;
pub use new_revision::{NewRevision, NewRevisionError, Placement, merge, new_revision};
pub use nodes::{Node, NodeSet};
pub use past::Past;
pub use plan::{OfflinePlan, downgrade, offline, step, undo, upgrade, upgrade_many};
pub use plan_error::{AppliedSide, PlanError};
pub use range::Range;
pub use rebase::{RebaseError, check_rebase};
pub use resolve::{ResolveError, resolve, resolve_one, show};
pub use revision::Revision;
pub use rows::{RowChange, UnknownRevision, UnknownRevisions};
pub use stamp::{StampPlan, stamp};
pub use step::{Direction, Step};
pub use target::{Offset, Symbol, Target, TargetError};

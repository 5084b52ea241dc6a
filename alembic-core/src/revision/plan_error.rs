//! The errors of a plan.

use thiserror::Error;

use super::id::RevisionId;
use super::load::list;
use super::resolve::ResolveError;
use super::step::Direction;
use super::target::Offset;

/// A plan that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The target itself has no clear meaning.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// A relative target, and the database is in several places.
    #[error("`{target}` is ambiguous: the database is at {}; say from which, as in `{}@{offset}`, or name the revision to end at", list(.rows), .rows.first().map_or("", RevisionId::as_str))]
    SeveralCurrent {
        /// The target as given.
        target: String,
        /// The places it could count from.
        rows: Vec<RevisionId>,
        /// The steps that were asked for.
        offset: Offset,
    },
    /// A relative target downwards, and nothing is applied.
    #[error("`{target}` has nothing to count from: no revision {}is applied", .branch.as_ref().map(|branch| format!("of branch `{branch}` ")).unwrap_or_default())]
    NothingApplied {
        /// The target as given.
        target: String,
        /// The branch that it is limited to.
        branch: Option<String>,
    },
    /// Steps from where the database is, of which none leads the way that was asked for.
    #[error("`{target}` does not lead the way of {}; give it as {}, and at least 1", match .direction { Direction::Upgrade => "an upgrade", Direction::Downgrade => "a downgrade" }, match .direction { Direction::Upgrade => "`+N`", Direction::Downgrade => "`-N`" })]
    WrongWay {
        /// The target as given.
        target: String,
        /// What was asked for.
        direction: Direction,
    },
    /// A downgrade to where the database is not above.
    #[error("{}", not_below(.revision, *.applied, .rows))]
    NotBelowCurrent {
        /// The revision to end at.
        revision: RevisionId,
        /// Whether it is applied.
        applied: bool,
        /// Where the database is.
        rows: Vec<RevisionId>,
    },
    /// A downgrade of one branch to where that branch does not go on.
    #[error("branch `{branch}` does not go on from {}: the ways are {}; name one of them before `@`, or leave out `{branch}@` for all", .revision.as_ref().map_or("the base".to_owned(), |id| format!("`{id}`")), list(.choices))]
    BranchElsewhere {
        /// The branch as given.
        branch: String,
        /// The revision to end at; none for the base.
        revision: Option<RevisionId>,
        /// The revisions that follow it.
        choices: Vec<RevisionId>,
    },
    /// The database has something of several sides of a merge of alternatives, and not all of each.
    #[error("cannot apply `{merge}`, a merge of alternatives: the database has something of {} of its sides: {}", .sides.len(), describe(.sides))]
    SeveralSides {
        /// The merge.
        merge: RevisionId,
        /// What it has of each of them.
        sides: Vec<AppliedSide>,
    },
    /// A downgrade offline needs to be told where the database is.
    #[error("an offline downgrade needs to know where the database is; give it as `from:to`")]
    OfflineStartMissing,
}

/// What a database has of one side of a merge of alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedSide {
    /// The parent of the merge.
    pub parent: RevisionId,
    /// Revisions of the side that the database has, each after what it needs.
    pub applied: Vec<RevisionId>,
    /// The first revision of the side that it lacks, if it lacks one.
    pub missing: Option<RevisionId>,
    /// The target of a downgrade that takes back what it has, where there is one such target.
    pub below: Option<String>,
}

fn describe(sides: &[AppliedSide]) -> String {
    let side = |side: &AppliedSide| {
        let applied = list(&side.applied);
        match &side.missing {
            Some(missing) => format!("{applied} on the way to `{}`, without `{missing}`", side.parent),
            None => format!("{applied}, all up to `{}`", side.parent),
        }
    };
    sides.iter().map(side).collect::<Vec<_>>().join("; ")
}

fn not_below(revision: &RevisionId, applied: bool, rows: &[RevisionId]) -> String {
    let place = if rows.is_empty() { "empty".to_owned() } else { format!("at {}", list(rows)) };
    if applied {
        format!(
            "cannot downgrade to `{revision}`: nothing that revises it is applied; the database is {place}"
        )
    } else {
        format!("cannot downgrade to `{revision}`: it is not applied; the database is {place}")
    }
}

//! The errors of a history that the scripts do not agree with.

use std::fmt;

use crate::revision::RevisionId;
use crate::script::{Digest, Script};

/// A database that has revisions without a script, and all revisions of the scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The rows of the version table without a script.
    pub unknown: Vec<String>,
    /// When and by whom they were applied.
    pub applied: Vec<Provenance>,
}

/// A database that has revisions without a script, and lacks revisions of the scripts: two lines of development.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diverged {
    /// The rows of the version table without a script.
    pub unknown: Vec<String>,
    /// Revisions of the scripts that are not applied.
    pub missing: Vec<RevisionId>,
    /// The time and the author of each of them, if the history has them.
    pub applied: Vec<Provenance>,
}

/// The time and the author of an applied revision, from the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The id of the revision.
    pub revision: String,
    /// The time, by the database's clock.
    pub when: String,
    /// The author: user and host.
    pub who: String,
}

/// A revision whose script was edited after it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedRevision {
    /// The id of the revision.
    pub revision: RevisionId,
    /// The file of its script.
    pub path: String,
    /// The digest of the script that was applied.
    pub applied: Digest,
    /// The digest of the present script.
    pub found: Digest,
    /// The script that was applied, if the history has it.
    pub script: Option<String>,
    /// How to keep what is applied, if nothing was edited but what revisions stand on.
    pub reordered: Option<Reordered>,
}

/// The way to a new order of applied revisions, on which nothing runs that has run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reordered {
    /// The rows of the version table that are true in both orders.
    pub before: Vec<RevisionId>,
    /// What has to run then, because something that is applied stands on it now, and the rows after that; in turns.
    pub rounds: Vec<(Vec<RevisionId>, Vec<RevisionId>)>,
    /// What has to be finished before, in the old order.
    pub unfinished: Vec<String>,
}

/// Whether an applied script and one with the same id are two revisions, and not two versions of one: both the message and the
/// time of creation differ.
pub(crate) fn is_another(applied: &Script, now: &Script) -> bool {
    let is_other_time = applied.created != now.created || now.created.is_none();
    is_other_time && applied.revision.message != now.revision.message
}

/// Whether an applied script and one with the same id are surely two versions of one revision: it has the same message, and the same
/// time of creation.
pub(crate) fn is_version_of(applied: &Script, now: &Script) -> bool {
    now.created.is_some()
        && applied.created == now.created
        && applied.revision.message == now.revision.message
}

/// Whether nothing tells an applied script and one with the same id apart, or shows that they are one revision: they have the same
/// message, and no time.
pub(crate) fn is_undated_version_of(applied: &Script, now: &Script) -> bool {
    applied.created.is_none() && now.created.is_none() && applied.revision.message == now.revision.message
}

/// Applied revisions of which nothing shows that they are of the scripts here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotOwn {
    /// The revisions.
    pub revisions: Vec<String>,
    /// Whether they would have been stamped over, and not taken back.
    pub is_stamp: bool,
}

/// A database that another service migrates with the same version table: it has revisions without a script, and none of the
/// scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherService {
    /// The rows of the version table without a script.
    pub unknown: Vec<String>,
    /// The time and the author of each of them, if the history has them.
    pub applied: Vec<Provenance>,
}

impl EditedRevision {
    /// The script that was applied, if the history has it and this version can read it.
    #[must_use]
    pub fn applied_script(&self) -> Option<Script> {
        Script::parse(&self.path, self.script.clone()?).ok()
    }

    /// Whether the applied script is not an earlier version of the present one, but another revision with the same id: both its
    /// message and its time are other ones.
    #[must_use]
    pub fn is_another(&self, now: &Script) -> bool {
        self.applied_script().is_some_and(|applied| is_another(&applied, now))
    }

    /// Whether nothing but the seal can show that the applied script is an earlier version of the present one: its message or its time
    /// is another one.
    #[must_use]
    pub fn may_be_another(&self, now: &Script) -> bool {
        self.applied_script()
            .is_some_and(|then| then.created != now.created || then.revision.message != now.revision.message)
    }

    /// Whether nothing differs but what it stands on.
    #[must_use]
    pub fn is_moved(&self, now: &Script) -> bool {
        self.applied_script().is_some_and(|applied| applied.does_the_same(now))
    }
}

/// A revision that has other ancestors than when it was applied, though its own script is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherAncestors {
    /// The id of the revision.
    pub revision: RevisionId,
    /// The file of its script.
    pub path: String,
    /// The names by which it depends on other revisions, if they are not ids, each with its present revision.
    pub dependencies: Vec<(String, RevisionId)>,
    /// The ancestors of which the history lacks the script that was applied.
    pub unrecorded: Vec<RevisionId>,
}

impl fmt::Display for OtherAncestors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OtherAncestors { revision, path, dependencies, unrecorded } = self;
        write!(
            formatter,
            "{path}: revision {revision} stands on other revisions than when it was applied to this database; its own \
             script is what it was"
        )?;
        for (name, now) in dependencies {
            write!(formatter, "\n  it depends on `{name}`, which is {now} now")?;
        }
        if !unrecorded.is_empty() {
            let ids: Vec<&str> = unrecorded.iter().map(RevisionId::as_str).collect();
            write!(formatter, "\n  the history does not have what was applied of {}", ids.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Ahead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the database is ahead: it has {}, and all that is known here{}",
            unknown_revisions(&self.unknown),
            provenance(&self.applied)
        )
    }
}

impl fmt::Display for OtherService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the version table belongs to another service: it has {}, and none of the revisions here{}",
            unknown_revisions(&self.unknown),
            provenance(&self.applied)
        )
    }
}

impl fmt::Display for NotOwn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.revisions.len() == 1 { "revision" } else { "revisions" };
        let ids = self.revisions.join(", ");
        write!(
            formatter,
            "the version table belongs to another service: nothing shows that {noun} {ids} in it came from the scripts here"
        )
    }
}

impl fmt::Display for Diverged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing: Vec<&str> = self.missing.iter().map(RevisionId::as_str).collect();
        write!(
            formatter,
            "the database has diverged: it has {}, and it has not {}{}",
            unknown_revisions(&self.unknown),
            missing.join(", "),
            provenance(&self.applied)
        )
    }
}

fn unknown_revisions(ids: &[String]) -> String {
    let noun = if ids.len() == 1 { "revision" } else { "revisions" };
    format!("{noun} {}, which no script has", ids.join(", "))
}

pub(super) fn provenance(applied: &[Provenance]) -> String {
    let lines = applied
        .iter()
        .map(|Provenance { revision, when, who }| format!("\n  {revision} was applied at {when} by {who}"));
    lines.collect()
}

pub(super) fn edited(revisions: &[EditedRevision]) -> String {
    let mut text = String::new();
    for EditedRevision { revision, path, applied, found, .. } in revisions {
        text += &format!(
            "{path}: revision {revision} was edited after it was applied to this database\n  applied as {applied}\n  \
             now it is  {found}\n"
        );
    }
    text + "restore what was applied, and put the change into a new revision"
}

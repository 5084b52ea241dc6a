//! Problems with the lock, and with scripts that it has sealed.

use std::fmt;

use super::seal::{LOCK_VERSION, Seal};
use crate::revision::RevisionId;

use super::shell::{find_scripts, shell_word};
use super::{Digest, Digests};

/// One of two seals that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
    /// The digests in the seal.
    pub digests: Digests,
    /// The commit that brought the seal: hash, date, author and title, if git was asked and knows.
    pub commit: Option<String>,
}

impl Sealing {
    pub(super) fn of(seal: &Seal) -> Sealing {
        Sealing { digests: seal.digests, commit: None }
    }

    /// The text of the seal in the lock.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}", self.digests.upgrade, self.digests.downgrade)
    }
}

impl fmt::Display for Sealing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())?;
        self.commit.as_ref().map_or(Ok(()), |commit| write!(formatter, "\n    {commit}"))
    }
}

/// What a lock can find wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum LockProblem {
    #[error("the lock is not valid: {reason}")]
    Malformed { reason: String },
    #[error("the lock has version {version}, and this version of alembic reads version {LOCK_VERSION}")]
    Newer { version: u32 },
    #[error(
        "revision {revision} has two different seals: two branches applied it as different scripts\n  {first}\n  {second}"
    )]
    TwoSeals { revision: RevisionId, first: Sealing, second: Sealing },
    #[error("a merge has left a conflict in the lock")]
    Conflict,
    #[error("there are migrations, but no alembic.lock beside them")]
    Missing,
    #[error("revision {revision} was edited after it was applied\n  sealed as {sealed}\n  now it is {found}")]
    Edited { revision: RevisionId, sealed: Digest, found: Digest },
    #[error(
        "the downgrade of revision {revision} was edited after it was applied\n  sealed as {sealed}\n  now it is {found}"
    )]
    EditedDowngrade { revision: RevisionId, sealed: Digest, found: Digest },
    #[error(
        "the script of revision {revision} is gone (deleted, or its `Revision:` was changed), and the revision was \
         applied\n  sealed as {sealed}"
    )]
    Deleted { revision: RevisionId, sealed: Digest },
}

impl LockProblem {
    /// What mends it, with `<file>` for the place and `<alembic>` for the call of `cargo alembic`.
    pub(super) fn help(&self) -> String {
        match self {
            LockProblem::Malformed { .. } => {
                "correct the line, or restore the lock: `git checkout HEAD -- <file>`".into()
            }
            LockProblem::Conflict => "`<alembic> seal --repair` keeps the seals of both sides".into(),
            LockProblem::TwoSeals { second, .. } => format!(
                "keep the seal of the script as it was applied to the databases that count, and delete the other line from <file>\n\
                 `git log --all -S {} -- <file>` shows the commit that brought a seal\n\
                 what only the other script did belongs into a new revision: `<alembic> revision -m \"…\"`",
                second.digests.upgrade
            ),
            LockProblem::Newer { .. } => "update cargo-alembic, and `alembic` in Cargo.toml".into(),
            LockProblem::Missing => {
                "restore it: `git checkout HEAD -- <file>`; if HEAD does not have it, its folder may have been renamed: `git log --all \
                 --name-only -- ':(top,glob)**/alembic.lock'` shows where it was; if there never was one, `<alembic> init` writes it"
                    .into()
            }
            LockProblem::Edited { revision, .. } => format!(
                "restore it: `git checkout HEAD -- <file>`; if the edit is committed, `git log -p -- <file>` shows it\nthe \
                 change belongs into a new revision: `<alembic> revision -m \"…\"`\n{}",
                unseal(revision)
            ),
            LockProblem::EditedDowngrade { revision, .. } => format!(
                "restore it: `git checkout HEAD -- <file>`; if the edit is committed, `git log -p -- <file>` shows it\nif the \
                 downgrade was wrong and this corrects it: `<alembic> seal {} --downgrade`",
                shell_word(revision.as_str())
            ),
            LockProblem::Deleted { revision, .. } => format!(
                "find its file: `{}`\nbring it back: `git checkout HEAD -- FILE`; if a commit took it away, `git checkout \
                 COMMIT~ -- FILE`\n{}",
                find_scripts([revision.as_str()]),
                unseal(revision)
            ),
        }
    }
}

/// What helps where nobody else has seen the revision.
fn unseal(revision: &RevisionId) -> String {
    format!(
        "or, if {revision} was applied to no database but your own: `<alembic> downgrade --from-history PARENT` takes it back as it \
         was applied (PARENT is what it revises, or `base`), then `<alembic> unseal {}`",
        shell_word(revision.as_str())
    )
}

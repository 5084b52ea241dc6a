//! Problems with the lock, and with scripts that it has sealed.

use super::seal::LOCK_VERSION;
use crate::revision::RevisionId;

use super::shell::{find_scripts, shell_word};
use super::{Digest, Digests};

/// What a lock can find wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum LockProblem {
    #[error("the lock is not valid: {reason}")]
    Malformed { reason: String },
    #[error("the lock has version {version}, and this version of alembic reads version {LOCK_VERSION}")]
    Newer { version: u32 },
    #[error(
        "revision {revision} has two different seals: two branches applied it as different scripts\n  {}\n  {}",
        both(first),
        both(second)
    )]
    TwoSeals { revision: RevisionId, first: Digests, second: Digests },
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
                "resolve the merge conflict in it, or restore it: `git checkout HEAD -- <file>`".into()
            }
            LockProblem::TwoSeals { .. } => {
                "keep the seal of the script as it was applied to the databases that count, and delete the other line from <file>\n\
                 what only the other script did belongs into a new revision: `<alembic> revision -m \"…\"`"
                    .into()
            }
            LockProblem::Newer { .. } => "update cargo-alembic, and `alembic` in Cargo.toml".into(),
            LockProblem::Missing => {
                "restore it: `git checkout HEAD -- <file>`; if there never was one, `<alembic> init` writes it"
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

fn both(digests: &Digests) -> String {
    format!("{} {}", digests.upgrade, digests.downgrade)
}

/// What helps where nobody else has seen the revision.
fn unseal(revision: &RevisionId) -> String {
    format!(
        "or, if {revision} was applied to no database but your own: `<alembic> downgrade --from-history PARENT` takes it back as it \
         was applied (PARENT is what it revises, or `base`), then `<alembic> unseal {}`",
        shell_word(revision.as_str())
    )
}

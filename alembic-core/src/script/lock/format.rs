//! The text of a lock: a line for each revision.
//!
//! ```text
//! # Written by `cargo alembic`. Commit it together with your migrations.
//! version 1
//! 1975ea83b712 sha256:… sha256:… text:…
//! ae1027a6acf4
//! ```
//!
//! A sealed revision has the digest of its upgrade, the digest of its downgrade, and the hash of its text. Lines are sorted by
//! id. Each line is read by itself, so the lines of two branches, put together in any order as git's `union` merge does,
//! are a lock again, or contradict each other in lines that an error shows.

use std::fmt::{self, Write as _};

use super::{Entry, Lock};
use crate::revision::RevisionId;
use crate::script::Digests;
use crate::script::error::{Problem, ScriptError};
use crate::script::lock_problem::LockProblem;
use crate::script::seal::{LOCK_VERSION, Seal};

const COMMENT: &str = "# Written by `cargo alembic`. Commit it together with your migrations.";
const VERSION: &str = "version ";

impl Lock {
    /// Reads the text of a lock. `path` is what errors call it.
    ///
    /// # Errors
    /// One error: a line that is none of a lock, a newer version, an invalid id or seal, a revision with two seals.
    pub fn parse(path: &str, text: &str) -> Result<Lock, ScriptError> {
        let mut lock = Lock::default();
        let mut is_known_version = false;
        for (line, content) in (1..).zip(text.lines()) {
            let content = if line == 1 { content.trim_start_matches('\u{feff}') } else { content }.trim();
            let error = |problem| {
                let problem = Problem::Lock(Box::new(problem));
                ScriptError { path: path.to_owned(), line, problem }
            };
            if content.is_empty() || content == "#" || content.starts_with("# ") {
                continue;
            }
            let version = content.strip_prefix(VERSION).map(str::parse::<u32>);
            if let Some(Ok(version)) = version {
                if version != LOCK_VERSION {
                    return Err(error(LockProblem::Newer { version }));
                }
                is_known_version = true;
            } else if is_known_version {
                let (id, seal) = entry(content).map_err(|reason| error(LockProblem::Malformed { reason }))?;
                lock.insert(id, Entry { seal, line }).map_err(|problem| error(*problem))?;
            } else {
                let reason = "its first line, after comments, is not `version 1`".to_owned();
                return Err(error(LockProblem::Malformed { reason }));
            }
        }
        Ok(lock)
    }
}

/// The line of a revision.
fn entry(line: &str) -> Result<(RevisionId, Option<Seal>), String> {
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)) {
        return Err("a merge conflict was not resolved".to_owned());
    }
    // `split` by a character looks for it with `memchr`, also where nothing is optimised.
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let id = words.next().unwrap_or_default();
    let seal = match [words.next(), words.next(), words.next(), words.next()] {
        [None, ..] => None,
        [Some(upgrade), Some(downgrade), Some(text), None] => {
            let upgrade = upgrade.parse().map_err(|error| format!("{error}"))?;
            let downgrade = downgrade.parse().map_err(|error| format!("{error}"))?;
            let text = text.parse().map_err(|error| format!("{error}"))?;
            Some(Seal { digests: Digests { upgrade, downgrade }, text })
        }
        _ => {
            let reason = "a line is an id, or an id, two digests and the hash of a text".to_owned();
            return Err(reason);
        }
    };
    Ok((RevisionId::new(id).map_err(|error| error.to_string())?, seal))
}

impl fmt::Display for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{COMMENT}\n{VERSION}{LOCK_VERSION}\n");
        for (id, entry) in &self.entries {
            text.push_str(id.as_str());
            if let Some(Seal { digests, text: hash }) = &entry.seal {
                write!(text, " {} {} {hash}", digests.upgrade, digests.downgrade)?;
            }
            text.push('\n');
        }
        formatter.write_str(&text)
    }
}

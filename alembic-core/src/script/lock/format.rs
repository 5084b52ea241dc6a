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
//! id. Equal facts are equal bytes: there is no time in it. Each line is read by itself, so the lines of two branches, put
//! together in any order as git's `union` merge does, are a lock again, or contradict each other in lines that an error shows.

use std::fmt::{self, Write as _};

use super::Lock;
use super::merge::Settled;
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
    /// One error: a newer version, no version, an invalid seal. What a merge leaves is no error here: see
    /// [`repairs`](Lock::repairs), [`conflict`](Lock::conflict) and [`verify`](Lock::verify).
    pub fn parse(path: &str, text: &str) -> Result<Lock, ScriptError> {
        let mut lock = Lock::default();
        let mut is_known_version = false;
        let Settled { lines, conflicts } = Settled::of(text);
        for (first, last) in conflicts {
            lock.note_conflict(first);
            lock.repairs.push(match last {
                last if last == first => format!("line {first} is the mark of a conflict"),
                last => format!("the lines {first} to {last} are a conflict: kept the lines of both sides"),
            });
        }
        for (line, content) in lines {
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
            } else if !is_known_version {
                let reason = "its first line, after comments, is not `version 1`".to_owned();
                return Err(error(LockProblem::Malformed { reason }));
            } else {
                match entry(content) {
                    Ok((id, seal)) => lock.insert(id, seal, line),
                    // A line with anything like a digest may be a seal.
                    Err(reason) if content.contains(':') => {
                        return Err(error(LockProblem::Malformed { reason }));
                    }
                    Err(_) => {
                        lock.note_conflict(line);
                        lock.repairs.push(format!(
                            "line {line} has no revision and no seal, and was left out: {content}"
                        ));
                    }
                }
            }
        }
        Ok(lock)
    }

    fn note_conflict(&mut self, line: usize) {
        self.conflict = Some(self.conflict.map_or(line, |first| first.min(line)));
    }
}

/// The line of a revision.
fn entry(line: &str) -> Result<(RevisionId, Option<Seal>), String> {
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
            if entry.seals.is_empty() {
                writeln!(text, "{id}")?;
            }
            for Seal { digests, text: hash } in &entry.seals {
                writeln!(text, "{id} {} {} {hash}", digests.upgrade, digests.downgrade)?;
            }
        }
        formatter.write_str(&text)
    }
}

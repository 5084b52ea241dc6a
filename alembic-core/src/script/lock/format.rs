//! The text of a lock: TOML with one table for each revision.

use std::fmt::{self, Write as _};
use std::ops::Range;

use serde::Deserialize;

use super::{Entry, Lock};
use crate::revision::RevisionId;
use crate::script::InvalidDigest;
use crate::script::error::{Problem, ScriptError};
use crate::script::lock_problem::LockProblem;
use crate::script::seal::{LOCK_VERSION, Seal};

/// What begins an entry.
const TABLE: &str = "[[revision]]";
const TABLE_LINE: &str = "[[revision]]\n";

/// The last line.
const END: &str = "# end\n";

#[derive(Deserialize)]
struct Version {
    version: toml::Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    version: Option<toml::Spanned<u32>>,
    #[serde(default)]
    revision: Vec<FileEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    id: toml::Spanned<String>,
    seal: Option<toml::Spanned<String>>,
    sealed: Option<toml::Spanned<toml::value::Datetime>>,
}

impl Lock {
    /// Reads the text of a lock. `path` is what errors call it.
    ///
    /// # Errors
    /// One error: not TOML, a newer version, an invalid id or seal, a revision with two seals.
    pub fn parse(path: &str, text: &str) -> Result<Lock, ScriptError> {
        let (text, lines) = separate(text);
        let starts: Vec<usize> = text.match_indices('\n').map(|(newline, _)| newline).collect();
        let line_at = |offset: usize| {
            let index = starts.partition_point(|newline| *newline < offset);
            lines.get(index).copied().unwrap_or(1)
        };
        let error = |line: usize, problem: LockProblem| ScriptError {
            path: path.to_owned(),
            line,
            problem: Problem::Lock(Box::new(problem)),
        };
        let malformed = |start: usize, cause: toml::de::Error| {
            let line = cause.span().map_or(0, |span| line_at(start + span.start));
            error(line, LockProblem::Malformed { reason: cause.message().to_owned() })
        };
        let newer = |version: toml::Spanned<u32>| {
            let line = line_at(version.span().start);
            error(line, LockProblem::Newer { version: version.into_inner() })
        };
        let mut lock = Lock::default();
        let mut is_known_version = false;
        for piece in pieces(&text) {
            let start = piece.start;
            let Piece { version, revision } = toml::from_str(&text[piece]).map_err(|cause| {
                // A later version may have another shape.
                match toml::from_str(&text) {
                    Ok(Version { version }) if *version.get_ref() != LOCK_VERSION => newer(version),
                    _ => malformed(start, cause),
                }
            })?;
            match version {
                _ if is_known_version => {}
                Some(version) if *version.get_ref() == LOCK_VERSION => is_known_version = true,
                Some(version) => return Err(newer(version)),
                None => {
                    let reason = "missing field `version`".to_owned();
                    return Err(error(1, LockProblem::Malformed { reason }));
                }
            }
            lock.extend(revision, &|offset| line_at(start + offset), &error)?;
        }
        Ok(lock)
    }

    fn extend(
        &mut self,
        entries: Vec<FileEntry>,
        line_at: &dyn Fn(usize) -> usize,
        error: &dyn Fn(usize, LockProblem) -> ScriptError,
    ) -> Result<(), ScriptError> {
        for FileEntry { id, seal, sealed } in entries {
            let line = line_at(id.span().start);
            let invalid = |line: usize, reason: String| error(line, LockProblem::Malformed { reason });
            let id = RevisionId::new(id.into_inner()).map_err(|cause| invalid(line, cause.to_string()))?;
            let seal = match (seal, sealed) {
                (Some(seal), sealed) => {
                    let digest = seal.get_ref().parse().map_err(|cause: InvalidDigest| {
                        invalid(line_at(seal.span().start), cause.to_string())
                    })?;
                    Some(Seal { digest, when: sealed.map(|when| when.get_ref().to_string()) })
                }
                (None, Some(sealed)) => {
                    let reason = format!("revision {id} has a time of sealing, and no seal");
                    return Err(invalid(line_at(sealed.span().start), reason));
                }
                (None, None) => None,
            };
            self.insert(id, Entry { seal, line }).map_err(|problem| error(line, *problem))?;
        }
        Ok(())
    }
}

/// The text in pieces that are TOML by themselves. What a reader of TOML needs while it reads is many times the text.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    const ENTRIES: usize = 64;
    let is_line = |start: usize| start == 0 || text.as_bytes()[start - 1] == b'\n';
    let tables = text.match_indices(TABLE).map(|(start, _)| start).filter(|start| is_line(*start));
    let starts: Vec<usize> = std::iter::once(0).chain(tables.skip(ENTRIES).step_by(ENTRIES)).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| start..end)
}

/// Gives every `id` a table of its own, and says where each line comes from.
///
/// Git's `union` merge (`.gitattributes`) keeps the lines of both branches, but a line that both have only once. Of two
/// entries at one place it leaves one `[[revision]]` with two ids, each followed by its own seal; of two seals of one
/// revision, one `seal` and both times, of which the first counts. Two seals that differ become two tables of that
/// revision, which contradict each other.
fn separate(text: &str) -> (String, Vec<usize>) {
    let mut separated = String::with_capacity(text.len());
    let mut lines = Vec::new();
    let (mut id, mut has_seal, mut has_time) = (None, false, false);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let mut push = |line: &str| {
            separated.push_str(line);
            lines.push(index + 1);
        };
        match line.split('=').next().unwrap_or_default().trim() {
            TABLE => (id, has_seal, has_time) = (None, false, false),
            "id" => {
                if id.is_some() {
                    push(TABLE_LINE);
                }
                (id, has_seal, has_time) = (Some(line), false, false);
            }
            "seal" => {
                if let Some(id) = id.filter(|_| has_seal) {
                    push(TABLE_LINE);
                    push(id);
                }
                (has_seal, has_time) = (true, false);
            }
            "sealed" if has_time => continue,
            "sealed" => has_time = true,
            _ => {}
        }
        push(line);
    }
    (separated, lines)
}

impl fmt::Display for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!(
            "# Written by `cargo alembic`. Commit it together with your migrations.\nversion = {LOCK_VERSION}\n\n"
        );
        for (id, entry) in &self.entries {
            // An id has no control characters, which would have to be written otherwise.
            let id = id.as_str().replace('\\', "\\\\").replace('"', "\\\"");
            write!(text, "{TABLE}\nid = \"{id}\"\n")?;
            if let Some(Seal { digest, when }) = &entry.seal {
                writeln!(text, "seal = \"{digest}\"")?;
                if let Some(when) = when {
                    writeln!(text, "sealed = {when}")?;
                }
            }
            text.push('\n');
        }
        // Keeps the end of the last entry apart from the place where another branch adds one: git merges both.
        text.push_str(END);
        formatter.write_str(&text)
    }
}

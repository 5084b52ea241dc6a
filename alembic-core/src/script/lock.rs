//! `alembic.lock`: which revisions there are, and which of them were applied to a database as what.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::error::{Problem, ScriptError};
use super::shell::{find_scripts, shell_word};
use super::{Digest, Script, ScriptDirectory};
use crate::revision::{GraphError, RevisionId};

/// The name of the lock file in the first folder of migrations.
pub const LOCK_FILE: &str = "alembic.lock";

/// What begins an entry.
const TABLE: &str = "[[revision]]";
const TABLE_LINE: &str = "[[revision]]\n";

/// The last line.
const END: &str = "# end\n";

/// The version of the format that this code reads and writes.
const VERSION: u32 = 1;

/// The revisions of a project with their seals, by id.
///
/// ```
/// use alembic_core::script::Lock;
///
/// let text = "version = 1\n\n[[revision]]\nid = \"1975ea83b712\"\n";
/// let lock = Lock::parse("migrations/alembic.lock", text).unwrap();
/// assert_eq!(lock.len(), 1);
/// assert!(lock.to_string().contains("\n[[revision]]\nid = \"1975ea83b712\"\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<RevisionId, Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    seal: Option<Seal>,
    /// Where it stood in the file it was read from.
    line: usize,
}

/// That a revision was applied, as what, and when that was first noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The digest of what was applied.
    pub digest: Digest,
    /// The date and time, for people: nothing depends on it.
    pub when: Option<String>,
}

impl fmt::Display for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            Some(when) => write!(formatter, "{} on {when}", self.digest),
            None => write!(formatter, "{}", self.digest),
        }
    }
}

/// Two entries are equal if they say the same, wherever they stood.
impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.seal == other.seal
    }
}

impl Eq for Entry {}

/// What a lock can find wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum LockProblem {
    #[error("the lock is not valid: {reason}")]
    Malformed { reason: String },
    #[error("the lock has version {version}, and this version of alembic reads version {VERSION}")]
    Newer { version: u32 },
    #[error(
        "revision {revision} has two different seals: two branches applied it as different scripts\n  {first}\n  {second}"
    )]
    TwoSeals { revision: RevisionId, first: Seal, second: Seal },
    #[error("there are migrations, but no alembic.lock beside them")]
    Missing,
    #[error("revision {revision} was edited after it was applied\n  sealed as {sealed}\n  now it is {found}")]
    Edited { revision: RevisionId, sealed: Seal, found: Digest },
    #[error(
        "the script of revision {revision} is gone (deleted, or its `Revision:` was changed), and the revision was \
         applied\n  sealed as {sealed}"
    )]
    Deleted { revision: RevisionId, sealed: Seal },
}

impl LockProblem {
    /// What mends it, with `<file>` for the place and `<alembic>` for the call of `cargo alembic`.
    pub(super) fn help(&self) -> String {
        match self {
            LockProblem::Malformed { .. } => {
                "resolve the merge conflict in it, or restore it: `git checkout HEAD -- <file>`".into()
            }
            LockProblem::TwoSeals { .. } => {
                "keep the seal of the script as it was applied to the databases that count, and delete the other one from <file>, \
                 with its time\nwhat only the other script did belongs into a new revision: `<alembic> revision -m \"…\"`"
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
        "or, if {revision} was applied to no database but your own: `<alembic> downgrade --from-history` to its parent takes \
         it back as it was applied, then `<alembic> unseal {}`",
        shell_word(revision.as_str())
    )
}

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
                    Ok(Version { version }) if *version.get_ref() != VERSION => newer(version),
                    _ => malformed(start, cause),
                }
            })?;
            match version {
                _ if is_known_version => {}
                Some(version) if *version.get_ref() == VERSION => is_known_version = true,
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
                    let digest = seal.get_ref().parse().map_err(|cause: super::InvalidDigest| {
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

    /// Adds an entry. One that was there already and says the same, or less, is no contradiction: two branches that both
    /// sealed a revision have it twice after their merge.
    fn insert(&mut self, id: RevisionId, entry: Entry) -> Result<(), Box<LockProblem>> {
        match self.entries.get_mut(&id) {
            None => drop(self.entries.insert(id, entry)),
            Some(known) => match (&known.seal, entry.seal) {
                (Some(first), Some(second)) if first.digest != second.digest => {
                    let first = first.clone();
                    return Err(Box::new(LockProblem::TwoSeals { revision: id, first, second }));
                }
                (None, seal @ Some(_)) => known.seal = seal,
                _ => {}
            },
        }
        Ok(())
    }

    /// Reads the lock file in `folder`; `None` where there is none. `shown` is what errors call the folder.
    ///
    /// # Errors
    /// An unreadable file, or one that [`parse`](Lock::parse) refuses.
    pub fn read(folder: &Path, shown: &str) -> Result<Option<Lock>, ScriptError> {
        let path = format!("{shown}/{LOCK_FILE}");
        let bytes = match std::fs::read(folder.join(LOCK_FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let problem = Problem::Unreadable { reason: error.to_string() };
                return Err(ScriptError { path, line: 0, problem });
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Lock::parse(&path, &text).map(Some),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let reason = format!("it is not UTF-8 (byte {offset})");
                let problem = Problem::Lock(Box::new(LockProblem::Malformed { reason }));
                Err(ScriptError { path, line: 0, problem })
            }
        }
    }

    /// How many revisions it lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it lists none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether it lists this revision.
    #[must_use]
    pub fn contains(&self, id: &RevisionId) -> bool {
        self.entries.contains_key(id)
    }

    /// The seal of a revision, if it has one.
    #[must_use]
    pub fn seal_of(&self, id: &RevisionId) -> Option<&Seal> {
        self.entries.get(id).and_then(|entry| entry.seal.as_ref())
    }

    /// Corrects errors of the graph: a parent that is missing and sealed was deleted, and `Revises:` is not what is wrong.
    pub fn blame_deletions(&self, path: &str, errors: &mut [ScriptError]) {
        for error in errors {
            let Problem::Graph { error: graph, .. } = &error.problem else { continue };
            let GraphError::MissingParent { parent, .. } = &**graph else { continue };
            let Some((revision, entry)) = self.entries.get_key_value(parent) else { continue };
            if let Some(sealed) = entry.seal.clone() {
                let deleted = LockProblem::Deleted { revision: revision.clone(), sealed };
                let problem = Problem::Lock(Box::new(deleted));
                *error = ScriptError { path: path.to_owned(), line: entry.line, problem };
            }
        }
    }

    /// Lists a revision, unsealed if it was not there.
    pub fn add(&mut self, id: &RevisionId) {
        self.entries.entry(id.clone()).or_default();
    }

    /// Records that a revision was applied. A seal that is there already stays.
    pub fn seal(&mut self, id: &RevisionId, seal: Seal) {
        self.entries.entry(id.clone()).or_default().seal.get_or_insert(seal);
    }

    /// Takes the seal off a revision, and says whether it had one.
    pub fn unseal(&mut self, id: &RevisionId) -> bool {
        self.entries.get_mut(id).is_some_and(|entry| entry.seal.take().is_some())
    }

    /// Whether it lists an unsealed revision that has no script.
    #[must_use]
    pub fn has_missing(&self, directory: &ScriptDirectory) -> bool {
        let is_missing = |(id, entry): (&RevisionId, &Entry)| {
            entry.seal.is_none() && directory.graph().find(id.as_str()).is_none()
        };
        self.entries.iter().any(is_missing)
    }

    /// Takes unsealed revisions that have no script off the list.
    pub fn forget_missing(&mut self, directory: &ScriptDirectory) {
        self.entries
            .retain(|id, entry| entry.seal.is_some() || directory.graph().find(id.as_str()).is_some());
    }

    /// Compares the scripts with what was sealed. `path` is what errors call the lock.
    #[must_use]
    pub fn verify(&self, path: &str, directory: &ScriptDirectory) -> Vec<ScriptError> {
        self.compare(path, |revision| {
            let node = directory.graph().find(revision.as_str())?;
            Some((directory.script(node), directory.digest(node)))
        })
    }

    /// The same for scripts that make no graph.
    pub(super) fn verify_scripts(&self, path: &str, scripts: &[Script]) -> Vec<ScriptError> {
        let by_id: HashMap<&RevisionId, &Script> =
            scripts.iter().map(|script| (&script.revision.id, script)).collect();
        self.compare(path, |revision| by_id.get(revision).map(|script| (*script, script.digest())))
    }

    fn compare<'s>(
        &self,
        path: &str,
        find: impl Fn(&RevisionId) -> Option<(&'s Script, Digest)>,
    ) -> Vec<ScriptError> {
        let mut errors = Vec::new();
        for (revision, entry) in &self.entries {
            let Some(sealed) = entry.seal.clone() else { continue };
            let found = find(revision);
            let revision = revision.clone();
            match found {
                None => {
                    let problem = Problem::Lock(Box::new(LockProblem::Deleted { revision, sealed }));
                    errors.push(ScriptError { path: path.to_owned(), line: entry.line, problem });
                }
                Some((script, found)) if found != sealed.digest => {
                    let problem = Problem::Lock(Box::new(LockProblem::Edited { revision, sealed, found }));
                    let line = script.lines.revision as usize;
                    errors.push(ScriptError { path: script.path.clone(), line, problem });
                }
                Some(_) => {}
            }
        }
        errors
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
            "# Written by `cargo alembic`. Commit it together with your migrations.\nversion = {VERSION}\n\n"
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

//! `alembic.lock`: which revisions there are, and which of them were applied to a database as what.

mod format;
#[cfg(test)]
mod law;
mod merge;

use std::collections::BTreeMap;
#[cfg(feature = "sources")]
use std::collections::HashMap;
use std::path::Path;

use super::directory::parallel;
use super::error::{Problem, ScriptError};
use super::lock_problem::{LockProblem, Sealing};
use super::seal::{LOCK_FILE, Seal};
use super::{Script, ScriptDirectory};
use crate::revision::{GraphError, RevisionId};

/// The revisions of a project with their seals, by id.
///
/// ```
/// use alembic_core::script::Lock;
///
/// let lock = Lock::parse("migrations/alembic.lock", "version 1\n1975ea83b712\n").unwrap();
/// assert_eq!(lock.len(), 1);
/// assert!(lock.to_string().ends_with("\nversion 1\n1975ea83b712\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<RevisionId, Entry>,
    /// Traces of a merge in the text, and what was kept.
    repairs: Vec<String>,
    /// The first line that belongs to no lock: a mark of a conflict, or a stray line.
    conflict: Option<usize>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    /// The seal. Two that differ contradict each other, and both are kept until a person has decided.
    seals: Vec<Seal>,
    /// The lines of the file from which the seals were read; without a seal, that of the entry.
    lines: Vec<usize>,
}

impl Entry {
    fn line(&self) -> usize {
        self.lines.first().copied().unwrap_or_default()
    }
}

/// Two entries are equal if they have the same seals, in whatever lines.
impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.seals == other.seals
    }
}

impl Eq for Entry {}

impl Seal {
    /// The seal of a script as it is now.
    #[must_use]
    pub fn of(script: &Script) -> Seal {
        Seal { digests: script.digests(), text: script.text_hash() }
    }
}

impl Lock {
    /// Adds a line. A second line for a revision that says the same, or less, is a trace of a merge.
    fn insert(&mut self, id: RevisionId, seal: Option<Seal>, line: usize) {
        let Some(known) = self.entries.get_mut(&id) else {
            self.entries.insert(id, Entry { seals: seal.into_iter().collect(), lines: vec![line] });
            return;
        };
        let before = known.line();
        let kept = match seal {
            None if known.seals.is_empty() => "one of them; they are equal".to_owned(),
            None => format!("the seal in line {before}"),
            Some(seal) if known.seals.is_empty() => {
                *known = Entry { seals: vec![seal], lines: vec![line] };
                format!("the seal in line {line}")
            }
            Some(seal) => match known.seals.iter().find(|known| known.digests == seal.digests) {
                Some(same) if same.text == seal.text => "one of them; they are equal".to_owned(),
                Some(_) => {
                    "the first seal; both have the same digests, and texts that differ in their layout"
                        .to_owned()
                }
                None => {
                    known.seals.push(seal);
                    known.lines.push(line);
                    return;
                }
            },
        };
        self.repairs.push(format!("revision {id} has the lines {before} and {line}: kept {kept}"));
    }

    /// Traces of a merge in the text from which the lock was read, and what was kept. A command that writes the lock prints
    /// them: the text is repaired then.
    #[must_use]
    pub fn repairs(&self) -> &[String] {
        &self.repairs
    }

    /// The error of a lock with marks of a conflict, or with stray lines. Whatever writes the lock repairs it.
    #[must_use]
    pub fn conflict(&self, path: &str) -> Option<ScriptError> {
        let line = self.conflict?;
        let problem = Problem::Lock(Box::new(LockProblem::Conflict));
        Some(ScriptError { path: path.to_owned(), line, problem })
    }

    /// Reads the lock file in `folder`; `None` where there is none. `shown` is what errors call the folder.
    ///
    /// # Errors
    /// An unreadable file, or one that [`parse`](Lock::parse) refuses.
    pub fn read(folder: &Path, shown: &str) -> Result<Option<Lock>, ScriptError> {
        let path = format!("{shown}/{LOCK_FILE}");
        let bytes = match crate::file::read(folder.join(LOCK_FILE)) {
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
        self.entries.get(id).and_then(|entry| entry.seals.first())
    }

    /// The seals of a revision: several where a merge has left some that contradict each other.
    pub fn seals_of(&self, id: &RevisionId) -> impl Iterator<Item = &Seal> {
        self.entries.get(id).into_iter().flat_map(|entry| &entry.seals)
    }

    /// Corrects errors of the graph: a parent that is missing and sealed was deleted, and `Revises:` is not what is wrong.
    pub fn blame_deletions(&self, path: &str, errors: &mut [ScriptError]) {
        for error in errors {
            let Problem::Graph { error: graph, .. } = &error.problem else { continue };
            let GraphError::MissingParent { parent, .. } = &**graph else { continue };
            let Some((revision, entry)) = self.entries.get_key_value(parent) else { continue };
            if let Some(sealed) = entry.seals.first() {
                let deleted = LockProblem::Deleted { revision: revision.clone(), sealed: sealed.digest() };
                let problem = Problem::Lock(Box::new(deleted));
                *error = ScriptError { path: path.to_owned(), line: entry.line(), problem };
            }
        }
    }

    /// Lists a revision, unsealed if it was not there.
    pub fn add(&mut self, id: &RevisionId) {
        self.entries.entry(id.clone()).or_default();
    }

    /// Records that a revision was applied. A seal that is there already stays.
    pub fn seal(&mut self, id: &RevisionId, seal: Seal) {
        let seals = &mut self.entries.entry(id.clone()).or_default().seals;
        if seals.is_empty() {
            seals.push(seal);
        }
    }

    /// Takes the seals off a revision.
    pub fn unseal(&mut self, id: &RevisionId) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.seals.clear();
        }
    }

    /// Whether it lists an unsealed revision that has no script.
    #[must_use]
    pub fn has_missing(&self, directory: &ScriptDirectory) -> bool {
        let is_missing = |(id, entry): (&RevisionId, &Entry)| {
            entry.seals.is_empty() && directory.graph().find(id.as_str()).is_none()
        };
        self.entries.iter().any(is_missing)
    }

    /// Takes unsealed revisions that have no script off the list.
    pub fn forget_missing(&mut self, directory: &ScriptDirectory) {
        self.entries
            .retain(|id, entry| !entry.seals.is_empty() || directory.graph().find(id.as_str()).is_some());
    }

    /// Seals a revision as its script is now, whatever its seal was.
    pub fn renew(&mut self, id: &RevisionId, seal: Seal) {
        self.entries.entry(id.clone()).or_default().seals = vec![seal];
    }

    /// Gives the scripts with sealed texts the digests of their seals: whatever this version makes of such a text, it is
    /// what was applied.
    pub fn trust(&self, directory: &mut ScriptDirectory) {
        self.trust_scripts(directory.scripts_to_seal());
    }

    /// The same for scripts that make no graph.
    pub fn trust_scripts(&self, scripts: &mut [Script]) {
        parallel(scripts.iter_mut().collect(), |script| {
            let entry = self.entries.get(&script.revision.id);
            let mut seals = entry.into_iter().flat_map(|entry| &entry.seals);
            let seal = seals.find(|seal| seal.text == script.text_hash());
            script.sealed = seal.map(|seal| seal.digests);
        });
    }

    /// The sealed revisions whose digests are those of their scripts, and whose texts are not.
    pub fn reformatted<'d>(&self, directory: &'d ScriptDirectory) -> Vec<&'d Script> {
        let is_reformatted = |script: &&Script| {
            self.seal_of(&script.revision.id)
                .is_some_and(|seal| seal.text != script.text_hash() && seal.digests == script.digests())
        };
        directory.scripts().iter().filter(is_reformatted).collect()
    }

    /// Compares the scripts with what was sealed. `path` is what errors call the lock.
    #[must_use]
    pub fn verify(&self, path: &str, directory: &ScriptDirectory) -> Vec<ScriptError> {
        let find = |revision: &RevisionId| {
            let node = directory.graph().find(revision.as_str())?;
            Some(directory.script(node))
        };
        self.compare(path, find)
    }

    /// The same for scripts that make no graph.
    #[cfg(feature = "sources")]
    pub(super) fn verify_scripts(&self, path: &str, scripts: &[Script]) -> Vec<ScriptError> {
        let by_id: HashMap<&RevisionId, &Script> =
            scripts.iter().map(|script| (&script.revision.id, script)).collect();
        self.compare(path, |revision| by_id.get(revision).copied())
    }

    fn compare<'s>(&self, path: &str, find: impl Fn(&RevisionId) -> Option<&'s Script>) -> Vec<ScriptError> {
        let mut errors = Vec::new();
        for (revision, entry) in &self.entries {
            let Some(seal) = entry.seals.first() else { continue };
            let at_lock = |line, problem| {
                let problem = Problem::Lock(Box::new(problem));
                ScriptError { path: path.to_owned(), line, problem }
            };
            if let [first, second, ..] = entry.seals.as_slice() {
                let (first, second) = (Sealing::of(first), Sealing::of(second));
                let problem = LockProblem::TwoSeals { revision: revision.clone(), first, second };
                errors.push(at_lock(entry.lines.get(1).copied().unwrap_or_default(), problem));
                continue;
            }
            let Some(script) = find(revision) else {
                let deleted = LockProblem::Deleted { revision: revision.clone(), sealed: seal.digest() };
                errors.push(at_lock(entry.line(), deleted));
                continue;
            };
            // The text of a trusted script was compared before.
            if script.sealed == Some(seal.digests) || seal.text == script.text_hash() {
                continue;
            }
            let (revision, found) = (revision.clone(), script.digests());
            let problem = if found.upgrade != seal.digests.upgrade {
                LockProblem::Edited { revision, sealed: seal.digests.upgrade, found: found.upgrade }
            } else if found.downgrade != seal.digests.downgrade {
                LockProblem::EditedDowngrade {
                    revision,
                    sealed: seal.digests.downgrade,
                    found: found.downgrade,
                }
            } else {
                continue;
            };
            let line = script.lines.revision as usize;
            let problem = Problem::Lock(Box::new(problem));
            errors.push(ScriptError { path: script.path.clone(), line, problem });
        }
        errors
    }
}

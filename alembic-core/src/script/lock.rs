//! `alembic.lock`: which revisions there are, and which of them were applied to a database as what.

mod format;

use std::collections::BTreeMap;
#[cfg(feature = "sources")]
use std::collections::HashMap;
use std::path::Path;

use super::directory::parallel;
use super::error::{Problem, ScriptError};
use super::lock_problem::LockProblem;
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
    /// What a merge has left in the text, and what was kept of it.
    repairs: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    seal: Option<Seal>,
    /// Where it stood in the file it was read from.
    line: usize,
}

/// Two entries are equal if they say the same, wherever they stood.
impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.seal == other.seal
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
    /// Adds an entry. One that was there already and says the same, or less, is no contradiction: two branches that both
    /// sealed a revision have it twice after their merge.
    fn insert(&mut self, id: RevisionId, entry: Entry) -> Result<(), Box<LockProblem>> {
        let Some(known) = self.entries.get_mut(&id) else {
            self.entries.insert(id, entry);
            return Ok(());
        };
        let kept = match (&known.seal, entry.seal) {
            (Some(first), Some(second)) if first.digests != second.digests => {
                let (first, second) = (first.digests, second.digests);
                return Err(Box::new(LockProblem::TwoSeals { revision: id, first, second }));
            }
            (Some(first), Some(second)) if first.text != second.text => {
                "the first seal; both have the same digests, and texts that differ in their layout".to_owned()
            }
            (first, second) if *first == second => "one of them; they are equal".to_owned(),
            (None, _) => format!("the seal in line {}", entry.line),
            (Some(_), _) => format!("the seal in line {}", known.line),
        };
        self.repairs
            .push(format!("revision {id} has the lines {} and {}: kept {kept}", known.line, entry.line));
        if known.seal.is_none() {
            *known = entry;
        }
        Ok(())
    }

    /// What a merge of branches has left in the text from which the lock was read, and what was kept of it. Whoever writes the
    /// lock says so: the text is repaired then.
    #[must_use]
    pub fn repairs(&self) -> &[String] {
        &self.repairs
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
        self.entries.get(id).and_then(|entry| entry.seal.as_ref())
    }

    /// Corrects errors of the graph: a parent that is missing and sealed was deleted, and `Revises:` is not what is wrong.
    pub fn blame_deletions(&self, path: &str, errors: &mut [ScriptError]) {
        for error in errors {
            let Problem::Graph { error: graph, .. } = &error.problem else { continue };
            let GraphError::MissingParent { parent, .. } = &**graph else { continue };
            let Some((revision, entry)) = self.entries.get_key_value(parent) else { continue };
            if let Some(sealed) = entry.seal {
                let deleted = LockProblem::Deleted { revision: revision.clone(), sealed: sealed.digest() };
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

    /// Seals a revision as its script is now, whatever its seal was.
    pub fn renew(&mut self, id: &RevisionId, seal: Seal) {
        self.entries.entry(id.clone()).or_default().seal = Some(seal);
    }

    /// Gives the scripts with sealed texts the digests of their seals: whatever this version makes of such a text, it is
    /// what was applied.
    pub fn trust(&self, directory: &mut ScriptDirectory) {
        self.trust_scripts(directory.scripts_to_seal());
    }

    /// The same for scripts that make no graph.
    pub fn trust_scripts(&self, scripts: &mut [Script]) {
        parallel(scripts.iter_mut().collect(), |script| {
            let seal = self.seal_of(&script.revision.id);
            let seal = seal.filter(|seal| seal.text == script.text_hash());
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
            let Some(seal) = entry.seal else { continue };
            let Some(script) = find(revision) else {
                let deleted = LockProblem::Deleted { revision: revision.clone(), sealed: seal.digest() };
                let problem = Problem::Lock(Box::new(deleted));
                errors.push(ScriptError { path: path.to_owned(), line: entry.line, problem });
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

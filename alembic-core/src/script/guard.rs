//! The guard of the build: are the scripts sound, and still what was applied?

use super::directory::{Unjoined, read_unsealed};
use super::error::{Problem, ScriptError, ScriptErrors};
use super::{LOCK_FILE, Location, Lock, LockProblem, ScriptDirectory};
use crate::sql::Dialect;

/// What is to be guarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The folders of scripts; the lock lies in the first.
    pub locations: Vec<Location>,
    /// The dialects that plain sections are written for; see [`Script::read_statements`](super::Script::read_statements).
    pub dialects: Vec<Dialect>,
    /// Whether the graph may have more heads than one.
    pub many_heads: bool,
}

impl Guard {
    /// Reads and checks everything: files, graph, SQL, heads, and the scripts against the lock. The SQL of a script whose
    /// text is the sealed one was checked when it was applied, and is not looked at.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(&self) -> Result<ScriptDirectory, ScriptErrors> {
        let read_lock = || match self.locations.first() {
            Some(first) => Lock::read(&first.path, &first.shown),
            None => Ok(None),
        };
        let (lock, directory) = std::thread::scope(|scope| {
            let lock = scope.spawn(read_lock);
            let directory = ScriptDirectory::read_or_scripts(&self.locations);
            (lock.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), directory)
        });
        let shown = self.locations.first().map_or("", |first| first.shown.as_str());
        let lock_path = format!("{shown}/{LOCK_FILE}");
        let mut directory = match directory {
            Ok(directory) => directory,
            Err(unjoined) => return Err(self.check_unjoined(unjoined, lock, &lock_path)),
        };
        if let Ok(Some(lock)) = &lock {
            lock.trust(&mut directory);
        }
        let mut errors = directory.read_unsealed(&self.dialects);
        match lock {
            Ok(Some(lock)) => {
                errors.extend(lock.conflict(&lock_path));
                errors.extend(lock.verify(&lock_path, &directory));
            }
            Ok(None) if directory.graph().is_empty() => {}
            Ok(None) => {
                let problem = Problem::Lock(Box::new(LockProblem::Missing));
                errors.push(ScriptError { path: lock_path, line: 0, problem });
            }
            Err(error) => errors.push(error),
        }
        if !self.many_heads {
            errors.extend(several_heads(&directory));
        }
        ScriptErrors::check(errors)?;
        Ok(directory)
    }

    /// What is wrong besides where the scripts make no graph: all of it is told at once.
    fn check_unjoined(
        &self,
        unjoined: Unjoined,
        lock: Result<Option<Lock>, ScriptError>,
        lock_path: &str,
    ) -> ScriptErrors {
        let Unjoined { mut scripts, is_complete, errors: ScriptErrors(mut errors) } = unjoined;
        if let Ok(Some(lock)) = &lock {
            lock.trust_scripts(&mut scripts);
        }
        errors.extend(read_unsealed(&mut scripts, &self.dialects));
        match lock {
            Ok(Some(lock)) => {
                errors.extend(lock.conflict(lock_path));
                lock.blame_deletions(lock_path, &mut errors);
                for error in lock.verify_scripts(lock_path, &scripts) {
                    let is_deleted = matches!(
                        &error.problem,
                        Problem::Lock(problem) if matches!(**problem, LockProblem::Deleted { .. })
                    );
                    if !errors.contains(&error) && (is_complete || !is_deleted) {
                        errors.push(error);
                    }
                }
            }
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
        ScriptErrors::sorted(errors)
    }
}

fn several_heads(directory: &ScriptDirectory) -> Option<ScriptError> {
    let heads = directory.graph().heads();
    let [first, _, ..] = heads.as_slice() else {
        return None;
    };
    let place = |node| {
        let script = directory.script(node);
        format!("{}:{}: {}", script.path, script.lines.revision, script.title(None))
    };
    let script = directory.script(*first);
    let problem = Problem::SeveralHeads { heads: heads.iter().map(|node| place(*node)).collect() };
    Some(ScriptError { path: script.path.clone(), line: script.lines.revision as usize, problem })
}

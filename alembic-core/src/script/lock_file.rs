//! Changing `alembic.lock`: one writer at a time, and never half a file. With the standard library alone: services that seal
//! what they apply in development compile this too.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::error::ScriptError;
use super::{LOCK_FILE, Location, Lock, shell_word};
use crate::file::{self, Temporary, is_at};

/// The lock file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockFile {
    folder: PathBuf,
    shown: String,
}

/// The lock file could not be changed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum LockFileError {
    #[error("{0}")]
    Read(ScriptError),
    #[error("{path} cannot be written: {source}")]
    Write { path: String, source: std::io::Error },
    #[error("{path} would have to change: {change}")]
    Locked { path: String, change: String },
}

impl LockFile {
    /// The lock file of the folder that new scripts are written to.
    #[must_use]
    pub fn of(location: &Location) -> LockFile {
        LockFile { folder: location.path.clone(), shown: location.shown.clone() }
    }

    /// What errors call it.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}/{LOCK_FILE}", self.shown)
    }

    /// Reads it; an empty lock where there is no file.
    ///
    /// # Errors
    /// The file is there and cannot be used.
    pub fn read(&self) -> Result<Lock, LockFileError> {
        let lock = Lock::read(&self.folder, &self.shown).map_err(LockFileError::Read)?;
        Ok(lock.unwrap_or_default())
    }

    /// Whether the file is there.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path().exists()
    }

    /// Finds out whether it could be changed, and changes nothing.
    ///
    /// # Errors
    /// It could not.
    pub fn check_writable(&self) -> Result<(), LockFileError> {
        let temporary = self.writable_target().and_then(|target| Temporary::beside(&target));
        temporary.map(drop).map_err(|error| self.failed(error))
    }

    /// Changes the lock. Two processes that do this at once both get their way, and a reader sees the old file or the
    /// new one. Nothing is written where nothing changes.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn update(&self, change: impl FnOnce(&mut Lock)) -> Result<(), LockFileError> {
        let _guard = self.exclusive()?;
        let before = Lock::read(&self.folder, &self.shown).map_err(LockFileError::Read)?;
        let mut lock = before.clone().unwrap_or_default();
        change(&mut lock);
        let text = lock.to_string();
        if before.is_some() && file::read_to_string(self.path()).is_ok_and(|there| there == text) {
            return Ok(());
        }
        let target = self.writable_target().map_err(|error| self.failed(error))?;
        file::replace(&target, text.as_bytes()).map_err(|error| self.failed(error))
    }

    /// The file that is written, and not read-only.
    fn writable_target(&self) -> std::io::Result<PathBuf> {
        file::writable_target(&self.path()).map_err(|error| match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                let way_out = format!("{error} (`chmod u+w {}` changes that)", shell_word(&self.shown()));
                std::io::Error::new(error.kind(), way_out)
            }
            _ => error,
        })
    }

    /// Waits until no other process changes the file. It is replaced, not written to, so the lock may turn out to be on
    /// a file that is no longer there: then once more.
    fn exclusive(&self) -> Result<Option<File>, LockFileError> {
        loop {
            let file = match file::open(&self.path()) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    self.create()?;
                    continue;
                }
                Err(error) => return Err(self.failed(error)),
            };
            file.lock().map_err(|error| self.failed(error))?;
            match is_at(&file, &self.path()) {
                Ok(true) => return Ok(Some(file)),
                Ok(false) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// Makes an empty lock, unless another process was faster: processes that lock it must find one file, and not replace
    /// each other's.
    fn create(&self) -> Result<(), LockFileError> {
        let target = self.writable_target().map_err(|error| self.failed(error))?;
        match file::create(&target, Lock::default().to_string().as_bytes()) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            result => result.map_err(|error| self.failed(error)),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        Path::new(&self.folder).join(LOCK_FILE)
    }

    fn failed(&self, source: std::io::Error) -> LockFileError {
        LockFileError::Write { path: self.shown(), source }
    }
}

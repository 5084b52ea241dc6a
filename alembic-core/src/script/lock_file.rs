//! Changing `alembic.lock`: one writer at a time, and never half a file.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::ScriptError;
use super::{LOCK_FILE, Location, Lock, shell_word};

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
        let temporary = self.writable_target().and_then(|target| self.temporary(&target));
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
        if before.as_ref() == Some(&lock) {
            return Ok(());
        }
        self.replace(&lock.to_string()).map_err(|error| self.failed(error))
    }

    fn replace(&self, text: &str) -> std::io::Result<()> {
        let target = self.writable_target()?;
        let mut file = self.temporary(&target)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Temporary files are private; this one is to be committed and read by everybody.
            let mode = std::fs::metadata(&target).map_or(0o644, |file| file.permissions().mode());
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        file.persist(target).map_err(|error| error.error)?;
        Ok(())
    }

    /// A new file beside the one that it is to become.
    fn temporary(&self, target: &Path) -> std::io::Result<tempfile::NamedTempFile> {
        let folder = target.parent().unwrap_or(&self.folder);
        let made = tempfile::Builder::new().prefix(".alembic.lock").tempfile_in(folder);
        made.map_err(|error| match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                let way_out =
                    format!("{error}: it is replaced, so this user has to be allowed to write to its folder");
                std::io::Error::new(error.kind(), way_out)
            }
            _ => error,
        })
    }

    /// The file that is written: where a link leads to, be it there or not.
    fn target(&self) -> PathBuf {
        let mut path = self.path();
        // Links that lead in a circle are left to whoever opens them.
        for _ in 0..40 {
            let Ok(link) = std::fs::read_link(&path) else { break };
            path = path.parent().unwrap_or(&self.folder).join(link);
        }
        path
    }

    /// The same, where nobody has said that the file is to stay as it is: replacing it would not ask.
    fn writable_target(&self) -> std::io::Result<PathBuf> {
        let target = self.target();
        if std::fs::metadata(&target).is_ok_and(|file| file.permissions().readonly()) {
            let way_out = format!("it is read-only (`chmod u+w {}` changes that)", shell_word(&self.shown()));
            return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, way_out));
        }
        Ok(target)
    }

    /// Waits until no other process changes the file. It is replaced, not written to, so the lock may turn out to be on
    /// a file that is no longer there: then once more.
    fn exclusive(&self) -> Result<Option<File>, LockFileError> {
        loop {
            let file = match File::open(self.path()) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    self.create()?;
                    continue;
                }
                Err(error) => return Err(self.failed(error)),
            };
            file.lock().map_err(|error| self.failed(error))?;
            let ours = file.try_clone().and_then(same_file::Handle::from_file);
            match (ours, same_file::Handle::from_path(self.path())) {
                (Ok(ours), Ok(current)) if ours == current => return Ok(Some(file)),
                (Err(error), _) => return Err(self.failed(error)),
                _ => {}
            }
        }
    }

    /// Makes an empty lock, unless another process was faster.
    fn create(&self) -> Result<(), LockFileError> {
        let empty = Lock::default().to_string();
        let target = self.target();
        let written = self.temporary(&target).and_then(|mut file| {
            file.write_all(empty.as_bytes())?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
            }
            match file.persist_noclobber(target) {
                Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.error),
                _ => Ok(()),
            }
        });
        written.map_err(|error| self.failed(error))
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

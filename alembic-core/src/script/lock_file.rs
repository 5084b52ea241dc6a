//! Changing `alembic.lock`: one writer at a time, and never half a file. With the standard library alone: services that seal
//! what they apply in development compile this too.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

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
        if before.as_ref() == Some(&lock) && lock.repairs().is_empty() {
            return Ok(());
        }
        self.replace(&lock.to_string()).map_err(|error| self.failed(error))
    }

    fn replace(&self, text: &str) -> std::io::Result<()> {
        let target = self.writable_target()?;
        let mut file = self.temporary(&target)?;
        file.file.write_all(text.as_bytes())?;
        file.file.sync_all()?;
        if let Ok(before) = std::fs::metadata(&target) {
            file.file.set_permissions(before.permissions())?;
        }
        std::fs::rename(&file.path, target)
    }

    /// A new file beside the one that it is to become.
    fn temporary(&self, target: &Path) -> std::io::Result<Temporary> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let folder = target.parent().unwrap_or(&self.folder);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".alembic.lock{}-{number}", std::process::id()));
        // A process with this number may have been killed here.
        let _ = std::fs::remove_file(&path);
        let file = File::options().write(true).create_new(true).open(&path);
        file.map(|file| Temporary { file, path }).map_err(|error| match error.kind() {
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
            match is_at(&file, &self.path()) {
                Ok(true) => return Ok(Some(file)),
                Ok(false) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// Makes an empty lock, unless another process was faster.
    fn create(&self) -> Result<(), LockFileError> {
        // An empty file is an empty lock, should another process read it before it is written.
        match File::options().write(true).create_new(true).open(self.target()) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            file => file.and_then(|mut file| file.write_all(Lock::default().to_string().as_bytes())),
        }
        .map_err(|error| self.failed(error))
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

/// A file that is removed unless it is renamed.
struct Temporary {
    file: File,
    path: PathBuf,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether an open file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata()?;
    Ok(std::fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
}

/// The same where files have no numbers: a file that was replaced has another text, or the text does not matter.
#[cfg(not(unix))]
fn is_at(file: &File, path: &Path) -> std::io::Result<bool> {
    use std::io::Read as _;
    let mut ours = Vec::new();
    { file }.read_to_end(&mut ours)?;
    Ok(std::fs::read(path).is_ok_and(|there| there == ours))
}

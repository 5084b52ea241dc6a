//! The lock of a run on a SQLite file: a file beside it, locked by the operating system, which releases it when the process
//! ends.
//!
//! SQLite's own lock ends with each transaction, and a revision may have several.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// The lock of a SQLite file, held or not.
pub(crate) struct FileLock {
    path: PathBuf,
    holder: String,
    held: Option<File>,
}

impl FileLock {
    /// The lock of the database `file`. `holder` is shown to other runs while it is held.
    pub(crate) fn of(file: &Path, holder: &str) -> FileLock {
        let mut path = file.as_os_str().to_owned();
        path.push("-alembic");
        FileLock { path: path.into(), holder: holder.to_owned(), held: None }
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_acquire(&mut self) -> io::Result<bool> {
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The holder before may have removed it in between: then other runs open another file.
        if !is_at(&file, &self.path) {
            return Ok(false);
        }
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(self.holder.as_bytes())?;
        self.held = Some(file);
        Ok(true)
    }

    /// The text that the holder has written into it.
    pub(crate) fn holder(&self) -> Option<String> {
        let mut text = String::new();
        File::open(&self.path).ok()?.take(1000).read_to_string(&mut text).ok()?;
        (!text.is_empty()).then_some(text)
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if self.held.is_some() {
            // While it is locked, so that no other run has it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |metadata: &std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(here), Ok(there)) => number(&here) == number(&there),
        _ => false,
    }
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_is_left() {
        let folder = std::env::temp_dir().join(format!("alembic-file-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let database = folder.join("app.db");
        let (mut first, mut second) = (FileLock::of(&database, "first"), FileLock::of(&database, "second"));
        assert!(first.try_acquire().expect("free"));
        assert!(!second.try_acquire().expect("held"));
        assert_eq!(second.holder().as_deref(), Some("first"));
        drop(first);
        assert!(second.try_acquire().expect("free again"));
        drop(second);
        assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 0);
        std::fs::remove_dir(&folder).expect("an empty folder");
    }
}

//! The lock of a run on a SQLite file: a file beside it, locked by the operating system, which releases it when the process
//! ends.
//!
//! SQLite's own lock ends with each transaction, and a revision may have several. The folder may be one that others write to:
//! what has the name of the lock and is not ours is never written to, nor followed, nor removed.
//!
//! On LiteFS each file of the folder is a database, so there the folder itself is locked. Only processes of that machine see
//! it, and only the primary can be written to.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::litefs;
use crate::file::is_at;

/// The first line of a lock file, by which it is recognized.
const MARK: &str = "Migration lock of alembic\n";

/// The lock of a SQLite file, held or not.
pub(crate) struct FileLock {
    place: Place,
    holder: String,
    held: Option<File>,
}

enum Place {
    /// A file beside the database.
    Beside(PathBuf),
    /// The folder of the database.
    Folder(PathBuf),
}

impl FileLock {
    /// The lock of the database `file`. `holder` is shown to other runs while it is held.
    pub(crate) fn of(file: &Path, holder: &str) -> FileLock {
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        FileLock::on(file, folder, holder, litefs::is_mounted_at(folder))
    }

    fn on(file: &Path, folder: &Path, holder: &str, is_litefs: bool) -> FileLock {
        let place = if is_litefs {
            Place::Folder(folder.to_owned())
        } else {
            let mut path = file.as_os_str().to_owned();
            path.push("-alembic");
            Place::Beside(path.into())
        };
        FileLock { place, holder: holder.to_owned(), held: None }
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_acquire(&mut self) -> io::Result<bool> {
        self.held = match &self.place {
            Place::Folder(folder) => {
                open_folder(folder).and_then(locked).map_err(|error| named(folder, error))?
            }
            Place::Beside(path) => try_acquire(path, &self.holder).map_err(|error| named(path, error))?,
        };
        Ok(self.held.is_some())
    }

    /// The text that the holder has written into it.
    pub(crate) fn holder(&self) -> Option<String> {
        let Place::Beside(path) = &self.place else { return None };
        let text = text(&open(path).ok()?).ok()?;
        let holder = text.strip_prefix(MARK.as_bytes()).map(String::from_utf8_lossy)?;
        (!holder.is_empty()).then(|| holder.into_owned())
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if let (Place::Beside(path), Some(file)) = (&self.place, &self.held)
            && is_at(file, path).unwrap_or(false)
        {
            // While it is locked, so that no other run has it.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn try_acquire(path: &Path, holder: &str) -> io::Result<Option<File>> {
    let file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match create(path) {
            // Another run was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            file => file?,
        },
        file => file?,
    };
    let Some(mut file) = locked(file)? else { return Ok(None) };
    // The holder before may have removed it in between: then other runs open another file.
    if !is_at(&file, path)? {
        return Ok(None);
    }
    let text = text(&file)?;
    // A run may have been killed while it wrote the first line.
    if !text.starts_with(MARK.as_bytes()) && !MARK.as_bytes().starts_with(&text) {
        return Err(foreign("it was not written by a migration run"));
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("{MARK}{holder}").as_bytes())?;
    Ok(Some(file))
}

fn locked(file: File) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The beginning of the file.
fn text(file: &File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut file = file;
    file.rewind()?;
    file.take(1000).read_to_end(&mut text)?;
    Ok(text)
}

fn foreign(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, format!("{reason}, and is left alone: move it away"))
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "a lock is a file that is kept open and never replaced")]
fn create(path: &Path) -> io::Result<File> {
    // Where a link has that name, nothing is created behind it.
    File::options().read(true).write(true).create_new(true).open(path)
}

#[expect(clippy::disallowed_methods, reason = "a folder is opened to lock it")]
fn open_folder(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Opens an existing file, if nothing else has that name, and no other name is its.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "a lock is a file that is kept open and never replaced")]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
    let mut options = File::options();
    options.read(true).write(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path).map_err(|error| match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => foreign("it is a link"),
        Ok(there) if !there.is_file() => foreign("it is not a regular file"),
        _ => error,
    })?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(foreign("it is not a regular file"));
    }
    if metadata.nlink() > 1 {
        return Err(foreign("it is a link to another file"));
    }
    Ok(file)
}

#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "a lock is a file that is kept open and never replaced")]
fn open(path: &Path) -> io::Result<File> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => Err(foreign("it is not a regular file")),
        _ => File::options().read(true).write(true).open(path),
    }
}

#[cfg(test)]
#[path = "file_lock/tests.rs"]
mod tests;

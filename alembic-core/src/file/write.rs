//! Changing files: a reader sees the old text or the new one, and where anything fails the file is as it was.

use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Gives a file another text, or creates it. Of a link the file is replaced that it leads to. Permissions stay, and where that
/// is possible the owner.
///
/// # Errors
/// It is read-only, or it cannot be replaced.
pub fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = writable_target(path)?;
    let mut temporary = Temporary::beside(&target)?;
    temporary.file.write_all(text)?;
    if let Ok(before) = std::fs::metadata(&target) {
        keep_owner(&temporary.file, &before);
        temporary.file.set_permissions(before.permissions())?;
    }
    temporary.persist(&target)
}

/// Creates a file with this text, all at once: a disk that is full leaves none.
///
/// # Errors
/// It exists already ([`AlreadyExists`](io::ErrorKind::AlreadyExists)), or cannot be created.
#[expect(clippy::disallowed_methods, reason = "this is the one place that creates files")]
pub fn create(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = writable_target(path)?;
    let mut temporary = Temporary::beside(&target)?;
    temporary.file.write_all(text)?;
    temporary.file.sync_all()?;
    match std::fs::hard_link(&temporary.path, &target) {
        // A file system that has no such links.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
        {
            File::options().write(true).create_new(true).open(&target)?.write_all(text)
        }
        result => result,
    }
}

/// The file that is written: where a link leads to, whether it exists or not. A read-only file is refused: replacing it would not
/// ask for permission.
///
/// # Errors
/// The file is read-only, or is not a regular file.
pub fn writable_target(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    let mut links = 0;
    while let Ok(link) = std::fs::read_link(&target) {
        target = target.parent().unwrap_or(Path::new("")).join(link);
        links += 1;
        if links > 40 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link that leads in a circle"));
        }
    }
    let Ok(metadata) = std::fs::metadata(&target) else { return Ok(target) };
    super::read::check(&metadata)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    Ok(target)
}

/// A new file beside another one, whose place it takes. It is removed if it does not.
#[derive(Debug)]
pub struct Temporary {
    file: File,
    path: PathBuf,
}

impl Temporary {
    /// Creates an empty file in the folder of `target`.
    ///
    /// # Errors
    /// The folder cannot be written to.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that writes to files")]
    pub fn beside(target: &Path) -> io::Result<Temporary> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        // A leading dot: no reader of a folder takes it for one of its files.
        let name = format!(".{}.{}-{number}", name.trim_start_matches('.'), std::process::id());
        let path = target.with_file_name(name);
        // A process with this number may have been killed here.
        let _ = std::fs::remove_file(&path);
        match File::options().write(true).create_new(true).open(&path) {
            Ok(file) => Ok(Temporary { file, path }),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let way_out =
                    format!("{error}: it is replaced, so this user has to be allowed to write to its folder");
                Err(io::Error::new(error.kind(), way_out))
            }
            Err(error) => Err(error),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that replaces files")]
    fn persist(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A superuser who works in somebody else's folder leaves them their files.
#[cfg(unix)]
fn keep_owner(file: &File, before: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _ = fchown(file, Some(before.uid()), Some(before.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Whether an open file is the one at a path.
///
/// # Errors
/// The file cannot be looked at.
#[cfg(unix)]
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata()?;
    Ok(std::fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
}

/// The same where files have no numbers: a file that was replaced has another text, or the text does not matter.
///
/// # Errors
/// The file cannot be read.
#[cfg(not(unix))]
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::io::Read as _;
    let mut ours = Vec::new();
    { file }.read_to_end(&mut ours)?;
    Ok(super::read(path).is_ok_and(|there| there == ours))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn links_and_permissions_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("apart")).expect("a folder");
        std::fs::write(path("apart/file"), "old").expect("a file");
        std::fs::set_permissions(path("apart/file"), Permissions::from_mode(0o640)).expect("its mode");
        symlink("apart/file", path("link")).expect("a link");
        symlink("link", path("link to a link")).expect("a link");
        symlink("apart/new", path("link to nothing")).expect("a link");
        replace(&path("link to a link"), b"new").expect("it is replaced");
        replace(&path("link to nothing"), b"new").expect("it is created");
        for (link, target) in
            [("link to a link", "link"), ("link", "apart/file"), ("link to nothing", "apart/new")]
        {
            assert_eq!(std::fs::read_link(path(link)).expect("a link still"), Path::new(target));
            assert_eq!(std::fs::read_to_string(path(link)).expect("its file"), "new");
        }
        let mode = std::fs::metadata(path("apart/file")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(names(&path("apart")), ["file", "new"], "nothing else is left");
    }

    #[test]
    fn a_file_that_cannot_be_replaced_is_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("read-only"), "old").expect("a file");
        std::fs::set_permissions(path("read-only"), Permissions::from_mode(0o444)).expect("its mode");
        std::fs::create_dir(path("folder")).expect("a folder");
        symlink("circle", path("circle")).expect("a link");
        symlink("/dev/null", path("device")).expect("a link");
        for name in ["read-only", "folder", "device", "circle", "missing/file"] {
            assert!(replace(&path(name), b"new").is_err(), "{name}");
        }
        assert_eq!(std::fs::read_to_string(path("read-only")).expect("a file"), "old");
        assert_eq!(names(folder.path()), ["circle", "device", "folder", "read-only"]);
    }
}

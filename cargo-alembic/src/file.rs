//! Files that appear, or change, as a whole: another process may read the folder at any moment.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

pub(crate) use alembic_core::file::{read, read_to_string};
use tempfile::NamedTempFile;

/// Writes a file that must not be there, and the folders above it. Where it fails nothing is left.
#[expect(clippy::disallowed_methods, reason = "this is the one place that creates files")]
pub(crate) fn create(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let made = create_folders(folder)?;
    let written = beside(path, text).and_then(|file| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Temporary files are private; this one is to be committed and read by everybody.
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        file.persist_noclobber(path).map_err(|error| error.error).map(drop)
    });
    if written.is_err() {
        remove_folders(&made);
    }
    written
}

/// Takes back what [`create`] did: the file, and the folders above it that hold nothing else.
pub(crate) fn remove(path: &Path, up_to: &Path) {
    let _ = std::fs::remove_file(path);
    let above = path.ancestors().skip(1).take_while(|folder| *folder != up_to && folder.starts_with(up_to));
    remove_folders(&above.map(Path::to_owned).collect::<Vec<_>>());
}

/// Changes a file as a whole, or creates it. Its permissions stay, and a link to it stays a link.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    alembic_core::file::replace(path, text.as_bytes())
}

/// A hidden file in the same folder.
fn beside(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".alembic").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes the folders that are missing, and returns them, the innermost first.
fn create_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing: Vec<PathBuf> =
        folder.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
    std::fs::create_dir_all(folder).inspect_err(|_| remove_folders(&missing))?;
    Ok(missing)
}

/// Removes those of the folders that are empty, the innermost first.
fn remove_folders(folders: &[PathBuf]) {
    for folder in folders {
        let _ = std::fs::remove_dir(folder);
    }
}

//! Reading files that may be no files.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

/// The size up to which a file is read.
const LIMIT: u64 = 256 << 20;

/// Reads a regular file. Anything else fails at once: a pipe would be waited for, and a device may have no end.
///
/// ```
/// let error = alembic_core::file::read("/dev/zero").unwrap_err();
/// assert_eq!(error.to_string(), "it is not a regular file");
/// ```
///
/// # Errors
/// The file does not exist, cannot be read, or has more than 256 MiB.
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let file = open(path.as_ref())?;
    let length = file.metadata()?.len();
    if length > LIMIT {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // Files of the kernel are longer than they say.
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT { Err(too_long()) } else { Ok(bytes) }
}

/// Opens a regular file to read it.
///
/// # Errors
/// The file does not exist, or cannot be read.
#[expect(clippy::disallowed_methods, reason = "this is the one place that opens files to read them")]
pub fn open(path: &Path) -> io::Result<File> {
    // Before it is opened, which would wait for the writer of a pipe.
    check(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Reads a regular file of text, as [`read`] does.
///
/// # Errors
/// Those of [`read`], and a file that is not UTF-8.
pub fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 (byte {offset})"))
    })
}

/// Fails if it is not a regular file.
pub(super) fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() { "a folder, not a file" } else { "not a regular file" };
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {what}")))
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {} MiB", LIMIT >> 20))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").expect("a file");
        symlink("file", path("link")).expect("a link");
        assert_eq!(read_to_string(path("file")).expect("a file"), "text");
        assert_eq!(read_to_string(path("link")).expect("a link to a file"), "text");

        assert!(Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo").success());
        let _socket = UnixListener::bind(path("socket")).expect("a socket");
        symlink("pipe", path("link to a pipe")).expect("a link");
        symlink("circle", path("circle")).expect("a link");
        symlink("nothing", path("dangling")).expect("a link");
        std::fs::File::create(path("sparse")).expect("a file").set_len(1 << 40).expect("its length");
        std::fs::write(path("bytes"), b"a\xff").expect("a file");
        for (name, message) in [
            ("pipe", "it is not a regular file"),
            ("link to a pipe", "it is not a regular file"),
            ("socket", "it is not a regular file"),
            (".", "it is a folder, not a file"),
            ("/dev/zero", "it is not a regular file"),
            ("/dev/null", "it is not a regular file"),
            ("circle", "Too many levels of symbolic links (os error 40)"),
            ("dangling", "No such file or directory (os error 2)"),
            ("sparse", "it has more than 256 MiB"),
            ("bytes", "it is not UTF-8 (byte 1)"),
        ] {
            let error = read_to_string(path(name)).expect_err(name);
            assert_eq!(error.to_string(), message, "{name}");
        }
    }
}

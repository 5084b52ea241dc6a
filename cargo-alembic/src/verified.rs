//! What was verified last, so that a start with nothing to do need not read every script again.
//!
//! Like git's index it goes by what the file system says of a file: where it lies, how long it is, and when it was
//! changed. Of the times it trusts the one that the kernel alone sets (`ctime`), so an edit whose modification time was
//! put back is seen. Nothing runs on its word: as soon as there is anything to do, every script is read and verified.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use alembic_core::script::{Digest, ScriptDirectory};
use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::file;
use crate::project::Project;

/// What is kept, in the user's folder for what can be made again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    files: [u8; 32],
    /// The heads of scripts that were verified, with their lineages.
    pub(crate) heads: Vec<(String, Digest)>,
}

impl Record {
    pub(crate) fn read(project: &Project) -> Option<Record> {
        serde_json::from_slice(&file::read(record(project)?).ok()?).ok()
    }

    /// Whether the scripts and the lock are those that were verified.
    pub(crate) fn is_of(&self, files: &Files) -> bool {
        self.files == files.digest
    }
}

/// A look at the files before they are read.
pub(crate) struct Look {
    files: Files,
    /// The record to be.
    temporary: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Look {
    /// None where nothing can be kept, or a change could go unnoticed: a file that was changed in the tick of the file
    /// system's clock in which it is looked at may be changed in that tick once more.
    pub(crate) fn at(project: &Project) -> Option<Look> {
        let path = record(project)?;
        std::fs::create_dir_all(path.parent()?).ok()?;
        let temporary = tempfile::NamedTempFile::new_in(path.parent()?).ok()?;
        let now = Stamp::of(&temporary.as_file().metadata().ok()?)?;
        let files = Files::of(project)?;
        (files.device == now.device && files.newest < now.changed).then_some(Look { files, temporary, path })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the file of `at`, whose time stamp counts, takes the place"
    )]
    /// Keeps that these are the heads of what was looked at. If that cannot be, nothing is lost but time.
    pub(crate) fn keep(self, heads: &[(String, Digest)]) {
        let record = Record { files: self.files.digest, heads: heads.to_vec() };
        if serde_json::to_writer(self.temporary.as_file(), &record).is_ok() {
            let _ = self.temporary.persist(self.path);
        }
    }
}

/// What the file system says of the scripts and the lock.
pub(crate) struct Files {
    digest: [u8; 32],
    /// When the last of them was changed.
    newest: Time,
    /// Where all of them lie.
    device: u64,
}

impl Files {
    pub(crate) fn of(project: &Project) -> Option<Files> {
        let lock = project.lock_file().path();
        let mut files = ScriptDirectory::files(&project.locations).ok()?;
        let metadata = std::fs::metadata(&lock).ok()?;
        let Stamp { device, changed: mut newest, .. } = Stamp::of(&metadata)?;
        files.push((lock, metadata));
        let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
        for (path, metadata) in files {
            let stamp = Stamp::of(&metadata)?;
            if stamp.device != device {
                return None;
            }
            newest = newest.max(stamp.changed);
            hash.update(path.as_os_str().as_encoded_bytes());
            for number in [stamp.inode, stamp.length] {
                hash.update(number.to_le_bytes());
            }
            for time in [stamp.modified, stamp.changed] {
                hash.update(time.0.to_le_bytes());
                hash.update(time.1.to_le_bytes());
            }
        }
        Some(Files { digest: hash.finalize().into(), newest, device })
    }
}

/// Seconds and nanoseconds.
type Time = (i64, i64);

/// What tells a file from what it was before.
struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: Time,
    changed: Time,
}

impl Stamp {
    #[cfg(unix)]
    fn of(file: &Metadata) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Stamp {
            device: file.dev(),
            inode: file.ino(),
            length: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        })
    }

    /// Elsewhere any program can set every time that the standard library shows.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Option<Stamp> {
        None
    }
}

/// The file in which the record of a project is kept.
fn record(project: &Project) -> Option<PathBuf> {
    let mut name = DefaultHasher::new();
    for location in &project.locations {
        std::path::absolute(&location.path).ok()?.hash(&mut name);
    }
    let folder = etcetera::choose_base_strategy().ok()?.cache_dir().join("cargo-alembic");
    Some(folder.join(format!("verified-{:016x}", name.finish())))
}

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn content(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn one_at_a_time_and_nothing_is_left() {
    let folder = folder();
    let database = folder.path().join("app.db");
    let (mut first, mut second) = (FileLock::of(&database, "first"), FileLock::of(&database, "second"));
    assert!(first.try_acquire().expect("free"));
    assert!(!second.try_acquire().expect("held"));
    assert_eq!(second.holder().as_deref(), Some("first"));
    drop(first);
    assert!(second.try_acquire().expect("free again"));
    drop(second);
    assert_eq!(content(folder.path()), [""; 0]);
}

/// On LiteFS a new file would be a new database.
#[test]
fn the_folder_itself_where_a_file_would_be_a_database() {
    let folder = folder();
    let database = folder.path().join("app.db");
    let lock = |holder| FileLock::on(&database, folder.path(), holder, true);
    let (mut first, mut second) = (lock("first"), lock("second"));
    assert!(first.try_acquire().expect("free"));
    assert!(!second.try_acquire().expect("held"));
    assert_eq!(content(folder.path()), [""; 0]);
    drop(first);
    assert!(second.try_acquire().expect("free again"));
}

/// What a killed run has left: nothing, a part of the first line, or all of it.
#[test]
fn a_leftover_is_taken_over() {
    let folder = folder();
    let database = folder.path().join("app.db");
    let path = folder.path().join("app.db-alembic");
    for text in [String::new(), MARK[..7].to_owned(), MARK.to_owned(), format!("{MARK}somebody, long ago")] {
        std::fs::write(&path, &text).expect("a file");
        let mut lock = FileLock::of(&database, "me");
        assert!(lock.try_acquire().expect("free"), "{text:?}");
        assert_eq!(lock.holder().as_deref(), Some("me"));
        drop(lock);
        assert!(!path.exists());
    }
}

#[cfg(unix)]
mod foreign {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    /// The message is about the file, and neither it nor any other file has changed.
    #[track_caller]
    fn refused(folder: &Path, reason: &str) {
        let before = content(folder);
        let path = folder.join("app.db-alembic");
        let mut lock = FileLock::of(&folder.join("app.db"), "me");
        let error = lock.try_acquire().expect_err(reason).to_string();
        assert_eq!(error, format!("{}: {reason}, and is left alone: move it away", path.display()));
        assert_eq!(lock.holder(), None);
        drop(lock);
        assert_eq!(content(folder), before);
    }

    #[test]
    fn a_file_of_somebody_else() {
        for text in ["PRECIOUS", "root@vm", "\0", "Migration lock of alembic, not"] {
            let folder = folder();
            let path = folder.path().join("app.db-alembic");
            std::fs::write(&path, text).expect("a file");
            refused(folder.path(), "it was not written by a migration run");
            assert_eq!(std::fs::read_to_string(&path).expect("the file"), text);
        }
    }

    #[test]
    fn links() {
        for text in ["PRECIOUS", "", MARK] {
            let folder = folder();
            let victim = folder.path().join("victim");
            std::fs::write(&victim, text).expect("a file");
            symlink("victim", folder.path().join("app.db-alembic")).expect("a link");
            refused(folder.path(), "it is a link");
            std::fs::remove_file(folder.path().join("app.db-alembic")).expect("a link");
            std::fs::hard_link(&victim, folder.path().join("app.db-alembic")).expect("a link");
            refused(folder.path(), "it is a link to another file");
            assert_eq!(std::fs::read_to_string(&victim).expect("the file"), text);
        }
    }

    #[test]
    fn links_that_lead_nowhere() {
        for target in ["nothing", "app.db-alembic"] {
            let folder = folder();
            symlink(target, folder.path().join("app.db-alembic")).expect("a link");
            refused(folder.path(), "it is a link");
        }
    }

    #[test]
    fn what_is_no_file() {
        let folder = folder();
        let path = folder.path().join("app.db-alembic");
        let _socket = UnixListener::bind(&path).expect("a socket");
        refused(folder.path(), "it is not a regular file");
        std::fs::remove_file(&path).expect("a socket");
        std::fs::create_dir(&path).expect("a folder");
        refused(folder.path(), "it is not a regular file");
        std::fs::remove_dir(&path).expect("a folder");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        refused(folder.path(), "it is not a regular file");
    }
}

//! The author of a script, as git knows it: of a committed script, if git answers quickly.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use alembic_core::script::Script;

/// The longest time that an error message waits for git, for all of its scripts.
const PATIENCE: Duration = Duration::from_millis(500);

/// Finds the author of the commit that added a script, in the repository around `folder`.
pub(crate) fn authors(folder: &Path) -> impl Fn(&Script) -> Option<String> {
    let deadline = Instant::now() + PATIENCE;
    move |script| author(folder, script, deadline)
}

fn author(folder: &Path, script: &Script, deadline: Instant) -> Option<String> {
    if Instant::now() >= deadline {
        return None;
    }
    let mut git = Command::new("git")
        .args(["--no-optional-locks", "--no-pager", "--literal-pathspecs", "-c", "log.showSignature=false"])
        .args(["log", "-1", "--diff-filter=A", "--format=%an", "--"])
        .arg(&script.path)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let status = loop {
        match git.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            _ => break None,
        }
    };
    let Some(status) = status else {
        let _ = git.kill();
        let _ = git.wait();
        return None;
    };
    let mut name = String::new();
    git.stdout.take()?.read_to_string(&mut name).ok()?;
    let name = name.trim();
    (status.success() && !name.is_empty()).then(|| name.to_owned())
}

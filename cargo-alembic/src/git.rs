//! Questions for git. It may be missing, slow, or not in use: then there is no answer.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use alembic_core::script::{LockProblem, Problem, ScriptErrors, Sealing};

/// The longest time that an error message waits for git, for all of its questions.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// The output of a git command in a folder, if it succeeds in time. It writes nothing.
pub(crate) fn ask(folder: &Path, arguments: &[&str], deadline: Instant) -> Option<String> {
    let (code, text) = run(folder, arguments, deadline)?;
    (code == Some(0)).then_some(text)
}

/// The exit code and the output of a git command.
fn run(folder: &Path, arguments: &[&str], deadline: Instant) -> Option<(Option<i32>, String)> {
    if Instant::now() >= deadline {
        return None;
    }
    let mut git = Command::new("git")
        .args(["--no-optional-locks", "--no-pager", "--literal-pathspecs", "-c", "log.showSignature=false"])
        .args(arguments)
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
    let mut text = String::new();
    git.stdout.take()?.read_to_string(&mut text).ok()?;
    Some((status.code(), text.trim().to_owned()))
}

/// Whether the checkout around a folder is on no branch, as in a pipeline.
pub(crate) fn is_detached(folder: &Path) -> bool {
    let answer = run(folder, &["symbolic-ref", "--quiet", "HEAD"], Instant::now() + PATIENCE);
    // 128: there is no repository.
    answer.is_some_and(|(code, _)| code == Some(1))
}

/// Whether the last commit has a file. It is named from the folder.
pub(crate) fn has_committed(folder: &Path, file: &str) -> bool {
    ask(folder, &["cat-file", "-e", &format!("HEAD:./{file}")], Instant::now() + PATIENCE).is_some()
}

/// Names the commits of seals that contradict each other, as far as git knows them.
pub(crate) fn name_commits(folder: &Path, errors: &mut ScriptErrors) {
    let deadline = Instant::now() + PATIENCE;
    for error in &mut errors.0 {
        let Problem::Lock(problem) = &mut error.problem else { continue };
        let LockProblem::TwoSeals { first, second, .. } = &mut **problem else { continue };
        for seal in [first, second] {
            seal.commit = commit_of(folder, &error.path, seal, deadline);
        }
    }
}

/// The oldest commit that brought a seal into the lock, on whatever branch.
fn commit_of(folder: &Path, lock: &str, seal: &Sealing, deadline: Instant) -> Option<String> {
    let text = seal.text();
    let format = "--format=%h %as %an: %s";
    let log = ask(folder, &["log", "--all", "HEAD", "-S", &text, format, "--", lock], deadline)?;
    log.lines().last().map(|commit| format!("commit {commit}"))
}

//! `completions` and `man`: they need no package.

use std::process::Command;

use crate::support::PROGRAM;

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(PROGRAM).arg("alembic").args(arguments).current_dir(folder.path()).output();
    let output = output.expect("the program starts");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn completions_of_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, text) = run(&["completions", shell]);
        assert_eq!(code, Some(0), "{shell}");
        for word in ["upgrade", "from-history", "ensure-version"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run(&["completions", "none"]).0, Some(2));
}

#[test]
fn manual_pages() {
    let (code, page) = run(&["man"]);
    assert_eq!(code, Some(0));
    assert!(page.contains(".TH") && page.contains("downgrade"), "{page}");

    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run(&["man", &folder.path().display().to_string()]).0, Some(0));
    let page = std::fs::read_to_string(folder.path().join("cargo-alembic-upgrade.1")).expect("a page");
    assert!(page.contains("dry\\-run"), "{page}");
}

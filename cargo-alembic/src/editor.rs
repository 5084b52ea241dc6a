//! The user's editor.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::error::Failure;

/// What Alembic tries where no variable names one.
const EDITORS: [&str; 5] = ["sensible-editor", "editor", "nano", "vim", "code"];

/// Opens a file in the editor, and waits until it is closed.
pub(crate) fn open(path: &Path) -> Result<(), Failure> {
    let variable = |name: &'static str| {
        let value = std::env::var(name).ok().filter(|value| !value.trim().is_empty())?;
        Some((name, value))
    };
    if let Some((name, value)) = variable("VISUAL").or_else(|| variable("EDITOR")) {
        let words = shlex::split(&value).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| {
            Failure::new(format!("{name} is not a command: {value}"), "a quote in it does not end")
        })?;
        let status = start(&words[0], &words[1..], path).map_err(|error| {
            Failure::new(format!("cannot start {} ({name}): {error}", words[0]), "set it to your editor")
        })?;
        return ended(&words[0], status);
    }
    for editor in EDITORS {
        match start(editor, &[], path) {
            Ok(status) => return ended(editor, status),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::new(format!("cannot start {editor}: {error}"), "set EDITOR")),
        }
    }
    Err(Failure::new(
        format!(
            "there is no editor: neither VISUAL nor EDITOR is set, and none of {} is there",
            EDITORS.join(", ")
        ),
        "set EDITOR",
    ))
}

fn start(program: &str, arguments: &[String], path: &Path) -> std::io::Result<ExitStatus> {
    Command::new(program).args(arguments).arg(path).status()
}

fn ended(program: &str, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{program} ended with {status}"), "what it saved was not taken over"))
}

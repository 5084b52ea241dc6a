//! Programs that are run on each new script: `[[hooks]]` in alembic.toml.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use alembic_core::cli::{say, status};
use alembic_core::config::{self, Words};

use crate::error::Failure;
use crate::file;
use crate::project::Project;

/// Stands for the file in a command, as in Alembic.
const FILE: &str = "REVISION_SCRIPT_FILENAME";

/// A hook that can be run.
#[derive(Debug)]
pub(crate) struct Hook {
    program: String,
    arguments: Vec<String>,
    folder: PathBuf,
}

impl Hook {
    /// The hooks of a project, in their order. What is wrong with one is said before any file is written.
    pub(crate) fn all(project: &Project) -> Result<Vec<Hook>, Failure> {
        project.config.hooks.iter().map(|hook| Hook::new(project, hook)).collect()
    }

    fn new(project: &Project, hook: &config::Hook) -> Result<Hook, Failure> {
        let mistake = |reason: String, help: &str| {
            let place = format!("{}:{}", config::CONFIG_FILE, hook.line);
            Failure::new(format!("{place}: {reason}"), help)
        };
        let words = match &hook.command {
            Words::List(words) => words.clone(),
            Words::Line(line) => shlex::split(line).ok_or_else(|| {
                mistake(
                    format!("a quote in `{line}` does not end"),
                    "write the command as a list of its words",
                )
            })?,
        };
        let (program, arguments) = match words.as_slice() {
            [program, arguments @ ..] if !program.is_empty() => (program, arguments),
            _ => return Err(mistake("the `command` of the hook is empty".to_owned(), "name a program")),
        };
        let folder = hook.cwd.as_ref().map_or(project.folder.clone(), |cwd| project.folder.join(cwd));
        if !folder.is_dir() {
            return Err(mistake(
                format!("the folder {} of the hook `{program}` is not there", folder.display()),
                "`cwd` is relative to alembic.toml",
            ));
        }
        let mut arguments = arguments.to_vec();
        if !arguments.iter().any(|argument| argument.contains(FILE)) {
            arguments.push(FILE.to_owned());
        }
        Ok(Hook { program: program.clone(), arguments, folder })
    }

    /// What a person calls it.
    fn shown(&self, path: &str) -> String {
        let arguments = self.arguments.iter().map(|argument| argument.replace(FILE, path));
        let words: Vec<String> = std::iter::once(self.program.clone()).chain(arguments).collect();
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
    }

    fn run(&self, path: &Path, shown: &str) -> Result<(), Failure> {
        let file = path.display().to_string();
        let output = Command::new(&self.program)
            .args(self.arguments.iter().map(|argument| argument.replace(FILE, &file)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output();
        let failed = |what: String| {
            let message = format!("the hook `{}` {what}", self.shown(shown));
            Failure::new(
                message,
                &format!("{shown} is written, and stays: mend it, or the hook in alembic.toml"),
            )
        };
        let output = output.map_err(|error| failed(format!("cannot be run: {error}")))?;
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let text = text.trim_end();
        if !output.status.success() {
            let text = if text.is_empty() { String::new() } else { format!(":\n{text}") };
            return Err(failed(format!("ended with {}{text}", output.status)));
        }
        status("Ran", self.shown(shown));
        if !text.is_empty() {
            say(text.trim_end());
        }
        Ok(())
    }
}

/// Runs the hooks on a script that was just written, until one fails.
pub(crate) fn run(project: &Project, hooks: &[Hook], path: &Path, shown: &str) -> Result<(), Failure> {
    for hook in hooks {
        hook.run(path, shown)?;
        // What it made of the file is read by every other command.
        let read = file::read_to_string(path).map_err(|error| Failure::file(path, "read", &error));
        if let Err(failure) = read.and_then(|text| project.parse(shown, text)) {
            failure.print();
            let message = format!("the hook `{}` left a file that is no script", hook.shown(shown));
            return Err(Failure::new(message, &format!("mend {shown}, and the hook in alembic.toml")));
        }
    }
    Ok(())
}

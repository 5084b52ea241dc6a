//! What can be wrong with script files: each mistake with its place and the way to mend it.

use std::fmt;

use super::lock_problem::LockProblem;
use super::shell::{GitFile, Invocation, find_scripts, shell_word};
use crate::revision::GraphError;
use crate::sql::{StatementError, UnusableCharacter};

/// How many mistakes of a section are reported. A text of thousands is none of SQL, and each is looked up in the text.
pub(super) const MOST_MISTAKES: usize = 100;

/// The keys of a header, as they are written.
pub(super) const HEADER_KEYS: [&str; 7] =
    ["Revision", "Revises", "Created", "Branch-Labels", "Depends-On", "Alternatives", "Tags"];

/// One mistake in one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {problem}")]
pub struct ScriptError {
    /// The file, as it was named to the reader: relative to the package where it can be.
    pub path: String,
    /// Line, counted from 1. Zero where the whole file is meant.
    pub line: usize,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

impl ScriptError {
    /// The edit or the command that mends it.
    #[must_use]
    pub fn help(&self) -> String {
        self.help_for(&Invocation::default())
    }

    /// The same, with `cargo alembic` called like this.
    #[must_use]
    pub fn help_for(&self, invocation: &Invocation) -> String {
        let git = GitFile::of(&self.path);
        let help = self.problem.help().replace("<alembic>", &invocation.to_string());
        // Elsewhere `<file>` is the path from here.
        let help = help.replace("-- <file>`", &format!("-- {}`", git.file()));
        help.replace("`git ", &format!("`{git} ")).replace("<file>", &shell_word(&self.path))
    }
}

/// What can be wrong with a script, a folder of scripts, or their lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum Problem {
    #[error("cannot be read: {reason}")]
    Unreadable { reason: String },
    #[error("the folder of migrations does not exist")]
    NoFolder,
    #[error("the file is not UTF-8 (byte {offset})")]
    NotUtf8 { offset: usize },
    #[error("git has left a conflict here")]
    Conflict,
    #[error("{0}")]
    Character(UnusableCharacter),
    #[error("the file is empty")]
    Empty,
    #[error("unknown header key `{key}`")]
    UnknownKey { key: String, nearest: Option<String> },
    #[error("`{text}` is not a `Key: value` line of the header")]
    NotAKey { text: String },
    #[error("`{key}` stands twice in the header")]
    RepeatedKey { key: String },
    #[error("the header has no `Revision:` line")]
    NoRevision,
    #[error("{reason}")]
    InvalidName { reason: String },
    /// `Alternatives:` with another value than `yes`, or in a revision that joins nothing.
    #[error("`Alternatives:` can only be `yes`, where a revision has several parents")]
    Alternatives,
    #[error("`{value}` is not a date and time like 2026-11-22T09:10:00Z")]
    InvalidDate { value: String },
    #[error("unknown directive `-- alembic: {word}`")]
    UnknownDirective { word: String, nearest: Option<String> },
    #[error("`{text}` is not a time")]
    BadTimeout { text: String },
    #[error("a timeout is set once in a section, and nowhere else")]
    MisplacedTimeout,
    #[error("`{text}` is a comment here, and begins no section")]
    NoDirective { text: String },
    #[error("`{word}` is neither a dialect nor `no-transaction`")]
    UnknownSectionWord { word: String, nearest: Option<String> },
    #[error("a second {section} section for the same dialect; the first one is in line {first}")]
    RepeatedSection { section: String, first: usize },
    #[error("a downgrade section and `-- alembic: irreversible` contradict each other")]
    IrreversibleDowngrade,
    #[error("there is no `-- alembic: upgrade` section")]
    NoUpgrade,
    #[error("`{text}` stands outside of every section")]
    OutsideSection { text: String },
    #[error("{0}")]
    Statement(StatementError),
    #[error("{error}{}", also(others))]
    Graph { error: Box<GraphError>, others: Vec<String> },
    #[error("{0}")]
    Lock(Box<LockProblem>),
    #[error("the migrations have {} heads:\n  {}", heads.len(), heads.join("\n  "))]
    SeveralHeads { heads: Vec<String> },
}

impl Problem {
    /// What mends it, with `<file>` for the place and `<alembic>` for the call of `cargo alembic`.
    fn help(&self) -> String {
        match self {
            Problem::Unreadable { .. } => "check that the file is there and may be read".into(),
            Problem::NoFolder => "run `<alembic> init`, or correct `migrations` in alembic.toml".into(),
            Problem::NotUtf8 { .. } => "save the file as UTF-8".into(),
            Problem::Conflict => "resolve it: keep one of the versions, and delete the lines of marks".into(),
            Problem::Character(character) => character.help().into(),
            Problem::Empty => {
                "write the header and an `-- alembic: upgrade` section, or delete the file".into()
            }
            Problem::UnknownKey { nearest: Some(key), .. } => format!("did you mean `{key}`?"),
            Problem::UnknownKey { nearest: None, .. } => {
                format!("the keys are {}", HEADER_KEYS.join(", "))
            }
            Problem::NotAKey { .. } => {
                "only the first paragraph of the header is free text; put other comments after a blank line"
                    .into()
            }
            Problem::RepeatedKey { .. } => "keep one of them; several values are separated by commas".into(),
            Problem::NoRevision => "add a line `-- Revision: <id>` to the leading comment".into(),
            Problem::InvalidName { .. } => "write another name".into(),
            Problem::Alternatives => "write `yes`; or leave the line out, for a revision that is no merge of alternatives".into(),
            Problem::InvalidDate { .. } => "write it as RFC 3339 does, or remove the line".into(),
            Problem::UnknownDirective { nearest: Some(word), .. } => format!("did you mean `{word}`?"),
            Problem::UnknownDirective { nearest: None, .. } => {
                "the directives are upgrade, downgrade, irreversible, delimiter and timeout".into()
            }
            Problem::BadTimeout { .. } => {
                "write it as `-- alembic: timeout 10min`; the units are ms, s, min and h, and `0` is any time, up to 24 days".into()
            }
            Problem::MisplacedTimeout => "put it below `-- alembic: upgrade` or `downgrade`, on one line".into(),
            Problem::NoDirective { .. } => {
                "write it as `-- alembic: …`, in lower case, on a line of its own; or begin the comment with another word"
                    .into()
            }
            Problem::UnknownSectionWord { nearest: Some(word), .. } => format!("did you mean `{word}`?"),
            Problem::UnknownSectionWord { nearest: None, .. } => {
                "the dialects are sqlite, postgresql and mysql".into()
            }
            Problem::RepeatedSection { .. } => "join the two sections, or name other dialects".into(),
            Problem::IrreversibleDowngrade => "remove one of them".into(),
            Problem::NoUpgrade => "add a line `-- alembic: upgrade` above the SQL".into(),
            Problem::OutsideSection { .. } => "put a line `-- alembic: upgrade` above it".into(),
            Problem::Statement(error) => error.help().to_string(),
            Problem::Graph { error, .. } => graph_help(error),
                    Problem::Lock(problem) => problem.help(),
            Problem::SeveralHeads { .. } => {
                "join them with `<alembic> merge`, or allow them with `embed_migrations!(heads = many)`"
                    .into()
            }
        }
    }
}

/// The other places that a mistake in the graph has to do with.
fn also(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!(" (see also {})", others.join(", ")) }
}

fn graph_help(error: &GraphError) -> String {
    match error {
        GraphError::DuplicateId { .. } => "change `Revision:` in one of them".into(),
        GraphError::MissingParent { id, parent, .. } => {
            let find = find_scripts([parent.as_str()]);
            format!(
                "bring its script back (`{find}` shows where it went), or correct `Revises:`\nif {id} was picked from \
                 another branch, make it a revision of its own: delete this file, `<alembic> unseal {}`, `<alembic> revision -m \"…\"`, \
                 and write its statements there. With the same id it would be two revisions in one, once the branches are merged",
                shell_word(id.as_str())
            )
        }
        GraphError::MissingDependency { dependency, .. } => {
            let find = find_scripts([dependency.as_str()]);
            format!("correct `Depends-On:`, or bring the missing script back (`{find}` shows where it went)")
        }
        GraphError::Cycle { .. } => "correct `Revises:` or `Depends-On:` in one of them".into(),
        _ => "a branch label belongs to one revision: rename it in one of them".into(),
    }
}

/// All mistakes of a folder of scripts, in the order of files and lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptErrors(pub Vec<ScriptError>);

impl ScriptErrors {
    /// `Ok` where nothing was found.
    ///
    /// # Errors
    /// The mistakes, sorted by file and line, if there are any.
    pub fn check(errors: Vec<ScriptError>) -> Result<(), ScriptErrors> {
        if errors.is_empty() { Ok(()) } else { Err(ScriptErrors::sorted(errors)) }
    }

    pub(super) fn sorted(mut errors: Vec<ScriptError>) -> ScriptErrors {
        errors.sort_by(|left, right| (&left.path, left.line).cmp(&(&right.path, right.line)));
        ScriptErrors(errors)
    }
}

impl ScriptErrors {
    /// All of them with what to do, where `cargo alembic` is called like this.
    #[must_use]
    pub fn tell(&self, invocation: &Invocation) -> String {
        let tell = |error: &ScriptError| {
            let ScriptError { path, line, problem } = error;
            let place = if *line == 0 { path.clone() } else { format!("{path}:{line}") };
            let help = error.help_for(invocation).replace('\n', "\n        ");
            format!("{place}: {problem}\n  help: {help}")
        };
        self.0.iter().map(tell).collect::<Vec<String>>().join("\n\n")
    }
}

impl std::error::Error for ScriptErrors {}

impl fmt::Display for ScriptErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.tell(&Invocation::default()))
    }
}

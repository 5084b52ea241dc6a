//! Commands in messages: they can be pasted into a shell, and work where they are read.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use super::location::below;

/// A word of a command, in quotes where a POSIX shell would read something else.
#[must_use]
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:,@%=".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// A file in a command of git. Where the file lies in a repository below the current folder, as in a submodule, git is
/// called there: its other commands would not find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFile {
    repository: Option<String>,
    file: String,
}

impl GitFile {
    /// The file at a path relative to the current folder.
    #[must_use]
    pub fn of(path: &str) -> GitFile {
        let file = Path::new(path);
        let folders = file.ancestors().skip(1).take_while(|folder| *folder != Path::new(""));
        let nested = folders.filter(|_| file.is_relative()).find(|folder| folder.join(".git").exists());
        let below =
            nested.and_then(|folder| Some((folder.to_str()?, file.strip_prefix(folder).ok()?.to_str()?)));
        match below {
            Some((repository, file)) => {
                GitFile { repository: Some(repository.to_owned()), file: file.to_owned() }
            }
            None => GitFile { repository: None, file: path.to_owned() },
        }
    }

    /// The word for the file.
    #[must_use]
    pub fn file(&self) -> Cow<'_, str> {
        shell_word(&self.file)
    }
}

/// The call of git, without its command.
impl fmt::Display for GitFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("git")?;
        self.repository.as_ref().map_or(Ok(()), |folder| write!(formatter, " -C {}", shell_word(folder)))
    }
}

/// How `cargo alembic` is called from where a message is read: with the package and the database that it is about.
///
/// ```
/// use std::path::Path;
/// use alembic_core::script::Invocation;
///
/// let seen_from = |folder: &str| {
///     Invocation::seen_from(Path::new(folder), Path::new("/space/shop"), "shop", Some("billing")).to_string()
/// };
/// assert_eq!(seen_from("/space"), "cargo alembic -p shop -n billing");
/// assert_eq!(seen_from("/space/shop"), "cargo alembic -n billing");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    package: Option<String>,
    database: Option<String>,
}

impl Invocation {
    /// The command for the package `name` in the folder `package`, from the folder `from`.
    #[must_use]
    pub fn seen_from(from: &Path, package: &Path, name: &str, database: Option<&str>) -> Invocation {
        Invocation {
            package: below(from, package).map(|_| name.to_owned()),
            database: database.map(str::to_owned),
        }
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cargo alembic")?;
        for (option, value) in [("-p", &self.package), ("-n", &self.database)] {
            if let Some(value) = value {
                write!(formatter, " {option} {}", shell_word(value))?;
            }
        }
        Ok(())
    }
}

/// Git's command for the commits that took scripts away, gave them another id or added them, with the names of their
/// files. No folder is named: there may be several, and a script may have been moved.
pub(crate) fn find_scripts<'i>(revisions: impl IntoIterator<Item = &'i str>) -> String {
    let literal = |revision: &str| {
        let mut literal = String::new();
        for letter in revision.chars() {
            if r"\.[()*?{|^$".contains(letter) {
                literal.push('\\');
            }
            literal.push(letter);
        }
        literal
    };
    let patterns: Vec<String> = revisions.into_iter().map(literal).collect();
    let pattern = match patterns.as_slice() {
        [only] => format!("Revision: {only}"),
        several => format!("Revision: ({})", several.join("|")),
    };
    format!("git log --all --name-only -G {} -- ':(top)*.sql'", shell_word(&pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        for plain in
            ["migrations/20261121_0932_1975ea83b712_create_books.sql", "C:/größe-1,2.sql", "a+b@c=d%"]
        {
            assert_eq!(shell_word(plain), plain);
        }
        for (word, quoted) in [
            ("", "''"),
            ("my migrations/b 2.sql", "'my migrations/b 2.sql'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("~/a", "'~/a'"),
            ("a;b", "'a;b'"),
            ("a\\b", "'a\\b'"),
            ("(a)", "'(a)'"),
            ("`a`", "'`a`'"),
        ] {
            assert_eq!(shell_word(word), quoted);
        }
    }

    /// A shell is asked itself.
    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_word_that_was_meant() {
        for word in ["a b", "it's", "''", "$HOME", "~", "*", "a\\", "\"", "a\nb", "#", "!x", "größe", "-"] {
            let script = format!("printf %s {}", shell_word(word));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), word);
        }
    }

    #[test]
    fn an_id_is_no_pattern() {
        let check = |revisions: &[&str], pattern: &str| {
            let command = format!("git log --all --name-only -G 'Revision: {pattern}' -- ':(top)*.sql'");
            assert_eq!(find_scripts(revisions.iter().copied()), command);
        };
        check(&["b2"], "b2");
        check(&["b2", "c3"], "(b2|c3)");
        check(&["a.b*"], r"a\.b\*");
    }
}

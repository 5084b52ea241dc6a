//! What `init` tells git: how files are merged and checked out, and which ones are not for others.

use std::io::ErrorKind;
use std::path::Path;

use alembic_core::cli::status;
use alembic_core::script::Location;

use crate::error::Failure;
use crate::file;

/// Two branches that add revisions at the same place of the lock are no conflict: it takes the lines of both.
pub(crate) const MERGED_LOCK: (&str, &str) = ("alembic.lock", "merge=union");

/// What a string literal holds is not to depend on where the script was checked out.
pub(crate) const LINE_ENDS: (&str, &str) = ("*.sql", "text eol=lf");

/// Variables of this machine, with passwords.
const SECRETS: &str = ".env";

/// Databases, and what SQLite and a run keep beside them.
const DATABASES: [&str; 4] = ["*.db", "*.db-*", "*.sqlite3", "*.sqlite3-*"];

/// Tells git how to treat the files of a folder. What is said there already stays: it comes after, and the last one counts.
pub(crate) fn attribute(location: &Location, attributes: &[(&str, &str)]) -> Result<(), Failure> {
    let name = format!("{}/.gitattributes", location.shown);
    let path = location.path.join(".gitattributes");
    let (verb, before) = read(&path)?.map_or(("Created", String::new()), |text| ("Changed", text));
    let is_said = |pattern| before.lines().any(|line| line.split_whitespace().next() == Some(pattern));
    let added = attributes.iter().filter(|(pattern, _)| !is_said(*pattern));
    let added: String = added.map(|(pattern, attributes)| format!("{pattern} {attributes}\n")).collect();
    if added.is_empty() {
        status("Kept", name);
        return Ok(());
    }
    file::replace(&path, &(added + &before)).map_err(|error| Failure::file(&path, "write", &error))?;
    status(verb, name);
    Ok(())
}

/// Has git ignore `.env`, and the files of SQLite's databases. What the repository ignores already is not repeated.
pub(crate) fn ignore(package: &Path, with_databases: bool) -> Result<(), Failure> {
    const NAME: &str = ".gitignore";
    let mut ignored = String::new();
    for folder in package.ancestors() {
        ignored += &read(&folder.join(NAME))?.unwrap_or_default();
        ignored.push('\n');
        if folder.join(".git").exists() {
            break;
        }
    }
    let patterns = [SECRETS].into_iter().chain(DATABASES.into_iter().filter(|_| with_databases));
    let is_ignored =
        |pattern: &str| ignored.lines().any(|line| line.trim().trim_start_matches('/') == pattern);
    let added: String = patterns.filter(|it| !is_ignored(it)).map(|it| format!("{it}\n")).collect();
    if added.is_empty() {
        status("Kept", NAME);
        return Ok(());
    }
    let path = package.join(NAME);
    let (verb, mut text) = read(&path)?.map_or(("Created", String::new()), |text| ("Changed", text));
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    file::replace(&path, &(text + &added)).map_err(|error| Failure::file(&path, "write", &error))?;
    status(verb, NAME);
    Ok(())
}

/// The text of a file that may be missing.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match file::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(path, "read", &error)),
    }
}

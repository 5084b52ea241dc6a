//! URLs of SQLite. Three slashes mean a relative file to SQLAlchemy, and an absolute one to sqlx.

use std::cmp::Ordering;
use std::path::{Component, Path, PathBuf};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Known, UrlMistake, decode, parameters};
use crate::sql::Dialect;
use crate::sql::quote::literal;

/// A database of SQLite that a URL names.
#[derive(Clone)]
pub(crate) struct SqliteUrl {
    /// The options, with the relative file where there are two.
    pub(crate) options: SqliteConnectOptions,
    /// Whether it is encrypted with a key.
    pub(crate) has_key: bool,
    /// Of three slashes: the file to which sqlx takes them.
    absolute: Option<PathBuf>,
}

const KNOWN: Known = Known {
    works: &["mode", "cache", "immutable", "vfs"],
    elsewhere: &[
        ("key", CIPHER),
        ("cipher", CIPHER),
        ("kdf_iter", CIPHER),
        ("journal_mode", PRAGMA),
        ("_journal_mode", PRAGMA),
        ("foreign_keys", PRAGMA),
        ("_foreign_keys", PRAGMA),
        ("_fk", PRAGMA),
        ("_pragma", PRAGMA),
        ("busy_timeout", PRAGMA),
        ("_busy_timeout", PRAGMA),
        ("timeout", "remove it: a run waits for other writers by itself"),
        ("check_same_thread", "remove it: it is for Python alone"),
        ("uri", "remove it: the parameters of SQLite's own URI can be given without it"),
    ],
};

const CIPHER: &str = "the key of a database of SQLCipher is the variable ALEMBIC_SQLITE_KEY";
const PRAGMA: &str = "remove it: the settings of a session are those of the script, or of the service's pool";

/// Reads what follows the scheme and its colon. `driver` is the one of SQLAlchemy's that the scheme names.
pub(in super::super) fn parse(driver: Option<&str>, rest: &str) -> Result<SqliteUrl, UrlMistake> {
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    if let Some(driver) = driver.filter(|_| path != "//" && !path.starts_with("///")) {
        // SQLAlchemy's URL of SQLCipher has the key there: it is not shown.
        let help = format!(
            "`sqlite+{driver}:///app.db` is relative, `sqlite+{driver}:////srv/app.db` is absolute; {CIPHER}"
        );
        return Err(UrlMistake::with_help(
            "three slashes must follow its scheme, which names a driver",
            help,
        ));
    }
    let pairs = parameters(query.unwrap_or_default())?;
    if let Some((key, _)) = pairs.iter().find(|(key, _)| !KNOWN.works.contains(&key.as_str())) {
        return Err(KNOWN.mistake(key, &pairs));
    }
    let (name, absolute) = match path.strip_prefix("///") {
        // Here all agree.
        Some(name) if name.starts_with('/') => (format!("/{}", name.trim_start_matches('/')), None),
        Some(":memory:") => (":memory:".to_owned(), None),
        Some(name) => {
            let file = PathBuf::from(decode(name)?.into_owned());
            let is_relative = driver.is_some()
                || file.is_absolute()
                || matches!(file.components().next(), Some(Component::CurDir | Component::ParentDir) | None);
            (name.to_owned(), (!is_relative).then(|| Path::new("/").join(file)))
        }
        None => (path.trim_start_matches("//").to_owned(), None),
    };
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    let options: SqliteConnectOptions =
        format!("sqlite:{name}{query}").parse().map_err(|error| UrlMistake::of_driver(&error))?;
    if !is_in_memory(&options) && options.get_filename().as_os_str().is_empty() {
        // SQLite would create a database that ends with the connection.
        return Err(UrlMistake::new("it names no file (sqlite://app.db)"));
    }
    Ok(SqliteUrl { options: options.disable_statement_logging(), has_key: false, absolute })
}

/// Whether a database is in memory.
pub(crate) fn is_in_memory(options: &SqliteConnectOptions) -> bool {
    // sqlx panics on the URL of a name with a colon, which databases in memory have.
    let unnamed = options.clone().filename("database");
    options.get_filename().as_os_str() == ":memory:"
        || unnamed.to_url_lossy().query_pairs().any(|(key, value)| key == "mode" && value == "memory")
}

impl SqliteUrl {
    /// Puts a relative file into `folder`.
    pub(crate) fn relative_to(mut self, folder: &Path) -> SqliteUrl {
        if !is_in_memory(&self.options) && self.options.get_filename().is_relative() {
            let file = folder.join(self.options.get_filename());
            self.options = self.options.filename(file);
        }
        self
    }

    /// Opens a database of SQLCipher with this key.
    pub(crate) fn with_key(self, key: &str) -> SqliteUrl {
        let options = self.options.pragma("key", literal(Dialect::Sqlite, key));
        SqliteUrl { options, has_key: true, ..self }
    }

    /// The options with the file that is meant.
    ///
    /// # Errors
    /// It could be either.
    pub(crate) fn settled(&self) -> Result<SqliteConnectOptions, UrlMistake> {
        let relative = self.options.get_filename();
        let Some(absolute) = &self.absolute else { return Ok(self.options.clone()) };
        match meant(relative, absolute) {
            Meant::Relative => Ok(self.options.clone()),
            Meant::Absolute => Ok(self.options.clone().filename(absolute)),
            Meant::Either => {
                let name = absolute.strip_prefix("/").unwrap_or(absolute).display();
                Err(UrlMistake::with_help(
                    format!(
                        "`sqlite:///{name}` is ambiguous: SQLAlchemy takes it for {}, sqlx for {}",
                        relative.display(),
                        absolute.display()
                    ),
                    format!(
                        "write `sqlite://{name}` for the relative file, `sqlite:////{name}` for the absolute one"
                    ),
                ))
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Meant {
    Relative,
    Absolute,
    Either,
}

/// Which of two files is meant.
fn meant(relative: &Path, absolute: &Path) -> Meant {
    let named = absolute.components().filter(|part| matches!(part, Component::Normal(_))).count();
    match std::path::absolute(relative) {
        Ok(relative) if relative == *absolute => Meant::Relative,
        _ => meant_of(relative, absolute, named),
    }
}

/// The one that exists is meant, else the one of which more folders exist. A name without a folder is relative: nobody
/// keeps a database in the root folder.
fn meant_of(relative: &Path, absolute: &Path, named: usize) -> Meant {
    let missing = |path: &Path| path.ancestors().take(named).take_while(|path| !path.exists()).count();
    let (of_relative, of_absolute) = (missing(relative), missing(absolute));
    match of_relative.cmp(&of_absolute) {
        Ordering::Less => Meant::Relative,
        Ordering::Greater if named > 1 => Meant::Absolute,
        Ordering::Equal if named == 1 && of_relative == 1 => Meant::Relative,
        Ordering::Greater | Ordering::Equal => Meant::Either,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_urls() {
        let check = |url: &str, expected: &str| {
            let (scheme, rest) = url.split_once(':').expect("a scheme");
            let shown = match parse(scheme.split_once('+').map(|(_, driver)| driver), rest) {
                Ok(url) if is_in_memory(&url.options) => "memory".to_owned(),
                Ok(url) => {
                    let or = url.absolute.map_or(String::new(), |file| format!(" or {}", file.display()));
                    format!("{}{or}", url.options.get_filename().display())
                }
                Err(mistake) => mistake.reason,
            };
            assert_eq!(shown, expected, "{url}");
        };
        check("sqlite:app.db", "app.db");
        check("sqlite://app.db", "app.db");
        check("sqlite://./a%3Fb.db?mode=rwc", "./a?b.db");
        check("sqlite:/srv/app.db", "/srv/app.db");
        check("sqlite:////srv/app.db", "/srv/app.db");
        check("sqlite:///srv/app.db", "srv/app.db or /srv/app.db");
        check("sqlite:///app%20a.db", "app a.db or /app a.db");
        check("sqlite:///./app.db", "./app.db");
        check("sqlite:///../app.db", "../app.db");
        check("sqlite::memory:", "memory");
        check("sqlite://:memory:", "memory");
        check("sqlite:///:memory:", "memory");
        check("sqlite://", "it names no file (sqlite://app.db)");
        check("sqlite:///", "it names no file (sqlite://app.db)");
        check("sqlite+aiosqlite:///app.db", "app.db");
        check("sqlite+aiosqlite:///data/app.db", "data/app.db");
        check("sqlite+aiosqlite:////srv/app.db", "/srv/app.db");
        check("sqlite+aiosqlite:///:memory:", "memory");
        let slashes = "three slashes must follow its scheme, which names a driver";
        check("sqlite+aiosqlite://app.db", slashes);
        check("sqlite+pysqlcipher://:hunter2@/app.db", slashes);
        check("sqlite://app.db?_journal_mode=WAL", "the parameter `_journal_mode` is not supported");
        check("sqlite://app.db?mod=ro", "it has the unknown parameter `mod`");
    }

    /// Of every combination of what exists, no database is created where nobody would look for it.
    #[test]
    fn three_slashes() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, root) = (folder.path().join("here"), folder.path().join("root"));
        let check = |name: &str, made: &[&str], expected: Meant| {
            for folder in [&here, &root] {
                let _ = std::fs::remove_dir_all(folder);
                std::fs::create_dir_all(folder).expect("a folder");
            }
            for path in made {
                let path = folder.path().join(path);
                match path.extension() {
                    Some(_) => {
                        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                        std::fs::write(&path, "").expect("a file");
                    }
                    None => std::fs::create_dir_all(&path).expect("a folder"),
                }
            }
            // The root of the file system is not there to be changed: the names above stand for it.
            let depth = Path::new(name).components().count();
            let found = meant_of(&here.join(name), &root.join(name), depth);
            assert_eq!(found, expected, "{name} {made:?}");
        };
        check("a.db", &[], Meant::Relative);
        check("a.db", &["here/a.db"], Meant::Relative);
        check("a.db", &["root/a.db"], Meant::Either);
        check("a.db", &["here/a.db", "root/a.db"], Meant::Either);
        check("d/a.db", &[], Meant::Either);
        check("d/a.db", &["here/d"], Meant::Relative);
        check("d/a.db", &["root/d"], Meant::Absolute);
        check("d/a.db", &["here/d", "root/d"], Meant::Either);
        check("d/a.db", &["here/d/a.db", "root/d"], Meant::Relative);
        check("d/a.db", &["here/d", "root/d/a.db"], Meant::Absolute);
        check("d/a.db", &["here/d/a.db", "root/d/a.db"], Meant::Either);
        check("d/e/a.db", &["here/d", "root/d/e"], Meant::Absolute);
    }
}

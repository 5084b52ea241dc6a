//! The database of a project: from `--url`, `DATABASE_URL`, `.env` or `alembic.toml`.

use std::path::{Path, PathBuf};

use alembic_core::config::{InterpolateError, interpolate};
use alembic_core::migrate::Database;

use super::Project;
use crate::args::Arguments;
use crate::error::Failure;
use crate::file;

/// The length that the values of a `.env` may have together: one that names another twice doubles with each line.
const LARGEST: usize = 16 << 20;

impl Project {
    /// The database of the project. A named one uses only its own `url`: `DATABASE_URL` may belong to another database.
    pub(crate) fn database(&self, arguments: &Arguments) -> Result<Database, Failure> {
        self.find_database(arguments)?.ok_or_else(|| match self.databases.first() {
            None => Failure::new(
                "no database is configured",
                "give `--url`, set DATABASE_URL (in the environment or in .env), or set `url` in alembic.toml",
            ),
            Some(name) => {
                let variable = variable_of(name);
                let help = format!(
                    "set `url` in [databases.{name}] of alembic.toml, for example `url = \"${{{variable}}}\"`, or give \
                     `--url`; DATABASE_URL is not used for a database that has a name"
                );
                Failure::new(format!("the database `{name}` has no URL"), &help)
            }
        })
    }

    /// The database of the project, if one is configured. Its URL is looked for and parsed once.
    pub(crate) fn find_database(&self, arguments: &Arguments) -> Result<Option<Database>, Failure> {
        if let Some(found) = self.database.get() {
            return Ok(found.clone());
        }
        let found = self.configured(arguments)?;
        // A `.env` that cannot be read matters only to those who use it.
        let key = self.variables().ok().and_then(|variables| variables.value("ALEMBIC_SQLITE_KEY"));
        let found = match (found, key) {
            (Some(database), Some(key)) if !key.is_empty() => Some(database.sqlite_key(&key)),
            (found, _) => found,
        };
        let found = found.map(|database| database.connect_timeout(self.config.connection.timeout));
        Ok(self.database.get_or_init(|| found).clone())
    }

    /// The server for scratch databases, if one is configured.
    pub(crate) fn scratch_server(&self, argument: Option<&str>) -> Result<Option<Database>, Failure> {
        if let Some(url) = argument {
            return Ok(Some(url.into()));
        }
        let variables = self.variables()?;
        if let Some(database) = variables.database("ALEMBIC_SCRATCH_URL") {
            return Ok(Some(database));
        }
        self.of_config("scratch_url", self.config.scratch_url.as_deref(), &variables)
    }

    fn configured(&self, arguments: &Arguments) -> Result<Option<Database>, Failure> {
        match &arguments.url {
            Some(url) => Ok(Some(url.into())),
            None => self.settings_database(),
        }
    }

    /// The database that environment and settings name, whatever `--url` is.
    pub(crate) fn settings_database(&self) -> Result<Option<Database>, Failure> {
        let variables = self.variables()?;
        if self.databases.is_empty()
            && let Some(database) = variables.database("DATABASE_URL")
        {
            return Ok(Some(database));
        }
        self.of_config("url", self.config.url.as_deref(), &variables)
    }

    /// The databases that DATABASE_URL hides, each with its name: that of `.env` behind the environment, and behind both that
    /// of `url` in alembic.toml. None where a variable of it has no value.
    pub(crate) fn hidden_databases(&self) -> Result<Vec<(String, Option<Database>)>, Failure> {
        let variables = self.variables()?;
        let (environment, dotenv) = (std::env::var("DATABASE_URL").ok(), variables.of_dotenv("DATABASE_URL"));
        let mut hidden = Vec::new();
        if !self.databases.is_empty() {
            return Ok(hidden);
        }
        let dotenv = dotenv.filter(|url| !url.is_empty());
        if let Some(url) = dotenv.filter(|url| environment.as_deref().is_some_and(|other| other != *url)) {
            let database = Database::from(url).relative_to(&variables.folder);
            hidden.push(("the database of DATABASE_URL in .env".to_owned(), Some(database)));
        }
        // Where it is the variable itself, it is asked already.
        let url = self.config.url.as_deref().filter(|url| *url != "${DATABASE_URL}");
        if variables.database("DATABASE_URL").is_some()
            && let Some(found) = self.of_config("url", url, &variables).transpose()
        {
            hidden.push(("the database of `url` in alembic.toml".to_owned(), found.ok()));
        }
        Ok(hidden)
    }

    /// The database of a URL in alembic.toml.
    fn of_config(
        &self,
        key: &str,
        url: Option<&str>,
        variables: &Variables,
    ) -> Result<Option<Database>, Failure> {
        let Some(url) = url else { return Ok(None) };
        let url = interpolate(url, |name| variables.value(name)).map_err(|error| {
            let help = match error {
                InterpolateError::Unset(_) => "set it in the environment or in .env",
                InterpolateError::Unclosed => "a variable is written as `${NAME}`",
            };
            Failure::new(self.config.error(key, format!("`{key}`: {error}")), help)
        })?;
        // A relative file in alembic.toml is relative to that file, wherever the command is run.
        Ok(Some(Database::from(url).relative_to(&self.folder)))
    }

    /// The variables of the environment and, behind them, of the nearest `.env`, from the package's folder upwards.
    fn variables(&self) -> Result<Variables, Failure> {
        // A folder of that name may be a virtual environment. Anything else is read, or an error says what it is.
        let is_there = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|it| !it.is_dir());
        let Some(path) = self.folder.ancestors().map(|folder| folder.join(".env")).find(is_there) else {
            return Ok(Variables::default());
        };
        let text = file::read_to_string(&path).map_err(|error| Failure::file(&path, "read", &error))?;
        let text = text.trim_start_matches('\u{feff}');
        let folder = path.parent().unwrap_or(&self.folder).to_owned();
        Ok(Variables { dotenv: parse(&path, text)?, folder })
    }
}

/// The variables of a `.env` with this text.
fn parse(path: &Path, text: &str) -> Result<Vec<(String, String)>, Failure> {
    let references = text.matches('$').count();
    let named = std::env::vars().filter(|(name, _)| text.contains(name));
    let mut longest = named.map(|(_, value)| value.len()).max().unwrap_or(0);
    let mut size = text.len();
    let mut lines = dotenvy::from_read_iter(text.as_bytes());
    let mut variables = Vec::new();
    loop {
        // The next line is expanded while it is read. It cannot have more references than the text.
        if size.saturating_add(references.saturating_mul(longest)) > LARGEST {
            let message =
                format!("{}: its variables contain each other, and become too long", path.display());
            return Err(Failure::new(message, "`$` stands for itself in single quotes, or as `\\$`"));
        }
        match lines.next() {
            None => return Ok(variables),
            Some(Ok((name, value))) => {
                size += value.len();
                longest = longest.max(value.len());
                variables.push((name, value));
            }
            Some(Err(error)) => {
                // The line itself is not shown: it may hold a password.
                let line = match &error {
                    dotenvy::Error::LineParse(bad, _) => {
                        let first = bad.lines().next().unwrap_or_default();
                        text.lines()
                            .position(|line| line == first)
                            .map_or(String::new(), |index| format!(":{}", index + 1))
                    }
                    _ => String::new(),
                };
                let message = format!("{}{line}: this is not a line like NAME=value", path.display());
                return Err(Failure::new(
                    message,
                    "correct it; a value with spaces or quotes stands in quotes",
                ));
            }
        }
    }
}

/// The variables of the environment, and behind them those of a `.env`.
#[derive(Default)]
struct Variables {
    dotenv: Vec<(String, String)>,
    /// The folder of the `.env`.
    folder: PathBuf,
}

impl Variables {
    fn value(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| self.of_dotenv(name).map(str::to_owned))
    }

    fn of_dotenv(&self, name: &str) -> Option<&str> {
        self.dotenv.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The database whose URL a variable is. An empty one in the environment hides that of the file. A relative file is
    /// relative to where the variable is set.
    fn database(&self, name: &str) -> Option<Database> {
        if let Ok(url) = std::env::var(name) {
            return (!url.is_empty()).then(|| url.into());
        }
        let url = self.of_dotenv(name).filter(|url| !url.is_empty())?;
        Some(Database::from(url).relative_to(&self.folder))
    }
}

/// A name for the variable that could hold the URL of a database.
fn variable_of(database: &str) -> String {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    database.chars().map(letter).chain("_DATABASE_URL".chars()).collect()
}

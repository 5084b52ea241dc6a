//! The package that a command is about: where it is, what it configures, which scripts it has.

mod database;
mod folder;
mod sharing;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use alembic_core::Migrator;
use alembic_core::config::{Config, ConfigFile};
use alembic_core::migrate::Database;
use alembic_core::script::{Location, LockFile, Script, ScriptDirectory, ScriptErrors};

use crate::args::Arguments;
use crate::error::Failure;
use crate::file;
use crate::git;

pub(crate) use folder::folder;

/// A database of a package: its settings and its scripts.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The folder of the package's Cargo.toml.
    pub(crate) folder: PathBuf,
    /// Its name in alembic.toml; none for what stands at the top of it. Several where a command is run once for them all.
    pub(crate) databases: Vec<String>,
    pub(crate) config: Config,
    pub(crate) locations: Vec<Location>,
    /// Its database, once it is looked for.
    database: OnceLock<Option<Database>>,
}

impl Project {
    /// All databases of the package.
    pub(crate) fn all(folder: &Path, file: &ConfigFile) -> Vec<Project> {
        file.databases().map(|(name, config)| Project::new(folder, name, config)).collect()
    }

    /// Those that the command is about, in the order of the file.
    pub(crate) fn chosen(arguments: &Arguments) -> Result<Vec<Project>, Failure> {
        let folder = folder(&arguments.package)?;
        let file = ConfigFile::read(&folder)?;
        let (names, all) = (arguments.databases.names(), arguments.databases.all());
        if names.is_empty() {
            let config = file.database(None).map_err(|error| {
                Failure::new(error, "name one with `-n NAME`, or say `-n '*'` for all of them")
            })?;
            return Ok(vec![Project::new(&folder, None, config)]);
        }
        for name in names.iter().filter(|_| !all) {
            file.database(Some(name)).map_err(|error| {
                Failure::new(
                    error,
                    "`-n` takes the word after it as a name; `-n '*'` stands for all databases",
                )
            })?;
        }
        let is_chosen = |name: Option<&str>| all || names.iter().any(|wanted| name == Some(wanted));
        let chosen = file.databases().filter(|(name, _)| is_chosen(*name));
        let projects: Vec<Project> =
            chosen.map(|(name, config)| Project::new(&folder, name, config)).collect();
        if arguments.url.is_some() && projects.len() > 1 {
            let shown: Vec<String> = projects.iter().map(Project::shown).collect();
            return Err(Failure::new(
                format!("`--url` is one database, and these are {}: {}", projects.len(), shown.join(", ")),
                "name one of them with `-n NAME`",
            ));
        }
        Ok(projects)
    }

    fn new(folder: &Path, name: Option<&str>, config: &Config) -> Project {
        let databases = name.map(str::to_owned).into_iter().collect();
        Project {
            folder: folder.to_owned(),
            databases,
            config: config.clone(),
            locations: config.locations(folder),
            database: OnceLock::new(),
        }
    }

    /// What a person calls it.
    pub(crate) fn shown(&self) -> String {
        if self.databases.is_empty() { "(without a name)".to_owned() } else { self.databases.join(", ") }
    }

    /// The folder that new scripts and the lock are written to.
    pub(crate) fn first_location(&self) -> &Location {
        // `Config` refuses an empty list.
        &self.locations[0]
    }

    pub(crate) fn lock_file(&self) -> LockFile {
        LockFile::of(self.first_location())
    }

    /// Reads the scripts, and checks all but their SQL.
    pub(crate) fn scripts(&self) -> Result<ScriptDirectory, Failure> {
        self.read(&self.locations)
    }

    /// The scripts of the folders that exist already.
    pub(crate) fn scripts_that_are_there(&self) -> Result<ScriptDirectory, Failure> {
        let there: Vec<Location> =
            self.locations.iter().filter(|location| location.path.is_dir()).cloned().collect();
        self.read(&there)
    }

    fn read(&self, locations: &[Location]) -> Result<ScriptDirectory, Failure> {
        let file = self.lock_file();
        let lock = file.read().ok();
        match (ScriptDirectory::read(locations), lock) {
            (Ok(mut directory), lock) => {
                lock.iter().for_each(|lock| lock.trust(&mut directory));
                Ok(directory)
            }
            (Err(mut errors), lock) => {
                lock.iter().for_each(|lock| lock.blame_deletions(&file.shown(), &mut errors.0));
                Err(self.explain(&errors))
            }
        }
    }

    /// Reads the text that a file is to have.
    pub(crate) fn parse(&self, path: &str, text: String) -> Result<Script, Failure> {
        let source = text.clone();
        Script::parse(path, text)
            .map_err(|errors| Failure::scripts(&ScriptErrors(errors), |_| Some(source.clone())))
    }

    pub(crate) fn explain(&self, errors: &ScriptErrors) -> Failure {
        let mut errors = errors.clone();
        git::name_commits(&self.folder, &mut errors);
        Failure::scripts(&errors, |path| file::read_to_string(self.folder.join(path)).ok())
    }

    pub(crate) fn migrator(&self, directory: ScriptDirectory) -> Migrator {
        Migrator::new(directory, self.config.run_settings())
    }
}

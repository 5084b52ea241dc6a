//! The package that a command is about: where it is, what it configures, which scripts it has.

use std::path::{Path, PathBuf};

use alembic_core::Migrator;
use alembic_core::config::{CONFIG_FILE, Config, interpolate, location};
use alembic_core::script::{Location, LockFile, ScriptDirectory, ScriptErrors};

use crate::args::{Arguments, Package};
use crate::error::Failure;

/// A package with its configuration.
#[derive(Debug)]
pub(crate) struct Project {
    /// The folder of its Cargo.toml.
    pub(crate) folder: PathBuf,
    pub(crate) config: Config,
    pub(crate) locations: Vec<Location>,
}

impl Project {
    pub(crate) fn find(package: &Package) -> Result<Project, Failure> {
        let folder = folder(package)?;
        let config = Config::read(&folder)?;
        let locations = config.locations(&folder).into_iter();
        let locations = locations.map(|location| seen(location, &folder)).collect();
        Ok(Project { folder, config, locations })
    }

    /// What a file of the package is called where the command was called.
    pub(crate) fn seen(&self, name: &str) -> String {
        seen(location(&self.folder, name), &self.folder).shown
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
        ScriptDirectory::read(&self.locations).map_err(|mut errors| {
            let file = self.lock_file();
            if let Ok(lock) = file.read() {
                lock.blame_deletions(&file.shown(), &mut errors.0);
            }
            self.explain(&errors)
        })
    }

    pub(crate) fn explain(&self, errors: &ScriptErrors) -> Failure {
        Failure::scripts(errors, |path| self.source(path))
    }

    /// The text of a file of one of the folders, by what errors call it.
    pub(crate) fn source(&self, shown: &str) -> Option<String> {
        let path = self.locations.iter().find_map(|location| {
            let name = shown.strip_prefix(&location.shown)?.strip_prefix('/')?;
            Some(location.path.join(name))
        });
        std::fs::read_to_string(path?).ok()
    }

    pub(crate) fn migrator(&self, directory: ScriptDirectory) -> Migrator {
        let lock_timeout = std::time::Duration::from_secs(self.config.lock_timeout);
        Migrator::new(directory, self.config.transaction, lock_timeout)
    }

    /// The URL of the database: `--url`, `DATABASE_URL`, `.env`, `alembic.toml`.
    pub(crate) fn url(&self, arguments: &Arguments) -> Result<String, Failure> {
        self.find_url(arguments)?.ok_or_else(|| {
            Failure::new(
                "no database is configured",
                "give `--url`, set DATABASE_URL (in the environment or in .env), or set `url` in alembic.toml",
            )
        })
    }

    pub(crate) fn find_url(&self, arguments: &Arguments) -> Result<Option<String>, Failure> {
        if let Some(url) = &arguments.url {
            return Ok(Some(url.clone()));
        }
        let dotenv = self.dotenv()?;
        let variable = |name: &str| {
            let from_file = || dotenv.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            std::env::var(name).ok().or_else(from_file)
        };
        if let Some(url) = variable("DATABASE_URL").filter(|url| !url.is_empty()) {
            return Ok(Some(url));
        }
        let Some(url) = &self.config.url else {
            return Ok(None);
        };
        let url = interpolate(url, variable).map_err(|name| {
            Failure::new(
                format!("`url` in {CONFIG_FILE} needs the variable {name}, which is not set"),
                "set it in the environment or in .env",
            )
        })?;
        Ok(Some(self.anchor(url)))
    }

    /// A relative SQLite file in alembic.toml is relative to alembic.toml, wherever the command is run.
    fn anchor(&self, url: String) -> String {
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return url;
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() || path.starts_with([':', '/', '?']) || Path::new(path).is_absolute() {
            return url;
        }
        format!("sqlite://{}/{path}", self.folder.display())
    }

    /// The variables of the nearest `.env`, from the package's folder upwards.
    fn dotenv(&self) -> Result<Vec<(String, String)>, Failure> {
        let Some(path) =
            self.folder.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file())
        else {
            return Ok(Vec::new());
        };
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, "read", &error))?;
        let text = text.trim_start_matches('\u{feff}');
        let variables: Result<_, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
        variables.map_err(|error| {
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
            Failure::new(message, "correct it; a value with spaces or quotes stands in quotes")
        })
    }
}

fn seen(location: Location, package: &Path) -> Location {
    location.seen_from(&std::env::current_dir().unwrap_or_default(), package)
}

/// The folder of the package. Cargo itself is asked only where the nearest manifest does not say.
fn folder(package: &Package) -> Result<PathBuf, Failure> {
    let manifest = match &package.manifest_path {
        Some(path) => path.clone(),
        None => nearest_manifest()?,
    };
    let text =
        std::fs::read_to_string(&manifest).map_err(|error| Failure::file(&manifest, "read", &error))?;
    let is_package = text.lines().any(|line| line.trim_start().starts_with("[package]"));
    if package.package.is_none() && is_package {
        if text.lines().any(|line| line.trim() == "[workspace]")
            && let Some(member) = only_member_with_migrations(&manifest)
        {
            return Ok(member);
        }
        let folder = manifest.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        return std::path::absolute(folder).map_err(|error| Failure::file(folder, "find", &error));
    }
    ask_cargo(&manifest, package.package.as_deref())
}

fn nearest_manifest() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::file(Path::new("."), "find", &error))?;
    let found = here.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    found.ok_or_else(|| {
        Failure::new(
            format!("there is no Cargo.toml in {} or above it", here.display()),
            "run the command inside of a package, or give `--manifest-path`",
        )
    })
}

/// The one package that has migrations, in a workspace whose root is a package that has none.
fn only_member_with_migrations(root: &Path) -> Option<PathBuf> {
    let folder = root.parent()?;
    if is_set_up(folder) {
        return None;
    }
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(root).no_deps().exec().ok()?;
    let packages = metadata.workspace_packages();
    let folders = packages.iter().filter_map(|package| package.manifest_path.parent());
    let candidates: Vec<_> = folders.filter(|folder| is_set_up(folder.as_std_path())).collect();
    match candidates.as_slice() {
        [only] => Some(only.as_std_path().to_owned()),
        _ => None,
    }
}

fn is_set_up(folder: &Path) -> bool {
    folder.join(CONFIG_FILE).is_file() || folder.join("migrations").is_dir()
}

fn ask_cargo(manifest: &Path, name: Option<&str>) -> Result<PathBuf, Failure> {
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(manifest).no_deps().exec();
    let metadata = metadata.map_err(|error| Failure::plain(error.to_string().trim()))?;
    let packages = metadata.workspace_packages();
    let names = || packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match name {
        Some(name) => packages.iter().find(|package| package.name.as_str() == name).ok_or_else(|| {
            Failure::new(
                format!("the workspace has no package `{name}`"),
                &format!("its packages are {}", names()),
            )
        })?,
        None => {
            let has_migrations = |package: &&&cargo_metadata::Package| {
                package.manifest_path.parent().is_some_and(|folder| is_set_up(folder.as_std_path()))
            };
            let candidates: Vec<_> = packages.iter().filter(has_migrations).collect();
            match candidates.as_slice() {
                [only] => *only,
                _ => {
                    let help = format!("say which package with `-p`: {}", names());
                    return Err(Failure::new("the workspace has several packages", &help));
                }
            }
        }
    };
    Ok(found.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).unwrap_or_default())
}

//! `init`: prepares a package. Creates what is missing, and changes nothing that is there.

use std::path::Path;

use alembic_core::cli::{note, status};
use alembic_core::config::{CONFIG_FILE, ConfigFile};
use alembic_core::migrate::Database;
use alembic_core::script::{Location, LockFileError};
use alembic_core::sql::Dialect;

use crate::args::{Arguments, Driver, InitArgs};
use crate::config_template::{CONFIG, DEFAULT_FOLDER};
use crate::error::Failure;
use crate::manifest::Manifest;
use crate::project::{self, Project};
use crate::{file, git_files};

const BUILD_SCRIPT: &str = "fn main() {\n    alembic::build::migrations();\n}\n";

pub(crate) fn run(arguments: &Arguments, args: &InitArgs) -> Result<(), Failure> {
    // Everything that can fail is tried before the first file is written.
    let folder = project::folder(&arguments.package)?;
    let config = config(args);
    let file = config_file(&folder, &config)?;
    let projects = Project::all(&folder, &file);
    check_directory(args, &projects)?;
    let mut manifest = Manifest::read(&folder.join("Cargo.toml"))?;
    let source = manifest.source()?;
    let databases: Vec<Option<Database>> =
        projects.iter().map(|project| project.find_database(arguments)).collect::<Result<_, _>>()?;
    let databases: Vec<Database> = databases.into_iter().flatten().collect();
    let drivers = drivers(args, &databases, &manifest);
    let mut directories = Vec::new();
    for project in &projects {
        let lock = project.lock_file();
        lock.read()?;
        directories.push(project.scripts_that_are_there()?);
        if arguments.locked && !lock.exists() {
            let change = "it would be created".to_owned();
            return Err(LockFileError::Locked { path: lock.shown(), change }.into());
        }
    }

    create(&folder, CONFIG_FILE, &config)?;
    for (project, directory) in projects.iter().zip(&directories) {
        for location in &project.locations {
            create_folder(location)?;
        }
        let (first, others) = (project.first_location(), &project.locations[1..]);
        let lock = project.lock_file();
        let verb = if lock.exists() { "Kept" } else { "Created" };
        if !arguments.locked {
            lock.update(|lock| crate::seal::list(lock, project, directory))?;
        }
        status(verb, lock.shown());
        git_files::attribute(first, &[git_files::MERGED_LOCK, git_files::LINE_ENDS])?;
        for other in others {
            git_files::attribute(other, &[git_files::LINE_ENDS])?;
        }
    }

    git_files::ignore(&folder, drivers.contains(&Driver::Sqlite))?;

    let build = manifest.build_script();
    let build_path = folder.join(&build);
    if build_path.exists() {
        let text =
            file::read_to_string(&build_path).map_err(|error| Failure::file(&build_path, "read", &error))?;
        status("Kept", &build);
        if !text.contains("alembic::build::migrations") {
            note(format!("add the line `alembic::build::migrations();` to `main` in {build}"));
        }
    } else {
        create(&folder, &build, BUILD_SCRIPT)?;
    }
    let features: Vec<&str> = drivers.iter().map(|driver| driver.feature()).collect();
    let added = [
        manifest.depend("dependencies", &source, &features),
        manifest.depend("build-dependencies", &source, &["build"]),
    ];
    if added.contains(&true) {
        manifest.write()?;
        status("Changed", format!("Cargo.toml (alembic with {})", features.join(", ")));
    } else {
        status("Kept", "Cargo.toml");
    }
    if databases.is_empty() {
        note(format!("no database is configured yet: set DATABASE_URL, or `url` in {CONFIG_FILE}"));
    }
    if manifest.features_of("sqlx").is_empty() {
        note("a service chooses runtime and TLS itself: `cargo add sqlx --features runtime-tokio,…`");
    }
    note("next: `cargo alembic revision -m \"create users\"`, write its SQL, `cargo alembic upgrade`");
    Ok(())
}

/// The settings of the package: those of its file, also if that is a link to nothing, else those that will be written.
fn config_file(folder: &Path, config: &str) -> Result<ConfigFile, Failure> {
    let path = folder.join(CONFIG_FILE);
    let is_there = path.exists() || path.is_symlink();
    Ok(if is_there { ConfigFile::read(folder)? } else { ConfigFile::parse(config)? })
}

/// The configuration with the folder that was asked for.
fn config(args: &InitArgs) -> String {
    match &args.directory {
        Some(directory) => {
            let setting = format!("migrations = {}", toml_edit::Value::from(directory.as_str()));
            CONFIG.replacen(DEFAULT_FOLDER, &setting, 1)
        }
        None => CONFIG.to_owned(),
    }
}

/// An `alembic.toml` that is there already may name another folder.
fn check_directory(args: &InitArgs, projects: &[Project]) -> Result<(), Failure> {
    let Some(directory) = &args.directory else { return Ok(()) };
    let wanted = directory.trim_end_matches('/');
    let mut locations = projects.iter().flat_map(|project| &project.locations);
    if locations.clone().any(|location| location.shown == wanted) {
        return Ok(());
    }
    let named: Vec<&str> = locations.by_ref().map(|location| location.shown.as_str()).collect();
    Err(Failure::new(
        format!("{CONFIG_FILE} is there, and its migrations are in {}", named.join(", ")),
        &format!("set `migrations = {wanted:?}` in it, and run `cargo alembic init` once more"),
    ))
}

fn create_folder(location: &Location) -> Result<(), Failure> {
    let verb = if location.path.is_dir() { "Kept" } else { "Created" };
    std::fs::create_dir_all(&location.path)
        .map_err(|error| Failure::file(&location.path, "create", &error))?;
    status(verb, format!("{}/", location.shown));
    Ok(())
}

fn create(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    match file::create(&path, text) {
        Ok(()) => status("Created", name),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => status("Kept", name),
        Err(error) => return Err(Failure::file(&path, "write", &error)),
    }
    Ok(())
}

impl Driver {
    fn dialect(self) -> Dialect {
        match self {
            Driver::Sqlite => Dialect::Sqlite,
            Driver::Postgres => Dialect::Postgresql,
            Driver::Mysql => Dialect::Mysql,
        }
    }

    fn feature(self) -> &'static str {
        match self {
            Driver::Sqlite => "sqlite",
            Driver::Postgres => "postgres",
            Driver::Mysql => "mysql",
        }
    }
}

/// The drivers that the service needs, as far as the package tells.
fn drivers(args: &InitArgs, databases: &[Database], manifest: &Manifest) -> Vec<Driver> {
    if !args.database.is_empty() {
        return args.database.clone();
    }
    let by_url: Vec<Dialect> = databases.iter().filter_map(|database| database.dialect().ok()).collect();
    let sqlx = manifest.features_of("sqlx");
    let mut drivers: Vec<Driver> = [Driver::Sqlite, Driver::Postgres, Driver::Mysql]
        .into_iter()
        .filter(|driver| {
            by_url.contains(&driver.dialect()) || sqlx.iter().any(|feature| feature == driver.feature())
        })
        .collect();
    if drivers.is_empty() {
        drivers.push(Driver::Sqlite);
    }
    drivers
}

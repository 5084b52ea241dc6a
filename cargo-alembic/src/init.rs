//! `init`: prepares a package. Creates what is missing, and changes nothing that is there.

use std::path::Path;

use alembic_core::cli::{note, status};
use alembic_core::config::CONFIG_FILE;
use alembic_core::script::{LOCK_FILE, LockFileError};

use crate::args::{Arguments, Driver, InitArgs};
use crate::config_template::CONFIG;
use crate::error::Failure;
use crate::manifest::{Manifest, Source};
use crate::project::Project;

const BUILD_SCRIPT: &str = "fn main() {\n    alembic::build::migrations();\n}\n";

/// Two branches that add revisions at the same place of the lock are no conflict: it takes the lines of both.
const GIT_ATTRIBUTES: &str = "alembic.lock merge=union\n";

pub(crate) fn run(project: &Project, arguments: &Arguments, args: &InitArgs) -> Result<(), Failure> {
    // Everything that can fail is tried before the first file is written.
    let mut manifest = Manifest::read(&project.folder.join("Cargo.toml"))?;
    let source = Source::find()?;
    let url = project.find_url(arguments)?;
    let drivers = drivers(args, url.as_deref(), &manifest);
    let location = project.first_location();
    let lock = project.lock_file();
    lock.read()?;
    let directory = if location.path.is_dir() { Some(project.scripts()?) } else { None };
    if arguments.locked && !lock.exists() {
        let change = "it would be created".to_owned();
        return Err(LockFileError::Locked { path: lock.shown(), change }.into());
    }

    create(&project.folder.join(CONFIG_FILE), &project.seen(CONFIG_FILE), CONFIG)?;
    if location.path.is_dir() {
        status("Kept", format!("{}/", location.shown));
    } else {
        std::fs::create_dir_all(&location.path)
            .map_err(|error| Failure::file(&location.path, "create", &error))?;
        status("Created", format!("{}/", location.shown));
    }
    let verb = if lock.exists() { "Kept" } else { "Created" };
    if !arguments.locked {
        lock.update(|lock| {
            if let Some(directory) = &directory {
                crate::seal::list(lock, project, directory);
            }
        })?;
    }
    status(verb, format!("{}/{LOCK_FILE}", location.shown));

    let attributes = format!("{}/.gitattributes", location.shown);
    create(&location.path.join(".gitattributes"), &attributes, GIT_ATTRIBUTES)?;

    let build = manifest.build_script();
    let build_path = project.folder.join(&build);
    if build_path.exists() {
        let text = std::fs::read_to_string(&build_path)
            .map_err(|error| Failure::file(&build_path, "read", &error))?;
        status("Kept", project.seen(&build));
        if !text.contains("alembic::build::migrations") {
            note(format!("add the line `alembic::build::migrations();` to `main` in {build}"));
        }
    } else {
        create(&build_path, &project.seen(&build), BUILD_SCRIPT)?;
    }
    let features: Vec<&str> = drivers.iter().map(|driver| driver.feature()).collect();
    let added = [
        manifest.depend("dependencies", &source, &features),
        manifest.depend("build-dependencies", &source, &["build"]),
    ];
    if added.contains(&true) {
        manifest.write()?;
        let manifest = project.seen("Cargo.toml");
        status("Changed", format!("{manifest} (alembic with {})", features.join(", ")));
    } else {
        status("Kept", project.seen("Cargo.toml"));
    }
    if url.is_none() {
        note(format!("no database is configured yet: set DATABASE_URL, or `url` in {CONFIG_FILE}"));
    }
    if manifest.features_of("sqlx").is_empty() {
        note("a service chooses runtime and TLS itself: `cargo add sqlx --features runtime-tokio,…`");
    }
    note("next: `cargo alembic revision -m \"create users\"`, write its SQL, `cargo alembic upgrade`");
    Ok(())
}

fn create(path: &Path, shown: &str, text: &str) -> Result<(), Failure> {
    match std::fs::File::create_new(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
    {
        Ok(()) => status("Created", shown),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => status("Kept", shown),
        Err(error) => return Err(Failure::file(path, "write", &error)),
    }
    Ok(())
}

impl Driver {
    fn feature(self) -> &'static str {
        match self {
            Driver::Sqlite => "sqlite",
            Driver::Postgres => "postgres",
            Driver::Mysql => "mysql",
        }
    }
}

/// The drivers that the service needs, as far as the package tells.
fn drivers(args: &InitArgs, url: Option<&str>, manifest: &Manifest) -> Vec<Driver> {
    if !args.database.is_empty() {
        return args.database.clone();
    }
    let by_url = url.and_then(|url| match url.split([':', '+']).next() {
        Some("postgres" | "postgresql") => Some(Driver::Postgres),
        Some("mysql" | "mariadb") => Some(Driver::Mysql),
        Some("sqlite") => Some(Driver::Sqlite),
        _ => None,
    });
    let sqlx = manifest.features_of("sqlx");
    let mut drivers: Vec<Driver> = [Driver::Sqlite, Driver::Postgres, Driver::Mysql]
        .into_iter()
        .filter(|driver| by_url == Some(*driver) || sqlx.iter().any(|feature| feature == driver.feature()))
        .collect();
    if drivers.is_empty() {
        drivers.push(Driver::Sqlite);
    }
    drivers
}

//! The models of a package: where its configuration says that they are, read without compiling.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use alembic_core::cli::note;
use alembic_core::config::{ModelSettings, ModelSource};
use alembic_core::models::{
    Declaration, ModelErrors, Package, Sources, Unread, diesel_schema, rust_models, sea_orm_entities,
    sql_schema,
};
use alembic_core::sql::Dialect;
use cargo_metadata::{MetadataCommand, TargetKind};

use crate::error::Failure;
use crate::file;
use crate::project::Project;

/// What the database should look like.
pub(crate) fn declaration(project: &Project, dialect: Dialect) -> Result<Declaration, Failure> {
    let settings = &project.config.models;
    if settings.source == ModelSource::Sql {
        let file = settings.file.as_deref().unwrap_or(ModelSettings::SQL_FILE);
        let read = sql_schema(&project.folder.join(file), file, dialect);
        let read = read.map_err(|errors| explain(&project.folder, &errors))?;
        return match &read {
            Declaration::Script(script) if script.statements.is_empty() => {
                Err(Failure::new(format!("{file} holds no statement"), "every table would be dropped"))
            }
            _ => Ok(read),
        };
    }
    let sources = Sources { dialect: Some(dialect), ..sources(project, settings)? };
    let naming = &project.config.naming;
    let declared = match settings.source {
        ModelSource::Diesel => diesel_schema(&sources),
        ModelSource::SeaOrm => sea_orm_entities(&sources),
        _ => rust_models(&sources, naming),
    };
    let declared = declared.map_err(|errors| explain(&sources.folder, &errors))?;
    if let Declaration::Schema { unread, .. } = &declared {
        unread.iter().filter(|own| matches!(own, Unread::File { .. })).for_each(note);
    }
    match &declared {
        Declaration::Schema { schema, .. } if schema.tables.is_empty() => Err(none(project, settings)),
        _ => Ok(declared),
    }
}

fn explain(folder: &Path, errors: &ModelErrors) -> Failure {
    Failure::models(errors, |path| file::read_to_string(folder.join(path)).ok())
}

/// Without any model every table would be dropped: that is hardly what is meant.
fn none(project: &Project, settings: &ModelSettings) -> Failure {
    let (what, other) = match settings.source {
        ModelSource::SeaOrm => ("entities that derive `DeriveEntityModel`", ""),
        ModelSource::Diesel => ("`table!`", ""),
        ModelSource::Rust | ModelSource::Sql => (
            "structs that derive `alembic::Table`",
            ", or let `models` in alembic.toml say where else the tables are described: SeaORM's entities, Diesel's \
             `schema.rs`, or a file of SQL",
        ),
    };
    let place = settings.file.as_deref().map_or_else(|| project.folder.display().to_string(), str::to_owned);
    let help = format!(
        "write one{other}; `models.packages` names other packages that hold them, and `cargo alembic inspect --models` \
         writes those of a database that is there"
    );
    Failure::new(project.config.error("models", format!("there are no {what} in {place}")), &help)
}

/// The source to read: of this package, and of those that the configuration names.
fn sources(project: &Project, settings: &ModelSettings) -> Result<Sources, Failure> {
    let manifest = project.folder.join("Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(&manifest).no_deps().exec();
    let metadata = metadata.map_err(|error| Failure::plain(error.to_string().trim()))?;
    let members = metadata.workspace_packages();
    let folder = std::fs::canonicalize(&project.folder).unwrap_or_else(|_| project.folder.clone());
    let own = members.iter().find(|package| {
        let manifest = package.manifest_path.parent().map(|folder| folder.as_std_path());
        manifest.is_some_and(|other| std::fs::canonicalize(other).is_ok_and(|other| other == folder))
    });
    let own = own.ok_or_else(|| Failure::plain(format!("cargo knows no package in {}", folder.display())))?;
    let mut manifests: Vec<&cargo_metadata::Package> = vec![own];
    let mut packages = vec![match &settings.file {
        Some(file) => {
            let path = project.folder.join(file);
            if !path.is_file() {
                let reason = format!("`models`: there is no file {file}");
                return Err(Failure::new(
                    project.config.error("models", reason),
                    "the path is relative to alembic.toml",
                ));
            }
            let Package { name, renames, .. } = package(own, &members);
            Package { name, renames, library: Some(path), ..Package::default() }
        }
        None => package(own, &members),
    }];
    for name in &settings.packages {
        let found = members.iter().find(|package| package.name.as_str() == name);
        let found = found.ok_or_else(|| {
            let names: Vec<&str> = members.iter().map(|package| package.name.as_str()).collect();
            Failure::new(
                project
                    .config
                    .error("models", format!("`models.packages`: the workspace has no package `{name}`")),
                &format!("its packages are {}", names.join(", ")),
            )
        })?;
        packages.push(package(found, &members));
        manifests.push(found);
    }
    let features =
        settings.features.as_ref().map(|features| enabled(features, &manifests, project)).transpose()?;
    let folder = match packages.len() {
        1 => project.folder.clone(),
        _ => metadata.workspace_root.into_std_path_buf(),
    };
    Ok(Sources { folder, packages, features, dialect: None, filter: project.config.compared_tables() })
}

/// The features that are on where these are, in any of the packages.
fn enabled(
    features: &[String],
    packages: &[&cargo_metadata::Package],
    project: &Project,
) -> Result<BTreeSet<String>, Failure> {
    let known: BTreeSet<&str> =
        packages.iter().flat_map(|package| package.features.keys()).map(String::as_str).collect();
    if let Some(unknown) = features.iter().find(|own| !known.contains(own.as_str())) {
        let reason = format!("`models.features`: no package that is read has the feature `{unknown}`");
        let known: Vec<&str> = known.into_iter().collect();
        let help = match known.as_slice() {
            [] => "they have none".to_owned(),
            known => format!("they have {}", known.join(", ")),
        };
        return Err(Failure::new(project.config.error("models", reason), &help));
    }
    let mut enabled = BTreeSet::new();
    let mut next = features.to_vec();
    while let Some(feature) = next.pop() {
        let others = packages.iter().filter_map(|package| package.features.get(&feature)).flatten();
        // `dep:name` turns on no feature; `name/feature` and `name?/feature` one of another package.
        let others = others.filter(|other| !other.starts_with("dep:"));
        let others: Vec<String> =
            others.map(|other| other.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        if enabled.insert(feature) {
            next.extend(others);
        }
    }
    Ok(enabled)
}

/// The name of the library of a package.
fn library_name(package: &cargo_metadata::Package) -> String {
    library(package).map_or_else(|| package.name.replace('-', "_"), |library| library.name.clone())
}

/// The dependencies that have another name in the code than their library.
fn renames(
    package: &cargo_metadata::Package,
    members: &[&cargo_metadata::Package],
) -> BTreeMap<String, String> {
    let renamed = package.dependencies.iter().filter_map(|dependency| {
        let rename = dependency.rename.as_ref()?.replace('-', "_");
        let member = members.iter().find(|member| member.name.as_str() == dependency.name);
        Some((
            rename,
            member.map_or_else(|| dependency.name.replace('-', "_"), |member| library_name(member)),
        ))
    });
    renamed.collect()
}

fn library(package: &cargo_metadata::Package) -> Option<&cargo_metadata::Target> {
    let is_library = |kind: &TargetKind| {
        !matches!(
            kind,
            TargetKind::Bin
                | TargetKind::Example
                | TargetKind::Test
                | TargetKind::Bench
                | TargetKind::CustomBuild
        )
    };
    package.targets.iter().find(|target| target.kind.iter().any(is_library))
}

/// The roots of a package: its library, and its programs.
fn package(package: &cargo_metadata::Package, members: &[&cargo_metadata::Package]) -> Package {
    let path = |target: &cargo_metadata::Target| -> PathBuf { target.src_path.clone().into_std_path_buf() };
    let library = library(package).map(path);
    let is_program = |target: &&cargo_metadata::Target| target.kind.contains(&TargetKind::Bin);
    let programs: Vec<PathBuf> = package.targets.iter().filter(is_program).map(path).collect();
    let folder = library.iter().chain(&programs).next().and_then(|root| root.parent()).map(Path::to_owned);
    Package { name: library_name(package), library, programs, renames: renames(package, members), folder }
}

//! Rust source and the schema that it describes.

mod attributes;
mod conditions;
mod enums;
mod files;
mod mistakes;
mod types;

use super::{Package, Sources, rust_models};
use crate::models::Declaration;
use crate::models::sketch::sketch;
use crate::schema::NamingConvention;

/// Files in a temporary folder. A package is a folder with a `lib.rs` or a `main.rs`.
pub(in crate::models) fn sources(files: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let mut packages: Vec<Package> = Vec::new();
    for (name, _) in files {
        let (before, file) = name.rsplit_once('/').unwrap_or(("", name));
        let package_name = before.trim_end_matches("/src").rsplit('/').next().unwrap_or_default();
        let package_name = if package_name == "src" { "app" } else { package_name };
        if !["lib.rs", "main.rs"].contains(&file) {
            continue;
        }
        let path = folder.path().join(name);
        let known = packages.iter_mut().find(|package| package.name == package_name);
        let package = match known {
            Some(package) => package,
            None => {
                packages.push(Package { name: package_name.into(), ..Package::default() });
                packages.last_mut().expect("just added")
            }
        };
        match file {
            "lib.rs" => package.library = Some(path),
            _ => package.programs.push(path),
        }
    }
    let sources = Sources { folder: folder.path().to_owned(), packages, ..Sources::default() };
    (folder, sources)
}

/// The schema of files, or the mistakes in them.
pub(super) fn read_files(files: &[(&str, &str)]) -> String {
    let (_folder, sources) = sources(files);
    match rust_models(&sources, &NamingConvention::default()) {
        Ok(Declaration::Schema { schema, .. }) => sketch(&schema),
        Ok(Declaration::Script(_)) => "a script\n".into(),
        Err(errors) => format!("{errors}\n"),
    }
}

/// The same for one file.
pub(super) fn read(text: &str) -> String {
    read_files(&[("src/lib.rs", text)])
}

/// Compares. What is expected may begin with a line end and be indented as the test is.
#[track_caller]
pub(super) fn check(source: &str, expected: &str) {
    assert_eq!(
        read(&format!("use alembic::{{Enum, Newtype, Table}};\n{source}")),
        unindent(expected),
        "{source}"
    );
}

pub(in crate::models) fn unindent(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let indents = lines.clone().map(|line| line.len() - line.trim_start().len());
    let indent = if text.starts_with('\n') { indents.min().unwrap_or(0) } else { 0 };
    lines.map(|line| format!("{}\n", &line[indent..])).collect()
}

//! Scripts of a test, written in a line each.

use std::path::Path;

/// A script: id, parents, and what stands below its header.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    /// `Revision:`
    pub id: &'a str,
    /// `Revises:`
    pub revises: &'a str,
    /// Everything from the first section on.
    pub body: String,
}

impl<'a> Script<'a> {
    /// A script with one section for each direction.
    #[must_use]
    pub fn new(id: &'a str, revises: &'a str, upgrade: &str, downgrade: &str) -> Script<'a> {
        let body = format!("-- alembic: upgrade\n{upgrade}\n\n-- alembic: downgrade\n{downgrade}\n");
        Script { id, revises, body }
    }

    /// A script with sections as given.
    #[must_use]
    pub fn with_body(id: &'a str, revises: &'a str, body: &str) -> Script<'a> {
        Script { id, revises, body: body.to_owned() }
    }

    /// The name of its file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.sql", self.id)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        let Script { id, revises, body } = self;
        format!("-- Revision {id} of a test\n--\n-- Revision: {id}\n-- Revises: {revises}\n\n{body}")
    }
}

/// Writes scripts into a folder, which is made.
///
/// # Panics
/// Where the folder cannot be written.
pub fn write_scripts(folder: &Path, scripts: &[Script<'_>]) {
    std::fs::create_dir_all(folder).expect("a folder");
    for script in scripts {
        std::fs::write(folder.join(script.file_name()), script.text()).expect("a script");
    }
}

//! Migrators from scripts that are written in the test.

use alembic::Migrator;
use alembic::config::{Config, RunSettings, TransactionMode, VersionTable, location};
use alembic::script::ScriptDirectory;
use alembic_testing::{Script, TestDatabase, write_scripts};

/// A migrator for these scripts.
pub(crate) fn migrator(scripts: &[Script<'_>]) -> Migrator {
    migrator_with(scripts, TransactionMode::Run)
}

pub(crate) fn migrator_with(scripts: &[Script<'_>], mode: TransactionMode) -> Migrator {
    migrator_of(scripts, RunSettings { transaction: mode, ..Config::default().run_settings() })
}

/// A migrator whose version table has another name, and perhaps a schema.
pub(crate) fn migrator_in(
    scripts: &[Script<'_>],
    name: &'static str,
    schema: Option<&'static str>,
) -> Migrator {
    let version_table = VersionTable { name: name.into(), schema: schema.map(Into::into) };
    migrator_of(scripts, RunSettings { version_table, ..Config::default().run_settings() })
}

pub(crate) fn migrator_of(scripts: &[Script<'_>], settings: RunSettings) -> Migrator {
    let folder = tempfile::tempdir().expect("a folder");
    write_scripts(folder.path(), scripts);
    let mut place = location(folder.path(), "");
    place.shown = "migrations".to_owned();
    let directory = ScriptDirectory::read(&[place]).unwrap_or_else(|errors| panic!("{errors}"));
    Migrator::new(directory, settings)
}

/// A chain of revisions `r1`, `r2`, …: each makes a table of its own.
pub(crate) fn chain(length: usize) -> Vec<Script<'static>> {
    const IDS: [&str; 9] = ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"];
    let script = |index: usize| {
        let parent = if index == 0 { "" } else { IDS[index - 1] };
        let id = IDS[index];
        let upgrade =
            format!("CREATE TABLE t_{id} (id INTEGER PRIMARY KEY);\nINSERT INTO t_{id} VALUES (1);");
        Script::new(id, parent, &upgrade, &format!("DROP TABLE t_{id};"))
    };
    (0..length).map(script).collect()
}

/// The names of the tables that revisions of a chain make.
pub(crate) fn tables(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| format!("t_{id}")).collect()
}

/// The ids of what a run did.
pub(crate) fn done(report: &alembic::migrate::Report) -> Vec<&str> {
    report.done.iter().map(|done| done.revision.as_str()).collect()
}

/// Upgrades, and fails the test where that fails.
pub(crate) async fn upgrade(migrator: &Migrator, database: &TestDatabase) -> alembic::migrate::Report {
    migrator.upgrade(database.url.as_str()).await.unwrap_or_else(|error| panic!("{error}"))
}

//! `check`: whether the database is what the models say. For CI.

use std::mem::ManuallyDrop;

use alembic_core::autogenerate::{Change, Difference};
use alembic_core::cli::{note, print, print_json, print_names, status};
use alembic_core::revision::Direction;
use serde::Serialize;

use crate::args::{Arguments, CheckArgs};
use crate::autogenerate::{compared, not_written, note_unread, unmanaged};
use crate::error::Failure;
use crate::project::Project;

/// What `check --json` prints.
#[derive(Serialize)]
struct Report {
    ok: bool,
    dialect: &'static str,
    differences: Vec<Change>,
    /// What is left alone: no model has it, and no revision creates it.
    unmanaged: Vec<String>,
    /// What differs, and no statement of ours changes.
    unwritten: Vec<String>,
}

pub(crate) async fn check(project: &Project, arguments: &Arguments, args: &CheckArgs) -> Result<(), Failure> {
    let migrator = project.migrator(project.scripts()?);
    let how = (args.scratch, args.scratch_url.as_deref(), &[][..]);
    // The process ends with this command: to free both schemas one by one would take a tenth of its time.
    let comparison = ManuallyDrop::new(compared(project, arguments, &migrator, how, &[]).await?);
    let difference = comparison.difference();
    let unmanaged = unmanaged(project, &comparison);
    let unwritten = comparison.unwritten();
    if args.json {
        let differences = difference.changes();
        print_json(
            "check",
            Report {
                ok: differences.is_empty() && unwritten.is_empty() && (unmanaged.is_empty() || !args.strict),
                dialect: difference.dialect.name(),
                differences,
                unmanaged: unmanaged.clone(),
                unwritten: unwritten.clone(),
            },
        )?;
    } else if args.diff {
        print(&sql(&difference)?)?;
    } else {
        print_names(
            &difference.changes().iter().map(|change| format!("{}\n", change.what)).collect::<String>(),
        )?;
    }
    note_unread(&comparison, &difference);
    let what = if args.scratch { "what the scripts make" } else { "the database" };
    if !unmanaged.is_empty() {
        let left = format!("no model has {}, and no revision creates it", unmanaged.join(", "));
        if args.strict && difference.is_empty() {
            let help = "`cargo alembic revision --autogenerate --drop TABLE` drops a table; `unmanaged` of `tables` in \
                        alembic.toml says that it may be there";
            return Err(Failure::new(left, help));
        }
        note(format!("{left}: it is left alone"));
    }
    if difference.is_empty() && !unwritten.is_empty() {
        return Err(not_written(&unwritten));
    }
    if difference.is_empty() {
        status("Checked", format!("{what} is what the models say"));
        return Ok(());
    }
    let count = match difference.changes().len() {
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    Err(Failure::new(
        format!("{what} is not what the models say: {count}"),
        "`cargo alembic revision --autogenerate -m \"…\"` writes the revision that makes it so",
    ))
}

fn sql(difference: &Difference) -> Result<String, Failure> {
    difference.sql(difference.dialect, Direction::Upgrade).map_err(Failure::plain)
}

//! `revision --from-dump`: the output of a dump program as the sections of a new script.

use std::path::Path;

use alembic_core::cli::note;
use alembic_core::sql::{Dump, DumpError};

use crate::error::Failure;
use crate::file;
use crate::project::Project;

/// The sections of a script that creates what a dump creates. What a script cannot have as the dump has it is listed.
pub(crate) fn sections(project: &Project, file: &Path) -> Result<String, Failure> {
    let bytes = file::read(file).map_err(|error| Failure::file(file, "read", &error))?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Failure::new(
            format!("{} is not UTF-8", file.display()),
            "dump binary columns as hexadecimal digits (`mysqldump --hex-blob`), and text as UTF-8: `pg_dump \
             --encoding=UTF8`, `mysqldump --default-character-set=utf8mb4`",
        ));
    };
    let table = project.config.run_settings().version_table;
    let own = [table.name.clone(), table.history(), table.lease()];
    let own: Vec<&str> = own.iter().map(AsRef::as_ref).collect();
    let dump = Dump::read(&text, &own).map_err(|DumpError { line, reason, help }| {
        let place = if line == 0 { String::new() } else { format!(":{line}") };
        Failure::new(format!("{}{place}: {reason}", file.display()), &help)
    })?;
    for change in &dump.changes {
        note(format!("{} ({})", change.what, lines(&change.lines)));
    }
    Ok(format!("-- alembic: upgrade {}\n{}\n-- alembic: irreversible\n", dump.dialect, dump.sql))
}

/// The first of many lines.
fn lines(lines: &[usize]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(ToString::to_string).collect();
    let word = if lines.len() == 1 { "line" } else { "lines" };
    match lines.len().saturating_sub(SHOWN) {
        0 => format!("{word} {}", shown.join(", ")),
        more => format!("{word} {} and {more} more", shown.join(", ")),
    }
}

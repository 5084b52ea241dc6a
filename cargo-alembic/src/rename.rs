//! Renames: told on the command line or by the models, asked for on a terminal, and never guessed.

use alembic_core::autogenerate::{Comparison, Difference, UnknownRename};
use alembic_core::config::ModelSource;
use alembic_core::operation::{ProbableRename, Renamed};

use crate::args::AutogenerateArgs;
use crate::ask;
use crate::error::Failure;
use crate::project::Project;

/// The difference, after everything was told or asked that looks like a rename.
pub(crate) fn settle(
    project: &Project,
    comparison: &mut Comparison,
    args: &AutogenerateArgs,
) -> Result<Difference, Failure> {
    tell(comparison, &args.rename)?;
    // What a person said was not renamed.
    let mut declined: Vec<Renamed> = Vec::new();
    loop {
        let difference = comparison.difference();
        let open = difference.probable_renames.iter().filter(|rename| !declined.contains(&rename.what));
        let open: Vec<&ProbableRename> = open.collect();
        let Some(first) = open.first().filter(|_| !args.no_rename) else { return Ok(difference) };
        if !ask::is_possible() {
            return Err(refused(project, &args.rename, &open));
        }
        let (old, _) = names(&first.what);
        let same: Vec<&Renamed> =
            open.iter().map(|rename| &rename.what).filter(|what| names(what).0 == old).collect();
        let mut answers: Vec<String> =
            same.iter().map(|what| format!("it is {} now", names(what).1)).collect();
        answers.push("it is dropped".to_owned());
        let answer = ask::which(&format!("{old} is gone: what became of it"), &answers)?;
        match same.get(answer) {
            Some(renamed) => {
                let renamed = (*renamed).clone();
                comparison.rename(&renamed);
            }
            None => declined.extend(same.into_iter().cloned()),
        }
    }
}

/// Tells what the command line says, in any order: a column may be that of a table which is renamed itself.
fn tell(comparison: &mut Comparison, renames: &[String]) -> Result<(), Failure> {
    let mut open: Vec<&String> = renames.iter().collect();
    while !open.is_empty() {
        let before = open.len();
        let mut first = None;
        open.retain(|rename| match tell_one(comparison, rename) {
            Ok(()) => false,
            Err(error) => {
                first.get_or_insert(error);
                true
            }
        });
        if let Some(error) = first.filter(|_| open.len() == before) {
            let help = "`--rename` takes a table, `table.column`, an enum or `enum.value`, and the new name alone; what is in \
                        another schema now is named with it";
            return Err(Failure::new(error, help));
        }
    }
    Ok(())
}

/// Tells one. A name may have an equals sign in it.
fn tell_one(comparison: &mut Comparison, rename: &str) -> Result<(), UnknownRename> {
    let mut first = None;
    for (place, _) in rename.match_indices('=') {
        let (from, to) = (rename[..place].trim(), rename[place + 1..].trim());
        match comparison.rename_in_words(from, to) {
            Ok(_) => return Ok(()),
            Err(error) => drop(first.get_or_insert(error)),
        }
    }
    first.map_or(Ok(()), Err)
}

/// Nobody can be asked: what to write, after what is written already.
fn refused(project: &Project, told: &[String], open: &[&ProbableRename]) -> Failure {
    let mut seen: Vec<String> = Vec::new();
    let mut questions = Vec::new();
    let mut arguments: Vec<String> = told.iter().map(|rename| argument(rename)).collect();
    for ProbableRename { what, score } in open {
        let (old, new) = names(what);
        questions.push(format!("{old} to {new} ({score} %)"));
        // Each thing has one name, before and after.
        if !seen.contains(&old) && !seen.contains(&new) {
            arguments.push(argument(&format!("{old}={}", new_name(what))));
            seen.extend([old, new]);
        }
    }
    let attribute = match project.config.models.source {
        ModelSource::Rust => ", or for good with `renamed_from = \"…\"` in the model",
        _ => "",
    };
    Failure::new(
        format!("this may have been renamed: {}", questions.join(", ")),
        &format!(
            "nothing was written; say what was renamed, `{}`{attribute}; or say that nothing was: `--no-rename`",
            arguments.join(" ")
        ),
    )
}

/// The option, as a shell takes it.
fn argument(rename: &str) -> String {
    format!("--rename '{}'", rename.replace('\'', "'\\''"))
}

/// The new name, as `--rename` takes it.
fn new_name(renamed: &Renamed) -> String {
    match renamed {
        Renamed::Table { from, to } | Renamed::Enum { from, to } if from.schema == to.schema => {
            to.name.clone()
        }
        Renamed::Table { to, .. } | Renamed::Enum { to, .. } => to.to_string(),
        Renamed::Column { to, .. } | Renamed::EnumValue { to, .. } => to.clone(),
    }
}

/// The old and the new name, as `--rename` takes the old one.
fn names(renamed: &Renamed) -> (String, String) {
    match renamed {
        Renamed::Table { from, to } | Renamed::Enum { from, to } => (from.to_string(), to.to_string()),
        Renamed::Column { table, from, to } => (format!("{table}.{from}"), format!("{table}.{to}")),
        Renamed::EnumValue { name, from, to } => (format!("{name}.{from}"), format!("{name}.{to}")),
    }
}

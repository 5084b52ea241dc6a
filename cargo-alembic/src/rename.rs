//! Renames: told on the command line or by the models, asked for on a terminal, and never guessed.

use alembic_core::autogenerate::{Comparison, Difference};
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
    for (from, to) in &args.rename {
        let help = "`--rename` takes a table, `table.column` or `enum.value`, and the new name alone";
        comparison.rename_in_words(from, to).map_err(|error| Failure::new(error, help))?;
    }
    // What a person said was not renamed.
    let mut declined: Vec<Renamed> = Vec::new();
    loop {
        let difference = comparison.difference();
        let open = difference.probable_renames.iter().filter(|rename| !declined.contains(&rename.what));
        let open: Vec<&ProbableRename> = open.collect();
        let Some(first) = open.first().filter(|_| !args.no_rename) else { return Ok(difference) };
        if !ask::is_possible() {
            return Err(refused(project, &open));
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

/// Nobody can be asked: what to write.
fn refused(project: &Project, open: &[&ProbableRename]) -> Failure {
    let mut seen: Vec<String> = Vec::new();
    let mut questions = Vec::new();
    let mut arguments = Vec::new();
    for ProbableRename { what, score } in open {
        let (old, new) = names(what);
        questions.push(format!("{old} to {new} ({score} %)"));
        if !seen.contains(&old) {
            let short = new.rsplit('.').next().unwrap_or(&new);
            arguments.push(format!("--rename '{old}={short}'"));
            seen.push(old);
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

/// The old and the new name, as `--rename` takes the old one.
fn names(renamed: &Renamed) -> (String, String) {
    match renamed {
        Renamed::Table { from, to } => (from.to_string(), to.to_string()),
        Renamed::Column { table, from, to } => (format!("{table}.{from}"), format!("{table}.{to}")),
        Renamed::EnumValue { name, from, to } => (format!("{name}.{from}"), format!("{name}.{to}")),
    }
}

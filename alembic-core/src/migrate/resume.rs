//! Going on with a revision whose run was interrupted.

use super::error::MigrateError;
use super::plan::PlannedStep;
use super::state::Unfinished;
use crate::revision::{Direction, RevisionId};
use crate::script::{Dialect, Script, Statement, keywords, significant};

/// Puts the unfinished revision at the beginning of the plan, at the statement where it stopped.
///
/// # Errors
/// The plan does not contain it; what was done of it was edited since; or nobody can tell whether its last statement was
/// done.
pub(super) fn resume(
    steps: &mut Vec<PlannedStep<'_>>,
    unfinished: &[Unfinished],
    dialect: Dialect,
) -> Result<(), MigrateError> {
    for unfinished in unfinished {
        let direction = unfinished.direction;
        let is_it = |step: &PlannedStep<'_>| {
            step.direction == direction && step.script.revision.id.as_str() == unfinished.revision
        };
        let Some(position) = steps.iter().position(is_it) else {
            let Ok(revision) = RevisionId::new(unfinished.revision.clone()) else {
                continue;
            };
            let target = match direction {
                Direction::Upgrade => revision.to_string(),
                Direction::Downgrade => format!("{revision}@-1"),
            };
            return Err(MigrateError::Unfinished { revision, direction, target });
        };
        if position > 0 {
            // Its row change was computed for its place in the plan: alone it comes first.
            let revision = steps[position].script.revision.id.clone();
            return Err(MigrateError::Unfinished { target: revision.to_string(), revision, direction });
        }
        let step = &mut steps[position];
        check(step, unfinished, dialect)?;
        step.resume_at = Some(unfinished.done);
    }
    Ok(())
}

fn check(step: &PlannedStep<'_>, unfinished: &Unfinished, dialect: Dialect) -> Result<(), MigrateError> {
    let Unfinished { direction, done, .. } = *unfinished;
    let revision = step.script.revision.id.clone();
    if !same_beginning(step, unfinished, dialect) {
        return Err(MigrateError::ResumeEdited { revision, direction, done });
    }
    let Some(next) = step.statements.get(done) else {
        return Ok(());
    };
    let statement = step.script.statement_text(next);
    // A failure is an outcome. And what changes only data commits together with the note that it did.
    if unfinished.error.is_some()
        || (dialect == Dialect::Mysql && step.transaction && changes_data(statement, dialect))
    {
        return Ok(());
    }
    let total = step.statements.len();
    Err(MigrateError::InDoubt {
        revision,
        direction,
        number: done + 1,
        total,
        statement: statement.to_owned(),
    })
}

/// Whether the statements that are done are still the first ones of the script.
fn same_beginning(step: &PlannedStep<'_>, unfinished: &Unfinished, dialect: Dialect) -> bool {
    if unfinished.digest == Some(step.script.digest()) {
        return true;
    }
    let Some(then) = unfinished.script.clone() else {
        return false;
    };
    let Ok(then) = Script::parse(&step.script.path, then) else {
        return false;
    };
    let Some(section) = then.section(step.direction, dialect) else {
        return false;
    };
    let Ok(statements) = then.statements(section, dialect) else {
        return false;
    };
    let tokens = |script: &Script, statement: &Statement| {
        let mut tokens = Vec::new();
        significant(script.statement_text(statement), dialect, &mut |bytes| tokens.extend_from_slice(bytes));
        tokens
    };
    let done = unfinished.done;
    statements.len() >= done
        && step.statements.len() >= done
        && statements[..done]
            .iter()
            .zip(&step.statements[..done])
            .all(|(old, new)| tokens(&then, old) == tokens(step.script, new))
}

/// Whether a statement changes rows and nothing else, so that it can be rolled back
/// (MySQL manual, "Statements That Cause an Implicit Commit").
fn changes_data(statement: &str, dialect: Dialect) -> bool {
    let words = keywords(statement, dialect, 1);
    words.first().is_some_and(|word| {
        matches!(word.as_str(), "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "SELECT" | "WITH" | "SET" | "DO")
    })
}

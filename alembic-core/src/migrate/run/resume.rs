//! Going on with a revision whose run was interrupted.

use super::executor::Executor;
use super::verdict::{Verdict, verdict};
use crate::migrate::error::{InDoubt, MigrateError, ResumeEdited};
use crate::migrate::event::Event;
use crate::migrate::history::state::Unfinished;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::session::restore;
use crate::migrate::settings::Answer;
use crate::script::{Script, ScriptErrors};
use crate::sql::facts::{Facts, Transaction};
use crate::sql::{Dialect, Statement, significant};

/// A script as it was when its revision was begun.
struct Then {
    script: Script,
    statements: Vec<Statement>,
}

impl Then {
    /// The script that the history has kept; the present one where it is the same, or where none was kept.
    fn of(step: &PlannedStep<'_>, unfinished: &Unfinished, dialect: Dialect) -> Result<Then, MigrateError> {
        let kept = unfinished.script.clone().filter(|text| *text != step.script.text);
        let Some(text) = kept else {
            return Ok(Then { script: step.script.clone(), statements: step.statements.clone() });
        };
        let script = Script::parse(&step.script.path, text).map_err(ScriptErrors)?;
        let statements = match script.section(step.direction, dialect) {
            Some(section) => script.statements(section, dialect).map_err(ScriptErrors)?,
            None => Vec::new(),
        };
        Ok(Then { script, statements })
    }

    /// Refuses to go on after `done` statements where one of them is not what it was any more.
    fn check(&self, step: &PlannedStep<'_>, done: usize, dialect: Dialect) -> Result<(), MigrateError> {
        let tokens = |script: &Script, statement: &Statement| {
            let mut tokens = Vec::new();
            let text = script.statement_text(statement);
            significant(text, dialect, &mut tokens);
            tokens
        };
        let same = |index: &usize| match (self.statements.get(*index), step.statements.get(*index)) {
            (Some(old), Some(new)) => tokens(&self.script, old) == tokens(step.script, new),
            _ => false,
        };
        let Some(changed) = (0..done).find(|index| !same(index)) else { return Ok(()) };
        // Where there is none now, the last one is near it.
        let near = step.statements.get(changed).or(step.statements.last());
        let statement = |statement: &Statement| self.script.statement_text(statement).to_owned();
        Err(MigrateError::ResumeEdited(Box::new(ResumeEdited {
            revision: step.script.revision.id.clone(),
            direction: step.direction,
            path: step.script.path.clone(),
            line: near.map_or(1, |statement| step.script.place(statement.start).0),
            done,
            number: changed + 1,
            statement: self.statements.get(changed).map(statement).unwrap_or_default(),
        })))
    }
}

impl Executor<'_, '_> {
    /// Finds the statement with which an unfinished revision goes on, and notes it. What is open is committed.
    ///
    /// # Errors
    /// What was done of it was edited since; nobody can tell whether a statement was done; or what was set up in the
    /// session that ended is needed.
    pub(crate) async fn resume(
        &mut self,
        step: &PlannedStep<'_>,
        unfinished: &Unfinished,
    ) -> Result<usize, MigrateError> {
        self.settle().await?;
        self.commit().await?;
        let dialect = self.context.dialect();
        let then = Then::of(step, unfinished, dialect)?;
        let mut done = unfinished.done;
        then.check(step, done, dialect)?;
        self.restore_session(step, done).await?;
        if let Some(statement) = then.statements.get(done) {
            let text = then.script.statement_text(statement);
            let verdict = self.judge(unfinished, text).await?;
            let answer = self.work.settings.answer.take();
            let was_said = answer.is_some();
            let verdict = match (answer, verdict) {
                (None, Some(Verdict::Unknown(found))) => {
                    return Err(self.in_doubt(step, &then, done, found));
                }
                (None, verdict) => verdict.unwrap_or(Verdict::Again(Vec::new())),
                // Nothing is in doubt, and the statement did not fail: a word about it must be about another one.
                (Some(_), None) if unfinished.error.is_none() => {
                    return Err(MigrateError::NotInDoubt {
                        revision: step.script.revision.id.clone(),
                        direction: step.direction,
                        number: done + 1,
                    });
                }
                (Some(Answer::Done), Some(Verdict::Done(first))) => Verdict::Done(first),
                (Some(Answer::Done), _) => Verdict::Done(Vec::new()),
                (Some(Answer::Again), Some(Verdict::Again(first))) => Verdict::Again(first),
                (Some(Answer::Again), _) => Verdict::Again(Vec::new()),
            };
            let (Verdict::Done(first) | Verdict::Again(first)) = &verdict else {
                return Err(self.in_doubt(step, &then, done, String::new()));
            };
            for sql in first {
                self.work.own("mending what a statement has left", sql).await?;
            }
            let was_done = matches!(verdict, Verdict::Done(_));
            if unfinished.begun > done {
                let revision = step.script.revision.id.clone();
                (self.work.settings.on_event)(Event::Decided {
                    revision,
                    number: done + 1,
                    was_done,
                    was_said,
                });
            }
            if was_done {
                done += 1;
                then.check(step, done, dialect)?;
            }
        } else if self.work.settings.answer.take().is_some() {
            return Err(MigrateError::NotInDoubt {
                revision: step.script.revision.id.clone(),
                direction: step.direction,
                number: done + 1,
            });
        }
        let mut batch = Batch::default();
        let found = [unfinished.done, unfinished.begun];
        batch.own_one(&self.context.tables.resume(&self.context.entry(step), done, found));
        self.work.send(batch).await.map_err(Failure::during("writing the history"))?;
        self.is_confirmed = true;
        Ok(done)
    }

    /// What became of the statement that comes next. None: it was not begun, or was rolled back.
    async fn judge(
        &mut self,
        unfinished: &Unfinished,
        statement: &str,
    ) -> Result<Option<Verdict>, MigrateError> {
        // The statement may be one of an earlier version of the script.
        let facts = Facts::of(statement, self.context.dialect());
        if unfinished.begun > unfinished.done {
            let now = self.describe(&facts.trace).await?;
            let before = unfinished.catalog_before.as_deref();
            return Ok(Some(verdict(&facts.trace, before, now.as_deref(), unfinished.error.is_some())));
        }
        if unfinished.error.is_none() && facts.transaction == Transaction::Shared {
            return Ok(self.cannot_roll_back(statement).await?.map(Verdict::Unknown));
        }
        Ok(None)
    }

    fn in_doubt(&self, step: &PlannedStep<'_>, then: &Then, done: usize, found: String) -> MigrateError {
        let statement = &then.statements[done];
        MigrateError::InDoubt(Box::new(InDoubt {
            revision: step.script.revision.id.clone(),
            direction: step.direction,
            path: step.script.path.clone(),
            line: then.script.place(statement.start).0,
            number: done + 1,
            total: then.statements.len(),
            statement: then.script.statement_text(statement).to_owned(),
            found,
        }))
    }

    /// Runs again what earlier statements had set for their session.
    async fn restore_session(&mut self, step: &PlannedStep<'_>, done: usize) -> Result<(), MigrateError> {
        if self.session.goes_on(step) {
            return Ok(());
        }
        let statements: Vec<(&str, &Facts)> =
            step.texts().zip(step.facts()).map(|(text, facts)| (text, &**facts)).collect();
        let (finished, remaining) = statements.split_at(done);
        let again = restore::restore(finished, remaining, self.context.dialect()).map_err(|names| {
            MigrateError::SessionLost {
                revision: step.script.revision.id.clone(),
                direction: step.direction,
                names,
            }
        })?;
        for statement in again {
            self.work.own("restoring the session's settings", statement).await?;
        }
        Ok(())
    }
}

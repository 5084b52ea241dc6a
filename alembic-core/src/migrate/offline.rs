//! A run as a text: for somebody who may run SQL on a database that this program cannot reach.

mod refuse;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use self::refuse::check;
use super::error::MigrateError;
use crate::config::TransactionMode;
use crate::dialect::sqlite::references;
use crate::dialect::{DoneEntry, Offline, Tables};
use crate::migrate::history::context::{Author, Context, applied_by};
use crate::migrate::history::step::PlannedStep;
use crate::migrate::run::plan::{Goal, Plan};
use crate::migrate::run::preflight;
use crate::migrate::sqlite::children::dropped_table;
use crate::migrate::sqlite::sequence::kept_sequence;
use crate::migrator::Migrator;
use crate::revision::{self, Direction, Node, OfflinePlan, Past, PlanError, Range, StampPlan, Target};
use crate::sql::Dialect;
use crate::sql::facts::{Facts, Kind, Transaction};

/// What a script is to do to a database that is assumed to be somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfflineGoal {
    /// From the start of the range, or from nothing, up to its end, or to the heads.
    Upgrade(Range),
    /// From the start of the range, which must be given, down to its end, or to the base.
    Downgrade(Range),
    /// From `start`, or from nothing, the targets count as applied.
    Stamp {
        /// Where the database is.
        start: Option<Target>,
        /// Where it is said to be.
        targets: Vec<Target>,
    },
    /// The tables are made, if they are not there.
    EnsureVersion,
}

impl Migrator {
    /// A script that does what a run would do, for the plain client of the database: `sqlite3`, `psql`, `mysql`. It stops
    /// at the first error, checks first that the database is where it is assumed to be, and leaves the rows of the
    /// version table and of the history as the run would leave them.
    ///
    /// # Errors
    /// There is no plan, a script cannot be run on this dialect, or something cannot be said in SQL alone.
    pub fn offline(&self, dialect: Dialect, goal: &OfflineGoal) -> Result<String, MigrateError> {
        let directory = self.directory();
        let graph = directory.graph();
        let applied_by = applied_by();
        let mut writer = Writer {
            text: String::new(),
            offline: Offline::new(dialect),
            context: Context {
                tables: Tables::new(dialect, &self.settings().version_table)?,
                directory,
                // The server that will run the script is not known.
                author: Author { applied_by: &applied_by, server: None },
                transactional_ddl: match dialect {
                    Dialect::Sqlite => true,
                    Dialect::Postgresql => self.settings().server.transactional_ddl,
                    Dialect::Mysql => false,
                },
                no_backslash_escapes: false,
            },
            time_zone: &self.settings().session.time_zone,
            own_settings: Vec::new(),
            in_transaction: false,
            unenforced: false,
        };
        let mut assumed = Vec::new();
        let (rows, plan) = match goal {
            OfflineGoal::Upgrade(range) => {
                let end = range.end.clone().unwrap_or(Target::HEADS);
                let OfflinePlan { rows, past, .. } = revision::offline(graph, Direction::Upgrade, range)?;
                let plan = Plan::new(directory, dialect, &rows, &Goal::Upgrade(end), &past)?;
                assumed = past.recorded;
                (rows, plan)
            }
            OfflineGoal::Downgrade(range) => {
                let end = range.end.clone().unwrap_or(Target::BASE);
                let OfflinePlan { rows, past, .. } = revision::offline(graph, Direction::Downgrade, range)?;
                let plan = Plan::new(directory, dialect, &rows, &Goal::Downgrade(end), &past)?;
                assumed = past.recorded;
                (rows, plan)
            }
            OfflineGoal::Stamp { start, targets } => {
                let rows = start.as_ref().map(|start| revision::resolve(graph, start)).transpose();
                let rows = rows.map_err(PlanError::from)?.unwrap_or_default();
                let goal = Goal::Stamp { targets: targets.clone(), purge: false };
                let plan = Plan::new(directory, dialect, &rows, &goal, &Past::default())?;
                (rows, plan)
            }
            OfflineGoal::EnsureVersion => {
                writer.head(&["The tables of cargo alembic"]);
                writer.tables();
                writer.commit();
                writer.foot();
                return Ok(writer.text);
            }
        };
        preflight::check_counts(dialect, &plan)?;
        match plan {
            Plan::Steps(steps) => {
                steps.iter().try_for_each(|step| check(step, dialect))?;
                writer.steps((&rows, &assumed), &steps, self.settings().transaction);
            }
            Plan::Stamp { plan, .. } => writer.stamp(&rows, &plan),
            Plan::Tables | Plan::Abandon => {}
        }
        writer.foot();
        Ok(writer.text)
    }
}

fn names(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

struct Writer<'a> {
    text: String,
    offline: Offline,
    context: Context<'a>,
    time_zone: &'a str,
    /// PostgreSQL: the settings that the scripts create.
    own_settings: Vec<String>,
    in_transaction: bool,
    /// SQLite: whether foreign keys are not enforced just now, since tables are dropped.
    unenforced: bool,
}

impl Writer<'_> {
    fn steps(
        &mut self,
        (rows, recorded): (&[Node], &[Node]),
        steps: &[PlannedStep<'_>],
        mode: TransactionMode,
    ) {
        if self.context.dialect() == Dialect::Postgresql {
            self.own_settings = steps.iter().flat_map(|step| step.session().settings.clone()).collect();
            self.own_settings.sort();
            self.own_settings.dedup();
        }
        let title = match steps {
            [] => "Nothing to run".to_owned(),
            [only] => format!("The {} of {}", only.direction, only.script.revision.id),
            steps => format!("The {} of {} revisions", steps[0].direction, steps.len()),
        };
        self.head(&[&title, &format!("From {} to {}", self.place(rows), self.place(&self.end(rows, steps)))]);
        self.tables();
        self.guard(rows);
        self.guard_recorded(recorded);
        self.guard_reading(steps);
        for step in steps {
            let transactional = self.context.transactional_ddl && step.transaction;
            if step.is_recorded && !transactional {
                self.commit();
                self.comment_step(step);
                self.begin();
                self.done(step);
                self.commit();
            } else if transactional {
                let dropped = self.dropped(step.facts());
                if dropped.is_empty() {
                    self.enforce();
                }
                self.comment_step(step);
                self.before_drop(&dropped);
                self.begin();
                for index in 0..step.statements.len() {
                    self.keep_sequence(step, index);
                    self.script_statement(step, index);
                }
                self.after_drop(&dropped, true);
                self.take_back(step);
                self.done(step);
                if mode == TransactionMode::Revision {
                    self.commit();
                }
            } else {
                self.enforce();
                self.commit();
                self.comment_step(step);
                self.one_by_one(step);
            }
        }
        self.enforce();
        self.commit();
    }

    /// The rows of a step that is done.
    fn done(&mut self, step: &PlannedStep<'_>) {
        let now = Duration::ZERO;
        let done = DoneEntry { entry: self.context.entry(step), started: now, finished: now };
        self.statement(&self.context.tables.done(&[done]));
        self.context.row_changes(&step.rows).iter().for_each(|sql| self.statement(sql));
    }

    /// The tables that statements drop, on SQLite: it deletes the rows of a table first, and rows of other tables that
    /// reference them.
    fn dropped(&self, statements: &[Arc<Facts>]) -> Vec<String> {
        match self.context.dialect() {
            Dialect::Sqlite => {
                statements.iter().filter_map(|facts| dropped_table(facts)).map(str::to_owned).collect()
            }
            Dialect::Postgresql | Dialect::Mysql => Vec::new(),
        }
    }

    /// Lets tables be dropped without rows of others, as sqlite.org/lang_altertable.html (section 7) shows: which tables
    /// refer to them only the database knows. Enforcement cannot be changed within a transaction.
    fn before_drop(&mut self, dropped: &[String]) {
        if dropped.is_empty() {
            return;
        }
        if !self.unenforced {
            self.commit();
            self.statement(references::enforce(false));
            self.unenforced = true;
        }
        self.begin();
        self.statement(&references::save_orphans(dropped));
    }

    fn keep_sequence(&mut self, step: &PlannedStep<'_>, index: usize) {
        if self.context.dialect() == Dialect::Sqlite {
            kept_sequence(step, index).iter().flatten().for_each(|sql| self.statement(sql));
        }
    }

    /// Stops the script where rows refer to nothing since a table was dropped.
    fn after_drop(&mut self, dropped: &[String], in_section: bool) {
        if dropped.is_empty() {
            return;
        }
        let message = format!("rows refer to {}, which is gone", dropped.join(", "));
        let found = references::no_new_orphans(dropped);
        self.context.tables.require(&found, &message).iter().for_each(|sql| self.statement(sql));
        self.statement(references::FORGET_ORPHANS);
        if in_section {
            let found = format!("NOT EXISTS ({})", references::without_table(dropped));
            let message = format!("a foreign key refers to {}, which is gone", dropped.join(", "));
            self.context.tables.require(&found, &message).iter().for_each(|sql| self.statement(sql));
        }
    }

    /// Has foreign keys enforced again.
    fn enforce(&mut self) {
        if self.unenforced {
            self.commit();
            self.statement(references::enforce(true));
            self.unenforced = false;
        }
    }

    /// A revision whose statements commit one by one: the same notes as a run leaves, so that a run can go on where the
    /// script was stopped.
    fn one_by_one(&mut self, step: &PlannedStep<'_>) {
        let id = step.script.revision.id.as_str();
        self.statement(&self.context.tables.begin(&self.context.entry(step)));
        for (index, facts) in step.facts().iter().enumerate() {
            let dropped = self.dropped(std::slice::from_ref(facts));
            self.before_drop(&dropped);
            // PostgreSQL: the code of a block or procedure may commit, which it cannot in a transaction.
            let may_commit = self.context.dialect() == Dialect::Postgresql && facts.kind == Kind::Program;
            let can_share = self.context.can_share(facts);
            match facts.transaction {
                Transaction::Shared if can_share && !may_commit => self.begin(),
                // The state of the catalog before is not known here: a run that continues from there asks.
                Transaction::Shared | Transaction::Commits | Transaction::Outside => {
                    self.statement(&self.context.tables.intend(id, index, None));
                }
            }
            self.keep_sequence(step, index);
            self.script_statement(step, index);
            self.after_drop(&dropped, false);
            self.statement(&self.context.tables.progress(id, index + 1));
            self.commit();
            self.enforce();
        }
        self.take_back(step);
        self.begin();
        for sql in self.context.row_changes(&step.rows) {
            self.statement(&sql);
        }
        self.statement(&self.context.tables.finish(id));
        self.commit();
    }

    fn stamp(&mut self, rows: &[Node], plan: &StampPlan) {
        self.head(&[&format!("Stamp: from {} to {}", self.place(rows), self.place(&plan.rows))]);
        self.tables();
        self.guard(rows);
        self.begin();
        self.statement(&self.context.tables.forget_unfinished(None));
        for sql in self.context.row_changes(&plan.change) {
            self.statement(&sql);
        }
        for sql in self.context.stamp_records(plan, &[]) {
            self.statement(&sql);
        }
        self.commit();
    }

    /// What stands at the top: what it is, and what makes the client stop at the first error.
    fn head(&mut self, lines: &[&str]) {
        for line in lines {
            let _ = writeln!(self.text, "-- {line}");
        }
        let version = env!("CARGO_PKG_VERSION");
        let _ = writeln!(self.text, "-- Written by cargo alembic {version} for {}", self.offline.client());
        self.text.push_str(&self.offline.preamble(self.time_zone, &names(&self.own_settings)));
    }

    /// Takes back what a revision leaves in the session.
    fn take_back(&mut self, step: &PlannedStep<'_>) {
        if !step.session().is_changed {
            return;
        }
        let statements = step.facts().iter().map(Arc::as_ref);
        let sql = self.offline.take_back(step.session(), statements, &names(&self.own_settings));
        self.text.push_str(&sql);
        // Enforcement of foreign keys cannot be changed within a transaction.
        if self.context.dialect() != Dialect::Sqlite || !self.in_transaction {
            self.fix_session();
        }
    }

    /// Gives the session the settings of a run again.
    fn fix_session(&mut self) {
        self.text.push_str(&self.offline.session(self.time_zone));
    }

    /// Gives the session back as it was.
    fn foot(&mut self) {
        self.text.push_str(&self.offline.epilogue(&names(&self.own_settings)));
    }

    /// The rows that the steps lead to.
    fn end(&self, rows: &[Node], steps: &[PlannedStep<'_>]) -> Vec<Node> {
        let mut rows = rows.to_vec();
        steps.iter().for_each(|step| step.rows.apply(&mut rows));
        rows
    }

    fn ids(&self, rows: &[Node]) -> Vec<&str> {
        let mut ids: Vec<&str> =
            rows.iter().map(|node| self.context.directory.graph().id(*node).as_str()).collect();
        ids.sort_unstable();
        ids
    }

    fn place(&self, rows: &[Node]) -> String {
        if rows.is_empty() { "the base".to_owned() } else { self.ids(rows).join(", ") }
    }

    fn tables(&mut self) {
        if self.context.dialect() != Dialect::Mysql {
            self.begin();
        }
        let (quiet, loud) = self.offline.about_what_exists();
        self.text.push_str(quiet);
        self.statement(&self.context.tables.create_version(self.context.longest_id()));
        for sql in self.context.tables.create_history() {
            self.statement(&sql);
        }
        self.text.push_str(loud);
    }

    /// Stops the script where the database is somewhere else.
    fn guard(&mut self, rows: &[Node]) {
        for sql in self
            .context
            .tables
            .guard(&self.ids(rows), &format!("the database is not at {}", self.place(rows)))
        {
            self.statement(&sql);
        }
    }

    /// Stops the script where the database has run another side of a merge of alternatives than a new database would.
    fn guard_recorded(&mut self, recorded: &[Node]) {
        if recorded.is_empty() {
            return;
        }
        let ids = self.ids(recorded);
        let (names, tables) = (ids.join(", "), &self.context.tables);
        let message = format!("the database has not recorded {names}");
        let guard = tables.require(&tables.are_recorded(&ids), &message);
        let _ = writeln!(
            self.text,
            "-- Assumed: of each merge of alternatives the database has run the side that a new one runs, and recorded {names}"
        );
        guard.iter().for_each(|sql| self.statement(sql));
    }

    /// MySQL: stops the script where the server would read its strings differently.
    fn guard_reading(&mut self, steps: &[PlannedStep<'_>]) {
        let is_mysql = self.context.dialect() == Dialect::Mysql;
        if is_mysql && steps.iter().any(|step| preflight::misread(step).is_some()) {
            let condition = "@@SESSION.sql_mode NOT LIKE '%NO_BACKSLASH_ESCAPES%'";
            let message = "NO_BACKSLASH_ESCAPES changes the meaning of these strings";
            self.context.tables.require(condition, message).iter().for_each(|sql| self.statement(sql));
        }
    }

    fn begin(&mut self) {
        if !self.in_transaction {
            self.in_transaction = true;
            self.statement(self.offline.begin());
        }
    }

    fn commit(&mut self) {
        if self.in_transaction {
            self.statement("COMMIT");
            self.in_transaction = false;
        }
    }

    /// As Alembic writes it.
    fn comment_step(&mut self, step: &PlannedStep<'_>) {
        let parents: Vec<&str> = step.script.revision.parents.iter().map(|parent| parent.as_str()).collect();
        let (parents, id) = (parents.join(", "), step.script.revision.id.as_str());
        let message = step.script.revision.message.lines().next().unwrap_or_default();
        let (from, to) = match step.direction {
            Direction::Upgrade => (parents.as_str(), id),
            Direction::Downgrade => (id, parents.as_str()),
        };
        let running = if step.is_recorded { "Not running" } else { "Running" };
        let line = format!("-- {running} {} {from} -> {to}, {message}", step.direction);
        let _ = writeln!(self.text, "\n{}\n", line.replace("  ", " "));
    }

    fn script_statement(&mut self, step: &PlannedStep<'_>, index: usize) {
        self.text.push_str(&self.offline.terminated(step.text(index)));
        if step.facts()[index].session.resets {
            self.fix_session();
        }
    }

    fn statement(&mut self, sql: &str) {
        self.text.push_str(sql);
        self.text.push_str(";\n");
    }
}

//! What a migrator can do with a database.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::error::MigrateError;
use super::event::{Event, Report};
use super::interrupt::Interrupt;
use super::settings::{Answer, Refusal, Settings};
use crate::config::TransactionMode;
use crate::dialect::Tables;
use crate::migrate::history::state::{State, Status};
use crate::migrate::history::verify::{Verification, compare};
use crate::migrate::run::plan::Goal;
use crate::migrate::run::run;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::{Database, Missing};
use crate::migrator::Migrator;
use crate::revision::{Direction, RevisionId, Target, TargetError};

impl Migrator {
    /// Takes a database up: to all heads, unless [`target`](Run::target) says otherwise.
    ///
    /// ```no_run
    /// # async fn start(migrator: &alembic_core::Migrator) -> Result<(), Box<dyn std::error::Error>> {
    /// let report = migrator.upgrade("sqlite://app.db").await?;
    /// println!("{} revisions applied", report.done.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn upgrade(&self, database: impl Into<Database>) -> Run<'_> {
        self.run(database.into(), Wish::Upgrade("heads".to_owned()))
    }

    /// Takes a database down to a target: an id, `base`, `-1`.
    pub fn downgrade(&self, database: impl Into<Database>, target: &str) -> Run<'_> {
        self.run(database.into(), Wish::Downgrade(target.to_owned()))
    }

    /// Writes the targets to the version table without running anything.
    pub fn stamp<'t>(
        &self,
        database: impl Into<Database>,
        targets: impl IntoIterator<Item = &'t str>,
    ) -> Run<'_> {
        self.run(
            database.into(),
            Wish::Stamp { targets: targets.into_iter().map(str::to_owned).collect(), purge: false },
        )
    }

    /// Makes the version table and the history, if they are not there.
    pub fn ensure_version(&self, database: impl Into<Database>) -> Run<'_> {
        self.run(database.into(), Wish::EnsureVersion)
    }

    /// Finishes what an earlier run has begun and not finished, up or down, and nothing else.
    ///
    /// `answer` is needed where a run ended with [`MigrateError::InDoubt`]: what a person says about the statement.
    pub fn resume(&self, database: impl Into<Database>, answer: Option<Answer>) -> Run<'_> {
        let mut run = self.run(database.into(), Wish::Finish);
        run.settings.answer = answer;
        run
    }

    fn run(&self, database: Database, wish: Wish) -> Run<'_> {
        let settings = Settings {
            lock_timeout: self.settings().lock_timeout,
            transaction: self.settings().transaction,
            statement_lock_timeout: Duration::from_secs(self.settings().limits.statement_lock_timeout),
            statement_timeout: Duration::from_secs(self.settings().limits.statement_timeout),
            retries: self.settings().limits.retries,
            allow_ahead: false,
            interrupt: Interrupt::default(),
            answer: None,
            approve: Box::new(|_| Ok(())),
            on_event: Box::new(|_| {}),
        };
        Run { migrator: self, database, wish, settings }
    }

    /// Compares a database with the scripts. Reads, and never writes.
    ///
    /// # Errors
    /// The database cannot be reached or read. What does not agree is no error but part of the answer.
    pub async fn verify(&self, database: impl Into<Database>) -> Result<Verification, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table);
        compare(&mut connection, &tables, self.directory()).await
    }

    /// Where a database is. Reads, and never writes.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn status(&self, database: impl Into<Database>) -> Result<Status, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table);
        let state = State::read(&mut connection, &tables).await?;
        let unfinished = state.unfinished(&mut connection, &tables).await?;
        Ok(Status { rows: state.ids(), unfinished })
    }
}

/// What was asked for, not yet read.
enum Wish {
    Upgrade(String),
    Downgrade(String),
    Finish,
    Stamp { targets: Vec<String>, purge: bool },
    EnsureVersion,
}

impl Wish {
    fn goal(&self) -> Result<Goal, TargetError> {
        let target = |text: &String| text.parse::<Target>();
        Ok(match self {
            Wish::Upgrade(text) => Goal::Upgrade(target(text)?),
            Wish::Downgrade(text) => Goal::Downgrade(target(text)?),
            Wish::Stamp { targets, purge } => {
                Goal::Stamp { targets: targets.iter().map(target).collect::<Result<_, _>>()?, purge: *purge }
            }
            Wish::EnsureVersion => Goal::EnsureVersion,
            Wish::Finish => Goal::Finish,
        })
    }
}

/// A run that was described and not begun. It begins when it is awaited.
#[must_use = "a run does nothing until it is awaited"]
pub struct Run<'a> {
    migrator: &'a Migrator,
    database: Database,
    wish: Wish,
    settings: Settings<'a>,
}

impl<'a> Run<'a> {
    /// Where an upgrade or downgrade ends: `head`, `heads`, an id or the beginning of one, `+2`, `-1`, `base`.
    pub fn target(mut self, target: &str) -> Run<'a> {
        match &mut self.wish {
            Wish::Upgrade(old) | Wish::Downgrade(old) => target.clone_into(old),
            Wish::Stamp { targets, .. } => *targets = vec![target.to_owned()],
            Wish::EnsureVersion | Wish::Finish => {}
        }
        self
    }

    /// Makes a stamp forget first what the version table says: the way out where it has rows that no script knows.
    pub fn purge(mut self) -> Run<'a> {
        if let Wish::Stamp { purge, .. } = &mut self.wish {
            *purge = true;
        }
        self
    }

    /// How long to wait for another process that migrates the same database.
    pub fn lock_timeout(mut self, timeout: Duration) -> Run<'a> {
        self.settings.lock_timeout = timeout;
        self
    }

    /// How long a statement waits for a lock that somebody else has, before it gives up and is tried again: so that what
    /// wants the lock after it does not wait for long. Zero: for ever. Not on SQLite, nor for statements that cannot run
    /// in a transaction on PostgreSQL.
    pub fn statement_lock_timeout(mut self, timeout: Duration) -> Run<'a> {
        self.settings.statement_lock_timeout = timeout;
        self
    }

    /// How long a statement may take at most. Zero: any time. Not on SQLite.
    pub fn statement_timeout(mut self, timeout: Duration) -> Run<'a> {
        self.settings.statement_timeout = timeout;
        self
    }

    /// How often a revision is tried again that had to wait for a lock for too long, or was the victim of a deadlock.
    pub fn retries(mut self, retries: u32) -> Run<'a> {
        self.settings.retries = retries;
        self
    }

    /// Lets an upgrade of a database end well that is *ahead*: it has all revisions that are known here, and others that
    /// are not, such as those of a newer version of the same service. [`Report::ahead`] says which. A database that lacks
    /// a known revision is refused all the same.
    pub fn allow_ahead(mut self) -> Run<'a> {
        self.settings.allow_ahead = true;
        self
    }

    /// Lets `interrupt` stop the run.
    pub fn interrupted_by(mut self, interrupt: &Interrupt) -> Run<'a> {
        self.settings.interrupt = interrupt.clone();
        self
    }

    /// Whether the run or each revision is one transaction, where the database can roll back DDL.
    pub fn transaction(mut self, mode: TransactionMode) -> Run<'a> {
        self.settings.transaction = mode;
        self
    }

    /// Asks `approve` for approval when the revisions of the run are known, and before anything is written. Its error
    /// becomes [`MigrateError::Refused`].
    pub fn approve<E: Into<Refusal>>(
        mut self,
        mut approve: impl FnMut(&[(Direction, RevisionId)]) -> Result<(), E> + Send + 'a,
    ) -> Run<'a> {
        self.settings.approve = Box::new(move |revisions| approve(revisions).map_err(Into::into));
        self
    }

    /// What was asked for, read.
    pub(crate) fn asked(self) -> Result<(&'a Migrator, Database, Goal), MigrateError> {
        let goal = self.wish.goal()?;
        Ok((self.migrator, self.database, goal))
    }

    /// Calls `callback` with everything that happens, for progress and logs.
    pub fn on_event(mut self, callback: impl FnMut(Event) + Send + 'a) -> Run<'a> {
        self.settings.on_event = Box::new(callback);
        self
    }
}

impl<'a> IntoFuture for Run<'a> {
    type Output = Result<Report, MigrateError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let goal = self.wish.goal()?;
            run::run(self.migrator, &self.database, &goal, self.settings).await
        })
    }
}

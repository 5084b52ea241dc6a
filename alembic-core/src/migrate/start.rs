//! What a migrator can do with a database.

use std::borrow::Cow;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::development;
use super::error::MigrateError;
use super::event::{Event, Report};
use super::interrupt::Interrupt;
use super::settings::{Answer, Consent, Refusal, Settings};
use crate::config::TransactionMode;
use crate::dialect::Tables;
use crate::migrate::history::ahead::Place;
use crate::migrate::history::state::{State, Status};
use crate::migrate::history::verify::{Verification, compare, stamped_and_pending, verify};
use crate::migrate::run::plan::Goal;
use crate::migrate::run::run;
use crate::migrate::server::connect::Missing;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
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
        self.run(database, Ok(Goal::Upgrade(Target::HEADS)))
    }

    /// Takes a database down to a target: an id, `base`, `-1`.
    pub fn downgrade(
        &self,
        database: impl Into<Database>,
        target: impl TryInto<Target, Error: Into<TargetError>>,
    ) -> Run<'_> {
        self.run(database, target.try_into().map(Goal::Downgrade).map_err(Into::into))
    }

    /// Writes the targets to the version table without running anything.
    pub fn stamp<T: TryInto<Target, Error: Into<TargetError>>>(
        &self,
        database: impl Into<Database>,
        targets: impl IntoIterator<Item = T>,
    ) -> Run<'_> {
        let targets = targets.into_iter().map(|target| target.try_into().map_err(Into::into));
        let goal = targets.collect::<Result<_, _>>().map(|targets| Goal::Stamp { targets, purge: false });
        self.run(database, goal)
    }

    /// Creates the version table and the history table if they do not exist.
    pub fn ensure_version(&self, database: impl Into<Database>) -> Run<'_> {
        self.run(database, Ok(Goal::EnsureVersion))
    }

    /// Finishes what an earlier run has begun and not finished, up or down, and nothing else.
    ///
    /// `answer` is needed where a run ended with [`MigrateError::InDoubt`]: what a person says about the statement.
    pub fn resume(&self, database: impl Into<Database>, answer: Option<Answer>) -> Run<'_> {
        let mut run = self.run(database, Ok(Goal::Finish));
        run.settings.answer = answer;
        run
    }

    /// Gives up what an earlier run has begun and not finished, up or down: forgets it, and runs nothing. What its statements
    /// did stays; [`Report::abandoned`] lists them. Needs no script.
    pub fn abandon(&self, database: impl Into<Database>) -> Run<'_> {
        let mut run = self.run(database, Ok(Goal::Abandon));
        run.settings.consent.abandon = true;
        run
    }

    /// Takes back these revisions, and what needs them, newest first.
    pub fn undo(&self, database: impl Into<Database>, revisions: Vec<RevisionId>) -> Run<'_> {
        self.run(database, Ok(Goal::Undo(revisions)))
    }

    /// Describes a run. A mistake in its target is reported when it is awaited.
    pub(crate) fn run(&self, database: impl Into<Database>, goal: Result<Goal, TargetError>) -> Run<'_> {
        let settings = Settings {
            wait: self.settings().connection.wait,
            lock_timeout: self.settings().lock_timeout,
            transaction: self.settings().transaction,
            server: self.settings().server,
            time_zone: self.settings().session.time_zone.clone(),
            statement_lock_timeout: Duration::from_secs(self.settings().limits.statement_lock_timeout),
            statement_timeout: Duration::from_secs(self.settings().limits.statement_timeout),
            retries: self.settings().limits.retries,
            allow_ahead: false,
            consent: Consent { own: self.own(), ..Consent::default() },
            interrupt: Interrupt::default(),
            answer: None,
            approve: Box::new(|_| Ok(())),
            on_event: Box::new(|_| {}),
        };
        Run { migrator: self, database: database.into(), goal, settings, role: None, seals: false }
    }

    /// A database as it is reached by these settings.
    pub(crate) fn reach(&self, database: impl Into<Database>) -> Database {
        database.into().reached_by(self.settings())
    }

    /// Compares a database with the scripts. Reads, and never writes.
    ///
    /// # Errors
    /// The database cannot be reached or read. What does not agree is no error but part of the answer.
    pub async fn verify(&self, database: impl Into<Database>) -> Result<Verification, MigrateError> {
        let mut connection: Connection = self.reach(database).connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table)?;
        let state = State::read(&mut connection, &tables).await?;
        compare(&mut connection, &tables, self.directory(), &state).await
    }

    /// Whether a database is what the scripts say: where it is, and the error with which a run would refuse it. Reads, and never
    /// writes.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn examine(&self, database: impl Into<Database>) -> Result<Examination, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table)?;
        let state = State::read(&mut connection, &tables).await?;
        let unfinished = state.unfinished(&mut connection, &tables).await?;
        let (stamped, pending) =
            stamped_and_pending(&mut connection, &tables, self.directory(), &state).await?;
        let goal = Goal::Upgrade(Target::HEADS);
        let refusal = match goal.place(&mut connection, &tables, self.directory(), &state).await {
            Ok(Place::Known(nodes)) => {
                verify(&mut connection, &tables, self.directory(), &state, &nodes).await.err()
            }
            Ok(Place::Ahead(_, ahead)) => Some(MigrateError::Ahead(ahead)),
            Err(error) => Some(error),
        };
        Ok(Examination { status: Status { rows: state.ids(), unfinished }, stamped, pending, refusal })
    }

    /// Where a database is. Reads, and never writes.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn status(&self, database: impl Into<Database>) -> Result<Status, MigrateError> {
        let mut connection: Connection = self.reach(database).connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table)?;
        let state = State::read(&mut connection, &tables).await?;
        let unfinished = state.unfinished(&mut connection, &tables).await?;
        Ok(Status { rows: state.ids(), unfinished })
    }
}

/// The answer to whether a database is what the scripts say.
#[derive(Debug)]
#[non_exhaustive]
pub struct Examination {
    /// Where the database is.
    pub status: Status,
    /// The revisions that are applied by a stamp alone.
    pub stamped: Vec<RevisionId>,
    /// The revisions that are not applied.
    pub pending: Vec<RevisionId>,
    /// The error with which a run would refuse it.
    pub refusal: Option<MigrateError>,
}

impl Examination {
    /// Whether all revisions are applied as the scripts have them, and nothing is unfinished: an upgrade has nothing to do.
    #[must_use]
    pub fn is_at_heads(&self) -> bool {
        self.refusal.is_none() && self.pending.is_empty() && self.status.unfinished.is_empty()
    }
}

/// A run that was described and not begun. It begins when it is awaited.
#[must_use = "a run does nothing until it is awaited"]
pub struct Run<'a> {
    migrator: &'a Migrator,
    database: Database,
    goal: Result<Goal, TargetError>,
    settings: Settings<'a>,
    /// The role of its sessions, if it is not that of the settings.
    role: Option<Cow<'static, str>>,
    /// Whether to seal what is applied, in development.
    seals: bool,
}

impl<'a> Run<'a> {
    /// The revision at which an upgrade or a downgrade ends: `head`, `heads`, an id or the beginning of one, `+2`, `-1`,
    /// `base`. Stamps that revision alone. No other run has a target.
    pub fn target(mut self, target: impl TryInto<Target, Error: Into<TargetError>>) -> Run<'a> {
        let target = target.try_into().map_err(Into::into);
        self.goal = self.goal.and_then(|goal| {
            Ok(match goal {
                Goal::Upgrade(_) => Goal::Upgrade(target?),
                Goal::Downgrade(_) => Goal::Downgrade(target?),
                Goal::Stamp { purge, .. } => Goal::Stamp { targets: vec![target?], purge },
                goal @ (Goal::Undo(_) | Goal::EnsureVersion | Goal::Finish | Goal::Abandon) => goal,
            })
        });
        self
    }

    /// Makes a stamp empty the version table first: for a table with rows that no script knows.
    pub fn purge(mut self) -> Run<'a> {
        if let Ok(Goal::Stamp { purge, .. }) = &mut self.goal {
            *purge = true;
        }
        self
    }

    /// Lets a downgrade run the SQL of revisions that were only stamped. What it drops was not created by a migration, so
    /// otherwise it is refused.
    pub fn stamped(mut self) -> Run<'a> {
        self.settings.consent.stamped = true;
        self
    }

    /// Lets a stamp give up unfinished work. Otherwise it is refused. [`Report::abandoned`] lists what stays of it.
    pub fn abandoning(mut self) -> Run<'a> {
        self.settings.consent.abandon = true;
        self
    }

    /// How long to wait for a server that cannot be reached yet: that does not listen, starts up, has no connection free, or
    /// whose name is not known. Zero, the default: not at all.
    ///
    /// ```no_run
    /// # async fn start(migrator: &alembic_core::Migrator, url: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// migrator.upgrade(url).wait(std::time::Duration::from_secs(60)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(mut self, wait: Duration) -> Run<'a> {
        self.settings.wait = wait;
        self
    }

    /// How long each connection may take to be made, unless the URL has a `connect_timeout`. Zero: any time. The connections
    /// of a pool have the limit of the pool, but for the one of the lock.
    pub fn connect_timeout(mut self, timeout: Duration) -> Run<'a> {
        self.database = self.database.connect_timeout(timeout);
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

    /// The time zone of the session in which the statements run, by its IANA name or as an offset (`+09:00`), instead of
    /// `session.time_zone` in `alembic.toml`. Not on SQLite, which has none.
    pub fn time_zone(mut self, time_zone: impl Into<Cow<'static, str>>) -> Run<'a> {
        self.settings.time_zone = time_zone.into();
        self
    }

    /// The role in which the run works, instead of `session.role` in `alembic.toml`. Not on SQLite, which has none.
    pub fn role(mut self, role: impl Into<Cow<'static, str>>) -> Run<'a> {
        self.role = Some(role.into());
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

    /// Seals what is applied, in development: writes the digests of the applied revisions into `alembic.lock`, so that the
    /// service does not build once one of them is edited. Commit the lock.
    ///
    /// Does nothing unless all of this holds: the service was built with debug assertions; cargo runs it
    /// (`CARGO_MANIFEST_DIR` is the folder of the package that embeds the migrations); it is not a test; the database is
    /// neither in memory nor a file in the folder for temporary files. If the lock cannot be written, that is logged, and the run
    /// succeeds.
    pub fn seal_in_development(mut self) -> Run<'a> {
        self.seals = true;
        self
    }

    /// The parts that a preview needs.
    pub(crate) fn parts(self) -> Result<(&'a Migrator, Database, Goal, Consent<'a>), MigrateError> {
        let database = self.migrator.reach(self.database).with_role(self.role);
        Ok((self.migrator, database, self.goal?, self.settings.consent))
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
            let goal = self.goal?;
            let database = self.migrator.reach(self.database).with_role(self.role);
            let report = run::run(self.migrator, &database, &goal, self.settings).await?;
            if self.seals {
                development::seal(self.migrator, &database, &report.to).await;
            }
            Ok(report)
        })
    }
}

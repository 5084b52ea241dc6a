//! Which command does what with which database.

use std::time::{Duration, Instant};

use alembic_core::Migrator;
use alembic_core::cli::{self, CommandError, status};
use alembic_core::migrate::{Database, MigrateError, Run, up_to_date};
use alembic_core::script::{Lock, Script, ScriptDirectory};

use crate::args::{Arguments, Command};
use crate::error::Failure;
use crate::project::Project;
use crate::{check, edit, init, inspect, merge, rebase, revision, seal, shell, template, verified, verify};

/// Runs the command, once for each database that it is about.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Init(args) => return init::run(arguments, args),
        Command::Completions(args) => return shell::completions(args),
        Command::Man(args) => return shell::man(args),
        _ => {}
    }
    let mut projects = Project::chosen(arguments)?;
    let is_about_files = matches!(
        arguments.command,
        Command::Revision(_)
            | Command::Merge(_)
            | Command::Rebase(_)
            | Command::Edit(_)
            | Command::ListTemplates
    );
    if is_about_files {
        projects = by_migrations(projects);
    }
    let count = projects.len();
    for (index, project) in projects.iter().enumerate() {
        if count > 1 {
            status("Database", project.shown());
        }
        let result = run_on(project, arguments);
        let rest: Vec<String> = projects[index + 1..].iter().map(Project::shown).collect();
        match result {
            Err(failure) if !rest.is_empty() => {
                failure.print();
                return Err(Failure::plain(format!("nothing was done for {}", rest.join(", "))));
            }
            result => result?,
        }
    }
    Ok(())
}

/// A command that is about files alone is run once for the databases that share them.
fn by_migrations(projects: Vec<Project>) -> Vec<Project> {
    let mut apart: Vec<Project> = Vec::new();
    for project in projects {
        match apart.iter_mut().find(|other| other.has_folders_of(&project)) {
            Some(other) => other.databases.extend(project.databases),
            None => apart.push(project),
        }
    }
    apart
}

fn run_on(project: &Project, arguments: &Arguments) -> Result<(), Failure> {
    let wait = wait_of(&arguments.command).unwrap_or(project.config.connection.wait);
    if !wait.is_zero()
        && connects(&arguments.command)
        && let Some(database) = project.find_database(arguments)?
    {
        block_on(async { cli::wait(&database, wait).await.map_err(Failure::of_database) })?;
    }
    match &arguments.command {
        // They are about no database.
        Command::Init(_) | Command::Completions(_) | Command::Man(_) => Ok(()),
        Command::Revision(args) => block_on(revision::create(project, arguments, args)),
        Command::Merge(args) => block_on(merge::merge(project, arguments, args)),
        Command::Rebase(args) => block_on(rebase::rebase(project, arguments, args)),
        Command::Edit(args) => block_on(edit::edit(project, arguments, args)),
        Command::ListTemplates => template::list(project),
        Command::Check(args) => block_on(check::check(project, arguments, args)),
        Command::Inspect(args) => block_on(inspect::inspect(project, arguments, args)),
        Command::Verify(args) => block_on(verify::verify(project, arguments, args)),
        Command::Seal(args) => block_on(seal::seal(project, arguments, args)),
        Command::Unseal(args) => block_on(seal::unseal(project, arguments, args)),
        Command::Shared(command) => block_on(shared(project, arguments, command)),
    }
}

/// Whether a command reads or changes the database, and does nothing without it.
fn connects(command: &Command) -> bool {
    match command {
        // A target that cannot be read is told later.
        Command::Shared(command) => cli::needs_database(command).unwrap_or(false),
        Command::Check(args) => !args.scratch,
        Command::Verify(args) => !args.offline,
        Command::Inspect(_) => true,
        _ => false,
    }
}

/// How long a command waits for its database, if it says.
fn wait_of(command: &Command) -> Option<Duration> {
    let wait = match command {
        Command::Shared(command) => return command.wait(),
        Command::Check(args) => args.wait,
        Command::Verify(args) => args.wait,
        Command::Inspect(args) => args.wait,
        _ => return None,
    };
    wait.wait.map(Duration::from_secs)
}

fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::plain(format!("cannot start the async runtime: {error}")))?;
    runtime.block_on(future)
}

async fn shared(project: &Project, arguments: &Arguments, command: &cli::Command) -> Result<(), Failure> {
    if is_up_to_date(project, arguments, command).await? {
        return Ok(());
    }
    if command.uses_history() && command.changes() {
        return undo(project, arguments, command).await;
    }
    let look = if command.goes_to_heads() { verified::Look::at(project) } else { None };
    let directory = match project.scripts() {
        Err(failure)
            if (command.declares() && command.changes())
                || matches!(command, cli::Command::Current(_) | cli::Command::Log(_)) =>
        {
            return without_graph(project, arguments, command, failure).await;
        }
        directory => directory?,
    };
    let migrator = project.migrator(directory);
    let sparing = |migrator: Migrator| {
        let (scripts, lock) = own(project);
        migrator.sparing_others(scripts, lock)
    };
    let migrator = if command.spares_others() { sparing(migrator) } else { migrator };
    let failed = |error: CommandError| Failure::command_on(&project.folder, &error, &migrator);
    if !command.changes() {
        let database = match cli::needs_database(command).map_err(failed)? {
            true => Some(project.database(arguments)?),
            // A script takes its dialect from the URL.
            false if command.is_offline() => project.find_database(arguments)?,
            false => None,
        };
        let extended;
        let migrator = match &database {
            Some(database) if command.uses_history() => {
                let restored = migrator.with_history(database).await.map_err(|error| failed(error.into()))?;
                extended = sparing(restored);
                &extended
            }
            _ => &migrator,
        };
        match command {
            // What the run would refuse.
            cli::Command::Upgrade(_) => drop(seal::verify(project, arguments, migrator.directory())?),
            cli::Command::Downgrade(_) if !command.uses_history() => {
                seal::for_downgrade(project, migrator.directory())?;
            }
            _ => {}
        }
        let result = cli::read(command, migrator, database.clone()).await;
        result.map_err(|error| Failure::command_on(&project.folder, &error, migrator))?;
        return match (command, database) {
            // The build would fail, or a later command.
            (cli::Command::Current(args), Some(database)) if args.check_heads => {
                seal::check(project, migrator.directory())?;
                seal::check_applied(project, migrator, database).await
            }
            _ => Ok(()),
        };
    }
    let database = project.database(arguments)?;
    let lock = match command {
        // A stamp runs nothing: the lock does not matter to it.
        command if command.declares() => None,
        cli::Command::Downgrade(_) => seal::for_downgrade(project, migrator.directory())?,
        _ => Some(seal::verify(project, arguments, migrator.directory())?),
    };
    let rest = command.after_undo();
    let mut undone = Vec::new();
    if rest.is_some() {
        let restored = restored(project, &database).await?;
        let done = cli::undo_others(&migrator, &restored, database.clone()).await;
        undone = done.map_err(|error| Failure::command_on(&project.folder, &error, &restored))?;
    }
    let command = rest.as_ref().unwrap_or(command);
    if let (Some(look), Some(lock)) = (look, &lock)
        && lock.repairs().is_empty()
        && migrator.directory().scripts().iter().all(|script| lock.seal_of(&script.revision.id).is_some())
    {
        look.keep(migrator.heads());
    }
    with_consent(project, &migrator, &database, command, async |run, command| match &lock {
        Some(lock) => change(project, arguments, &migrator, lock, run, command).await,
        None => Ok(cli::tell(run, command).await.map(drop)),
    })
    .await
    .inspect_err(|_| cli::tell_undone(&undone))
}

/// Reads or stamps a database though the scripts make no graph: the history has what was applied. `failure` says what is wrong
/// with the scripts.
async fn without_graph(
    project: &Project,
    arguments: &Arguments,
    command: &cli::Command,
    failure: Failure,
) -> Result<(), Failure> {
    let database = project.database(arguments)?;
    let migrator = match restored(project, &database).await {
        Ok(migrator) => migrator,
        Err(_) if matches!(command, cli::Command::Stamp(_)) => return Err(failure),
        Err(_) => project.migrator(ScriptDirectory::new(Vec::new()).map_err(Failure::plain)?),
    };
    if command.changes() {
        return with_consent(project, &migrator, &database, command, async |run, command| {
            Ok(cli::tell(run, command).await.map(drop))
        })
        .await;
    }
    let result = cli::read(command, &migrator, Some(database)).await;
    result.map_err(|error| Failure::command_on(&project.folder, &error, &migrator))?;
    match command {
        cli::Command::Current(args) if args.check_heads => Err(failure),
        _ => {
            failure.print();
            Ok(())
        }
    }
}

/// Undoes what the history keeps with what it keeps: what became of the scripts and of the lock does not matter.
async fn undo(project: &Project, arguments: &Arguments, command: &cli::Command) -> Result<(), Failure> {
    let database = project.database(arguments)?;
    let migrator = restored(project, &database).await?;
    // What was applied as something else than the scripts say gets no seal.
    with_consent(project, &migrator, &database, command, async |run, command| {
        Ok(cli::tell(run, command).await.map(drop))
    })
    .await
}

/// The scripts that can be read, with those that the history of the database keeps.
async fn restored(project: &Project, database: &Database) -> Result<Migrator, Failure> {
    let (scripts, lock) = own(project);
    match Migrator::restored(scripts.clone(), project.config.run_settings(), database).await {
        Ok(migrator) => Ok(migrator.sparing_others(scripts, lock)),
        // The history does not have what is missing.
        Err(MigrateError::Scripts(errors)) => Err(project.explain(&errors)),
        Err(error) => {
            let migrator = project.migrator(ScriptDirectory::new(Vec::new()).map_err(Failure::plain)?);
            Err(Failure::command(&error.into(), &migrator))
        }
    }
}

/// The scripts that can be read and the lock: what shows that an applied revision is this service's own.
fn own(project: &Project) -> (Vec<Script>, Lock) {
    let mut scripts = ScriptDirectory::read_scripts(&project.locations);
    let lock = project.lock_file().read().unwrap_or_default();
    lock.trust_scripts(&mut scripts);
    (scripts, lock)
}

/// Runs a command; if it is refused for the lack of a consent that a person at the terminal gives, with that.
async fn with_consent<'m>(
    project: &Project,
    migrator: &'m Migrator,
    database: &Database,
    command: &cli::Command,
    run: impl AsyncFn(Run<'m>, &cli::Command) -> Result<Result<(), CommandError>, Failure>,
) -> Result<(), Failure> {
    let mut command = command.clone();
    loop {
        let Some(described) = cli::run_of(migrator, database, &command) else { return Ok(()) };
        let Err(error) = run(described, &command).await? else { return Ok(()) };
        let agreed = cli::consent(&error, &command);
        command = agreed.ok_or_else(|| Failure::command_on(&project.folder, &error, migrator))?;
    }
}

/// Whether a database is where the command would take it. Says so, and has read no script.
async fn is_up_to_date(
    project: &Project,
    arguments: &Arguments,
    command: &cli::Command,
) -> Result<bool, Failure> {
    if !command.goes_to_heads() {
        return Ok(false);
    }
    let Some(record) = verified::Record::read(project) else {
        return Ok(false);
    };
    let begin = Instant::now();
    // The files are looked at while the database is asked.
    let database = project.database(arguments)?;
    let files = std::thread::spawn({
        let project = project.clone();
        move || verified::Files::of(&project)
    });
    let settings = project.config.run_settings();
    let database = database.reached_by(&settings);
    let answer = up_to_date(database, &settings.version_table, &record.heads).await;
    let is_current = files.join().ok().flatten().is_some_and(|files| record.is_of(&files));
    match answer {
        // A second attempt would take as long as the first.
        answer if !is_current && !matches!(answer, Err(MigrateError::Connect { .. })) => Ok(false),
        Ok(Some(report)) => {
            cli::tell_report(&report, command, begin.elapsed())?;
            Ok(true)
        }
        Ok(None) => Ok(false),
        Err(error) => {
            let migrator = project.migrator(project.scripts()?);
            Err(Failure::command_on(&project.folder, &error.into(), &migrator))
        }
    }
}

/// Runs something that changes a database, and seals what it applied. The inner error is that of the run.
async fn change<'a>(
    project: &'a Project,
    arguments: &'a Arguments,
    migrator: &'a Migrator,
    lock: &'a Lock,
    run: Run<'a>,
    command: &cli::Command,
) -> Result<Result<(), CommandError>, Failure> {
    let directory = migrator.directory();
    let writing = match (arguments.no_seal, arguments.locked) {
        (true, _) => seal::Writing::Skipped,
        (false, true) => seal::Writing::Refused,
        (false, false) => seal::Writing::Allowed,
    };
    let run = run.approve(move |plan| seal::approve(project, lock, directory, writing, plan));
    if arguments.no_seal {
        return Ok(cli::tell(run, command).await.map(drop));
    }
    match cli::tell(run, command).await {
        Ok(report) => {
            let sealed = seal::applied(project, arguments, migrator, lock, &report).await;
            sealed.or_else(|error| seal::not_written(error, &report, lock)).map(Ok)
        }
        Err(CommandError::Migrate(error)) if has_no_answer(&error) => Ok(Err(error.into())),
        Err(error) => {
            // What was applied before the failure stays applied, and is sealed: where it is what the scripts say.
            let _ = seal::applied_before(project, arguments, migrator, lock).await;
            Ok(Err(error))
        }
    }
}

/// Whether the database did not answer, or nobody waits for its answer any more: it is not asked once more then.
fn has_no_answer(error: &MigrateError) -> bool {
    match error {
        MigrateError::Connect { .. } => true,
        MigrateError::Interrupted(interrupted) => interrupted.aftermath.kept.is_empty(),
        _ => false,
    }
}

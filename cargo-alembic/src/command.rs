//! Which command does what with which database.

use alembic_core::Migrator;
use alembic_core::cli::{self, CommandError, status};
use alembic_core::migrate::{Report, Run};
use alembic_core::script::{Lock, LockFile};

use crate::args::{Arguments, Command};
use crate::error::Failure;
use crate::project::Project;
use crate::{edit, init, rebase, revision, seal, template, verify};

/// Runs the command, once for each database that it is about.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Command::Init(args) = &arguments.command {
        return init::run(arguments, args);
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
        match apart.iter_mut().find(|other| other.locations == project.locations) {
            Some(other) => other.databases.extend(project.databases),
            None => apart.push(project),
        }
    }
    apart
}

fn run_on(project: &Project, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        // It is run once for the package.
        Command::Init(_) => Ok(()),
        Command::Revision(args) => revision::create(project, arguments, args),
        Command::Merge(args) => revision::merge(project, arguments, args),
        Command::Rebase(args) => rebase::rebase(project, args),
        Command::Edit(args) => block_on(edit::edit(project, arguments, args)),
        Command::ListTemplates => {
            template::list(project);
            Ok(())
        }
        Command::Verify(args) => block_on(verify::verify(project, arguments, args)),
        Command::Seal(args) => block_on(seal::seal(project, arguments, args)),
        Command::Unseal(args) => block_on(seal::unseal(project, arguments, args)),
        Command::Shared(command) => block_on(shared(project, arguments, command)),
    }
}

fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::plain(format!("cannot start the async runtime: {error}")))?;
    runtime.block_on(future)
}

async fn shared(project: &Project, arguments: &Arguments, command: &cli::Command) -> Result<(), Failure> {
    let migrator = project.migrator(project.scripts()?);
    let failed = |error: CommandError| Failure::command(&error, &migrator);
    match command {
        cli::Command::Heads(args) => cli::heads(&migrator, args).map_err(failed),
        cli::Command::Show(args) => cli::show(&migrator, args).map_err(failed),
        cli::Command::History(args) => {
            let needs_database = cli::needs_database(args).map_err(failed)?;
            let url = if needs_database { Some(project.url(arguments)?.into()) } else { None };
            cli::history(&migrator, url, args).await.map_err(failed)
        }
        cli::Command::Current(args) => {
            cli::current(&migrator, project.url(arguments)?, args).await.map_err(failed)
        }
        cli::Command::Upgrade(args) => {
            let url = project.url(arguments)?;
            let run = migrator.upgrade(url.as_str()).target(&args.target);
            change(project, arguments, &migrator, &url, run, cli::tell).await
        }
        cli::Command::Downgrade(args) => {
            let url = project.url(arguments)?;
            let run = migrator.downgrade(url.as_str(), &args.target);
            change(project, arguments, &migrator, &url, run, cli::tell).await
        }
        cli::Command::Stamp(args) => {
            let url = project.url(arguments)?;
            let run = cli::stamping(&migrator, url.as_str(), args);
            change(project, arguments, &migrator, &url, run, cli::tell_stamp).await
        }
    }
}

/// Runs something that changes a database, and seals what it applied.
async fn change<'a, F>(
    project: &'a Project,
    arguments: &'a Arguments,
    migrator: &'a Migrator,
    url: &str,
    run: Run<'a>,
    tell: impl FnOnce(Run<'a>) -> F,
) -> Result<(), Failure>
where
    F: Future<Output = Result<Report, CommandError>>,
{
    let directory = migrator.directory();
    let lock: Lock = seal::verify(project, directory)?;
    let file: LockFile = project.lock_file();
    let (asked_file, asked_lock, locked) = (file.clone(), lock.clone(), arguments.locked);
    let run = run.approve(move |plan| seal::approve(&asked_file, &asked_lock, directory, locked, plan));
    match tell(run).await {
        Ok(report) => seal::applied(project, &file, &lock, directory, &report.to, locked),
        Err(error) => {
            // What was applied before the failure stays applied, and is sealed: where it is what the scripts say.
            if let Ok(found) = migrator.verify(url).await
                && found.edited.is_empty()
            {
                let _ = seal::applied(project, &file, &lock, directory, &found.rows, locked);
            }
            Err(Failure::command(&error, migrator))
        }
    }
}

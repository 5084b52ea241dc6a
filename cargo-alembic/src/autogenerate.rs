//! What takes a database to what the models say, as the sections of a new script.

use alembic_core::Migrator;
use alembic_core::autogenerate::{
    AutogenerateError, Comparison, Difference, Filter, Reading, compare, compare_scripts, read,
};
use alembic_core::cli::{CommandError, note, status, unless_interrupted, warning};
use alembic_core::migrate::{Database, MigrateError, Status};
use alembic_core::models::Unread;
use alembic_core::operation::Operation;
use alembic_core::revision::Node;
use alembic_core::schema::ObjectName;
use alembic_core::sql::Dialect;

use crate::args::{Arguments, AutogenerateArgs};
use crate::error::Failure;
use crate::file;
use crate::models::declaration;
use crate::project::Project;
use crate::rename;
use crate::values::{convert, fill};

/// The sections of a new script; none where nothing is different.
pub(crate) async fn sections(
    project: &Project,
    arguments: &Arguments,
    args: &AutogenerateArgs,
    migrator: &Migrator,
) -> Result<Option<String>, Failure> {
    let mut comparison = compared(
        project,
        arguments,
        migrator,
        (args.scratch, args.scratch_url.as_deref(), &args.drop),
        &args.rename,
    )
    .await?;
    for table in &args.drop {
        let is_it = |name: &&ObjectName| name.to_string() == *table;
        let desired = comparison.desired.tables.iter().map(|table| &table.name).any(|name| is_it(&name));
        if desired || !comparison.actual.tables.iter().map(|table| &table.name).any(|name| is_it(&name)) {
            let why = if desired { "a model has it" } else { "the database has no such table" };
            let help = "`--drop` takes a table of the database that no model has; one outside of the default schema is named \
                        with its schema";
            return Err(Failure::new(format!("`--drop {table}`: {why}"), help));
        }
    }
    let mut difference = rename::settle(project, &mut comparison, args)?;
    let unwritten = comparison.unwritten();
    if !unwritten.is_empty() {
        return Err(not_written(&unwritten));
    }
    let unmanaged = unmanaged(project, &comparison);
    if !unmanaged.is_empty() {
        note(format!(
            "left alone, because no model has them and no revision creates them: {}; `--drop TABLE` drops one, and \
             `unmanaged` of `tables` in alembic.toml keeps this note away",
            unmanaged.join(", ")
        ));
    }
    if difference.is_empty() {
        return Ok(None);
    }
    for change in difference.changes() {
        status("Detected", change.what);
    }
    note_unread(&comparison, &difference);
    let own = [difference.dialect];
    let dialects = if project.config.dialects.is_empty() { &own[..] } else { &project.config.dialects };
    convert(&mut difference, dialects, project.config.models.source, args)?;
    fill(&mut difference, args)?;
    let losses = difference.losses();
    if args.no_destructive && !losses.is_empty() {
        let lost: Vec<String> = losses.iter().map(ToString::to_string).collect();
        return Err(Failure::new(
            format!("data would be lost: {}", lost.join("; ")),
            "nothing was written; leave out `--no-destructive`, or say with `--rename OLD=NEW` what was renamed",
        ));
    }
    for loss in losses {
        warning(loss);
    }
    for obstacle in &difference.obstacles {
        warning(format!("{obstacle}: drop it before, and make it again after"));
    }
    let rendered = difference.render(dialects).map_err(|error| {
        Failure::new(
            error,
            "nothing was written: what the models ask for has to be possible in all `dialects` of alembic.toml",
        )
    })?;
    Ok(Some(rendered.to_string()))
}

/// Where the models of tables may be that are dropped.
pub(crate) fn note_unread(comparison: &Comparison, difference: &Difference) {
    if difference.operations.iter().any(|operation| matches!(operation, Operation::DropTable(_))) {
        comparison.unread.iter().filter(|own| !matches!(own, Unread::File { .. })).for_each(note);
    }
}

/// What is left alone, and `alembic.toml` does not expect: tables, and whatever else has a name of its own.
pub(crate) fn unmanaged(project: &Project, comparison: &Comparison) -> Vec<String> {
    let filter = project.config.compared_tables();
    let names = comparison.unmanaged().into_iter().filter(|name| !filter.expects(name));
    let objects = comparison.unmanaged_objects();
    names.map(ToString::to_string).chain(objects.into_iter().map(ToString::to_string)).collect()
}

/// What is desired and no statement of ours makes.
pub(crate) fn not_written(unwritten: &[String]) -> Failure {
    Failure::new(
        format!("what leads to these cannot be written by itself: {}", unwritten.join(", ")),
        "write it in a revision of its own, `cargo alembic revision -m \"…\"`, and apply that; or leave it alone with `unmanaged` \
         of `tables` in alembic.toml: `\"KIND:NAME\"`",
    )
}

/// The database and what the models say, compared. With `scratch` what the scripts make is compared instead. `dropped` are tables
/// that go whoever has made them; `renames` are what the command line says.
pub(crate) async fn compared(
    project: &Project,
    arguments: &Arguments,
    migrator: &Migrator,
    (scratch, scratch_url, dropped): (bool, Option<&str>, &[String]),
    renames: &[String],
) -> Result<Comparison, Failure> {
    let server = project.scratch_server(scratch_url)?;
    let database = match project.find_database(arguments)? {
        // A database in memory needs no URL.
        None if scratch && project.config.dialects.contains(&Dialect::Sqlite) => "sqlite::memory:".into(),
        Some(database) => database,
        None => match &server {
            Some(server) if scratch => server.clone(),
            None if scratch && project.databases.is_empty() => {
                return Err(Failure::new(
                    "nothing says on which database the scripts are to be tried",
                    "give `--url`, or set DATABASE_URL or `url` in alembic.toml; for SQLite it is enough to say so, \
                     `dialects = [\"sqlite\"]`",
                ));
            }
            _ => project.database(arguments)?,
        },
    };
    let failed =
        |error: MigrateError| Failure::command_on(&project.folder, &CommandError::Migrate(error), migrator);
    let dialect = database.dialect().map_err(failed)?;
    let filter = project.config.compared_tables();
    // While the models are read, so is the database.
    let models = std::thread::spawn({
        let project = project.clone();
        move || declaration(&project, dialect)
    });
    let found = if scratch { None } else { Some(look(migrator, &database, &filter).await?) };
    let desired = models.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let comparison = match found {
        // Before the first revision a SQLite file need not be there.
        Some((Err(MigrateError::NoFile { .. }), _)) if migrator.directory().scripts().is_empty() => {
            compare_scripts(migrator, database, desired, &filter)
        }
        None => compare_scripts(migrator, database, desired, &filter),
        Some((status, reading)) => {
            up_to_date(migrator, &status.map_err(failed)?)?;
            let reading = reading.map_err(|error| explain(error, project, migrator))?;
            compare(database, desired, &filter).created_by(migrator).read(reading)
        }
    };
    let comparison = comparison.dropping(dropped).looking_at(dropped.iter().chain(renames).cloned());
    let comparison = match server {
        // In memory.
        Some(_) if dialect == Dialect::Sqlite => comparison,
        Some(server) => comparison.scratch(server),
        None => comparison,
    };
    match unless_interrupted(comparison.on_note(note).into_future()).await {
        Some(compared) => compared.map_err(|error| explain(error, project, migrator)),
        None => Err(interrupted()),
    }
}

fn interrupted() -> Failure {
    Failure::interrupted("the comparison was interrupted", "no database was changed")
}

/// At which revisions a database is, and what is in it.
async fn look(
    migrator: &Migrator,
    database: &Database,
    filter: &Filter,
) -> Result<(Result<Status, MigrateError>, Result<Reading, AutogenerateError>), Failure> {
    let looking = async { tokio::join!(migrator.status(database.clone()), read(database.clone(), filter)) };
    unless_interrupted(looking).await.ok_or_else(interrupted)
}

/// A database in which revisions are missing would be asked for them again.
fn up_to_date(migrator: &Migrator, found: &Status) -> Result<(), Failure> {
    let graph = migrator.directory().graph();
    let rows: Vec<Node> = found.rows.iter().filter_map(|row| graph.find(row)).collect();
    if let Some(unfinished) = found.unfinished.first() {
        return Err(Failure::new(
            format!("the {} of {} is unfinished", unfinished.direction, unfinished.revision),
            "`cargo alembic upgrade` goes on with it",
        ));
    }
    if rows.len() < found.rows.len() {
        let unknown: Vec<&str> =
            found.rows.iter().filter(|row| graph.find(row).is_none()).map(String::as_str).collect();
        return Err(Failure::new(
            format!("the database is at {}, which no script here has", unknown.join(", ")),
            "bring its script here; or compare with what the scripts make: `--scratch`",
        ));
    }
    if graph.is_up_to_date(&rows) {
        return Ok(());
    }
    let at = if found.rows.is_empty() { "the base".to_owned() } else { found.rows.join(", ") };
    let heads: Vec<String> = graph.ids(graph.heads()).iter().map(ToString::to_string).collect();
    Err(Failure::new(
        format!("the database is behind the scripts: it is at {at}, and the heads are {}", heads.join(", ")),
        "`cargo alembic upgrade heads` takes it there; or compare with what the scripts make: `--scratch`",
    ))
}

pub(crate) fn explain(error: AutogenerateError, project: &Project, migrator: &Migrator) -> Failure {
    match error {
        AutogenerateError::Connect(error) => {
            Failure::command_on(&project.folder, &CommandError::Migrate(error), migrator)
        }
        AutogenerateError::Script { path, line, message, .. } => {
            let source = file::read_to_string(project.folder.join(&path)).unwrap_or_default();
            let help =
                "it was run in a scratch database, to see what it makes; no other database was changed";
            Failure::at(&message.to_string(), &path, line, &source, help)
        }
        AutogenerateError::NoSchema { .. } => Failure::new(
            error,
            "`tables.schemas` in alembic.toml, or `--schema`, names schemas of the database",
        ),
        AutogenerateError::Scratch { ref message, .. } => {
            let help = match message.code.as_deref() {
                // PostgreSQL: there is no such type or operator class, function, relation.
                Some("42704" | "42883" | "42P01") => {
                    "no database was changed; what models do not hold (extensions, domains, functions, sequences) is \
                     made by a revision of its own, which has to be applied before"
                }
                _ => "correct the model; no database was changed",
            };
            Failure::new(error, help)
        }
        AutogenerateError::Refused { ref path, line, ref reason } => {
            let source = file::read_to_string(project.folder.join(path)).unwrap_or_default();
            Failure::at(&reason.to_string(), path, line, &source, reason.help())
        }
        AutogenerateError::RefusedModel { ref reason, .. } => {
            let help = reason.help();
            Failure::new(error, help)
        }
        AutogenerateError::NoScratch { right, ref message, .. } => {
            let help = no_scratch(right, message.code.as_deref());
            Failure::new(error, &help)
        }
        AutogenerateError::ScratchExists { .. } => Failure::new(
            error,
            "let `scratch_url` name another server: the scratch database gets the name of the compared one there, and a \
             database that this tool has not created is never dropped",
        ),
        AutogenerateError::ScratchBusy { .. } => {
            Failure::new(error, "wait until it has ended, and try again")
        }
        AutogenerateError::ScratchDialect { .. } => {
            Failure::new(error, "let `scratch_url` name a server of the same kind")
        }
        error => Failure::plain(error),
    }
}

/// How to get a scratch database where the server refuses one.
fn no_scratch(right: &str, code: Option<&str>) -> String {
    let denied = matches!(code, Some("42501" | "1044" | "1142" | "1227"));
    let given = match right {
        _ if !denied => "correct what the server says".to_owned(),
        "CREATEDB" => "give the user the right to create one, `ALTER ROLE … CREATEDB`".to_owned(),
        _ => "give the user the right to create one, ``GRANT ALL ON `alembic\\_scratch\\_%`.* TO …``"
            .to_owned(),
    };
    format!(
        "{given}; or let `scratch_url` in alembic.toml (`--scratch-url`, ALEMBIC_SCRATCH_URL) name another server. To compare, \
         models and statements are run in a database of their own, which is dropped; the compared one is only read"
    )
}

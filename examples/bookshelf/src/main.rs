//! The service of a lending library: a JSON API over SQLite or PostgreSQL.
//!
//! Its migrations are part of the program. It applies what the database lacks before it answers the first request;
//! `bookshelf db …` does the same by hand, and shows where the database is.

mod library;
mod problem;
mod routes;
mod shutdown;
mod store;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use alembic::migrate::{Event, MigrateError};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;

use crate::store::Store;

/// The migrations in `migrations/`, checked and embedded while the service is compiled.
static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();

/// The service of a lending library
#[derive(Debug, Parser)]
#[command(version, styles = alembic::cli::STYLES)]
struct Arguments {
    /// The database: sqlite://FILE or postgres://…
    #[arg(
        long,
        env,
        global = true,
        value_name = "URL",
        default_value = "sqlite://bookshelf.db",
        hide_env_values = true
    )]
    database_url: String,

    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    listen: String,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrate the database, or show where it is, instead of serving
    #[command(subcommand)]
    Db(alembic::cli::Command),
}

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot open the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("cannot migrate the database: {0}")]
    Migration(#[from] MigrateError),
    #[error("cannot serve: {0}")]
    Network(#[from] std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::Db(command)) = &arguments.command {
        return alembic::cli::run(command, &MIGRATOR, arguments.database_url).await;
    }
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).init();
    match serve(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the database, takes it up to the head, and serves until it is asked to stop.
async fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let store = Store::connect(&arguments.database_url).await?;
    let report = MIGRATOR.upgrade(&store).seal_in_development().on_event(log).await?;
    tracing::info!("the database is at {}", report.to.join(", "));

    let listener = TcpListener::bind(&arguments.listen).await?;
    let stop = shutdown::requested()?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, routes::router(store.clone())).with_graceful_shutdown(stop).await?;
    store.close().await;
    Ok(())
}

/// Tells what a migration does.
fn log(event: Event) {
    match event {
        Event::Waiting { holder } => {
            let holder = holder.unwrap_or_else(|| "another process".to_owned());
            tracing::warn!("waiting for {holder}, which migrates the database");
        }
        Event::Started { revision, direction, message, .. } => {
            tracing::info!("{direction} {revision}: {message}")
        }
        Event::Finished(done) => tracing::info!("{} done in {:?}", done.revision, done.elapsed),
        _ => {}
    }
}

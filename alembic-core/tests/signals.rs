//! The signals of a service that runs commands and goes on: they stop a command, and are the service's own afterwards.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use alembic_core::cli::unless_interrupted;
use tokio::signal::unix::{SignalKind, signal};

fn kill(name: &str) {
    let status = Command::new("kill").args([name, &std::process::id().to_string()]).status();
    assert!(status.expect("kill").success());
}

// One test: signals belong to the process.
#[tokio::test]
async fn a_handler_lasts_as_long_as_a_command() {
    for name in ["-INT", "-TERM", "-HUP"] {
        let stopped = unless_interrupted(async {
            kill(name);
            std::future::pending::<()>().await;
        });
        assert_eq!(stopped.await, None, "{name} stops each command of a process");
    }
    assert_eq!(unless_interrupted(async { 1 }).await, Some(1));
    for (name, kind) in [("-INT", SignalKind::interrupt()), ("-TERM", SignalKind::terminate())] {
        let mut own = signal(kind).expect("a handler of the service");
        // A command afterwards leaves that handler alone.
        for _ in 0..2 {
            kill(name);
            let received = tokio::time::timeout(Duration::from_secs(5), own.recv()).await;
            assert_eq!(received, Ok(Some(())), "{name} reaches the service");
            // Time enough for a handler of ours to end the process.
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(unless_interrupted(async { 1 }).await, Some(1));
        }
    }
}

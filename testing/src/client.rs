//! The plain client of a database, on a script.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{Kind, Output, TestDatabase};

impl TestDatabase {
    /// Feeds a script to `sqlite3`, `psql` or `mariadb`, as somebody would who has nothing else.
    ///
    /// # Panics
    /// Where the client is missing: `scripts/test` installs it.
    #[must_use]
    pub fn client(&self, script: &str) -> Output {
        client(self.kind, &self.url, script, &[], &[])
    }
}

/// Feeds a script to the client of the database at `url`, with these variables in its environment and these arguments.
///
/// # Panics
/// Where the client is missing: `scripts/test` installs it.
#[must_use]
pub fn client(
    kind: Kind,
    url: &str,
    script: &str,
    environment: &[(&str, &str)],
    arguments: &[&str],
) -> Output {
    let mut command = match kind {
        Kind::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.arg("-batch").args(arguments).arg(url.trim_start_matches("sqlite://"));
            command
        }
        Kind::Postgresql => {
            let mut command = Command::new("psql");
            command.args(["--no-psqlrc", "--quiet", "--dbname", url, "--file", "-"]).args(arguments);
            command
        }
        Kind::Mysql => {
            let (login, place) = url.trim_start_matches("mysql://").split_once('@').expect("a login");
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            let (authority, database) = place.split_once('/').expect("a database");
            let (host, port) = authority.split_once(':').expect("a port");
            let mut command = Command::new("mariadb");
            command.args(["--no-defaults", "--protocol=tcp", "--host", host, "--port", port]);
            command.args(arguments).args(["--user", user, database]).env("MYSQL_PWD", password);
            command
        }
    };
    command.envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut input = client.stdin.take().expect("a pipe");
    let script = script.to_owned();
    let writer = std::thread::spawn(move || {
        // A client that stops at an error closes the pipe.
        let _ = input.write_all(script.as_bytes());
    });
    let output = client.wait_with_output().expect("the client ends");
    writer.join().expect("the script is written");
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

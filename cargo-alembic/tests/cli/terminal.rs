//! What a terminal is shown of scripts and databases of strangers: it obeys nothing of that.

use std::process::{Command, Stdio};

use alembic_testing::Script;

use crate::support::{PROGRAM, Package, package};

/// Sets the title, writes to the clipboard, clears the screen, blinks, hides; the same with one byte; turns the direction of text.
const HOSTILE: &str = "a\u{1b}]0;T\u{7}b\u{1b}]52;c;eA==\u{7}c\u{1b}[2Jd\u{1b}[5me\u{1b}[8mf\u{9b}2Jg\u{202e}h\u{200b}i\u{8}\u{7f}";

fn hostile() -> Package {
    let package = package(&[]);
    let body = format!(
        "-- alembic: upgrade\n-- {HOSTILE}\nCREATE TABLE t (a TEXT DEFAULT '{HOSTILE}');\n\n\
         -- alembic: downgrade\nDROP TABLE t; -- {HOSTILE}\n"
    );
    let text = Script::with_body("r1", "", &body).text();
    let text = text.replace("Revision r1 of a test", &format!("Message {HOSTILE}"));
    package
        .write("migrations/r1.sql", text.replace("-- Revises:", &format!("-- Tags: {HOSTILE}\n-- Revises:")));
    package
}

/// Runs a command on a terminal of its own, and returns what that is sent.
fn on_terminal(package: &Package, line: &str) -> String {
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &format!("'{PROGRAM}' {line}"), "/dev/null"]);
    let like = package.command(&[]);
    command.current_dir(package.folder()).stdin(Stdio::null());
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("TERM", "xterm-256color");
    let output = command.output().expect("`script` of util-linux");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(!text.trim().is_empty(), "`{line}` says something");
    text.replace("\r\n", "\n")
}

/// What a terminal may be sent besides text.
const COLOURS: [&str; 18] = [
    "0", "1", "2", "31", "32", "33", "34", "35", "36", "39", "91", "92", "93", "94", "95", "96", "1;31",
    "1;32",
];

#[track_caller]
fn is_harmless(text: &str, line: &str) {
    let mut rest = text;
    while let Some(place) = rest.find('\u{1b}') {
        let colour = rest[place..].strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m'));
        let Some((codes, after)) = colour.filter(|(codes, _)| COLOURS.contains(codes)) else {
            panic!("`{line}`: {text:?}")
        };
        assert!(!codes.is_empty());
        rest = after;
    }
    let text =
        COLOURS.iter().fold(text.to_owned(), |text, code| text.replace(&format!("\u{1b}[{code}m"), ""));
    is_without_commands(&text, line);
}

#[track_caller]
fn is_without_commands(text: &str, line: &str) {
    let is_active = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t') || matches!(letter, '\u{202e}' | '\u{200b}')
    };
    assert!(!text.contains(is_active), "`{line}`: {text:?}");
}

const NAMES: [&str; 6] =
    ["history", "history -v", "heads -v", "show r1", "upgrade --dry-run", "check --scratch"];

const SCRIPTS: [&str; 5] =
    ["show -v r1", "upgrade --dry-run -v", "upgrade --sql", "downgrade --sql r1:base", "history --json"];

#[test]
fn scripts() {
    let package = hostile();
    for line in NAMES.into_iter().chain(SCRIPTS) {
        is_harmless(&on_terminal(&package, line), line);
    }
    for line in NAMES {
        let output = package.alembic(line);
        is_without_commands(&output.text(), line);
    }
    // Byte for byte elsewhere: a client is to execute it.
    let sql = package.alembic("upgrade --sql").success().text();
    assert!(sql.contains(&format!("DEFAULT '{HOSTILE}'")), "{sql:?}");
    assert!(package.alembic("show -v r1").success().text().contains(HOSTILE));
}

/// A colour is a command too, wherever it is not one of ours; and a name is no second line.
#[test]
fn colours_of_others() {
    const RED: &str = "\u{1b}[31m";
    let package = package(&[]);
    let body = format!(
        "-- alembic: upgrade\nCREATE TABLE \"{RED}t\" (a TEXT);\n\n-- alembic: downgrade\nDROP TABLE \"{RED}t\";\n"
    );
    let text = Script::with_body("r1", "", &body).text();
    package.write("migrations/r1.sql", text.replace("Revision r1 of a test", &format!("Message {RED}")));
    let url = "sqlite://%0Aerror%3A%20.db";
    let lines = [
        format!("upgrade --url {url}x"),
        "history".to_owned(),
        "upgrade --dry-run".to_owned(),
        "upgrade".to_owned(),
        "log".to_owned(),
        "inspect".to_owned(),
        "downgrade base".to_owned(),
        format!("current --url {url}"),
        "upgrade".to_owned(),
        "verify".to_owned(),
        format!("upgrade --wait=1 --url postgres://{}@127.0.0.1:1/app", "%1B%5B31mx"),
    ];
    for line in &lines {
        if line == "verify" {
            package.edit("migrations/r1.sql", "(a TEXT)", "(a TEXT, b TEXT)");
        }
        let beside = if line == "inspect" { String::new() } else { package.alembic(line).to_string() };
        for text in [on_terminal(&package, line), beside] {
            assert!(!text.contains(RED), "{line}: {text:?}");
            assert!(!text.contains("\nerror: .db"), "{line}: {text:?}");
        }
    }
}

#[tokio::test]
async fn databases() {
    let package = hostile();
    let text = on_terminal(&package, "upgrade");
    // The bar of progress moves; what it shows does not.
    for command in ["\u{1b}]", "\u{7}", "\u{1b}[5m", "\u{1b}[8m", "\u{9b}", "\u{202e}", "\u{8}"] {
        assert!(!text.contains(command), "{text:?}");
    }
    for line in ["log", "log -v", "current -v", "inspect", "inspect --models", "verify"] {
        is_harmless(&on_terminal(&package, line), line);
    }
    assert!(package.alembic("inspect").success().text().contains(HOSTILE), "byte for byte elsewhere");
    let url = format!("sqlite://{}", package.path("app.db").display());
    let mut connection =
        <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.expect("a connection");
    sqlx::query("INSERT INTO alembic_version VALUES (?)")
        .bind(HOSTILE)
        .execute(&mut connection)
        .await
        .expect("a row");
    for line in
        ["current", "current --check-heads", "upgrade", "history -i", "stamp heads", "verify", "downgrade -1"]
    {
        is_harmless(&on_terminal(&package, line), line);
        is_without_commands(&package.alembic(line).to_string(), line);
    }
}

/// A name is shown in each message about its file.
#[test]
fn names_of_files() {
    let package = hostile();
    std::fs::copy(package.path("migrations/r1.sql"), package.path("migrations/\u{1b}[41mr2.sql"))
        .expect("a file");
    for line in ["history", "upgrade", "verify --offline"] {
        let output = package.alembic(line).code(1).to_string();
        is_without_commands(&output, line);
        assert!(output.contains("its name has a character that a terminal obeys"), "{output}");
        is_harmless(&on_terminal(&package, line), line);
    }
}

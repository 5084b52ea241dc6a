//! Which stream, which exit code, which colours.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{PROGRAM, Package, branch, chain, package};

/// Runs every kind of command, and gives each output to `look`.
fn each(
    package: &Package,
    environment: &[(&str, &str)],
    mut look: impl FnMut(&str, alembic_testing::Output),
) {
    let lines = [
        "init",
        "heads",
        "upgrade",
        "upgrade",
        "current",
        "history -i",
        "show r1",
        "revision -m x --rev-id r3",
        "downgrade -1",
        "stamp head",
        "seal",
        "unseal r1",
        "upgrade nobody",
        "downgrade",
        "--help",
    ];
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = package.command(&words);
        command.envs(environment.iter().copied());
        look(line, package.run(command));
    }
}

#[test]
fn data_on_stdout_and_talk_on_stderr() {
    each(&package(&chain(2)), &[], |line, output| {
        let command = line.split(' ').next().expect("a word");
        let is_data = ["heads", "current", "history", "show", "--help"].contains(&command);
        assert_eq!(output.stdout.is_empty(), !is_data, "{line}: stdout\n{}", output.stdout);
        assert_eq!(output.stderr.is_empty(), is_data, "{line}: stderr\n{}", output.stderr);
    });
}

#[test]
fn exit_codes() {
    let mut codes = Vec::new();
    each(&package(&chain(2)), &[], |line, output| codes.push((line.to_owned(), output.code)));
    for (line, code) in codes {
        let expected = match line.as_str() {
            "upgrade nobody" | "unseal r1" => 1,
            "downgrade" => 2,
            _ => 0,
        };
        assert_eq!(code, Some(expected), "{line}");
    }
}

#[test]
fn no_colours_without_a_terminal() {
    each(&package(&chain(2)), &[], |line, output| {
        assert!(!output.text().contains('\u{1b}'), "{line}: {:?}", output.text());
    });
    // Unless they are asked for: so the text above is one that could have had some.
    let mut coloured = 0;
    each(&package(&chain(2)), &[("CLICOLOR_FORCE", "1")], |_, output| {
        coloured += usize::from(output.text().contains('\u{1b}'));
    });
    assert!(coloured >= 8, "{coloured}");
}

/// `cargo alembic`, as everybody types it.
#[test]
fn through_cargo() {
    let package = package(&chain(1));
    let folder = Path::new(PROGRAM).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path)));
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg("alembic").args(arguments).current_dir(package.folder());
        command.env("PATH", path.as_ref().expect("a PATH"));
        package.run(command)
    };
    cargo(&["upgrade"]).success();
    assert_eq!(cargo(&["current"]).success().stdout, "r1 (head)\n");
    // Cargo passes the exit code on.
    cargo(&["show", "nobody"]).code(1);
    cargo(&["downgrade"]).code(2);
    assert_eq!(cargo(&["--help"]).success(), package.alembic("--help"));
}

/// `cargo-alembic` called by its own name means the same.
#[test]
fn without_cargo() {
    let package = package(&chain(1));
    let mut command = Command::new(PROGRAM);
    command.arg("heads").current_dir(package.folder());
    assert_eq!(package.run(command).success().stdout, "r1 (head)\n");
}

/// Commands that print data, each on what those before it leave.
#[cfg(target_os = "linux")]
const PRINTING: [&str; 28] = [
    "--help",
    "--version",
    "upgrade --help",
    "help upgrade",
    "man",
    "completions bash",
    "heads",
    "branches",
    "list-templates",
    "upgrade --sql heads",
    "downgrade --sql r2:base",
    "stamp --sql heads",
    "ensure-version --sql",
    "upgrade heads --dry-run",
    "upgrade heads --dry-run --json",
    "upgrade heads --json",
    "upgrade heads --json",
    "current",
    "current --json",
    "history",
    "history -i --json",
    "show r1",
    "show r1 -v",
    "log",
    "log --json",
    "verify --json",
    "inspect",
    "inspect --json",
];

/// What was printed can be a script that a client is to execute.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error() {
    let package = package(&[chain(2), vec![branch()]].concat());
    for line in PRINTING {
        let mut command = package.command(&line.split(' ').collect::<Vec<_>>());
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = command.stdout(full).stderr(Stdio::piped()).output().expect("it starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {stderr}");
        let message = "error: cannot write to standard output: No space left on device (os error 28); what was printed is \
                       incomplete\n";
        assert!(stderr.ends_with(message) && stderr.matches("error").count() == 2, "{line}: {stderr}");
    }
    // The run was not the worse for it.
    assert_eq!(package.alembic("current --check-heads").success().stdout, "r2 (head)\nx2 (head)\n");
    assert_eq!(package.listed(), ["r1*", "r2*", "x2*"]);
}

/// As in `cargo alembic history | head`.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let package = package(&chain(2));
    for line in ["--help", "man", "upgrade --sql heads", "upgrade --json", "history", "show r1 -v", "inspect"]
    {
        let mut command = package.command(&line.split(' ').collect::<Vec<_>>());
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("it starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {stderr}");
        assert!(!stderr.contains("error"), "{line}: {stderr}");
    }
}

//! The help, as it is printed.

use crate::support::package;

#[test]
fn of_each_command() {
    let package = package(&[]);
    package.session("help", &["--help"]);
    let commands = package.alembic("--help").success().stdout;
    let commands: Vec<&str> = commands
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.contains(&"upgrade") && commands.contains(&"unseal"), "{commands:?}");
    for command in commands {
        package.session(&format!("help_{command}"), &[&format!("{command} --help")]);
    }
}

#[test]
fn wrong_usage() {
    let package = package(&[]);
    package.session(
        "help_wrong_usage",
        &[
            "",
            "upgrad",
            "upgrade --lock",
            "upgrade r1 r2",
            "show",
            "upgrade --url",
            "--url sqlite://app.db",
            "init --database oracle",
        ],
    );
}

#[test]
fn version() {
    let package = package(&[]);
    let version = format!("cargo-alembic {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(package.alembic("--version").success().stdout, version);
}

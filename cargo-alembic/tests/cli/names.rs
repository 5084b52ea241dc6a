//! The names of files: `file_template`, `truncate_slug_length`, `timezone`, `recursive`.

use alembic_testing::Script;

use crate::support::{chain, package};

#[test]
fn numbers_as_ids() {
    let package = package(&[]);
    package.write("alembic.toml", "file_template = \"%(rev)s_%(slug)s\"\nurl = \"sqlite://app.db\"\n");
    package.session(
        "names_numbers",
        &[
            "revision --rev-id 006 -m \"TICKET-123 add preferences\"",
            "revision --rev-id 007_device_sessions -m \"Device sessions\"",
            "revision --rev-id 008",
            "revision --rev-id 9.1 -m \"A point\"",
            "history",
            "upgrade 007",
            "upgrade +1",
            "downgrade 006",
        ],
    );
}

#[test]
fn in_folders_by_date() {
    let package = package(&[]);
    package.write(
        "alembic.toml",
        "recursive = true\nfile_template = \"%(year)d/%(slug)s/%%(rev)s\"\nurl = \"sqlite://app.db\"\n",
    );
    package.alembic("revision --rev-id a1 -m \"Create users\"").success();
    package.alembic("revision --rev-id a2").success();
    // What it follows lies in another folder, which the template makes anew.
    package.alembic("revision --rev-id a3 -m \"Create users\"").success();
    let files: Vec<String> = package.files().into_keys().map(|name| name.display().to_string()).collect();
    let scripts = files.iter().filter(|name| name.ends_with(".sql"));
    let shapes: Vec<String> = scripts.map(|name| alembic_testing::mask(name, "/9999/", "/[year]/")).collect();
    assert_eq!(
        shapes,
        [
            "migrations/[year]/a2.sql",
            "migrations/[year]/create_users/a1.sql",
            "migrations/[year]/create_users/a3.sql"
        ]
    );
    package.session("names_in_folders", &["history", "upgrade", "verify"]);
}

/// Without folders in the template a script lies next to its parent.
#[test]
fn in_folders_by_hand() {
    let package = package(&[]);
    package.write("alembic.toml", "recursive = true\nfile_template = \"%(rev)s\"\n");
    alembic_testing::write_scripts(&package.path("migrations/billing/first"), &chain(1));
    package.session(
        "names_by_hand",
        &[
            "revision --rev-id a2",
            "revision --rev-id a3 --version-path migrations/accounts",
            "revision --rev-id a4 --version-path migrations/.hidden",
            "revision --rev-id a4 --version-path migrations/../src",
            "history",
        ],
    );
}

/// A folder that is in another is read once.
#[test]
fn folders_in_each_other() {
    let package = package(&chain(1));
    alembic_testing::write_scripts(
        &package.path("migrations/billing"),
        &[Script::new("b2", "r1", "CREATE TABLE b2 (id INTEGER);", "DROP TABLE b2;")],
    );
    package
        .write("alembic.toml", "migrations = [\"migrations\", \"migrations/billing\"]\nrecursive = true\n");
    assert_eq!(package.alembic("heads").success().stdout, "b2 (head)\n");
    package.write("alembic.toml", "migrations = [\"migrations/billing\", \"migrations\"]\n");
    assert_eq!(package.alembic("heads").success().stdout, "b2 (head)\n");
    package.write("alembic.toml", "");
    assert_eq!(package.alembic("heads").success().stdout, "r1 (head)\n");
}

#[test]
fn the_time_zone() {
    let package = package(&[]);
    package.write(
        "alembic.toml",
        "timezone = \"Asia/Kathmandu\"\nfile_template = \"%(epoch)d_%(hour).2d%(minute).2d\"\n",
    );
    package.alembic("revision --rev-id a1").success();
    let name = package.only_file("migrations", ".sql");
    let (epoch, clock) = name
        .strip_prefix("migrations/")
        .and_then(|name| name.strip_suffix(".sql"))
        .and_then(|name| name.split_once('_'))
        .expect("the template");
    // Nepal is 5 hours and 45 minutes before Greenwich, all year.
    let minutes = (epoch.parse::<i64>().expect("a number") / 60 + 5 * 60 + 45) % (24 * 60);
    assert_eq!(clock, format!("{:02}{:02}", minutes / 60, minutes % 60));
    assert!(
        package.read(&name).lines().any(|line| line.starts_with("-- Created: ") && line.ends_with("+05:45"))
    );
    package.alembic("history -v").success();
}

#[test]
fn mistakes() {
    let package = package(&chain(1));
    let check = |settings: &str| {
        package.write("alembic.toml", settings);
        let before = package.files();
        let output = package.alembic("revision --rev-id a2 -m x").code(1);
        assert_eq!(package.files(), before);
        format!("=== {}\n{output}", settings.trim())
    };
    let outputs = [
        check("\ntimezone = \"Europe/Berln\"\n"),
        check("timezone = \"CET+1\"\n"),
        check("file_template = \"%(revision)s\"\n"),
        check("file_template = \"%(year)d/%(rev)s\"\n"),
        check("recursive = true\nfile_template = \"../%(rev)s\"\n"),
        // It is there already.
        check("file_template = \"r1\"\n"),
        // A file where a folder is needed.
        check("recursive = true\nfile_template = \"r1.sql/%(rev)s\"\n"),
        // Longer than a name can be.
        check(&format!("file_template = \"{}_%(rev)s\"\n", "x".repeat(300))),
    ];
    package.assert_snapshot("names_mistakes", &outputs.join("\n").replace(&"x".repeat(300), "x…"));
}

#[test]
fn a_long_message() {
    let package = package(&[]);
    let message = "Rename the column that holds the name of the person who lent a book ".repeat(40);
    package.run(package.command(&["revision", "--rev-id", "a1", "-m", &message])).success();
    package.only_file("migrations", "_a1_rename_the_column_that_holds_the_name_of.sql");
    let length = "truncate_slug_length = 10\n";
    package.write("alembic.toml", length);
    package.run(package.command(&["revision", "--rev-id", "a2", "-m", &message])).success();
    package.only_file("migrations", "_a2_rename_the.sql");
    package.write("alembic.toml", "truncate_slug_length = 0\n");
    package.run(package.command(&["revision", "--rev-id", "a3", "-m", &message])).success();
    package.only_file("migrations", "_a3.sql");
    assert!(package.alembic("history").success().stdout.contains(message.trim()));
}

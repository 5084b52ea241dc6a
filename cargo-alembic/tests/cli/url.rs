//! Where the URL comes from: `--url`, `DATABASE_URL`, `.env`, `alembic.toml`.

use crate::support::{chain, package};

/// From the first source to the last: each is used when those before it are silent.
#[test]
fn the_order() {
    let package = package(&chain(1));
    package.write("alembic.toml", "url = \"sqlite://toml.db\"\n");
    package.write(".env", "DATABASE_URL=sqlite://dotenv.db\n");
    let upgrade = |arguments: &[&str], variable: Option<&str>| {
        let mut command = package.command(&[&["upgrade"], arguments].concat());
        if let Some(value) = variable {
            command.env("DATABASE_URL", value);
        }
        package.run(command).success();
        let made: Vec<String> = ["flag.db", "variable.db", "dotenv.db", "toml.db"]
            .into_iter()
            .filter(|name| std::fs::remove_file(package.path(name)).is_ok())
            .map(str::to_owned)
            .collect();
        made.join(" ")
    };
    assert_eq!(upgrade(&["--url", "sqlite://flag.db"], Some("sqlite://variable.db")), "flag.db");
    assert_eq!(upgrade(&[], Some("sqlite://variable.db")), "variable.db");
    assert_eq!(upgrade(&[], None), "dotenv.db");
    assert_eq!(upgrade(&[], Some("")), "toml.db", "an empty variable hides that of .env, and says nothing");
    package.remove(".env");
    assert_eq!(upgrade(&[], None), "toml.db");
}

#[test]
fn variables_in_the_configuration() {
    let package = package(&chain(1));
    package.write("alembic.toml", "url = \"sqlite://${FOLDER}/${NAME}.db\"\n");
    package.session("url_missing_variable", &["current"]);
    package.write(".env", "FOLDER=data\nNAME=from_dotenv\n");
    package.alembic("upgrade").success();
    assert!(package.path("data/from_dotenv.db").is_file());
    let mut command = package.command(&["upgrade"]);
    command.env("NAME", "from_environment");
    package.run(command).success();
    assert!(package.path("data/from_environment.db").is_file());
}

/// Each variable contains the one before, twice.
#[test]
fn variables_that_grow() {
    let package = package(&chain(1));
    package.write("alembic.toml", "url = \"sqlite://${NAME}.db\"\n");
    let doubling = |lines: usize| {
        let lines = (1..=lines).map(|line| format!("A{line}=${{A{0}}}${{A{0}}}\n", line - 1));
        format!("A0=x\n{}NAME=app\n", lines.collect::<String>())
    };
    package.write(".env", doubling(5));
    package.alembic("upgrade").success();
    for text in [
        doubling(26),
        format!("A=x\nA=\"{}\"\nA=\"{0}\"\nNAME=app\n", "${A}".repeat(2000) + &"x".repeat(1000)),
    ] {
        package.write(".env", text);
        let output = package.alembic("upgrade").code(1);
        assert!(
            output.stderr.contains("/.env: its variables contain each other, and become too long"),
            "{output}"
        );
    }
}

/// The `.env` of a workspace serves its packages.
#[test]
fn dotenv_above() {
    let package = package(&chain(1));
    package.write(".env", "DATABASE_URL=sqlite://dotenv.db\n");
    package.write("inner/Cargo.toml", package.read("Cargo.toml"));
    alembic_testing::write_scripts(&package.path("inner/migrations"), &chain(1));
    let mut command = package.command(&["upgrade"]);
    command.current_dir(package.path("inner"));
    package.run(command).success();
    // A relative file is relative to the `.env`.
    assert!(package.path("dotenv.db").is_file() && !package.path("inner/dotenv.db").exists());
}

/// As shells, editors and other tools write it.
#[test]
fn dotenv_as_people_write_it() {
    let check = |text: &str, expected: &str| {
        let package = package(&chain(1));
        package.write("alembic.toml", "");
        package.write(".env", text);
        package.alembic("upgrade").success();
        let files = package.files();
        assert!(files.contains_key(std::path::Path::new(expected)), "{text:?}: {:?}", files.keys());
    };
    check("export DATABASE_URL=sqlite://a.db", "a.db");
    check("# the database\n\nDATABASE_URL = sqlite://a.db # here\n", "a.db");
    check("DATABASE_URL=\"sqlite://a b.db\"\n", "a b.db");
    check("DATABASE_URL='sqlite://$a.db'\n", "$a.db");
    check("NAME=a\nDATABASE_URL=sqlite://${NAME}.db\n", "a.db");
    check("DATABASE_URL=sqlite://a.db\r\nOTHER=1\r\n", "a.db");
    check("\u{feff}DATABASE_URL=sqlite://a.db\n", "a.db");
    check("DATABASE_URL=sqlite://a.db\nDATABASE_URL=sqlite://b.db\n", "a.db");
}

/// A password may hold what separates the parts of a URL, and is never shown.
#[test]
fn a_password_in_a_variable() {
    let package = package(&chain(1));
    package.write("alembic.toml", "url = \"postgres://app:${PASSWORD}@localhost:1/app\"\n");
    let mut command = package.command(&["current"]);
    command.env("PASSWORD", "hunter@2/#:?");
    let output = package.run(command).code(1);
    assert!(output.stderr.contains("localhost:1 ") && !output.text().contains("hunter"), "{}", output.text());
    package.write("alembic.toml", "\nurl = \"postgres://app:${PASSWORD@localhost/app\"\n");
    package.session("url_unclosed_variable", &["current"]);
}

/// Whatever the command is, nothing of a password is shown that is not encoded.
#[test]
fn a_password_that_is_not_encoded() {
    let package = package(&chain(1));
    for command in [
        "upgrade",
        "downgrade base",
        "current",
        "history -i",
        "stamp r1",
        "log",
        "ensure-version",
        "resume",
        "check",
        "inspect",
        "verify",
        "seal --from-database",
        "unseal r1",
        "upgrade --sql",
        "upgrade --dry-run",
        "revision --autogenerate -m more",
        "init",
    ] {
        for url in
            ["postgres://app:hun@ter/hunter@127.0.0.1:1/app", "mysql://app:7007?hunter@127.0.0.1:1/app"]
        {
            let output = package.alembic(&format!("{command} --url {url}")).text();
            assert!(!output.contains("hunter") && !output.contains("7007"), "{command} {url}: {output}");
        }
    }
    package.session("url_not_encoded", &["upgrade --url postgres://app:hun/ter@127.0.0.1:1/app"]);
}

/// An unknown parameter, a schema that other tools name otherwise, a file that could be either.
#[test]
fn parameters() {
    let package = package(&chain(1));
    package.session(
        "url_parameters",
        &[
            "current --url postgres://app@127.0.0.1:1/app?sslmod=require",
            "current --url postgres://app@127.0.0.1:1/app?channel_binding=require",
            "current --url mysql://app@127.0.0.1:1/app?colation=utf8mb4_bin",
            "current --url sqlite://app.db?_journal_mode=WAL",
            "current --url sqlite:///no_such_folder/app.db",
            "current --url sqlite+aiosqlite://app.db",
        ],
    );
}

/// The key is taken from the environment, and never shown.
#[test]
fn a_key_of_sqlcipher() {
    let package = package(&chain(1));
    let mut command = package.command(&["upgrade"]);
    command.env("ALEMBIC_SQLITE_KEY", "hunter2");
    let output = package.run(command).code(1);
    assert!(!output.text().contains("hunter2") && !package.path("app.db").exists(), "{}", output.text());
    package.assert_snapshot("url_sqlite_key", &output.to_string());
}

#[test]
fn dotenv_that_cannot_be_read() {
    let package = package(&chain(1));
    package.write(".env", "DATABASE_URL=sqlite://app.db\nPASSWORD='hunter2\n");
    let output = package.alembic("current").code(1);
    assert!(!output.text().contains("hunter2"), "{}", output.text());
    package.assert_snapshot("url_bad_dotenv", &output.to_string());
}

#[test]
fn a_relative_file_is_relative_to_the_configuration() {
    let check = |url: &str, expected: &str| {
        let package = package(&chain(1));
        package.write("alembic.toml", format!("url = \"{url}\"\n"));
        let mut command = package.command(&["upgrade"]);
        command.current_dir(package.path("src"));
        package.run(command).success();
        assert!(package.path(expected).is_file(), "{url}: {:?}", package.files().keys());
    };
    check("sqlite://app.db", "app.db");
    check("sqlite:app.db", "app.db");
    check("sqlite://./data/app.db", "data/app.db");
    check("sqlite://app.db?mode=rwc", "app.db");
}

/// The name of a folder is not a part of the URL: nothing in it is decoded, and nothing separates parts.
#[test]
fn a_folder_may_have_any_name() {
    for folder in ["we%41ird", "wh?at", "a#b", "with space", "mode=memory", "a:b", "ü"] {
        let package = package(&chain(1));
        package.write(format!("{folder}/Cargo.toml"), package.read("Cargo.toml"));
        package.write(format!("{folder}/alembic.toml"), "url = \"sqlite://data/app.db\"\n");
        alembic_testing::write_scripts(&package.path(folder).join("migrations"), &chain(1));
        let before = package.files();
        let mut command = package.command(&["upgrade"]);
        command.current_dir(package.path(folder));
        package.run(command).success();
        let file = std::path::Path::new(folder).join("data/app.db");
        assert!(package.files().contains_key(&file), "{folder}");
        let elsewhere =
            package.files().into_keys().find(|path| !path.starts_with(folder) && !before.contains_key(path));
        assert_eq!(elsewhere, None, "{folder}");
    }
}

/// While one that is given with the call is relative to where it is given, as in a shell.
#[test]
fn a_relative_file_of_the_call_is_relative_to_the_folder() {
    let package = package(&chain(1));
    let mut command = package.command(&["upgrade", "--url", "sqlite://here.db"]);
    command.current_dir(package.path("src"));
    package.run(command).success();
    assert!(package.path("src/here.db").is_file());
}

#[test]
fn a_file_and_its_folder_are_created() {
    let package = package(&chain(1));
    package.session(
        "url_creates",
        &["upgrade --url sqlite://deep/down/app.db", "current --url sqlite://deep/down/app.db"],
    );
    assert!(package.path("deep/down/app.db").is_file());
}

#[test]
fn urls_that_cannot_be() {
    let package = package(&chain(1));
    let urls = [
        "app.db",
        "oracle://app:hunter2@db/app",
        "app:hunter2@db/app",
        "postgres://app:hunter2@db:port/app",
        "postgres://app:hunter2@[::1/app",
        "postgres://app:hunter2@db/app?sslmode=perhaps",
        "postgres://app:hunter2#@db/app",
        "mysql://app:hunter2@db",
        "sqlite://app.db?mode=hunter2",
        "\"\"",
    ];
    let lines: Vec<String> = urls.iter().map(|url| format!("upgrade --url {url}")).collect();
    let before = package.files();
    let outputs: Vec<String> = lines
        .iter()
        .map(|line| {
            let output = package.alembic(line).code(1);
            // What stands after `mode=` is no password.
            assert!(
                line.contains("mode=") || !output.text().contains("hunter2"),
                "{line}\n{}",
                output.text()
            );
            format!("$ cargo alembic {line}\n{output}")
        })
        .collect();
    package.assert_snapshot("url_bad", &outputs.join("\n"));
    assert_eq!(package.files(), before);
}

#[test]
fn a_configuration_that_cannot_be() {
    let package = package(&chain(1));
    let settings = [
        "migration = \"migrations\"\n",
        "\n\nlock_timeout = \"1 min\"\n",
        "transaction = \"all\"\n",
        "migrations = []\n",
        "migrations = 1\n",
        "dialects = [\"postgres\"]\n",
        "url = \"sqlite://app.db\n",
    ];
    let outputs = settings.map(|text| {
        package.write("alembic.toml", text);
        format!("=== {}\n{}", text.trim(), package.alembic("heads").code(1))
    });
    package.assert_snapshot("url_bad_configuration", &outputs.join("\n"));
}

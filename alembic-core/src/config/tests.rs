use super::*;

fn mistake(text: &str) -> String {
    ConfigFile::parse(text).map_or_else(|error| error.to_string(), |_| "none".to_owned())
}

#[test]
fn unknown_keys() {
    let check = |text: &str, expected: &str| assert_eq!(mistake(text), expected, "{text}");
    check("\nmigration = \"db\"", "alembic.toml:2: unknown key `migration`: did you mean `migrations`?");
    check("URL = \"sqlite:\"", "alembic.toml:1: unknown key `URL`: did you mean `url`?");
    check("\u{feff}Url = 1", "alembic.toml:1: unknown key `Url`: did you mean `url`?");
    check(
        "[databases.a]\nurl = \"sqlite:\"\nurl_ = 1",
        "alembic.toml:3: unknown key `url_`: did you mean `url`?",
    );
    check(
        "[[hooks]]\ncommand = \"x\"\n[[hooks]]\ncomand = \"x\"",
        "alembic.toml:4: unknown key `comand`: did you mean `command`?",
    );
    check("[[hooks]]\nname = \"x\"", "alembic.toml:2: unknown key `name`: the keys here are command, cwd");
    check(
        "sqlalchemy.url = \"sqlite:\"",
        "alembic.toml:1: unknown key `sqlalchemy`: it is called `url` here",
    );
    check(
        "[alembic]\nscript_location = \"x\"",
        "alembic.toml:1: unknown key `alembic`: the keys stand at the top of the file",
    );
    // A database in a database.
    check("[datbases.a]", "alembic.toml:1: unknown key `datbases`: did you mean `databases`?");
    assert!(
        mistake("[databases.a]\n[databases.a.databases.b]")
            .starts_with("alembic.toml:2: unknown key `databases`")
    );
}

#[test]
fn values_that_cannot_be() {
    let check = |text: &str, expected: &str| {
        let found = mistake(text);
        assert!(found.starts_with(expected), "{text}\n{found}");
    };
    check("lock_timeout = -1", "alembic.toml:1: `lock_timeout`: ");
    check("recursive = \"true\"", "alembic.toml:1: `recursive`: ");
    check("migrations = []", "alembic.toml:1: `migrations` must name at least one folder");
    check("migrations = [\"a\", \"b\", \"a/\"]", "alembic.toml:1: `migrations` names `a` twice");
    check("migrations = \"\"", "alembic.toml:1: the name of a folder");
    check("\nfile_template = \"%(revision)s\"", "alembic.toml:2: `file_template`: `%(revision)` is no token");
    check(
        "file_template = \"%(year)d/%(rev)s\"",
        "alembic.toml:1: `file_template` puts scripts into folders",
    );
    check("[templates]\ndefault = 1", "alembic.toml:2: `templates`: ");
    check("session.time_zone = 3", "alembic.toml:1: `session`: ");
    check("session.time_zone = \" \"", "alembic.toml:1: `session.time_zone` is empty");
    check("[session]\ntimezone = \"UTC\"", "alembic.toml:2: `session`: unknown field `timezone`");
    check("version_table = \"\"", "alembic.toml:1: the name of the version table is empty");
    for key in ["version_table", "version_table_schema"] {
        check(&format!("{key} = \"a\\u0000b\""), &format!("alembic.toml:1: `{key}` has the character '\\0'"));
        let long = "ä".repeat(32);
        check(&format!("{key} = \"{long}\""), &format!("alembic.toml:1: `{key}` is too long: `{long}"));
        // SQLite has no limit.
        ConfigFile::parse(&format!("dialects = [\"sqlite\"]\n{key} = \"{long}\"")).expect("a name");
    }
    // The longest names, with what the tool adds to them.
    let parse = |length: usize, dialects: &str| {
        ConfigFile::parse(&format!("version_table = \"{}\"\n{dialects}", "v".repeat(length)))
    };
    assert!(parse(55, "").is_ok() && parse(56, "").is_err());
    assert!(parse(56, "dialects = [\"mysql\"]").is_ok() && parse(57, "dialects = [\"mysql\"]").is_err());
    check("[[hooks]]\n\ncommand = []", "alembic.toml:3: the `command` of the hook is empty");
    check("[[hooks]]\ncwd = \".\"", "alembic.toml:1: `hooks`: missing field `command`");
    check("hooks = \"black\"", "alembic.toml:1: `hooks`: ");
    check("databases = 1", "alembic.toml:1: `databases` is no setting: a database is a table");
    check("databases.a = \"sqlite:\"", "alembic.toml:1: `databases.a` is no setting");
    check("[databases.\"*\"]", "alembic.toml:1: \"*\" cannot be the name of a database");
    check("[databases.a]\nmigrations = []", "alembic.toml:2: `migrations` must name");
    // The top of the file is fine, and so is the table by itself.
    check(
        "recursive = true\nfile_template = \"a/%(rev)s\"\n[databases.a]\nurl = \"sqlite:\"\nrecursive = false",
        "alembic.toml:3: `file_template` puts scripts into folders",
    );
    check("url = \"a\"\nurl = \"b\"", "alembic.toml:2: ");
}

#[test]
fn a_database_has_its_own_url_and_takes_over_the_rest() {
    let text = r#"
        url = "sqlite://top.db"
        transaction = "revision"
        lock_timeout = 5
        templates.one = "one.sql"
        hooks = [{ command = "top" }]

        [databases.zoo]
        migrations = "zoo"
        lock_timeout = 6
        templates.two = "two.sql"

        [databases.ape]
        url = "sqlite://ape.db"
        hooks = []
    "#;
    let file = ConfigFile::parse(text).expect("a configuration");
    assert_eq!(file.names().collect::<Vec<_>>(), ["zoo", "ape"], "in the order of the file");
    let top = file.database(None).expect("it has a URL");
    assert_eq!((top.url.as_deref(), top.lock_timeout), (Some("sqlite://top.db"), 5));

    let zoo = file.database(Some("zoo")).expect("it is there");
    assert_eq!((zoo.url.as_deref(), zoo.lock_timeout), (None, 6));
    assert_eq!((zoo.transaction, &*zoo.migrations), (TransactionMode::Revision, &["zoo".to_owned()][..]));
    assert_eq!(zoo.templates.keys().collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(zoo.hooks.len(), 1);

    let ape = file.database(Some("ape")).expect("it is there");
    assert_eq!(
        (ape.url.as_deref(), &*ape.migrations),
        (Some("sqlite://ape.db"), &["migrations".to_owned()][..])
    );
    assert!(ape.hooks.is_empty());
    assert_eq!(ape.error("url", "x").line, 14);
    assert_eq!(ape.error("transaction", "x").line, 3);
    assert_eq!(ape.error("timezone", "x").line, 0);
}

#[test]
fn databases_that_are_not_there() {
    let check = |text: &str, name: Option<&str>, expected: &str| {
        let file = ConfigFile::parse(text).expect("a configuration");
        let found = file.database(name).map_or_else(|error| error.to_string(), |_| "found".to_owned());
        assert_eq!(found, expected, "{text}");
    };
    check("", None, "found");
    check("lock_timeout = 1", None, "found");
    check("", Some("a"), "alembic.toml has no database `a`; it has no table `[databases.NAME]`");
    let named = "lock_timeout = 1\n[databases.accounts]\n[databases.billing]";
    check(named, None, "alembic.toml has only named databases: accounts, billing");
    check(named, Some("billing"), "found");
    check(named, Some("biling"), "alembic.toml has no database `biling`; did you mean `billing`?");
    check(named, Some("head"), "alembic.toml has no database `head`; it has accounts, billing");
    check(&format!("url = \"sqlite:\"\n{named}"), None, "found");
    check(&format!("migrations = \"db\"\n{named}"), None, "found");
}

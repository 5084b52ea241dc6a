//! What is embedded, and when cargo embeds it again.

use alembic_testing::{Script, write_scripts};

use crate::support::{MAIN, service, service_with_build_script, write_lock};

#[test]
fn a_service_has_its_migrations_in_it() {
    let project = service("embed_runs");
    project.build().success();
    // The program needs none of the files.
    std::fs::remove_dir_all(project.path("migrations")).expect("the folder");
    assert_eq!(project.program(&[]).success().stdout, "a1\nb2\nc3\n");
    let script = project.program(&["b2"]).success().stdout;
    assert!(script.contains("CREATE TABLE posts"), "{script}");
}

#[test]
fn an_edited_script_is_compiled_in_again() {
    let project = service("embed_edited");
    project.build().success();
    assert!(project.program(&["c3"]).success().stdout.contains("ON posts (title)"));
    project.edit("migrations/c3.sql", "(title)", "(title, id)");
    project.build().success();
    assert!(project.program(&["c3"]).success().stdout.contains("ON posts (title, id)"));
}

#[test]
fn the_configuration_is_watched() {
    let project = service("embed_configured");
    project.write("alembic.toml", "# Every key has its default.\n");
    project.build().success();
    write_scripts(&project.path("db"), &[Script::new("d4", "", "CREATE TABLE d (x INT);", "")]);
    write_lock(&project, "db", &[]);
    project.write("alembic.toml", "migrations = \"db\"\n");
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "d4\n");
}

#[test]
fn nothing_is_compiled_where_nothing_changed() {
    for project in [service("embed_unchanged"), service_with_build_script("embed_unchanged_watched")] {
        project.build().success();
        let again = project.cargo(&["build", "--offline", "--verbose", "--color=never"]).success();
        assert!(again.stderr.contains(&format!("Fresh {} ", project.name())), "{}", again.stderr);
        assert!(!again.stderr.contains("Compiling"), "{}", again.stderr);
        // The same question answers otherwise after an edit.
        project.edit("migrations/c3.sql", "(title)", "(title, id)");
        let edited = project.cargo(&["build", "--offline", "--verbose", "--color=never"]).success();
        assert!(edited.stderr.contains(&format!("Compiling {} ", project.name())), "{}", edited.stderr);
    }
}

/// The compiler tells cargo which files it has read, and a file that nobody knew of is not among them.
#[test]
fn a_script_put_there_by_hand_is_noticed_only_with_the_build_script() {
    let by_hand = Script::new("d4", "c3", "CREATE TABLE tags (id INTEGER PRIMARY KEY);", "DROP TABLE tags;");

    let watched = service_with_build_script("embed_by_hand_watched");
    watched.build().success();
    write_scripts(&watched.path("migrations"), std::slice::from_ref(&by_hand));
    watched.build().success();
    assert_eq!(watched.program(&[]).success().stdout, "a1\nb2\nc3\nd4\n");

    let unwatched = service("embed_by_hand");
    unwatched.build().success();
    write_scripts(&unwatched.path("migrations"), &[by_hand]);
    unwatched.build().success();
    assert_eq!(unwatched.program(&[]).success().stdout, "a1\nb2\nc3\n");
    // Whatever makes cargo compile the service again brings it in: here the lock, as when the CLI lists it.
    write_lock(&unwatched, "migrations", &["a1", "b2"]);
    unwatched.build().success();
    assert_eq!(unwatched.program(&[]).success().stdout, "a1\nb2\nc3\nd4\n");
}

#[test]
fn another_folder_can_be_named() {
    let project = service("embed_other_folder");
    std::fs::create_dir(project.path("other")).expect("a folder");
    std::fs::rename(project.path("migrations"), project.path("other/folder")).expect("a folder");
    project.write("src/main.rs", MAIN.replace("embed_migrations!()", "embed_migrations!(\"other/folder\")"));
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "a1\nb2\nc3\n");
    project.edit("other/folder/c3.sql", "(title)", "(title, id)");
    project.build().success();
    assert!(project.program(&["c3"]).success().stdout.contains("(title, id)"));
}

#[test]
fn two_folders_make_one_graph() {
    let project = service("embed_two_folders");
    let billing = Script::new("d4", "c3", "CREATE TABLE bills (id INTEGER PRIMARY KEY);", "");
    write_scripts(&project.path("crates/billing/migrations"), &[billing]);
    project.write(
        "src/main.rs",
        MAIN.replace(
            "embed_migrations!()",
            "embed_migrations!(\"migrations\", \"crates/billing/migrations\")",
        ),
    );
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "a1\nb2\nc3\nd4\n");

    // The same through the configuration.
    project.write("src/main.rs", MAIN);
    project.write("alembic.toml", "migrations = [\"migrations\", \"crates/billing/migrations\"]\n");
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "a1\nb2\nc3\nd4\n");
}

/// `[databases.NAME]`: each is embedded by its name, with its own version table.
#[test]
fn one_of_several_databases() {
    let project = service("embed_databases");
    write_scripts(&project.path("billing"), &[Script::new("d4", "", "CREATE TABLE d (x INT);", "")]);
    write_lock(&project, "billing", &[]);
    project.write(
        "alembic.toml",
        "[databases.app]\n[databases.billing]\nmigrations = \"billing\"\nversion_table = \"billing_version\"\n",
    );
    let main = MAIN
        .replace("fn main() {", "fn main() {\n    println!(\"{}\", MIGRATOR.settings().version_table.name);");
    let check = |name: &str, expected: &str| {
        let call = format!("embed_migrations!(database = \"{name}\")");
        project.write("src/main.rs", main.replace("embed_migrations!()", &call));
        project.build().success();
        assert_eq!(project.program(&[]).success().stdout, expected);
    };
    check("billing", "billing_version\nd4\n");
    check("app", "alembic_version\na1\nb2\nc3\n");
}

#[test]
fn folders_in_folders() {
    let project = service_with_build_script("embed_recursive");
    project.write("alembic.toml", "recursive = true\n");
    let deeper = Script::new("d4", "c3", "CREATE TABLE d (x INT);", "");
    write_scripts(&project.path("migrations/2026/11"), &[deeper]);
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "a1\nb2\nc3\nd4\n");
    // The macro has cargo watch it, and the build script what is put there by hand.
    project.edit("migrations/2026/11/d4.sql", "x INT", "y INT");
    project.build().success();
    assert!(project.program(&["d4"]).success().stdout.contains("y INT"));
    write_scripts(
        &project.path("migrations/2026/12"),
        &[Script::new("e5", "d4", "CREATE TABLE e (x INT);", "")],
    );
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "a1\nb2\nc3\nd4\ne5\n");
}

#[test]
fn several_heads_are_embedded_where_they_are_allowed() {
    let project = service("embed_many_heads");
    write_scripts(&project.path("migrations"), &[Script::new("d4", "b2", "CREATE TABLE d (x INT);", "")]);
    project.write("src/main.rs", MAIN.replace("embed_migrations!()", "embed_migrations!(heads = many)"));
    project.build().success();
    let mut ids: Vec<String> = project.program(&[]).success().stdout.lines().map(str::to_owned).collect();
    ids.sort();
    assert_eq!(ids, ["a1", "b2", "c3", "d4"]);
}

#[test]
fn a_package_without_migrations_yet_builds() {
    let project = service("embed_none_yet");
    std::fs::remove_dir_all(project.path("migrations")).expect("the folder");
    std::fs::create_dir(project.path("migrations")).expect("the folder");
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "");
}

/// What a script says and how it is laid out may change for ever; only what it does is sealed.
#[test]
fn a_sealed_script_may_be_reformatted() {
    let project = service("embed_reformatted");
    let file = "migrations/b2.sql";
    let original = project.read(file);
    let check = |what: &str, text: String| {
        assert_ne!(text, original, "{what}");
        project.write(file, text);
        let output = project.check();
        assert_eq!(output.code, Some(0), "{what}:\n{}", output.text());
    };
    check(
        "white space",
        original.replace(
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT);",
            "CREATE TABLE posts (\n    id     INTEGER PRIMARY KEY,\n    title  TEXT\n)\n;\n\n\n",
        ),
    );
    check(
        "comments",
        original.replace(
            "CREATE TABLE posts (",
            "-- What people write.\nCREATE /* one line each */ TABLE posts (-- the key\n",
        ),
    );
    check("CRLF", original.replace('\n', "\r\n"));
    check("a byte order mark", format!("\u{feff}{original}"));
    check("no newline at the end", original.trim_end().to_owned());
    check("another message", original.replace("of a test", "makes the posts"));
    check(
        "tags and a date",
        original.replace(
            "-- Revises: a1\n",
            "-- Revises: a1\n-- Created: 2026-11-22T09:10:00Z\n-- Tags: posts\n",
        ),
    );
    check(
        "all of it",
        format!("\u{feff}{original}").replace("(id", "(\n  -- the key\n  id").replace('\n', "\r\n"),
    );
}

/// A later version of the splitter may refuse what an earlier one has sealed, and find other digests for it: the text is what was
/// applied, and the digests are those of the seal.
#[test]
fn a_sealed_text_is_not_read_again() {
    let project = service("embed_sealed_text");
    let file = "migrations/b2.sql";
    project.edit(file, "title TEXT", "title TEXT DEFAULT 'no end");
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let text = project.read(file);
    let hash = alembic::script::Script::parse(file, text.clone()).expect("a script").text_hash();
    let lock = project.read("migrations/alembic.lock");
    let lines = lock.lines().map(|line| match line.starts_with("b2 ") {
        true => format!("b2 {} {} {hash}\n", digest("1"), digest("2")),
        false => format!("{line}\n"),
    });
    project.write("migrations/alembic.lock", lines.collect::<String>());
    project.write(
        "src/main.rs",
        MAIN.replace("println!(\"{}\", script.revision.id)", "println!(\"{}\", script.digests().upgrade)"),
    );
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout.lines().nth(1), Some(&*digest("1")));
    // One blank more, and it is another text.
    project.write(file, format!("{text} "));
    let refused = project.build();
    assert_ne!(refused.code, Some(0));
    for problem in ["this string does not end", "revision b2 was edited after it was applied"] {
        assert!(refused.stderr.contains(problem), "{}", refused.stderr);
    }
}

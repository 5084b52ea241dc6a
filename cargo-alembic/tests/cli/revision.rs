//! `revision`.

use std::process::Stdio;

use alembic_testing::Script;

use crate::support::{branch, chain, package};

#[test]
fn a_script_and_a_line_of_the_lock() {
    let package = package(&[]);
    package.session(
        "revision",
        &[
            "revision -m \"Create users\" --rev-id b2",
            "revision --message \"Add preferences\" --rev-id a1",
            "history",
        ],
    );
    let name = package.only_file("migrations", "_b2_create_users.sql");
    package.assert_snapshot("revision_script", &package.read(name));
    package.assert_snapshot("revision_lock", &package.lock());
}

#[test]
fn an_id_of_twelve_digits() {
    let package = package(&[]);
    package.alembic("revision -m one").success();
    package.alembic("revision -m two").success();
    let ids = package.listed();
    assert_eq!(ids.len(), 2);
    for id in &ids {
        assert!(id.len() == 12 && id.chars().all(|digit| digit.is_ascii_hexdigit()), "{id}");
    }
    // The second follows the first.
    assert_eq!(package.alembic("heads").success().stdout.lines().count(), 1);
}

#[test]
fn messages() {
    let check = |message: &str, end: &str, shown: &str| {
        let package = package(&[]);
        // A message that begins with a hyphen would be an option otherwise.
        let mut command = package.command(&["revision", "--rev-id", "a1", &format!("--message={message}")]);
        command.env("TZ", "UTC");
        package.run(command).success();
        package.only_file("migrations", end);
        let history = package.alembic("history").success().stdout;
        assert_eq!(history, format!("<base> -> a1 (head), {shown}\n"), "{message:?}");
    };
    check("TICKET-123 add preferences", "_a1_ticket_123_add_preferences.sql", "TICKET-123 add preferences");
    check("", "_a1.sql", "");
    check("  spaces  ", "_a1_spaces.sql", "spaces");
    check("Größe ändern", "_a1_größe_ändern.sql", "Größe ändern");
    check("../../etc/passwd", "_a1_etc_passwd.sql", "../../etc/passwd");
    check("Drop users; --", "_a1_drop_users.sql", "Drop users; --");
    check("first line\n\nmore about it", "_a1_first_line.sql", "first line");
    check("first line\r\nmore about it\r\n", "_a1_first_line.sql", "first line");
    check("It's \"quoted\" `three` ways", "_a1_it_s_quoted_three_ways.sql", "It's \"quoted\" `three` ways");
    check("-- a comment", "_a1_a_comment.sql", "-- a comment");
    check("*/ DROP TABLE users; /*", "_a1_drop_table_users.sql", "*/ DROP TABLE users; /*");
    check("🚀 lift off 🚀", "_a1_lift_off.sql", "🚀 lift off 🚀");
    check("🚀", "_a1.sql", "🚀");
    check("数据库 迁移", "_a1_数据库_迁移.sql", "数据库 迁移");
    check("{{ header }} %(rev)s ${HOME}", "_a1_header_rev_s_home.sql", "{{ header }} %(rev)s ${HOME}");
    check("a\tb\rc\u{1b}[31m", "_a1_a_b_c_31m.sql", "a b c [31m");
    check("a: b", "_a1_a_b.sql", "a: b");
    check(&"ä".repeat(120), &format!("_a1_{}.sql", "ä".repeat(40)), &"ä".repeat(120));
}

/// It would be lost, or make the folder unreadable.
#[test]
fn messages_that_look_like_a_header_line() {
    for message in
        ["Revises: the schema of users", "Tags: rename", "alembic: upgrade to version 2", "Revision: 5"]
    {
        let package = package(&[]);
        let output = package.run(package.command(&["revision", "--rev-id", "a1", "-m", message])).code(1);
        assert!(output.stderr.contains("would be read as a part of the header"), "{}", output.stderr);
        assert_eq!(package.alembic("history").success().stdout, "");
    }
}

#[test]
fn without_a_message() {
    let package = package(&[]);
    package.alembic("revision --rev-id a1").success();
    package.only_file("migrations", "_a1.sql");
}

#[test]
fn the_lock_is_sorted() {
    let package = package(&[]);
    for id in ["m", "a", "z", "b"] {
        package.alembic(&format!("revision -m x --rev-id {id}")).success();
    }
    assert_eq!(package.listed(), ["a", "b", "m", "z"]);
}

#[test]
fn a_file_that_was_not_listed_is_listed() {
    let package = package(&chain(2));
    package.alembic("revision -m x --rev-id a").success();
    assert_eq!(package.listed(), ["a", "r1", "r2"]);
}

#[test]
fn ids_that_cannot_be() {
    let package = package(&chain(2));
    let before = package.files();
    package.session(
        "revision_bad_ids",
        &[
            "revision -m x --rev-id r1",
            "revision -m x --rev-id head",
            "revision -m x --rev-id a-1",
            "revision -m x --rev-id a:b",
            "revision -m x --rev-id ../a",
            "revision -m x --rev-id \"\"",
        ],
    );
    assert_eq!(package.files(), before);
}

#[test]
fn where_it_goes() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    let before = package.files();
    package.session(
        "revision_two_heads",
        &[
            "revision -m x",
            "revision -m x --head r1",
            "revision -m x --head nobody",
            "revision -m x --head r2+1",
        ],
    );
    assert_eq!(package.files(), before);
    package.session(
        "revision_heads",
        &[
            "revision -m \"On one of the heads\" --rev-id y3 --head x2",
            "revision -m \"From the middle\" --rev-id z2 --head r1 --splice",
            "revision -m \"A new base\" --rev-id b1 --head base",
            "history",
        ],
    );
}

#[test]
fn locked_writes_nothing() {
    let package = package(&chain(1));
    package.refuses("revision_locked", "revision -m x --rev-id r2 --locked");
}

#[test]
fn ids_with_points() {
    let package = package(&[]);
    package.session(
        "revision_points",
        &[
            "revision -m one --rev-id v1.0",
            "revision -m two --rev-id v1.0.1 --head v1.0",
            "revision -m three --rev-id .hidden",
            "revision -m three --rev-id ..",
            "revision -m three --rev-id v2.sql",
            "history",
        ],
    );
}

/// The lock may be there to be read only: then nothing is written at all.
#[test]
fn a_lock_that_may_only_be_read() {
    let package = package(&chain(1));
    package.alembic("init").success();
    let path = package.path("migrations/alembic.lock");
    let mut permissions = std::fs::metadata(&path).expect("the lock").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("the lock");
    package.refuses("revision_lock_read_only", "revision -m x --rev-id r2");
}

/// Nothing is left of a revision that cannot be listed in the lock.
#[test]
fn a_lock_that_cannot_be_written() {
    let package = package(&chain(1));
    std::fs::create_dir(package.path("migrations/alembic.lock")).expect("a folder");
    package.refuses("revision_lock_is_a_folder", "revision -m x --rev-id r2");
}

#[test]
fn a_lock_that_cannot_be_read() {
    let package = package(&chain(1));
    package.write("migrations/alembic.lock", "version 1\nr1 sha256:1\n");
    package.refuses("revision_lock_not_toml", "revision -m x --rev-id r2");
}

#[test]
fn no_folder() {
    let package = package(&[]);
    std::fs::remove_dir(package.path("migrations")).expect("the folder");
    package.refuses("revision_no_folder", "revision -m x --rev-id r2");
}

#[test]
fn labels_dependencies_and_tags() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.session(
        "revision_options",
        &[
            "revision -m \"Begin billing\" --rev-id b1 --head base --branch-label billing --branch-label team-1",
            "revision -m more --rev-id b2 --head billing@head --depends-on r2 --depends-on x2 --tag users --tag \"big one\"",
            "revision -m \"Needs billing\" --rev-id r3 --head r2 --depends-on billing",
            "revision -m \"A merge by hand\" --rev-id m4 --head r3 --head x2",
            "revision -m \"All of them\" --rev-id m5 --head heads",
            "history -v",
        ],
    );
    let name = package.only_file("migrations", "_b2_more.sql");
    package.assert_snapshot("revision_options_script", &package.read(name));
}

/// Each is noticed before a file is written.
#[test]
fn what_cannot_be() {
    let mut scripts = chain(2);
    scripts.push(Script::with_body(
        "x2",
        "r1\n-- Branch-Labels: accounts",
        "-- alembic: upgrade\nCREATE TABLE x2 (id INTEGER PRIMARY KEY);\n",
    ));
    let package = package(&scripts);
    let lines = [
        "revision --head r2 --branch-label accounts",
        "revision --head r2 --branch-label r1",
        "revision --head r2 --branch-label \"two words\"",
        "revision --head r2 --branch-label b1 --rev-id b1",
        "revision --head r2 --rev-id accounts",
        "revision --head r2 --depends-on nobody",
        "revision --head r2 --depends-on base",
        "revision --head r2 --tag \"one, two\"",
        "revision --head r2 --tag \"\"",
        "revision --head r2 --head r2",
        "revision --head r1 --head x2 --splice",
        "revision --head r2 --version-path elsewhere",
        "revision --head r2 --version-path migrations/deeper",
    ];
    let before = package.files();
    package.session("revision_what_cannot_be", &lines);
    assert_eq!(package.files(), before);
}

/// The lock remembers what was applied, longer than the folder.
#[test]
fn an_id_that_was_applied_and_deleted() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.remove("migrations/r2.sql");
    package.refuses("revision_sealed_id", "revision --rev-id r2");
}

/// The way out of a race: whoever comes second takes its file away.
#[test]
fn an_id_that_is_taken_meanwhile() {
    let package = package(&chain(1));
    let children: Vec<_> = (0..6)
        .map(|number| {
            // Names that differ: those of the files alone would keep them apart.
            let message = format!("by {number}");
            let words = ["revision", "--rev-id", "same", "--splice", "--head", "r1", "-m", &message];
            package.command(&words).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    let outputs: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().expect("it ends")).collect();
    assert_eq!(outputs.iter().filter(|output| output.status.success()).count(), 1, "{outputs:?}");
    package.alembic("heads").success();
    assert_eq!(package.listed(), ["r1", "same"]);
}

#[test]
fn several_folders() {
    let package = package(&[]);
    package.write("alembic.toml", "migrations = [\"migrations\", \"more\"]\n");
    alembic_testing::write_scripts(&package.path("more"), &chain(1));
    package.session(
        "revision_several_folders",
        &[
            // Next to its parent.
            "revision -m x --rev-id a1",
            "revision -m x --rev-id a2 --version-path migrations",
            "revision -m x --rev-id a3",
            "revision -m x --rev-id b1 --head base",
            "revision -m x --rev-id b1 --head base --version-path ./more/",
            "history",
        ],
    );
    assert_eq!(package.listed(), ["a1", "a2", "a3", "b1", "r1"]);
}

/// A folder of the call is named as in alembic.toml, or from where one is.
#[test]
fn a_folder_from_here() {
    let package = package(&[]);
    package.write("alembic.toml", "migrations = [\"db/one\", \"db/two\"]\n");
    std::fs::create_dir_all(package.path("db/one")).expect("a folder");
    std::fs::create_dir_all(package.path("db/two")).expect("a folder");
    let mut command = package.command(&["revision", "--rev-id", "a1", "--version-path", "two"]);
    command.current_dir(package.path("db"));
    package.run(command).success();
    package.only_file("db/two", "_a1.sql");
}

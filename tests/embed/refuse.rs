//! Services that do not build: each mistake with the whole message of the compiler, in `snapshots/`.

use alembic_testing::{Output, Script, TestProject, write_scripts};

use crate::support::{MAIN, assert_snapshot, service, service_with_build_script, write_lock};

/// A service that was changed in one way does not build, and this is what its author reads.
fn check(name: &str, change: impl FnOnce(&TestProject)) -> TestProject {
    let project = service(&format!("refuse_{name}"));
    change(&project);
    let output = project.check();
    refused(&project, name, &output);
    project
}

/// The same, and after the mend it builds.
fn check_and_mend(name: &str, change: impl FnOnce(&TestProject), mend: impl FnOnce(&TestProject)) {
    let project = check(name, change);
    mend(&project);
    project.check().success();
}

#[track_caller]
fn refused(project: &TestProject, name: &str, output: &Output) {
    assert_eq!(output.code, Some(101), "it builds:\n{}", output.text());
    assert_eq!(output.stdout, "");
    assert_snapshot(project, name, &output.stderr);
}

fn script(project: &TestProject, script: &Script<'_>) {
    write_scripts(&project.path("migrations"), std::slice::from_ref(script));
}

// ---- What was applied ----

#[test]
fn sealed_script_edited() {
    check_and_mend(
        "sealed_script_edited",
        |project| project.edit("migrations/b2.sql", "title TEXT", "title VARCHAR(80)"),
        |project| project.edit("migrations/b2.sql", "title VARCHAR(80)", "title TEXT"),
    );
}

#[test]
fn sealed_downgrade_edited() {
    check("sealed_downgrade_edited", |project| {
        project.edit("migrations/b2.sql", "DROP TABLE posts", "DROP TABLE IF EXISTS posts");
    });
}

#[test]
fn sealed_script_deleted() {
    check_and_mend(
        "sealed_script_deleted",
        |project| {
            project.remove("migrations/b2.sql");
            project.edit("migrations/c3.sql", "Revises: b2", "Revises: a1");
        },
        |project| {
            script(project, &crate::support::scripts()[1]);
            project.edit("migrations/c3.sql", "Revises: a1", "Revises: b2");
        },
    );
}

/// Its child has lost its parent too, and that it was applied is what matters.
#[test]
fn sealed_parent_deleted() {
    let project = check("sealed_parent_deleted", |project| project.remove("migrations/b2.sql"));
    let output = project.check();
    assert!(output.stderr.contains("applied"), "{}", output.stderr);
}

#[test]
fn sealed_script_with_another_parent() {
    check("sealed_script_with_another_parent", |project| {
        project.edit("migrations/b2.sql", "Revises: a1", "Revises: x0");
        script(project, &Script::new("x0", "a1", "CREATE TABLE x (id INTEGER);", "DROP TABLE x;"));
    });
}

#[test]
fn sealed_script_with_another_id() {
    check("sealed_script_with_another_id", |project| {
        project.edit("migrations/b2.sql", "Revision: b2", "Revision: b22");
        project.edit("migrations/c3.sql", "Revises: b2", "Revises: b22");
    });
}

/// `SET search_path` and `SET LOCAL search_path` differ in one word, and in what happens to the revisions after it.
#[test]
fn sealed_script_with_one_word_more() {
    let setting = |local: &str| {
        let upgrade = format!("SET {local}search_path TO app;\nCREATE TABLE d (id INTEGER);");
        Script::new("d4", "c3", &upgrade, "DROP TABLE app.d;")
    };
    check("sealed_script_with_one_word_more", |project| {
        script(project, &setting(""));
        write_lock(project, "migrations", &["a1", "b2", "c3", "d4"]);
        script(project, &setting("LOCAL "));
    });
}

#[test]
fn lock_missing() {
    check("lock_missing", |project| project.remove("migrations/alembic.lock"));
}

#[test]
fn lock_with_a_conflict() {
    check_and_mend(
        "lock_with_a_conflict",
        |project| {
            let lock = project.read("migrations/alembic.lock");
            let conflict = "<<<<<<< HEAD\nd4\n=======\nd5\n>>>>>>> theirs\n";
            project.write("migrations/alembic.lock", lock + conflict);
        },
        |project| write_lock(project, "migrations", &["a1", "b2"]),
    );
}

#[test]
fn lock_of_a_newer_version() {
    check("lock_of_a_newer_version", |project| {
        project.edit("migrations/alembic.lock", "version 1", "version 2\nsigned by x");
    });
}

#[test]
fn lock_with_a_bad_seal() {
    check("lock_with_a_bad_seal", |project| {
        project.write(
            "migrations/alembic.lock",
            "version 1\na1 md5:900150983cd24fb0 md5:900150983cd24fb0 text:900150983cd24fb0\n",
        );
    });
}

// ---- Graph ----

#[test]
fn cycle() {
    check("cycle", |project| {
        project.edit("migrations/a1.sql", "Revises: ", "Revises: c3");
    });
}

#[test]
fn missing_parent() {
    check_and_mend(
        "missing_parent",
        |project| project.edit("migrations/c3.sql", "Revises: b2", "Revises: b3"),
        |project| project.edit("migrations/c3.sql", "Revises: b3", "Revises: b2"),
    );
}

#[test]
fn duplicate_id() {
    check("duplicate_id", |project| {
        project.write("migrations/c3_copy.sql", project.read("migrations/c3.sql"));
    });
}

#[test]
fn two_heads() {
    let second = Script::new("d4", "b2", "CREATE TABLE d (id INTEGER);", "DROP TABLE d;");
    check_and_mend(
        "two_heads",
        |project| script(project, &second),
        |project| {
            let main = MAIN.replace("embed_migrations!()", "embed_migrations!(heads = many)");
            project.write("src/main.rs", main);
        },
    );
}

// ---- Files ----

#[test]
fn unknown_header_key() {
    check("unknown_header_key", |project| {
        project.edit("migrations/c3.sql", "Revises: b2", "Revisess: b2");
    });
}

#[test]
fn sql_outside_of_a_section() {
    check("sql_outside_of_a_section", |project| {
        project.edit(
            "migrations/c3.sql",
            "-- alembic: upgrade\n",
            "CREATE TABLE early (id INTEGER);\n\n-- alembic: upgrade\n",
        );
    });
}

#[test]
fn unknown_section() {
    check("unknown_section", |project| {
        project.edit("migrations/c3.sql", "alembic: upgrade", "alembic: upgrade postgres");
    });
}

#[test]
fn not_utf8() {
    check("not_utf8", |project| {
        let mut text = project.read("migrations/c3.sql").into_bytes();
        text.extend(b"-- Gr\xfc\xdfe\n");
        project.write("migrations/c3.sql", text);
    });
}

#[test]
fn empty_file() {
    check("empty_file", |project| project.write("migrations/d4.sql", ""));
}

#[test]
fn transaction_control() {
    check("transaction_control", |project| {
        project.edit("migrations/c3.sql", "CREATE INDEX", "BEGIN;\nCREATE INDEX");
    });
}

#[test]
fn unterminated_string() {
    check("unterminated_string", |project| {
        project.edit(
            "migrations/c3.sql",
            "CREATE INDEX",
            "INSERT INTO posts (title) VALUES ('it);\nCREATE INDEX",
        );
    });
}

#[test]
fn folder_missing() {
    check("folder_missing", |project| {
        std::fs::remove_dir_all(project.path("migrations")).expect("the folder");
    });
}

#[test]
fn unknown_key_in_the_configuration() {
    check("unknown_key_in_the_configuration", |project| {
        project.write("alembic.toml", "# Settings\nmigration = \"migrations\"\n");
    });
}

/// Everything that is wrong, in one error.
#[test]
fn several_problems() {
    check("several_problems", |project| {
        project.edit("migrations/a1.sql", "name TEXT", "name VARCHAR(80)");
        project.edit("migrations/b2.sql", "DROP TABLE posts", "COMMIT");
        script(project, &Script::new("d4", "b2", "CREATE TABLE d ('x);", "DROP TABLE d;"));
    });
}

/// Also where the scripts make no graph: those that can be read are compared with the lock all the same.
#[test]
fn several_problems_without_a_graph() {
    check("several_problems_without_a_graph", |project| {
        project.edit("migrations/a1.sql", "name TEXT", "name VARCHAR(80)");
        project.remove("migrations/b2.sql");
        script(project, &Script::new("d4", "c4", "CREATE TABLE d ('x);", "DROP TABLE d;"));
    });
}

/// What cannot be read is not said to be deleted; what can is compared with the lock all the same.
#[test]
fn edited_script_beside_an_unreadable_one() {
    check("edited_script_beside_an_unreadable_one", |project| {
        project.edit("migrations/a1.sql", "name TEXT", "name VARCHAR(80)");
        project.edit("migrations/b2.sql", "-- alembic: upgrade", "-- alembic: upgarde");
    });
}

/// Files that cannot be read at all are told together, too.
#[test]
fn several_unreadable_files() {
    check("several_unreadable_files", |project| {
        project.write("migrations/a1.sql", "");
        project.edit("migrations/b2.sql", "Revision: b2", "Revision: b 2");
        project.edit("migrations/c3.sql", "-- alembic: upgrade", "-- alembic: upgarde");
        project.write("migrations/alembic.lock", "version = one\n");
    });
}

/// Makes the service a member of a workspace.
fn become_member(project: &TestProject) {
    for (file, text) in project.files() {
        let text = String::from_utf8(text).expect("UTF-8").replace("\n[workspace]\n", "\n");
        project.write(std::path::Path::new("crates/service").join(file), text);
    }
    project.write("Cargo.toml", "[workspace]\nmembers = [\"crates/service\"]\nresolver = \"3\"\n");
}

/// The compiler names its files as they are seen from the root of the workspace, and so do we; there the commands have to
/// name the package.
#[test]
fn sealed_script_of_a_member_edited() {
    let project = service("refuse_member");
    become_member(&project);
    project.edit("crates/service/migrations/b2.sql", "title TEXT", "title VARCHAR(80)");
    let output = project.check();
    refused(&project, "sealed_script_of_a_member_edited", &output);
}

/// What is to be pasted into a shell is quoted, and names the database.
#[test]
fn sealed_script_of_a_named_database_edited() {
    check("sealed_script_of_a_named_database_edited", |project| {
        project.write("alembic.toml", "[databases.billing]\nmigrations = \"o'billing db\"\n");
        let main = MAIN.replace("embed_migrations!()", "embed_migrations!(database = \"billing\")");
        project.write("src/main.rs", main);
        std::fs::rename(project.path("migrations"), project.path("o'billing db")).expect("the folder");
        project.edit("o'billing db/b2.sql", "title TEXT", "title VARCHAR(80)");
    });
}

// ---- The call of the macro ----

#[test]
fn folder_of_the_macro_missing() {
    check("folder_of_the_macro_missing", |project| {
        let main = MAIN.replace("embed_migrations!()", "embed_migrations!(\"migrations\", \"more\")");
        project.write("src/main.rs", main);
    });
}

#[test]
fn wrong_arguments() {
    let project = service("refuse_wrong_arguments");
    let calls = [
        "heads = some",
        "folder = \"migrations\"",
        "42",
        "\"migrations\" \"more\"",
        "migrations",
        "database = billing",
        "database = \"billing\"",
    ];
    let mut text = String::new();
    for call in calls {
        project
            .write("src/main.rs", MAIN.replace("embed_migrations!()", &format!("embed_migrations!({call})")));
        let output = project.check().code(101);
        text += &format!("=== embed_migrations!({call})\n{}\n", output.stderr);
    }
    assert_snapshot(&project, "wrong_arguments", &text);
}

/// Which of the databases is meant has to be said.
#[test]
fn database_without_its_name() {
    let databases =
        "[databases.app]\nmigrations = \"migrations\"\n\n[databases.billing]\nmigrations = \"billing\"\n";
    check("database_without_its_name", |project| project.write("alembic.toml", databases));
}

// ---- The build script ----

/// The build script says the same, file by file, before the compiler comes to the macro.
#[test]
fn build_script_reports_the_same() {
    let project = service_with_build_script("refuse_build_script");
    project.edit("migrations/a1.sql", "name TEXT", "name VARCHAR(80)");
    project.edit("migrations/b2.sql", "DROP TABLE posts", "COMMIT");
    project.edit(
        "migrations/c3.sql",
        "CREATE INDEX",
        "INSERT INTO posts (title) VALUES ('it);\nCREATE INDEX",
    );
    let output = project.check();
    refused(&project, "build_script", &output);
    for file in ["migrations/a1.sql", "migrations/b2.sql", "migrations/c3.sql"] {
        assert!(output.stderr.contains(file), "{}", output.stderr);
    }
    write_scripts(&project.path("migrations"), &crate::support::scripts());
    project.check().success();
}

/// Cargo runs it in the folder of the package; its reader stands where the compiler names files from.
#[test]
fn build_script_of_a_member_reports_the_same() {
    let project = service_with_build_script("refuse_build_script_member");
    project.write("alembic.toml", "[databases.billing]\n");
    become_member(&project);
    project.edit("crates/service/migrations/b2.sql", "title TEXT", "title VARCHAR(80)");
    let output = project.check();
    refused(&project, "build_script_member", &output);
    project.write("crates/service/alembic.toml", "transaction = \"all\"\n");
    let output = project.check();
    refused(&project, "build_script_member_configuration", &output);
    project.write("crates/service/build.rs", "fn main() {}\n");
    let output = project.check();
    refused(&project, "member_configuration", &output);
}

#[test]
fn build_script_reports_the_configuration() {
    let project = service_with_build_script("refuse_build_script_configuration");
    project.write("alembic.toml", "transaction = \"all\"\n");
    let output = project.check();
    refused(&project, "build_script_configuration", &output);
    project.write("alembic.toml", "transaction = \"revision\"\n");
    project.check().success();
}

/// It checks the migrations of all databases, whichever the macro embeds.
#[test]
fn build_script_checks_all_databases() {
    let project = service_with_build_script("refuse_build_script_databases");
    project.write("alembic.toml", "[databases.app]\n[databases.billing]\nmigrations = \"billing\"\n");
    project
        .write("src/main.rs", MAIN.replace("embed_migrations!()", "embed_migrations!(database = \"app\")"));
    write_scripts(&project.path("billing"), &[Script::new("b1", "nobody", "CREATE TABLE b (x INT);", "")]);
    let output = project.check();
    refused(&project, "build_script_databases", &output);
    project.edit("billing/b1.sql", "Revises: nobody", "Revises:");
    write_lock(&project, "billing", &[]);
    project.check().success();
}

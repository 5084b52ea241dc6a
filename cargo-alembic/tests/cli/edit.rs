//! `edit`.

use alembic_testing::Output;

use crate::support::{Package, branch, chain, package};

/// Runs `edit` with an editor that is a shell script; `$1` in it is the file.
fn edit(package: &Package, revision: &str, script: &str) -> Output {
    package.write("editor.sh", script);
    let mut command = package.command(&["edit", revision]);
    command.env("EDITOR", "sh editor.sh").env_remove("VISUAL");
    let output = package.run(command);
    package.remove("editor.sh");
    output
}

/// What is in the folder besides the scripts and the lock.
fn copies(package: &Package) -> Vec<String> {
    let names = package.files().into_keys().map(|name| name.display().to_string());
    names.filter(|name| name.starts_with("migrations/.")).collect()
}

/// Without the random part of the names.
fn shown(output: &Output) -> String {
    let text = output.to_string();
    let pieces: Vec<&str> = text.split(".edit-").collect();
    let rest =
        pieces[1..].iter().map(|piece| format!(".edit-[random]{}", &piece[piece.find('-').unwrap_or(0)..]));
    pieces[0].to_owned() + &rest.collect::<String>()
}

#[test]
fn the_edited_text_is_taken_over() {
    let package = package(&chain(2));
    let output =
        edit(&package, "r2", "sed -i 's/Revision r2 of a test/Make the second table/' \"$1\"").success();
    assert_eq!(output.stderr, "      Edited migrations/r2.sql\n");
    let history = package.alembic("history").success().stdout;
    assert!(history.contains("Make the second table"), "{history}");
    assert_eq!(copies(&package), [""; 0]);
}

/// The editor sees a copy: who reads the folder meanwhile sees the script whole.
#[test]
fn a_copy_is_edited() {
    let package = package(&chain(1));
    let script = "echo \"$1\" > name.txt; cat migrations/r1.sql > before.txt; echo '-- more' >> \"$1\"; cmp before.txt migrations/r1.sql";
    edit(&package, "head", script).success();
    let name = package.read("name.txt");
    assert!(name.contains("/migrations/.edit-") && name.trim_end().ends_with("-r1.sql"), "{name}");
    assert!(package.read("migrations/r1.sql").ends_with("-- more\n"));
}

#[test]
fn nothing_edited() {
    let package = package(&chain(1));
    let before = package.files();
    let output = edit(&package, "r1", "true").success();
    assert_eq!(output.stderr, "        Kept migrations/r1.sql as it was\n");
    assert_eq!(package.files(), before);
}

/// The script stays, and so does what was written.
#[test]
fn what_breaks_something_is_refused() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.alembic("upgrade r1").success();
    let check = |name: &str, revision: &str, script: &str| {
        let before = package.files();
        let output = edit(&package, revision, script).code(1);
        package.assert_snapshot(&format!("edit_{name}"), &shown(&output));
        let kept = copies(&package);
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_ne!(
            package.read(&kept[0]),
            String::from_utf8_lossy(&before[std::path::Path::new(&format!("migrations/{revision}.sql"))])
        );
        package.remove(&kept[0]);
        assert_eq!(package.files(), before);
    };
    check("no_header", "r2", "echo 'CREATE TABLE x (id INTEGER);' > \"$1\"");
    check("no_sql", "r2", "sed -i \"s/CREATE TABLE t2/CREATE TABLE 't2/\" \"$1\"");
    check("no_parent", "r2", "sed -i 's/Revises: r1/Revises: nobody/' \"$1\"");
    check("cycle", "r1", "sed -i 's/Revises:/Revises: r2/' \"$1\"");
    check("same_id", "r2", "sed -i 's/Revision: r2/Revision: x2/' \"$1\"");
    check("sealed", "r1", "sed -i 's/id INTEGER/id BIGINT/' \"$1\"");
    check("sealed_id", "r1", "sed -i 's/Revision: r1/Revision: r0/' \"$1\"");
    check("failed", "r2", "echo '-- more' >> \"$1\"; exit 3");
}

#[test]
fn an_empty_file_is_refused() {
    let package = package(&chain(1));
    let output = edit(&package, "r1", ": > \"$1\"").code(1);
    package.assert_snapshot("edit_empty", &shown(&output));
    package.alembic("heads").success();
}

/// Nothing is lost where the script was changed in another window.
#[test]
fn changed_meanwhile() {
    let package = package(&chain(1));
    let output =
        edit(&package, "r1", "echo '-- mine' >> \"$1\"; echo '-- theirs' >> migrations/r1.sql").code(1);
    package.assert_snapshot("edit_meanwhile", &shown(&output));
    assert!(package.read("migrations/r1.sql").ends_with("-- theirs\n"));
    assert!(package.read(&copies(&package)[0]).ends_with("-- mine\n"));
}

/// What was applied may be commented and reformatted.
#[test]
fn a_sealed_script_may_be_commented() {
    let package = package(&chain(1));
    package.alembic("upgrade").success();
    edit(&package, "r1", "sed -i 's/^CREATE/-- The first one.\\n  CREATE/' \"$1\"").success();
    assert!(package.read("migrations/r1.sql").contains("-- The first one.\n  CREATE TABLE t1"));
    package.alembic("verify").success();
}

/// The lock lists what there is.
#[test]
fn another_id() {
    let package = package(&chain(1));
    package.alembic("init").success();
    assert_eq!(package.listed(), ["r1"]);
    edit(&package, "r1", "sed -i 's/Revision: r1/Revision: first/' \"$1\"").success();
    assert_eq!(package.listed(), ["first"]);
}

#[test]
fn which_revision() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.alembic("upgrade r2").success();
    let edited = |revision: &str| {
        let output = edit(&package, revision, "echo '-- seen' >> \"$1\"").success();
        let lines = output.stderr.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
        lines.join(", ")
    };
    assert_eq!(edited("current"), "Edited migrations/r2.sql");
    assert_eq!(edited("heads"), "Edited migrations/r2.sql, Edited migrations/x2.sql");
    assert_eq!(edited("r2-1"), "Edited migrations/r1.sql");
    let output =
        [edit(&package, "base", "true"), edit(&package, "nobody", "true"), edit(&package, "head", "true")];
    package.assert_snapshot("edit_which", &output.map(|output| output.code(1).to_string()).join("\n"));
}

#[test]
fn which_editor() {
    let package = package(&chain(1));
    let run = |visual: Option<&str>, editor: Option<&str>, path: Option<&str>| {
        let mut command = package.command(&["edit", "r1"]);
        for (name, value) in [("VISUAL", visual), ("EDITOR", editor), ("PATH", path)] {
            match value {
                Some(value) => command.env(name, value),
                None if name == "PATH" => &mut command,
                None => command.env_remove(name),
            };
        }
        package.run(command)
    };
    let folder = package.path("bin");
    package.write("bin/nano", "#!/bin/sh\necho '-- by nano' >> \"$1\"\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(package.path("bin/nano"), mode).expect("the file");
    }
    // VISUAL comes first, its words are split as a shell does, and an empty variable is none.
    run(Some("sh -c 'echo \"-- by visual\" >> \"$0\"'"), Some("false"), None).success();
    run(Some(""), Some("sh -c 'echo \"-- by editor\" >> \"$0\"'"), None).success();
    run(None, None, folder.to_str()).success();
    let text = package.read("migrations/r1.sql");
    assert!(text.ends_with("-- by visual\n-- by editor\n-- by nano\n"), "{text}");
    let outputs = [
        run(None, Some("no-such-editor --wait"), None),
        run(None, Some("vim 'unfinished"), None),
        run(None, None, Some("/nowhere")),
    ];
    package.assert_snapshot("edit_no_editor", &outputs.map(|output| output.code(1).to_string()).join("\n"));
    assert_eq!(copies(&package), [""; 0]);
}

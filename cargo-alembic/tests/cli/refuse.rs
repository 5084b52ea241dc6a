//! Scripts and locks that are refused before any database is touched: each mistake with its message, in `snapshots/`.

use alembic_testing::Script;

use crate::support::{Package, chain, package};

/// A package of three revisions that was changed in one way: nothing is run, and this is what its author reads.
fn check(name: &str, change: impl FnOnce(&Package)) {
    let package = package(&chain(3));
    change(&package);
    package.refuses(&format!("refuse_{name}"), "upgrade");
}

#[test]
fn not_utf8() {
    check("not_utf8", |package| {
        let mut text = package.read("migrations/r2.sql").into_bytes();
        text.extend(b"-- Gr\xfc\xdfe\n");
        package.write("migrations/r2.sql", text);
    });
}

#[test]
fn empty_file() {
    check("empty_file", |package| package.write("migrations/r4.sql", ""));
}

#[test]
fn no_header() {
    check("no_header", |package| package.write("migrations/r4.sql", "CREATE TABLE t4 (id INTEGER);\n"));
}

#[test]
fn unknown_header_key() {
    check("unknown_header_key", |package| package.edit("migrations/r2.sql", "Revises:", "Down-Revision:"));
}

#[test]
fn misspelled_header_key() {
    check("misspelled_header_key", |package| package.edit("migrations/r2.sql", "Revises:", "Revise:"));
}

#[test]
fn text_in_the_header() {
    check("text_in_the_header", |package| {
        package.edit("migrations/r2.sql", "-- Revises: r1\n", "-- Revises: r1\n-- Makes the second table\n");
    });
}

#[test]
fn two_files_with_one_id() {
    check("two_files_with_one_id", |package| {
        package.write("migrations/copy.sql", package.read("migrations/r3.sql"));
    });
}

#[test]
fn missing_parent() {
    check("missing_parent", |package| package.remove("migrations/r2.sql"));
}

#[test]
fn misspelled_parent() {
    check("misspelled_parent", |package| package.edit("migrations/r3.sql", "Revises: r2", "Revises: r22"));
}

#[test]
fn cycle() {
    check("cycle", |package| package.edit("migrations/r1.sql", "Revises: ", "Revises: r3"));
}

#[test]
fn its_own_parent() {
    check("its_own_parent", |package| package.edit("migrations/r2.sql", "Revises: r1", "Revises: r2"));
}

#[test]
fn sql_outside_of_a_section() {
    check("sql_outside_of_a_section", |package| {
        package.edit(
            "migrations/r2.sql",
            "\n-- alembic: upgrade",
            "\nCREATE TABLE x (id INTEGER);\n-- alembic: upgrade",
        );
    });
}

#[test]
fn unknown_directive() {
    check("unknown_directive", |package| {
        package.edit("migrations/r2.sql", "-- alembic: upgrade", "-- alembic: up");
    });
}

/// A comment that was meant to begin a section: what it was to keep apart would run at once.
#[test]
fn directive_that_is_none() {
    check("directive_that_is_none", |package| {
        package.edit("migrations/r1.sql", "\n\n-- alembic: downgrade", " -- alembic: downgrade");
        package.edit("migrations/r2.sql", "-- alembic: downgrade", "-- Alembic: downgrade");
        package.edit("migrations/r3.sql", "-- alembic: downgrade", "-- alembic downgrade sqlite");
    });
}

#[test]
fn unknown_dialect() {
    check("unknown_dialect", |package| {
        package.edit("migrations/r2.sql", "-- alembic: upgrade", "-- alembic: upgrade postgres");
    });
}

#[test]
fn transaction_control() {
    check("transaction_control", |package| {
        package.edit("migrations/r2.sql", "CREATE TABLE t2", "BEGIN;\nCREATE TABLE t2");
    });
}

#[test]
fn transaction_control_in_two_scripts() {
    check("transaction_control_in_two_scripts", |package| {
        for script in ["migrations/r2.sql", "migrations/r3.sql"] {
            package.edit(script, "CREATE TABLE", "BEGIN;\nCREATE TABLE");
        }
    });
}

/// A downgrade that cannot be read blocks no upgrade: `seal REV --downgrade` accepts its correction.
#[test]
fn transaction_control_in_a_downgrade() {
    let package = package(&chain(3));
    package.edit("migrations/r2.sql", "DROP TABLE t2;", "DROP TABLE t2;\nCOMMIT;");
    package.alembic("upgrade").success();
    let output = package.alembic("downgrade base").code(1);
    assert!(output.stderr.contains("`COMMIT` would escape the transaction"), "{output}");
    assert_eq!(package.alembic("current").success().stdout.trim(), "r3 (head)");
}

#[test]
fn unterminated_string() {
    check("unterminated_string", |package| {
        package.edit(
            "migrations/r2.sql",
            "CREATE TABLE t2",
            "INSERT INTO t1 VALUES ('it's');\nCREATE TABLE t2",
        );
    });
}

#[test]
fn no_folder() {
    check("no_folder", |package| {
        std::fs::remove_dir_all(package.path("migrations")).expect("the folder");
    });
}

#[test]
fn lock_with_a_conflict() {
    let package = package(&chain(3));
    package.write("migrations/alembic.lock", "version 1\nr1\n<<<<<<< HEAD\n");
    package.refuses("refuse_lock_with_a_conflict", "verify --offline");
    package.refuses("refuse_lock_with_a_conflict_locked", "upgrade --locked");
}

#[test]
fn lock_of_a_newer_version() {
    check("lock_of_a_newer_version", |package| {
        package.write("migrations/alembic.lock", "# Ours\n\nversion 2\n\nr1: sealed\n");
    });
}

/// As a merge leaves it where two branches sealed different scripts under one id.
#[test]
fn lock_with_two_seals_for_one_id() {
    check("lock_with_two_seals_for_one_id", |package| {
        let entry = |digit: &str| {
            let digits = digit.repeat(64);
            format!("r1 sha256:{digits} sha256:{digits} text:{digits}\n")
        };
        package.write("migrations/alembic.lock", format!("version 1\n{}{}", entry("a"), entry("b")));
    });
}

#[test]
fn lock_with_half_a_seal() {
    check("lock_with_half_a_seal", |package| {
        let lock = format!("version 1\nr1 sha256:{}\n", "a".repeat(64));
        package.write("migrations/alembic.lock", lock);
    });
}

/// As a redirection of PowerShell writes it.
#[test]
fn lock_not_utf8() {
    check("lock_not_utf8", |package| {
        let text: Vec<u8> = "version 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        package.write("migrations/alembic.lock", [&[0xff, 0xfe], text.as_slice()].concat());
    });
}

/// All that is wrong, in one go.
#[test]
fn several_mistakes() {
    check("several_mistakes", |package| {
        package.write("migrations/r4.sql", "");
        package.edit("migrations/r1.sql", "-- alembic: upgrade", "-- alembic: upgarde");
        package.edit("migrations/r2.sql", "Revises:", "Revisess:");
        package.edit("migrations/r2.sql", "-- alembic: downgrade", "-- alembic: downgrade oracle");
    });
}

/// A long line is not printed to its end, and a mistake behind a tab or an umlaut is where it is.
#[test]
fn shown_lines() {
    check("shown_lines", |package| {
        let upgrade = format!("INSERT INTO größe VALUES ({}\n\t'unfinished);", "1, ".repeat(200));
        alembic_testing::write_scripts(&package.path("migrations"), &[Script::new("r4", "r3", &upgrade, "")]);
    });
}

//! `rebase`.

use alembic_testing::Script;

use crate::support::{Package, branch, chain, package};

/// `r1` → `r2`, and `r1` → `x2` → `x3`.
fn two_lines() -> Package {
    let mut scripts = chain(2);
    scripts.push(branch());
    scripts.push(Script::new("x3", "x2", "CREATE TABLE x3 (id INTEGER PRIMARY KEY);", "DROP TABLE x3;"));
    package(&scripts)
}

#[test]
fn a_line_onto_another() {
    let package = two_lines();
    package.session("rebase", &["rebase x2 --onto r2", "history", "upgrade", "heads"]);
}

/// One byte more or less would show in every review.
#[test]
fn nothing_else_changes() {
    let package = two_lines();
    let text = "\u{feff}--  Größe; --\r\n--\r\n--  Revision:x2\r\n--  REVISES :r1  \r\n-- Tags: a\r\n\r\n\r\n-- alembic: upgrade \r\n\tSELECT 'Revises: r1';\n\n";
    package.write("migrations/x2.sql", text);
    let before = package.files();
    package.alembic("rebase x2 --onto r2").success();
    assert_eq!(package.read("migrations/x2.sql"), text.replacen("REVISES :r1", "REVISES :r2", 1));
    let after = package.files();
    assert_eq!(after.len(), before.len());
    assert_eq!(before.iter().filter(|(name, text)| after.get(*name) != Some(*text)).count(), 1);
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let package = two_lines();
    let path = package.path("migrations/x2.sql");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664)).expect("the file");
    package.alembic("rebase x2 --onto r2").success();
    assert_eq!(std::fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o664);
}

#[test]
fn to_other_places() {
    let package = two_lines();
    package.session(
        "rebase_other_places",
        &[
            // Its line is left behind.
            "rebase x3 --onto r2",
            "rebase x2 --onto base",
            "rebase x2 --onto x3",
            "rebase r2 --onto x2",
            "rebase r1 --onto head",
            "history",
        ],
    );
}

#[test]
fn what_cannot_move() {
    let mut scripts = chain(2);
    scripts.push(branch());
    scripts.push(Script::new("m3", "r2, x2", "SELECT 1;", "SELECT 1;"));
    let package = package(&scripts);
    package.alembic("upgrade r2").success();
    let before = package.files();
    package.session(
        "rebase_refused",
        &[
            "rebase r2 --onto x2",
            "rebase r1 --onto base",
            "rebase x2 --onto m3",
            "rebase x2 --onto r1",
            "rebase x2 --onto x2",
            "rebase m3 --onto r2",
            "rebase r1 --onto r2",
            "rebase nobody --onto r1",
            "rebase x2 --onto nobody",
            "rebase base --onto r1",
            "rebase x2",
        ],
    );
    assert_eq!(package.files(), before);
}

/// What follows was applied, so it was too.
#[test]
fn sealed_after() {
    let package = two_lines();
    package.alembic("seal x3").success();
    package.alembic("unseal x2").success();
    package.refuses("rebase_sealed_after", "rebase x2 --onto r2");
}

/// What cannot run after the other revision is not put there.
#[test]
fn onto_a_contradiction() {
    let mut scripts = crate::support::chain(1);
    for id in ["r2", "x2"] {
        scripts.push(alembic_testing::Script::new(id, "r1", "ALTER TABLE t1 ADD COLUMN a INT;", "SELECT 1;"));
    }
    let package = crate::support::package(&scripts);
    for line in ["rebase x2 --onto r2", "rebase x2 --onto r2 --no-scratch"] {
        let output = package.alembic(line).code(1);
        assert!(output.stderr.contains("column `a` of table `t1`"), "{output}");
    }
    package.alembic("rebase x2 --onto r2 --unchecked").success();
}

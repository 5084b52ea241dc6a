//! `downgrade`.

use alembic_testing::Script;

use crate::support::{chain, package};

#[test]
fn targets() {
    let check = |target: &str, expected: &str| {
        let package = package(&chain(4));
        package.alembic("upgrade r3").success();
        package.alembic(&format!("downgrade {target}")).success();
        assert_eq!(package.alembic("current").success().stdout.trim(), expected, "{target}");
    };
    check("-1", "r2");
    check("-3", "");
    check("base", "");
    check("r1", "r1");
    check("r3", "r3");
    check("r3-1", "r2");
}

#[test]
fn a_session() {
    let package = package(&chain(3));
    package.alembic("upgrade").success();
    package.session("downgrade", &["downgrade -1", "downgrade base", "downgrade base", "upgrade"]);
}

#[test]
fn wrong_usage() {
    let package = package(&chain(3));
    package.alembic("upgrade r2").success();
    package.session(
        "downgrade_bad_targets",
        &["downgrade", "downgrade -5", "downgrade +1", "downgrade r3", "downgrade nobody", "downgrade -x"],
    );
    assert_eq!(package.alembic("current").success().stdout, "r2\n");
    package.alembic("downgrade").code(2);
}

/// Nothing runs on the way to a revision that cannot be left.
#[test]
fn irreversible() {
    let mut scripts = chain(3);
    scripts[1].body =
        "-- alembic: upgrade\nCREATE TABLE t2 (id INTEGER);\n\n-- alembic: irreversible\n".to_owned();
    let package = package(&scripts);
    package.alembic("upgrade").success();
    package.session("downgrade_irreversible", &["downgrade base", "current", "downgrade r2", "current"]);

    let one_way = Script::with_body(
        "r1",
        "",
        "-- alembic: upgrade\nCREATE TABLE t1 (id INTEGER);\n\n-- alembic: downgrade postgresql\nDROP TABLE t1;\n",
    );
    let package = self::package(&[one_way]);
    package.alembic("upgrade").success();
    package.session("downgrade_not_on_this_database", &["downgrade base", "current"]);
}

#[test]
fn without_a_database() {
    let package = package(&chain(1));
    package.refuses("downgrade_no_file", "downgrade base");
}

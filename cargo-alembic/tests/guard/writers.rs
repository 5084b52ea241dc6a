//! Several processes that change the lock at once.

use std::process::Stdio;

use alembic_testing::cargo_alembic;

use crate::package::{PROGRAM, alembic, package, two};

#[test]
fn none_of_them_loses_anything() {
    let package = package(&two());
    alembic(&package, &["init"]).success();
    let ids: Vec<String> = (0..12).map(|number| format!("w{number:02}")).collect();
    let children: Vec<_> = ids
        .iter()
        .map(|id| {
            let mut command = cargo_alembic(PROGRAM, package.folder());
            command.args(["revision", "--splice", "--head", "r1", "--rev-id", id]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let lock = package.read("migrations/alembic.lock");
    for id in ids.iter().map(String::as_str).chain(["r1", "r2"]) {
        assert!(lock.lines().any(|line| line.split(' ').next() == Some(id)), "{id} is missing in\n{lock}");
    }
    let left: Vec<_> = std::fs::read_dir(package.path("migrations"))
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name())
        .filter(|name| name.to_string_lossy().starts_with(".alembic"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

//! `log`: what happened to a database.

use alembic_testing::{Script, on_every_database};

use crate::support::{Package, chain, package, package_on};

/// Who ran it differs from machine to machine.
fn hide_user(package: &mut Package) {
    let log = package.alembic("log --json").stdout;
    let user =
        log.split("\"applied_by\": \"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    package.hide(&user.expect("somebody"), "[who]");
}

#[test]
fn a_session() {
    let mut package = package(&chain(3));
    package.session("log_nothing", &["log"]);
    package.alembic("upgrade").success();
    package.alembic("downgrade -1").success();
    package.alembic("stamp r3").success();
    package.alembic("stamp r1").success();
    hide_user(&mut package);
    package.session("log", &["log", "log r3", "log -l 1", "log nobody", "log r"]);
}

on_every_database! {
    async fn shows_every_field_in_utc(database: TestDatabase) {
        let mut package = package_on(&database, &chain(1));
        package.alembic("upgrade").success();
        hide_user(&mut package);
        package.session("log_fields", &["log", "log -v", "log --json"]);
    }
}

#[tokio::test]
async fn unfinished_work_is_shown() {
    let database = alembic_testing::TestDatabase::new(alembic_testing::Kind::Mysql).await;
    let upgrade = "CREATE TABLE a (id INTEGER);\nINSERT INTO nowhere VALUES (1);";
    let mut package = package_on(&database, &[Script::new("r1", "", upgrade, "")]);
    package.alembic("upgrade").code(1);
    hide_user(&mut package);
    package.session("log_unfinished", &["log", "log -v"]);
}

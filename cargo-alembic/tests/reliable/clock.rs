//! A clock that is wrong by hours on one of the machines changes nothing: whatever lasts or comes first is measured by the
//! server, or by the time that has passed.

use std::process::{Command, Stdio};

use alembic_testing::{Kind, TestDatabase};

use crate::dump::{dump, history};
use crate::package::{Package, report};
use crate::scripts::revisions;

/// The command under another clock.
fn at(time: &str, command: &Command) -> Command {
    let mut faked = Command::new("faketime");
    faked.args(["-f", time]).arg(command.get_program()).args(command.get_args());
    faked.current_dir(command.get_current_dir().expect("a folder"));
    faked.stdout(Stdio::null()).stderr(Stdio::piped());
    faked
}

async fn check(kind: Kind) {
    let database = TestDatabase::new(kind).await;
    let other = TestDatabase::new(kind).await;
    Package::new(&other.url, &revisions(kind), "").run(&["upgrade"]).success();

    let package = Package::new(&database.url, &revisions(kind), "lock_timeout = 300");
    let clocks = ["-5h", "+7h", "+0", "-400d"];
    let children: Vec<_> = clocks
        .iter()
        .map(|time| at(time, &package.command(&["upgrade"])).spawn().expect("missing: `faketime`"))
        .collect();
    for (child, time) in children.into_iter().zip(clocks) {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{time}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(dump(&database).await, dump(&other).await);
    assert_eq!(history(&database).await, history(&other).await);
    if kind != Kind::Sqlite {
        // What is written down is the server's time.
        let recent = match kind {
            Kind::Mysql => "ABS(TIMESTAMPDIFF(MINUTE, started_at, UTC_TIMESTAMP())) > 30",
            _ => "abs(extract(epoch FROM started_at - now())) > 1800",
        };
        let late = database.rows(&format!("SELECT revision FROM alembic_history WHERE {recent}")).await;
        assert!(late.is_empty(), "{late:?}");
    }
    // A run that was killed by the one is finished by the other.
    package.run(&["downgrade", "base"]).success();
    for place in [7, 19, 31] {
        let mut killed = at("+9h", &package.command(&["upgrade"]));
        let output = killed.env("ALEMBIC_CRASH_AT", place.to_string()).output().expect("it ends");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(&format!("killed at place {place},")), "{text}");
        package.run(&["upgrade"]).success();
        assert_eq!(dump(&database).await, dump(&other).await);
        package.run(&["downgrade", "base"]).success();
    }
    report(&format!("{kind:?}: clocks {clocks:?} at once, and after kills: nothing changes"));
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite).await;
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql).await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql).await;
}

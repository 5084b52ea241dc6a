//! The process is killed (`SIGKILL`) at every place of a run between two things that cannot be done at once: before and
//! after each statement, each note of it, each commit, the lock and its release. After each kill the next run has to end
//! with the same database as a run that nothing disturbed.

use alembic_testing::{Kind, Output, TestDatabase};

use crate::dump::{dump, history};
use crate::package::{Package, is_full, report};
use crate::scripts::revisions;

const UP: [&str; 1] = ["upgrade"];
const DOWN: [&str; 2] = ["downgrade", "base"];

/// The places at which a run is killed: all of them, or in the test command every eighth, from another one on in each
/// test.
fn places(first: usize) -> impl Iterator<Item = usize> {
    let step = if is_full() { 1 } else { 8 };
    (1 + first % step..).step_by(step)
}

struct Trial {
    /// Differs between the tests.
    number: usize,
    database: TestDatabase,
    package: Package,
    /// What the database is like at the base and at the head.
    base: String,
    head: String,
    upgraded: Vec<String>,
    kills: usize,
}

impl Trial {
    async fn new(number: usize, kind: Kind, transaction: &str) -> Trial {
        let database = TestDatabase::new(kind).await;
        let settings = format!("transaction = \"{transaction}\"");
        let package = Package::new(&database.url, &revisions(kind), &settings);
        package.run(&UP).success();
        let (head, upgraded) = (dump(&database).await, history(&database).await);
        package.run(&DOWN).success();
        let base = dump(&database).await;
        Trial { number, database, package, base, head, upgraded, kills: 0 }
    }

    /// Takes our own tables away: what a database is like before the first run.
    async fn forget(&self) {
        self.database.rows("DROP TABLE IF EXISTS alembic_version").await;
        self.database.rows("DROP TABLE IF EXISTS alembic_history").await;
    }

    /// Runs until place `place`. False where the run has no such place: then it ended well.
    fn kill(&mut self, place: usize, arguments: &[&str]) -> bool {
        let output = self.package.run_until(place, arguments);
        match output.code {
            None => {
                self.kills += 1;
                true
            }
            Some(0) => false,
            Some(_) => panic!("place {place} of {arguments:?}:\n{}", output.text()),
        }
    }

    fn finish(&self, place: usize, arguments: &[&str]) -> Output {
        let output = self.package.run(arguments);
        assert_eq!(output.code, Some(0), "after place {place}, {arguments:?}:\n{}", output.text());
        output
    }

    /// Kills an upgrade at each of its places, the first run of a database included.
    async fn up(&mut self) {
        self.forget().await;
        for place in places(self.number) {
            if !self.kill(place, &UP) {
                break;
            }
            if is_full() {
                // The run that finishes is killed as well.
                let again = 1 + place % 7;
                self.kill(again, &UP);
            }
            self.finish(place, &UP);
            assert_eq!(dump(&self.database).await, self.head, "after place {place}");
            assert_eq!(history(&self.database).await, self.upgraded, "after place {place}");
            self.finish(place, &DOWN);
            assert_eq!(dump(&self.database).await, self.base, "down again after place {place}");
            self.forget().await;
        }
    }

    /// Kills a downgrade at each of its places; the next run goes on, down or up.
    async fn down(&mut self) {
        self.finish(0, &UP);
        for (round, place) in places(self.number + 2).enumerate() {
            if !self.kill(place, &DOWN) {
                break;
            }
            let unfinished = !self.unfinished().await.is_empty();
            if round % 2 == 0 && unfinished {
                let refused = self.package.run(&UP).code(1);
                assert!(refused.text().contains("cargo alembic resume"), "{}", refused.text());
                self.finish(place, &["resume"]);
            } else if round % 2 == 1 {
                self.finish(place, &DOWN);
                assert_eq!(dump(&self.database).await, self.base, "after place {place}");
            }
            self.finish(place, &UP);
            assert_eq!(dump(&self.database).await, self.head, "after place {place}, and up again");
        }
    }

    async fn unfinished(&self) -> Vec<String> {
        let mut rows = history(&self.database).await;
        rows.retain(|row| row.ends_with("unfinished"));
        rows
    }
}

async fn check(number: usize, kind: Kind, transaction: &str) {
    let mut trial = Trial::new(number, kind, transaction).await;
    trial.up().await;
    let up = trial.kills;
    trial.down().await;
    let down = trial.kills - up;
    assert!(up > 5 && down > 3, "the places are compiled in: {up} and {down}");
    report(&format!(
        "{kind:?}, transaction = \"{transaction}\": {up} kills on the way up, {down} on the way down"
    ));
}

macro_rules! crash {
    ($($number:literal $name:ident: $kind:ident, $transaction:literal;)*) => {
        $(#[tokio::test]
        async fn $name() {
            check($number, Kind::$kind, $transaction).await;
        })*
    };
}

crash! {
    0 sqlite_run: Sqlite, "run";
    1 sqlite_revision: Sqlite, "revision";
    2 postgresql_run: Postgresql, "run";
    3 postgresql_revision: Postgresql, "revision";
    4 mariadb_run: Mysql, "run";
    5 mariadb_revision: Mysql, "revision";
}

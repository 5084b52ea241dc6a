//! `-- alembic: delimiter`.

use super::{check, check_all, refused};
use crate::sql::Dialect;

#[test]
fn delimiters() {
    use Dialect::{Mysql, Sqlite};
    let routine = "CREATE PROCEDURE p() BEGIN SELECT 1; END";
    for (on, end) in
        [("//", "//"), ("$$", "$$"), (";;", " ;;"), ("|", "|"), ("GO", "\nGO\n"), ("§", "§"), ("^_^", "^_^")]
    {
        let sql = format!(
            "SELECT 0;\n-- alembic: delimiter {on}\n{routine}{end}\n\n{routine} {end}\n--\talembic:  delimiter ;\nSELECT 2; SELECT 3"
        );
        check(Mysql, &sql, &["SELECT 0", routine, routine, "SELECT 2", "SELECT 3"]);
        check(Mysql, &sql.replace('\n', "\r\n"), &["SELECT 0", routine, routine, "SELECT 2", "SELECT 3"]);
    }
    let sql =
        "-- alembic: delimiter //\nSELECT '//', /* // */ 1; -- //\nSELECT 2 //\n//\n;//\nSELECT CATEGORY//";
    check_all(sql, &["SELECT '//', /* // */ 1; -- //\nSELECT 2", "SELECT CATEGORY"]);
    check_all("-- alembic: delimiter GO\nSELECT GONE, 'GO' GO SELECT 2", &["SELECT GONE, 'GO'", "SELECT 2"]);
    check_all("  -- alembic: delimiter //\nSELECT 1\n", &["SELECT 1"]);
    check_all(
        "-- alembic: delimiter //\n-- alembic: delimiter !!\nSELECT 1; SELECT 2!!",
        &["SELECT 1; SELECT 2"],
    );
    check(
        Sqlite,
        "-- alembic: delimiter //\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1 END//",
        &["CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1 END"],
    );
    // no directives
    check_all("-- alembic: delimiters //\nSELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]);
    check_all(
        "SELECT '\n-- alembic: delimiter //\n'; SELECT 2",
        &["SELECT '\n-- alembic: delimiter //\n'", "SELECT 2"],
    );
    check_all("/*\n-- alembic: delimiter //\n*/ SELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]);
}

#[test]
fn bad_delimiters() {
    for dialect in Dialect::ALL {
        let bad = |sql: &str, place: &str, reason: &str| {
            refused(dialect, sql, &[(place, &format!("this delimiter cannot be used: {reason}"))]);
        };
        bad("-- alembic: delimiter\nSELECT 1", "-- alembic", "its text is missing");
        bad("SELECT 1;\r\n-- alembic: delimiter \r\nSELECT 1", "-- alembic", "its text is missing");
        bad("-- alembic: delimiter // x", "-- alembic", "it holds white space");
        bad("-- alembic: delimiter '", "-- alembic", "it holds a quote or a backslash");
        bad("-- alembic: delimiter \\", "-- alembic", "it holds a quote or a backslash");
        bad("-- alembic: delimiter --", "-- alembic", "it looks like a comment");
        bad("-- alembic: delimiter /*", "-- alembic", "it looks like a comment");
        bad("-- alembic: delimiter x-", "-- alembic", "with a neighbour it looks like a comment");
        bad("-- alembic: delimiter /x", "-- alembic", "with a neighbour it looks like a comment");
        bad("-- alembic: delimiter *", "-- alembic", "with a neighbour it looks like a comment");
        bad("-- alembic: delimiter /", "-- alembic", "with a neighbour it looks like a comment");
        bad("-- alembic: delimiter -", "-- alembic", "with a neighbour it looks like a comment");
        bad(
            "SELECT 1; -- alembic: delimiter //\nSELECT 2",
            "-- alembic",
            "it does not stand on a line of its own",
        );
        bad(
            "SELECT 1\n-- alembic: delimiter //\nSELECT 2",
            "-- alembic",
            "the statement before it has not ended",
        );
        bad(
            "-- alembic: delimiter //\nSELECT 1\n-- alembic: delimiter ;",
            "-- alembic: delimiter ;",
            "the statement before it has not ended",
        );
    }
    refused(
        Dialect::Mysql,
        "-- alembic: delimiter #",
        &[("--", "this delimiter cannot be used: it looks like a comment")],
    );
    refused(
        Dialect::Postgresql,
        "-- alembic: delimiter $$",
        &[("--", "this delimiter cannot be used: `$` begins strings on PostgreSQL")],
    );
}

/// The clients take `END;//`, which is how most procedures are written.
#[test]
fn a_statement_may_end_in_a_semicolon_before_its_delimiter() {
    check_all("-- alembic: delimiter //\nSELECT 1;//\nSELECT 2;\n//\n;//", &["SELECT 1", "SELECT 2"]);
    check(
        Dialect::Mysql,
        "-- alembic: delimiter ||\nCREATE TRIGGER t BEFORE INSERT ON q FOR EACH ROW BEGIN SET NEW.a = 1; END; ||",
        &["CREATE TRIGGER t BEFORE INSERT ON q FOR EACH ROW BEGIN SET NEW.a = 1; END"],
    );
    // No second error about what the delimiter should have ended.
    refused(
        Dialect::Mysql,
        "-- alembic: delimiter #\nSELECT 1#\n-- alembic: delimiter ;\nSELECT 2",
        &[("-- alembic: delimiter #", "this delimiter cannot be used: it looks like a comment")],
    );
}

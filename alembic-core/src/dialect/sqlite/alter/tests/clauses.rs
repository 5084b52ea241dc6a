//! Tables with clauses that are rare, but that SQLite accepts: each of them can be altered.

use super::check;

#[test]
fn rare_clauses_stay_as_they_are() {
    let kept = |columns: &str| {
        check(
            &format!("CREATE TABLE t ({columns}, x TEXT)"),
            "ALTER x SET NOT NULL",
            &format!("CREATE TABLE t ({columns}, x TEXT NOT NULL)"),
            "ALTER x DROP NOT NULL",
        );
    };
    kept("a INTEGER REFERENCES p(id) ON INSERT CASCADE");
    kept("a REFERENCES p MATCH 'full' NOT DEFERRABLE INITIALLY DEFERRED UNIQUE DEFERRABLE");
    kept("[Price ($)] REAL, [it's] TEXT, [x,y], [x(y], [d--e]");
    kept("\u{feff}c INT, e'c'");
    kept("a TEXT[], b LONG TEXT [][]");
    kept("a INT NULL NOT NULL NULL DEFAULT 1 DEFAULT 2 CONSTRAINT n");
    kept("a INT CONSTRAINT n CONSTRAINT m UNIQUE ON CONFLICT FAIL");
    kept("a INT GENERATED, b GENERATED ALWAYS AS (1) STORED, c VARCHAR GENERATED ALWAYS");
}

#[test]
fn the_last_of_several_clauses_counts() {
    check(
        "CREATE TABLE t (a INT DEFAULT 1 NOT NULL DEFAULT 2)",
        "ALTER a SET DEFAULT 3",
        "?CREATE TABLE t (a INT DEFAULT 1 NOT NULL DEFAULT 3)",
        "ALTER a SET DEFAULT 2",
    );
    check(
        "CREATE TABLE t (a TEXT COLLATE RTRIM COLLATE NOCASE)",
        "ALTER a TYPE TEXT COLLATE NOCASE",
        "CREATE TABLE t (a TEXT COLLATE RTRIM COLLATE NOCASE)",
        "",
    );
    check(
        "CREATE TABLE t (a INT DEFAULT 1 DEFAULT 2)",
        "ALTER a DROP DEFAULT",
        "?CREATE TABLE t (a INT)",
        "",
    );
}

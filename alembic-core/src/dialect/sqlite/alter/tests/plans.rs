//! The ways: what is sent for an action.

use super::super::plan::Plan;
use super::super::step::Step;
use super::{catalog, parsed};

/// What a plan does, a line for each step.
fn steps(texts: &[&str], action: &str) -> Vec<String> {
    let alter = parsed(action);
    let plan = Plan::new(&alter, &alter.actions, &catalog(texts))
        .unwrap_or_else(|error| panic!("{action}: {error}"));
    plan.steps.iter().flat_map(lines).collect()
}

fn lines(step: &Step) -> Vec<String> {
    match step {
        Step::Check(check) => vec![format!("check: {}", check.complaint)],
        Step::Run { sql, .. } => vec![sql.clone()],
        Step::EditSchema { edits, then } => {
            edits.iter().chain([then]).map(|sql| format!("edit: {sql}")).collect()
        }
        Step::Copy(copy) => vec![copy.sql.clone()],
        Step::Observe(watches) => {
            watches.iter().map(|watch| format!("observe: {}", watch.complaint)).collect()
        }
        Step::Confirm => vec!["confirm".to_owned()],
        Step::Unused { column } => vec![format!("unused: {column}")],
        Step::StillReadable { column } => vec![format!("still readable: {column}")],
        Step::Choose { query, found, nothing } => {
            let branch = |name: &str, steps: &[Step]| format!("{name}: {} steps", steps.len());
            vec![format!("choose: {query}"), branch("found", found), branch("nothing", nothing)]
        }
    }
}

#[track_caller]
fn check(texts: &[&str], action: &str, expected: &[&str]) {
    assert_eq!(steps(texts, action), expected, "{action}");
}

#[test]
fn text_alone() {
    check(
        &["CREATE TABLE t (a INT REFERENCES u, CHECK (t.a > 1))", "CREATE TABLE alembic_new_t (x)"],
        "ALTER a SET NOT NULL",
        &[
            "CREATE TABLE \"main\".\"alembic_new_t_2\" (a INT NOT NULL, CHECK (\"alembic_new_t_2\".a > 1))",
            "EXPLAIN INSERT INTO \"main\".\"alembic_new_t_2\" DEFAULT VALUES",
            "check: column t.a has to have a value in every row",
            "choose: SELECT 'x' FROM \"main\".\"t\" LIMIT 1 OFFSET 10000",
            "found: 0 steps",
            "nothing: 1 steps",
            "edit: UPDATE \"main\".sqlite_master SET sql = 'CREATE TABLE t (a INT NOT NULL REFERENCES u, CHECK (t.a > 1))' \
             WHERE type = 'table' AND name = 't'",
            "edit: DROP TABLE \"main\".\"alembic_new_t_2\"",
            "confirm",
        ],
    );
    check(&["CREATE TABLE t (a INT NOT NULL)"], "ALTER a SET NOT NULL", &[]);
}

#[test]
fn rows_are_copied_with_their_rowids_where_they_can_be_named() {
    let copies = |table: &str, action: &str, expected: &str| {
        let steps = steps(&[table], action);
        let copy = steps.iter().find(|step| step.starts_with("INSERT")).expect("a copy");
        let expected = format!("INSERT OR ABORT INTO \"main\".\"alembic_new_t\" {expected}");
        assert_eq!(*copy, expected, "{table}\n{action}");
    };
    let unique = "ADD UNIQUE (a)";
    copies(
        "CREATE TABLE t (a)",
        unique,
        "(rowid, \"a\") SELECT \"t\".rowid, \"t\".\"a\" FROM \"main\".\"t\" ORDER BY \"t\".rowid",
    );
    copies(
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        unique,
        "(\"a\") SELECT \"t\".\"a\" FROM \"main\".\"t\" ORDER BY \"t\".rowid",
    );
    copies(
        "CREATE TABLE t (a, ROWID)",
        unique,
        "(_rowid_, \"a\", \"ROWID\") SELECT \"t\"._rowid_, \"t\".\"a\", \"t\".\"ROWID\" FROM \"main\".\"t\" ORDER BY \"t\"._rowid_",
    );
    copies(
        "CREATE TABLE t (rowid, _rowid_, oid, a)",
        unique,
        "(\"rowid\", \"_rowid_\", \"oid\", \"a\") SELECT \"t\".\"rowid\", \"t\".\"_rowid_\", \"t\".\"oid\", \"t\".\"a\" FROM \"main\".\"t\"",
    );
    copies(
        "CREATE TABLE t (a PRIMARY KEY, b AS (a)) WITHOUT ROWID",
        "ADD UNIQUE (a)",
        "(\"a\") SELECT \"t\".\"a\" FROM \"main\".\"t\"",
    );
    copies(
        "CREATE TABLE t (a INTEGER)",
        "ADD PRIMARY KEY (a)",
        "(\"a\") SELECT \"t\".\"a\" FROM \"main\".\"t\" ORDER BY \"t\".rowid",
    );
    copies(
        "CREATE TABLE t (a TEXT)",
        "ADD b INTEGER PRIMARY KEY",
        "(rowid, \"a\") SELECT \"t\".rowid, \"t\".\"a\" FROM \"main\".\"t\" ORDER BY \"t\".rowid",
    );
    copies(
        "CREATE TABLE t (a INT)",
        "ALTER a TYPE TEXT USING a + 1",
        "(rowid, \"a\") SELECT \"t\".rowid, (a + 1) FROM \"main\".\"t\" ORDER BY \"t\".rowid",
    );
}

#[test]
fn defaults_are_looked_for_in_the_rows_first() {
    let choices = |table: &str, action: &str, columns: &str, conditions: &[&[&str]]| {
        let is_missing = |column: &&str| format!("+\"t\".\"{column}\" IS +\"alembic_row_t\".\"{column}\"");
        let all = |columns: &&[&str]| {
            format!("({})", columns.iter().map(is_missing).collect::<Vec<_>>().join(" AND "))
        };
        let expected = conditions.iter().map(all).collect::<Vec<_>>().join(" OR ");
        let steps = steps(&[table], action);
        let is_choice = |step: &&String| step.starts_with("choose") && step.contains("alembic_row_t");
        let row = steps.iter().find(|step| step.contains("UPDATE") && step.contains("alembic_row_t"));
        let row =
            row.and_then(|step| Some(step.split_once("(\"alembic_row_t\"")?.1.split_once("' WHERE")?.0));
        assert_eq!(row.unwrap_or_default(), columns, "{table}\n{action}");
        let choice = steps.iter().find(is_choice).map_or("", String::as_str);
        let expected = if expected.is_empty() {
            String::new()
        } else {
            format!(
                "choose: SELECT 'x' FROM \"main\".\"t\", \"main\".\"alembic_row_t\" WHERE {expected} LIMIT 1"
            )
        };
        assert_eq!(choice, expected, "{table}\n{action}");
    };
    choices("CREATE TABLE t (a)", "ALTER a SET DEFAULT 1", ", \"a\" )", &[&["a"]]);
    choices(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a DEFAULT \"x\", b NUM DEFAULT -1, c AS (b), d DEFAULT (random()), e COLLATE RTRIM DEFAULT word)",
        "ALTER a DROP DEFAULT",
        ", \"a\"  DEFAULT \"x\", \"b\" NUM DEFAULT -1, \"d\"  DEFAULT (random()), \"e\"  COLLATE \"RTRIM\" DEFAULT word)",
        &[&["a", "b", "d", "e"]],
    );
    choices(
        "CREATE TABLE t (a INT DEFAULT ((8)), b ANY DEFAULT 1 DEFAULT 2) STRICT",
        "ALTER a DROP DEFAULT",
        ", \"a\" INT DEFAULT ((8)), \"b\" BLOB DEFAULT 2)",
        &[&["a", "b"]],
    );
    choices(
        "CREATE TABLE t (a DEFAULT TRUE, b PRIMARY KEY) WITHOUT ROWID",
        "ALTER a DROP DEFAULT",
        ", \"a\"  DEFAULT TRUE, \"b\" )",
        &[&["a"]],
    );
    choices(
        "CREATE TABLE t (a DEFAULT 1, b DEFAULT 2)",
        "ALTER b DROP DEFAULT, ALTER a SET DEFAULT 3",
        ", \"a\"  DEFAULT 1, \"b\"  DEFAULT 2)",
        &[&["a", "b"], &["b"]],
    );
    choices("CREATE TABLE t (a DEFAULT 1)", "ALTER a SET DEFAULT  1", "", &[]);
    // A constraint without a name of its own may be the default.
    choices(
        "CREATE TABLE t (a CONSTRAINT k DEFAULT 1)",
        "DROP CONSTRAINT k",
        ", \"a\"  DEFAULT 1)",
        &[&["a"]],
    );
}

#[test]
fn a_column_is_dropped_by_sqlite_itself_where_it_can() {
    let native = "ALTER TABLE \"main\".\"t\" DROP COLUMN \"a\"";
    check(
        &[
            "CREATE TABLE t (a, b CHECK (a > 0))",
            "CREATE INDEX i ON t (lower(a))",
            "CREATE INDEX j ON t (b) WHERE b <> 'a'",
            "CREATE INDEX k ON t ('a')",
        ],
        "DROP COLUMN a",
        &[
            "DROP INDEX \"main\".\"i\"",
            "DROP INDEX \"main\".\"k\"",
            "unused: a",
            "CREATE TABLE \"main\".\"alembic_new_t\" (a, b)",
            "EXPLAIN INSERT INTO \"main\".\"alembic_new_t\" DEFAULT VALUES",
            "choose: SELECT 'x' FROM \"main\".\"t\" LIMIT 1 OFFSET 10000",
            "found: 0 steps",
            "nothing: 1 steps",
            "edit: UPDATE \"main\".sqlite_master SET sql = 'CREATE TABLE t (a, b)' WHERE type = 'table' AND name = 't'",
            "edit: DROP TABLE \"main\".\"alembic_new_t\"",
            native,
            "still readable: a",
            "confirm",
        ],
    );
    check(&["CREATE TABLE t (a, b)"], "DROP a", &["unused: a", native, "still readable: a"]);
    check(&["CREATE TABLE t (a /* it */)"], "DROP a", &["unused: a", native, "still readable: a"]);
    check(&["CREATE TABLE t (a, b)"], "DROP IF EXISTS c", &[]);
    let copies = |table: &str| steps(&[table], "DROP a").iter().any(|step| step.starts_with("INSERT"));
    assert!(copies("CREATE TABLE t (b, /* a, b */ a)") && copies("CREATE TABLE t (b, a UNIQUE)"));
    assert!(!copies("CREATE TABLE t (a, b, /* c */ c)"));
}

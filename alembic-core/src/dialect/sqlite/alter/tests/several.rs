//! Several clauses or constraints of which one is meant.

use super::super::plan::Plan;
use super::{catalog, check, parsed, refused};

#[test]
fn a_column_gets_one_type_in_a_statement() {
    let stored = "CREATE TABLE t (a, b)";
    let twice = "column t.a gets a type twice in one statement";
    refused(&[stored], "ALTER a TYPE INT USING a + 1, ALTER A TYPE TEXT", twice);
    check(stored, "ALTER a TYPE INT, ALTER b TYPE INT", "*CREATE TABLE t (a INT, b INT)", "");
}

#[test]
fn a_column_added_under_the_name_of_a_dropped_one_is_new() {
    let alter = super::parsed("DROP COLUMN a, ADD COLUMN a INT DEFAULT (random()) UNIQUE");
    let catalog = super::catalog(&["CREATE TABLE t (a UNIQUE, b)"]);
    let plan = super::super::plan::Plan::new(&alter, &alter.actions, &catalog).expect("a plan");
    assert_eq!(plan.actions, 1);
}

/// The statement is one change, though SQLite could add the column itself: so the key of the foreign key is there again.
#[test]
fn a_column_is_added_together_with_a_rebuild() {
    let tables = ["CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE c (x REFERENCES t (a))"];
    let one = |action: &str| {
        let alter = parsed(action);
        let plan = Plan::new(&alter, &alter.actions, &catalog(&tables));
        plan.map(|plan| plan.actions == alter.actions.len())
    };
    let dropped = one("DROP CONSTRAINT t_pkey, ADD b INT").expect_err("a foreign key needs it");
    assert!(dropped.to_string().starts_with("the key t (a) cannot be dropped"), "{dropped}");
    assert_eq!(one("DROP CONSTRAINT t_pkey, ADD b INT, ADD UNIQUE (a)"), Ok(true));
    assert_eq!(one("ALTER a TYPE TEXT, ADD b INT CHECK (b > 0), ADD c REFERENCES t (a)"), Ok(true));
    assert_eq!(one("ALTER a SET NOT NULL, ADD b INT"), Ok(false));
    assert_eq!(one("ADD UNIQUE (a), ADD b INT"), Ok(false));
}

/// The rows that are there have the default with which the column is added, whoever adds it, as on PostgreSQL.
#[test]
fn another_default_of_a_new_column_comes_last() {
    let catalog = catalog(&["CREATE TABLE t (a INTEGER PRIMARY KEY)"]);
    for (others, in_first) in
        [("", 1), ("DROP CONSTRAINT t_pkey, ADD UNIQUE (a), ", 3), ("ALTER a TYPE TEXT, ", 2)]
    {
        let alter = parsed(&format!("{others}ALTER \"B\" SET DEFAULT 2, ADD b INT DEFAULT 1"));
        let plan = Plan::new(&alter, &alter.actions, &catalog).expect("a plan");
        assert_eq!((plan.actions, alter.actions.len()), (in_first, in_first + 1), "{others}");
    }
}

/// SQLite counts its automatic indexes, and makes none for an `INTEGER PRIMARY KEY`.
#[test]
fn a_key_without_an_index_gets_one() {
    let stored = "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE) WITHOUT ROWID";
    let altered = "*CREATE TABLE t (id INT PRIMARY KEY, a UNIQUE) WITHOUT ROWID";
    check(stored, "ALTER id TYPE INT", altered, "ALTER id TYPE INTEGER");
}

/// Where several neighbours go, a comment before them must not swallow what follows.
#[test]
fn neighbours_with_comments_go() {
    let stored = "CREATE TABLE t (a -- 1\n DEFAULT 1\n DEFAULT 2 NOT NULL)";
    check(stored, "ALTER a DROP DEFAULT", "?CREATE TABLE t (a -- 1\n NOT NULL)", "");
    let stored = "CREATE TABLE t (a -- 1\nREFERENCES p\n  CONSTRAINT n\n DEFERRABLE UNIQUE)";
    check(stored, "DROP CONSTRAINT t_a_fkey", "CREATE TABLE t (a -- 1\n UNIQUE)", "");
    let stored =
        "CREATE TABLE t (a, b TEXT REFERENCES p /* point */ GENERATED ALWAYS AS (a) STORED, c REFERENCES p)";
    let dropped = "*CREATE TABLE t (b TEXT NULL /* point */ GENERATED ALWAYS AS (1) STORED)";
    let stored = stored.replace("(a) STORED, c REFERENCES p", "(1) STORED").replace("a, b", "a UNIQUE, b");
    check(&stored, "DROP a, DROP CONSTRAINT t_b_fkey", dropped, "");
}

#[test]
fn a_downgrade_drops_the_newest_of_several() {
    let stored = "CREATE TABLE t (a INT UNIQUE ON CONFLICT REPLACE, b)";
    let added = "*CREATE TABLE t (a INT UNIQUE ON CONFLICT REPLACE, b, UNIQUE (a))";
    for name in ["t_a_key", "t_a_key1"] {
        check(stored, "ADD UNIQUE (a)", added, &format!("DROP CONSTRAINT {name}"));
    }
    let named = "CREATE TABLE t (a CONSTRAINT t_a_key UNIQUE, b CONSTRAINT T_a_key2 CHECK (b))";
    let with = |more: &str| format!("*{}{more})", &named[..named.len() - 1]);
    check(named, "ADD UNIQUE (a)", &with(", UNIQUE (a)"), "DROP CONSTRAINT t_a_key1");
    let both = "DROP CONSTRAINT t_a_key3, DROP CONSTRAINT t_a_key1";
    check(named, "ADD UNIQUE (a), ADD UNIQUE (a)", &with(", UNIQUE (a), UNIQUE (a)"), both);
    let two = "CREATE TABLE t (a CHECK (a > 0) CHECK (a > 1), b, CHECK (a > 2))";
    check(two, "DROP CONSTRAINT t_a_check1", "CREATE TABLE t (a CHECK (a > 0), b, CHECK (a > 2))", "");
    check(two, "DROP CONSTRAINT t_a_check", "CREATE TABLE t (a CHECK (a > 0) CHECK (a > 1), b)", "");
    let known = "table t has no constraint t_a_check3";
    refused(&[two], "DROP CONSTRAINT t_a_check3", known);
    refused(&[two], "DROP CONSTRAINT t_a_check0", "table t has no constraint t_a_check0");
}

#[test]
fn a_deferrable_goes_with_its_foreign_key() {
    let stored = "CREATE TABLE t (a REFERENCES p, b REFERENCES q NOT NULL DEFERRABLE, c INITIALLY DEFERRABLE INITIALLY DEFERRED, d REFERENCES r NOT DEFERRABLE DEFERRABLE)";
    let dropped =
        "CREATE TABLE t (a REFERENCES p, b NOT NULL, c INITIALLY, d REFERENCES r NOT DEFERRABLE DEFERRABLE)";
    check(stored, "DROP CONSTRAINT t_b_fkey", dropped, "");
    let without =
        "CREATE TABLE t (a REFERENCES p, b NOT NULL, c INITIALLY, d REFERENCES r NOT DEFERRABLE DEFERRABLE)";
    check(stored, "DROP COLUMN b", without, "");
    let last = "CREATE TABLE t (a REFERENCES p, b REFERENCES q NOT NULL DEFERRABLE, c INITIALLY DEFERRABLE INITIALLY DEFERRED, d)";
    check(stored, "DROP CONSTRAINT t_d_fkey", last, "");
}

//! Statements: which are SQLite's own affair, and what the others say.

use super::super::statement::{Action, Alter};
use crate::sql::Dialect;
use crate::sql::facts::Facts;

#[test]
fn what_sqlite_has_or_has_to_refuse_is_passed_to_it() {
    for sql in [
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t ADD COLUMN b",
        "ALTER TABLE t ADD b INT NOT NULL DEFAULT 5 COLLATE NOCASE",
        "ALTER TABLE t ADD b REFERENCES u (x) DEFAULT NULL",
        "ALTER TABLE t ADD b DEFAULT -1",
        "ALTER TABLE t ADD b DEFAULT (-1)",
        "ALTER TABLE t ADD b DEFAULT word",
        "ALTER TABLE t ADD b AS (a)",
        "ALTER TABLE only ADD b",
        "ALTER TABLE t OWNER TO somebody",
        "ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE t ALTER a TYPE",
        "ALTER TABLE t ALTER a SET DEFAULT",
        "ALTER TABLE t ALTER a TYPE INT USING",
        "ALTER TABLE t ALTER a",
        "ALTER TABLE t ADD CONSTRAINT n EXCLUDE USING gist (a WITH =)",
        "ALTER TABLE t ADD CONSTRAINT n UNIQUE USING INDEX i",
        "ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a)",
        "ALTER TABLE t ADD CHECK (a > 0",
        "ALTER TABLE t ADD CONSTRAINT n",
        "ALTER TABLE t ADD FOREIGN KEY (a)",
        "ALTER TABLE t DROP CONSTRAINT n, OWNER TO somebody",
        "ALTER TABLE t DROP CONSTRAINT n,",
        "ALTER TABLE t DROP CONSTRAINT n m",
        "ALTER TABLE t",
        "ALTER TABLE",
        "ALTER VIEW v RENAME TO w",
    ] {
        assert_eq!(Alter::parse(sql), None, "{sql}");
    }
}

#[test]
fn what_is_carried_out() {
    let check = |sql: &str, schema: Option<&str>, table: &str, if_exists: bool, actions: usize| {
        let alter = Alter::parse(sql).unwrap_or_else(|| panic!("passed to SQLite: {sql}"));
        assert!(Facts::of(sql, Dialect::Sqlite).is_portable, "{sql}");
        assert_eq!(
            (alter.schema.as_deref(), alter.table.as_str(), alter.if_exists, alter.actions.len()),
            (schema, table, if_exists, actions),
            "{sql}"
        );
    };
    check("ALTER TABLE t ADD b INT UNIQUE", None, "t", false, 1);
    check("alter /* it */ table main . \"a \"\"b\" alter c type int", Some("main"), "a \"b", false, 1);
    check("ALTER TABLE IF EXISTS ONLY t * DROP COLUMN a", None, "t", true, 1);
    check("ALTER TABLE ONLY t RENAME TO u", None, "t", false, 1);
    check("ALTER TABLE [t] ADD b, ADD c", None, "t", false, 2);
    check("ALTER TABLE 'only' DROP only", None, "only", false, 1);
    check("ALTER TABLE t ADD b DEFAULT (1 + 1)", None, "t", false, 1);
    check("ALTER TABLE t ADD b DEFAULT CURRENT_TIME", None, "t", false, 1);
    check("ALTER TABLE t ADD b AS (a) STORED", None, "t", false, 1);
    check("ALTER TABLE t ADD b DEFAULT 5 REFERENCES u", None, "t", false, 1);
    check("ALTER TABLE t ADD id INTEGER PRIMARY KEY", None, "t", false, 1);
    check("ALTER TABLE t ALTER a TYPE NUMERIC(1,2), ALTER b SET DEFAULT coalesce(1, 2)", None, "t", false, 2);
}

/// SQLite adds it, and the rows in the way are looked for.
#[test]
fn a_column_with_a_check_is_added_by_sqlite() {
    let sql = "ADD b INT NOT NULL DEFAULT 5 CHECK (b > 0)";
    let alter = Alter::parse(&format!("ALTER TABLE t {sql}")).expect("a statement for us");
    assert_eq!(alter.actions, [Action::Native(sql.to_owned())]);
}

#[test]
fn conversions() {
    let using = |action: &str| {
        let alter = Alter::parse(&format!("ALTER TABLE t ALTER a TYPE int {action}")).expect(action);
        match alter.actions.into_iter().next() {
            Some(Action::SetType { of_type, using, .. }) if of_type == "int" => using,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(using(""), None);
    assert_eq!(using("USING a"), None);
    assert_eq!(using("USING \"A\" :: double precision"), None);
    assert_eq!(using("USING a::integer + 1").as_deref(), Some("a::integer + 1"));
    assert_eq!(using("USING b::integer").as_deref(), Some("b::integer"));
    assert_eq!(using("USING CAST(a AS int) /* why */").as_deref(), Some("CAST(a AS int)"));
}

const PIECES: [&str; 34] = [
    "ADD",
    "DROP",
    "ALTER",
    "RENAME",
    "VALIDATE",
    "COLUMN",
    "CONSTRAINT",
    "IF",
    "EXISTS",
    "NOT",
    "NULL",
    "ONLY",
    "*",
    "TO",
    "TYPE",
    "SET",
    "DEFAULT",
    "UNIQUE",
    "CHECK",
    "(",
    ")",
    ",",
    ".",
    "t",
    "only",
    "add",
    "[b c]",
    "'d'",
    "int",
    "1",
    "USING",
    "TABLE",
    "CASCADE",
    "/* e */",
];

proptest::proptest! {
    /// A statement that is not passed to SQLite is a portable one by its facts: only those are read here.
    #[test]
    fn portable_statements(pieces in proptest::collection::vec(proptest::sample::select(PIECES.as_slice()), 0..8)) {
        let sql = format!("ALTER TABLE {}", pieces.join(" "));
        let is_portable = Facts::of(&sql, Dialect::Sqlite).is_portable;
        proptest::prop_assert!(is_portable || Alter::parse(&sql).is_none(), "{}", sql);
    }
}

//! Texts before and after.

use super::{check, refused};

#[test]
fn not_null() {
    check(
        "CREATE TABLE t (a)",
        "ALTER a SET NOT NULL",
        "CREATE TABLE t (a NOT NULL)",
        "ALTER a DROP NOT NULL",
    );
    let set = "ALTER COLUMN a SET NOT NULL";
    let back = "ALTER COLUMN a DROP NOT NULL";
    check("CREATE TABLE t (a TEXT, b)", set, "CREATE TABLE t (a TEXT NOT NULL, b)", back);
    check(
        "CREATE TABLE t(a NUMERIC (10, 2)DEFAULT 5)",
        set,
        "CREATE TABLE t(a NUMERIC (10, 2) NOT NULL DEFAULT 5)",
        "",
    );
    check(
        "CREATE TABLE t (a TEXT /* text */ DEFAULT '' -- a\n)",
        set,
        "CREATE TABLE t (a TEXT NOT NULL /* text */ DEFAULT '' -- a\n)",
        back,
    );
    check(
        "CREATE TABLE t (\"a\" \"double\" precision)",
        set,
        "CREATE TABLE t (\"a\" \"double\" precision NOT NULL)",
        back,
    );
    check("CREATE TABLE t (a INT NULL)", set, "CREATE TABLE t (a INT NOT NULL)", "");
    check("CREATE TABLE t (a INT NOT NULL)", set, "CREATE TABLE t (a INT NOT NULL)", "");
    check(
        "CREATE TABLE t (a INT GENERATED ALWAYS AS (1) STORED, b)",
        set,
        "CREATE TABLE t (a INT NOT NULL GENERATED ALWAYS AS (1) STORED, b)",
        back,
    );
    check("CREATE TABLE t (a INT)", back, "CREATE TABLE t (a INT)", "");
    check(
        "CREATE TABLE t (a INT CONSTRAINT nn NOT NULL ON CONFLICT IGNORE DEFAULT 5)",
        back,
        "CREATE TABLE t (a INT DEFAULT 5)",
        "",
    );
    check("CREATE TABLE t (a INT -- why\n NOT NULL, b)", back, "CREATE TABLE t (a INT -- why\n , b)", "");
    check("CREATE TABLE t (a INT -- why\n NOT NULL\n, b)", back, "CREATE TABLE t (a INT -- why\n, b)", "");
    check("CREATE TABLE t (a CHECK(a>0)NOT NULL,b)", back, "CREATE TABLE t (a CHECK(a>0),b)", "");
    check("CREATE TABLE t (a INT NOT NULL DEFAULT 5 NOT NULL)", back, "CREATE TABLE t (a INT DEFAULT 5)", "");
    refused(&["CREATE TABLE t (a)"], "ALTER b SET NOT NULL", "no such column: t.b");
}

#[test]
fn defaults() {
    let back = "ALTER a DROP DEFAULT";
    check("CREATE TABLE t (a INT)", "ALTER a SET DEFAULT 5", "?CREATE TABLE t (a INT DEFAULT 5)", back);
    check("CREATE TABLE t (a)", "ALTER a SET DEFAULT -5", "?CREATE TABLE t (a DEFAULT -5)", back);
    check(
        "CREATE TABLE t (a INT NOT NULL UNIQUE)",
        "ALTER a SET DEFAULT 'x'",
        "?CREATE TABLE t (a INT NOT NULL DEFAULT 'x' UNIQUE)",
        back,
    );
    check(
        "CREATE TABLE t (a INT UNIQUE)",
        "ALTER a SET DEFAULT now()",
        "?CREATE TABLE t (a INT DEFAULT (now()) UNIQUE)",
        back,
    );
    check("CREATE TABLE t (a)", "ALTER a SET DEFAULT (1 + 2)", "?CREATE TABLE t (a DEFAULT (1 + 2))", back);
    check(
        "CREATE TABLE t (a)",
        "ALTER a SET DEFAULT (1) + (2)",
        "?CREATE TABLE t (a DEFAULT ((1) + (2)))",
        back,
    );
    check(
        "CREATE TABLE t (a)",
        "ALTER a SET DEFAULT CURRENT_TIMESTAMP",
        "?CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP)",
        back,
    );
    check(
        "CREATE TABLE t (a DEFAULT 5 /* five */)",
        "ALTER a SET DEFAULT 6",
        "?CREATE TABLE t (a DEFAULT 6 /* five */)",
        "ALTER a SET DEFAULT 5",
    );
    check("CREATE TABLE t (a DEFAULT 5)", "ALTER a SET DEFAULT 5", "CREATE TABLE t (a DEFAULT 5)", "");
    check("CREATE TABLE t (a)", back, "CREATE TABLE t (a)", "");
    // Whether a row was written with what is computed only SQLite knows.
    check("CREATE TABLE t (a DEFAULT CURRENT_DATE)", back, "?CREATE TABLE t (a)", "");
    check(
        "CREATE TABLE t (a DEFAULT (random()))",
        "ALTER a SET DEFAULT 1",
        "?CREATE TABLE t (a DEFAULT 1)",
        "",
    );
    check("CREATE TABLE t (a DEFAULT ('x') NOT NULL)", back, "?CREATE TABLE t (a NOT NULL)", "");
}

#[test]
fn types() {
    check("CREATE TABLE t (a INT)", "ALTER a TYPE TEXT", "*CREATE TABLE t (a TEXT)", "ALTER a TYPE INT");
    check(
        "CREATE TABLE t (a VARCHAR(20) NOT NULL)",
        "ALTER a SET DATA TYPE VARCHAR(50)",
        "CREATE TABLE t (a VARCHAR(50) NOT NULL)",
        "ALTER a TYPE VARCHAR(20)",
    );
    check("CREATE TABLE t (a)", "ALTER a TYPE BLOB", "CREATE TABLE t (a BLOB)", "");
    check("CREATE TABLE t (a)", "ALTER a TYPE NUMERIC(10, 2)", "*CREATE TABLE t (a NUMERIC(10, 2))", "");
    check(
        "CREATE TABLE t (a double /* d */ precision)",
        "ALTER a TYPE timestamp with time zone",
        "*CREATE TABLE t (a timestamp with time zone)",
        "",
    );
    check("CREATE TABLE t (a INT)", "ALTER a TYPE BIGINT USING a::bigint", "CREATE TABLE t (a BIGINT)", "");
    check("CREATE TABLE t (a INT)", "ALTER a TYPE BIGINT USING a + 1", "*CREATE TABLE t (a BIGINT)", "");
    // INTEGER makes a key another name of the rowid.
    check(
        "CREATE TABLE t (a INT PRIMARY KEY)",
        "ALTER a TYPE INTEGER",
        "*CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "",
    );
    check(
        "CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a))",
        "ALTER a TYPE BIGINT",
        "*CREATE TABLE t (a BIGINT, b, PRIMARY KEY (a))",
        "",
    );
    check(
        "CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a, b))",
        "ALTER a TYPE BIGINT",
        "CREATE TABLE t (a BIGINT, b, PRIMARY KEY (a, b))",
        "",
    );
    check("CREATE TABLE t (a INT) STRICT", "ALTER a TYPE INTEGER", "CREATE TABLE t (a INTEGER) STRICT", "");
    check("CREATE TABLE t (a ANY) STRICT", "ALTER a TYPE BLOB", "*CREATE TABLE t (a BLOB) STRICT", "");
}

#[test]
fn columns_are_added_behind_the_last_column() {
    check("CREATE TABLE t (a)", "ADD COLUMN b INT UNIQUE", "*CREATE TABLE t (a, b INT UNIQUE)", "");
    check(
        "CREATE TABLE t (\n  a -- one\n  , CHECK (a)\n)",
        "ADD b DEFAULT (random()) /* r */ NOT NULL",
        "*CREATE TABLE t (\n  a, -- one\n  b DEFAULT (random()) /* r */ NOT NULL\n  , CHECK (a)\n)",
        "",
    );
    check("CREATE TABLE t (a)", "ADD IF NOT EXISTS a INT", "CREATE TABLE t (a)", "");
    check("CREATE TABLE t (a)", "ADD IF NOT EXISTS b INT", "*CREATE TABLE t (a, b INT)", "");
    refused(&["CREATE TABLE t (a)"], "ADD \"A\" INT UNIQUE", "table t has a column A already");
}

#[test]
fn several_actions_in_postgresqls_order() {
    check(
        "CREATE TABLE t (a INT DEFAULT 1, b TEXT, CONSTRAINT n CHECK (a))",
        "ADD CONSTRAINT n CHECK (c > 0), ALTER b SET NOT NULL, ADD c INT UNIQUE, ALTER a DROP DEFAULT, DROP CONSTRAINT n",
        "*CREATE TABLE t (a INT, b TEXT NOT NULL, c INT UNIQUE, CONSTRAINT n CHECK (c > 0))",
        "",
    );
}

#[test]
fn what_a_column_is_part_of_goes_with_it() {
    let drop = "DROP COLUMN b";
    check("CREATE TABLE t (a, b UNIQUE)", drop, "*CREATE TABLE t (a)", "");
    check("CREATE TABLE t (b UNIQUE, a)", drop, "*CREATE TABLE t (a)", "");
    check(
        "CREATE TABLE t (a, b, UNIQUE (a, b), CHECK (a < b), CHECK (a > 0))",
        drop,
        "*CREATE TABLE t (a, CHECK (a > 0))",
        "",
    );
    check("CREATE TABLE t (a, b INTEGER PRIMARY KEY AUTOINCREMENT)", drop, "*CREATE TABLE t (a)", "");
    check("CREATE TABLE t (\n b PRIMARY KEY,\n a\n)", drop, "*CREATE TABLE t (\n a\n)", "");
    check(
        "CREATE TABLE t (\n a, -- a, b\n b /* it */ INT, -- the b, too\n c -- c\n)",
        drop,
        "*CREATE TABLE t (\n a, -- a, b\n  -- the b, too\n c -- c\n)",
        "",
    );
    check(
        "CREATE TABLE t (a, -- a\nb UNIQUE\n, UNIQUE (a))",
        drop,
        "*CREATE TABLE t (a, -- a\n UNIQUE (a))",
        "",
    );
    check("CREATE TABLE t (a, /* old, */ b)", drop, "*CREATE TABLE t (a /* old, */)", "");
    // SQLite drops the column itself when these are gone.
    check(
        "CREATE TABLE t (a CHECK (a < t.\"B\"), b REFERENCES t CHECK (b > 0))",
        drop,
        "CREATE TABLE t (a, b REFERENCES t CHECK (b > 0))",
        "",
    );
    check(
        "CREATE TABLE t (a PRIMARY KEY, b, FOREIGN KEY (b) REFERENCES t)",
        drop,
        "CREATE TABLE t (a PRIMARY KEY, b)",
        "",
    );
    check(
        "CREATE TABLE t (a CHECK (a = 'b' COLLATE b OR b(a)), b)",
        drop,
        "CREATE TABLE t (a CHECK (a = 'b' COLLATE b OR b(a)), b)",
        "",
    );
    check("CREATE TABLE t (a)", "DROP COLUMN IF EXISTS b", "CREATE TABLE t (a)", "");
    refused(&["CREATE TABLE t (a)"], drop, "no such column: t.b");
    refused(
        &["CREATE TABLE t (a AS (b + 1), b)"],
        drop,
        "column t.b cannot be dropped: it is used by generated column a; change or drop that first",
    );
    refused(
        &[
            "CREATE TABLE t (a, b PRIMARY KEY)",
            "CREATE TABLE u (x REFERENCES T)",
            "CREATE TABLE w (y, FOREIGN KEY (y) REFERENCES t (b))",
        ],
        drop,
        "column t.b cannot be dropped: it is used by a foreign key of table u, a foreign key of table w; change or drop that first",
    );
    refused(
        &["CREATE TABLE t (a REFERENCES t (b), b UNIQUE)"],
        drop,
        "column t.b cannot be dropped: it is used by a foreign key of table t; change or drop that first",
    );
}

#[test]
fn keys_that_foreign_keys_need_stay() {
    let child = "CREATE TABLE u (x, FOREIGN KEY (x) REFERENCES t (a))";
    refused(
        &["CREATE TABLE t (a CONSTRAINT n UNIQUE)", child],
        "DROP CONSTRAINT n",
        "the key t (a) cannot be dropped: a foreign key of table u refers to it; drop that first",
    );
    refused(
        &["CREATE TABLE t (a, CONSTRAINT n PRIMARY KEY (a))", "CREATE TABLE u (x REFERENCES t)"],
        "DROP CONSTRAINT n CASCADE",
        "the key t (a) cannot be dropped: a foreign key of table u refers to it; drop that first",
    );
    refused(
        &["CREATE TABLE t (a CONSTRAINT n UNIQUE, b REFERENCES t (a))"],
        "DROP CONSTRAINT n",
        "the key t (a) cannot be dropped: a foreign key of table t refers to it; drop that first",
    );
    let index = "CREATE UNIQUE INDEX i ON t (a DESC)";
    assert!(
        super::altered(
            &super::catalog(&["CREATE TABLE t (a CONSTRAINT n UNIQUE)", child, index]),
            "DROP CONSTRAINT n"
        )
        .is_ok()
    );
    let partial = "CREATE UNIQUE INDEX i ON t (a) WHERE a > 5";
    assert!(
        super::altered(
            &super::catalog(&["CREATE TABLE t (a CONSTRAINT n UNIQUE)", child, partial]),
            "DROP CONSTRAINT n"
        )
        .is_err()
    );
    // It refers to nothing that is unique as it is.
    assert!(
        super::altered(
            &super::catalog(&["CREATE TABLE t (a, b CONSTRAINT n UNIQUE)", child]),
            "DROP CONSTRAINT n"
        )
        .is_ok()
    );
}

#[test]
fn mistakes() {
    refused(&["CREATE TABLE t (a)"], "ADD FOREIGN KEY (b) REFERENCES t", "no such column: t.b");
    refused(&["CREATE TABLE t (a)"], "ADD FOREIGN KEY (a) REFERENCES u", "no such table: u");
    refused(&["CREATE TABLE t (a)"], "ADD UNIQUE (a, b)", "no such column: t.b");
    refused(
        &["CREATE TABLE t (a CONSTRAINT N NOT NULL)"],
        "ADD CONSTRAINT n UNIQUE (a)",
        "table t has a constraint n already",
    );
    refused(&["CREATE TABLE u (a)"], "ADD UNIQUE (a)", "no such table: t");
    refused(
        &["CREATE VIEW t AS SELECT 1 AS a"],
        "ADD UNIQUE (a)",
        "t is a view, and no table that can be altered",
    );
    refused(
        &["CREATE VIRTUAL TABLE t USING fts5 (a)"],
        "ALTER a SET NOT NULL",
        "t is a virtual table, and no table that can be altered",
    );
    refused(
        &["CREATE TABLE t (a b c = d)"],
        "ALTER a SET NOT NULL",
        "the stored definition of t cannot be read: near \"= d)\"",
    );
}

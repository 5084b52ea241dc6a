//! Edits that add and drop constraints.

use super::{check, refused};

#[test]
fn constraints_are_added_behind_all_others() {
    let add = "ADD CONSTRAINT n CHECK (a > 0)";
    let back = "DROP CONSTRAINT n";
    check("CREATE TABLE t (a)", add, "CREATE TABLE t (a, CONSTRAINT n CHECK (a > 0))", back);
    check(
        "CREATE TABLE t(a)WITHOUT ROWID",
        add,
        "CREATE TABLE t(a, CONSTRAINT n CHECK (a > 0))WITHOUT ROWID",
        back,
    );
    check(
        "CREATE TABLE t (a, UNIQUE (a))",
        add,
        "CREATE TABLE t (a, UNIQUE (a), CONSTRAINT n CHECK (a > 0))",
        back,
    );
    check(
        "CREATE TABLE t (\n\ta,\n\tb\n) STRICT",
        add,
        "CREATE TABLE t (\n\ta,\n\tb,\n\tCONSTRAINT n CHECK (a > 0)\n) STRICT",
        back,
    );
    check(
        "CREATE TABLE t (\r\n  a,\r\n  b -- last\r\n)",
        add,
        "CREATE TABLE t (\r\n  a,\r\n  b, -- last\r\n  CONSTRAINT n CHECK (a > 0)\r\n)",
        back,
    );
    check("CREATE TABLE t (a -- it\n)", add, "CREATE TABLE t (a, -- it\nCONSTRAINT n CHECK (a > 0)\n)", back);
    check(
        "CREATE TABLE t (a /* one */ /* two */)",
        add,
        "CREATE TABLE t (a, /* one */ /* two */ CONSTRAINT n CHECK (a > 0))",
        back,
    );
    check(
        "CREATE TABLE t (a\n-- at the end\n)",
        add,
        "CREATE TABLE t (a, CONSTRAINT n CHECK (a > 0)\n-- at the end\n)",
        back,
    );
    check(
        "CREATE TABLE t (a)",
        "ADD CHECK (a > 0)",
        "CREATE TABLE t (a, CHECK (a > 0))",
        "DROP CONSTRAINT t_a_check",
    );
    check(
        "CREATE TABLE t (a, b)",
        "ADD CHECK (a > t.b)",
        "CREATE TABLE t (a, b, CHECK (a > t.b))",
        "DROP CONSTRAINT t_check",
    );
    check(
        "CREATE TABLE t (a)",
        "ADD UNIQUE (a)",
        "*CREATE TABLE t (a, UNIQUE (a))",
        "DROP CONSTRAINT t_a_key",
    );
    check(
        "CREATE TABLE t (a)",
        "ADD PRIMARY KEY (a)",
        "*CREATE TABLE t (a, PRIMARY KEY (a))",
        "DROP CONSTRAINT t_pkey",
    );
    check(
        "CREATE TABLE t (a, b UNIQUE)",
        "ADD FOREIGN KEY (a) REFERENCES t (b) ON DELETE SET NULL",
        "CREATE TABLE t (a, b UNIQUE, FOREIGN KEY (a) REFERENCES t (b) ON DELETE SET NULL)",
        "DROP CONSTRAINT t_a_fkey",
    );
    check(
        "CREATE TABLE t (a)",
        "ADD CONSTRAINT n CHECK (a > 0) NOT VALID",
        "CREATE TABLE t (a, CONSTRAINT n CHECK (a > 0))",
        back,
    );
}

#[test]
fn constraints_are_dropped_wherever_they_stand() {
    let drop = "DROP CONSTRAINT n";
    check(
        "CREATE TABLE t (a INT CONSTRAINT n CHECK (a > 0) NOT NULL, b)",
        drop,
        "CREATE TABLE t (a INT NOT NULL, b)",
        "",
    );
    check(
        "CREATE TABLE t (a INT CONSTRAINT n UNIQUE ON CONFLICT ROLLBACK)",
        drop,
        "*CREATE TABLE t (a INT)",
        "",
    );
    check(
        "CREATE TABLE t (a CONSTRAINT N REFERENCES u (x) MATCH FULL ON UPDATE NO ACTION NOT DEFERRABLE INITIALLY IMMEDIATE UNIQUE)",
        drop,
        "CREATE TABLE t (a UNIQUE)",
        "",
    );
    check("CREATE TABLE t (a CONSTRAINT n PRIMARY KEY ASC AUTOINCREMENT)", drop, "*CREATE TABLE t (a)", "");
    check("CREATE TABLE t (a CONSTRAINT n NOT NULL)", drop, "CREATE TABLE t (a)", "");
    check("CREATE TABLE t (a CONSTRAINT n DEFAULT 5)", drop, "?CREATE TABLE t (a)", "");
    check(
        "CREATE TABLE t (a, CONSTRAINT [n] UNIQUE (a COLLATE NOCASE DESC), CHECK (a))",
        drop,
        "*CREATE TABLE t (a, CHECK (a))",
        "",
    );
    check(
        "CREATE TABLE t (a, UNIQUE (a) CONSTRAINT 'n' CHECK (a) CHECK (1))",
        drop,
        "CREATE TABLE t (a, UNIQUE (a) CHECK (1))",
        "",
    );
    check(
        "CREATE TABLE t (\n a, -- the a\n -- the n\n CONSTRAINT n CHECK (a), -- n\n CHECK (1) -- c\n)",
        drop,
        "CREATE TABLE t (\n a, -- the a\n -- the n\n  -- n\n CHECK (1) -- c\n)",
        "",
    );
    check(
        "CREATE TABLE t (\n a, -- the a\n -- the n\n CONSTRAINT n CHECK (a) -- n\n)",
        drop,
        "CREATE TABLE t (\n a -- the a\n -- the n\n  -- n\n)",
        "",
    );
    check(
        "CREATE TABLE t (a, CONSTRAINT n CHECK (a) /* n */ , CHECK (1))",
        drop,
        "CREATE TABLE t (a, /* n */ CHECK (1))",
        "",
    );
    check(
        "CREATE TABLE t (a, CONSTRAINT n CHECK (a)CONSTRAINT m CHECK (1))",
        drop,
        "CREATE TABLE t (a,CONSTRAINT m CHECK (1))",
        "",
    );
    check("CREATE TABLE t (a)", "DROP CONSTRAINT IF EXISTS n", "CREATE TABLE t (a)", "");
    refused(&["CREATE TABLE t (a)"], drop, "table t has no constraint n");
    refused(
        &["CREATE TABLE t (a CONSTRAINT x CHECK (a), CONSTRAINT y UNIQUE (a))"],
        drop,
        "table t has no constraint n; it has x, y",
    );
}

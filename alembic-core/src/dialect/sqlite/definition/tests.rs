//! Definitions, and a sketch of what was read; and a comparison with SQLite's own reading of generated ones.

#[cfg(feature = "sqlite")]
mod differential;
#[cfg(feature = "sqlite")]
mod generate;
mod nesting;

use super::{Index, Rule, Table};

/// A table in a line: columns with their types and rules, then the constraints of the table.
fn sketch(sql: &str) -> String {
    let table = match Table::parse(sql) {
        Ok(table) => table,
        Err(at) => return format!("near {}", &sql[at..]),
    };
    let text = |range: &std::ops::Range<usize>| &sql[range.clone()];
    let rule = |rule: &Rule| match rule {
        Rule::NotNull => "not null".to_owned(),
        Rule::Null => "null".to_owned(),
        Rule::PrimaryKey { columns, autoincrement, descending, .. } => {
            let more = [(autoincrement.is_some(), " auto"), (*descending, " desc")];
            let more: String = more.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
            format!("key {}{more}", columns.join("+"))
        }
        Rule::Unique { columns, .. } => format!("unique {}", columns.join("+")),
        Rule::Check { expression } => format!("check {}", text(expression)),
        Rule::Foreign { columns, parent, parent_columns, on_delete, on_update, deferral } => {
            let (own, other) = (columns.join("+"), parent_columns.join("+"));
            format!("{own} -> {parent}.{other} {on_delete:?} {on_update:?} {deferral:?}")
        }
        Rule::Default { value } => format!("default {}", text(value)),
        Rule::Generated { expression, stored } => format!("as {} {stored}", text(expression)),
        Rule::Collate { name } => format!("collate {name}"),
        Rule::Deferral(deferral) => format!("{deferral:?}"),
        Rule::Nothing => "nothing".to_owned(),
    };
    let named = |constraint: &super::Constraint| {
        let name = constraint.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let conflict = if constraint.conflict.is_some() { " conflict" } else { "" };
        format!("{name}{}{conflict}", rule(&constraint.rule))
    };
    let columns = table.columns.iter().map(|column| {
        let rules: Vec<String> = column.constraints.iter().map(named).collect();
        format!("{} <{}> [{}]", column.name.text, column.declared_type(sql), rules.join(", "))
    });
    let constraints = table.constraints.iter().map(|constraint| format!("[{}]", named(constraint)));
    let options = [(table.without_rowid, "without rowid"), (table.strict, "strict")];
    let options = options.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned());
    columns.chain(constraints).chain(options).collect::<Vec<_>>().join("; ")
}

/// Checks the columns and constraints in the parentheses of a `CREATE TABLE`.
#[track_caller]
fn check(elements: &str, expected: &str) {
    assert_eq!(sketch(&format!("CREATE TABLE t({elements})")), expected, "{elements}");
}

#[test]
fn names_are_quoted_in_any_way() {
    check("[Price ($)] TEXT, q", "Price ($) <TEXT> []; q <> []");
    check(
        "[E/Mail], [x,y], [x(y], [d--e], [say \"hi\"]",
        "E/Mail <> []; x,y <> []; x(y <> []; d--e <> []; say \"hi\" <> []",
    );
    check("[it's] INT, 'it''s', `a``b`, \"a\"\"b\"", "it's <INT> []; it's <> []; a`b <> []; a\"b <> []");
    check("e'c', x INT", "e <c> []; x <INT> []");
    check("\u{feff}c, \"\u{feff}d\"", "c <> []; \u{feff}d <> []");
    check(
        "abort, key INT, generated, always, cross",
        "abort <> []; key <INT> []; generated <> []; always <> []; cross <> []",
    );
    assert_eq!(Table::parse("CREATE TABLE [a b](x)").expect("a table").name.text, "a b");
    assert_eq!(Table::parse("CREATE TEMP TABLE IF NOT EXISTS main.'t'(x);").expect("a table").name.text, "t");
}

#[test]
fn types_are_any_words() {
    check("a TEXT[] NOT NULL", "a <TEXT[]> [not null]");
    check("a LONG  TEXT [][], b", "a <LONG  TEXT [][]> []; b <> []");
    check("a [my type], b 'my ''type'", "a <my type> []; b <my 'type> []");
    check("a DECIMAL( 10 , -2 ) UNIQUE", "a <DECIMAL( 10 , -2 )> [unique a]");
    check("a INT GENERATED ALWAYS AS (1)", "a <INT> [as (1) false]");
    check("a GENERATED ALWAYS AS (1) STORED", "a <> [as (1) true]");
    check(
        "a INT GENERATED, b INT GENERATED ALWAYS, c GENERATED",
        "a <INT GENERATED> []; b <INT> []; c <GENERATED> []",
    );
    check("a INT /* 1 */ GENERATED ALWAYS AS (1)", "a <INT /* 1 */> [as (1) false]");
    check("a \"my\" type, b [my] type, c [my]", "a <my> []; b <my] typ> []; c <my> []");
}

#[test]
fn constraints_of_columns_may_be_repeated_in_any_order() {
    check("a DEFAULT 1 NULL NOT NULL NULL DEFAULT 2", "a <> [default 1, null, not null, null, default 2]");
    check("a CONSTRAINT n CONSTRAINT m NOT NULL CONSTRAINT o", "a <> [m: not null]");
    check("a COLLATE NOCASE COLLATE 'rtrim'", "a <> [collate NOCASE, collate rtrim]");
    check(
        "a DEFAULT +5 DEFAULT - 5 DEFAULT x DEFAULT [y z] DEFAULT (1 + (2))",
        "a <> [default +5, default - 5, default x, default [y z], default (1 + (2))]",
    );
    check(
        "a INTEGER PRIMARY KEY DESC ON CONFLICT FAIL AUTOINCREMENT",
        "a <INTEGER> [key a auto desc conflict]",
    );
    check("a CHECK (a <> ')') ON CONFLICT FAIL", "near ON CONFLICT FAIL)");
    let table =
        Table::parse("CREATE TABLE t(a DEFAULT 1 COLLATE RTRIM DEFAULT 2 COLLATE NOCASE)").expect("a table");
    let column = &table.columns[0];
    assert_eq!(column.default_value().map(|range| &table.sql[range.clone()]), Some("2"));
    assert_eq!(column.collation().map(|(_, name)| name), Some("NOCASE"));
}

#[test]
fn foreign_keys_have_all_their_clauses() {
    let key = |clauses: &str, expected: &str| {
        check(&format!("a REFERENCES p{clauses}"), &format!("a <> [{expected}]"))
    };
    key(" ON INSERT CASCADE", "a -> p. NoAction NoAction None");
    key("(id) ON INSERT CASCADE ON DELETE SET NULL", "a -> p.id SetNull NoAction None");
    key(" MATCH FULL ON UPDATE SET DEFAULT MATCH 'x'", "a -> p. NoAction SetDefault None");
    key(" ON DELETE CASCADE ON DELETE RESTRICT", "a -> p. Restrict NoAction None");
    key(" NOT DEFERRABLE INITIALLY DEFERRED", "a -> p. NoAction NoAction Some(NotDeferrable)");
    key(" DEFERRABLE INITIALLY DEFERRED", "a -> p. NoAction NoAction Some(InitiallyDeferred)");
    key(
        " DEFERRABLE NOT NULL NOT DEFERRABLE INITIALLY IMMEDIATE",
        "a -> p. NoAction NoAction Some(InitiallyImmediate), not null, NotDeferrable",
    );
    check(
        "a, FOREIGN KEY (a) REFERENCES [p q] ('x') ON INSERT NO ACTION",
        "a <> []; [a -> p q.x NoAction NoAction None]",
    );
}

#[test]
fn constraints_of_tables_begin_with_reserved_words() {
    check("a, PRIMARY KEY ((a) COLLATE NOCASE DESC) ON CONFLICT FAIL", "a <> []; [key a conflict]");
    check(
        "a, UNIQUE ('a') CHECK (1) CONSTRAINT n CONSTRAINT m CHECK (2)",
        "a <> []; [unique a]; [check (1)]; [n: nothing]; [m: check (2)]",
    );
    check("id INTEGER, PRIMARY KEY (id AUTOINCREMENT)", "id <INTEGER> []; [key id auto]");
    check("a, \"check\", [unique] INT", "a <> []; check <> []; unique <INT> []");
    check("a, CHECK (1), b", "near b)");
    check("a,", "near )");
    check("CHECK (1)", "near (1))");
    assert_eq!(sketch("CREATE TABLE t(a)STRICT,WITHOUT /* it */ ROWID;"), "a <> []; without rowid; strict");
    assert_eq!(sketch("CREATE TABLE t(a) STRICT,"), "near ");
}

#[test]
fn parts_of_indexes() {
    let check = |parts: &str, expected: &str| {
        let sql = format!("CREATE UNIQUE INDEX i ON t ({parts}) WHERE a > 0;");
        let index = Index::parse(&sql).unwrap_or_else(|at| panic!("near {}", &sql[at..]));
        let part = |part: &super::key::Part| {
            let text = part.column.clone().unwrap_or_else(|| format!("<{}>", &sql[part.expression.clone()]));
            let collation = part.collation.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
            text + &collation + &part.order.map(|order| format!(" {order:?}")).unwrap_or_default()
        };
        assert_eq!(index.parts.iter().map(part).collect::<Vec<_>>().join("; "), expected, "{parts}");
        assert_eq!(index.condition.map(|range| &sql[range]), Some("a > 0"));
    };
    check("a, b DESC, 'c' ASC", "a; b Descending; c Ascending");
    check("desc, desc desc, [x,y]", "desc; desc Descending; x,y");
    check("a COLLATE NOCASE COLLATE \"RTRIM\" DESC", "a RTRIM Descending");
    check("(((a)) COLLATE NOCASE)", "a NOCASE");
    check("lower(a) COLLATE NOCASE, a || b COLLATE NOCASE", "<lower(a)> NOCASE; <a || b COLLATE NOCASE>");
    check("(a + b), (a) + (b) COLLATE RTRIM", "<a + b>; <(a) + (b) COLLATE RTRIM>");
    check("CASE a WHEN 1 THEN 2 END COLLATE NOCASE", "<CASE a WHEN 1 THEN 2 END> NOCASE");
    assert!(
        Index::parse("CREATE INDEX i ON t (a").is_err() && Index::parse("CREATE INDEX i ON t (a,)").is_err()
    );
}

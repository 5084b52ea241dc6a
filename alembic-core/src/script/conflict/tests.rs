use super::*;
use crate::script::Script;

/// The conflicts of two branches off one base; each branch is a revision for each of its parts that `|` separates.
fn conflicts_of(left: &str, right: &str, dialects: &[Dialect]) -> Vec<String> {
    let script = |id: &str, parent: &str, sql: &str| {
        let text = format!("-- Revision: {id}\n-- Revises: {parent}\n\n-- alembic: upgrade\n{sql}\n");
        Script::parse(&format!("{id}.sql"), text).expect("a script")
    };
    let mut scripts = vec![script("first", "", "CREATE TABLE users (id INT, name TEXT);")];
    let mut heads = Vec::new();
    for (branch, revisions) in [("l", left), ("r", right)] {
        let mut parent = "first".to_owned();
        for (index, sql) in revisions.split('|').enumerate() {
            let id = format!("{branch}{index}");
            scripts.push(script(&id, &parent, sql.trim()));
            parent = id;
        }
        heads.push(parent);
    }
    let directory = ScriptDirectory::new(scripts).expect("a graph");
    let heads: Vec<Node> = heads.iter().filter_map(|head| directory.graph().find(head)).collect();
    let shown = |conflict: Conflict| {
        let [left, right] = conflict.statements;
        let place = |statement: ConflictingStatement| {
            format!("{}:{} {}", statement.path, statement.line, statement.what)
        };
        format!("{}: {}, {}", conflict.object, place(left), place(right))
    };
    conflicts(&directory, &heads, dialects).into_iter().map(shown).collect()
}

#[track_caller]
fn check(left: &str, right: &str, expected: &[&str]) {
    assert_eq!(conflicts_of(left, right, &Dialect::ALL), expected, "{left}\n{right}");
}

#[test]
fn what_goes_together() {
    check("CREATE TABLE a (id INT);", "CREATE TABLE b (id INT);", &[]);
    check("ALTER TABLE users ADD a INT;", "ALTER TABLE users ADD b INT;", &[]);
    check("INSERT INTO users VALUES (1, 'a');", "UPDATE users SET name = 'b' WHERE id = 2;", &[]);
    check("CREATE INDEX a ON users (name);", "CREATE INDEX b ON users (name);", &[]);
    check("ALTER TYPE mood ADD VALUE 'a';", "ALTER TYPE mood ADD VALUE 'b';", &[]);
    check("CREATE TABLE comments (id INT);", "ALTER TABLE users ADD comments INT;", &[]);
    check("CREATE TABLE a (id INT REFERENCES users);", "CREATE TABLE b (id INT REFERENCES users);", &[]);
    // The same table of two schemas.
    check("CREATE TABLE x.a (id INT);", "CREATE TABLE y.a (id INT);", &[]);
    // Another column of the same statement's table.
    check("ALTER TABLE users DROP COLUMN id;", "CREATE INDEX i ON users (name);", &[]);
}

#[test]
fn tables() {
    check(
        "CREATE TABLE a (id INT);",
        "SELECT 1;\nCREATE TABLE IF NOT EXISTS \"A\" (id INT);",
        &["table `a`: l0.sql:5 creates it, r0.sql:6 creates it"],
    );
    check(
        "DROP TABLE users;",
        "UPDATE users SET name = 'x';",
        &["table `users`: l0.sql:5 drops it, r0.sql:5 uses it"],
    );
    check(
        "ALTER TABLE users ADD a INT; | CREATE INDEX i ON users (a);",
        "ALTER TABLE users RENAME TO people;",
        &["table `users`: l0.sql:5 uses it, r0.sql:5 renames it"],
    );
    check(
        "CREATE TABLE a (id INT);",
        "CREATE VIEW a AS SELECT 1;",
        &["table `a`: l0.sql:5 creates it, r0.sql:5 creates it"],
    );
    check(
        "CREATE TABLE b (id INT REFERENCES users);",
        "DROP TABLE public.users;",
        &["table `public.users`: l0.sql:5 uses it, r0.sql:5 drops it"],
    );
}

#[test]
fn columns() {
    let both =
        |left: &str, right: &str| [format!("column `a` of table `users`: l0.sql:5 {left}, r0.sql:5 {right}")];
    let check = |left: &str, right: &str, expected: [String; 1]| {
        check(
            &format!("ALTER TABLE users {left};"),
            &format!("ALTER TABLE users {right};"),
            &expected.each_ref().map(String::as_str),
        );
    };
    check("ADD a INT", "ADD COLUMN A TEXT", both("creates it", "creates it"));
    check("ALTER COLUMN a SET NOT NULL", "DROP COLUMN a", both("changes it", "drops it"));
    check("RENAME COLUMN a TO b", "ALTER a TYPE TEXT", both("renames it", "changes it"));
    check("RENAME COLUMN b TO a", "ADD a INT", both("creates it", "creates it"));
}

/// What is gone or has another name cannot be indexed.
#[test]
fn columns_that_are_used() {
    check(
        "ALTER TABLE users DROP COLUMN name;",
        "CREATE INDEX i ON users (lower(\"Name\"));",
        &["column `name` of table `users`: l0.sql:5 drops it, r0.sql:5 uses it"],
    );
    check(
        "UPDATE users SET name = '';",
        "ALTER TABLE users RENAME name TO title;",
        &["column `name` of table `users`: l0.sql:5 uses it, r0.sql:5 renames it"],
    );
}

#[test]
fn other_objects() {
    check(
        "CREATE INDEX i ON users (name);",
        "CREATE UNIQUE INDEX i ON users (id);",
        &["index `i`: l0.sql:5 creates it, r0.sql:5 creates it"],
    );
    // Each branch may need it.
    let extension = "CREATE EXTENSION IF NOT EXISTS hstore;";
    check(extension, extension, &[]);
    check(extension, "CREATE EXTENSION hstore;", &[]);
    check(
        "CREATE EXTENSION hstore;",
        "CREATE EXTENSION hstore;",
        &["extension `hstore`: l0.sql:5 creates it, r0.sql:5 creates it"],
    );
    check(
        "CREATE VIEW v AS SELECT 1;",
        "DROP VIEW v;",
        &["view `v`: l0.sql:5 creates it, r0.sql:5 drops it"],
    );
    check(
        "CREATE OR REPLACE FUNCTION f() RETURNS INT AS 'SELECT 1' LANGUAGE sql;",
        "CREATE OR REPLACE FUNCTION f() RETURNS INT AS 'SELECT 2' LANGUAGE sql;",
        &["function `f`: l0.sql:5 creates it, r0.sql:5 creates it"],
    );
    check(
        "ALTER TYPE mood ADD VALUE 'a';",
        "ALTER TYPE mood ADD VALUE 'a';",
        &["enum value `'a'` of type `mood`: l0.sql:5 creates it, r0.sql:5 creates it"],
    );
}

/// MySQL has an index of a name for each table, the others one.
#[test]
fn it_depends_on_the_dialect() {
    let (left, right) =
        ("CREATE INDEX i ON users (id);", "CREATE TABLE b (id INT);\nCREATE INDEX i ON b (id);");
    assert_eq!(conflicts_of(left, right, &[Dialect::Mysql]), [""; 0]);
    assert_eq!(
        conflicts_of(left, right, &[Dialect::Sqlite]),
        ["index `i`: l0.sql:5 creates it, r0.sql:6 creates it"]
    );
}

/// A table that takes the place of another one is in nobody's way afterwards.
#[test]
fn what_is_there_only_in_between() {
    let rebuild = |table: &str| {
        format!(
            "CREATE TABLE tmp (id INT);\nINSERT INTO tmp SELECT id FROM {table};\nDROP TABLE {table};\n\
             ALTER TABLE tmp RENAME TO {table};"
        )
    };
    check(&rebuild("users"), &rebuild("posts"), &[]);
    check(&rebuild("users"), &rebuild("users"), &["table `users`: l0.sql:6 uses it, r0.sql:7 drops it"]);
    check("CREATE TABLE a (id INT); | DROP TABLE a;", "CREATE TABLE a (id INT);", &[]);
    check(
        "DROP TABLE users; | CREATE TABLE users (id INT);",
        "ALTER TABLE users ADD a INT;",
        &["table `users`: l0.sql:5 drops it, r0.sql:5 uses it"],
    );
}

/// What both have before they part is no contradiction, and each pair of branches is compared.
#[test]
fn several_heads() {
    let script = |id: &str, parent: &str, table: &str| {
        let text = format!(
            "-- Revision: {id}\n-- Revises: {parent}\n-- alembic: upgrade\nCREATE TABLE {table} (id INT);\n"
        );
        Script::parse(&format!("{id}.sql"), text).expect("a script")
    };
    let scripts = vec![
        script("a", "", "one"),
        script("b", "a", "two"),
        script("c", "a", "three"),
        script("d", "c", "four"),
        script("e", "c", "two"),
    ];
    let directory = ScriptDirectory::new(scripts).expect("a graph");
    let found = conflicts(&directory, &directory.graph().heads(), &Dialect::ALL);
    let ids: Vec<[&str; 2]> = found
        .iter()
        .map(|conflict| conflict.statements.each_ref().map(|statement| statement.revision.as_str()))
        .collect();
    assert_eq!(ids, [["b", "e"]]);
}

/// A line of the pairs that real databases have judged: dialect and verdict, and the two statements.
fn pairs() -> Vec<(Dialect, &'static str, &'static str, &'static str)> {
    let text = include_str!("../../../tests/autogenerate/merging/pairs.txt");
    let mut pairs = Vec::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [verdicts, left, right] = parts[..] else { continue };
        for verdict in verdicts.split(' ') {
            let (dialect, verdict) = verdict.split_once('=').expect("dialect=verdict");
            let dialect = if dialect == "sqlite" { Dialect::Sqlite } else { Dialect::Postgresql };
            pairs.push((dialect, verdict, left, right));
        }
    }
    pairs
}

/// What `merge` says of a pair on the base of its dialect.
fn is_refused(dialect: Dialect, left: &str, right: &str) -> bool {
    let base = match dialect {
        Dialect::Sqlite => include_str!("../../../tests/autogenerate/merging/base.sqlite.sql"),
        _ => include_str!("../../../tests/autogenerate/merging/base.postgresql.sql"),
    };
    let script = |id: &str, parent: &str, sql: &str| {
        let text = format!("-- Revision: {id}\n-- Revises: {parent}\n\n-- alembic: upgrade\n{sql};\n");
        Script::parse(&format!("{id}.sql"), text).expect("a script")
    };
    let scripts = vec![script("base1", "", base), script("l", "base1", left), script("r", "base1", right)];
    let directory = ScriptDirectory::new(scripts).expect("a graph");
    let heads = directory.graph().heads();
    !conflicts(&directory, &heads, &[dialect]).is_empty()
}

/// The share of real conflicts that the text shows, and of pairs that commute and are refused all the same.
#[test]
fn the_text_shows_most_conflicts_and_invents_few() {
    let (mut real, mut found, mut harmless, mut invented) = (0, 0, 0, 0);
    let mut wrong = String::new();
    for (dialect, verdict, left, right) in pairs() {
        let refused = is_refused(dialect, left, right);
        assert_eq!(refused, is_refused(dialect, right, left), "it depends on the order: {left} | {right}");
        match (verdict, refused) {
            ("commutes", refused) => {
                harmless += 1;
                invented += usize::from(refused);
            }
            (_, refused) => {
                real += 1;
                found += usize::from(refused);
            }
        }
        if refused != (verdict != "commutes") {
            wrong += &format!("{dialect} {verdict}, refused: {refused} | {left} | {right}\n");
        }
    }
    println!("{found} of {real} found, {invented} of {harmless} invented\n{wrong}");
    assert!(found * 10 >= real * 8, "{found} of {real}\n{wrong}");
    assert!(invented * 100 <= harmless * 3, "{invented} of {harmless}\n{wrong}");
}

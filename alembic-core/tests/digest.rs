//! Digests never change: what is committed here must verify for ever.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use alembic_core::revision::Direction;
use alembic_core::script::{Digests, Script};
use alembic_core::sql::{Dialect, Statement, significant};

fn vectors() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let entries = fs::read_dir(folder).expect("the vectors").map(|entry| entry.expect("a file").path());
    let scripts = entries.filter(|path| path.extension().is_some_and(|extension| extension == "sql"));
    scripts
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a vector"))
        })
        .collect()
}

fn script(text: &str) -> Script {
    Script::parse("vector.sql", text.to_owned()).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

fn digest(text: &str) -> Digests {
    script(text).digests()
}

/// If this test fails, the digests of all users' databases and locks no longer verify. The layout may not change: a new
/// one gets a new name.
#[test]
fn the_vectors_have_their_digests() {
    let expected = include_str!("vectors/digests.txt");
    let found: String = vectors()
        .iter()
        .map(|(name, text)| {
            let script = script(text);
            let Digests { upgrade, downgrade } = script.digests();
            format!("{name} {upgrade} {downgrade} {}\n", script.text_hash())
        })
        .collect();
    assert_eq!(found, expected);
}

/// What the executor would send: for each direction and dialect whether there is a section, whether in a transaction, and the
/// tokens of its statements, if it is not refused.
type Plan = Vec<Option<(bool, Option<Vec<u8>>)>>;

fn plan(script: &Script, direction: Direction) -> Plan {
    let part = |dialect: Dialect| {
        let section = script.section(direction, dialect)?;
        let tokens = |statements: Vec<Statement>| {
            let mut tokens = Vec::new();
            for statement in &statements {
                significant(script.statement_text(statement), dialect, &mut tokens);
            }
            tokens
        };
        Some((section.transaction, script.statements(section, dialect).ok().map(tokens)))
    };
    Dialect::ALL.into_iter().map(part).collect()
}

/// The law of digests: they are equal exactly if the same would run.
#[track_caller]
fn check_law(before: &Script, after: &Script) {
    let is_same = |direction| plan(before, direction) == plan(after, direction);
    let (one, other) = (before.digests(), after.digests());
    let place = |script: &Script| {
        let revision = &script.revision;
        (revision.id.clone(), revision.parents.clone(), revision.depends_on.clone())
    };
    let same_upgrade = place(before) == place(after) && is_same(Direction::Upgrade);
    assert_eq!(one.upgrade == other.upgrade, same_upgrade, "{}\n--- against\n{}", before.text, after.text);
    let same_downgrade = before.irreversible == after.irreversible && is_same(Direction::Downgrade);
    assert_eq!(
        one.downgrade == other.downgrade,
        same_downgrade,
        "{}\n--- against\n{}",
        before.text,
        after.text
    );
}

/// Each byte of each vector is left out, doubled, and replaced by characters that begin or end tokens.
#[test]
fn every_byte() {
    let mut equal = 0;
    let mut different = 0;
    for text in vectors().values() {
        let before = script(text);
        for (place, character) in text.char_indices() {
            let end = place + character.len_utf8();
            let replacements = ["", " ", "\n", ";", "'", "-", "*", "/", "$", "a", "(", "`"];
            let double = text[place..end].repeat(2);
            for replacement in replacements.into_iter().chain([double.as_str()]) {
                let edited = format!("{}{replacement}{}", &text[..place], &text[end..]);
                let Ok(after) = Script::parse("vector.sql", edited) else { continue };
                check_law(&before, &after);
                match before.digests() == after.digests() {
                    true => equal += 1,
                    false => different += 1,
                }
            }
        }
    }
    assert!(equal > 1000 && different > 1000, "{equal} equal, {different} different");
}

#[test]
fn what_is_none_of_the_statements() {
    for (name, text) in vectors() {
        let expected = digest(&text);
        for changed in [
            text.replace('\n', "\r\n"),
            format!("\u{feff}{text}"),
            format!("{text}\n\n-- the end"),
            format!("-- Another message\n--\n{}", &text[text.find("-- Revision").expect("an id")..]),
            text.replacen("-- Revises", "-- Tags: a\n-- Revises", usize::from(!text.contains("-- Tags"))),
        ] {
            let changed = script(&changed);
            check_law(&script(&text), &changed);
            assert_eq!(changed.digests(), expected, "{name}");
        }
    }
}

/// A squash of old migrations changed it in an applied file of a real service; only the digest tells.
#[test]
fn set_local_is_not_set() {
    let script = |statement: &str| {
        format!("-- Revision: a\n-- Revises:\n\n-- alembic: upgrade\n{statement}\nCREATE TABLE t (x INT);\n")
    };
    let before = digest(&script("SET search_path TO app;"));
    assert_ne!(digest(&script("SET LOCAL search_path TO app;")), before);
    assert_eq!(digest(&script("SET   search_path TO app -- for all\n;")), before);
}

/// Scripts of which an earlier digest did not see an edit, though a database did.
#[test]
fn edits_that_a_database_sees() {
    let script = |body: &str| format!("-- Revision: a\n-- Revises:\n\n-- alembic: upgrade\n{body}\n");
    for (before, after) in [
        // PostgreSQL would read all of it, and executes no comments.
        (
            "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ return 1; $$;\n/*!50003 SET a = 1 */;",
            "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ return 1; $$;\n/*!50003 SET a = 2 */;",
        ),
        // `$$` is a delimiter of MySQL, and begins strings of PostgreSQL.
        (
            "-- alembic: delimiter $$\nCREATE TABLE t (id INT) $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END $$\n\
             CREATE TABLE u (id INT /*!50000 , a INT DEFAULT 1 */)",
            "-- alembic: delimiter $$\nCREATE TABLE t (id INT) $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END $$\n\
             CREATE TABLE u (id INT /*!50000 , a INT DEFAULT 2 */)",
        ),
        ("SELECT 'x'\n'y';", "SELECT 'x' 'y';"),
        // SQLite finds the affinity of a column in the text of its type.
        ("CREATE TABLE t (a NUMBER LIKE);", "CREATE TABLE t (a NUMBER /* INT */ LIKE);"),
    ] {
        assert_ne!(digest(&script(before)), digest(&script(after)), "{after}");
    }
}

#[test]
fn characters_that_programs_take_for_different_things() {
    let script = |body: &str| format!("-- Revision: a\n-- Revises:\n\n-- alembic: upgrade\n{body}\n");
    for body in ["SELECT 1;\0", "SELECT 'a\rb';", "-- a\rSELECT 1;", "SELECT 1;\r\r", "SELECT\u{b}1;"] {
        let errors = Script::parse("a.sql", script(body)).expect_err(body);
        assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [5], "{body:?}");
    }
}

/// A merge of alternatives does something else than the merge of the same revisions, and is refused elsewhere.
#[test]
fn alternatives_count() {
    let script = |parents: &str, line: &str| {
        format!("-- Revision: m\n-- Revises: {parents}\n{line}\n-- alembic: upgrade\n")
    };
    let yes = "-- Alternatives: yes\n";
    assert_ne!(digest(&script("a, b", "")), digest(&script("a, b", yes)));
    for text in [script("a", yes), script("a, b", "-- Alternatives: no\n")] {
        let errors = Script::parse("m.sql", text).expect_err("a mistake");
        assert!(errors[0].problem.to_string().contains("`Alternatives:` can only be `yes`"), "{errors:?}");
    }
}

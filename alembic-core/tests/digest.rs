//! Digests never change: what is committed here must verify for ever.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use alembic_core::script::{Digest, Script};
use alembic_core::sql::{Dialect, Lexer, Token, TokenKind, lex};

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

fn digest(text: &str) -> Digest {
    script(text).digest()
}

/// If this test fails, the digests of all users' databases and locks no longer verify. The layout may not change: a new
/// one gets a new name.
#[test]
fn the_vectors_have_their_digests() {
    let expected = include_str!("vectors/digests.txt");
    let found: String = vectors().iter().map(|(name, text)| format!("{name} {}\n", digest(text))).collect();
    assert_eq!(found, expected);
}

/// The tokens of the bodies of a script's sections, with their places in the text.
fn tokens(script: &Script) -> Vec<(Dialect, Token)> {
    let mut tokens = Vec::new();
    for section in &script.sections {
        let is_postgresql = script.text.contains("$$");
        let plain = if is_postgresql { Dialect::Postgresql } else { Dialect::Sqlite };
        let dialect = section.dialects.first().copied().unwrap_or(plain);
        let body: Lexer<'_> = lex(&script.text[section.start..section.end], dialect);
        tokens.extend(body.map(|token| {
            (dialect, Token { start: token.start + section.start, end: token.end + section.start, ..token })
        }));
    }
    tokens
}

fn is_directive(script: &Script, token: Token) -> bool {
    script.text[token.start..token.end].contains("alembic:")
}

#[test]
fn formatting_makes_no_difference() {
    for (name, text) in vectors() {
        let expected = digest(&text);
        let check = |what: &str, changed: String| {
            assert_ne!(changed, text, "{name}: {what} changed nothing");
            assert_eq!(digest(&changed), expected, "{name}: {what}");
        };
        check("CRLF", text.replace('\n', "\r\n"));
        check("a byte order mark", format!("\u{feff}{text}"));
        check("a final newline", format!("{text}\n\n"));
        check(
            "another message",
            format!(
                "-- Another message\n--\n{}",
                text.split_once("-- Revision")
                    .map_or(String::new(), |(_, rest)| format!("-- Revision{rest}"))
            ),
        );
        check(
            "a tag",
            text.replacen(
                "-- Revises",
                "-- Created: 2020-01-01T00:00:00Z\n-- Revises",
                usize::from(!text.contains("-- Created")),
            ) + "\n",
        );
        // White space and a comment at every place between two tokens.
        let script = script(&text);
        for (dialect, token) in tokens(&script) {
            if token.kind == TokenKind::Whitespace && !text[token.start..token.end].is_empty() {
                let mut changed = text.clone();
                changed.insert_str(token.start, " /* a comment; with ' quotes */ \n\t");
                // A line of its own is what makes a directive one.
                let before = text[..token.start].rsplit('\n').next().unwrap_or_default();
                if before.contains("-- alembic:") {
                    continue;
                }
                assert_eq!(
                    digest(&changed),
                    expected,
                    "{name} ({dialect}): before byte {}\n{changed}",
                    token.start
                );
            }
        }
    }
}

#[test]
fn every_other_change_makes_a_difference() {
    for (name, text) in vectors() {
        let expected = digest(&text);
        let differs = |what: &str, changed: &str| {
            if let Ok(changed) = Script::parse("vector.sql", changed.to_owned()) {
                assert_ne!(changed.digest(), expected, "{name}: {what}");
            }
        };
        let script = script(&text);
        for (_, token) in tokens(&script) {
            let counts = !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment);
            if !counts && !is_directive(&script, token) {
                continue;
            }
            let content = &text[token.start..token.end];
            let with = |new: &str| format!("{}{new}{}", &text[..token.start], &text[token.end..]);
            if counts {
                differs(&format!("{content} left out"), &with(" "));
                differs(&format!("{content} twice"), &with(&format!("{content} {content}")));
                if content.len() > 1 {
                    let last = content.char_indices().next_back().map_or(0, |(index, _)| index);
                    differs(&format!("{content} shortened"), &with(&content[..last]));
                }
            }
        }
        for (from, to) in [
            ("Revision: ", "Revision: x"),
            ("-- Revises: ", "-- Revises: other, "),
            ("-- Revises:\n", "-- Revises: other\n"),
            ("Depends-On: accounts, 1975ea83b712", "Depends-On: 1975ea83b712, accounts"),
            ("Depends-On: accounts", "Depends-On: others"),
            (" no-transaction", ""),
            ("-- alembic: upgrade\n", "-- alembic: upgrade no-transaction\n"),
            ("-- alembic: upgrade\n", "-- alembic: upgrade sqlite\n"),
            ("-- alembic: upgrade sqlite", "-- alembic: upgrade"),
            ("-- alembic: downgrade", "-- alembic: downgrade sqlite"),
            ("-- alembic: irreversible", "-- alembic: downgrade"),
            ("delimiter //", "delimiter $$"),
        ] {
            if text.contains(from) {
                differs(&format!("{from} -> {to}"), &text.replacen(from, to, 1));
            }
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

/// PostgreSQL would read all of it, and executes no comments: it must not be the only one that is asked.
#[test]
fn executable_comments_beside_a_dollar_string_count() {
    let script = |comment: &str| {
        let function = "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ return 1; $$;";
        format!("-- Revision: a\n-- Revises:\n\n-- alembic: upgrade\n{function}\n{comment};\n")
    };
    let before = digest(&script("/*!50003 SET a = 1 */"));
    assert_ne!(digest(&script("/*!50003 SET a = 2 */")), before);
}

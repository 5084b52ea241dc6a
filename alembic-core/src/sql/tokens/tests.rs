use proptest::prelude::*;

use super::{defines_table, significant};
use crate::sql::Dialect;
use crate::sql::lexer::tests::{cases, tricky_sql};
use crate::sql::lexer::{TokenKind, lex};
use crate::sql::plain::Plain;
use crate::sql::split;

/// What the digest gets to see.
fn bytes(sql: &str, dialect: Dialect) -> Vec<u8> {
    let mut bytes = Vec::new();
    significant(sql, dialect, &mut bytes);
    bytes
}

/// The same, taken apart again.
fn tokens(sql: &str, dialect: Dialect) -> Vec<String> {
    let bytes = bytes(sql, dialect);
    let mut rest = bytes.as_slice();
    let mut tokens = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let (text, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        tokens.push(String::from_utf8(text.to_vec()).expect("text"));
        rest = behind;
    }
    tokens
}

#[track_caller]
fn same(dialect: Dialect, one: &str, other: &str) {
    assert_eq!(tokens(one, dialect), tokens(other, dialect), "{dialect}");
}

#[track_caller]
fn different(dialect: Dialect, one: &str, other: &str) {
    assert_ne!(tokens(one, dialect), tokens(other, dialect), "{dialect}");
}

#[test]
fn the_bytes() {
    for dialect in Dialect::ALL {
        assert_eq!(bytes("", dialect), b"\0\0\0\0");
        assert_eq!(bytes("-- a\n /* b */", dialect), b"\0\0\0\0");
        assert_eq!(bytes("a, 'b\nc' -- d\n", dialect), *b"\x01\0\0\0a\x01\0\0\0,\x05\0\0\0'b\nc'\0\0\0\0");
    }
    assert_eq!(tokens("A a", Dialect::Sqlite), ["A", "a", ""]);
}

#[test]
fn what_does_not_count() {
    for dialect in Dialect::ALL {
        same(dialect, "SELECT a,b FROM c WHERE d=1", "SELECT a , b\nFROM c -- x\n WHERE /* y */ d = 1\n");
        same(dialect, "CREATE TABLE t(a INT)", "CREATE TABLE t (a INT)");
    }
    same(Dialect::Postgresql, "SELECT a<-1", "SELECT a < - 1");
    same(Dialect::Postgresql, "SELECT count(a)", "SELECT count (a)");
    same(Dialect::Postgresql, "SELECT 'a'\n'b'", "SELECT 'a' -- c\n  'b'");
    same(Dialect::Mysql, "SELECT 1 # x", "SELECT 1");
    same(Dialect::Mysql, "SELECT 'a'\n'b'", "SELECT 'a' 'b'");
    same(Dialect::Sqlite, "SELECT ARRAY['a','b'], c[]", "SELECT ARRAY [ 'a' , 'b' ] , c [  /* d */ ]");
    same(Dialect::Sqlite, "SELECT ARRAY[a] || b[1]", "SELECT ARRAY[ a ] || b[ 1 ]");
    same(Dialect::Sqlite, r"SELECT E'a\'b', c", "SELECT E'a\\'b' ,\nc");
    same(Dialect::Sqlite, "CREATE VIRTUAL TABLE t USING m(a)", "CREATE  VIRTUAL TABLE t USING m (a) -- b");
    same(Dialect::Sqlite, "CREATE VIRTUAL TABLE t USING m", "CREATE VIRTUAL TABLE t\nUSING m");
}

#[test]
fn what_counts() {
    for dialect in Dialect::ALL {
        different(dialect, "a b", "ab");
        different(dialect, "SELECT a", "select a");
        different(dialect, "SELECT 'a b'", "SELECT 'a  b'");
        different(dialect, "SELECT '-- a'", "SELECT '-- b'");
        different(dialect, "a < = b", "a <= b");
        different(dialect, "SET search_path = a", "SET LOCAL search_path = a");
        different(dialect, "\"a b\"", "\"a  b\"");
    }
    different(Dialect::Mysql, "/*!40101 SET a */", "/*!40101  SET a */");
    different(Dialect::Mysql, "SELECT /*+ a */ 1", "SELECT /*+ b */ 1");
    different(Dialect::Mysql, "CREATE TABLE count (a INT)", "CREATE TABLE count(a INT)");
    different(Dialect::Postgresql, "SELECT /*+ a */ 1", "SELECT 1");
    different(Dialect::Postgresql, "SELECT 'a'\n'b'", "SELECT 'a' 'b'");
    different(Dialect::Sqlite, "SELECT [a b]", "SELECT [a  b]");
    different(Dialect::Sqlite, r"SELECT E'a\'b'", r"SELECT E'a\'c'");
    different(Dialect::Sqlite, "CREATE VIRTUAL TABLE t USING m(a, b)", "CREATE VIRTUAL TABLE t USING m(a,b)");
    different(
        Dialect::Sqlite,
        "CREATE VIRTUAL TABLE t USING m(a)",
        "CREATE VIRTUAL TABLE t USING m(a /* b */)",
    );
    different(Dialect::Postgresql, "DO $$ a $$", "DO $$ a  $$");
    different(Dialect::Postgresql, "DO $$a$$", "DO $x$a$x$");
}

#[test]
fn plain() {
    for sql in [
        "",
        "CREATE TABLE größe (id INTEGER PRIMARY KEY, a VARCHAR(10) NOT NULL DEFAULT 'it''s', b NUMERIC(1, 2));",
        "-- comment with ' \" ` $\r\nSELECT 1.5, -2, a.b, c->'d'->>'e' || f /* x\n 'y' */ FROM t WHERE a <> b AND c >= 1;\r\n",
        "--\nSELECT 1",
        "SELECT a$b",
        ";; INSERT INTO t VALUES (1, 'b;'); /* ; */ ;\nDROP TABLE t",
        "CREATE TABLE \"a \"\"b;\" (\"c\" INTEGER DEFAULT 1e3, d NUMERIC DEFAULT 1.5E-10); DROP TABLE main.\"a\"",
    ] {
        assert!(Plain::read(sql).is_some(), "{sql}");
    }
    assert!(Plain::read("INSERT INTO t (a) VALUES (count(b))").is_some());
    for sql in [
        "'a' 'b'",
        "count (a)",
        "\"a",
        "\"a\\\"",
        "\"a\rb\"",
        "U&\"a\"",
        "`a`",
        "[a]",
        "$1",
        "#",
        "@a",
        ":a",
        "?",
        "\\",
        "'a\\'",
        "E'a'",
        "x'a'",
        "N'a'",
        "q'a'",
        "U&'a'",
        "'a",
        "/* a",
        "/* /* */ */",
        "/*! a */",
        "/*M! a */",
        "/*+ a */",
        "--a",
        "--\u{1}",
        "-- a\rb",
        "\r",
        "\u{b}",
        "1e",
        "1e+",
        "1e5a",
        "1e5.",
        "1.e5",
        "1.",
        ".5",
        "1..2",
        "0x1",
        "1a",
        "a.1",
        "a||-1",
        "=-1",
        "a&b",
        "a::b",
        "a:=b",
        "==",
        "<<",
        "{",
        "~",
        "!",
        "+-",
        "-+",
        "/ //",
        "*/",
        "\u{0}",
        "'a\rb'",
        "-- alembic: upgrade",
    ] {
        assert!(Plain::read(&format!("SELECT a {sql}")).is_none(), "{sql}");
    }
    for sql in [
        "\u{feff}SELECT 1",
        "-- alembic: delimiter GO\nSELECT 1 GO",
        "BEGIN",
        "SET a = 1",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END",
        "ALTER PROCEDURE p",
        "'a'",
        "(SELECT 1)",
    ] {
        assert!(Plain::read(sql).is_none(), "{sql}");
    }
}

/// Words that statements begin with.
fn first_word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "SELECT",
        "UPDATE",
        "CREATE TABLE",
        "CREATE TRIGGER",
        "CREATE OR REPLACE",
        "ALTER TABLE",
        "ALTER EVENT",
        "DROP TABLE",
        "BEGIN",
        "COPY",
        "-- x",
        ";",
    ])
}

/// Text that is more often than not read alike.
fn plain_sql() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "SELECT",
        "a",
        "é",
        "1",
        "2.5",
        "'x'",
        "'it''s'",
        "'a\nb'",
        "\"x\"",
        "\"a\"\"b\"",
        "\"",
        "1e3",
        "2.5E-1",
        "e+",
        ".",
        ",",
        ";",
        "(",
        ")",
        "=",
        "<>",
        "!=",
        "<=",
        ">=",
        "||",
        "->",
        "->>",
        "-",
        "+",
        "*",
        "/",
        "%",
        "<",
        ">",
        " ",
        "\n",
        "\r\n",
        "\t",
        "-- c\n",
        "--\n",
        "-- '\r\n",
        "/* d */",
        "/**/",
        "/***/",
        "/*/ */",
        "-- alembic: delimiter //\n",
        "_",
        "$",
        "'",
        "--",
        "/*",
        "|",
        "!",
        "e",
        "x",
        "N",
        "M",
    ]);
    prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.concat())
}

/// White space and comments that may stand between any two tokens: a comment to the end of the line needs its
/// line end.
fn filling() -> impl Strategy<Value = Vec<&'static str>> {
    let fillings = ["", " ", "\n", "\r\n", "\t", " -- c '\n", "\n/* d ; */\n", " /**/ ", "-- alembic: x\r\n"];
    prop::collection::vec(prop::sample::select(fillings.to_vec()), 1..20)
}

/// `sql` with other white space and comments. Something stands between any two tokens: removing what keeps
/// them apart, or adding it behind MySQL's `--`, would make other tokens.
fn reformat(sql: &str, dialect: Dialect, fillings: &[&str]) -> String {
    let mut reformatted = String::new();
    let significant = lex(sql, dialect).filter(|token| token.kind.is_significant());
    for (token, filling) in significant.zip(fillings.iter().cycle()) {
        reformatted.push(' ');
        reformatted.push_str(filling);
        reformatted.push_str(token.text(sql));
    }
    reformatted
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn plain_text_is_read_alike(first in first_word(), sql in prop_oneof![plain_sql(), tricky_sql()]) {
        let sql = format!("{first} {sql}");
        if let Some(plain) = Plain::read(&sql) {
            for dialect in Dialect::ALL {
                prop_assert_eq!(Ok(plain.statements.clone()), split(&sql, dialect));
                let mut tokens = Vec::new();
                plain.statements.iter().for_each(|found| significant(found.text(&sql), dialect, &mut tokens));
                prop_assert_eq!(&plain.tokens, &tokens);
            }
        }
    }

    #[test]
    fn reformatting_does_not_count(sql in prop_oneof![plain_sql(), tricky_sql()], fillings in filling()) {
        for dialect in Dialect::ALL {
            // What a comment between the brackets holds makes an array of a name, and what follows `--x` is refused.
            let is_open = |text: &str| text == "[" || text.starts_with("--");
            if lex(&sql, dialect).any(|token| token.kind == TokenKind::Foreign && is_open(token.text(&sql))) {
                continue;
            }
            // A line end joins them.
            let kinds: Vec<_> = crate::sql::lexer::tokens(&sql, dialect).map(|token| token.kind).collect();
            let is_joined = kinds.windows(2).any(|pair| *pair == [TokenKind::String, TokenKind::String]);
            if dialect == Dialect::Postgresql && is_joined {
                continue;
            }
            // SQLite finds the affinity of a column between the words of its type.
            let comments = fillings.iter().any(|filling| filling.contains(['-', '/']));
            if dialect == Dialect::Sqlite && comments && defines_table(&sql) {
                continue;
            }
            let reformatted = reformat(&sql, dialect, &fillings);
            prop_assert_eq!(tokens(&sql, dialect), tokens(&reformatted, dialect), "{} {:?}", dialect, reformatted);
        }
    }

    #[test]
    fn another_token_counts(sql in tricky_sql(), at in any::<prop::sample::Index>()) {
        for dialect in Dialect::ALL {
            let all: Vec<_> = lex(&sql, dialect).collect();
            if all.is_empty() {
                continue;
            }
            let token = all[at.index(all.len())];
            if matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment | TokenKind::Unterminated)
                || (token.kind == TokenKind::Foreign && token.text(&sql).starts_with("--"))
            {
                continue;
            }
            let mut edited = sql.clone();
            edited.insert_str(token.start, " x ");
            prop_assert_ne!(tokens(&sql, dialect), tokens(&edited, dialect), "{}", dialect);
        }
    }
}

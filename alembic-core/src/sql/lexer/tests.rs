mod tricky;

use proptest::prelude::*;

pub(crate) use self::tricky::{cases, tricky_sql};
use super::{TokenKind, lex};
use crate::sql::Dialect;

/// The tokens but white space, as `letter:text`, separated by ` | `.
fn render(sql: &str, dialect: Dialect) -> String {
    let mut rendered = Vec::new();
    for token in lex(sql, dialect) {
        let letter = match token.kind {
            TokenKind::Whitespace => continue,
            TokenKind::Comment => "c",
            TokenKind::ExecutableComment => "x",
            TokenKind::Hint => "h",
            TokenKind::Word => "w",
            TokenKind::Number => "n",
            TokenKind::String => "s",
            TokenKind::DollarString => "d",
            TokenKind::QuotedIdentifier => "q",
            TokenKind::Parameter => "p",
            TokenKind::Operator => "o",
            TokenKind::Foreign => "f",
            TokenKind::Unterminated => "u",
        };
        rendered.push(format!("{letter}:{}", token.text(sql)));
    }
    rendered.join(" | ")
}

#[track_caller]
fn check(dialect: Dialect, table: &[(&str, &str)]) {
    for (sql, expected) in table {
        assert_eq!(render(sql, dialect), *expected, "{dialect}: {sql:?}");
        assert_lossless(sql, dialect);
    }
}

fn check_all(table: &[(&str, &str)]) {
    Dialect::ALL.into_iter().for_each(|dialect| check(dialect, table));
}

#[track_caller]
fn assert_lossless(sql: &str, dialect: Dialect) {
    let mut position = 0;
    for token in lex(sql, dialect) {
        assert_eq!(token.start, position, "{dialect}: {sql:?}");
        assert!(token.end > token.start, "{dialect}: {sql:?}");
        assert!(sql.is_char_boundary(token.end), "{dialect}: {sql:?}");
        position = token.end;
    }
    assert_eq!(position, sql.len(), "{dialect}: {sql:?}");
}

#[test]
fn every_dialect() {
    check_all(&[
        ("", ""),
        (" \t\r\n\u{c}\u{b}", ""),
        ("\u{feff}SELECT", "w:SELECT"),
        ("\u{feff}\n  a", "w:a"),
        ("a\u{feff}", "w:a\u{feff}"),
        ("select a1,_b", "w:select | w:a1 | o:, | w:_b"),
        ("größe naïve 表 d$1", "w:größe | w:naïve | w:表 | w:d$1"),
        ("a\u{a0}b", "w:a\u{a0}b"),
        ("(a);", "o:( | w:a | o:) | o:;"),
        ("();;", "o:( | o:) | o:; | o:;"),
        ("'it''s' ''", "s:'it''s' | s:''"),
        ("'a;\n--b'", "s:'a;\n--b'"),
        ("'a' 'b'", "s:'a' | s:'b'"),
        ("'abc", "u:'abc"),
        ("'abc''", "u:'abc''"),
        ("-- a\nb", "c:-- a | w:b"),
        ("-- a\r\nb", "c:-- a | w:b"),
        ("-- \r\nb", "c:--  | w:b"),
        ("--\r\n b", "c:-- | w:b"),
        ("--", "c:--"),
        ("b -- c", "w:b | c:-- c"),
        ("/**/a/* b */", "c:/**/ | w:a | c:/* b */"),
        ("/*/ a */b", "c:/*/ a */ | w:b"),
        ("/** a **/b", "c:/** a **/ | w:b"),
        ("/* ' */'a'", "c:/* ' */ | s:'a'"),
        ("1 1.5 1e5 1E-5 1.5e+10", "n:1 | n:1.5 | n:1e5 | n:1E-5 | n:1.5e+10"),
        (".5 0x1F", "n:.5 | n:0x1F"),
        ("a.b . c", "w:a | o:. | w:b | o:. | w:c"),
        ("a<=b<>c!=d>=e||f", "w:a | o:<= | w:b | o:<> | w:c | o:!= | w:d | o:>= | w:e | o:|| | w:f"),
        ("a->'b'->>'c'", "w:a | o:-> | s:'b' | o:->> | s:'c'"),
        ("a=-1", "w:a | o:= | o:- | n:1"),
        ("a-b", "w:a | o:- | w:b"),
        ("\\", "o:\\"),
        ("\u{0}\u{1}", "o:\u{0} | o:\u{1}"),
        ("{a}", "o:{ | w:a | o:}"),
    ]);
}

#[test]
fn postgresql() {
    check(
        Dialect::Postgresql,
        &[
            // strings: backslashes only after E
            (r"'a\' b", r"s:'a\' | w:b"),
            (r"E'a\' b' e'\\'", r"s:E'a\' b' | s:e'\\'"),
            (r"E'it''s\'' x", r"s:E'it''s\'' | w:x"),
            (r"E'a\", r"u:E'a\"),
            ("b'01' X'1F' n'a' B'1", "s:b'01' | s:X'1F' | s:n'a' | u:B'1"),
            (r"U&'d\0061' u&'a'", r"s:U&'d\0061' | s:u&'a'"),
            (r#"U&"d\0061" U & "a""#, r#"q:U&"d\0061" | w:U | o:& | q:"a""#),
            ("typee'a'", "w:typee | s:'a'"),
            ("E 'a'", "w:E | s:'a'"),
            ("q'a'", "w:q | s:'a'"),
            // a string behind an escape string continues it
            ("E'a'\n  'b\\'c' d", "s:E'a' | s:'b\\'c' | w:d"),
            ("E'a' -- b\n 'c\\'' 'd\\'' e", "s:E'a' | c:-- b | s:'c\\'' | s:'d\\'' | w:e"),
            ("E'a', 'b\\' c", "s:E'a' | o:, | s:'b\\' | w:c"),
            ("E'a' x'b' 'c\\' d", "s:E'a' | s:x'b' | s:'c\\' | w:d"),
            ("E'a' U&'b' 'c\\' d", "s:E'a' | s:U&'b' | s:'c\\' | w:d"),
            // quoted identifiers
            ("\"a\"\"b\" \"c;", "q:\"a\"\"b\" | u:\"c;"),
            // dollar strings
            ("$$a;'b$$c", "d:$$a;'b$$ | w:c"),
            ("$a$x$b$y$$z$a$", "d:$a$x$b$y$$z$a$"),
            ("$a$$a$;", "d:$a$$a$ | o:;"),
            ("$_ä1$x$_ä1$", "d:$_ä1$x$_ä1$"),
            ("$A$x$a$", "u:$A$x$a$"),
            ("$a$ $a", "u:$a$ $a"),
            ("a$$b$$", "w:a$$b$$"),
            ("a $b$c$b$", "w:a | d:$b$c$b$"),
            ("$1 $12a $1$$x$$", "p:$1 | p:$12 | w:a | p:$1 | d:$$x$$"),
            ("$ $a $-", "o:$ | o:$ | w:a | o:$ | o:-"),
            // comments nest
            ("/* a /* b */ c */d", "c:/* a /* b */ c */ | w:d"),
            ("/* a /* b */ c", "u:/* a /* b */ c"),
            ("/*/*/**/*/*/a", "c:/*/*/**/*/*/ | w:a"),
            ("/*+ SeqScan(a) */ SELECT", "h:/*+ SeqScan(a) */ | w:SELECT"),
            ("/*! a */b", "c:/*! a */ | w:b"),
            ("-- a\rb", "c:-- a | w:b"),
            ("--a\nb", "c:--a | w:b"),
            // operators
            ("a<-1", "w:a | o:< | o:- | n:1"),
            ("a@-1 b @- c", "w:a | o:@- | n:1 | w:b | o:@- | w:c"),
            ("a*-1 +-+- b", "w:a | o:* | o:- | n:1 | o:+ | o:- | o:+ | o:- | w:b"),
            ("+-*-+ 1", "o:+-* | o:- | o:+ | n:1"),
            ("a #>> b ?| c @> d", "w:a | o:#>> | w:b | o:?| | w:c | o:@> | w:d"),
            ("a@>/*c*/b", "w:a | o:@> | c:/*c*/ | w:b"),
            ("a+--c", "w:a | o:+ | c:--c"),
            ("a::int[1:2]", "w:a | o::: | w:int | o:[ | n:1 | o:: | n:2 | o:]"),
            ("a := 1..2", "w:a | o::= | n:1 | o:.. | n:2"),
            ("f(a=>1)", "w:f | o:( | w:a | o:=> | n:1 | o:)"),
            ("`a`", "o:` | w:a | o:`"),
            ("a !~~* b", "w:a | o:!~~* | w:b"),
            // numbers
            ("1_000 0b11 0o17 1.", "n:1_000 | n:0b11 | n:0o17 | n:1."),
            ("1FROM 1e", "n:1 | w:FROM | n:1 | w:e"),
        ],
    );
}

#[test]
fn sqlite() {
    check(
        Dialect::Sqlite,
        &[
            (r"'a\' b", r"s:'a\' | w:b"),
            ("x'ab' X'CD' N'a'", "s:x'ab' | s:X'CD' | w:N | s:'a'"),
            // PostgreSQL's strings and arrays
            (r"E'a\' b' 'c\' d", r"f:E'a\' b' | s:'c\' | w:d"),
            ("e'a", "u:e'a"),
            ("ARRAY['a', 'b'] a[]", "w:ARRAY | f:[ | s:'a' | o:, | s:'b' | o:] | w:a | f:[ | o:]"),
            (
                "[a,b] [f(x)] [a[1]] [\"a\"]",
                "f:[ | w:a | o:, | w:b | o:] | f:[ | w:f | o:( | w:x | o:) | o:] | f:[ | w:a | f:[ | n:1 | o:] | o:] | f:[ | q:\"a\" | o:]",
            ),
            (
                "TABLE [x,y] ([it's], [Price ($)] + t.[say \"hi\"]) [1,2]",
                "w:TABLE | q:[x,y] | o:( | q:[it's] | o:, | q:[Price ($)] | o:+ | w:t | o:. | q:[say \"hi\"] | o:) | f:[ | n:1 | o:, | n:2 | o:]",
            ),
            (
                "ARRAY [[1,2], [3,4]], x [1:2] = [d--e;]; [1,2]",
                "w:ARRAY | f:[ | f:[ | n:1 | o:, | n:2 | o:] | o:, | f:[ | n:3 | o:, | n:4 | o:] | o:] | o:, | w:x | f:[ | n:1 | p::2 | o:] | o:= | q:[d--e;] | o:; | f:[ | n:1 | o:, | n:2 | o:]",
            ),
            ("[a b.c-d$1 \u{e9}] [1].[a]", "q:[a b.c-d$1 \u{e9}] | q:[1] | o:. | q:[a]"),
            (
                "ARRAY[a] b[1][2] \"c\"[d] (e)[1]",
                "w:ARRAY | f:[ | w:a | o:] | w:b | f:[ | n:1 | o:] | f:[ | n:2 | o:] | q:\"c\" | f:[ | w:d | o:] | o:( | w:e | o:) | f:[ | n:1 | o:]",
            ),
            ("\"a\"\"b\" `c``d` [e;]", "q:\"a\"\"b\" | q:`c``d` | q:[e;]"),
            ("[a]]b", "q:[a] | o:] | w:b"),
            ("[a", "u:[a"),
            ("`a", "u:`a"),
            ("/* a /* b */ c", "c:/* a /* b */ | w:c"),
            ("a /* b", "w:a | u:/* b"),
            ("/*", "u:/*"),
            ("/*! a */ /*+ b */", "c:/*! a */ | c:/*+ b */"),
            ("--a\nb", "c:--a | w:b"),
            ("-- a\rb", "c:-- a\rb"),
            ("? ?1 ?1a", "p:? | p:?1 | p:?1 | w:a"),
            (":a @b $c #d", "p::a | p:@b | p:$c | p:#d"),
            ("$a::b(c;d) $e(f g", "p:$a::b(c;d) | p:$e(f | w:g"),
            (": $ @", "o:: | o:$ | o:@"),
            (
                "a==b<<c>>d~e&f|g",
                "w:a | o:== | w:b | o:<< | w:c | o:>> | w:d | o:~ | w:e | o:& | w:f | o:| | w:g",
            ),
            ("a<-1 **", "w:a | o:< | o:- | n:1 | o:* | o:*"),
            ("1_000 1abc 0x1G", "n:1_000 | n:1abc | n:0x1G"),
            ("1..2", "n:1. | n:.2"),
            ("$$a$$ $b$c;$b$ $$d", "f:$$a$$ | f:$b$c;$b$ | p:$$d"),
        ],
    );
}

#[test]
fn mysql() {
    check(
        Dialect::Mysql,
        &[
            (r"'a\'b' c", r"s:'a\'b' | w:c"),
            (r"'a\\' c", r"s:'a\\' | w:c"),
            ("'a\\é' c", "s:'a\\é' | w:c"),
            (r#""a\"b""c" d"#, r#"s:"a\"b""c" | w:d"#),
            ("\"a", "u:\"a"),
            ("`a``b` `c\\` d", "q:`a``b` | q:`c\\` | w:d"),
            (r"N'a\'b' x'1F' b'01' n'a'", r"s:N'a\'b' | s:x'1F' | s:b'01' | s:n'a'"),
            ("_utf8mb4'a' _latin1 'b'", "w:_utf8mb4 | s:'a' | w:_latin1 | s:'b'"),
            ("n\"a\" x\"1\"", "w:n | s:\"a\" | w:x | s:\"1\""),
            // comments
            ("5--1\n;", "n:5 | f:--1 | o:;"),
            ("--don't\nb", "f:--don't | w:b"),
            ("--alembic: delimiter //\nb", "c:--alembic: delimiter // | w:b"),
            (r"E'a\' b' c", r"f:E'a\' b' | w:c"),
            ("5 --\t1\n2", "n:5 | c:--\t1 | n:2"),
            ("--\u{1}a\nb", "c:--\u{1}a | w:b"),
            ("# a ;'\nb", "c:# a ;' | w:b"),
            ("a#b\r\nc", "w:a | c:#b | w:c"),
            ("/* a /* b */ c", "c:/* a /* b */ | w:c"),
            ("/* a", "u:/* a"),
            ("SELECT /*+ NO_ICP(t) */ 1", "w:SELECT | h:/*+ NO_ICP(t) */ | n:1"),
            ("/*!40101 SET a=1 */;", "x:/*!40101 SET a=1 */ | o:;"),
            ("/*M!100401 b*/ /*M a */", "x:/*M!100401 b*/ | c:/*M a */"),
            ("/*! SET a='*/' */b", "x:/*! SET a='*/' */ | w:b"),
            ("/*! `*/` \"*/\" '\\'*/' */b", "x:/*! `*/` \"*/\" '\\'*/' */ | w:b"),
            ("/*! a /* b */ c */d", "x:/*! a /* b */ c */ | w:d"),
            ("/*! a /*!40101 b */ c */d", "x:/*! a /*!40101 b */ c */ | w:d"),
            ("/*! a -- */\n b */c", "x:/*! a -- */\n b */ | w:c"),
            ("/*! a # */\n b */c", "x:/*! a # */\n b */ | w:c"),
            ("/*!a--*/b", "x:/*!a--*/ | w:b"),
            ("/*!99999\\- enable */", "x:/*!99999\\- enable */"),
            ("/*!*/a", "x:/*!*/ | w:a"),
            ("/*! don't */", "u:/*! don't */"),
            // numbers and identifiers that begin with a digit
            ("1st 0x1G 0b12 1e 1ea", "w:1st | w:0x1G | w:0b12 | w:1e | w:1ea"),
            ("0b01 0xAb 0X1F", "n:0b01 | n:0xAb | w:0X1F"),
            ("1e5abc", "n:1e5 | w:abc"),
            ("t.1 t.1a `t`.5", "w:t | o:. | n:1 | w:t | o:. | w:1a | q:`t` | o:. | n:5"),
            ("1..10", "n:1 | o:.. | n:10"),
            ("$a a$$ END$$", "w:$a | w:a$$ | w:END$$"),
            ("1_000", "w:1_000"),
            // variables and parameters
            ("@a.b @@x @@global.x ?", "p:@a.b | p:@@x | p:@@global | o:. | w:x | p:?"),
            ("'a'@'b' a@localhost @`x`", "s:'a' | o:@ | s:'b' | w:a | p:@localhost | o:@ | q:`x`"),
            ("@@ @", "o:@ | o:@ | o:@"),
            // operators
            ("a<=>b:=c&&d", "w:a | o:<=> | w:b | o::= | w:c | o:&& | w:d"),
            ("a<-1", "w:a | o:< | o:- | n:1"),
            ("l: LOOP", "w:l | o:: | w:LOOP"),
            // JavaScript bodies
            ("AS $$ a; $$;", "w:AS | d:$$ a; $$ | o:;"),
            ("as\n$js$ it's $js$", "w:as | d:$js$ it's $js$"),
            ("x $$ a $$ $b", "w:x | f:$$ a $$ | w:$b"),
        ],
    );
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn tokens_concatenate_to_the_text(sql in tricky_sql()) {
        for dialect in Dialect::ALL {
            assert_lossless(&sql, dialect);
        }
    }

    #[test]
    fn separators_are_tokens_of_their_own(sql in tricky_sql()) {
        for dialect in Dialect::ALL {
            for token in lex(&sql, dialect).filter(|token| token.kind == TokenKind::Operator) {
                let text = token.text(&sql);
                prop_assert!(text.len() == 1 || !text.contains([';', ',', '(', ')']), "{dialect}: {text:?} in {sql:?}");
            }
        }
    }
}

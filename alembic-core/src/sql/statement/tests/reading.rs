//! Statements that change how a server reads later text.

use super::{check_all, refused};
use crate::sql::Dialect::{self, Mysql, Postgresql};
use crate::sql::split;

/// Checks that `text` is refused after `setting` at `at`, and allowed before it.
#[track_caller]
fn misread(dialect: Dialect, setting: &str, name: &str, what: &str, text: &str, at: &str) {
    let message = format!("after `{name}` the server reads {what} differently");
    refused(dialect, &format!("{setting};\n{text}"), &[(at, &message)]);
    assert!(split(&format!("{text};\n{setting}"), dialect).is_ok(), "{text} before {setting}");
}

#[track_caller]
fn allowed(dialect: Dialect, sql: &str) {
    if let Err(errors) = split(sql, dialect) {
        panic!("{dialect}: {errors:?} in {sql}");
    }
}

#[test]
fn backslashes() {
    let (what, text, at) = ("this `\\`", r"SELECT 'a', 'C:\dir'", r"\dir");
    for (setting, name) in [
        ("SET standard_conforming_strings = off", "standard_conforming_strings = OFF"),
        ("SET LOCAL standard_conforming_strings TO 'off'", "standard_conforming_strings = OFF"),
        ("SELECT set_config('standard_conforming_strings', 'off', false)", "standard_conforming_strings"),
        (
            "DO $$ BEGIN EXECUTE 'SET standard_conforming_strings = off'; END $$",
            "standard_conforming_strings",
        ),
    ] {
        misread(Postgresql, setting, name, what, text, at);
    }
    for text in [
        r"SET standard_conforming_strings = on; SELECT 'C:\dir'",
        r"SET standard_conforming_strings = off; SELECT E'C:\\dir', $$C:\dir$$, 'plain'",
        r"SET standard_conforming_strings = off; RESET standard_conforming_strings; SELECT 'C:\dir'",
        r"SELECT set_config('standard_conforming_strings', 'on', false); SELECT 'C:\dir'",
        r"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET standard_conforming_strings = off AS 'SELECT 1'; SELECT '\'",
        r"SELECT set_config('search_path', '', false); SELECT 'C:\dir'",
    ] {
        allowed(Postgresql, text);
    }
    for setting in [
        "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
        "SET @a = 1, SESSION sql_mode = CONCAT(@@sql_mode, ',no_backslash_escapes')",
        "SET @@session.sql_mode := 'NO_BACKSLASH_ESCAPES'",
        "/*!40101 SET @old = @@sql_mode, sql_mode = 'NO_BACKSLASH_ESCAPES' */",
    ] {
        misread(Mysql, setting, "sql_mode = NO_BACKSLASH_ESCAPES", what, r"SELECT 'C:\\dir'", r"\\dir");
    }
    misread(
        Mysql,
        "EXECUTE IMMEDIATE 'SET sql_mode = ''NO_BACKSLASH_ESCAPES'''",
        "NO_BACKSLASH_ESCAPES",
        what,
        "SELECT \"\\\\\"",
        r"\\",
    );
    for text in [
        r"SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; SELECT 'C:\\dir'",
        r"SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SET sql_mode = @old; SELECT 'C:\\dir'",
        r"SET sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''); SELECT 'C:\\dir'",
        r"SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'C:\\dir'",
        r"SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'plain', `a\b` -- \",
        r"SET STATEMENT sql_mode = 'NO_BACKSLASH_ESCAPES' FOR SELECT 1; SELECT 'C:\\dir'",
    ] {
        allowed(Mysql, text);
    }
}

#[test]
fn characters() {
    let what = "these characters";
    for (setting, name) in [
        ("SET NAMES latin1", "SET NAMES LATIN1"),
        ("SET NAMES 'latin1' COLLATE 'latin1_bin'", "SET NAMES LATIN1"),
        ("SET CHARACTER SET cp1251", "SET NAMES CP1251"),
        ("SET @a = 1, character_set_client = gbk", "character_set_client = GBK"),
        ("/*!40101 SET NAMES latin1 */", "SET NAMES LATIN1"),
    ] {
        misread(Mysql, setting, name, what, "SELECT 'é'", "é");
    }
    for text in [
        "SET NAMES latin1; SELECT 'e'",
        "SET NAMES utf8; SELECT 'é'",
        "/*!40101 SET NAMES utf8mb4 */; SELECT 'é'",
        "/*!40101 SET character_set_client = @saved_cs_client */; SELECT 'é'",
        "SET NAMES latin1; SET NAMES utf8mb4 COLLATE utf8mb4_bin; SELECT 'é'",
        "SET character_set_results = latin1; SELECT 'é'",
    ] {
        allowed(Mysql, text);
    }
    for (sql, encoding) in [
        ("SET client_encoding = 'LATIN1'", "LATIN1"),
        ("SET NAMES 'WIN1252'", "WIN1252"),
        ("SET SESSION client_encoding TO sjis", "SJIS"),
        ("SELECT pg_catalog.set_config('client_encoding', 'latin1', false)", "latin1"),
    ] {
        let message = format!(
            "the client encoding `{encoding}` would make the server misread the script, which is UTF-8"
        );
        refused(Postgresql, &format!("SELECT 1; {sql}"), &[(sql, &message)]);
    }
    for text in ["SET client_encoding = 'UTF8'", "SET NAMES 'utf-8'", "SET client_encoding TO DEFAULT"] {
        allowed(Postgresql, &format!("{text}; SELECT 'é'"));
    }
    check_all("SELECT 'é'; SELECT 1", &["SELECT 'é'", "SELECT 1"]);
}

//! What the statements of a script make, as far as a scratch place has to know: PostgreSQL's.

use std::collections::HashSet;

use crate::models::SqlScript;
use crate::schema::{Foreign, Schema};
use crate::sql::Dialect;
use crate::sql::expression::{identifier, tokens};

/// The kinds of things that a table may need and that a script need not make.
const KINDS: [&str; 8] =
    ["aggregate", "collation", "composite type", "domain", "function", "procedure", "range type", "sequence"];

/// The schema that `CREATE SCHEMA` makes.
pub(super) fn made_schema(statement: &str) -> Option<String> {
    made(statement, &["SCHEMA"])
}

/// The names of what is there, may be needed by the tables of a script, and is made by none of its statements.
pub(super) fn not_made(there: &Schema, script: &SqlScript) -> HashSet<String> {
    const WORDS: [&str; 7] =
        ["AGGREGATE", "COLLATION", "DOMAIN", "FUNCTION", "PROCEDURE", "SEQUENCE", "TYPE"];
    let made: HashSet<String> =
        script.statements.iter().filter_map(|statement| made(statement.text(&script.text), &WORDS)).collect();
    let foreign = there.foreign.iter().filter(|own| KINDS.contains(&own.kind.as_str()));
    // The arguments of a function stand behind its name.
    let name = |own: &Foreign| own.name.name.split('(').next().unwrap_or_default().to_owned();
    foreign.map(name).filter(|name| !made.contains(name)).collect()
}

/// The name, without its schema, of what a `CREATE` of one of these kinds makes.
fn made(statement: &str, kinds: &[&str]) -> Option<String> {
    let found = tokens(statement, Dialect::Postgresql);
    let is = |word: &str, others: &[&str]| others.iter().any(|other| word.eq_ignore_ascii_case(other));
    let mut words = found.iter().map(|token| token.text(statement));
    if !is(words.next()?, &["CREATE"]) {
        return None;
    }
    let mut words = words.skip_while(|word| is(word, &["OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED"]));
    if !is(words.next()?, kinds) {
        return None;
    }
    let mut words = words.skip_while(|word| is(word, &["IF", "NOT", "EXISTS"]));
    let mut name = words.next()?;
    while words.next() == Some(".") {
        name = words.next()?;
    }
    Some(identifier(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_what_is_made() {
        let check = |statement: &str, kind: &str, expected: Option<&str>| {
            assert_eq!(made(statement, &[kind]).as_deref(), expected, "{statement}");
        };
        check("CREATE SCHEMA IF NOT EXISTS audit", "SCHEMA", Some("audit"));
        check("create /* why */ schema \"A b\"", "SCHEMA", Some("A b"));
        check("CREATE TABLE schema (a INT)", "SCHEMA", None);
        check("CREATE DOMAIN s.short AS TEXT", "DOMAIN", Some("short"));
        check("CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT", "FUNCTION", Some("f"));
        check("CREATE UNLOGGED SEQUENCE x", "SEQUENCE", Some("x"));
        check("DROP DOMAIN short", "DOMAIN", None);
        check("CREATE DOMAIN", "DOMAIN", None);
    }
}

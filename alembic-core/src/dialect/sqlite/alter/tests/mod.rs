//! Tables of stored text, ALTER and new text; what holds for any text is in `laws`.

mod clauses;
mod constraints;
mod edits;
mod laws;
mod plans;
mod reading;
mod several;

use super::catalog::{Catalog, Object};
use super::change::Change;
use super::error::AlterError;
use super::statement::Alter;
use crate::sql::Reader;

/// The catalog of a database with these objects.
fn catalog(texts: &[&str]) -> Catalog {
    let object = |sql: &&str| {
        let mut reader = Reader::stored(sql);
        reader.take(&["CREATE"]);
        let _ = reader.take(&["UNIQUE"]) || reader.take(&["VIRTUAL"]);
        let kind = reader.next().expect("a kind").text(sql).to_lowercase();
        let name = reader.identifier().expect("a name").text;
        let table =
            if reader.take(&["ON"]) { reader.identifier().expect("a table").text } else { name.clone() };
        Object { kind, name, table, sql: Some((*sql).to_owned()) }
    };
    Catalog { schema: "main".to_owned(), objects: texts.iter().map(object).collect() }
}

fn parsed(action: &str) -> Alter {
    let sql = format!("ALTER TABLE t {action}");
    Alter::parse(&sql).unwrap_or_else(|| panic!("passed to SQLite: {sql}"))
}

/// The text of `t` after `action`, with `*` before it where the rows are written anew, and `?` where they may be.
fn altered(catalog: &Catalog, action: &str) -> Result<String, AlterError> {
    let mut change = Change::new(catalog, "t")?;
    for action in parsed(action).actions {
        change.apply(&action)?;
    }
    change.finish()?;
    let way = match (change.rebuild, change.defaults.is_empty()) {
        (true, _) => "*",
        (false, false) => "?",
        (false, true) => "",
    };
    Ok(format!("{way}{}", change.text))
}

/// Checks the text that `action` makes of `stored`. Then `back`, if it is given, makes `stored` of that again.
#[track_caller]
fn check(stored: &str, action: &str, expected: &str, back: &str) {
    let found = altered(&catalog(&[stored]), action).unwrap_or_else(|error| panic!("{action}: {error}"));
    assert_eq!(found, expected, "{action}");
    if !back.is_empty() {
        let text = found.trim_start_matches(['*', '?']);
        let restored = altered(&catalog(&[text]), back).unwrap_or_else(|error| panic!("{back}: {error}"));
        assert_eq!(restored.trim_start_matches(['*', '?']), stored, "{back}");
    }
}

/// Checks that `action` is refused.
#[track_caller]
fn refused(texts: &[&str], action: &str, expected: &str) {
    match altered(&catalog(texts), action) {
        Ok(text) => panic!("{action} made {text}"),
        Err(error) => assert_eq!(error.to_string(), expected, "{action}"),
    }
}

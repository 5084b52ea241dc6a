//! `docs/models.md` says what the code does: its tables of types, its keys, its examples.

use std::path::Path;

use super::item::keys;
use super::source::tests::sources;
use super::types::WORDS;
use super::{Declaration, RUST_TYPES, rust_models};
use crate::TypeWords;
use crate::schema::{NamingConvention, ObjectName, Type};
use crate::sql::Dialect;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/models.md");
    std::fs::read_to_string(path).expect("the page")
}

/// Compares a part of the page, which the environment variable `UPDATE_DOCUMENTATION` writes anew.
fn check(name: &str, expected: &str) {
    let (start, end) = (
        format!("<!-- {name}: written by the test that compares it with the code -->\n"),
        format!("<!-- /{name} -->"),
    );
    let page = page();
    let (before, rest) = page.split_once(&start).expect("the beginning");
    let (found, after) = rest.split_once(&end).expect("the end");
    if found != expected && std::env::var_os("UPDATE_DOCUMENTATION").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/models.md");
        std::fs::write(path, format!("{before}{start}{expected}{end}{after}")).expect("the page");
        return;
    }
    assert_eq!(found, expected, "set UPDATE_DOCUMENTATION to write it");
}

/// The words for a type, in the cells of a table.
fn cells(type_: &Type) -> String {
    let words = Dialect::ALL.map(|dialect| {
        let quote = |name: &ObjectName| name.to_string();
        let word = TypeWords { dialect, strict: false, enums: &[], quote: &quote }.word(type_);
        word.map_or_else(|_| "–".to_owned(), |word| format!("`{word}`"))
    });
    words.join(" | ")
}

#[test]
fn types() {
    let mut types: Vec<(&Type, Vec<String>)> = Vec::new();
    for row in RUST_TYPES {
        let path = format!("`{}`", row.path);
        match types.iter_mut().find(|(type_, _)| **type_ == row.type_) {
            Some((_, paths)) => paths.push(path),
            None => types.push((&row.type_, vec![path])),
        }
    }
    let bytes = ["Vec<u8>", "[u8; N]", "Box<[u8]>"].map(|path| format!("`{path}`")).to_vec();
    types.push((&Type::Bytes, bytes));
    let texts = Type::Array(Box::new(Type::Text));
    types.push((&texts, vec!["`Vec<String>`".into()]));
    let mut table = String::from("| Rust | SQLite | PostgreSQL | MySQL |\n|---|---|---|---|\n");
    for (type_, paths) in types {
        table += &format!("| {} | {} |\n", paths.join(", "), cells(type_));
    }
    check("types", &table);
}

#[test]
fn words() {
    let mut table = String::from("| word | SQLite | PostgreSQL | MySQL |\n|---|---|---|---|\n");
    for (word, type_) in WORDS {
        let (word, type_) = match type_ {
            Type::Varchar(_) => (format!("{word}(80)"), Type::Varchar(80)),
            Type::Char(_) => (format!("{word}(80)"), Type::Char(80)),
            Type::Varbinary(_) => (format!("{word}(80)"), Type::Varbinary(80)),
            other => ((*word).to_owned(), other.clone()),
        };
        table += &format!("| `{word}` | {} |\n", cells(&type_));
    }
    let decimal = Type::Decimal { precision: Some(10), scale: Some(2) };
    table += &format!("| `decimal(10, 2)` | {} |\n", cells(&decimal));
    let array = Type::Array(Box::new(Type::Text));
    table += &format!("| `array(text)` | {} |\n", cells(&array));
    check("words", &table);
}

#[test]
fn every_key_is_there() {
    let page = page();
    for (attribute, keys) in keys() {
        for key in keys {
            let named = [
                format!("`{key}`"),
                format!("`{key} ="),
                format!("`{key}("),
                format!("{key},"),
                format!("{key} ="),
            ];
            assert!(named.iter().any(|text| page.contains(text.as_str())), "{key} of #[{attribute}]");
        }
    }
}

/// The command line reads the examples that the compiler compiles.
#[test]
fn examples_are_models() {
    let page = page();
    let examples: Vec<&str> =
        page.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 6, "{}", examples.len());
    for example in examples {
        let items = example.split("\nassert").next().unwrap_or_default();
        let (_folder, sources) = sources(&[("src/lib.rs", items)]);
        match rust_models(&sources, &NamingConvention::default()) {
            Ok(Declaration::Schema { schema, .. }) => assert!(!schema.tables.is_empty(), "{example}"),
            other => panic!("{other:?}\n{example}"),
        }
    }
}

//! Names of a database as names of Rust.

use std::collections::BTreeMap;

use crate::schema::{ObjectName, Schema};

/// What structs and enums are called.
pub(super) struct Names {
    tables: BTreeMap<ObjectName, String>,
    enums: BTreeMap<ObjectName, String>,
}

impl Names {
    pub(super) fn of(schema: &Schema) -> Names {
        // What the source uses itself.
        let mut taken: Vec<String> =
            ["Table", "Enum", "Option", "String", "Vec", "Self"].map(str::to_owned).to_vec();
        let mut name = |name: &str| unused(type_ident(name), &mut taken);
        let enums = schema.enums.iter().map(|own| (own.name.clone(), name(&own.name.name))).collect();
        let tables = schema
            .tables
            .iter()
            .map(|table| (table.name.clone(), name(&singular(&table.name.name))))
            .collect();
        Names { tables, enums }
    }

    pub(super) fn table(&self, name: &ObjectName) -> String {
        self.tables.get(name).cloned().unwrap_or_else(|| type_ident(&name.name))
    }

    pub(super) fn enum_(&self, name: &ObjectName) -> String {
        self.enums.get(name).cloned().unwrap_or_else(|| type_ident(&name.name))
    }
}

/// The name with a number where it is taken.
pub(super) fn unused(name: String, taken: &mut Vec<String>) -> String {
    let mut unused = name.clone();
    let mut number = 1;
    while taken.contains(&unused) {
        number += 1;
        unused = format!("{name}{number}");
    }
    taken.push(unused.clone());
    unused
}

/// One of the things that a table is called after.
fn singular(name: &str) -> String {
    let lower = name.to_lowercase();
    let without = |suffix: usize, with: &str| format!("{}{with}", &name[..name.len() - suffix]);
    if lower.len() < 4 || !lower.is_ascii() {
        name.to_owned()
    } else if lower.ends_with("ies") {
        without(3, "y")
    } else if ["sses", "shes", "ches", "xes", "zes", "uses"].iter().any(|end| lower.ends_with(end)) {
        without(2, "")
    } else if lower.ends_with('s') && !["ss", "us", "is"].iter().any(|end| lower.ends_with(end)) {
        without(1, "")
    } else {
        name.to_owned()
    }
}

/// The words of a name: at each sign that is no letter or digit, and before each capital behind a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            let begins = !previous.is_alphanumeric() || (letter.is_uppercase() && previous.is_lowercase());
            if begins {
                words.push(String::new());
            }
            words.last_mut().into_iter().for_each(|word| word.push(letter));
        }
        previous = letter;
    }
    words
}

/// The name as that of a type.
pub(super) fn type_ident(name: &str) -> String {
    let capital = |word: &String| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        first + letters.as_str()
    };
    let name: String = words(name).iter().map(capital).collect();
    match name.chars().next() {
        Some(first) if first.is_alphabetic() => name,
        _ => format!("N{name}"),
    }
}

/// The name as that of a field: itself, if that can be.
pub(super) fn ident(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name != "_";
    let ident = if plain { name.to_owned() } else { words(name).join("_").to_lowercase() };
    let ident = match ident.chars().next() {
        Some(first) if first.is_alphabetic() || first == '_' => ident,
        _ => format!("n{ident}"),
    };
    match ident.as_str() {
        "self" | "super" | "crate" | "Self" => format!("{ident}_"),
        _ if KEYWORDS.contains(&ident.as_str()) => format!("r#{ident}"),
        _ => ident,
    }
}

const KEYWORDS: [&str; 47] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_structs_in_the_singular() {
        let check = |name: &str, expected: &str| assert_eq!(type_ident(&singular(name)), expected, "{name}");
        check("users", "User");
        check("order_items", "OrderItem");
        check("categories", "Category");
        check("addresses", "Address");
        check("statuses", "Status");
        check("status", "Status");
        check("boxes", "Box");
        check("AlbumArtist", "AlbumArtist");
        check("order details", "OrderDetail");
        check("2fa", "N2fa");
        check("größen", "Größen");
        check("", "N");
    }

    #[test]
    fn columns_are_fields() {
        let check = |name: &str, expected: &str| assert_eq!(ident(name), expected, "{name}");
        check("id", "id");
        check("type", "r#type");
        check("self", "self_");
        check("Mixed Case", "mixed_case");
        check("AlbumId", "AlbumId");
        check("1st", "n1st");
        check("a-b", "a_b");
        check("", "n");
    }
}

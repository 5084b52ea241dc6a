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
    // What is in capitals only says nothing by them.
    let shouts = !name.chars().any(char::is_lowercase);
    let capital = |word: &String| {
        let mut letters = word.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        if shouts { first + &letters.as_str().to_lowercase() } else { first + letters.as_str() }
    };
    let name: String = words(name).iter().map(capital).collect();
    match name.chars().next() {
        Some(first) if first.is_alphabetic() => name,
        _ => format!("N{name}"),
    }
}

/// The name as that of a field: itself, if the compiler has nothing to say against it.
pub(super) fn ident(name: &str) -> String {
    let is_small = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let plain = name.chars().all(is_small)
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
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

/// The name of a field without what makes a keyword one.
pub(super) fn bare(field: &str) -> &str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// What a rule makes of the words of a name.
type Rule = fn(&[String]) -> String;

/// The value of sqlx's `rename_all` that makes all names of these fields or variants. None where they are the names
/// themselves, where there is none, and where it takes sqlx to know how it parts a name into words.
pub(super) fn rename_all<'a>(
    idents: &[String],
    names: impl Iterator<Item = &'a String> + Clone,
) -> Option<&'static str> {
    let idents: Vec<&str> = idents.iter().map(|ident| bare(ident)).collect();
    if names.clone().eq(&idents) {
        return None;
    }
    let words: Vec<Vec<String>> = idents.iter().map(|ident| simple_words(ident)).collect::<Option<_>>()?;
    let rules: [(&str, Rule); 7] = [
        ("snake_case", |words| words.join("_")),
        ("lowercase", |words| words.concat()),
        ("PascalCase", in_capitals),
        ("camelCase", |words| words[0].clone() + &in_capitals(&words[1..])),
        ("UPPERCASE", |words| words.concat().to_uppercase()),
        ("SCREAMING_SNAKE_CASE", |words| words.join("_").to_uppercase()),
        ("kebab-case", |words| words.join("-")),
    ];
    let fits = |rule: Rule| names.clone().eq(&words.iter().map(|own| rule(own)).collect::<Vec<_>>());
    rules.into_iter().find(|(_, rule)| fits(*rule)).map(|(name, _)| name)
}

/// The words with a capital at the beginning of each.
fn in_capitals(words: &[String]) -> String {
    let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
    words.iter().map(capital).collect()
}

/// The words of the name of a field or variant, in small letters, where nobody can part it otherwise.
fn simple_words(ident: &str) -> Option<Vec<String>> {
    let is_field = ident.starts_with(|first: char| first.is_ascii_lowercase());
    let words: Vec<String> = if is_field {
        ident.split('_').map(str::to_owned).collect()
    } else {
        words(ident).iter().map(|word| word.to_lowercase()).collect()
    };
    let is_word = |word: &String| {
        let digits = word.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        digits.len() < word.len() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let again: String =
        if is_field { words.join("_") } else { words.iter().map(|word| type_ident(word)).collect() };
    (again == ident && words.iter().all(is_word)).then_some(words)
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
        check("ORDER_ITEMS", "OrderItem");
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
        check("AlbumId", "album_id");
        check("CategoryID", "category_id");
        check("1st", "n1st");
        check("a-b", "a_b");
        check("", "n");
    }

    #[test]
    fn names_of_one_kind_have_one_rule() {
        let fields = |names: &str, expected: Option<&str>| {
            let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
            let idents: Vec<String> = names.iter().map(|name| ident(name)).collect();
            assert_eq!(rename_all(&idents, names.iter()), expected, "{names:?}");
        };
        fields("id type", None);
        fields("AlbumId Name Type", Some("PascalCase"));
        fields("albumId name", Some("camelCase"));
        fields("ID NAME", Some("UPPERCASE"));
        fields("CategoryID Name", None);
        fields("AlbumId name", None);
        let variants = |values: &str, expected: Option<&str>| {
            let values: Vec<String> = values.split(' ').map(str::to_owned).collect();
            let idents: Vec<String> = values.iter().map(|value| type_ident(value)).collect();
            assert_eq!(rename_all(&idents, values.iter()), expected, "{values:?}");
        };
        variants("Draft InPrint", None);
        variants("draft in_print", Some("snake_case"));
        variants("in-print", Some("kebab-case"));
        variants("IN_PRINT OLD", Some("SCREAMING_SNAKE_CASE"));
        variants("PG-13 R", None);
        variants("a1 b_2", None);
    }
}

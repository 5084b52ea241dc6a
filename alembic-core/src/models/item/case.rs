//! Names in other spellings: what sqlx's `rename_all` makes of a name, and the table of a struct.

use heck::{
    ToKebabCase as _, ToLowerCamelCase as _, ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _,
};

/// A value of `rename_all`, with sqlx's names and sqlx's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenameRule {
    Lower,
    Snake,
    Upper,
    ScreamingSnake,
    Kebab,
    Camel,
    Pascal,
}

impl RenameRule {
    pub(crate) const NAMES: &str =
        "lowercase, snake_case, UPPERCASE, SCREAMING_SNAKE_CASE, kebab-case, camelCase, PascalCase";

    pub(crate) fn from_name(name: &str) -> Option<RenameRule> {
        Some(match name {
            "lowercase" => RenameRule::Lower,
            "snake_case" => RenameRule::Snake,
            "UPPERCASE" => RenameRule::Upper,
            "SCREAMING_SNAKE_CASE" => RenameRule::ScreamingSnake,
            "kebab-case" => RenameRule::Kebab,
            "camelCase" => RenameRule::Camel,
            "PascalCase" => RenameRule::Pascal,
            _ => return None,
        })
    }

    pub(crate) fn apply(self, name: &str) -> String {
        match self {
            RenameRule::Lower => name.to_lowercase(),
            RenameRule::Snake => name.to_snake_case(),
            RenameRule::Upper => name.to_uppercase(),
            RenameRule::ScreamingSnake => name.to_shouty_snake_case(),
            RenameRule::Kebab => name.to_kebab_case(),
            RenameRule::Camel => name.to_lower_camel_case(),
            RenameRule::Pascal => name.to_upper_camel_case(),
        }
    }
}

/// The table of a struct that names none: snake case, and the last word in the plural.
///
/// The plural adds `s`; `es` after `s`, `x`, `z`, `ch` and `sh`; `y` after a consonant becomes `ies`. A word that ends
/// with a single `s` but not with `us` or `is` is one already. Words that are not regular are in a list.
pub(super) fn table_name(ident: &str) -> String {
    let name = ident.to_snake_case();
    let last = name.rfind('_').map_or(0, |at| at + 1);
    if let Some((_, plural)) = IRREGULAR.iter().find(|(word, _)| *word == &name[last..]) {
        return format!("{}{plural}", &name[..last]);
    }
    let vowel_before_y = || name.chars().rev().nth(1).is_some_and(|letter| "aeiou".contains(letter));
    if let Some(stem) = name.strip_suffix("is") {
        format!("{stem}es")
    } else if name.ends_with("ss") || name.ends_with("us") {
        format!("{name}es")
    } else if name.ends_with('s') {
        name
    } else if ["x", "z", "ch", "sh"].iter().any(|end| name.ends_with(end)) {
        format!("{name}es")
    } else if name.ends_with('y') && !vowel_before_y() {
        format!("{}ies", name.strip_suffix('y').unwrap_or_default())
    } else {
        format!("{name}s")
    }
}

/// The words with another plural that tables are called after.
pub(crate) const IRREGULAR: [(&str, &str); 24] = [
    ("calf", "calves"),
    ("child", "children"),
    ("data", "data"),
    ("equipment", "equipment"),
    ("foot", "feet"),
    ("goose", "geese"),
    ("half", "halves"),
    ("information", "information"),
    ("knife", "knives"),
    ("leaf", "leaves"),
    ("life", "lives"),
    ("man", "men"),
    ("media", "media"),
    ("metadata", "metadata"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("person", "people"),
    ("sheep", "sheep"),
    ("shelf", "shelves"),
    ("thief", "thieves"),
    ("tooth", "teeth"),
    ("wife", "wives"),
    ("wolf", "wolves"),
    ("woman", "women"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_called_in_the_plural() {
        let cases = [
            ("User", "users"),
            ("OrderItem", "order_items"),
            ("HTTPRequest", "http_requests"),
            ("Category", "categories"),
            ("Day", "days"),
            ("Address", "addresses"),
            ("Status", "statuses"),
            ("Box", "boxes"),
            ("Branch", "branches"),
            ("Analysis", "analyses"),
            ("Settings", "settings"),
            ("Users", "users"),
            ("S", "s"),
            ("Y", "ies"),
            ("Straße", "straßes"),
            ("Child", "children"),
            ("Person", "people"),
            ("SalesPerson", "sales_people"),
            ("Human", "humans"),
            ("Woman", "women"),
            ("Mouse", "mice"),
            ("BookShelf", "book_shelves"),
            ("Belief", "beliefs"),
            ("UserData", "user_data"),
        ];
        for (ident, expected) in cases {
            assert_eq!(table_name(ident), expected);
        }
    }

    #[test]
    fn rules_are_those_of_sqlx() {
        let cases = [
            ("lowercase", "firstname"),
            ("snake_case", "first_name"),
            ("UPPERCASE", "FIRSTNAME"),
            ("SCREAMING_SNAKE_CASE", "FIRST_NAME"),
            ("kebab-case", "first-name"),
            ("camelCase", "firstName"),
            ("PascalCase", "FirstName"),
        ];
        for (rule, expected) in cases {
            let rule = RenameRule::from_name(rule).expect("a rule");
            assert_eq!(rule.apply("FirstName"), expected);
        }
        assert_eq!(RenameRule::from_name("snakecase"), None);
        assert!(cases.iter().all(|(name, _)| RenameRule::NAMES.split(", ").any(|listed| listed == *name)));
    }
}

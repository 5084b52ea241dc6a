//! The words of a type, taken apart.

/// A type such as `numeric(10, 2)[]` or `timestamp(3) with time zone`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelling {
    /// The words without arguments, in lower case unless they are quoted, with one blank between them.
    pub(super) name: String,
    /// What is between the parentheses, as numbers.
    pub(super) arguments: Vec<u32>,
    /// What is between the parentheses, as it is written.
    pub(super) listed: String,
    /// Whether it is an array of this.
    pub(super) is_array: bool,
}

impl Spelling {
    pub(super) fn read(words: &str) -> Spelling {
        let words = words.trim();
        let (words, is_array) = match words.strip_suffix("[]") {
            Some(element) => (element.trim_end_matches("[]").trim_end(), true),
            None => (words, false),
        };
        let (before, rest) = words.split_once('(').unwrap_or((words, ""));
        let (listed, after) = rest.rsplit_once(')').unwrap_or((rest, ""));
        let lower = |text: &str| if text.contains('"') { text.to_owned() } else { text.to_ascii_lowercase() };
        let parts = before.split_whitespace().chain(after.split_whitespace()).map(lower);
        Spelling {
            name: parts.collect::<Vec<_>>().join(" "),
            arguments: listed.split(',').filter_map(|number| number.trim().parse().ok()).collect(),
            listed: listed.to_owned(),
            is_array,
        }
    }

    /// The first argument, such as a length, or the digits of a number.
    pub(super) fn first(&self) -> Option<u32> {
        self.arguments.first().copied()
    }

    /// Digits in all and digits after the point of a decimal number. None where there is no limit.
    pub(super) fn digits(&self) -> Option<(u32, u32)> {
        Some((self.first()?, self.arguments.get(1).copied().unwrap_or(0)))
    }
}

/// Whether a decimal number with the digits of `after` has the values of one with those of `before`.
pub(super) fn has_digits(before: Option<(u32, u32)>, after: Option<(u32, u32)>) -> bool {
    match (before, after) {
        (_, None) => true,
        (None, _) => false,
        (Some((old, old_scale)), Some((new, new_scale))) => {
            old_scale <= new_scale && old.saturating_sub(old_scale) <= new.saturating_sub(new_scale)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_apart() {
        let check = |words: &str, name: &str, arguments: &[u32], is_array: bool| {
            let found = Spelling::read(words);
            assert_eq!((found.name.as_str(), found.arguments.as_slice()), (name, arguments), "{words}");
            assert_eq!(found.is_array, is_array, "{words}");
        };
        check("NUMERIC(10, 2)", "numeric", &[10, 2], false);
        check("timestamp(3) without time zone", "timestamp without time zone", &[3], false);
        check("INT(10)  UNSIGNED", "int unsigned", &[10], false);
        check("character varying(3)[]", "character varying", &[3], true);
        check("\"Mood\"", "\"Mood\"", &[], false);
        check("enum('a','(b)')", "enum", &[], false);
        check("interval day to second(3)", "interval day to second", &[3], false);
    }
}

//! What differs from run to run in a text, replaced.

/// Replaces whatever has the shape of `pattern`: `9` stands for a digit, `+` for all that follow it too, every other
/// character for itself.
///
/// ```
/// let text = alembic_testing::mask("done in 12 ms, or 7 ms", "9+ ms", "[time]");
/// assert_eq!(text, "done in [time], or [time]");
/// assert_eq!(alembic_testing::mask("20260102_0304_a.sql", "99999999_9999_", ""), "a.sql");
/// ```
#[must_use]
pub fn mask(text: &str, pattern: &str, replacement: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = length_of(pattern, rest);
        // In the middle of a number no pattern begins.
        let in_number = masked.ends_with(|before: char| before.is_ascii_digit());
        match length {
            Some(length) if !(in_number && character.is_ascii_digit()) => {
                masked.push_str(replacement);
                rest = &rest[length..];
            }
            _ => {
                masked.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    masked
}

/// How many bytes at the beginning of `text` have the shape of `pattern`.
fn length_of(pattern: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    for shape in pattern.chars() {
        if shape == '+' {
            rest = rest.trim_start_matches(|character: char| character.is_ascii_digit());
            continue;
        }
        let found = rest
            .chars()
            .next()
            .filter(|character| *character == shape || (shape == '9' && character.is_ascii_digit()))?;
        rest = &rest[found.len_utf8()..];
    }
    Some(text.len() - rest.len())
}

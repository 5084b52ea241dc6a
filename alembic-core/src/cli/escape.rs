//! Text that a terminal shows and does not obey. Messages, names and tags come from scripts and databases of strangers, and a
//! terminal takes some characters for commands, or shows text in another order than it has.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A name, a message, or anything else that is one line: whatever is not to be seen is written as `\u{1b}`.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    escape(text, |letter, _| is_active(letter).then_some(letter.len_utf8()))
}

/// The same for text of several lines.
pub(super) fn escaped_lines(text: &str) -> Cow<'_, str> {
    escape(text, |letter, _| {
        (is_active(letter) && !matches!(letter, '\n' | '\t')).then_some(letter.len_utf8())
    })
}

/// The same for text that has colours of our own, which stay.
pub(super) fn escaped_but_colours(text: &str) -> Cow<'_, str> {
    escape(text, |letter, rest| {
        if letter == '\u{1b}' {
            return (!begins_with_colour(rest)).then_some(1);
        }
        (is_active(letter) && !matches!(letter, '\n' | '\t')).then_some(letter.len_utf8())
    })
}

fn escape(text: &str, escaped_length: impl Fn(char, &str) -> Option<usize>) -> Cow<'_, str> {
    let mut written = String::new();
    let mut done = 0;
    for (place, letter) in text.char_indices() {
        if let Some(length) = escaped_length(letter, &text[place..]) {
            written.push_str(&text[done..place]);
            let _ = write!(written, "{}", letter.escape_unicode());
            done = place + length;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[done..]);
    Cow::Owned(written)
}

/// Whether a character does something, or nothing that can be seen.
fn is_active(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            // Hyphens that are not shown, joiners and marks without a width, separators of lines, and what turns the direction.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a text begins with a sequence that sets a colour which can be read, or ends it.
fn begins_with_colour(text: &str) -> bool {
    let Some((codes, _)) = text.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m')) else {
        return false;
    };
    codes.split(';').all(|code| {
        matches!(
            code,
            "0" | "1"
                | "2"
                | "31"
                | "32"
                | "33"
                | "34"
                | "35"
                | "36"
                | "39"
                | "91"
                | "92"
                | "93"
                | "94"
                | "95"
                | "96"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_to_be_seen_is_written() {
        for (text, line, lines) in [
            ("plain, größer, 日本, 😀", "plain, größer, 日本, 😀", "plain, größer, 日本, 😀"),
            ("a\tb\nc", "a\\u{9}b\\u{a}c", "a\tb\nc"),
            ("\u{1b}]0;T\u{7}", "\\u{1b}]0;T\\u{7}", "\\u{1b}]0;T\\u{7}"),
            ("\u{9b}2J\u{7f}\r", "\\u{9b}2J\\u{7f}\\u{d}", "\\u{9b}2J\\u{7f}\\u{d}"),
            ("a\u{202e}b\u{200b}\u{feff}", "a\\u{202e}b\\u{200b}\\u{feff}", "a\\u{202e}b\\u{200b}\\u{feff}"),
        ] {
            assert_eq!(escaped(text), line);
            assert_eq!(escaped_lines(text), lines);
            assert_eq!(escaped_but_colours(text), lines);
        }
    }

    #[test]
    fn only_colours_that_can_be_read_stay() {
        for colour in ["\u{1b}[0m", "\u{1b}[1m\u{1b}[32mx\u{1b}[0m", "\u{1b}[1;91m"] {
            assert_eq!(escaped_but_colours(colour), colour);
            assert!(!escaped_lines(colour).contains('\u{1b}'));
        }
        for other in [
            "\u{1b}[8m",
            "\u{1b}[5m",
            "\u{1b}[30m",
            "\u{1b}[41m",
            "\u{1b}[m",
            "\u{1b}[2J",
            "\u{1b}c",
            "\u{1b}[1",
        ] {
            assert!(!escaped_but_colours(other).contains('\u{1b}'), "{other:?}");
        }
    }
}

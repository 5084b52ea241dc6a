//! The line ends of a text, which are the same for whoever hashes, splits or executes it.

/// A character that programs take for different things: a carriage return is the end of a line to some, a NUL the end of a
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableCharacter {
    /// A carriage return without a line feed behind it.
    #[error("the line has a carriage return that is not part of a line end")]
    LoneReturn,
    /// A NUL.
    #[error("the line has a NUL character")]
    Nul,
    /// A vertical tab: PostgreSQL before 16 and SQLite take it for no blank.
    #[error("the line has a vertical tab, which is a blank to some databases and none to others")]
    VerticalTab,
    /// A byte order mark at the beginning of another line than the first.
    #[error("the line begins with a byte order mark, which belongs to the beginning of a file only")]
    ByteOrderMark,
}

impl UnusableCharacter {
    /// How to mend it, as a sentence for the author of the text.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            UnusableCharacter::LoneReturn => {
                "delete it, or end the line there; in a string, write what makes it: `char(13)` (SQLite, MySQL), `chr(13)` \
                 (PostgreSQL)"
            }
            UnusableCharacter::VerticalTab => {
                "delete it; in a string, write what makes it: `char(11)` (SQLite, MySQL), `chr(11)` (PostgreSQL)"
            }
            UnusableCharacter::ByteOrderMark => {
                "delete it, it cannot be seen: joining two files leaves it between them"
            }
            UnusableCharacter::Nul => "delete it; no database accepts it in a statement",
        }
    }
}

const MARK: char = '\u{feff}';

/// The text with LF at the ends of its lines.
///
/// # Errors
/// The lines, from 1, that have a character with more than one meaning.
pub(crate) fn with_line_feeds(text: String) -> Result<String, Vec<(usize, UnusableCharacter)>> {
    let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text };
    let lines = (1..).zip(text.split('\n'));
    let unusable: Vec<(usize, UnusableCharacter)> = lines
        .filter_map(|(line, content)| match content {
            _ if content.contains('\0') => Some((line, UnusableCharacter::Nul)),
            _ if content.contains('\u{b}') => Some((line, UnusableCharacter::VerticalTab)),
            _ if line > 1 && content.trim_start().starts_with(MARK) => {
                Some((line, UnusableCharacter::ByteOrderMark))
            }
            _ if content.contains('\r') => Some((line, UnusableCharacter::LoneReturn)),
            _ => None,
        })
        .collect();
    if unusable.is_empty() { Ok(text) } else { Err(unusable) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_begins_a_file() {
        let check = |text: &str, lines: &[usize]| {
            let found = with_line_feeds(text.to_owned()).err().unwrap_or_default();
            assert_eq!(found.into_iter().map(|(line, _)| line).collect::<Vec<_>>(), lines, "{text:?}");
        };
        check("\u{feff}SELECT 1;\nSELECT '\u{feff}';", &[]);
        check("SELECT 1;\n\u{feff}SELECT 2;\r\n  \u{feff}-- a", &[2, 3]);
    }
}

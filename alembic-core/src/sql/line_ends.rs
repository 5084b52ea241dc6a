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
            UnusableCharacter::Nul => "delete it; no database accepts it in a statement",
        }
    }
}

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
            _ if content.contains('\r') => Some((line, UnusableCharacter::LoneReturn)),
            _ => None,
        })
        .collect();
    if unusable.is_empty() { Ok(text) } else { Err(unusable) }
}

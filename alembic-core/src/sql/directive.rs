//! The comment that sets the delimiter of statements.

/// The delimiter text of this comment if it is a delimiter directive: empty if the text is missing.
///
/// Blanks and tabs around the words do not matter; `alembic:` and `delimiter` are written in lower case.
pub(crate) fn delimiter_directive(comment: &str) -> Option<&str> {
    let blank = [' ', '\t', '\r', '\n'];
    let rest = comment.strip_prefix("--")?.trim_start_matches(blank);
    let rest = rest.strip_prefix("alembic:")?.trim_start_matches(blank).strip_prefix("delimiter")?;
    (rest.is_empty() || rest.starts_with(blank)).then(|| rest.trim_matches(blank))
}

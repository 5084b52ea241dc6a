//! Lines that a script reads before any SQL, and the comment that sets the delimiter of statements.

/// The words after `-- alembic:`, if the line is a directive.
///
/// Directives are found by lines, before any SQL is read: they mean the same in every dialect.
pub(crate) fn directive(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("--")?.trim_start().strip_prefix("alembic:").map(str::trim)
}

/// The mark with which git begins or ends a conflict on this line.
pub(crate) fn conflict_mark(line: &str) -> Option<&'static str> {
    ["<<<<<<< ", ">>>>>>> "].into_iter().find(|mark| line.starts_with(mark))
}

/// The delimiter text of this comment if it is a delimiter directive: empty if the text is missing.
///
/// Blanks and tabs around the words do not matter; `alembic:` and `delimiter` are written in lower case.
pub(crate) fn delimiter_directive(comment: &str) -> Option<&str> {
    let blank = [' ', '\t', '\r', '\n'];
    let rest = comment.strip_prefix("--")?.trim_start_matches(blank);
    let rest = rest.strip_prefix("alembic:")?.trim_start_matches(blank).strip_prefix("delimiter")?;
    (rest.is_empty() || rest.starts_with(blank)).then(|| rest.trim_matches(blank))
}

//! A target in the arguments of a command, parsed once.

use std::convert::Infallible;

use crate::revision::{Range, Target, TargetError};

/// A revision as it is typed; with `--sql` also a range of revisions.
///
/// A mistake in it is kept, and reported when the command runs.
#[derive(Clone, Debug)]
pub struct TargetArg {
    text: String,
    range: Result<Range, TargetError>,
}

impl TargetArg {
    /// Parses the text for clap.
    pub(super) fn parse(text: &str) -> Result<TargetArg, Infallible> {
        Ok(TargetArg { text: text.to_owned(), range: Range::or_target(text) })
    }

    /// The range, or a single target as the end of one.
    pub(super) fn range(&self) -> Result<Range, TargetError> {
        self.range.clone()
    }

    /// The single target. A range is refused.
    pub(super) fn target(&self) -> Result<Target, TargetError> {
        if self.text.contains(':') {
            return Err(TargetError::RangeNotAllowed { text: self.text.clone() });
        }
        Ok(self.range()?.end.unwrap_or(Target::HEADS))
    }

    /// The target as it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_not_a_target() {
        let check = |text: &str, range: &str, target: &str| {
            let Ok(arg) = TargetArg::parse(text);
            let shown =
                |result: Result<String, TargetError>| result.unwrap_or_else(|error| error.to_string());
            assert_eq!(shown(arg.range().map(|range| range.to_string())), range, "{text}");
            assert_eq!(shown(arg.target().map(|target| target.to_string())), target, "{text}");
        };
        let not_here = |text: &str| {
            format!("`{text}` is a range, and only `history` and `--sql` take one; give a single target here")
        };
        check("head", ":head", "head");
        check("a:b", "a:b", &not_here("a:b"));
        check(":b", ":b", &not_here(":b"));
        check("a:b:c", "`a:b:c` is not a range; write `start:end`, `start:` or `:end`", &not_here("a:b:c"));
        let empty = "the target is empty; name a revision, a branch label, `head`, `heads` or `base`";
        check("", empty, empty);
    }
}

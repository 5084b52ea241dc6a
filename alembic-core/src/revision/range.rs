//! Two targets with a colon between them: a stretch of history, or where an offline script starts and ends.

use std::fmt;
use std::str::FromStr;

use super::target::{Target, TargetError};

/// `start:end`. Either side may be missing; what that means is up to the command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Range {
    /// Left of the colon.
    pub start: Option<Target>,
    /// Right of the colon.
    pub end: Option<Target>,
}

impl Range {
    /// Reads `start:end`, or a single target as the end of a range that starts nowhere in particular.
    pub fn or_target(text: &str) -> Result<Self, TargetError> {
        if text.contains(':') { text.parse() } else { Ok(Self { start: None, end: Some(text.parse()?) }) }
    }
}

impl FromStr for Range {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((start, end)) if !end.contains(':') => {
                let side = |side: &str| (!side.is_empty()).then(|| side.parse()).transpose();
                Ok(Self { start: side(start)?, end: side(end)? })
            }
            _ => Err(TargetError::NotARange { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(start) = &self.start {
            write!(f, "{start}")?;
        }
        f.write_str(":")?;
        if let Some(end) = &self.end {
            write!(f, "{end}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_side_may_be_missing() {
        for text in ["a:b", ":", "a:", ":b", "-3:current", "lib@base:lib@head", "aaaa:+2", "team-1:head"] {
            assert_eq!(text.parse::<Range>().unwrap().to_string(), text);
        }
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<Range>().unwrap_err().to_string(), expected);
        };
        check("a", "`a` is not a range; write `start:end`, `start:` or `:end`");
        check("a:b:c", "`a:b:c` is not a range; write `start:end`, `start:` or `:end`");
        check(
            "a:-x",
            "`-x` is not a target: a relative target ends with `+` or `-` and a number, as in `+1`, `-2` or `ae10+3`",
        );
        assert_eq!(Range::or_target("head").unwrap().to_string(), ":head");
        assert_eq!(Range::or_target("a:b").unwrap().to_string(), "a:b");
    }
}

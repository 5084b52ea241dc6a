//! What a user types to name revisions, parsed without knowing any graph.
//!
//! ```text
//! target   := absolute | relative
//! absolute := [branch "@"] symbol
//! relative := [branch "@"] [symbol] ("+" | "-") number
//! symbol   := "head" | "heads" | "base" | "current" | name
//! ```
//!
//! A name is a full or partial revision id or branch label. `number` is written without leading zeros. The
//! grammar is anchored at both ends: what follows a complete target makes the whole malformed. Labels may hold
//! `-`, so `team-1` has two readings; the graph decides, and an exact label wins.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::id::is_name_character;

/// A target as typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// A place in the graph.
    Absolute {
        /// Only on this branch: a label, or any revision of the branch.
        branch: Option<String>,
        /// Where.
        symbol: Symbol,
    },
    /// Some steps away from a place in the graph, or from where the database is.
    Relative {
        /// Only on this branch: a label, or any revision of the branch.
        branch: Option<String>,
        /// Where to start; none stands for where the database is.
        from: Option<Symbol>,
        /// How far, and which way.
        offset: Offset,
    },
}

/// A place in the graph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// The only head.
    Head,
    /// All heads.
    Heads,
    /// Before the first revision.
    Base,
    /// Where the database is.
    Current,
    /// A full or partial id or label.
    Name(String),
}

/// A number of steps along `Revises`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Offset {
    /// Towards the heads.
    Up(u32),
    /// Towards the bases.
    Down(u32),
}

/// Why a text is no target, or no range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// There is no text.
    #[error("the target is empty; name a revision, a branch label, `head`, `heads` or `base`")]
    Empty,
    /// The text does not follow the grammar.
    #[error("`{text}` is not a target: {reason}")]
    Malformed {
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A range where a single place is wanted.
    #[error("`{text}` is a range, and only `history` and `--sql` take one; give a single target here")]
    RangeNotAllowed {
        /// The text as given.
        text: String,
    },
    /// A single place, or more than two, where a range is wanted.
    #[error("`{text}` is not a range; write `start:end`, `start:` or `:end`")]
    NotARange {
        /// The text as given.
        text: String,
    },
}

/// A [`Target`] is one already: this is for functions that take anything that can be a target.
impl From<std::convert::Infallible> for TargetError {
    fn from(never: std::convert::Infallible) -> TargetError {
        match never {}
    }
}

impl TryFrom<&str> for Target {
    type Error = TargetError;

    fn try_from(text: &str) -> Result<Target, TargetError> {
        text.parse()
    }
}

impl TryFrom<&String> for Target {
    type Error = TargetError;

    fn try_from(text: &String) -> Result<Target, TargetError> {
        text.parse()
    }
}

impl Target {
    /// All heads.
    pub const HEADS: Self = Self::Absolute { branch: None, symbol: Symbol::Heads };
    /// The only head.
    pub const HEAD: Self = Self::Absolute { branch: None, symbol: Symbol::Head };
    /// Before the first revision.
    pub const BASE: Self = Self::Absolute { branch: None, symbol: Symbol::Base };

    /// The branch that the target is limited to.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Absolute { branch, .. } | Self::Relative { branch, .. } => branch.as_deref(),
        }
    }

    /// The text after `@` when a label may be spelled like that: what a graph looks up as label first.
    pub(super) fn as_label(&self) -> Option<String> {
        match self {
            Self::Absolute { symbol: Symbol::Name(name), .. } => Some(name.clone()),
            Self::Relative { from: Some(from), offset: offset @ Offset::Down(_), .. } => {
                Some(format!("{from}{offset}"))
            }
            Self::Absolute { .. } | Self::Relative { .. } => None,
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed =
            |reason: &str| TargetError::Malformed { text: text.to_owned(), reason: reason.to_owned() };
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        if text.contains(':') {
            return Err(TargetError::RangeNotAllowed { text: text.to_owned() });
        }
        let (branch, place) = match text.split_once('@') {
            Some((branch, place)) => (Some(branch), place),
            None => (None, text),
        };
        if place.contains('@') {
            return Err(malformed("`@` separates one branch from one revision, and it stands there twice"));
        }
        if place.is_empty() {
            return Err(malformed(
                "after `@` there is no revision; `head` and `base` are the ends of a branch",
            ));
        }
        let branch = match branch {
            None => None,
            Some("") => return Err(malformed("before `@` there is no branch")),
            Some("head" | "heads" | "base" | "current") => {
                return Err(malformed(
                    "before `@` stands a branch label or a revision, and after it `head` or `base`",
                ));
            }
            Some(branch) => Some(name(branch).map_err(|reason| malformed(&reason))?),
        };
        if let Some((from, offset)) = split_offset(place) {
            let from = (!from.is_empty()).then(|| symbol(from)).transpose();
            let from = from.map_err(|reason| malformed(&reason))?;
            return Ok(Self::Relative { branch, from, offset });
        }
        if place.starts_with('-') || place.contains('+') {
            return Err(malformed(
                "a relative target ends with `+` or `-` and a number, as in `+1`, `-2` or `ae10+3`",
            ));
        }
        let symbol = symbol(place).map_err(|reason| malformed(&reason))?;
        Ok(Self::Absolute { branch, symbol })
    }
}

/// Splits `ae10-2` at its last sign. None when no plain number follows it.
fn split_offset(place: &str) -> Option<(&str, Offset)> {
    let sign = place.rfind(['+', '-'])?;
    let (from, digits) = (&place[..sign], &place[sign + 1..]);
    // A number that is not written like this is part of a label, such as `release-007`.
    if !digits.bytes().all(|b| b.is_ascii_digit()) || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    let steps = digits.parse().ok()?;
    Some((from, if place.as_bytes()[sign] == b'+' { Offset::Up(steps) } else { Offset::Down(steps) }))
}

fn symbol(text: &str) -> Result<Symbol, String> {
    Ok(match text {
        "head" => Symbol::Head,
        "heads" => Symbol::Heads,
        "base" => Symbol::Base,
        "current" => Symbol::Current,
        _ => Symbol::Name(name(text)?),
    })
}

fn name(text: &str) -> Result<String, String> {
    if text.starts_with('-') {
        return Err("a name must not start with `-`".to_owned());
    }
    match text.chars().find(|&character| !is_name_character(character)) {
        Some(character) => Err(format!("{character:?} is not allowed in the name of a revision or branch")),
        None => Ok(text.to_owned()),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(branch) = self.branch() {
            write!(f, "{branch}@")?;
        }
        match self {
            Self::Absolute { symbol, .. } => write!(f, "{symbol}"),
            Self::Relative { from: Some(from), offset, .. } => write!(f, "{from}{offset}"),
            Self::Relative { from: None, offset, .. } => write!(f, "{offset}"),
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "head",
            Self::Heads => "heads",
            Self::Base => "base",
            Self::Current => "current",
            Self::Name(name) => name,
        })
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up(steps) => write!(f, "+{steps}"),
            Self::Down(steps) => write!(f, "-{steps}"),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absolute(branch: Option<&str>, symbol: Symbol) -> Target {
        Target::Absolute { branch: branch.map(str::to_owned), symbol }
    }

    fn relative(branch: Option<&str>, from: Option<Symbol>, offset: Offset) -> Target {
        Target::Relative { branch: branch.map(str::to_owned), from, offset }
    }

    fn named(name: &str) -> Symbol {
        Symbol::Name(name.to_owned())
    }

    #[test]
    fn every_form_parses_and_prints_back() {
        let check = |text: &str, expected: Target| {
            assert_eq!(text.parse(), Ok(expected), "{text}");
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        };
        check("head", Target::HEAD);
        check("heads", Target::HEADS);
        check("base", Target::BASE);
        check("current", absolute(None, Symbol::Current));
        check("ae10", absolute(None, named("ae10")));
        check("lib@head", absolute(Some("lib"), Symbol::Head));
        check("lib@base", absolute(Some("lib"), Symbol::Base));
        check("ae10@27c6", absolute(Some("ae10"), named("27c6")));
        check("+1", relative(None, None, Offset::Up(1)));
        check("-12", relative(None, None, Offset::Down(12)));
        check("+0", relative(None, None, Offset::Up(0)));
        check("ae10+2", relative(None, Some(named("ae10")), Offset::Up(2)));
        check("head-1", relative(None, Some(Symbol::Head), Offset::Down(1)));
        check("base+3", relative(None, Some(Symbol::Base), Offset::Up(3)));
        check("lib@+1", relative(Some("lib"), None, Offset::Up(1)));
        check("lib@head-1", relative(Some("lib"), Some(Symbol::Head), Offset::Down(1)));
        check("team-1@head", absolute(Some("team-1"), Symbol::Head));
        check("team-1@-1", relative(Some("team-1"), None, Offset::Down(1)));
        check("team-1", relative(None, Some(named("team")), Offset::Down(1)));
        check("team-1-2", relative(None, Some(named("team-1")), Offset::Down(2)));
        check("team-x", absolute(None, named("team-x")));
        check("release-007", absolute(None, named("release-007")));
        check("db-20261121120000", absolute(None, named("db-20261121120000")));
    }

    #[test]
    fn what_does_not_follow_the_grammar_says_why() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<Target>().unwrap_err().to_string(), expected, "{text}");
        };
        let form = "a relative target ends with `+` or `-` and a number, as in `+1`, `-2` or `ae10+3`";
        check("", "the target is empty; name a revision, a branch label, `head`, `heads` or `base`");
        for text in ["-1garbage", "+", "-", "rev+", "rev+x", "+-1x", "aaaa+1,foo", "-99999999999", "+007"] {
            check(text, &format!("`{text}` is not a target: {form}"));
        }
        check("--1", "`--1` is not a target: a name must not start with `-`");
        check("a b", "`a b` is not a target: ' ' is not allowed in the name of a revision or branch");
        check("a,b", "`a,b` is not a target: ',' is not allowed in the name of a revision or branch");
        check("@head", "`@head` is not a target: before `@` there is no branch");
        check(
            "lib@",
            "`lib@` is not a target: after `@` there is no revision; `head` and `base` are the ends of a branch",
        );
        check(
            "a@b@c",
            "`a@b@c` is not a target: `@` separates one branch from one revision, and it stands there twice",
        );
        check(
            "head@lib",
            "`head@lib` is not a target: before `@` stands a branch label or a revision, and after it `head` or `base`",
        );
        check("a:b", "`a:b` is a range, and only `history` and `--sql` take one; give a single target here");
    }
}

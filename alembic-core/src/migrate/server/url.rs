//! A database URL, parsed into the options of its driver. Never shows a part of a URL that may be a password.
//!
//! Each driver's URL has a closed list of parameters. One that is not on it is an error: a driver would ignore it, and
//! connect to another schema, or without TLS.

#[cfg(feature = "postgres")]
mod environment;
#[cfg(feature = "mysql")]
pub(super) mod mysql;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod parts;
#[cfg(feature = "postgres")]
pub(super) mod postgresql;
#[cfg(feature = "sqlite")]
pub(super) mod sqlite;

use std::borrow::Cow;

use sqlx_core::percent_encoding::percent_decode_str;

use crate::dialect::DatabaseMessage;
use crate::revision::nearest;

/// A mistake in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UrlMistake {
    pub(crate) reason: String,
    /// The edit that fixes it, if that is not the usual one.
    pub(crate) help: Option<String>,
}

impl UrlMistake {
    fn new(reason: impl Into<String>) -> UrlMistake {
        UrlMistake { reason: reason.into(), help: None }
    }

    fn with_help(reason: impl Into<String>, help: impl Into<String>) -> UrlMistake {
        UrlMistake { reason: reason.into(), help: Some(help.into()) }
    }

    /// A mistake that the driver has found in the value of a parameter.
    fn of_driver(error: &sqlx::Error) -> UrlMistake {
        UrlMistake::new(DatabaseMessage::of(error).message)
    }
}

/// The parameters of a URL, in their order, decoded.
type Parameters = Vec<(String, String)>;

/// Reads `a=1&b=2`.
fn parameters(query: &str) -> Result<Parameters, UrlMistake> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        // As in forms, and in the drivers.
        Ok((decode(&key.replace('+', " "))?.into_owned(), decode(&value.replace('+', " "))?.into_owned()))
    });
    let all: Parameters = pairs.collect::<Result<_, _>>()?;
    // `sslmode` is `ssl-mode`, and one of them would be ignored.
    let plain = |key: &str| key.replace(['-', '_'], "");
    let twice = |(index, (key, _)): &(usize, &(String, String))| {
        all[..*index].iter().any(|(other, _)| plain(other) == plain(key))
    };
    if let Some((_, (key, _))) = all.iter().enumerate().find(twice) {
        let name =
            if may_be_shown(key, &all) { format!("the parameter `{key}`") } else { "a parameter".to_owned() };
        return Err(UrlMistake::with_help(format!("it has {name} twice"), "leave one of them out"));
    }
    Ok(all)
}

/// Whether a name is one: behind a password that is a parameter itself, the rest of it looks like another parameter.
fn may_be_shown(key: &str, all: &Parameters) -> bool {
    key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.[]".contains(letter))
        && all.iter().all(|(name, _)| name != "password")
}

fn decode(text: &str) -> Result<Cow<'_, str>, UrlMistake> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map_err(|_| UrlMistake::new("a percent-encoded part of it is not UTF-8"))
}

/// The parameters of one driver.
struct Known {
    /// Those that work.
    works: &'static [&'static str],
    /// Those of other clients that do not work here, and the words for what to do instead.
    elsewhere: &'static [(&'static str, &'static str)],
}

impl Known {
    /// The mistake of a parameter that does not work.
    fn mistake(&self, key: &str, all: &Parameters) -> UrlMistake {
        if let Some((_, help)) = self.elsewhere.iter().find(|(name, _)| *name == key) {
            return UrlMistake::with_help(format!("the parameter `{key}` is not supported"), *help);
        }
        let known = || self.works.iter().chain(self.elsewhere.iter().map(|(name, _)| name)).copied();
        let is_safe = may_be_shown(key, all);
        let reason = match is_safe {
            true => format!("it has the unknown parameter `{key}`"),
            false => "it has an unknown parameter".to_owned(),
        };
        let near = nearest(key, known()).into_iter().next().filter(|_| is_safe);
        UrlMistake::with_help(
            reason,
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the parameters are {}", self.works.join(", ")),
            },
        )
    }
}

/// Reads the seconds of `connect_timeout`. Zero means no limit. A negative number, no limit in libpq, is refused as a mistake.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn seconds(value: &str) -> Result<std::time::Duration, UrlMistake> {
    let seconds = value.trim().parse();
    let seconds =
        seconds.map_err(|_| UrlMistake::new("`connect_timeout` is not a whole number of seconds"))?;
    Ok(std::time::Duration::from_secs(seconds))
}

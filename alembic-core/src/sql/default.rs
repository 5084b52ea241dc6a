//! Defaults of columns: spellings that mean the same.

use super::quote::string;
use super::{Dialect, TokenKind, tokens, unquote};

/// Writes a quoted name as a string. A default cannot be a name: SQLite takes one for a string (sqlite.org/quirks.html,
/// section 8).
pub(crate) fn string_of_quotes(default: &mut String) {
    let found: Vec<_> = tokens(default, Dialect::Sqlite).take(2).collect();
    if let [only] = found.as_slice()
        && only.kind == TokenKind::QuotedIdentifier
        && let Some(text) = unquote(only.text(default))
    {
        *default = string(&text);
    }
}

/// Writes a number without its quotes and cast. The default of a number is the same whatever type PostgreSQL has read it
/// as: it shows `1e3` as `'1000'::numeric`, and `-1` as `'-1'::integer`.
pub(crate) fn number_without_quotes(default: &mut String) {
    let Some((number, after)) = default.strip_prefix('\'').and_then(|rest| rest.split_once('\'')) else {
        return;
    };
    let is_cast = |letter: char| letter.is_alphanumeric() || "_:(, )".contains(letter);
    if after.chars().all(is_cast) && number.parse::<f64>().is_ok_and(f64::is_finite) {
        *default = number.to_owned();
    }
}

//! SQLite, where a column has no more than an affinity, by which a stored value may change.

use super::Conversion;
use crate::dialect::sqlite::definition::{Affinity, affinity};

/// The digits that SQLite promises to keep of a text that becomes a number, and of a number that becomes text.
const DIGITS: usize = 15;

pub(super) fn conversion(name: &str, before: &str, after: &str, strict: bool) -> Conversion {
    let (old, new) = (affinity(before, strict), affinity(after, strict));
    let is_text = |affinity: Affinity| affinity == Affinity::Text;
    if old == new || (new == Affinity::Blob && !strict) {
        return Conversion::total();
    }
    match new {
        Affinity::Blob => Conversion::partial(),
        Affinity::Text if old == Affinity::Integer => Conversion::total(),
        Affinity::Text => Conversion::partial()
            .check(format!("typeof({name}) <> 'real' OR CAST(CAST({name} AS TEXT) AS REAL) = {name}")),
        Affinity::Real if !is_text(old) => Conversion::partial().check(format!(
            "typeof({name}) <> 'integer' OR {name} BETWEEN -9007199254740992 AND 9007199254740992"
        )),
        Affinity::Real => Conversion::partial().check(text_as_number(name, "REAL")),
        Affinity::Integer | Affinity::Numeric if is_text(old) || old == Affinity::Blob => {
            Conversion::partial().check(text_as_number(name, "NUMERIC"))
        }
        // A number with digits after the point stays what it is, but in a strict table.
        Affinity::Integer | Affinity::Numeric => Conversion::total_if(!strict && old == Affinity::Integer),
    }
}

/// SQLite reads a text that has more digits than a number keeps as another number. What is not a number stays text.
fn text_as_number(name: &str, number: &str) -> String {
    format!(
        "typeof({name}) <> 'text' OR (length({name}) <= {DIGITS} AND {name} NOT LIKE '%e%') \
         OR {name} GLOB '*[^0-9.eE+ -]*' OR CAST(CAST({name} AS {number}) AS TEXT) = {name}"
    )
}

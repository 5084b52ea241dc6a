//! MySQL and MariaDB, which convert between nearly all types, and in strict mode refuse what is out of range or too long. They
//! round and cut without an error, and take the place of an enum's value for its number.

use std::collections::HashSet;

use super::Conversion;
use super::spelling::{Spelling, has_digits};
use crate::sql::{Dialect, TokenKind, tokens};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// The bits of the largest value, and whether there are negative ones.
    Integer(u32, bool),
    Decimal,
    Float,
    Double,
    Text,
    /// A text that is filled up with spaces.
    Char,
    Bytes,
    /// Bytes that are filled up with zeros.
    Binary,
    Date,
    DateTime,
    Time,
    Enum,
    Set,
    Json,
    Other,
}

fn family(own: &Spelling) -> Family {
    let mut words = own.name.split(' ');
    let first = words.next().unwrap_or_default();
    let unsigned = words.any(|word| word == "unsigned");
    let integer = |bits: u32| Family::Integer(if unsigned { bits } else { bits - 1 }, !unsigned);
    match first {
        "tinyint" | "bool" | "boolean" => integer(8),
        "smallint" => integer(16),
        "mediumint" => integer(24),
        "int" | "integer" => integer(32),
        "bigint" => integer(64),
        "year" => Family::Integer(12, false),
        "decimal" | "numeric" | "dec" | "fixed" => Family::Decimal,
        "float" => Family::Float,
        "double" | "real" => Family::Double,
        "char" => Family::Char,
        "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Family::Text,
        "binary" => Family::Binary,
        "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Family::Bytes,
        "date" => Family::Date,
        "datetime" | "timestamp" => Family::DateTime,
        "time" => Family::Time,
        "enum" => Family::Enum,
        "set" => Family::Set,
        "json" => Family::Json,
        _ => Family::Other,
    }
}

/// Whether an enum or a set has all the values of another one.
fn has_all_values(before: &Spelling, after: &Spelling) -> bool {
    let values = |own: &'_ Spelling| -> HashSet<String> {
        let strings = tokens(&own.listed, Dialect::Mysql).filter(|token| token.kind == TokenKind::String);
        strings.map(|token| token.text(&own.listed).to_owned()).collect()
    };
    values(before).is_subset(&values(after))
}

/// How many characters or bytes a type holds.
fn capacity(own: &Spelling) -> u64 {
    match own.name.split(' ').next().unwrap_or_default() {
        "tinytext" | "tinyblob" => 255,
        "text" | "blob" => 65_535,
        "mediumtext" | "mediumblob" => 16_777_215,
        "longtext" | "longblob" | "json" => u64::from(u32::MAX),
        _ => own.first().unwrap_or(1).into(),
    }
}

fn digits(own: &Spelling) -> Option<(u32, u32)> {
    Some(own.digits().unwrap_or((10, 0)))
}

/// The digits after the second.
fn fraction(own: &Spelling) -> u32 {
    own.first().unwrap_or(0)
}

pub(super) fn conversion(name: &str, [before, after]: [Spelling; 2]) -> Option<Conversion> {
    use Family::{
        Binary, Bytes, Char, Date, DateTime, Decimal, Double, Enum, Float, Integer, Json, Other, Set, Text,
        Time,
    };
    let (old, new) = (family(&before), family(&after));
    let partial = Conversion::partial;
    // A number of two digits is taken for a year of this century or the last one, and bits have no digits.
    let is_year = after.name == "year" && before.name != "year";
    let is_bit = |own: &Spelling| own.name == "bit";
    if is_year || is_bit(&before) != is_bit(&after) {
        return None;
    }
    Some(match (old, new) {
        (Integer(old, signed), Integer(new, to_signed)) => {
            Conversion::total_if(old <= new && (to_signed || !signed))
        }
        (Integer(bits, _), Decimal) => {
            let (digits, scale) = digits(&after)?;
            Conversion::total_if(bits * 30_103 / 100_000 < digits.saturating_sub(scale))
        }
        (Integer(bits, _), Double) => Conversion::total_if(bits <= 53)
            .check_if(bits > 53, format!("{name} BETWEEN -9007199254740992 AND 9007199254740992")),
        (Integer(bits, _), Float) => Conversion::total_if(bits <= 24)
            .check_if(bits > 24, format!("{name} BETWEEN -16777216 AND 16777216")),
        (Decimal | Float | Double, Integer(..)) => partial().check(format!("{name} = ROUND({name})")),
        (Decimal, Decimal) => decimals(name, &before, &after),
        (Decimal, Float) => {
            partial().check(format!("({}) AND ({})", has_few_digits(name, 15), is_short_float(name)))
        }
        (Decimal, Double) => {
            let fits = before.digits().is_some_and(|(digits, _)| digits <= 15);
            Conversion::total_if(fits).check_if(!fits, has_few_digits(name, 15))
        }
        (Float | Double, Decimal) => {
            let (digits, scale) = digits(&after)?;
            let back = if old == Float { "FLOAT" } else { "DOUBLE" };
            partial().check(format!("CAST(CAST({name} AS DECIMAL({digits}, {scale})) AS {back}) = {name}"))
        }
        (Float, Double) | (Float, Float) | (Double, Double) => Conversion::total(),
        (Double, Float) => partial().check(is_short_float(name)),
        (Float, Text | Char | Json) => {
            partial().check(format!("CAST(CAST({name} AS CHAR) AS FLOAT) = {name}"))
        }
        (Integer(..) | Decimal | Double | Date | DateTime | Time | Enum | Set | Json, Text | Char | Json) => {
            Conversion::total_if(new == Text && capacity(&after) >= 65_535)
        }
        (Text | Char | Json, _) => text(name, &before, (new, &after))?,
        (Bytes | Binary, Text | Char) => partial(),
        (Bytes | Binary, Bytes) => Conversion::total_if(capacity(&before) <= capacity(&after)),
        (Bytes | Binary, Binary) => filled(name, &before, &after),
        (Date, Date) => Conversion::total(),
        (Date, DateTime) => Conversion::total_if(after.name.starts_with("datetime")),
        (DateTime, Date) => partial().check(format!("{name} = DATE({name})")),
        (DateTime, DateTime) | (Time, Time) => {
            let fits = fraction(&before) <= fraction(&after);
            let is_total =
                fits && !(after.name.starts_with("timestamp") && before.name.starts_with("datetime"));
            Conversion::total_if(is_total).check_if(!fits, has_fraction(name, fraction(&after)))
        }
        (Enum, Enum) | (Set, Set) => Conversion::total_if(has_all_values(&before, &after)),
        (Other, Other) if before.name == after.name => partial(),
        (Other, Text | Char) => partial(),
        _ => return None,
    })
}

fn decimals(name: &str, before: &Spelling, after: &Spelling) -> Conversion {
    let (old, new) = (digits(before), digits(after));
    let (old_scale, new_scale) = (old.map_or(0, |own| own.1), new.map_or(0, |own| own.1));
    Conversion::total_if(has_digits(old, new))
        .check_if(new_scale < old_scale, format!("{name} = ROUND({name}, {new_scale})"))
}

/// Of what a text says.
fn text(name: &str, before: &Spelling, (new, after): (Family, &Spelling)) -> Option<Conversion> {
    let partial = Conversion::partial;
    Some(match new {
        Family::Text => Conversion::total_if(capacity(before) <= capacity(after)),
        Family::Char => {
            let is_filled = before.name == "char";
            let fits = is_filled && capacity(before) <= capacity(after);
            Conversion::total_if(fits).check_if(!is_filled, format!("{name} NOT LIKE '% '"))
        }
        Family::Json => Conversion::total_if(before.name == "json"),
        Family::Bytes => partial(),
        Family::Binary => filled(name, before, after),
        Family::Integer(..) => partial().check(format!("{name} REGEXP '^[-+]?[0-9]+$'")),
        Family::Decimal => {
            let (digits, scale) = digits(after)?;
            partial().check(format!(
                "CAST({name} AS DECIMAL(65, 30)) = CAST({name} AS DECIMAL({digits}, {scale}))"
            ))
        }
        Family::Float => partial().check(format!("CHAR_LENGTH({name}) <= 6 AND {name} NOT LIKE '%e%'")),
        Family::Double => partial().check(format!(
            "(CHAR_LENGTH({name}) <= 15 AND {name} NOT LIKE '%e%') OR CAST(CAST({name} AS DOUBLE) AS CHAR) = {name}"
        )),
        Family::Date | Family::DateTime | Family::Time => time(name, new, after),
        // A text that is a number is taken for the place of a value.
        Family::Enum => partial().check(format!("{name} IN ({})", after.listed)),
        Family::Set => partial().check(format!("{name} NOT REGEXP '^[0-9]+$'")),
        Family::Other => partial(),
    })
}

/// Of a text that begins as the time is written, which has all of it.
fn time(name: &str, new: Family, after: &Spelling) -> Conversion {
    let (whole, kind) = match new {
        Family::Date => ("DATETIME(6)", "DATE".to_owned()),
        Family::Time => ("TIME(6)", format!("TIME({})", fraction(after))),
        _ => ("DATETIME(6)", format!("DATETIME({})", fraction(after))),
    };
    Conversion::partial().check(format!(
        "CAST(CAST({name} AS {whole}) AS CHAR) LIKE CONCAT({name}, '%') AND CAST({name} AS {whole}) = CAST({name} AS {kind})"
    ))
}

fn filled(name: &str, before: &Spelling, after: &Spelling) -> Conversion {
    let length = capacity(after);
    let same = before.name == "binary" && capacity(before) == length;
    Conversion::total_if(same).check_if(!same, format!("OCTET_LENGTH({name}) = {length}"))
}

fn has_fraction(name: &str, digits: u32) -> String {
    format!("MICROSECOND({name}) % {} = 0", 10_u32.pow(6_u32.saturating_sub(digits)))
}

/// Whether a number has at most so many digits, from the first one that is not zero.
fn has_few_digits(name: &str, digits: u32) -> String {
    format!("{name} = 0 OR {name} = ROUND({name}, {} - FLOOR(LOG10(ABS({name}))))", digits - 1)
}

/// Whether a number is one of 24 bits. The server compares a number with a `FLOAT` as if both had all bits.
fn is_short_float(name: &str) -> String {
    let scaled = format!("{name} / POW(2, FLOOR(LOG2(ABS({name}))) - 23)");
    format!("{name} = 0 OR (ABS({name}) >= 1.2e-38 AND {scaled} = ROUND({scaled}))")
}

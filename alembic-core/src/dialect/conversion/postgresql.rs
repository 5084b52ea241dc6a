//! PostgreSQL, which has casts (`pg_cast`), converts by itself where a cast is for assignments, and to and from text by the
//! input and output functions of each type.

use super::spelling::{Spelling, has_digits};
use super::{Conversion, Side};
use crate::schema::{Cast, Type};

/// What is known of a type.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// As it is written in casts.
    words: String,
    kind: Kind,
    spelling: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The bits of the largest value.
    Integer(u32),
    /// The bits of a number without its exponent.
    Float(u32),
    Numeric,
    Money,
    Boolean,
    /// `"char"`: a byte.
    Byte,
    Text,
    /// `character`: trailing spaces do not count.
    Padded,
    /// `name`: 63 bytes.
    Name,
    Bytes,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Inet,
    Cidr,
    Bit,
    VarBit,
    Point,
    Box,
    Circle,
    Path,
    Polygon,
    Enum,
    Other,
}

impl Known {
    pub(super) fn of(side: Side<'_>) -> Known {
        let mut spelling = Spelling::read(side.words);
        let is_enum = match side.type_ {
            Type::Array(element) => matches!(**element, Type::Enum(_)),
            type_ => matches!(type_, Type::Enum(_)),
        };
        let kind = if is_enum { Kind::Enum } else { kind(&spelling.name) };
        if matches!(spelling.name.as_str(), "character" | "char" | "bit") && spelling.arguments.is_empty() {
            spelling.arguments.push(1);
        }
        Known { words: side.words.to_owned(), kind, spelling }
    }

    fn element(&self) -> Known {
        let words = self.words.trim_end_matches("[]").to_owned();
        let spelling = Spelling { is_array: false, ..self.spelling.clone() };
        Known { words, kind: self.kind, spelling }
    }

    /// The type as [`Cast`] names it: without lengths and digits.
    fn plain(&self) -> String {
        let Known { spelling, .. } = self;
        format!("{}{}", spelling.name, if spelling.is_array { "[]" } else { "" })
    }

    /// The type, or that of the elements, if nothing is known of it.
    #[cfg(feature = "postgres")]
    pub(super) fn unknown(&self) -> Option<String> {
        (self.kind == Kind::Other).then(|| self.spelling.name.clone())
    }

    fn length(&self) -> Option<u32> {
        self.spelling.first()
    }

    /// The digits after the second.
    fn fraction(&self) -> u32 {
        self.length().unwrap_or(6)
    }

    /// Whether it is an interval of some fields only.
    fn has_fields(&self) -> bool {
        self.kind == Kind::Interval && self.spelling.name != "interval"
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "smallint" | "int2" => Kind::Integer(15),
        "integer" | "int" | "int4" => Kind::Integer(31),
        "bigint" | "int8" => Kind::Integer(63),
        "real" | "float4" => Kind::Float(24),
        "double precision" | "float8" | "float" => Kind::Float(53),
        "numeric" | "decimal" => Kind::Numeric,
        "money" => Kind::Money,
        "boolean" | "bool" => Kind::Boolean,
        "\"char\"" => Kind::Byte,
        "text" | "character varying" | "varchar" | "citext" => Kind::Text,
        "character" | "char" | "bpchar" => Kind::Padded,
        "name" => Kind::Name,
        "bytea" => Kind::Bytes,
        "date" => Kind::Date,
        "time" | "time without time zone" => Kind::Time,
        "timetz" | "time with time zone" => Kind::TimeTz,
        "timestamp" | "timestamp without time zone" => Kind::Timestamp,
        "timestamptz" | "timestamp with time zone" => Kind::TimestampTz,
        "uuid" => Kind::Uuid,
        "json" => Kind::Json,
        "jsonb" => Kind::Jsonb,
        "inet" => Kind::Inet,
        "cidr" => Kind::Cidr,
        "bit" => Kind::Bit,
        "bit varying" | "varbit" => Kind::VarBit,
        "point" => Kind::Point,
        "box" => Kind::Box,
        "circle" => Kind::Circle,
        "path" => Kind::Path,
        "polygon" => Kind::Polygon,
        name if name == "interval" || name.starts_with("interval ") => Kind::Interval,
        _ => Kind::Other,
    }
}

/// One of the names of a type, without the fields of an interval.
pub(super) fn short_name(name: &str) -> &str {
    match name {
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        "character varying" => "varchar",
        "character" | "char" => "bpchar",
        "bit varying" => "varbit",
        "numeric" => "decimal",
        name if name.starts_with("interval ") => "interval",
        name => name,
    }
}

pub(super) fn conversion(name: &str, before: &Known, after: &Known, casts: &[Cast]) -> Option<Conversion> {
    let (old, new) = (before.kind, after.kind);
    let cast = |to: &Known| Conversion::partial().using(format!("{name}::{}", to.words));
    match (before.spelling.is_array, after.spelling.is_array) {
        (true, true) => return arrays(name, before, after, casts),
        (true, false) if matches!(new, Kind::Text | Kind::Padded) => {
            return Some(Conversion::total_if(unlimited(after)));
        }
        (true, false) => return json(name, after).or_else(|| asked(name, before, after, casts)),
        (false, true) if is_text(old) => return Some(cast(after)),
        (false, true) => return asked(name, before, after, casts),
        (false, false) => {}
    }
    if is_text(old) && is_text(new) {
        return Some(texts(name, before, after));
    }
    numbers(name, before, after)
        .or_else(|| times(name, before, after))
        .or_else(|| others(name, before, after))
        .or_else(|| is_text(old).then(|| of_text(name, after)))
        .or_else(|| {
            json(name, after)
                .filter(|_| !matches!(old, Kind::Other | Kind::Bytes | Kind::Byte | Kind::Bit | Kind::VarBit))
        })
        // Each type has an output function, and PostgreSQL uses it.
        .or_else(|| {
            matches!(new, Kind::Text | Kind::Padded)
                .then(|| Conversion::total_if(unlimited(after) && old != Kind::Other))
        })
        .or_else(|| asked(name, before, after, casts))
}

fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Padded | Kind::Name)
}

fn unlimited(known: &Known) -> bool {
    known.kind == Kind::Text && known.length().is_none()
}

/// An array is converted as its elements are, where that is a cast.
fn arrays(name: &str, before: &Known, after: &Known, casts: &[Cast]) -> Option<Conversion> {
    const ELEMENT: &str = "x";
    let found = conversion(ELEMENT, &before.element(), &after.element(), casts)?;
    let cast = format!("{name}::{}", after.words);
    let using = match found.using {
        None => None,
        Some(using) if using == format!("{ELEMENT}::{}", after.element().words) => Some(cast.clone()),
        Some(using) if using == format!("{ELEMENT}::text::{}", after.element().words) => {
            Some(format!("{name}::text[]::{}", after.words))
        }
        Some(_) => return None,
    };
    let check = found.check.map(|_| format!("{cast}::{} = {name}", before.words));
    Some(Conversion { using, check, is_total: found.is_total })
}

fn texts(name: &str, before: &Known, after: &Known) -> Conversion {
    let (old, new) = (before.length(), after.length());
    let limit = match after.kind {
        Kind::Name => return Conversion::partial().check(format!("octet_length({name}) <= 63")),
        _ => new.filter(|new| old.is_none_or(|old| old > *new)),
    };
    // Cutting spaces is no error.
    let length = limit.map(|limit| format!("length({name}) <= {limit}"));
    let spaces =
        (after.kind == Kind::Padded && before.kind != Kind::Padded).then(|| format!("{name} NOT LIKE '% '"));
    match (length, spaces) {
        (None, None) => Conversion::total(),
        (Some(one), None) | (None, Some(one)) => Conversion::partial().check(one),
        (Some(one), Some(other)) => Conversion::partial().check(format!("{one} AND {other}")),
    }
}

fn numbers(name: &str, before: &Known, after: &Known) -> Option<Conversion> {
    use Kind::{Bit, Boolean, Byte, Float, Integer, Jsonb, Money, Numeric};
    let (old, new) = (&before.words, &after.words);
    let partial = Conversion::partial;
    let round_trip = |using: String| format!("{using}::{new}::{old} = {name}");
    let scaled = after.spelling.digits();
    Some(match (before.kind, after.kind) {
        (Integer(old), Integer(new)) => Conversion::total_if(old <= new),
        (Integer(bits), Float(new)) => {
            Conversion::total_if(bits < new).check_if(bits > new, round_trip(name.into()))
        }
        (Integer(bits), Numeric) => {
            let digits = (bits * 30_103 / 100_000 + 1, 0);
            Conversion::total_if(has_digits(Some(digits), scaled))
        }
        (Numeric, Integer(_)) | (Float(_), Integer(_)) => partial().check(format!("{name}::{new} = {name}")),
        (Numeric, Numeric) => {
            let has_all =
                scaled.is_none_or(|(_, scale)| before.spelling.digits().is_some_and(|own| own.1 <= scale));
            Conversion::total_if(has_digits(before.spelling.digits(), scaled))
                .check_if(!has_all, format!("{name}::{new} = {name}"))
        }
        (Numeric, Float(_)) => partial().check(round_trip(name.into())),
        (Float(old), Float(new)) => {
            Conversion::total_if(old <= new).check_if(old > new, format!("{name}::{} = {name}", after.words))
        }
        // By its text, because the cast keeps 15 digits only.
        (Float(_), Numeric) => {
            let using = format!("{name}::text::{new}");
            let check = format!("{using}::{old} = {name}");
            partial().using(using).check_if(scaled.is_some(), check)
        }
        (Boolean, Integer(_) | Numeric | Float(_)) => Conversion::total().using(format!("{name}::integer")),
        (Boolean, Byte) => Conversion::total().using(format!("{name}::integer::\"char\"")),
        (Integer(_) | Numeric | Float(_), Boolean) => {
            partial().using(format!("{name} <> 0")).check(format!("{name} IN (0, 1)"))
        }
        // What a model has as `i8`.
        (Byte, Integer(_) | Numeric | Float(_)) => Conversion::total().using(format!("{name}::integer")),
        (Byte, Boolean) => {
            partial().using(format!("{name}::integer <> 0")).check(format!("{name}::integer IN (0, 1)"))
        }
        (Integer(31), Byte) => partial().using(format!("{name}::\"char\"")),
        (Integer(_), Byte) => partial().using(format!("{name}::integer::\"char\"")),
        (Numeric | Float(_), Byte) => {
            partial().using(format!("{name}::integer::\"char\"")).check(format!("{name}::integer = {name}"))
        }
        (Integer(31 | 63), Bit) => partial().using(format!("{name}::{new}")).check(round_trip(name.into())),
        (Bit, Integer(31 | 63)) => partial().using(format!("{name}::{new}")),
        (Integer(31 | 63), Money) => partial(),
        (Numeric, Money) => partial().check(round_trip(name.into())),
        (Integer(_) | Float(_), Money) => {
            let using = format!("{name}::numeric::money");
            partial().using(&using).check(format!("{using}::numeric::{old} = {name}"))
        }
        (Money, Numeric) => partial().check_if(
            scaled.is_some_and(|(_, scale)| scale < 2),
            format!("{name}::numeric::{new} = {name}::numeric"),
        ),
        (Money, Integer(_) | Float(_)) => partial()
            .using(format!("{name}::numeric"))
            .check(format!("{name}::numeric::{new}::numeric = {name}::numeric")),
        (Jsonb, Boolean) => partial().using(format!("{name}::{new}")),
        (Jsonb, Integer(_) | Numeric | Float(_)) => partial()
            .using(format!("{name}::{new}"))
            .check(format!("{name}::{new}::numeric = {name}::numeric")),
        _ => return None,
    })
}

fn times(name: &str, before: &Known, after: &Known) -> Option<Conversion> {
    use Kind::{Date, Interval, Time, TimeTz, Timestamp, TimestampTz};
    let new = &after.words;
    let partial = Conversion::partial;
    let is_cut =
        after.fraction() < before.fraction() || (after.has_fields() && before.spelling != after.spelling);
    Some(match (before.kind, after.kind) {
        (Date, Date | Timestamp | TimestampTz) => Conversion::total(),
        (Timestamp | TimestampTz, Date) => partial().check(format!("{name}::date = {name}")),
        (Timestamp | TimestampTz, Timestamp | TimestampTz)
        | (Time, Time)
        | (TimeTz, TimeTz)
        | (Interval, Interval) => {
            Conversion::total_if(!is_cut).check_if(is_cut, format!("{name}::{new} = {name}"))
        }
        (Time, Interval | TimeTz) => {
            Conversion::total_if(!is_cut).check_if(is_cut, format!("{name}::{new}::time = {name}"))
        }
        (Interval, Time) => partial().check(format!("{name}::{new}::interval = {name}")),
        (TimeTz, Time) => partial().check(format!("{name}::{new}::timetz = {name}")),
        _ => return None,
    })
}

fn others(name: &str, before: &Known, after: &Known) -> Option<Conversion> {
    use Kind::{
        Bit, Box, Byte, Bytes, Cidr, Circle, Enum, Inet, Json, Jsonb, Name, Padded, Path, Point, Polygon,
        Text, Uuid, VarBit,
    };
    let new = &after.words;
    let partial = Conversion::partial;
    let cast = || partial().using(format!("{name}::{new}"));
    Some(match (before.kind, after.kind) {
        (Text | Padded, Bytes) => Conversion::total().using(format!("convert_to({name}, 'UTF8')")),
        (Bytes, Text | Padded) => partial().using(format!("convert_from({name}, 'UTF8')")),
        (Bytes, Bytes) | (Uuid, Uuid) | (Cidr, Inet) | (Bit, VarBit) | (Jsonb, Json) => {
            Conversion::total_if(after.kind != VarBit || after.length() >= before.length())
        }
        (Json, Jsonb) | (Bit | VarBit, Bit | VarBit) => partial(),
        (Json, Kind::Boolean | Kind::Integer(_) | Kind::Numeric | Kind::Float(_)) => {
            let found = numbers(&format!("{name}::jsonb"), &Known { kind: Jsonb, ..before.clone() }, after)?;
            return Some(found);
        }
        (Text | Padded | Name, Byte) => cast().check(format!("{name}::\"char\"::text = {name}")),
        (Inet, Cidr) => partial().check(format!("{name}::cidr::inet = {name}")),
        (Uuid, Bytes) => Conversion::total().using(format!("uuid_send({name})")),
        (Bytes, Uuid) => partial().using(format!("encode({name}, 'hex')::uuid")),
        (Point, Box) | (Box, Polygon) | (Polygon, Path) => Conversion::total(),
        (Path, Polygon) => partial(),
        (Box, Point) => cast().check(format!("{name}::point::box ~= {name}")),
        (Circle, Point) => cast().check(format!("radius({name}) = 0")),
        (Polygon, Box) => cast().check(format!("{name}::box::polygon ~= {name}")),
        // These lose what they are about.
        (Box | Circle | Path | Polygon, Point | Box | Circle | Path | Polygon) => return None,
        (Enum, Enum) => partial().using(format!("{name}::text::{new}")),
        _ => return None,
    })
}

/// The input function of a type reads a text. It forgives more than it should.
fn of_text(name: &str, after: &Known) -> Conversion {
    let new = &after.words;
    let cast = format!("{name}::{new}");
    let found = Conversion::partial().using(&cast);
    match after.kind {
        Kind::Numeric => found.check_if(after.length().is_some(), format!("{cast} = {name}::numeric")),
        Kind::Float(_) => found.check(format!("{cast}::text::numeric = {name}::numeric")),
        Kind::Money | Kind::Cidr | Kind::TimeTz => found.check(format!("{cast}::text = {name}")),
        // It skips the time zone and, for a date, the time.
        Kind::Date | Kind::Timestamp => found.check(format!("{cast} = {name}::timestamptz::timestamp")),
        Kind::TimestampTz => {
            found.check_if(after.length().is_some(), format!("{cast} = {name}::timestamptz"))
        }
        // A number alone is one of seconds.
        Kind::Interval => found.check(format!("{cast} = {name}::interval AND {name} !~ '^[-+.0-9 ]+$'")),
        Kind::Time => found.check(format!("{cast}::interval = {name}::interval")),
        Kind::Bit => found.check(format!("length({name}) = {}", after.length().unwrap_or(1))),
        Kind::VarBit => match after.length() {
            Some(length) => found.check(format!("length({name}) <= {length}")),
            None => found,
        },
        // Six digits or twelve, and anything between them.
        Kind::Other if after.spelling.name.starts_with("macaddr") => {
            found.check(format!("{cast}::text = lower({name})"))
        }
        _ => found,
    }
}

/// A value as JSON.
fn json(name: &str, after: &Known) -> Option<Conversion> {
    let function = match after.kind {
        Kind::Json => "to_json",
        Kind::Jsonb => "to_jsonb",
        _ => return None,
    };
    Some(Conversion::total().using(format!("{function}({name})")))
}

/// By a cast that the server has, for types of which nothing else is known.
fn asked(name: &str, before: &Known, after: &Known, casts: &[Cast]) -> Option<Conversion> {
    if before.plain() == after.plain() {
        return Some(Conversion::partial());
    }
    let is_it = |cast: &&Cast| cast.from == before.plain() && cast.to == after.plain();
    let found = casts.iter().find(is_it)?;
    let known = Conversion::partial();
    Some(if found.is_automatic { known } else { known.using(format!("{name}::{}", after.words)) })
}

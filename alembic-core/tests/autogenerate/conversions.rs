//! What holds of every two types of a database: where a column gets another type, each value survives or the revision fails; undone,
//! each is what it was, or the way back fails. Where no conversion is known, nothing with a value is converted.
//!
//! `ALEMBIC_CONVERSION_SHARE` says which share of the pairs is tried (a tenth; 1 for all), `ALEMBIC_LAW_SEED` which.

use std::collections::BTreeMap;

use alembic_core::autogenerate::{Difference, Filter, compare};
use alembic_core::operation::Operation;
use alembic_core::revision::Direction;
use alembic_core::schema::{Column, ObjectName, PrimaryKey, Schema, Table, Type};
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::types::{Sample, Shape, samples};

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// It survived, and came back.
    CameBack,
    /// It survived, and the way back failed.
    Stayed,
    Failed,
    NoConversion,
}

struct Pair<'a> {
    old: &'a Sample,
    new: &'a Sample,
    value: &'a str,
    table: String,
}

async fn check(kind: Kind) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<usize>().ok());
    let share = number("ALEMBIC_CONVERSION_SHARE").unwrap_or(10);
    let seed = number("ALEMBIC_LAW_SEED").unwrap_or(1);
    let mut arena = Arena::new(kind).await;
    let samples = samples(arena.dialect());
    let mut ends: BTreeMap<End, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for (row, old) in samples.iter().enumerate() {
        let mut pairs = Vec::new();
        for (place, new) in samples.iter().enumerate() {
            // A step that is prime to the number of types, so that each share has all of them.
            if (row * 7 + place + seed) % share == 0 && old.type_ != new.type_ {
                for (at, value) in old.values.iter().enumerate() {
                    pairs.push(Pair { old, new, value, table: format!("t{place}_{at}") });
                }
            }
        }
        if !pairs.is_empty() {
            arena.clear().await;
            for end in check_pairs(&arena, &pairs).await {
                match end {
                    Ok(end) => *ends.entry(end).or_default() += 1,
                    Err(fault) => faults.push(fault),
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(ends.contains_key(&End::CameBack) && ends.contains_key(&End::Failed), "{ends:?}");
    report(&format!("conversions on {}: {ends:?}", arena.dialect()));
}

/// For the summary of `scripts/test`.
fn report(line: &str) {
    use std::io::Write as _;
    if let Some(path) = std::env::var_os("ALEMBIC_TEST_REPORT") {
        let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("the report");
        writeln!(file, "{line}").expect("the report");
    }
}

async fn check_pairs(arena: &Arena, pairs: &[Pair<'_>]) -> Vec<Result<End, String>> {
    let dialect = arena.dialect();
    let mut sql = crate::types::PRELUDE[dialect as usize].to_owned();
    let mut desired = Schema::default();
    for Pair { old, new, value, table } in pairs {
        sql += &format!("CREATE TABLE {table} (id integer NOT NULL PRIMARY KEY, c {});\n", old.type_);
        sql += &format!("INSERT INTO {table} VALUES (1, {value});\n");
        let mut own = Table::new(ObjectName::new(table));
        own.columns = vec![
            Column::new("id", Type::Integer),
            Column { nullable: true, ..Column::new("c", Type::Sql(new.type_.to_owned())) },
        ];
        own.primary_key = Some(PrimaryKey {
            definition: None,
            name: None,
            columns: vec!["id".to_owned()],
            prefixes: Vec::new(),
        });
        desired.tables.push(own);
    }
    arena.run(&sql).await;
    let compared = compare(arena.pool(), desired, &Filter::default()).await;
    let difference = compared.unwrap_or_else(|error| panic!("{}: {error}", pairs[0].old.type_)).difference();
    let mut ends = Vec::new();
    for pair in pairs {
        let mut own = difference.clone();
        own.operations.retain(
            |operation| matches!(operation, Operation::AlterColumn { table, .. } if table.name == pair.table),
        );
        // The same type in other words.
        if !own.operations.is_empty() {
            ends.push(check_value(arena, pair, &own).await);
        }
    }
    ends
}

async fn check_value(arena: &Arena, pair: &Pair<'_>, difference: &Difference) -> Result<End, String> {
    let dialect = arena.dialect();
    let context = format!("{} → {}, {}", pair.old.type_, pair.new.type_, pair.value);
    let sql = |direction| difference.sql(dialect, direction).expect("the SQL");
    let (up, down) = (sql(Direction::Upgrade), sql(Direction::Downgrade));
    let read = async |[sample, other]: [&Sample; 2]| {
        let shown = sample.shown(dialect, other);
        let rows = arena.rows(&format!("SELECT {shown} FROM {}", pair.table)).await;
        rows[0][0].clone().unwrap_or_default()
    };
    let must_be = |is_so: bool, what: String| is_so.then_some(()).ok_or(what);
    let before = read([pair.old, pair.new]).await;
    let is_known = difference.unconverted(dialect).is_empty();
    if let Err(error) = arena.migrate(&up).await {
        must_be(
            read([pair.old, pair.new]).await == before,
            format!("{context}: failed, and changed ({error})\n{up}"),
        )?;
        return Ok(if is_known { End::Failed } else { End::NoConversion });
    }
    must_be(is_known, format!("{context}: converted, though nothing is known of how\n{up}"))?;
    let after = read([pair.new, pair.old]).await;
    let same = |found: &str| is_same(dialect, [pair.old, pair.new], [&before, found]);
    must_be(same(&after), format!("{context}: {before} became {after}\n{up}"))?;
    if let Err(error) = arena.migrate(&down).await {
        must_be(
            read([pair.new, pair.old]).await == after,
            format!("{context}: the way back failed ({error})\n{down}"),
        )?;
        return Ok(End::Stayed);
    }
    let back = read([pair.old, pair.new]).await;
    let came_back = is_same(dialect, [pair.old, pair.old], [&before, &back]);
    must_be(came_back, format!("{context}: {before} became {after} and then {back}\n{up}and\n{down}"))?;
    Ok(End::CameBack)
}

/// Whether two values, as text, are the same number, time or text.
fn is_same(dialect: Dialect, types: [&Sample; 2], values: [&str; 2]) -> bool {
    let [one, other] = values;
    let kinds = types.map(|sample| sample.kind(dialect));
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let bytes = |text: &str| text.trim_start_matches("\\x").to_lowercase();
    match (kinds, values.map(str::parse::<f64>)) {
        _ if meaning(one) == meaning(other) => true,
        ([Shape::Opaque, _] | [_, Shape::Opaque], _) => types[0].type_ != types[1].type_,
        ([Shape::Bytes, _], _) if kinds[1] != Shape::Bytes => {
            bytes(one) == hex(other) || bytes(one) == other.replace('-', "")
        }
        ([_, Shape::Bytes], _) if kinds[0] != Shape::Bytes => {
            bytes(other) == hex(one) || bytes(other) == one.replace('-', "")
        }
        // One of 32 bits has more digits as one of 64.
        #[expect(clippy::cast_possible_truncation, reason = "that is what it is about")]
        ([Shape::Single, _] | [_, Shape::Single], [Ok(one), Ok(other)]) => one as f32 == other as f32,
        // How it is written says little; the way back tells the rest.
        #[expect(clippy::float_cmp, reason = "it is the same number or not")]
        ([Shape::Double, _] | [_, Shape::Double], [Ok(one), Ok(other)]) => one == other,
        _ => false,
    }
}

/// A number, time, truth or text however it is written.
fn meaning(text: &str) -> String {
    let is_listed = text.contains(['[', '{']);
    let text: String = text.chars().filter(|own| !(is_listed && "[]{} ".contains(*own))).collect();
    let text = text.replace(['"', '$', ','], "").replace("+00:00", "");
    let text = text.trim_end_matches("/32").trim_end_matches("+00").trim_end();
    let text = match text {
        "true" | "t" => "1",
        "false" | "f" => "0",
        text => text,
    };
    if let Some(number) = plain_number(text) {
        return number;
    }
    let is_time = text.contains(':') && text.bytes().all(|byte| b"0123456789-:. T".contains(&byte));
    if !is_time {
        return text.to_owned();
    }
    // A day is its first moment.
    let text = text.replace('T', " ");
    let (text, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let text = text.strip_suffix(" 00:00:00").unwrap_or(text);
    format!("{text}.{fraction}").trim_end_matches(['0', '.']).to_owned()
}

/// A decimal number without an exponent and superfluous zeros.
fn plain_number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((digits, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) || exponent.abs() > 400 {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let padded = match point {
        ..=0 => format!("{}{all}", "0".repeat(usize::try_from(1 - point).ok()?)),
        _ => all,
    };
    let point = usize::try_from(point.max(1)).ok()?;
    let (whole, fraction) = if padded.len() <= point {
        (format!("{padded:0<point$}"), String::new())
    } else {
        (padded[..point].to_owned(), padded[point..].to_owned())
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    Some(match (whole, fraction) {
        ("", "") => "0".to_owned(),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

#[test]
fn numbers_are_the_same_however_they_are_written() {
    for (one, other) in
        [("1e3", "1000.0"), ("0.10", "1e-1"), ("-0", "0"), ("00012", "12"), ("9.007e15", "9007000000000000")]
    {
        assert_eq!(plain_number(one), plain_number(other), "{one} {other}");
    }
    assert_ne!(plain_number("10"), plain_number("1"));
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite).await;
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql).await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql).await;
}

//! What a statement demands of the rows of a table, or gives to them.

use super::past::Past;
use super::step::{Step, list};
use super::value::{Value, is_literal, values};
use super::write::Insert;

/// A demand on the rows of a table.
pub(super) struct Constraint {
    pub(super) table: String,
    kind: Kind,
    columns: Vec<String>,
}

enum Kind {
    NotNull,
    /// A new column that is not NULL and has no default.
    NewNotNull,
    Default,
    /// The words of its condition.
    Check(Vec<String>),
    Unique,
    /// The table that it references, and the columns of it.
    References(String, Vec<String>),
}

/// The constraints and defaults that a statement adds to a table or removes from it.
pub(super) fn constraints(step: &Step<'_>) -> Vec<Constraint> {
    let mut found = Vec::new();
    if step.has(&["create", "unique", "index"])
        && let Some(on) = step.find(&["on"], 0)
        && let Some((table, end)) = name(step, on + 1)
        && let Some(open) = step.find(&["("], end)
        && let Some((columns, _)) = step.group(open)
    {
        found.push(Constraint { table, kind: Kind::Unique, columns: names(columns) });
    }
    if step.word(0) == "alter" && step.word(1) == "table" {
        let mut place = 2;
        while ["if", "exists", "only"].contains(&step.word(place)) {
            place += 1;
        }
        if let Some((table, end)) = name(step, place) {
            let mut start = end;
            for action in list(&step.words[end..]) {
                found.extend(of_action(step, &table, action, start));
                start += action.len() + 1;
            }
        }
    }
    found
}

/// The name at a place, without its schema, and the place behind it.
fn name(step: &Step<'_>, place: usize) -> Option<(String, usize)> {
    let place = if step.word(place) == "only" { place + 1 } else { place };
    let is_qualified = step.word(place + 1) == ".";
    let own = if is_qualified { step.word(place + 2) } else { step.word(place) };
    (!own.is_empty()).then(|| (own.to_owned(), place + if is_qualified { 3 } else { 1 }))
}

/// The names among words.
fn names(words: &[String]) -> Vec<String> {
    words
        .iter()
        .filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'))
        .cloned()
        .collect()
}

fn of_action(step: &Step<'_>, table: &str, action: &[String], start: usize) -> Vec<Constraint> {
    let constraint = |kind, columns| Constraint { table: table.to_owned(), kind, columns };
    let has = |words: &[&str]| action.windows(words.len()).any(|found| found == words);
    let group = |word: &str| {
        let at = action.iter().position(|own| own == word)?;
        let open = action.iter().skip(at).position(|own| own == "(")?;
        step.group(start + at + open).map(|(words, _)| words)
    };
    let word = |at: usize| action.get(at).map_or("", String::as_str);
    let column = if word(1) == "column" { word(2) } else { word(1) }.to_owned();
    match word(0) {
        "alter" | "modify" | "change" if has(&["not", "null"]) => {
            vec![constraint(Kind::NotNull, vec![column])]
        }
        "alter" if has(&["set", "default"]) || has(&["drop", "default"]) => {
            vec![constraint(Kind::Default, vec![column])]
        }
        "add" => {
            let mut found = Vec::new();
            if let Some(condition) = group("check") {
                found.push(constraint(Kind::Check(condition.to_vec()), names(condition)));
            }
            if let Some(columns) = group("unique").or_else(|| group("primary")) {
                found.push(constraint(Kind::Unique, names(columns)));
            }
            if let Some(columns) = group("foreign")
                && let Some(at) = action.iter().position(|own| own == "references")
                && let Some((parent, end)) = name(step, start + at + 1)
            {
                let referenced = step.group(end).map(|(words, _)| names(words)).unwrap_or_default();
                found.push(constraint(Kind::References(parent, referenced), names(columns)));
            }
            if has(&["not", "null"]) && !has(&["default"]) && found.is_empty() && !has(&["generated"]) {
                found.push(constraint(Kind::NewNotNull, vec![column]));
            }
            found
        }
        _ => Vec::new(),
    }
}

impl Constraint {
    pub(super) fn effect(&self) -> &'static str {
        match self.kind {
            Kind::NotNull | Kind::NewNotNull => "decides whether a column may be NULL",
            Kind::Default => "changes a default",
            Kind::Check(_) => "checks its rows",
            Kind::Unique => "makes its rows unique",
            Kind::References(..) => "makes its rows reference others",
        }
    }

    /// Whether columns that are changed are its own.
    pub(super) fn is_touched(&self, sets: &[(String, Vec<String>)]) -> bool {
        let is_own = |(column, value): &&(String, Vec<String>)| {
            let is_allowed = match &self.kind {
                Kind::Default => value != &["default"],
                Kind::NotNull | Kind::NewNotNull => is_literal(value) && value != &["null"],
                Kind::Check(condition) => holds(condition, column, value) == Some(true),
                _ => false,
            };
            self.columns.contains(column) && !is_allowed
        };
        sets.iter().any(|set| is_own(&set))
    }

    /// Whether it may refuse inserted rows, or decides what they contain.
    pub(super) fn may_refuse(&self, insert: &Insert, past: &Past) -> bool {
        let Some(column) = self.columns.first() else { return false };
        let own = |column: &str| values(insert, column, past);
        let is_null = |value: &Value<'_>| match value {
            Value::Omitted => true,
            Value::Words(words) => !is_literal(words) || *words == ["null"],
            Value::Unknown => true,
        };
        match &self.kind {
            Kind::NewNotNull => insert.columns.is_none() || insert.omits(column),
            Kind::NotNull => own(column).iter().any(is_null),
            Kind::Default => insert.columns.is_some() && insert.omits(column),
            Kind::Check(condition) => self.columns.iter().any(|column| {
                own(column).iter().any(|value| match value {
                    Value::Omitted => false,
                    Value::Unknown => {
                        past.table(&insert.table).is_none_or(|table| table.columns.contains(column))
                    }
                    Value::Words(words) => holds(condition, column, words) != Some(true),
                })
            }),
            Kind::Unique => self.columns.iter().all(|column| {
                let known = past.inserts(&insert.table).iter().flat_map(|row| values(row, column, past));
                let known: Vec<Value<'_>> = known.collect();
                own(column).iter().any(|value| is_known(value, &known))
            }),
            Kind::References(parent, referenced) => {
                let first = || past.table(parent).and_then(|table| table.keys.first()?.first().cloned());
                let Some(key) = referenced.first().cloned().or_else(first) else { return true };
                let known = past.inserts(parent).iter().flat_map(|row| values(row, &key, past));
                let known: Vec<Value<'_>> = known.collect();
                own(column).iter().any(|value| match value {
                    Value::Omitted => false,
                    Value::Words(words) if *words == ["null"] => false,
                    value => !is_known(value, &known) || matches!(value, Value::Unknown),
                })
            }
        }
    }
}

/// Whether a value is among known ones. Values that nobody knows may be.
fn is_known(value: &Value<'_>, known: &[Value<'_>]) -> bool {
    match value {
        Value::Omitted => false,
        Value::Unknown => true,
        Value::Words(words) => {
            *words != ["null"]
                && (!is_literal(words)
                    || known.iter().any(|known| matches!(known, Value::Words(known) if known == words)))
        }
    }
}

/// Whether a condition holds that compares one column with a number; none if that is not known.
fn holds(condition: &[String], column: &str, value: &[String]) -> Option<bool> {
    let (own, operator, bound) = match condition {
        [own, operator, bound @ ..] => (own, operator.as_str(), number(bound)?),
        _ => return None,
    };
    let value = number(value).filter(|_| own == column)?;
    Some(match operator {
        ">" => value > bound,
        ">=" => value >= bound,
        "<" => value < bound,
        "<=" => value <= bound,
        _ => return None,
    })
}

fn number(words: &[String]) -> Option<f64> {
    words.concat().parse().ok()
}

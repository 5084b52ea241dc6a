//! Names that may have been changed: what is dropped and what is added look alike.

use super::Operation;
use crate::schema::{Column, ObjectName, Schema, Table};

/// Something that is dropped and something that is added, which may be one thing under a new name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbableRename {
    /// What it is.
    pub what: Renamed,
    /// How sure that is, in percent.
    pub score: u8,
}

/// What may have got another name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the old and the new name")]
pub enum Renamed {
    /// A table.
    Table { from: ObjectName, to: ObjectName },
    /// An enum.
    Enum { from: ObjectName, to: ObjectName },
    /// A column.
    Column { table: ObjectName, from: String, to: String },
    /// A value of an enum.
    EnumValue { name: ObjectName, from: String, to: String },
}

impl Renamed {
    /// Writes into the desired schema that it was renamed.
    pub fn apply(&self, desired: &mut Schema) {
        match self {
            Renamed::Table { from, to } => {
                for table in desired.tables.iter_mut().filter(|table| table.name == *to) {
                    table.renamed_from = Some(from.clone());
                }
            }
            Renamed::Enum { from, to } => {
                for own in desired.enums.iter_mut().filter(|own| own.name == *to) {
                    own.renamed_from = Some(from.clone());
                }
            }
            Renamed::Column { table, from, to } => {
                let tables = desired.tables.iter_mut().filter(|own| own.name == *table);
                for column in tables.flat_map(|table| &mut table.columns).filter(|column| column.name == *to)
                {
                    column.renamed_from = Some(from.clone());
                }
            }
            Renamed::EnumValue { name, from, to } => {
                for own in desired.enums.iter_mut().filter(|own| own.name == *name) {
                    own.renamed_values.push((to.clone(), from.clone()));
                }
            }
        }
    }
}

impl Renamed {
    /// Whether both speak of the same old or of the same new name.
    fn shares_end(&self, other: &Renamed) -> bool {
        match (self, other) {
            (Renamed::Table { from, to }, Renamed::Table { from: other_from, to: other_to })
            | (Renamed::Enum { from, to }, Renamed::Enum { from: other_from, to: other_to }) => {
                from == other_from || to == other_to
            }
            (
                Renamed::Column { table, from, to },
                Renamed::Column { table: other, from: other_from, to: other_to },
            ) => table == other && (from == other_from || to == other_to),
            (
                Renamed::EnumValue { name, from, to },
                Renamed::EnumValue { name: other, from: other_from, to: other_to },
            ) => name == other && (from == other_from || to == other_to),
            _ => false,
        }
    }
}

/// From this score on a person is asked.
const PROBABLE: u8 = 50;

/// A candidate with so much more leaves no doubt about those that would take one of its names.
const MUCH_BETTER: u8 = 20;

/// What of these operations may be a rename, the most probable first.
#[must_use]
pub fn probable_renames(operations: &[Operation]) -> Vec<ProbableRename> {
    let mut found = Vec::new();
    tables(operations, &mut found);
    enums(operations, &mut found);
    columns(operations, &mut found);
    values(operations, &mut found);
    found.retain(|rename| rename.score >= PROBABLE);
    found.sort_by_key(|rename| std::cmp::Reverse(rename.score));
    let mut likely: Vec<ProbableRename> = Vec::new();
    for rename in found {
        let much_better = |known: &ProbableRename| {
            known.score >= rename.score + MUCH_BETTER && known.what.shares_end(&rename.what)
        };
        if !likely.iter().any(much_better) {
            likely.push(rename);
        }
    }
    likely
}

fn tables(operations: &[Operation], found: &mut Vec<ProbableRename>) {
    let dropped = operations.iter().filter_map(|operation| match operation {
        Operation::DropTable(table) => Some(table),
        _ => None,
    });
    for old in dropped {
        for operation in operations {
            let Operation::CreateTable(new) = operation else { continue };
            let what = Renamed::Table { from: old.name.clone(), to: new.name.clone() };
            found.push(ProbableRename { what, score: table_score(old, new) });
        }
    }
}

/// Mostly the columns that both have, and a little the names.
fn table_score(old: &Table, new: &Table) -> u8 {
    let same = old.columns.iter().filter(|column| new.column(&column.name).is_some()).count();
    score(same, [old.columns.len(), new.columns.len()], [&old.name, &new.name])
}

fn enums(operations: &[Operation], found: &mut Vec<ProbableRename>) {
    for operation in operations {
        let Operation::DropEnum(old) = operation else { continue };
        for operation in operations {
            let Operation::CreateEnum(new) = operation else { continue };
            let same = old.values.iter().filter(|value| new.values.contains(value)).count();
            let score = score(same, [old.values.len(), new.values.len()], [&old.name, &new.name]);
            let what = Renamed::Enum { from: old.name.clone(), to: new.name.clone() };
            found.push(ProbableRename { what, score });
        }
    }
}

fn score(same: usize, [old, new]: [usize; 2], names: [&ObjectName; 2]) -> u8 {
    let all = old + new - same;
    let parts = if all == 0 { 0.0 } else { ratio(same, all) };
    percent(0.8 * parts + 0.2 * likeness(&names[0].name, &names[1].name))
}

fn columns(operations: &[Operation], found: &mut Vec<ProbableRename>) {
    let of = |wanted: &ObjectName, added: bool| -> Vec<&Column> {
        let columns = operations.iter().filter_map(|operation| match operation {
            Operation::AddColumn { table, column, .. } if added && table == wanted => Some(column.as_ref()),
            Operation::DropColumn { table, column } if !added && table == wanted => Some(column.as_ref()),
            _ => None,
        });
        columns.collect()
    };
    let mut seen: Vec<&ObjectName> = Vec::new();
    for operation in operations {
        let Operation::DropColumn { table, .. } = operation else { continue };
        if seen.contains(&table) {
            continue;
        }
        seen.push(table);
        let (dropped, added) = (of(table, false), of(table, true));
        let only = dropped.len() == 1 && added.len() == 1;
        for old in &dropped {
            for new in &added {
                // One that is dropped and added again has not been renamed.
                if old.name != new.name && added.iter().all(|column| column.name != old.name) {
                    let (from, to) = (old.name.clone(), new.name.clone());
                    let what = Renamed::Column { table: table.clone(), from, to };
                    found.push(ProbableRename { what, score: column_score(old, new, only) });
                }
            }
        }
    }
}

/// Without the same type it is no rename. With it, the names decide; one that goes where one comes is suspicious anyway.
fn column_score(old: &Column, new: &Column, only: bool) -> u8 {
    if old.type_ != new.type_ || old.generated != new.generated {
        return 0;
    }
    let mut score = 0.3 + 0.5 * likeness(&old.name, &new.name);
    score += if old.nullable == new.nullable && old.default == new.default { 0.1 } else { 0.0 };
    score += if only { 0.1 } else { 0.0 };
    percent(score)
}

fn values(operations: &[Operation], found: &mut Vec<ProbableRename>) {
    for operation in operations {
        let Operation::ChangeEnum(change) = operation else { continue };
        let renamed = change.renamed();
        let added = change.after.values.iter().enumerate().filter(|(_, value)| !renamed.contains(value));
        for (place, to) in added {
            for from in change.removed() {
                let same_place = renamed.iter().position(|value| *value == from) == Some(place);
                let names = likeness(&from, to);
                let score = percent(0.5 * names + if same_place { 0.5 } else { 0.2 });
                let (name, to) = (change.after.name.clone(), to.clone());
                found.push(ProbableRename { what: Renamed::EnumValue { name, from, to }, score });
            }
        }
    }
}

/// How much two names are alike: all but the same if one is part of the other, else by their letters.
fn likeness(one: &str, other: &str) -> f64 {
    let [one, other] = [one, other].map(|name| name.to_lowercase().replace('_', ""));
    let letters = strsim::normalized_damerau_levenshtein(&one, &other);
    let is_part = one.len().min(other.len()) > 2 && (one.contains(&other) || other.contains(&one));
    if is_part { letters.max(0.8) } else { letters }
}

#[expect(clippy::cast_precision_loss, reason = "no table has that many columns")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 100")]
fn percent(score: f64) -> u8 {
    (100.0 * score).round().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Fill;
    use crate::schema::Type;

    /// Columns as `name type`, separated by commas.
    fn check(dropped: &str, added: &str, expected: &str) {
        let columns = |list: &str| -> Vec<Box<Column>> {
            let columns = list.split(',').map(|column| {
                let (name, type_) = column.trim().split_once(' ').expect("a name and a type");
                Box::new(Column::new(name, Type::Sql(type_.to_owned())))
            });
            columns.collect()
        };
        let table = ObjectName::new("t");
        let added = columns(added).into_iter();
        let added =
            added.map(|column| Operation::AddColumn { table: table.clone(), column, fill: Fill::Nothing });
        let dropped = columns(dropped).into_iter();
        let dropped = dropped.map(|column| Operation::DropColumn { table: table.clone(), column });
        let found = probable_renames(&added.chain(dropped).collect::<Vec<_>>());
        let found: Vec<String> = found
            .iter()
            .map(|rename| match &rename.what {
                Renamed::Column { from, to, .. } => format!("{from}>{to} {}", rename.score),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(found.join(", "), expected);
    }

    #[test]
    fn columns_that_look_alike() {
        check("nickname text", "nick_name text", "nickname>nick_name 100");
        check("email text", "email_address text", "email>email_address 90");
        check("a text", "b text", "a>b 50");
        check("a text", "b int", "");
        check("size int, nick text", "weight int, nickname text, colour text", "nick>nickname 80");
        check(
            "first text, last text",
            "first_name text, last_name text",
            "first>first_name 80, last>last_name 80",
        );
    }
}

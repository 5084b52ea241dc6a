//! Constraints and indexes of a table, compared alike.

use std::collections::HashSet;

use crate::operation::{Constraint, Operation};
use crate::schema::{ForeignKey, Index, ObjectName, Table};
use crate::sql::Dialect;
use crate::sql::expression::mentions;

/// A constraint or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Constraint(Constraint),
    Index(Index),
}

/// A part as the database has it and as it is written.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) reflected: Part,
    pub(super) written: Part,
}

impl Part {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Part::Constraint(constraint) => constraint.name().map(String::as_str),
            Part::Index(index) => Some(&index.name),
        }
    }

    /// The part without its name: what it does.
    fn content(&self) -> Part {
        let mut part = self.clone();
        match &mut part {
            Part::Constraint(Constraint::Unique(unique)) => unique.name = None,
            Part::Constraint(Constraint::ForeignKey(key)) => key.name = None,
            Part::Constraint(Constraint::Check(check)) => check.name = None,
            Part::Index(index) => {
                index.name.clear();
                index.renamed_from = None;
            }
        }
        part
    }

    /// Gives it the name that it has in a database.
    pub(super) fn set_name(&mut self, name: Option<&str>) {
        let name = name.map(str::to_owned);
        match self {
            Part::Constraint(constraint) => constraint.set_name(name),
            Part::Index(index) => index.name = name.unwrap_or_default(),
        }
    }

    /// Gives it the name by which it is found, if it has none.
    pub(super) fn name_as_implied(&mut self, table: &Table) {
        if let Part::Constraint(constraint) = self
            && constraint.name().is_none()
        {
            constraint.set_name(Some(constraint.implied_name(table)));
        }
    }

    /// Its definition, where that says more than its other fields.
    pub(super) fn definition(&self) -> Option<&String> {
        match self {
            Part::Constraint(Constraint::Unique(unique)) => unique.definition.as_ref(),
            Part::Constraint(Constraint::ForeignKey(key)) => key.definition.as_ref(),
            Part::Constraint(Constraint::Check(check)) => check.definition.as_ref(),
            Part::Index(index) => index.definition.as_ref(),
        }
    }

    fn definition_mut(&mut self) -> &mut Option<String> {
        match self {
            Part::Constraint(Constraint::Unique(unique)) => &mut unique.definition,
            Part::Constraint(Constraint::ForeignKey(key)) => &mut key.definition,
            Part::Constraint(Constraint::Check(check)) => &mut check.definition,
            Part::Index(index) => &mut index.definition,
        }
    }

    pub(super) fn is_foreign_key(&self) -> bool {
        matches!(self, Part::Constraint(Constraint::ForeignKey(_)))
    }

    /// Whether it has to do with a column of its own table.
    pub(super) fn mentions(&self, dialect: Dialect, column: &str) -> bool {
        let has = |columns: &[String]| columns.iter().any(|own| own == column);
        match self {
            Part::Constraint(Constraint::Unique(unique)) => has(&unique.columns),
            Part::Constraint(Constraint::ForeignKey(key)) => has(&key.columns),
            Part::Constraint(Constraint::Check(check)) => mentions(&check.expression, dialect, column),
            Part::Index(index) => {
                let in_part = index.parts.iter().any(|part| {
                    if part.is_expression { mentions(&part.key, dialect, column) } else { part.key == column }
                });
                in_part || has(&index.include) || self.condition_mentions(dialect, column)
            }
        }
    }

    /// Whether an expression of it has to do with a column.
    pub(super) fn condition_mentions(&self, dialect: Dialect, column: &str) -> bool {
        match self {
            Part::Constraint(Constraint::Check(check)) => mentions(&check.expression, dialect, column),
            Part::Constraint(_) => false,
            Part::Index(index) => {
                let mut expressions = index.parts.iter().filter(|part| part.is_expression);
                expressions.any(|part| mentions(&part.key, dialect, column))
                    || index.condition.as_ref().is_some_and(|text| mentions(text, dialect, column))
            }
        }
    }

    /// All its expressions.
    pub(super) fn for_expressions(&mut self, mut change: impl FnMut(&mut String)) {
        match self {
            Part::Constraint(Constraint::Check(check)) => change(&mut check.expression),
            Part::Constraint(_) => {}
            Part::Index(index) => {
                index.condition.iter_mut().for_each(&mut change);
                let expressions = index.parts.iter_mut().filter(|part| part.is_expression);
                expressions.for_each(|part| change(&mut part.key));
            }
        }
    }

    /// The columns whose equal values it finds first, where it can serve a foreign key.
    pub(super) fn key_columns(&self) -> Vec<&str> {
        match self {
            Part::Constraint(Constraint::Unique(unique)) => {
                unique.columns.iter().map(String::as_str).collect()
            }
            Part::Index(index) if index.method.is_none() => index
                .parts
                .iter()
                .take_while(|part| !part.is_expression && part.prefix.is_none())
                .map(|part| part.key.as_str())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a foreign key may refer to the columns of its table because of it: MySQL is content with an index whose first
    /// columns are these, the others want a unique one on exactly these.
    pub(super) fn is_key_for(&self, dialect: Dialect, key: &ForeignKey) -> bool {
        let columns = self.key_columns();
        if dialect == Dialect::Mysql {
            return serves(&columns, &key.referenced_columns);
        }
        let is_whole = match self {
            Part::Constraint(Constraint::Unique(_)) => true,
            Part::Index(index) => {
                index.unique && index.condition.is_none() && index.parts.len() == columns.len()
            }
            Part::Constraint(_) => false,
        };
        let referenced: HashSet<&str> = key.referenced_columns.iter().map(String::as_str).collect();
        is_whole && !referenced.is_empty() && columns.into_iter().collect::<HashSet<_>>() == referenced
    }

    pub(super) fn add(self, table: ObjectName, key_index: Option<Index>) -> Operation {
        let key_index = key_index.map(Box::new);
        match self {
            Part::Index(index) => Operation::CreateIndex { table, index: Box::new(index), key_index },
            Part::Constraint(constraint) => {
                Operation::AddConstraint { table, constraint: Box::new(constraint), key_index }
            }
        }
    }

    pub(super) fn drop(self, table: ObjectName, key_index: Option<Index>) -> Operation {
        self.add(table, key_index).inverse()
    }
}

/// Whether an index on `columns` finds the rows with equal values in `wanted`.
pub(super) fn serves(columns: &[&str], wanted: &[String]) -> bool {
    !wanted.is_empty()
        && columns.len() >= wanted.len()
        && wanted.iter().zip(columns).all(|(own, other)| own == other)
}

/// All parts of a table.
pub(super) fn parts(table: &Table) -> Vec<Part> {
    let uniques = table.uniques.iter().cloned().map(Constraint::Unique);
    let keys = table.foreign_keys.iter().cloned().map(Constraint::ForeignKey);
    let checks = table.checks.iter().cloned().map(Constraint::Check);
    let constraints = uniques.chain(keys).chain(checks).map(Part::Constraint);
    constraints.chain(table.indexes.iter().cloned().map(Part::Index)).collect()
}

/// The parts of a reflection, each with what was written for it.
pub(super) fn pairs(reflected: &Table, written: &Table) -> Vec<Pair> {
    let mut written: Vec<Option<Part>> = parts(written).into_iter().map(Some).collect();
    let reflected = parts(reflected);
    let mut found: Vec<Option<Part>> = vec![None; reflected.len()];
    let mut take = |matches: &dyn Fn(&Part, &Part) -> bool| {
        for (part, found) in reflected.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let place = written.iter().position(|own| own.as_ref().is_some_and(|own| matches(part, own)));
            *found = place.and_then(|place| written[place].take());
        }
    };
    let kind = |part: &Part| match part {
        Part::Constraint(constraint) => Some(std::mem::discriminant(constraint)),
        Part::Index(_) => None,
    };
    take(&|part, own| kind(part) == kind(own) && own.name().is_some() && part.name() == own.name());
    take(&|part, own| part.content() == own.content());
    // MySQL makes no difference between unique constraints and unique indexes.
    take(&|part, own| own.name().is_some() && part.name() == own.name() && is_unique(part) && is_unique(own));
    // What was not named has got a name, and expressions have been normalised: the order is the same.
    take(&|part, own| kind(part) == kind(own) && own.name().is_none());
    let pairs = reflected.iter().cloned().zip(found);
    pairs
        .map(|(reflected, found)| {
            let mut written = found.unwrap_or_else(|| reflected.clone());
            // No model has words for it.
            if let Some(definition) = reflected.definition() {
                written.definition_mut().get_or_insert_with(|| definition.clone());
            }
            Pair { written, reflected }
        })
        .collect()
}

fn is_unique(part: &Part) -> bool {
    match part {
        Part::Constraint(constraint) => matches!(constraint, Constraint::Unique(_)),
        Part::Index(index) => index.unique,
    }
}

/// What became of the parts of a table.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// The same before and after.
    pub(super) kept: Vec<(Pair, Pair)>,
    /// The same but for the name.
    pub(super) renamed: Vec<(Pair, Pair)>,
    pub(super) dropped: Vec<Pair>,
    pub(super) added: Vec<Pair>,
}

/// Finds out which parts are the same. A part without a name is the same as one with any name.
pub(super) fn compare(before: Vec<Pair>, after: Vec<Pair>) -> Compared {
    let taken: Vec<String> =
        before.iter().filter_map(|pair| pair.reflected.name().map(str::to_owned)).collect();
    let mut before: Vec<Option<Pair>> = before.into_iter().map(Some).collect();
    let mut after: Vec<Option<Pair>> = after.into_iter().map(Some).collect();
    let mut same = |names: &dyn Fn(Option<&str>, Option<&str>) -> bool| {
        let mut found = Vec::new();
        for new in &mut after {
            let Some(own) = new.as_ref() else { continue };
            let content = own.reflected.content();
            let place = before.iter().position(|old| {
                old.as_ref().is_some_and(|old| {
                    names(old.reflected.name(), own.reflected.name()) && old.reflected.content() == content
                })
            });
            if let Some(old) = place.and_then(|place| before[place].take()) {
                found.extend(new.take().map(|new| (old, new)));
            }
        }
        found
    };
    let mut kept = same(&|old, new| old == new);
    kept.extend(same(&|old, new| old.is_none() || new.is_none()));
    // A name that something else has cannot be given before that is gone.
    let renamed = same(&|_, new| new.is_none_or(|new| !taken.iter().any(|name| name == new)));
    Compared {
        kept,
        renamed,
        dropped: before.into_iter().flatten().collect(),
        added: after.into_iter().flatten().collect(),
    }
}

impl Compared {
    /// Lets parts that would stay be dropped and added again.
    pub(super) fn free(&mut self, must_go: impl Fn(&Part) -> bool) {
        self.free_where(|_, new| must_go(new));
    }

    /// The same by what they were and what they are.
    pub(super) fn free_where(&mut self, must_go: impl Fn(&Part, &Part) -> bool) {
        for same in [&mut self.kept, &mut self.renamed] {
            let (go, stay) = std::mem::take(same)
                .into_iter()
                .partition(|(old, new)| must_go(&old.reflected, &new.reflected));
            *same = stay;
            let go: Vec<(Pair, Pair)> = go;
            for (old, new) in go {
                // What is the same in both is said in the same words.
                let mut written = new.written.clone();
                written.set_name(old.reflected.name());
                self.dropped.push(Pair { written, ..old });
                self.added.push(new);
            }
        }
    }
}

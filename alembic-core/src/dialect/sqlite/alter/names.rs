//! The names of constraints.

use std::collections::BTreeSet;

use super::error::AlterError;
use crate::dialect::sqlite::definition::{Column, Constraint, Rule, Table, same};
use crate::sql::{implied_check_name, implied_name};

/// The names that the constraints of a table have.
pub(super) fn names<'t>(table: &'t Table<'_>) -> impl Iterator<Item = &'t str> {
    table.all_constraints().filter_map(|(_, constraint)| constraint.name.as_deref())
}

/// The constraint of this name, with the column that it is written at; or the unnamed one to which PostgreSQL gives this name.
/// Of several with the same implied name that is the last one, which a downgrade drops; PostgreSQL's numbers mean each.
pub(super) fn named<'t>(
    table_name: &str,
    table: &'t Table<'_>,
    name: &str,
) -> Result<(Option<&'t Column>, &'t Constraint), AlterError> {
    let has_name = |constraint: &Constraint| match &constraint.name {
        Some(own) => !matches!(constraint.rule, Rule::Nothing | Rule::Deferral(_)) && same(own, name),
        None => false,
    };
    let with_implied = |name: &str| {
        let implies = |constraint: &Constraint| {
            let implied = || implied(table_name, table, &constraint.rule);
            constraint.name.is_none() && implied().is_some_and(|implied| same(&implied, name))
        };
        table.all_constraints().filter(|(_, constraint)| implies(constraint)).collect::<Vec<_>>()
    };
    let found = table.all_constraints().find(|(_, constraint)| has_name(constraint));
    let found = found.or_else(|| with_implied(name).last().copied());
    let found = found.or_else(|| {
        let base = name.trim_end_matches(|character: char| character.is_ascii_digit());
        let number: usize = name[base.len()..].parse().ok().filter(|number| *number > 0)?;
        let number_of = |known: &str| {
            let rest = known.get(base.len()..).filter(|_| same(&known[..base.len()], base))?;
            if rest.is_empty() { Some(0) } else { rest.parse::<usize>().ok() }
        };
        // A number that another constraint has as its name is not given again.
        let taken: BTreeSet<usize> =
            names(table).filter_map(number_of).filter(|taken| *taken < number).collect();
        with_implied(base).get(number - taken.len()).copied()
    });
    found.ok_or_else(|| AlterError::NoConstraint {
        table: table_name.to_owned(),
        name: name.to_owned(),
        known: names(table).map(str::to_owned).collect(),
    })
}

/// The name that PostgreSQL gives to an unnamed constraint, so that one script can drop it on both.
fn implied(table_name: &str, table: &Table<'_>, rule: &Rule) -> Option<String> {
    let of_columns = |columns: &[String], suffix: &str| {
        implied_name(table_name, columns.iter().map(String::as_str), suffix)
    };
    Some(match rule {
        Rule::PrimaryKey { .. } => of_columns(&[], "pkey"),
        Rule::Unique { columns, .. } => of_columns(columns, "key"),
        Rule::Foreign { columns, .. } => of_columns(columns, "fkey"),
        Rule::Check { expression } => {
            let columns = table.columns.iter().map(|column| column.name.text.as_str());
            let mentioned: Vec<&str> = columns.filter(|column| table.mentions(expression, column)).collect();
            implied_check_name(table_name, &mentioned)
        }
        _ => return None,
    })
}

//! The names of constraints.

use super::constraint::{Constraint, Rule};
use super::error::AlterError;
use super::reader::{mentions, same};
use super::table::{Column, Table};

/// The names that the constraints of a table have.
pub(super) fn names<'t>(table: &'t Table<'_>) -> impl Iterator<Item = &'t str> {
    table.all_constraints().filter_map(|(_, constraint)| constraint.name.as_deref())
}

/// The constraint of this name, with the column that it stands at; or the unnamed one to which PostgreSQL gives this name.
pub(super) fn named<'t>(
    table_name: &str,
    table: &'t Table<'_>,
    name: &str,
) -> Result<(Option<&'t Column>, &'t Constraint), AlterError> {
    let has_name = |constraint: &Constraint| match &constraint.name {
        Some(own) => constraint.rule != Rule::Other && same(own, name),
        None => false,
    };
    let implies_name = |constraint: &Constraint| {
        let implied = || implied_name(table_name, table, &constraint.rule);
        constraint.name.is_none() && implied().is_some_and(|implied| same(&implied, name))
    };
    let found = table.all_constraints().find(|(_, constraint)| has_name(constraint));
    let found = found.or_else(|| table.all_constraints().find(|(_, constraint)| implies_name(constraint)));
    found.ok_or_else(|| AlterError::NoConstraint {
        table: table_name.to_owned(),
        name: name.to_owned(),
        known: names(table).map(str::to_owned).collect(),
    })
}

/// The name that PostgreSQL gives to an unnamed constraint (`ChooseConstraintName` and `ChooseIndexName` in its
/// sources), so that one script can drop it on both.
fn implied_name(table_name: &str, table: &Table<'_>, rule: &Rule) -> Option<String> {
    Some(match rule {
        Rule::PrimaryKey { .. } => format!("{table_name}_pkey"),
        Rule::Unique { columns } => format!("{table_name}_{}_key", columns.join("_")),
        Rule::Foreign { columns, .. } => format!("{table_name}_{}_fkey", columns.join("_")),
        Rule::Check { expression } => {
            let is_named = |column: &&Column| mentions(table.sql, expression, &column.name.text);
            match table.columns.iter().filter(is_named).collect::<Vec<_>>().as_slice() {
                [column] => format!("{table_name}_{}_check", column.name.text),
                _ => format!("{table_name}_check"),
            }
        }
        _ => return None,
    })
}

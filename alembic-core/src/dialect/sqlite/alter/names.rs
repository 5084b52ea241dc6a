//! The names of constraints.

use super::error::AlterError;
use crate::dialect::sqlite::definition::{Column, Constraint, Rule, Table, same};
use crate::sql::{implied_check_name, implied_name};

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
        Some(own) => !matches!(constraint.rule, Rule::Nothing | Rule::Deferral(_)) && same(own, name),
        None => false,
    };
    let implies_name = |constraint: &Constraint| {
        let implied = || implied(table_name, table, &constraint.rule);
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

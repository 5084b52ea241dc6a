//! Why rows cannot be copied: the rows that violate the new definition, by name.
//!
//! The values are what the new types and collations make of them, so they are looked at in a table that has these but no
//! constraint. It is made only once a copy has failed.

use std::ops::Range;

use super::change::Change;
use super::edit::renamed;
use super::keys::{KeyPart, key_parts};
use super::step::{Check, Diagnosis};
use super::storage::tokens;
use super::{query, quoted};
use crate::dialect::sqlite::definition::{Column, Rule, Table, same};

/// The table without constraints.
struct Loose<'a> {
    change: &'a Change<'a>,
    after: &'a Table<'a>,
    /// The column that names the row.
    label: String,
    target: String,
}

/// The queries for a copy into the table `after`.
pub(super) fn diagnosis(change: &Change<'_>, after: &Table<'_>) -> Diagnosis {
    let name = change.catalog.unused_name(&format!("alembic_rows_{}", change.name));
    let loose = Loose { change, after, label: quoted(&name), target: change.in_schema(&name) };
    let own_text = renamed(after, &quoted(&name), &name, true);
    let own = Table::parse(&own_text);
    let own = own.as_ref().unwrap_or(after);
    let mut columns = change.copied_columns(after);
    columns.push((loose.label.clone(), query::row_name(change)));
    let mut definitions: Vec<String> = own.columns.iter().map(|column| bare(own, column)).collect();
    definitions.push(loose.label.clone());
    let mut checks = loose.values();
    checks.extend(loose.keys());
    for (number, (name, expression)) in loose.expressions().enumerate() {
        let check = tokens(after, expression);
        if change.not_valid.contains(&check) {
            continue;
        }
        let mut condition = format!("NOT {}", own_expression(own, number));
        // A row that violated it before may go on to do so.
        let old = query::old_expression(change, &check).filter(|_| !change.validated.contains(&check));
        if let Some(old) = old {
            let column = quoted(&format!("{}_{number}", loose.label.trim_matches('"')));
            condition += &format!(" AND NOT coalesce({column}, 0)");
            definitions.push(column.clone());
            columns.push((column, format!("NOT {old}")));
        }
        let complaint = query::is_false(change, name, after.sql.get(expression.clone()).unwrap_or_default());
        checks.push(loose.rows(&condition, complaint));
    }
    let (columns, sources): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    let begin = vec![
        format!("CREATE TABLE {} ({})", loose.target, definitions.join(", ")),
        format!(
            "INSERT INTO {} ({}) SELECT {} FROM {}",
            loose.target,
            columns.join(", "),
            sources.join(", "),
            change.target()
        ),
    ];
    Diagnosis { begin, checks, end: format!("DROP TABLE {}", loose.target) }
}

impl Loose<'_> {
    /// Finds rows without a value, or with one of another type.
    fn values(&self) -> Vec<Check> {
        let (after, table) = (self.after, self.change.name);
        let rowid = after.rowid_column().map(|column| column.name.text.as_str());
        let key = after.primary_key_columns();
        let mut checks = Vec::new();
        for column in &after.columns {
            let name = &column.name.text;
            let is_rowid = rowid.is_some_and(|rowid| same(rowid, name));
            let is_strict_key =
                (after.without_rowid || after.strict) && key.iter().any(|own| same(own, name));
            let is_required = column.constraint(|rule| *rule == Rule::NotNull).is_some() || is_strict_key;
            if is_required && !is_rowid {
                let complaint = query::has_no_value(self.change, name);
                checks.push(self.rows(&format!("{} IS NULL", quoted(name)), complaint));
            }
            let of_type = column.declared_type(after.sql).to_ascii_uppercase();
            if is_rowid || after.strict && of_type != "ANY" {
                let kind = if of_type == "INT" { "INTEGER" } else { of_type.as_str() };
                let condition = format!(
                    "typeof({}) NOT IN ('null', '{}')",
                    quoted(name),
                    kind.to_ascii_lowercase().replace('\'', "''")
                );
                let complaint = format!("there are rows in {table} whose {name} is not of type {kind}");
                checks.push(self.rows(&condition, complaint));
            }
        }
        checks
    }

    fn keys(&self) -> impl Iterator<Item = Check> {
        let keys = self.after.all_constraints().filter_map(|(_, own)| key_parts(self.after, &own.rule));
        keys.map(|key| {
            let parts = key.iter().map(|KeyPart { column, collation, .. }| {
                let name = self.after.column(column).map_or(column.as_str(), |column| &column.name.text);
                (name.to_owned(), format!("{} COLLATE {}", quoted(name), quoted(collation)))
            });
            query::unique(self.change.name, &self.target, &parts.collect::<Vec<_>>(), None)
        })
    }

    /// The checks of the table, with their names.
    fn expressions(&self) -> impl Iterator<Item = (&str, &Range<usize>)> {
        expressions(self.after)
    }

    fn rows(&self, condition: &str, complaint: String) -> Check {
        query::rows(&self.label, &self.target, condition, complaint)
    }
}

fn expressions<'t>(table: &'t Table<'_>) -> impl Iterator<Item = (&'t str, &'t Range<usize>)> {
    table.all_constraints().filter_map(|(_, constraint)| match &constraint.rule {
        Rule::Check { expression } => Some((constraint.name.as_deref().unwrap_or_default(), expression)),
        _ => None,
    })
}

fn own_expression<'t>(own: &'t Table<'_>, number: usize) -> &'t str {
    let expression = expressions(own).nth(number);
    expression.and_then(|(_, range)| own.sql.get(range.clone())).unwrap_or("(1)")
}

/// A column with what its values depend on: its type, collation, default and expression. `ANY` means another affinity in a
/// STRICT table than elsewhere.
pub(super) fn bare(table: &Table<'_>, column: &Column) -> String {
    let text = |range: &Range<usize>| table.sql.get(range.clone()).unwrap_or_default();
    let declared = column.of_type.as_ref().map_or("", text);
    let is_any = table.strict && same(&column.declared_type(table.sql), "ANY");
    let mut bare = format!("{} {}", quoted(&column.name.text), if is_any { "BLOB" } else { declared });
    if let Some((_, name)) = column.collation() {
        bare += &format!(" COLLATE {}", quoted(name));
    }
    if let Some(value) = column.default_value() {
        bare += &format!(" DEFAULT {}", text(value));
    }
    for constraint in &column.constraints {
        if let Rule::Generated { expression, stored } = &constraint.rule {
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            bare += &format!(" AS {} {kind}", text(expression));
        }
    }
    bare
}

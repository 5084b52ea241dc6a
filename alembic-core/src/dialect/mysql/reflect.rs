//! The catalog of MySQL and MariaDB as a [`Schema`].
//!
//! What one of the two says in another way than the other is read into the same form here, and nowhere else.

mod columns;
mod printed;
mod queries;

use std::collections::HashMap;

pub(crate) use queries::{definitions, queries};

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, is_true, shown, uses};
use crate::schema::{
    Check, Direction, ForeignKey, Index, IndexPart, ObjectName, PrimaryKey, ReferentialAction, Schema, Table,
    TextObject, Unique,
};
use crate::sql::quote::identifier;
use crate::sql::{Dialect, TokenKind, tokens};

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    Mysql,
    Mariadb,
}

impl Flavor {
    /// By what `version()` says.
    pub(crate) fn of(version: &str) -> Flavor {
        if version.to_ascii_lowercase().contains("mariadb") { Flavor::Mariadb } else { Flavor::Mysql }
    }
}

/// The schema that the answers of [`queries`] and [`definitions`] describe.
pub(crate) fn schema(
    namespaces: &[Namespace],
    flavor: Flavor,
    answers: [Rows; 6],
    definitions: Vec<Rows>,
) -> Schema {
    let [tables, column_rows, indexes, keys, checks, objects] = answers;
    let mut definitions = definitions.into_iter().map(|rows| {
        let definition = rows.into_iter().next().and_then(|row| row.into_iter().nth(1)).flatten();
        definition.unwrap_or_default()
    });
    let mut reader = Reader { namespaces, schema: Schema::default(), tables: HashMap::new() };
    let collations = reader.read_tables(tables);
    columns::read(&mut reader, flavor, &collations, column_rows);
    reader.read_indexes(indexes);
    reader.read_keys(keys);
    reader.read_checks(flavor, checks);
    for place in 0..reader.schema.tables.len() {
        reader.read_definition(place, &definitions.next().unwrap_or_default());
    }
    reader.read_objects(objects, definitions);
    reader.schema
}

struct Reader<'a> {
    namespaces: &'a [Namespace],
    schema: Schema,
    /// The place of each table in the schema, by namespace and name.
    tables: HashMap<(String, String), usize>,
}

impl Reader<'_> {
    fn table(&mut self, namespace: Option<String>, name: Option<String>) -> Option<&mut Table> {
        let place = *self.tables.get(&(namespace?, name?))?;
        self.schema.tables.get_mut(place)
    }

    fn name(&self, namespace: Option<String>, name: Option<String>) -> ObjectName {
        shown(self.namespaces, &namespace.unwrap_or_default(), name.unwrap_or_default())
    }

    /// Adds what the printed definition of a table says more.
    fn read_definition(&mut self, place: usize, definition: &str) {
        let table = &mut self.schema.tables[place];
        let outside = printed::read(table, definition);
        let checks = table.columns.iter_mut().filter_map(|column| column.check.as_mut());
        checks.for_each(|check| *check = columns::unqualified(self.namespaces, std::mem::take(check)));
        let name = table.name.clone();
        for (option, text) in outside {
            let of = ObjectName { schema: name.schema.clone(), name: option };
            let (table, definition) = (Some(name.clone()), Some(text));
            self.schema.objects.push(TextObject { table, definition, ..TextObject::new("table option", of) });
        }
    }

    /// Returns the default collation of the namespace of each table.
    fn read_tables(&mut self, rows: Rows) -> Vec<String> {
        let mut collations = Vec::new();
        for row in rows {
            let [namespace, name, comment, collation, own_collation] = columns(row);
            let key = (namespace.clone().unwrap_or_default(), name.clone().unwrap_or_default());
            let mut table = Table::new(self.name(namespace, name));
            table.comment = comment;
            if table.name.schema.is_none() {
                self.schema.collation.clone_from(&collation);
            }
            table.options.collation = own_collation.filter(|own| Some(own) != collation.as_ref());
            self.tables.insert(key, self.schema.tables.len());
            self.schema.tables.push(table);
            collations.push(collation.unwrap_or_default());
        }
        collations
    }

    fn read_indexes(&mut self, rows: Rows) {
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            let [namespace, table, name, non_unique, method, column, expression, order, prefix] =
                columns(row);
            let mut parts = vec![part(column, expression, order, prefix)];
            let same =
                |row: &Vec<Option<String>>| row[..3] == [namespace.clone(), table.clone(), name.clone()];
            while let Some(row) = rows.next_if(same) {
                let [_, _, _, _, _, column, expression, order, prefix] = columns(row);
                parts.push(part(column, expression, order, prefix));
            }
            let Some(table) = self.table(namespace, table) else { continue };
            let name = name.unwrap_or_default();
            let unique = !is_true(non_unique.as_ref());
            let method = method.map(|method| method.to_lowercase()).filter(|method| method != "btree");
            if method.as_deref() == Some("spatial") {
                parts.iter_mut().for_each(|part| part.prefix = None);
            }
            let is_plain = method.is_none() && parts.iter().all(is_plain);
            if name == "PRIMARY" {
                let has_prefixes = parts.iter().any(|part| part.prefix.is_some());
                let prefixes = parts.iter().filter(|_| has_prefixes).map(|part| part.prefix).collect();
                let columns = parts.into_iter().map(|part| part.key).collect();
                table.primary_key = Some(PrimaryKey { definition: None, name: None, columns, prefixes });
                continue;
            }
            // A unique constraint and a unique index are the same thing.
            if unique && is_plain {
                let columns = parts.into_iter().map(|part| part.key).collect();
                let name = Some(name);
                table.uniques.push(Unique {
                    definition: None,
                    name,
                    columns,
                    nulls_not_distinct: false,
                    deferrable: None,
                });
            } else {
                table.indexes.push(Index {
                    definition: None,
                    is_invalid: false,
                    name,
                    parts,
                    unique,
                    nulls_not_distinct: false,
                    method,
                    include: Vec::new(),
                    condition: None,
                    renamed_from: None,
                });
            }
        }
    }

    fn read_keys(&mut self, rows: Rows) {
        for row in rows {
            let [namespace, table, name, column, to_namespace, to_table, to_column] = columns(row);
            let references = self.name(to_namespace, to_table);
            let Some(table) = self.table(namespace, table) else { continue };
            if table.foreign_keys.last().is_none_or(|last| last.name != name) {
                table.foreign_keys.push(ForeignKey {
                    definition: None,
                    name,
                    columns: Vec::new(),
                    references,
                    referenced_columns: Vec::new(),
                    on_delete: ReferentialAction::NoAction,
                    on_update: ReferentialAction::NoAction,
                    deferrable: None,
                });
            }
            if let Some(key) = table.foreign_keys.last_mut() {
                key.columns.extend(column);
                key.referenced_columns.extend(to_column);
            }
        }
    }

    fn read_checks(&mut self, flavor: Flavor, rows: Rows) {
        for row in rows {
            let [namespace, table, name, expression] = columns(row);
            let expression = columns::expression(flavor, expression.unwrap_or_default());
            let expression = columns::unqualified(self.namespaces, expression);
            let Some(table) = self.table(namespace, table) else { continue };
            table.checks.push(Check { definition: None, name, expression });
        }
    }

    /// `definitions` has those of the views and sequences, in their order.
    fn read_objects(&mut self, rows: Rows, mut definitions: impl Iterator<Item = String>) {
        for row in rows {
            let [kind, namespace, name, table, mut definition, drop] = columns(row);
            let name = self.name(namespace.clone(), name);
            let table = table.map(|table| self.name(namespace, Some(table)));
            let kind = kind.unwrap_or_default();
            let is_sequence = kind == "sequence";
            // The catalog has it without the character sets of its texts.
            if let ("view", Some(create)) = (kind.as_str(), &definition) {
                let query = query_of_view(&definitions.next().unwrap_or_default());
                definition = query.map(|query| format!("{create} {query}"));
            }
            if let (true, Some(create)) = (is_sequence, &definition) {
                let printed = definitions.next().unwrap_or_default();
                let start = format!("CREATE SEQUENCE {}", identifier(Dialect::Mysql, &name.name));
                let rest = printed.strip_prefix(&start).map(|rest| rest.trim_end_matches(" ENGINE=InnoDB"));
                definition = rest.map(|rest| format!("{create}{rest}"));
            }
            let definition = definition.map(|text| columns::unqualified(self.namespaces, text));
            let drop = drop.filter(|_| definition.is_some());
            let uses = match &definition {
                Some(definition) if !is_sequence => uses(&self.schema, definition, Dialect::Mysql),
                _ => Vec::new(),
            };
            self.schema.objects.push(TextObject {
                table,
                definition,
                drop,
                uses,
                before_tables: is_sequence,
                ..TextObject::new(kind, name)
            });
        }
        self.schema.objects.sort();
    }
}

/// What `SHOW CREATE VIEW` prints behind the name, from `AS` on.
fn query_of_view(printed: &str) -> Option<String> {
    let mut words = tokens(printed, Dialect::Mysql).filter(|token| token.kind == TokenKind::Word);
    words.find(|token| token.text(printed) == "VIEW")?;
    let start = words.find(|token| token.text(printed) == "AS")?.start;
    printed.get(start..).map(str::to_owned)
}

fn part(
    column: Option<String>,
    expression: Option<String>,
    order: Option<String>,
    prefix: Option<String>,
) -> IndexPart {
    let direction = if order.as_deref() == Some("D") { Direction::Descending } else { Direction::Ascending };
    let is_expression = expression.is_some();
    let expression = expression.map(|expression| columns::expression(Flavor::Mysql, expression));
    IndexPart {
        key: expression.or(column).unwrap_or_default(),
        is_expression,
        direction,
        nulls: None,
        collation: None,
        operator_class: None,
        prefix: prefix.and_then(|prefix| prefix.parse().ok()),
    }
}

fn is_plain(part: &IndexPart) -> bool {
    !part.is_expression && part.prefix.is_none() && part.direction == Direction::Ascending
}

#[cfg(test)]
mod tests {
    use super::Flavor;

    #[test]
    fn versions_of_servers() {
        assert_eq!(Flavor::of("10.11.19-MariaDB-0+deb12u1"), Flavor::Mariadb);
        assert_eq!(Flavor::of("9.7.4"), Flavor::Mysql);
    }
}

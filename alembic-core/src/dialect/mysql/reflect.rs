//! The catalog of MySQL and MariaDB as a [`Schema`].
//!
//! What one of the two says in another way than the other is read into the same form here, and nowhere else.

mod actions;
mod columns;
mod queries;

use std::collections::HashMap;

pub(crate) use actions::Untold;
pub(crate) use queries::queries;

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, is_true, shown, uses};
use crate::schema::{
    Check, Direction, ForeignKey, Index, IndexPart, ObjectName, PrimaryKey, ReferentialAction, Schema, Table,
    TextObject, Unique,
};
use crate::sql::Dialect;

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

/// The schema that the answers of [`queries`] describe.
pub(crate) fn schema(namespaces: &[Namespace], flavor: Flavor, answers: [Rows; 7]) -> Schema {
    let [tables, column_rows, indexes, keys, actions, checks, objects] = answers;
    let mut reader = Reader { namespaces, schema: Schema::default(), tables: HashMap::new() };
    let collations = reader.read_tables(tables);
    columns::read(&mut reader, flavor, &collations, column_rows);
    reader.read_indexes(indexes);
    reader.read_keys(keys, actions);
    reader.read_checks(flavor, checks);
    reader.read_objects(objects);
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

    /// Says that there is more to a table, column, constraint or index than a schema holds.
    fn note(&mut self, kind: &str, table: ObjectName, name: String, definition: String) {
        let name = ObjectName { schema: table.schema.clone(), name };
        let (kind, table, definition) = (kind.to_owned(), Some(table), Some(definition));
        self.schema.objects.push(TextObject { table, definition, ..TextObject::new(kind, name) });
    }

    /// Returns the default collation of the namespace of each table.
    fn read_tables(&mut self, rows: Rows) -> Vec<String> {
        let mut collations = Vec::new();
        for row in rows {
            let [namespace, name, comment, more, collation, own_collation] = columns(row);
            let key = (namespace.clone().unwrap_or_default(), name.clone().unwrap_or_default());
            let mut table = Table::new(self.name(namespace, name));
            table.comment = comment;
            if table.name.schema.is_none() {
                self.schema.collation.clone_from(&collation);
            }
            table.options.collation = own_collation.filter(|own| Some(own) != collation.as_ref());
            if let Some(more) = more.filter(|more| !more.is_empty()) {
                self.note("table option", table.name.clone(), table.name.name.clone(), more);
            }
            self.tables.insert(key, self.schema.tables.len());
            self.schema.tables.push(table);
            collations.push(collation.unwrap_or_default());
        }
        collations
    }

    fn read_indexes(&mut self, rows: Rows) {
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            let [
                namespace,
                table,
                name,
                non_unique,
                method,
                column,
                expression,
                order,
                prefix,
                ignored,
                comment,
            ] = columns(row);
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
            let own_name = table.name.clone();
            if name == "PRIMARY" {
                let is_turned = parts.iter().any(|part| part.direction == Direction::Descending);
                let has_prefixes = parts.iter().any(|part| part.prefix.is_some());
                let prefixes = parts.iter().filter(|_| has_prefixes).map(|part| part.prefix).collect();
                let columns = parts.into_iter().map(|part| part.key).collect();
                table.primary_key = Some(PrimaryKey { definition: None, name: None, columns, prefixes });
                if is_turned {
                    self.note("constraint option", own_name, name, "DESC".into());
                }
                continue;
            }
            // A unique constraint and a unique index are the same thing.
            if unique && is_plain {
                let columns = parts.into_iter().map(|part| part.key).collect();
                let name = Some(name.clone());
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
                    name: name.clone(),
                    parts,
                    unique,
                    nulls_not_distinct: false,
                    method,
                    include: Vec::new(),
                    condition: None,
                    renamed_from: None,
                });
            }
            let more = [
                is_true(ignored.as_ref()).then(|| "IGNORED".to_owned()),
                comment.map(|comment| format!("COMMENT {comment}")),
            ];
            for more in more.into_iter().flatten() {
                self.note("index option", own_name.clone(), name.clone(), more);
            }
        }
    }

    fn read_keys(&mut self, rows: Rows, actions: Rows) {
        let actions: HashMap<_, _> = actions
            .into_iter()
            .map(|row| {
                let [namespace, table, name, on_delete, on_update] = columns(row);
                ((namespace, table, name), (on_delete, on_update))
            })
            .collect();
        for row in rows {
            let [namespace, table, name, column, to_namespace, to_table, to_column] = columns(row);
            let references = self.name(to_namespace, to_table);
            let key = (namespace.clone(), table.clone(), name.clone());
            let (on_delete, on_update) = actions.get(&key).cloned().unwrap_or_default();
            let Some(table) = self.table(namespace, table) else { continue };
            if table.foreign_keys.last().is_none_or(|last| last.name != name) {
                table.foreign_keys.push(ForeignKey {
                    definition: None,
                    name,
                    columns: Vec::new(),
                    references,
                    referenced_columns: Vec::new(),
                    on_delete: action(on_delete.as_deref()),
                    on_update: action(on_update.as_deref()),
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
            let [namespace, table, name, level, expression, enforced] = columns(row);
            let expression = columns::expression(flavor, expression.unwrap_or_default());
            let expression = columns::unqualified(self.namespaces, expression);
            let Some(table) = self.table(namespace, table) else { continue };
            let name = name.unwrap_or_default();
            if level.as_deref() == Some("Column") {
                columns::add_check(table, &name, expression);
                continue;
            }
            let own_name = table.name.clone();
            table.checks.push(Check { definition: None, name: Some(name.clone()), expression });
            if !is_true(enforced.as_ref()) {
                self.note("constraint option", own_name, name, "NOT ENFORCED".into());
            }
        }
    }

    fn read_objects(&mut self, rows: Rows) {
        for row in rows {
            let [kind, namespace, name, table, definition, drop] = columns(row);
            let name = self.name(namespace.clone(), name);
            let table = table.map(|table| self.name(namespace, Some(table)));
            let kind = kind.unwrap_or_default();
            let definition = definition.map(|text| columns::unqualified(self.namespaces, text));
            let drop = drop.filter(|_| definition.is_some());
            let uses = match &definition {
                Some(definition) if kind != "partition" => uses(&self.schema, definition, Dialect::Mysql),
                _ => Vec::new(),
            };
            self.schema.objects.push(TextObject {
                table,
                definition,
                drop,
                uses,
                ..TextObject::new(kind, name)
            });
        }
        self.schema.objects.sort();
    }
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

/// InnoDB does the same for RESTRICT and NO ACTION, and the two servers have each one word for both.
fn action(words: Option<&str>) -> ReferentialAction {
    match words {
        Some("CASCADE") => ReferentialAction::Cascade,
        Some("SET NULL") => ReferentialAction::SetNull,
        Some("SET DEFAULT") => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
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

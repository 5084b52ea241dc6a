//! PostgreSQL's catalog as a [`Schema`].
//!
//! Expressions, types and conditions are what the server itself prints (`pg_get_expr`, `format_type`, …), under the search
//! path of the connection: names that it finds are not qualified.

mod definition;
mod object_queries;
mod objects;
mod option_queries;
mod queries;
mod use_queries;

use std::collections::HashMap;

pub(crate) use queries::{casts, queries};

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, is_true, shown};
use crate::schema::{
    Check, Column, Deferrable, Direction, Enum, ForeignKey, Generated, Identity, Index, IndexPart, Nulls,
    ObjectName, PrimaryKey, ReferentialAction, Schema, Sequence, Table, Type, Unique,
};

/// The schema that the answers of [`queries`] describe.
pub(crate) fn schema(namespaces: &[Namespace], answers: [Rows; 7]) -> Schema {
    let [tables, column_rows, constraints, indexes, enums, object_rows, uses] = answers;
    let mut reader = Reader { namespaces, schema: Schema::default(), tables: HashMap::new() };
    reader.read_tables(tables);
    reader.read_columns(column_rows);
    reader.read_constraints(constraints);
    reader.read_indexes(indexes);
    reader.read_enums(enums);
    let mut schema = reader.schema;
    schema.tables.iter_mut().for_each(definition::keep_remainders);
    objects::read(namespaces, &mut schema, object_rows, uses);
    schema
}

struct Reader<'a> {
    namespaces: &'a [Namespace],
    schema: Schema,
    /// The place of each table in the schema, by its oid.
    tables: HashMap<String, usize>,
}

impl Reader<'_> {
    fn name(&self, namespace: Option<String>, name: Option<String>) -> ObjectName {
        shown(self.namespaces, &namespace.unwrap_or_default(), name.unwrap_or_default())
    }

    fn table(&mut self, oid: Option<String>) -> Option<&mut Table> {
        let place = *self.tables.get(&oid?)?;
        self.schema.tables.get_mut(place)
    }

    fn read_tables(&mut self, rows: Rows) {
        for row in rows {
            let [oid, namespace, name, comment, partition_by] = columns(row);
            let mut table = Table::new(self.name(namespace, name));
            table.comment = comment;
            table.options.partition_by = partition_by;
            self.tables.insert(oid.unwrap_or_default(), self.schema.tables.len());
            self.schema.tables.push(table);
        }
    }

    fn read_columns(&mut self, rows: Rows) {
        for row in rows {
            let [
                table,
                name,
                words,
                enum_namespace,
                enum_name,
                is_array,
                not_null,
                expression,
                identity,
                generated,
                collation,
                comment,
                sequence_namespace,
                sequence,
                sequence_type,
                identity_options,
            ] = columns(row);
            let type_ = match enum_name {
                Some(_) => {
                    let base = Type::Enum(self.name(enum_namespace, enum_name));
                    if is_true(is_array.as_ref()) { Type::Array(Box::new(base)) } else { base }
                }
                None => Type::Sql(words.unwrap_or_default()),
            };
            let mut column = Column::new(name.unwrap_or_default(), type_);
            column.nullable = !is_true(not_null.as_ref());
            column.collation = collation;
            column.comment = comment;
            column.identity = match identity.as_deref() {
                Some("a") => Some(Identity::Always),
                Some("d") => Some(Identity::ByDefault),
                _ => None,
            };
            column.identity_options = identity_options;
            match (expression, generated.as_deref()) {
                (Some(expression), Some(kind @ ("s" | "v"))) => {
                    column.generated = Some(Generated { expression, stored: kind == "s" });
                }
                (Some(default), _)
                    if sequence.is_some() && is_nextval(&default) && is_integer(&column.type_) =>
                {
                    column.identity = Some(Identity::Serial);
                    column.sequence = Some(Sequence {
                        name: self.name(sequence_namespace, sequence),
                        type_: Type::Sql(sequence_type.unwrap_or_default()),
                    });
                }
                (default, _) => column.default = default,
            }
            if let Some(table) = self.table(table) {
                table.columns.push(column);
            }
        }
    }

    fn read_constraints(&mut self, rows: Rows) {
        let mut previous = None;
        for row in rows {
            let [
                oid,
                table,
                name,
                kind,
                column,
                namespace,
                referenced,
                referenced_column,
                on_delete,
                on_update,
                deferrable,
                deferred,
                expression,
                nulls_not_distinct,
                definition,
            ] = columns(row);
            let references = self.name(namespace, referenced);
            let again = oid == previous;
            previous = oid;
            let Some(table) = self.table(table) else { continue };
            if again {
                continue_key(table, kind.as_deref(), column, referenced_column);
                continue;
            }
            let deferrable = is_true(deferrable.as_ref()).then(|| match is_true(deferred.as_ref()) {
                true => Deferrable::InitiallyDeferred,
                false => Deferrable::InitiallyImmediate,
            });
            let columns: Vec<String> = column.into_iter().collect();
            match kind.as_deref() {
                Some("p") => {
                    table.primary_key = Some(PrimaryKey { name, columns, prefixes: Vec::new(), definition })
                }
                Some("u") => table.uniques.push(Unique {
                    name,
                    columns,
                    nulls_not_distinct: is_true(nulls_not_distinct.as_ref()),
                    deferrable,
                    definition,
                }),
                Some("f") => table.foreign_keys.push(ForeignKey {
                    name,
                    columns,
                    references,
                    referenced_columns: referenced_column.into_iter().collect(),
                    on_delete: action(on_delete.as_deref()),
                    on_update: action(on_update.as_deref()),
                    deferrable,
                    definition,
                }),
                _ => {
                    let expression = expression.unwrap_or_default();
                    table.checks.push(Check { name, expression, definition });
                }
            }
        }
    }

    fn read_indexes(&mut self, rows: Rows) {
        let mut previous = None;
        for row in rows {
            let [
                oid,
                table,
                name,
                unique,
                nulls_not_distinct,
                method,
                condition,
                valid,
                column,
                expression,
                included,
                options,
                operator_class,
                collation,
                definition,
            ] = columns(row);
            let again = oid == previous;
            previous = oid;
            let Some(table) = self.table(table) else { continue };
            let name = name.unwrap_or_default();
            if !again {
                table.indexes.push(Index {
                    name,
                    parts: Vec::new(),
                    unique: is_true(unique.as_ref()),
                    nulls_not_distinct: is_true(nulls_not_distinct.as_ref()),
                    method: method.filter(|method| method != "btree"),
                    include: Vec::new(),
                    condition,
                    is_invalid: !is_true(valid.as_ref()),
                    definition: definition.and_then(|text| definition::of_index(&text)),
                    renamed_from: None,
                });
            }
            let Some(index) = table.indexes.last_mut() else { continue };
            if is_true(included.as_ref()) {
                index.include.extend(column);
            } else {
                let options = options.and_then(|options| options.parse().ok()).unwrap_or(0);
                index.parts.push(part(column, expression, options, operator_class, collation));
            }
        }
    }

    fn read_enums(&mut self, rows: Rows) {
        for row in rows {
            let [namespace, name, value] = columns(row);
            let name = self.name(namespace, name);
            match self.schema.enums.last_mut() {
                Some(last) if last.name == name => last.values.extend(value),
                _ => {
                    let values = value.into_iter().collect();
                    self.schema.enums.push(Enum {
                        name,
                        values,
                        renamed_values: Vec::new(),
                        renamed_from: None,
                    });
                }
            }
        }
    }
}

/// A further column of the key that was begun last.
fn continue_key(table: &mut Table, kind: Option<&str>, column: Option<String>, referenced: Option<String>) {
    let columns = match kind {
        Some("p") => table.primary_key.as_mut().map(|key| &mut key.columns),
        Some("u") => table.uniques.last_mut().map(|unique| &mut unique.columns),
        Some("f") => table.foreign_keys.last_mut().map(|key| {
            key.referenced_columns.extend(referenced);
            &mut key.columns
        }),
        _ => None,
    };
    if let Some(columns) = columns {
        columns.extend(column);
    }
}

fn part(
    column: Option<String>,
    expression: Option<String>,
    options: u16,
    operator_class: Option<String>,
    collation: Option<String>,
) -> IndexPart {
    // pg_index.indoption: bit 0 is DESC, bit 1 is NULLS FIRST.
    let direction = if options & 1 == 0 { Direction::Ascending } else { Direction::Descending };
    let nulls = match (options & 1, options & 2) {
        (0, 2) => Some(Nulls::First),
        (1, 0) => Some(Nulls::Last),
        _ => None,
    };
    let is_expression = expression.is_some();
    let key = expression.or(column).unwrap_or_default();
    IndexPart { key, is_expression, direction, nulls, collation, operator_class, prefix: None }
}

fn is_nextval(default: &str) -> bool {
    default.starts_with("nextval('") && default.ends_with("'::regclass)")
}

/// The types that `smallserial`, `serial` and `bigserial` stand for. A column that got another one keeps its sequence and
/// the default that calls it, but no word makes such a column.
fn is_integer(type_: &Type) -> bool {
    matches!(type_, Type::Sql(words) if matches!(words.as_str(), "smallint" | "integer" | "bigint"))
}

/// `pg_constraint.confdeltype` and `confupdtype`.
fn action(letter: Option<&str>) -> ReferentialAction {
    match letter {
        Some("r") => ReferentialAction::Restrict,
        Some("c") => ReferentialAction::Cascade,
        Some("n") => ReferentialAction::SetNull,
        Some("d") => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

//! What is in the database and is no table: views, functions, triggers, options, …

use std::collections::HashMap;

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, is_true, shown};
use crate::schema::{ObjectName, Schema, TextObject, Use};
use crate::sql::{Dialect, tokens, unquote};

/// Adds what is there, and what it needs.
pub(super) fn read(namespaces: &[Namespace], schema: &mut Schema, objects: Rows, uses: Rows) {
    let name = |namespace: Option<String>, name: Option<String>| {
        shown(namespaces, &namespace.unwrap_or_default(), name.unwrap_or_default())
    };
    let mut places = HashMap::new();
    for row in objects {
        let [oid, kind, namespace, own, table_namespace, table, definition, drop, before_tables] =
            columns(row);
        let kind = kind.unwrap_or_default();
        places.insert((kind.clone(), oid), schema.objects.len());
        schema.objects.push(TextObject {
            table: table.map(|table| name(table_namespace, Some(table))),
            definition,
            drop,
            before_tables: is_true(before_tables.as_ref()),
            ..TextObject::new(kind, name(namespace, own))
        });
    }
    schema.objects.iter_mut().for_each(add_part);
    for row in uses {
        let [oid, kind, namespace, own, table_namespace, table, column] = columns(row);
        // What is in a schema that is not read may need what is in one that is.
        let kind = kind.unwrap_or_default();
        let place = *places.entry((kind.clone(), oid)).or_insert(schema.objects.len());
        if place == schema.objects.len() {
            schema.objects.push(TextObject::new(kind, name(namespace, own)));
        }
        schema.objects[place].uses.push(Use { table: name(table_namespace, table), column });
    }
    schema.objects.sort();
}

/// Says of which trigger, constraint or index an option or a comment is: it goes with that.
fn add_part(object: &mut TextObject) {
    let name = match object.kind.as_str() {
        "trigger option" => Some(object.name.name.clone()),
        "index option" => object.name.name.rsplit_once(' ').map(|(index, _)| index.to_owned()),
        "comment" => object.definition.as_deref().and_then(commented_part),
        _ => None,
    };
    let schema = object.table.as_ref().and_then(|table| table.schema.clone());
    object.uses.extend(name.map(|name| Use { table: ObjectName { schema, name }, column: None }));
}

/// The part of a table that a statement `COMMENT ON` is about.
fn commented_part(sql: &str) -> Option<String> {
    let words = tokens(sql, Dialect::Postgresql).map(|token| token.text(sql));
    let words: Vec<&str> = words.take_while(|word| *word != "IS").collect();
    let name = match words.get(2)? {
        &"TRIGGER" | &"POLICY" | &"RULE" | &"CONSTRAINT" => words.get(3)?,
        &"INDEX" => words.last()?,
        _ => return None,
    };
    Some(unquote(name).unwrap_or_else(|| (*name).to_owned()))
}

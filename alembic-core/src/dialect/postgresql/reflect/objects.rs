//! What is in the database and is no table: views, functions, triggers, options, …

use std::collections::HashMap;

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, is_true, shown};
use crate::schema::{ObjectName, Schema, TextObject, Use};
use crate::sql::{Dialect, tokens, unquote};

/// What has privileges and may have to be made again.
const OWNING: [&str; 5] = ["view", "materialized view", "function", "procedure", "aggregate"];

/// Adds what is there, and what it needs.
pub(super) fn read(namespaces: &[Namespace], schema: &mut Schema, objects: Rows, uses: Rows) {
    let name = |namespace: Option<String>, name: Option<String>| {
        shown(namespaces, &namespace.unwrap_or_default(), name.unwrap_or_default())
    };
    let mut places = HashMap::new();
    let is_read =
        |namespace: &Option<String>| namespaces.iter().any(|own| Some(&own.name) == namespace.as_ref());
    let mut privileges: Vec<(Option<String>, Option<String>)> = Vec::new();
    for row in objects {
        let [oid, kind, namespace, own, table_namespace, table, definition, drop, before_tables] =
            columns(row);
        let kind = kind.unwrap_or_default();
        if kind == "privilege" {
            privileges.push((oid, definition));
            continue;
        }
        places.insert((kind.clone(), oid), schema.objects.len());
        schema.objects.push(TextObject {
            table: table.map(|table| name(table_namespace, Some(table))),
            definition,
            drop,
            before_tables: is_true(before_tables.as_ref()),
            ..TextObject::new(kind, name(namespace, own))
        });
    }
    for (oid, statement) in privileges {
        let own = OWNING.iter().find_map(|kind| places.get(&((*kind).to_owned(), oid.clone())));
        own.into_iter().for_each(|&place| schema.objects[place].privileges.extend(statement.clone()));
    }
    schema.objects.iter_mut().for_each(add_part);
    for row in uses {
        let [oid, kind, namespace, own, table_namespace, table, column] = columns(row);
        // What is in a schema that is not read may need what is in one that is. What is read and not listed is an extension's.
        let kind = kind.unwrap_or_default();
        if is_read(&namespace) && !places.contains_key(&(kind.clone(), oid.clone())) {
            continue;
        }
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

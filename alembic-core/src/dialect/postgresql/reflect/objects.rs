//! What is in the database and is no table: views, functions, triggers, options, …

use std::collections::HashMap;

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, is_true, shown};
use crate::schema::{Schema, TextObject, Use};

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

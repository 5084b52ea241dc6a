//! What is in the database and not in a schema: views, functions, triggers, …

use std::collections::HashMap;

use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns, shown};
use crate::schema::{Foreign, Schema, Use};

/// Adds what is there, and what of the tables it needs.
pub(super) fn read(namespaces: &[Namespace], schema: &mut Schema, foreign: Rows, uses: Rows) {
    let name = |namespace: Option<String>, name: Option<String>| {
        shown(namespaces, &namespace.unwrap_or_default(), name.unwrap_or_default())
    };
    let mut places = HashMap::new();
    for row in foreign {
        let [oid, kind, namespace, own, table_namespace, table, definition] = columns(row);
        let kind = kind.unwrap_or_default();
        places.insert((kind.clone(), oid), schema.foreign.len());
        schema.foreign.push(Foreign {
            kind,
            name: name(namespace, own),
            table: table.map(|table| name(table_namespace, Some(table))),
            definition,
            uses: Vec::new(),
        });
    }
    for row in uses {
        let [oid, kind, namespace, own, table_namespace, table, column] = columns(row);
        // What is in a schema that is not read may need what is in one that is.
        let kind = kind.unwrap_or_default();
        let place = *places.entry((kind.clone(), oid)).or_insert(schema.foreign.len());
        if place == schema.foreign.len() {
            schema.foreign.push(Foreign {
                kind,
                name: name(namespace, own),
                table: None,
                definition: None,
                uses: Vec::new(),
            });
        }
        schema.foreign[place].uses.push(Use { table: name(table_namespace, table), column });
    }
    schema.foreign.sort();
}

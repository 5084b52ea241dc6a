//! SQLite's schema table as a [`Schema`].
//!
//! Two queries: the definitions that SQLite keeps, and what kinds of tables there are (it makes tables of its own for
//! virtual ones). All else is read from the definitions.

mod index;
mod table;

use std::collections::HashMap;

use self::index::read_index;
use self::table::read_table;
use crate::dialect::Rows;
use crate::dialect::reflect::{columns, uses};
use crate::schema::{Index, ObjectName, Schema, Table, TextObject};
use crate::sql::quote::identifier;
use crate::sql::{Dialect, Reader};

/// The queries, in the order in which [`schema`] takes their answers.
pub(crate) fn queries() -> [String; 2] {
    [
        "SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid",
        "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'table'",
    ]
    .map(str::to_owned)
}

/// The schema that the answers of [`queries`] describe.
pub(crate) fn schema(answers: [Rows; 2]) -> Schema {
    let [objects, kinds] = answers;
    let kinds: Vec<[Option<String>; 2]> = kinds.into_iter().map(columns).collect();
    let is = |name: &str, kind: &str| {
        kinds.iter().any(|own| own[0].as_deref() == Some(name) && own[1].as_deref() == Some(kind))
    };
    let mut schema = Schema::default();
    let mut places = HashMap::new();
    let mut others = Vec::new();
    for row in objects {
        let [kind, name, table, sql] = columns(row);
        let (kind, name) = (kind.unwrap_or_default(), name.unwrap_or_default());
        // An index without a text belongs to a constraint.
        let (Some(table), Some(sql)) = (table, sql) else { continue };
        if name.starts_with("sqlite_") || is(&table, "shadow") {
            continue;
        }
        match kind.as_str() {
            "table" if is(&name, "virtual") => others.push(("virtual table".to_owned(), name, None, sql)),
            "table" => {
                let (place, key) = (schema.tables.len(), name.to_lowercase());
                read_definition(&mut schema, name, sql);
                if place < schema.tables.len() {
                    places.insert(key, place);
                }
            }
            "index" => match (places.get(&table.to_lowercase()), read_index(&sql)) {
                (Some(&place), Ok(index)) => {
                    let table = &mut schema.tables[place];
                    let index = with_columns(table, index);
                    table.indexes.push(index);
                }
                _ => others.push(("unreadable index".to_owned(), name, Some(table), sql)),
            },
            "trigger" => others.push((kind, name, Some(table), sql)),
            _ => others.push((kind, name, None, sql)),
        }
    }
    resolve_references(&mut schema, &places);
    for (kind, name, table, sql) in others {
        let uses = uses(&schema, &sql, Dialect::Sqlite);
        let word = match kind.as_str() {
            "view" => Some("VIEW"),
            "trigger" => Some("TRIGGER"),
            "virtual table" => Some("TABLE"),
            _ => None,
        };
        let drop = word.map(|word| format!("DROP {word} {}", identifier(Dialect::Sqlite, &name)));
        let (name, table) = (ObjectName::new(name), table.map(ObjectName::new));
        schema.objects.push(TextObject {
            drop,
            table,
            definition: Some(sql),
            uses,
            ..TextObject::new(kind, name)
        });
    }
    schema.objects.sort();
    schema
}

fn read_definition(schema: &mut Schema, name: String, sql: String) {
    let name = ObjectName::new(name);
    let definition = match read_table(&sql) {
        Ok(definition) => definition,
        Err(_) => {
            let (kind, definition) = ("unreadable table".to_owned(), Some(sql));
            schema.objects.push(TextObject { definition, ..TextObject::new(kind, name) });
            return;
        }
    };
    if !definition.more.is_empty() {
        let kind = "constraint option".to_owned();
        let more = definition.more.join(", ");
        let (name, table, definition) = (name.clone(), Some(name.clone()), Some(more));
        schema.objects.push(TextObject { table, definition, ..TextObject::new(kind, name) });
    }
    let mut table = Table { name, ..definition.table };
    // Names of columns are compared without regard to letter case: all are written as the column itself is.
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    if let Some(key) = &mut table.primary_key {
        as_columns(&names, &mut key.columns);
    }
    table.uniques.iter_mut().for_each(|unique| as_columns(&names, &mut unique.columns));
    table.foreign_keys.iter_mut().for_each(|key| as_columns(&names, &mut key.columns));
    schema.tables.push(table);
}

fn as_columns(names: &[String], columns: &mut [String]) {
    for column in columns {
        if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(column)) {
            column.clone_from(name);
        }
    }
}

/// The index with its columns told from its expressions, and without the collations that the columns have anyway.
fn with_columns(table: &Table, mut index: Index) -> Index {
    for part in &mut index.parts {
        let column = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&part.key));
        let own = column.and_then(|column| column.collation.as_deref()).unwrap_or("BINARY");
        match column {
            Some(column) if !part.is_expression => part.key.clone_from(&column.name),
            _ => part.is_expression = true,
        }
        part.collation.take_if(|collation| collation.eq_ignore_ascii_case(own));
    }
    index
}

/// Writes the tables and columns that foreign keys refer to as they write themselves, and says which columns those are
/// where only the table was named.
fn resolve_references(schema: &mut Schema, places: &HashMap<String, usize>) {
    let mut resolved = Vec::new();
    for (own, table) in schema.tables.iter().enumerate() {
        for (number, key) in table.foreign_keys.iter().enumerate() {
            let place = places.get(&key.references.name.to_lowercase());
            let Some(referenced) = place.and_then(|&place| schema.tables.get(place)) else { continue };
            let mut columns = key.referenced_columns.clone();
            if columns.is_empty() {
                columns = referenced.primary_key.as_ref().map_or_else(Vec::new, |key| key.columns.clone());
            }
            let names: Vec<String> = referenced.columns.iter().map(|column| column.name.clone()).collect();
            as_columns(&names, &mut columns);
            resolved.push((own, number, referenced.name.clone(), columns));
        }
    }
    for (own, number, references, columns) in resolved {
        let key = &mut schema.tables[own].foreign_keys[number];
        (key.references, key.referenced_columns) = (references, columns);
    }
}

/// The rest of `reader` without comments, and with one blank where there was white space.
fn tidy(reader: &Reader<'_>) -> String {
    let mut tidy = String::new();
    let mut end = None;
    for token in reader.rest() {
        if end.is_some_and(|end| end < token.start) {
            tidy.push(' ');
        }
        tidy.push_str(reader.slice(&(token.start..token.end)));
        end = Some(token.end);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_go() {
        let check = |text: &str, expected: &str| assert_eq!(tidy(&Reader::stored(text)), expected);
        check(" a  >\n 0 -- why\n", "a > 0");
        check("a/* */+b", "a +b");
        check("'two  blanks'", "'two  blanks'");
    }
}

mod kinds;
mod laws;
mod nesting;
mod objects;
mod sessions;
mod traces;

use crate::sql::{Dialect, Name};

const ALL: &[Dialect] = &Dialect::ALL;
const SQLITE: &[Dialect] = &[Dialect::Sqlite];
const POSTGRESQL: &[Dialect] = &[Dialect::Postgresql];
const MYSQL: &[Dialect] = &[Dialect::Mysql];

/// A name, with or without its schema.
fn name(text: &str) -> Name {
    match text.split_once('.') {
        Some((schema, name)) => Name { schema: Some(schema.to_owned()), name: name.to_owned() },
        None => Name { schema: None, name: text.to_owned() },
    }
}

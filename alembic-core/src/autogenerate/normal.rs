//! The desired schema as the database shows it, so that it can be compared with the actual one.

use std::collections::HashSet;

use super::AutogenerateError;
use super::restated::align;
use super::scratch::Scratch;
use super::settled::is_settled;
use crate::dialect::Namespace;
use crate::migrate::Connection;
use crate::schema::{Enum, ObjectName, ReferentialAction, Schema, Table};
use crate::sql::Dialect;

/// The desired tables and enums in the spelling of the database. What certainly is as it should be is taken from the actual
/// schema; `made` is what the database has shown of the others already, if it has.
pub(super) async fn normalised(
    connection: &mut Connection,
    scratch: &mut Scratch<'_, '_>,
    namespaces: &[Namespace],
    (made, [generic, actual, desired]): (Option<Schema>, [&Schema; 3]),
    tells_definitions: bool,
) -> Result<Schema, AutogenerateError> {
    let dialect = connection.dialect();
    let parted = part(dialect, [generic, actual, desired], tells_definitions);
    let Parted { settled, mut open, same_enums } = parted;
    if same_enums && open.tables.is_empty() {
        open.enums.clear();
    }
    let taken_as_told = too_many_new(dialect, &mut open, actual, desired);
    let mut normal = match made {
        // The database has shown them once.
        Some(made) => only(made, &open),
        None => scratch.normalise(connection, namespaces, &open).await?,
    };
    keep_foreign_keys(dialect, &mut normal, &open);
    normal.tables.extend(taken_as_told);
    normal.tables.extend(settled);
    normal.tables.sort_by(|a, b| a.name.cmp(&b.name));
    if same_enums {
        normal.enums.clone_from(&actual.enums);
    }
    align(connection, scratch, namespaces, &mut normal, actual, desired).await?;
    Ok(normal)
}

/// The desired tables, parted by whether the database has to be asked about them.
struct Parted {
    /// Tables that are certainly as they should be, as the database shows them.
    settled: Vec<Table>,
    /// All others, with the enums.
    open: Schema,
    /// Whether the enums are as they should be.
    same_enums: bool,
}

fn part(dialect: Dialect, [generic, actual, desired]: [&Schema; 3], tells_definitions: bool) -> Parted {
    let mut parted = Parted {
        settled: Vec::new(),
        open: Schema { tables: Vec::new(), ..desired.clone() },
        same_enums: true,
    };
    let mut same_enums: HashSet<&ObjectName> = HashSet::new();
    if dialect == Dialect::Postgresql {
        let same = |own: &&Enum| {
            actual.enums.iter().any(|other| other.name == own.name && other.values == own.values)
        };
        same_enums.extend(desired.enums.iter().filter(same).map(|own| &own.name));
        parted.same_enums = same_enums.len() == desired.enums.len() && same_enums.len() == actual.enums.len();
    }
    // A column says nothing of a change of its type's values.
    let uses_changed = |table: &Table| {
        let mut used = table.columns.iter().filter_map(|column| column.type_.enum_name());
        dialect == Dialect::Postgresql && used.any(|name| !same_enums.contains(name))
    };
    for table in &desired.tables {
        match generic.table(&table.name).zip(actual.table(&table.name)) {
            Some((known, shown))
                if !uses_changed(table)
                    && is_settled(dialect, known, table, &desired.enums, tells_definitions) =>
            {
                parted.settled.push(shown.clone());
            }
            _ => parted.open.tables.push(table.clone()),
        }
    }
    parted
}

/// MySQL writes files for each table that is made, which takes a tenth of a second or more.
const MOST_NEW_ON_MYSQL: usize = 50;

/// Takes new tables out of those that are made in a scratch database, where that would take long. Nothing has to be known of how
/// the database shows them: they are made there only to find mistakes early.
fn too_many_new(dialect: Dialect, open: &mut Schema, actual: &Schema, desired: &Schema) -> Vec<Table> {
    let (new, old): (Vec<Table>, Vec<Table>) =
        std::mem::take(&mut open.tables).into_iter().partition(|table| actual.table(&table.name).is_none());
    // One that has or may have got another name is compared.
    let some_go = actual.tables.iter().any(|table| desired.table(&table.name).is_none());
    if dialect != Dialect::Mysql || new.len() <= MOST_NEW_ON_MYSQL || some_go {
        open.tables = old.into_iter().chain(new).collect();
        return Vec::new();
    }
    open.tables = old;
    new
}

/// The tables of `schema` that `wanted` has, and its enums.
fn only(mut schema: Schema, wanted: &Schema) -> Schema {
    schema.tables.retain(|table| wanted.table(&table.name).is_some());
    schema
}

/// Foreign keys are not made in the scratch database: there is nothing about them that a database says in other words.
fn keep_foreign_keys(dialect: Dialect, normal: &mut Schema, open: &Schema) {
    for table in &mut normal.tables {
        let Some(written) = open.table(&table.name) else { continue };
        table.foreign_keys.clone_from(&written.foreign_keys);
        if dialect == Dialect::Mysql {
            for key in &mut table.foreign_keys {
                for action in [&mut key.on_delete, &mut key.on_update] {
                    if *action == ReferentialAction::Restrict {
                        *action = ReferentialAction::NoAction;
                    }
                }
                key.deferrable = None;
            }
        }
    }
}

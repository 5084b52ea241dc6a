//! Expressions that a server puts into other words whenever it reads what it wrote, until it comes to rest.
//!
//! PostgreSQL shows `a IN ('x', 'y')` of a `varchar` with `ARRAY[…]::text[]`, and that, read again, with a cast at each
//! element. So what one database shows is not what another shows that was made of it. Both are put through the scratch
//! place here until nothing changes any more, and what is the same then is said in the words of the actual schema. Views, policies
//! and the like are created a second time, from the text that the server printed the first time.

use super::AutogenerateError;
use super::names::earlier;
use super::scratch::Scratch;
use crate::dialect::Namespace;
use crate::migrate::Connection;
use crate::operation::{for_expressions, is_equal};
use crate::schema::{Schema, Table, TextObject};
use crate::sql::Dialect;

/// After so many times an expression is taken for one that never comes to rest.
const MOST: usize = 4;

/// Puts expressions of `normal` into the words that `actual` has for the same. `desired` says which table was which.
pub(super) async fn align(
    connection: &mut Connection,
    scratch: &mut Scratch<'_, '_>,
    namespaces: &[Namespace],
    normal: &mut Schema,
    actual: &Schema,
    desired: &Schema,
) -> Result<(), AutogenerateError> {
    // SQLite keeps what was written.
    if connection.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let (old, new) = different(normal, actual, desired);
    if new.is_empty() {
        return Ok(());
    }
    let new_schema = Schema { tables: new.clone(), enums: normal.enums.clone(), ..Schema::default() };
    let Some(new_rested) = at_rest(connection, scratch, namespaces, new_schema).await? else { return Ok(()) };
    let old_schema = Schema { tables: old.clone(), enums: actual.enums.clone(), ..Schema::default() };
    let Some(old_rested) = at_rest(connection, scratch, namespaces, old_schema).await? else { return Ok(()) };
    for (old, new) in old.iter().zip(&new) {
        let (Some(old_rested), Some(new_rested), Some(table)) = (
            old_rested.table(&old.name),
            new_rested.table(&new.name),
            normal.tables.iter_mut().find(|table| table.name == new.name),
        ) else {
            continue;
        };
        restate(table, &expressions(new_rested), &expressions(old), &expressions(old_rested));
    }
    Ok(())
}

/// PostgreSQL: gives views, policies and all other text objects of `normal` the words that `actual` has for the same.
pub(super) async fn align_texts(
    connection: &mut Connection,
    scratch: &mut Scratch<'_, '_>,
    namespaces: &[Namespace],
    normal: &mut Schema,
    actual: &Schema,
) -> Result<(), AutogenerateError> {
    let dialect = connection.dialect();
    let same = |objects: &[TextObject], own: &TextObject| objects.iter().find(|other| other.is(own)).cloned();
    let is_other = |own: &&TextObject| {
        own.definition.is_some()
            && same(&actual.objects, own).is_some_and(|found| !is_equal(own, &found, dialect))
    };
    if dialect != Dialect::Postgresql || !normal.objects.iter().any(|own| is_other(&own)) {
        return Ok(());
    }
    let new = scratch.remade(connection, namespaces, normal).await?;
    let old = scratch.remade(connection, namespaces, actual).await?;
    for own in normal.objects.iter_mut().filter(|own| is_other(&&**own)) {
        let (Some(found), Some(new), Some(old)) =
            (same(&actual.objects, own), same(&new, own), same(&old, own))
        else {
            continue;
        };
        let pairs = [(&new, &old), (&new, &found), (&*own, &old)];
        if pairs.into_iter().any(|(one, other)| is_equal(one, other, dialect)) {
            own.definition.clone_from(&found.definition);
        }
    }
    Ok(())
}

/// The tables that are there and have expressions that the desired ones lack, and those desired ones, in the same order.
fn different(normal: &Schema, actual: &Schema, desired: &Schema) -> (Vec<Table>, Vec<Table>) {
    let pairs = desired.tables.iter().filter_map(|table| {
        let (old, new) = (earlier(table, actual)?, normal.table(&table.name)?);
        let (before, after) = (expressions(old), expressions(new));
        let lacks = |texts: &[String], others: &[String]| texts.iter().any(|text| !others.contains(text));
        // What has only come or gone is no other wording.
        (lacks(&before, &after) && lacks(&after, &before)).then(|| (old.clone(), new.clone()))
    });
    pairs.unzip()
}

/// The schema as the database shows it when it has nothing more to change. None where the database cannot make it.
async fn at_rest(
    connection: &mut Connection,
    scratch: &mut Scratch<'_, '_>,
    namespaces: &[Namespace],
    mut schema: Schema,
) -> Result<Option<Schema>, AutogenerateError> {
    for _ in 0..MOST {
        let again = match scratch.normalise(connection, namespaces, &schema).await {
            // Not all that is there can be made there: a default may need what is not shown.
            Err(AutogenerateError::Scratch { .. } | AutogenerateError::Ddl(_)) => return Ok(None),
            again => again?,
        };
        let rests = schema.tables.iter().all(|table| {
            again.table(&table.name).is_some_and(|again| expressions(again) == expressions(table))
        });
        schema = Schema { objects: Vec::new(), ..again };
        if rests {
            break;
        }
    }
    Ok(Some(schema))
}

/// Gives each expression the words of an actual one that comes to rest as the same.
fn restate(table: &mut Table, rested: &[String], actual: &[String], actual_rested: &[String]) {
    if rested.len() != expressions(table).len() || actual.len() != actual_rested.len() {
        return;
    }
    let mut rested = rested.iter();
    for_expressions(table, |text| {
        let same = rested.next().and_then(|rested| actual_rested.iter().position(|other| other == rested));
        if let Some(place) = same.filter(|_| !actual.contains(text)) {
            text.clone_from(&actual[place]);
        }
    });
}

/// All expressions of a table, in their order.
fn expressions(table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for_expressions(&mut table.clone(), |text| found.push(text.clone()));
    found
}

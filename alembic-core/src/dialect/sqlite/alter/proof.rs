//! The proof that a table is sound and its foreign keys hold once it was altered, by SQLite's own checks.

use super::change::Change;
use super::keys::{ForeignKey, foreign_keys, inbound};
use super::quoted;
use super::step::{Check, Step, Watch};
use super::storage::Storage;
use crate::dialect::sqlite::definition::{Table, same};
use crate::sql::quote::string as literal;

/// Up to so many rows a table is checked where only its text changes: what its rows depend on is the same then.
const CHECKED_ROWS: usize = 10_000;

/// The check that a rebuilt table is sound.
pub(super) fn sound(change: &Change<'_>) -> Check {
    let query = format!(
        "SELECT n, e FROM (SELECT CAST(count(*) AS TEXT) AS n, message AS e FROM ({})) WHERE n <> '0'",
        damage(change, "integrity_check AS message")
    );
    Check { query, complaint: damaged(change) }
}

/// Observes a small table of which only the text changes.
pub(super) fn of_text(change: &Change<'_>, after: &Table<'_>) -> Step {
    let damage = damage(change, "integrity_check, integrity_check");
    let mut watches = vec![Watch { before: damage.clone(), after: damage, complaint: damaged(change) }];
    watches.extend(own_references(change, after));
    Step::Choose {
        query: format!("SELECT 'x' FROM {} LIMIT 1 OFFSET {CHECKED_ROWS}", change.target()),
        found: Vec::new(),
        nothing: vec![Step::Observe(watches)],
    }
}

/// Rows that violate a `CHECK` are not for here: they may have been there before it, and new ones were looked for.
fn damage(change: &Change<'_>, columns: &str) -> String {
    format!(
        "SELECT {columns} FROM pragma_integrity_check({}, {}) \
         WHERE integrity_check <> 'ok' AND integrity_check NOT LIKE 'CHECK constraint failed in %'",
        literal(change.name),
        literal(&change.catalog.schema),
    )
}

fn damaged(change: &Change<'_>) -> String {
    format!("{} would be damaged", change.name)
}

/// Observes the foreign keys of a table whose rows are copied into `scratch`, and those of other tables that refer to it.
pub(super) fn of_references(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> Vec<Step> {
    let own = own_references(change, after).map(|watch| Step::Observe(vec![watch]));
    let inbound = inbound(change.catalog, change.name);
    let mut children: Vec<&str> = inbound.iter().map(|key| key.child.as_str()).collect();
    children.dedup();
    let watches: Vec<Watch> = children.into_iter().map(|child| child_references(change, child)).collect();
    let others = match changed_keys(change, after, &inbound, scratch) {
        _ if watches.is_empty() => None,
        Keys::Copied => None,
        // A child may have many more rows than the table: it is checked only if it can matter.
        Keys::Compared(query) => {
            Some(Step::Choose { query, found: vec![Step::Observe(watches)], nothing: Vec::new() })
        }
        Keys::Unknown => Some(Step::Observe(watches)),
    };
    own.into_iter().chain(others).collect()
}

/// What is known of the keys that other tables reference.
enum Keys {
    /// They are the rowids, which are copied, and all rows are.
    Copied,
    /// The query finds a row whose keys are not the same in the old and the new table.
    Compared(String),
    /// Equal values may not mean the same.
    Unknown,
}

fn changed_keys(change: &Change<'_>, after: &Table<'_>, inbound: &[ForeignKey], scratch: &str) -> Keys {
    let columns: Vec<&String> = inbound.iter().flat_map(|key| key.referred(&change.before)).collect();
    let are_alike = columns.iter().all(|column| Storage::has_same_column(&change.before, after, column));
    let (Some(old), Some(new)) = (change.before.rowid_name(), after.rowid_name()) else {
        return Keys::Unknown;
    };
    if !are_alike || columns.is_empty() || !keeps_rowids(change, after) {
        return Keys::Unknown;
    }
    let (own, other) = (quoted(change.name), quoted(scratch));
    let is_rowid = |name: &str| after.rowid_column().is_some_and(|column| same(&column.name.text, name));
    let compared = columns.iter().filter(|column| !is_rowid(column));
    let differs: Vec<String> =
        compared.map(|column| format!("{own}.{0} IS NOT {other}.{0}", quoted(column))).collect();
    if differs.is_empty() {
        return Keys::Copied;
    }
    Keys::Compared(format!(
        "SELECT 'x' FROM {} JOIN {} ON {own}.{old} = {other}.{new} WHERE {} LIMIT 1",
        change.target(),
        change.in_schema(scratch),
        differs.join(" OR "),
    ))
}

fn keeps_rowids(change: &Change<'_>, after: &Table<'_>) -> bool {
    let key = |table: &Table<'_>| table.rowid_column().map(|column| column.name.text.to_ascii_lowercase());
    let (old, new) = (key(&change.before), key(after));
    let is_converted = |key: &String| change.conversions.iter().any(|(column, _)| same(column, key));
    let can_be_named = change.before.rowid_name().is_some() && after.rowid_name().is_some();
    old == new && can_be_named && !new.as_ref().is_some_and(is_converted)
}

/// The rows of the table that violate one of the foreign keys that it has before and after.
fn own_references(change: &Change<'_>, after: &Table<'_>) -> Option<Watch> {
    let old = foreign_keys(&change.before, change.name);
    let mut new: Vec<Option<ForeignKey>> = foreign_keys(after, change.name).into_iter().map(Some).collect();
    let (old_count, new_count) = (old.len(), new.len());
    let (mut numbers, mut new_numbers) = (String::new(), String::new());
    for (place, key) in old.into_iter().enumerate() {
        let Some(found) = new.iter().position(|other| other.as_ref() == Some(&key)) else { continue };
        new[found] = None;
        // SQLite counts them from the last one.
        numbers += &format!(" WHEN {} THEN '{place}'", old_count - 1 - place);
        new_numbers += &format!(" WHEN {} THEN '{place}'", new_count - 1 - found);
    }
    if numbers.is_empty() {
        return None;
    }
    let row = if keeps_rowids(change, after) { "coalesce(\"rowid\", '')" } else { "''" };
    let query = |numbers: &str| {
        let identity = format!("CASE fkid{numbers} END || ' ' || {row}");
        violations(change, change.name, &identity, "identity IS NOT NULL")
    };
    Some(Watch { before: query(&numbers), after: query(&new_numbers), complaint: violated(change.name) })
}

/// The rows of another table that refer to missing rows of this one.
fn child_references(change: &Change<'_>, child: &str) -> Watch {
    let to_it = format!("lower(parent) = lower({})", literal(change.name));
    let query = violations(change, child, "fkid || ' ' || coalesce(\"rowid\", '')", &to_it);
    Watch { before: query.clone(), after: query, complaint: violated(child) }
}

fn violations(change: &Change<'_>, child: &str, identity: &str, condition: &str) -> String {
    format!(
        "SELECT {identity} AS identity, {ROW} FROM pragma_foreign_key_check({}, {}) WHERE {condition}",
        literal(child),
        literal(&change.catalog.schema),
    )
}

const ROW: &str = "coalesce('rowid = ' || \"rowid\" || ', ', '') || 'without its row of ' || parent";

fn violated(child: &str) -> String {
    format!("there are rows in {child} that violate a foreign key")
}

/// Finds rows that the foreign key with this number refuses.
pub(super) fn foreign_key(change: &Change<'_>, number: usize) -> Check {
    let query = format!(
        "SELECT n, e FROM (SELECT CAST(count(*) AS TEXT) AS n, {ROW} AS e FROM pragma_foreign_key_check({}, {}) \
         WHERE fkid = {number}) WHERE n <> '0'",
        literal(change.name),
        literal(&change.catalog.schema),
    );
    Check { query, complaint: violated(change.name) }
}

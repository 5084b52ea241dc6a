//! Whether a statement needs an object that another one creates, drops or renames.

use super::column::{changes_type, loses_column, names_column};
use super::past::Past;
use super::step::Step;
use crate::sql::facts::{Access, Action, Change, Object, ObjectKind};
use crate::sql::{Dialect, Name};

/// Whether the other statement needs the object as it was, or as it becomes.
pub(super) fn needs(other: &Step<'_>, change: &Change, by: &Step<'_>, past: &Past) -> bool {
    let Change { object, action, .. } = change;
    let name = object.name.name.to_lowercase();
    if *action == Action::Changes {
        let is_column = object.kind == ObjectKind::Column;
        return is_column && changes_type(by, &name) && is_view_on(other, object);
    }
    // A statement that creates or drops the object itself is compared with this one elsewhere.
    match object.kind {
        ObjectKind::Table => {
            !is_unchecked(other, &object.name, *action)
                && (is_about(other, &object.name) || relation(other, &name))
        }
        ObjectKind::View => {
            let is_only_named = other.dialect == Dialect::Sqlite && is_stored(other);
            !is_only_named && (is_about(other, &object.name) || relation(other, &name))
        }
        ObjectKind::Sequence => relation(other, &name) || is_about(other, &object.name),
        ObjectKind::Column => {
            let Some(table) = &object.of else { return false };
            is_about(other, table) && names_column(other, table, &object.name, *action)
        }
        ObjectKind::Index => {
            follows(other, &name, &["index", "using"])
                || *action == Action::Drops && loses_column(other, None, past.definition(object))
                || is_new_key(by) && by.facts.uses.iter().any(|used| arbitrates(other, &used.table))
        }
        ObjectKind::Constraint | ObjectKind::PrimaryKey => {
            follows(other, &name, &["constraint"])
                || *action == Action::Drops
                    && loses_column(other, object.of.as_ref(), past.definition(object))
                || is_key(by, object, past)
                    && object.of.as_ref().is_some_and(|table| references_key(other, table))
        }
        ObjectKind::Type => names_type(other, &name),
        ObjectKind::EnumValue => {
            let value = object.name.name.as_str();
            other.words.iter().any(|word| word == value) && other.facts.changes.is_empty()
        }
        ObjectKind::Routine => calls(other, &name),
        ObjectKind::Schema => in_schema(other, &name),
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
            let kind = object.kind.to_string();
            let is_its =
                object.of.as_ref().is_none_or(|table| is_about(other, table) || relation(other, &table.name));
            is_its && follows(other, &name, &[&kind])
        }
        _ => false,
    }
}

/// Whether two names may be those of one object. A missing schema may be any, and letter case is ignored.
pub(super) fn same(left: &Name, right: &Name) -> bool {
    let equal = |left: &str, right: &str| left.to_lowercase() == right.to_lowercase();
    let schemas = left.schema.as_deref().zip(right.schema.as_deref());
    equal(&left.name, &right.name) && schemas.is_none_or(|(left, right)| equal(left, right))
}

/// Whether the statement is about a table or a part of it, without changing the table itself.
pub(super) fn is_about(step: &Step<'_>, table: &Name) -> bool {
    let alters = step.facts.changes.iter().any(|change| {
        let owner = change.object.of.as_ref();
        change.object.kind != ObjectKind::EnumValue && owner.is_some_and(|of| same(of, table))
    });
    let is_altered = step.word(0) == "alter" && relation(step, &table.name.to_lowercase());
    let is_commented = step.word(0) == "comment" || step.word(0) == "grant" || step.word(0) == "revoke";
    alters
        || is_altered
        || is_commented && relation(step, &table.name.to_lowercase())
        || step.facts.uses.iter().any(|used| same(&used.table, table))
}

/// SQLite: what it stores without looking at the tables in it.
fn is_stored(step: &Step<'_>) -> bool {
    step.facts
        .changes
        .iter()
        .any(|change| matches!(change.object.kind, ObjectKind::View | ObjectKind::Trigger))
}

/// SQLite: a statement that only names a table, which need not exist then.
fn is_unchecked(step: &Step<'_>, table: &Name, action: Action) -> bool {
    let is_named = || {
        let mut uses = step.facts.uses.iter().filter(|used| same(&used.table, table));
        uses.all(|used| used.access == Access::Names)
            && step.facts.changed(Action::Creates, ObjectKind::Table).next().is_some()
    };
    let is_view = || step.facts.changed(Action::Creates, ObjectKind::View).next().is_some();
    step.dialect == Dialect::Sqlite && action != Action::Renames && (is_named() || is_view())
}

/// Words before the name of a relation, beyond those that the facts know.
const BEFORE_RELATIONS: [&str; 9] =
    ["table", "view", "sequence", "only", "on", "like", "of", "exists", "column"];

/// Whether a statement names a table, view or sequence.
fn relation(step: &Step<'_>, name: &str) -> bool {
    let named = step.places(name).any(|place| {
        let start = if step.before(place, 1) == "." { place.saturating_sub(2) } else { place };
        let before = step.before(start, 1);
        BEFORE_RELATIONS.contains(&before) && (before != "column" || step.word(place + 1) == ".")
    });
    named
        || step.words.iter().enumerate().any(|(place, word)| {
            let is_call = ["nextval", "currval", "setval"].contains(&step.before(place, 2));
            let text = word.trim_matches('\'').rsplit('.').next().unwrap_or_default();
            is_call && word.starts_with('\'') && text.trim_matches('"').to_lowercase() == name
        })
}

/// Whether a name follows one of these words.
fn follows(step: &Step<'_>, name: &str, words: &[&str]) -> bool {
    step.places(name).any(|place| {
        let start = if step.before(place, 1) == "." { place.saturating_sub(2) } else { place };
        words.contains(&step.before(start, 1))
            || ["exists", "concurrently"].contains(&step.before(start, 1)) && words.contains(&step.word(1))
    })
}

/// Whether a view shows this column.
fn is_view_on(step: &Step<'_>, column: &Object) -> bool {
    let is_view = step.facts.changed(Action::Creates, ObjectKind::View).next().is_some();
    let Some(table) = column.of.as_ref().filter(|_| is_view) else { return false };
    is_about(step, table) && names_column(step, table, &column.name, Action::Drops)
}

/// Words before a name in an expression, where it is not that of a type.
const BEFORE_VALUES: [&str; 30] = [
    "set",
    "select",
    "where",
    "and",
    "or",
    "by",
    "on",
    "not",
    "column",
    "add",
    "drop",
    "alter",
    "from",
    "into",
    "table",
    "distinct",
    "case",
    "when",
    "then",
    "else",
    "in",
    "is",
    "rename",
    "to",
    "index",
    "view",
    "join",
    "update",
    "constraint",
    "exists",
];

/// Whether a statement has this name in the place of a type.
fn names_type(step: &Step<'_>, name: &str) -> bool {
    step.places(name).any(|place| {
        let start = if step.before(place, 1) == "." { place.saturating_sub(2) } else { place };
        let before = step.before(start, 1);
        let is_word = before.starts_with(|first: char| first.is_alphabetic() || first == '_');
        let is_argument = matches!(before, "(" | ",")
            && step.facts.changes.iter().any(|change| change.object.kind == ObjectKind::Routine);
        ["::", ":", "as", "type", "returns", "domain", "setof"].contains(&before)
            || is_word && !BEFORE_VALUES.contains(&before)
            || is_argument
    })
}

/// Whether a statement calls a function or names it for a trigger.
fn calls(step: &Step<'_>, name: &str) -> bool {
    const NO_CALL: [&str; 8] =
        ["function", "procedure", "table", "into", "on", "references", "aggregate", "exists"];
    let is_execute = |place: usize| {
        ["function", "procedure"].contains(&step.before(place, 1)) && step.before(place, 2) == "execute"
    };
    let is_described = ["comment", "grant", "revoke"].contains(&step.word(0));
    step.places(name).any(|place| {
        let start = if step.before(place, 1) == "." { place.saturating_sub(2) } else { place };
        let before = step.before(start, 1);
        is_execute(start)
            || is_described && ["function", "procedure", "routine"].contains(&before)
            || step.word(place + 1) == "(" && !NO_CALL.contains(&before)
    })
}

/// Whether a statement names something in a schema.
fn in_schema(step: &Step<'_>, name: &str) -> bool {
    let is_of = |own: &Name| own.schema.as_deref().is_some_and(|schema| schema.to_lowercase() == name);
    step.facts.uses.iter().any(|used| is_of(&used.table))
        || step
            .facts
            .changes
            .iter()
            .any(|change| is_of(&change.object.name) || change.object.of.as_ref().is_some_and(is_of))
        || follows(step, name, &["schema"]) && step.word(0) != "create" && step.word(0) != "drop"
}

fn is_new_key(step: &Step<'_>) -> bool {
    step.has(&["create", "unique", "index"])
}

/// Whether a constraint is one that others may rely on: a primary key or unique.
fn is_key(step: &Step<'_>, object: &Object, past: &Past) -> bool {
    let name = object.name.name.to_lowercase();
    let is_one = |words: &[String]| words.iter().any(|word| word == "primary" || word == "unique");
    is_one(&step.words)
        || is_one(past.definition(object))
        || object.kind == ObjectKind::PrimaryKey
        || name.ends_with("_pkey")
        || name.ends_with("_key")
}

/// Whether a statement relies on a key of the table: by a new foreign key, or to find the row that exists.
fn references_key(step: &Step<'_>, table: &Name) -> bool {
    follows(step, &table.name.to_lowercase(), &["references"]) || arbitrates(step, table)
}

fn arbitrates(step: &Step<'_>, table: &Name) -> bool {
    let inserts = step.facts.tables(Access::Inserts).any(|used| same(used, table));
    inserts && (step.has(&["on", "conflict", "("]) || step.has(&["on", "conflict", "on", "constraint"]))
}

//! The changes of a statement, with the names that it takes without saying so, and which of them exclude each other.

use super::column::same_aspect;
use super::need::same;
use super::step::{Step, list};
use crate::sql::facts::{Action, Change, Object, ObjectKind};
use crate::sql::{Dialect, Name, implied_name};

/// All changes of a statement.
pub(super) fn changes(step: &Step<'_>) -> Vec<Change> {
    let mut changes: Vec<Change> = step.facts.changes.clone();
    // What moves to another schema is gone from its own.
    if step.word(0) == "alter" && step.has(&["set", "schema"]) {
        let table = step.find(&["table"], 0).filter(|place| *place == 1).and_then(|_| {
            let place = step.find(&["set", "schema"], 0)?;
            let name = Name { schema: None, name: step.before(place, 1).to_owned() };
            Some(Change { object: Object::table(name), action: Action::Renames, is_conditional: false })
        });
        changes.iter_mut().for_each(|change| change.action = Action::Renames);
        changes.extend(table);
    }
    if let Some(place) = step.find(&["rename", "value"], 0).filter(|_| step.word(0) == "alter")
        && let Some(of) = changes.first().map(|change| change.object.name.clone())
    {
        let value = |place: usize, action| {
            let name = Name { schema: None, name: step.word(place).to_owned() };
            let object = Object { kind: ObjectKind::EnumValue, of: Some(of.clone()), name };
            Change { object, action, is_conditional: false }
        };
        changes = vec![value(place + 2, Action::Renames), value(place + 4, Action::Creates)];
    }
    if step.word(0) == "comment" {
        changes.extend(commented(step));
    }
    if step.dialect == Dialect::Postgresql {
        changes.extend(implied(step));
    }
    changes.retain(|change| !is_shared(change));
    changes
}

/// Whether several branches may contain the change without contradiction: each may need the object.
fn is_shared(change: &Change) -> bool {
    use ObjectKind::{Database, Extension, Role, Schema};
    change.is_conditional
        && change.action == Action::Creates
        && matches!(change.object.kind, Schema | Database | Extension | Role)
}

/// The object of a comment, which two comments change.
fn commented(step: &Step<'_>) -> Option<Change> {
    let is = step.find(&["is"], 0)?;
    let name = Name { schema: None, name: step.before(is, 1).to_owned() };
    let column = step.word(2) == "column";
    let owner = step.before(is, 3).to_owned();
    let object = match step.word(2) {
        "table" => Object::table(name),
        _ if column => {
            Object { kind: ObjectKind::Column, of: Some(Name { schema: None, name: owner }), name }
        }
        "view" => Object::new(ObjectKind::View, name),
        "index" => Object::new(ObjectKind::Index, name),
        "type" | "domain" => Object::new(ObjectKind::Type, name),
        "sequence" => Object::new(ObjectKind::Sequence, name),
        "schema" => Object::new(ObjectKind::Schema, name),
        _ => return None,
    };
    Some(Change { object, action: Action::Changes, is_conditional: false })
}

/// PostgreSQL: the indexes and sequences that a table brings with it.
fn implied(step: &Step<'_>) -> Vec<Change> {
    let made = |kind, name: String| Change {
        object: Object::new(kind, Name { schema: None, name }),
        action: Action::Creates,
        is_conditional: false,
    };
    let mut found = Vec::new();
    let created = step.facts.changed(Action::Creates, ObjectKind::Table).next();
    let definition = step.find(&["("], 0).and_then(|open| step.group(open));
    let (table, items) = match (created, definition) {
        (Some(table), Some((definition, _))) if step.word(0) == "create" => {
            (table.name.name.clone(), list(definition))
        }
        _ if step.word(0) == "alter" && step.word(1) == "table" => {
            let start = step.find(&["add"], 0).unwrap_or(step.words.len());
            (step.before(start, 1).to_owned(), list(&step.words[start.min(step.words.len())..]))
        }
        _ => return found,
    };
    for item in items {
        let item = match item {
            [add, column, rest @ ..] if add == "add" && column == "column" => rest,
            [add, rest @ ..] if add == "add" => rest,
            item if created.is_some() => item,
            _ => continue,
        };
        let has = |word: &str| item.iter().any(|own| own == word);
        let word = |at: usize| item.get(at).map_or("", String::as_str);
        let is_index = has("primary") || has("unique") || has("exclude");
        let first = if word(0) == "if" { word(3) } else { word(0) };
        match first {
            "constraint" if is_index => found.push(made(ObjectKind::Index, word(1).to_owned())),
            "constraint" | "foreign" | "check" | "exclude" | "like" => {}
            "primary" => found.push(made(ObjectKind::Index, implied_name(&table, [], "pkey"))),
            "unique" => {
                let columns = item.iter().skip_while(|word| *word != "(").skip(1);
                let columns = columns.take_while(|word| *word != ")").filter(|word| *word != ",");
                let name = implied_name(&table, columns.map(String::as_str), "key");
                found.push(made(ObjectKind::Index, name));
            }
            column => {
                if has("primary") {
                    found.push(made(ObjectKind::Index, implied_name(&table, [], "pkey")));
                }
                if has("unique") {
                    found.push(made(ObjectKind::Index, implied_name(&table, [column], "key")));
                }
                if has("identity") || item.iter().any(|own| own.ends_with("serial")) {
                    found.push(made(ObjectKind::Sequence, implied_name(&table, [column], "seq")));
                }
            }
        }
    }
    found
}

/// Whether two changes of one object exclude each other.
pub(super) fn exclude_each_other(left: (&Step<'_>, &Change), right: (&Step<'_>, &Change)) -> bool {
    let ((left, one), (right, other)) = (left, right);
    if !is_same(&one.object, &other.object, left.dialect) {
        return false;
    }
    let both = |action| one.action == action && other.action == action;
    let are_conditional = one.is_conditional && other.is_conditional;
    let is_repeatable = are_conditional || left.has(&["or", "replace"]) && right.has(&["or", "replace"]);
    if both(Action::Drops) && are_conditional || left.is_same(right) && is_repeatable {
        return false;
    }
    match one.object.kind {
        ObjectKind::Column if both(Action::Changes) => {
            let is_comment = |step: &Step<'_>| step.word(0) == "comment";
            let name = one.object.name.name.to_lowercase();
            is_comment(left) == is_comment(right) && (is_comment(left) || same_aspect(left, right, &name))
        }
        ObjectKind::Routine => {
            let name = one.object.name.name.to_lowercase();
            let arguments = arguments(left, &name).zip(arguments(right, &name));
            arguments.is_none_or(|(left, right)| left == right)
        }
        _ => true,
    }
}

/// Whether two statements may mean the same object, or objects whose names exclude each other.
pub(super) fn is_same(left: &Object, right: &Object, dialect: Dialect) -> bool {
    use ObjectKind::{Index, Sequence, Table, Type, View};
    let shared: &[&[ObjectKind]] = match dialect {
        Dialect::Postgresql => &[&[Table, View, Index, Sequence], &[Table, View, Type]],
        Dialect::Sqlite => &[&[Table, View, Index]],
        Dialect::Mysql => &[&[Table, View, Sequence]],
    };
    let share = |kinds: &&[ObjectKind]| kinds.contains(&left.kind) && kinds.contains(&right.kind);
    let owners = left.of.as_ref().zip(right.of.as_ref());
    (left.kind == right.kind || shared.iter().any(share))
        && same(&left.name, &right.name)
        && owners.is_none_or(|(left, right)| same(left, right))
}

/// The types of the arguments of a function; none where the statement does not say them.
fn arguments(step: &Step<'_>, name: &str) -> Option<Vec<String>> {
    const MODES: [&str; 4] = ["in", "out", "inout", "variadic"];
    // Types of several words.
    const FIRST_OF_SEVERAL: [&str; 6] = ["double", "character", "bit", "timestamp", "time", "national"];
    if step.dialect != Dialect::Postgresql {
        return None;
    }
    let place = step.places(name).next()?;
    let (words, _) = step.group(place + 1)?;
    let kind = |argument: &[String]| {
        let end = argument.iter().position(|word| word == "default" || word == "=").unwrap_or(argument.len());
        let mut words = &argument[..end];
        while words.len() > 1 && MODES.contains(&words[0].as_str()) {
            words = &words[1..];
        }
        if words.len() > 1
            && !FIRST_OF_SEVERAL.contains(&words[0].as_str())
            && words[1] != "("
            && words[1] != "."
        {
            words = &words[1..];
        }
        words.concat().replace("integer", "int")
    };
    Some(list(words).into_iter().map(kind).collect())
}

//! Text objects around the changes of tables: what is gone, new or another goes before them and comes after them, and so does
//! what the database would refuse to keep while a table changes.

mod order;

use std::borrow::Cow;
use std::collections::HashSet;

#[cfg(feature = "driver")]
pub(crate) use order::before_tables;
use order::{in_order, split_early};

use super::{EnumChange, Operation};
use crate::schema::{Column, Identity, ObjectName, TextObject};
use crate::sql::{Dialect, TokenKind, tokens, unquote};

/// Whether a text object goes with its table: no statement has to take it away.
pub(crate) fn goes_along(object: &TextObject, operations: &[Operation]) -> bool {
    let is_of = |table: &ObjectName| object.table.as_ref() == Some(table) && object.name != *table;
    // What it needs cannot go before it.
    let is_needed = |other: &TextObject| object.uses.iter().any(|used| used.table == other.name);
    let says_of = |name: &str| is_option(object) && object.uses.iter().any(|used| used.table.name == name);
    let goes = |operation: &Operation| match operation {
        Operation::DropTable(own) => is_of(&own.name),
        // A sequence goes with the column that owns it.
        Operation::DropObject(own) if own.kind == "sequence option" && object.kind == "sequence" => {
            own.name == object.name && goes_along(own, operations)
        }
        Operation::DropObject(own) => {
            let has_parts = own.kind == "partition" || own.kind.ends_with("view");
            (has_parts && is_of(&own.name)) || (!is_option(own) && says_of(&own.name.name))
        }
        Operation::DropIndex { index, .. } => says_of(&index.name),
        Operation::DropConstraint { constraint, .. } => constraint.name().is_some_and(|name| says_of(name)),
        _ => false,
    };
    operations.iter().any(goes)
        && (is_option(object)
            || !operations
                .iter()
                .any(|operation| matches!(operation, Operation::DropObject(own) if is_needed(own))))
}

/// The operations on tables, with those on text objects around them.
pub(super) fn around(
    dialect: Dialect,
    operations: Vec<Operation>,
    before: &[TextObject],
    after: &[TextObject],
) -> Vec<Operation> {
    let renamed = renamed(before, &operations);
    let mut plan = Plan::default();
    for (object, now) in before.iter().zip(&renamed).filter(|(object, _)| !is_of_serial(object, &operations))
    {
        match after.iter().find(|other| other.is(now) || other.is(object)) {
            None if object.statements().is_some() => plan.goes(object),
            Some(other) if is_equal(now, other, dialect) => {
                let is_dropped = |operation: &Operation| matches!(operation, Operation::DropTable(own) if now.table.as_ref() == Some(&own.name));
                let goes = operations.iter().any(is_dropped) && goes_along(now, &operations);
                if goes && object.statements().is_some() {
                    plan.drop.push(object.clone());
                } else {
                    plan.kept.push((object.clone(), now.clone(), other.clone()));
                }
            }
            Some(other) if object.statements().is_some() && other.statements().is_some() => {
                plan.changed.push((object.clone(), other.clone()));
            }
            _ => {}
        }
    }
    let is_new = |object: &&TextObject| {
        let known = renamed.iter().chain(before).any(|other| other.is(object));
        object.statements().is_some() && !known && !is_of_serial(object, &operations)
    };
    plan.create.extend(after.iter().filter(is_new).cloned());
    plan.settle_changed();
    if dialect == Dialect::Postgresql {
        plan.free(&operations);
    }
    plan.into_operations(dialect, operations)
}

/// Whether a change of a `serial` column, before or after, makes or drops the sequence, or who owns it. The sequence of one
/// keeps its name when the table or the column gets another.
fn is_of_serial(object: &TextObject, operations: &[Operation]) -> bool {
    let is_renamed = |operation: &Operation| match operation {
        Operation::RenameTable { to, .. } => object.table.as_ref() == Some(to),
        Operation::RenameColumn { table, to, .. } => {
            object.table.as_ref() == Some(table) && object.name.name == format!("{to} NAME")
        }
        _ => false,
    };
    if object.kind == "sequence option" && object.name.name.ends_with(" NAME") {
        return operations.iter().any(is_renamed);
    }
    let is_serial = |column: &Column| column.identity == Some(Identity::Serial);
    let is_it = |operation: &Operation| match operation {
        Operation::AlterColumn { table, before, after, .. } if is_serial(before) || is_serial(after) => {
            let own = format!("{}_{}_seq", table.name, after.name);
            object.name == ObjectName { schema: table.schema.clone(), name: own }
        }
        _ => false,
    };
    object.kind.starts_with("sequence") && operations.iter().any(is_it)
}

/// Whether the database says the same of both: with other blanks, comments or quotes at most.
pub(crate) fn is_equal(one: &TextObject, other: &TextObject, dialect: Dialect) -> bool {
    match (&one.definition, &other.definition) {
        (Some(one), Some(other)) => one == other || words(one, dialect).eq(words(other, dialect)),
        // A server hides the text of what belongs to another user: nothing can be said of it then.
        _ => true,
    }
}

/// The tokens of a text, names without their quotes.
fn words(text: &str, dialect: Dialect) -> impl Iterator<Item = Cow<'_, str>> {
    tokens(text, dialect).map(move |token| {
        let own = token.text(text);
        let unquoted = if token.kind == TokenKind::QuotedIdentifier { unquote(own) } else { None };
        unquoted.map_or(Cow::Borrowed(own), Cow::Owned)
    })
}

/// The objects as they are called and attached after renames of tables and columns.
fn renamed(objects: &[TextObject], operations: &[Operation]) -> Vec<TextObject> {
    let mut renamed = objects.to_vec();
    operations.iter().for_each(|operation| rename(&mut renamed, operation));
    renamed
}

/// What the objects use is called otherwise after a rename.
pub(crate) fn rename(objects: &mut [TextObject], operation: &Operation) {
    let own = objects.iter_mut();
    match operation {
        Operation::RenameTable { from, to } => {
            for object in own {
                let names = object.uses.iter_mut().map(|used| &mut used.table).chain(&mut object.table);
                names.filter(|name| *name == from).for_each(|name| name.clone_from(to));
            }
        }
        Operation::RenameColumn { table, from, to } => {
            let uses = own.flat_map(|object| &mut object.uses).filter(|used| used.table == *table);
            let columns = uses.filter_map(|used| used.column.as_mut());
            columns.filter(|column| *column == from).for_each(|column| column.clone_from(to));
        }
        _ => {}
    }
}

/// The tables and columns that are not what they were after an operation, in words that a text object may not survive.
pub(crate) fn touched(dialect: Dialect, operation: &Operation) -> Vec<(&ObjectName, Option<&String>)> {
    // PostgreSQL's views hold no names, and SQLite writes the new ones into views and triggers.
    let breaks_names = dialect == Dialect::Mysql;
    match operation {
        Operation::DropTable(table) => vec![(&table.name, None)],
        Operation::RenameTable { from, .. } if breaks_names => vec![(from, None)],
        Operation::DropColumn { table, column } => vec![(table, Some(&column.name))],
        Operation::RenameColumn { table, from, .. } if breaks_names => vec![(table, Some(from))],
        // The others look at the type of a column when they need it.
        Operation::AlterColumn { table, before, after, .. }
            if dialect == Dialect::Postgresql && before.type_ != after.type_ =>
        {
            vec![(table, Some(&after.name))]
        }
        // A type that is built anew is another type.
        Operation::ChangeEnum(change) if dialect == Dialect::Postgresql && change.steps().is_none() => {
            change.columns.iter().map(|own| (&own.table, Some(&own.after.name))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an object says something of another one, and of nothing else.
fn is_option(object: &TextObject) -> bool {
    object.kind == "comment" || object.kind.ends_with(" option")
}

/// Whether an object is an option of a column that another type takes away.
fn is_option_of(object: &TextObject, column: &str) -> bool {
    let option = object.name.name.strip_prefix(column).and_then(|rest| rest.strip_prefix(' '));
    object.kind == "column option" && matches!(option, Some("STORAGE" | "COMPRESSION"))
}

/// The constraints and indexes that operations take away and make again.
fn remade_parts(operations: &[Operation]) -> HashSet<ObjectName> {
    let beside =
        |table: &ObjectName, name: &String| ObjectName { schema: table.schema.clone(), name: name.clone() };
    let made = operations.iter().filter_map(|operation| match operation {
        Operation::AddConstraint { table, constraint, .. } => Some(beside(table, constraint.name()?)),
        Operation::CreateIndex { table, index, .. } => Some(beside(table, &index.name)),
        Operation::ChangePrimaryKey { table, after: Some(after), .. } => {
            Some(beside(table, after.key.name.as_ref()?))
        }
        _ => None,
    });
    made.collect()
}

/// The enum that is made anew by an operation.
fn rebuilt(operation: &Operation) -> Option<&EnumChange> {
    match operation {
        Operation::ChangeEnum(change) if change.steps().is_none() => Some(change),
        _ => None,
    }
}

/// PostgreSQL: the operations that lead back, with what stands in the way of an enum that only they make anew: a value that was
/// added cannot be taken away. `after` is what is there before them, `before` what is there afterwards.
#[cfg(feature = "driver")]
pub(crate) fn freed_on_the_way_back(
    operations: Vec<Operation>,
    after: &[TextObject],
    before: &[TextObject],
) -> Vec<Operation> {
    let rebuilds: Vec<Operation> = operations
        .iter()
        .filter(|operation| {
            rebuilt(operation).is_some_and(|change| change.clone().inverse().steps().is_some())
        })
        .cloned()
        .collect();
    if rebuilds.is_empty() {
        return operations;
    }
    let is_changed = |object: &TextObject| {
        operations.iter().any(|operation| match operation {
            Operation::CreateObject(own) | Operation::DropObject(own) => own.is(object),
            Operation::ReplaceObject { before, after } => before.is(object) || after.is(object),
            _ => false,
        })
    };
    let mut plan = Plan::default();
    for object in after.iter().filter(|object| !is_changed(object)) {
        let then = before.iter().find(|other| other.is(object)).unwrap_or(object);
        plan.kept.push((object.clone(), object.clone(), then.clone()));
    }
    plan.free(&rebuilds);
    plan.into_operations(Dialect::Postgresql, operations)
}

/// What becomes of the text objects.
#[derive(Debug, Default)]
struct Plan {
    drop: Vec<TextObject>,
    create: Vec<TextObject>,
    replace: Vec<(TextObject, TextObject)>,
    /// Objects that tables may need go last.
    drop_last: Vec<TextObject>,
    /// Another text before and after.
    changed: Vec<(TextObject, TextObject)>,
    /// The same: as it was, as it is called after renames, as it is desired.
    kept: Vec<(TextObject, TextObject, TextObject)>,
}

impl Plan {
    fn goes(&mut self, object: &TextObject) {
        let place = if object.before_tables { &mut self.drop_last } else { &mut self.drop };
        // Its privileges end with it.
        place.push(TextObject { privileges: Vec::new(), ..object.clone() });
    }

    fn remake(&mut self, old: TextObject, new: TextObject) {
        self.create.push(TextObject { privileges: old.privileges.clone(), ..new });
        self.drop.push(old);
    }

    /// Replaces in place what can be, and what something needs that stays.
    fn settle_changed(&mut self) {
        for (old, new) in std::mem::take(&mut self.changed) {
            let is_needed = old.before_tables
                || self.kept.iter().any(|(_, kept, _)| kept.uses.iter().any(|used| used.table == old.name));
            match replacement(&old, &new) {
                Some(_) if is_needed => self.replace.push((old, new)),
                _ if is_writable_change(&old, &new) => self.remake(old, new),
                _ => {}
            }
        }
    }

    /// Takes away, and makes again, what PostgreSQL lets no column change under, and what needs something that goes.
    fn free(&mut self, operations: &[Operation]) {
        let mut columns: HashSet<(&ObjectName, &String)> = HashSet::new();
        for operation in operations {
            let is_other = matches!(operation, Operation::AlterColumn { .. } | Operation::ChangeEnum(_));
            if is_other {
                let own = touched(Dialect::Postgresql, operation);
                columns.extend(own.into_iter().filter_map(|(table, column)| Some((table, column?))));
            }
        }
        let mut gone: HashSet<ObjectName> = self.drop.iter().map(|object| object.name.clone()).collect();
        gone.extend(operations.iter().filter_map(rebuilt).map(|change| change.before.name.clone()));
        let parts = remade_parts(operations);
        loop {
            let is_hit = |object: &TextObject| {
                let uses = |used: &crate::schema::Use| {
                    let column = used.column.as_ref();
                    gone.contains(&used.table)
                        || column.is_some_and(|own| columns.contains(&(&used.table, own)))
                };
                // A comment or an index of a view goes with it, and an option of a column with its type.
                let belongs = object.table.as_ref().is_some_and(|table| {
                    gone.contains(table)
                        || columns.iter().any(|(own, column)| *own == table && is_option_of(object, column))
                });
                let belongs = belongs
                    || (is_option(object) && object.uses.iter().any(|own| parts.contains(&own.table)));
                !object.before_tables
                    && !has_rows(object)
                    && object.statements().is_some()
                    && (belongs || object.uses.iter().any(uses))
            };
            let kept = std::mem::take(&mut self.kept);
            // A text that has the old names cannot make the object again.
            let is_stale = |old: &TextObject, now: &TextObject, new: &TextObject| {
                old.uses != now.uses && old.definition == new.definition
            };
            let (hit, kept): (Vec<_>, Vec<_>) =
                kept.into_iter().partition(|(old, now, new)| is_hit(now) && !is_stale(old, now, new));
            self.kept = kept;
            if hit.is_empty() {
                break;
            }
            for (old, now, new) in hit {
                gone.insert(now.name);
                self.remake(old, new);
            }
        }
    }

    fn into_operations(self, dialect: Dialect, operations: Vec<Operation>) -> Vec<Operation> {
        let Plan { drop, create, replace, drop_last, .. } = self;
        let boxed = |make: fn(Box<TextObject>) -> Operation| move |object: TextObject| make(Box::new(object));
        let (first, last) = split_early(create, dialect);
        let backwards = |objects: Vec<TextObject>| in_order(objects, dialect).into_iter().rev();
        let needs_tables = |operation: &Operation| {
            matches!(
                operation,
                Operation::CreateTable(_)
                    | Operation::AddColumn { .. }
                    | Operation::AlterColumn { .. }
                    | Operation::CreateIndex { .. }
                    | Operation::AddConstraint { .. }
            )
        };
        let place = operations.iter().position(needs_tables).unwrap_or(operations.len());
        let mut all: Vec<Operation> = backwards(drop).map(boxed(Operation::DropObject)).collect();
        let start = all.len();
        all.extend(operations);
        let first = in_order(first, dialect).into_iter().map(boxed(Operation::CreateObject));
        all.splice(start + place..start + place, first);
        all.extend(replace.into_iter().map(|(before, after)| Operation::ReplaceObject {
            before: Box::new(before),
            after: Box::new(after),
        }));
        all.extend(in_order(last, dialect).into_iter().map(boxed(Operation::CreateObject)));
        all.extend(backwards(drop_last).map(boxed(Operation::DropObject)));
        all
    }
}

/// The statement that makes the one text of the other, without taking the object away. None where there is no such.
pub(crate) fn replacement(before: &TextObject, after: &TextObject) -> Option<String> {
    let ([old, _], [new, _]) = (before.statements()?, after.statements()?);
    match after.kind.as_str() {
        // The first lines are name and arguments, then what it returns: these cannot be others.
        "function" | "procedure" if new.starts_with("CREATE OR REPLACE") => {
            let head = |text: &str| text.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
            (head(old) == head(new)).then(|| new.to_owned())
        }
        "sequence" => new.strip_prefix("CREATE").map(|rest| format!("ALTER{rest}")),
        _ => None,
    }
}

/// Whether rows go with it.
pub(crate) fn has_rows(object: &TextObject) -> bool {
    matches!(object.kind.as_str(), "partition" | "virtual table")
}

/// Whether a statement of ours can lead from one text to the other.
fn is_writable_change(before: &TextObject, after: &TextObject) -> bool {
    let is_both = before.statements().is_some() && after.statements().is_some();
    is_both && !before.before_tables && !has_rows(before)
}

/// The objects that are desired and not there in this form, or there and not desired, and that no operation changes: a person has
/// to write what does.
#[must_use]
pub fn unwritten(dialect: Dialect, before: &[TextObject], after: &[TextObject]) -> Vec<TextObject> {
    let comes = |object: &&TextObject| match before.iter().find(|other| other.is(object)) {
        None => object.statements().is_none(),
        Some(old) if is_equal(old, object, dialect) => false,
        Some(old) => replacement(old, object).is_none() && !is_writable_change(old, object),
    };
    let goes =
        |object: &&TextObject| object.statements().is_none() && !after.iter().any(|other| other.is(object));
    after.iter().filter(comes).chain(before.iter().filter(goes)).cloned().collect()
}

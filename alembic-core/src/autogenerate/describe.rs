//! Operations in words.

use crate::operation::{Constraint, Operation, changed_settings};
use crate::schema::{Column, PrimaryKey};

/// What an operation does, in a line.
pub(super) fn describe(operation: &Operation) -> String {
    match operation {
        Operation::CreateSchema { name } => format!("add schema {name}"),
        Operation::DropSchema { name } => format!("drop schema {name}"),
        Operation::CreateEnum(own) => format!("add enum {}", own.name),
        Operation::DropEnum(own) => format!("drop enum {}", own.name),
        Operation::RenameEnum { from, to } => format!("rename enum {from} to {to}"),
        Operation::ChangeEnum(change) => {
            let before = change.before.values.join(", ");
            format!("change enum {}: {before} → {}", change.after.name, change.after.values.join(", "))
        }
        Operation::CreateTable(table) => format!("add table {}", table.name),
        Operation::DropTable(table) => format!("drop table {}", table.name),
        Operation::RenameTable { from, to } => format!("rename table {from} to {to}"),
        Operation::SetComment { table, .. } => format!("change the comment of {table}"),
        Operation::SetOptions { table, before, after } => match changed_settings(before, after) {
            settings if settings.is_empty() => format!("change whether {table} is STRICT or WITHOUT ROWID"),
            settings => format!("change options of {table}: {}", settings.join(", ")),
        },
        Operation::AddColumn { table, column, .. } => format!("add column {table}.{}", column.name),
        Operation::DropColumn { table, column } => format!("drop column {table}.{}", column.name),
        Operation::RenameColumn { table, from, to } => format!("rename column {table}.{from} to {to}"),
        Operation::AlterColumn { table, before, after, .. } => {
            format!("change column {table}.{}: {}", after.name, changes(before, after).join(", "))
        }
        Operation::ChangePrimaryKey { table, before, after } => {
            let column = |key: &PrimaryKey, name: &String| match key.prefix(name) {
                Some(length) => format!("{name}({length})"),
                None => name.clone(),
            };
            let all = |key: &PrimaryKey| {
                key.columns.iter().map(|name| column(key, name)).collect::<Vec<_>>().join(", ")
            };
            let columns = |key: &Option<crate::operation::Key>| {
                key.as_ref().map_or_else(|| "none".to_owned(), |key| all(&key.key))
            };
            match (columns(before), columns(after)) {
                (old, new) if old == new => format!("change the primary key of {table}"),
                (old, new) => format!("change the primary key of {table}: {old} → {new}"),
            }
        }
        Operation::CreateIndex { table, index, .. } => format!("add index {} of {table}", index.name),
        Operation::DropIndex { table, index, .. } => format!("drop index {} of {table}", index.name),
        Operation::RenameIndex { table, from, to } => {
            format!("rename index {} of {table} to {}", from.name, to.name)
        }
        Operation::AddConstraint { table, constraint, .. } => format!("add {} of {table}", named(constraint)),
        Operation::DropConstraint { table, constraint, .. } => {
            format!("drop {} of {table}", named(constraint))
        }
        Operation::CreateObject(object) => format!("add {object}"),
        Operation::DropObject(object) => format!("drop {object}"),
        Operation::ReplaceObject { after, .. } => format!("change {after}"),
        Operation::RenameConstraint { table, from, to, .. } => {
            let new = to.name().map_or("", String::as_str);
            format!("rename {} of {table} to {new}", named(from))
        }
    }
}

fn named(constraint: &Constraint) -> String {
    let kind = match constraint {
        Constraint::Unique(_) => "unique constraint",
        Constraint::ForeignKey(_) => "foreign key",
        Constraint::Check(_) => "check",
    };
    constraint.name().map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"))
}

fn changes(before: &Column, after: &Column) -> Vec<String> {
    let mut changes = Vec::new();
    if before.type_ != after.type_ {
        changes.push("type".to_owned());
    }
    match (before.nullable, after.nullable) {
        (true, false) => changes.push("NOT NULL".to_owned()),
        (false, true) => changes.push("NULL allowed".to_owned()),
        _ => {}
    }
    if before.default != after.default {
        changes.push(
            after.default.as_ref().map_or_else(|| "no default".to_owned(), |text| format!("default {text}")),
        );
    }
    let others = [
        (before.identity != after.identity, "numbering"),
        (before.identity_options != after.identity_options, "options of the numbering"),
        (
            before.type_ == after.type_ && before.sequence_type() != after.sequence_type(),
            "type of its sequence",
        ),
        (before.generated != after.generated, "expression"),
        (before.collation != after.collation, "collation"),
        (before.check != after.check, "check"),
        (before.more != after.more, "options"),
        (before.comment != after.comment, "comment"),
    ];
    changes.extend(others.into_iter().filter(|(changed, _)| *changed).map(|(_, word)| word.to_owned()));
    changes
}

//! Columns of a table.

use crate::schema::{Column, Table};
use crate::sql::Dialect;
use crate::sql::expression::mentions;

/// What becomes of a column that is there before and after.
#[derive(Debug)]
pub(super) struct Changed {
    /// As it is, in the words of what it will be where that is the same.
    pub(super) before: Column,
    pub(super) after: Column,
    pub(super) type_: bool,
    pub(super) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// In place.
    Alter,
    /// Dropped and added again, since it is computed or was.
    Replace,
}

/// What became of the columns of a table.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) added: Vec<Column>,
    pub(super) dropped: Vec<Column>,
    pub(super) changed: Vec<Changed>,
}

impl Compared {
    /// The columns that are dropped and added again.
    pub(super) fn replaced(&self) -> impl Iterator<Item = &Changed> {
        self.changed.iter().filter(|changed| changed.how == How::Replace)
    }

    pub(super) fn altered(&self) -> impl Iterator<Item = &Changed> {
        self.changed.iter().filter(|changed| changed.how == How::Alter)
    }

    /// The names of the columns whose values are of another type afterwards.
    pub(super) fn retyped(&self) -> impl Iterator<Item = &str> {
        self.changed.iter().filter(|changed| changed.type_).map(|changed| changed.after.name.as_str())
    }
}

/// A table as the database has it and as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) reflected: &'a Table,
    pub(super) written: &'a Table,
}

impl View<'_> {
    /// The column as it is written.
    pub(super) fn column(&self, reflected: &Column) -> Column {
        self.written.column(&reflected.name).unwrap_or(reflected).clone()
    }
}

pub(super) fn compare(dialect: Dialect, before: View<'_>, after: View<'_>) -> Compared {
    let mut compared = Compared::default();
    for old in &before.reflected.columns {
        if after.reflected.column(&old.name).is_none() {
            compared.dropped.push(before.column(old));
        }
    }
    for new in &after.reflected.columns {
        let mut written = after.column(new);
        match before.reflected.column(&new.name) {
            None => compared.added.push(written),
            Some(old) if old == new => {}
            Some(old) => {
                let before_it = before.column(old);
                // The sequence of a column stays the one that it has.
                if let (Some(own), Some(known)) = (&mut written.sequence, &before_it.sequence) {
                    own.name.clone_from(&known.name);
                }
                let how = if old.generated == new.generated { How::Alter } else { How::Replace };
                compared.changed.push(Changed {
                    before: aligned(old, new, before_it, &written),
                    after: written,
                    type_: old.type_ != new.type_,
                    how,
                });
            }
        }
    }
    replace_dependents(dialect, &mut compared, before, after);
    compared
}

/// The column before, with the words of the column after for all that is the same.
fn aligned(old: &Column, new: &Column, before: Column, after: &Column) -> Column {
    fn choose<T: PartialEq + Clone>(old: &T, new: &T, before: T, after: &T) -> T {
        if old == new { after.clone() } else { before }
    }
    Column {
        name: after.name.clone(),
        type_: choose(&old.type_, &new.type_, before.type_, &after.type_),
        nullable: before.nullable,
        default: choose(&old.default, &new.default, before.default, &after.default),
        identity: choose(&old.identity, &new.identity, before.identity, &after.identity),
        identity_options: choose(
            &old.identity_options,
            &new.identity_options,
            before.identity_options,
            &after.identity_options,
        ),
        generated: choose(&old.generated, &new.generated, before.generated, &after.generated),
        collation: choose(&old.collation, &new.collation, before.collation, &after.collation),
        check: before.check,
        more: before.more,
        comment: before.comment,
        renamed_from: None,
        using: None,
        sequence: before.sequence,
    }
}

/// Columns that are computed from one whose type changes, or that is replaced, are dropped before and added after.
fn replace_dependents(dialect: Dialect, compared: &mut Compared, before: View<'_>, after: View<'_>) {
    loop {
        let touched: Vec<String> = compared
            .changed
            .iter()
            .filter(|changed| changed.type_ || changed.how == How::Replace)
            .map(|changed| changed.after.name.clone())
            .collect();
        let dependent = after.reflected.columns.iter().find(|column| {
            let done = compared.replaced().any(|changed| changed.after.name == column.name);
            let kept = before.reflected.column(&column.name).is_some();
            let uses = column.generated.as_ref().is_some_and(|generated| {
                touched.iter().any(|name| mentions(&generated.expression, dialect, name))
            });
            uses && kept && !done
        });
        let Some(dependent) = dependent.cloned() else { return };
        let known = compared.changed.iter_mut().find(|changed| changed.after.name == dependent.name);
        match known {
            Some(changed) => changed.how = How::Replace,
            None => {
                let written = after.column(&dependent);
                compared.changed.push(Changed {
                    before: written.clone(),
                    after: written,
                    type_: false,
                    how: How::Replace,
                });
            }
        }
    }
}

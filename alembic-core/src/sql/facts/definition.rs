//! The parts of a statement that creates, changes, drops or renames objects.

use super::object::{Action, Change, Object, ObjectKind};
use super::rows::Use;
use crate::sql::{Name, Reader};

/// A definition in its parts.
#[derive(Debug, Default)]
pub(super) struct Definition {
    /// The kind of object that the statement is about.
    pub(super) kind: Option<ObjectKind>,
    pub(super) changes: Vec<Change>,
    /// Tables that are named after `ON`.
    pub(super) uses: Vec<Use>,
    /// The table of an `ALTER TABLE`.
    pub(super) altered: Option<Name>,
    /// Whether it is an `ALTER TABLE` of the SQL standard beyond a mere renaming.
    pub(super) is_portable: bool,
    /// Whether a list of names could not be read to its end.
    pub(super) is_partial: bool,
    /// `IF EXISTS`, `IF NOT EXISTS`
    pub(super) is_conditional: bool,
}

impl Definition {
    pub(super) fn change(&mut self, object: Object, action: Action) {
        self.changes.push(Change { object, action, is_conditional: self.is_conditional });
    }

    /// Takes `IF EXISTS` or `IF NOT EXISTS`.
    pub(super) fn take_if(&mut self, reader: &mut Reader<'_>) {
        self.is_conditional = reader.take(&["IF", "NOT", "EXISTS"]) || reader.take(&["IF", "EXISTS"]);
    }
}

/// An object of the table that is named after the next `ON`.
pub(super) fn on_table(reader: &mut Reader<'_>) -> Option<Name> {
    reader.pass_to("ON").then(|| {
        reader.take(&["ONLY"]);
        reader.name()
    })?
}

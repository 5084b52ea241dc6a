//! What derives give a program at run time.

use super::draft::Draft;
use super::link::{link, link_alone};
use super::{Declaration, ModelErrors};
use crate::schema::{NamingConvention, ObjectName, Schema, Table};

/// A struct that is the model of a table. `#[derive(alembic::Table)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model",
    label = "no model",
    note = "derive `alembic::Table` for it"
)]
pub trait Model {
    /// The table that it describes.
    const TABLE: TableModel;
}

/// The description of a table that a derive has put into the program.
#[derive(Clone, Copy, Debug)]
pub struct TableModel {
    /// The schema, where it is not the default one.
    pub schema: Option<&'static str>,
    /// The name of the table.
    pub name: &'static str,
    /// Each field that is a column, and the name of that column.
    pub columns: &'static [(&'static str, &'static str)],
    /// What the model says.
    #[doc(hidden)]
    pub draft: fn() -> Draft,
}

impl TableModel {
    /// The name of the table with its schema.
    #[must_use]
    pub fn object_name(&self) -> ObjectName {
        ObjectName { schema: self.schema.map(Into::into), name: self.name.into() }
    }

    /// The column of a field.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<&'static str> {
        self.columns.iter().find(|(name, _)| *name == field).map(|(_, column)| *column)
    }

    /// The table, with the names that constraints have by default. What its foreign keys refer to is not looked up:
    /// [`Models`] does that.
    ///
    /// # Errors
    /// A field has a type that no column type is known for, or one that its attributes do not go with.
    pub fn table(&self) -> Result<Table, ModelErrors> {
        link_alone(&(self.draft)(), &NamingConvention::default())
    }
}

/// The models that a program names: `models![User, Order]`.
#[derive(Clone, Debug)]
pub struct Models {
    /// The tables.
    pub tables: Vec<TableModel>,
    /// How constraints and indexes are called that have no name.
    pub naming: NamingConvention,
}

impl Models {
    /// The schema that the models describe.
    ///
    /// # Errors
    /// All mistakes: two models for one table, references to what has no model, types that no column type is known for.
    pub fn schema(&self) -> Result<Schema, ModelErrors> {
        link(self.tables.iter().map(|table| (table.draft)()).collect(), &self.naming)
    }

    /// What a database should look like that the models describe: their schema, whose names a database need not have
    /// that the models leave open.
    ///
    /// # Errors
    /// See [`schema`](Models::schema).
    pub fn declaration(&self) -> Result<Declaration, ModelErrors> {
        let naming = Some(self.naming.clone());
        Ok(Declaration::Schema { schema: self.schema()?, untold: &[], naming, unread: Vec::new() })
    }
}

impl TryFrom<&Models> for Schema {
    type Error = ModelErrors;

    fn try_from(models: &Models) -> Result<Schema, ModelErrors> {
        models.schema()
    }
}

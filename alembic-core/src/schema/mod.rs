//! What a database looks like, as plain data: tables, columns, types, constraints, indexes, enums.
//!
//! The models of a service make a [`Schema`], and so does the reflection of a database. This room knows neither, runs
//! nothing and compares nothing.

mod column;
mod constraint;
mod filter;
mod index;
mod name;
mod naming;
mod object;
#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
mod schema;
mod table;
mod types;

pub use column::{Column, Generated, Identity, Sequence};
pub use constraint::{Check, Deferrable, ForeignKey, PrimaryKey, ReferentialAction, Unique};
pub use filter::Filter;
pub use index::{Direction, Index, IndexPart, Nulls};
pub use name::ObjectName;
pub use naming::{InvalidTemplate, NameTemplate, NamingConvention};
pub use object::{TextObject, Use};
pub use schema::{Enum, Schema};
pub use table::{Table, TableOptions};
pub use types::{Cast, Type};

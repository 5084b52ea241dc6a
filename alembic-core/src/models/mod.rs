//! From Rust source, and from what other tools declare, to a [`Schema`](crate::schema::Schema).
//!
//! One reader serves the derive macros and the command line. Both make a [`Draft`] of each model; where the command line
//! looks a type up in the source, a derive leaves it to the compiler ([`ColumnType`]). The drafts are linked in one place.
//! This room compiles nothing and talks to no database.

mod column_type;
mod declaration;
#[cfg(feature = "models")]
mod diesel;
#[cfg(all(test, feature = "models"))]
mod documentation;
mod draft;
mod error;
#[cfg(feature = "derive")]
#[doc(hidden)]
pub mod item;
mod link;
mod model;
mod modifiers;
#[cfg(feature = "models")]
mod sea_orm;
#[cfg(all(test, feature = "models"))]
mod sketch;
#[cfg(feature = "models")]
mod source;
#[cfg(feature = "models")]
mod sql_schema;
mod types;

#[doc(hidden)]
pub use column_type::{ByName, Probe};
pub use column_type::{ColumnKind, ColumnType, UnknownType};
pub use declaration::{Aspect, Declaration, SqlScript, Unread};
#[cfg(feature = "models")]
pub use diesel::diesel_schema;
#[doc(hidden)]
pub use draft::{At, Draft, DraftColumn};
pub use error::{ModelError, ModelErrors, ModelProblem};
pub use model::{Model, Models, TableModel};
#[doc(hidden)]
pub use modifiers::Modifiers;
#[cfg(feature = "models")]
pub use sea_orm::sea_orm_entities;
#[cfg(feature = "models")]
pub use source::{Package, Sources, rust_models};
#[cfg(feature = "models")]
pub use sql_schema::sql_schema;
pub use types::{RUST_TYPES, RustType};

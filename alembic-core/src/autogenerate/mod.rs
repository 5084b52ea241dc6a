//! From a desired schema and a database to the operations that lead from one to the other, and to the SQL of a script.
//!
//! A database is read by a fixed number of queries ([`inspect`]) and never changed: what it makes of the desired tables is
//! found out in a scratch database (`scratch/`), and only what it shows itself is compared.

mod check;
mod compare;
mod comparison;
mod declared;
mod describe;
mod desired;
mod difference;
mod error;
mod mermaid;
mod names;
mod normal;
mod obstacle;
#[cfg(feature = "cli")]
mod orders;
mod ownership;
mod reading;
mod reflect;
mod refused;
mod rename;
mod render;
mod restated;
mod rust;
#[cfg_attr(
    not(all(feature = "postgres", feature = "mysql")),
    allow(
        unused_imports,
        unused_mut,
        unused_variables,
        dead_code,
        reason = "parts of it are for servers of which this build has no driver"
    )
)]
mod scratch;
mod settled;
#[cfg(feature = "cli")]
mod snapshot;
mod svg;

pub use crate::dialect::DdlError;
pub use crate::schema::Filter;
pub use check::{CheckError, Different, check};
pub use compare::{Compare, compare, compare_scripts};
pub use comparison::Comparison;
pub use difference::{Change, Difference, Unconverted, Unfilled};
pub use error::AutogenerateError;
pub use mermaid::mermaid;
pub use obstacle::Obstacle;
#[cfg(feature = "cli")]
pub use orders::{Disagreement, TryOrders, try_orders};
pub use reading::{Reading, read};
pub use reflect::{generic, inspect};
pub use refused::Refused;
pub use rename::UnknownRename;
pub use render::{Rendered, RenderedSection, schema_sql};
pub use rust::rust_source;
pub use scratch::Note;
pub use svg::svg;

//! From a desired schema and a database to the operations that lead from one to the other, and to the SQL of a script.
//!
//! A database is read by a fixed number of queries ([`inspect`]) and never changed: what it makes of the desired tables is
//! found out in a scratch place (`scratch.rs`), and only what it shows itself is compared.

mod check;
mod compare;
mod describe;
mod desired;
mod difference;
mod error;
mod filter;
mod mermaid;
mod obstacle;
mod reflect;
mod render;
mod rust;
mod scratch;
mod settled;

pub use crate::dialect::DdlError;
pub use check::{CheckError, Different, check};
pub use compare::{Comparison, compare};
pub use difference::{Difference, Unfilled};
pub use error::AutogenerateError;
pub use filter::Filter;
pub use mermaid::mermaid;
pub use obstacle::Obstacle;
pub use reflect::{generic, inspect};
pub use render::{Rendered, RenderedSection, schema_sql};
pub use rust::rust_source;

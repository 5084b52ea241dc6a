//! From a desired schema and a database to the operations that lead from one to the other.
//!
//! A database is read by a fixed number of queries ([`inspect`]); it is never written to.

mod error;
mod filter;
mod reflect;

pub use error::AutogenerateError;
pub use filter::Filter;
pub use reflect::inspect;

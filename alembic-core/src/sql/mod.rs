//! SQL as text, in the words of each database: tokens, statements, names, quotes and expressions. Never talks to a
//! database, and knows nothing of files and schemas.

mod dialect;
#[cfg(feature = "sources")]
pub(crate) mod expression;
#[cfg(feature = "sources")]
mod grouping;
mod lexer;
mod plain;
#[cfg(feature = "sources")]
mod quote;
mod statement;
mod tokens;

pub use dialect::Dialect;
pub use lexer::{Lexer, Token, TokenKind, lex};
pub(crate) use plain::Plain;
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use quote::name;
#[cfg(feature = "driver")]
pub(crate) use statement::{Name, Reader};
pub use statement::{Statement, StatementError, keywords, split};
pub(crate) use statement::{delimiter_directive, role_change};
pub use tokens::significant;

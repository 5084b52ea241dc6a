//! SQL as text, in the words of each database: tokens, statements, names, quotes and expressions. Never talks to a
//! database, and knows nothing of files and schemas.

mod cursor;
#[cfg(feature = "sources")]
pub(crate) mod default;
mod dialect;
mod directive;
#[cfg(all(feature = "sources", feature = "driver"))]
mod dump;
#[cfg(feature = "sources")]
pub(crate) mod expression;
#[cfg(feature = "driver")]
pub(crate) mod facts;
mod forbidden;
#[cfg(feature = "sources")]
mod grouping;
#[cfg(any(feature = "sources", feature = "driver"))]
mod implied;
#[cfg(any(feature = "sources", feature = "driver"))]
mod keywords;
mod lexer;
mod line_ends;
mod plain;
#[cfg(any(feature = "sources", feature = "driver"))]
pub(crate) mod quote;
mod reader;
mod statement;
mod tokens;
#[cfg(feature = "sources")]
pub(crate) mod types;
pub(crate) mod unquote;
#[cfg(feature = "sources")]
pub(crate) mod values;

pub use dialect::Dialect;
pub(crate) use directive::{conflict_mark, delimiter_directive, directive};
#[cfg(all(feature = "sources", feature = "driver"))]
pub use dump::{Change as DumpChange, Dump, DumpError};
pub(crate) use forbidden::Forbidden;
#[cfg(any(feature = "sources", feature = "driver"))]
pub(crate) use implied::{implied_check_name, implied_name};
pub use lexer::{Lexer, Token, TokenKind, lex, tokens};
pub use line_ends::UnusableCharacter;
pub(crate) use line_ends::with_line_feeds;
pub(crate) use plain::Plain;
pub(crate) use reader::Reader;
#[cfg(feature = "driver")]
pub(crate) use reader::{Identifier, Name};
#[cfg(feature = "driver")]
pub(crate) use statement::AFTER_SQLITE_TYPE;
#[cfg(feature = "driver")]
pub(crate) use statement::Reading;
#[cfg(feature = "models")]
pub(crate) use statement::split_dump;
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use statement::split_dump_with_rows;
pub use statement::{Misread, Statement, StatementError, keywords, split};
pub use tokens::significant;
pub use unquote::unquote;

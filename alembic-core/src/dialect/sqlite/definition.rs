//! What stands in the `CREATE TABLE` and `CREATE INDEX` texts that SQLite keeps.
//!
//! They are the whole truth of a table: SQLite itself parses them when it opens a file. The grammar here is that of
//! `parse.y`, its leniencies included: table constraints need no commas between them, a `CONSTRAINT name` may stand before
//! nothing, names may be strings.

mod column;
mod index;
mod table;
mod tokens;

pub(crate) use index::read_index;
pub(crate) use table::read_table;

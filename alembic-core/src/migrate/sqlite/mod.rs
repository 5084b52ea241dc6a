//! Statements that SQLite lacks or that would delete rows of other tables: `ALTER TABLE` and `DROP TABLE`.

pub(crate) mod alter;
pub(crate) mod children;
pub(crate) mod drop;
pub(crate) mod sequence;

//! The executor on real databases: SQLite, PostgreSQL and MariaDB.

mod ahead;
mod alter;
mod apply;
mod blocked;
mod concurrency;
mod connect;
mod corpus;
mod deferred;
mod fail;
mod group;
mod laws;
mod lock;
mod offline;
mod pool;
mod preflight;
mod progress;
mod reader;
mod resume;
mod scripts;
mod session;
mod span;
mod stamped;
mod support;
mod transaction;
mod verify;
mod version_table;

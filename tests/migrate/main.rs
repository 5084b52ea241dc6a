//! The executor on real databases: SQLite, PostgreSQL and MariaDB.

mod alter;
mod apply;
mod concurrency;
mod connect;
mod fail;
mod pool;
mod reader;
mod support;
mod transaction;
mod verify;

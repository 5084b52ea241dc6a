//! The executor on real databases: SQLite, PostgreSQL and MariaDB.

mod apply;
mod concurrency;
mod connect;
mod fail;
mod lock;
mod pool;
mod reader;
mod resume;
mod support;
mod transaction;
mod verify;

//! `cargo alembic` as it is called, on packages of their own and on real databases.
//!
//! `snapshots/` has what people read. A snapshot is one or more commands, each with what it wrote to which stream.

mod compile;
mod connect;
mod databases;
mod downgrade;
mod edit;
mod fail;
mod help;
mod init;
mod list;
mod merge;
mod names;
mod output;
mod package;
mod rebase;
mod refuse;
mod revision;
mod seal;
mod stamp;
mod support;
mod templates;
mod upgrade;
mod url;

//! `cargo alembic` as it is called, on packages of their own and on real databases.
//!
//! `snapshots/` has what people read. A snapshot is one or more commands, each with what it wrote to which stream.

mod adopt;
mod alternatives;
mod autogenerate;
mod boundary;
mod check;
mod compile;
mod connect;
mod conversions;
mod databases;
mod declared;
mod downgrade;
mod dry_run;
mod dumps;
mod edit;
mod fail;
mod from_dump;
mod from_history;
mod help;
mod init;
mod inspect;
mod list;
mod log;
mod merge;
mod names;
mod offline;
mod output;
mod ownership;
mod package;
mod readers;
mod rebase;
mod refuse;
mod renames;
mod revision;
mod scratch;
mod seal;
mod shell;
mod sources;
#[cfg(unix)]
mod special;
mod stamp;
mod support;
mod templates;
#[cfg(target_os = "linux")]
mod terminal;
mod upgrade;
mod url;
#[cfg(unix)]
mod verified;

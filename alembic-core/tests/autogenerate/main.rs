//! Reflection and comparison on real databases: SQLite, PostgreSQL and MariaDB.

mod adopted;
mod arena;
mod cases;
mod claimed;
mod compact;
mod conversions;
mod diff;
mod generate;
mod hostile;
mod inspected;
mod laws;
mod merging;
mod order;
mod reflect;
mod same;
mod types;
mod untold;
mod ways_out;

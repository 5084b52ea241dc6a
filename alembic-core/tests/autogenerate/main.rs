//! Reflection and comparison on real databases: SQLite, PostgreSQL and MariaDB.

mod adopted;
mod arena;
mod cases;
mod compact;
mod diff;
mod generate;
mod hostile;
mod inspected;
mod laws;
mod merging;
mod reflect;
mod same;
mod untold;
mod ways_out;

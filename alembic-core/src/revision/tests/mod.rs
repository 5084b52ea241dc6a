//! The room from outside: sketches of graphs, and what is planned and said about them.

mod alternatives;
mod history;
mod loading;
mod long;
mod membership;
mod new_revisions;
mod plans;
mod properties;
mod resolution;
mod sketch;
mod stamps;

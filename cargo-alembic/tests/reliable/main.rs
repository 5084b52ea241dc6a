//! Never half migrated: whatever happens to a run, the next one finishes the work, or says what is to be done.
//!
//! All of it with the program itself in processes of its own. `RELIABILITY.md` has the figures.

mod clock;
mod crash;
mod dump;
mod galera;
mod interrupt;
mod package;
mod processes;
mod replica;
mod restart;
mod scripts;
mod splitter;

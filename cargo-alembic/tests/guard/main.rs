//! The promise: what was applied stays what it was, through git, several writers, other machines and CI.

mod git;
mod package;
mod paste;
mod verify;
mod writers;

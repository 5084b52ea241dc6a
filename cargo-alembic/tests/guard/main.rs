//! The promise: what was applied stays what it was, through git, several writers, other machines and CI.

mod build;
mod git;
mod package;
mod paste;
mod verify;
mod ways;
mod writers;

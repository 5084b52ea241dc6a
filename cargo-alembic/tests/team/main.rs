//! Several developers, a forge, CI, staging and production: real repositories, merged by git itself, each clone with a
//! database of its own. `docs/teams.md` says what holds.

mod agree;
mod databases;
mod kept;
mod lock;
mod rewritten;
mod services;
mod simulation;
mod situations;
mod world;

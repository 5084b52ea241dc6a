//! `embed_migrations!` and the build script, in packages that the real cargo builds.

mod development;
mod embed;
mod refuse;
mod run;
mod support;
mod tree;

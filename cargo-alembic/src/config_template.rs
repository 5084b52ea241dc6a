//! The `alembic.toml` that `init` writes.

/// Every key with its default, commented out, and what it means.
pub(crate) const CONFIG: &str = include_str!("alembic.toml");

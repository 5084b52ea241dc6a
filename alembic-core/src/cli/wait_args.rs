//! `--wait`.

use clap::Args;

/// Waiting for a server that cannot be reached yet.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct WaitArgs {
    /// Wait for a server that refuses, starts up or has no connection free [default: `wait` in alembic.toml; without SECONDS 60]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "60")]
    pub wait: Option<u64>,
}

//! PostgreSQL with a standby that lags behind, and a pooler that sends reads to it.

use std::process::Child;

use tempfile::TempDir;

use crate::Kind;
use crate::server::{
    PrivateServer, find, folder, free_port, kill_group, spawn, unprivileged, wait_for_words,
};

/// A primary, a standby that repeats what it does some seconds later, and a pgpool before both that sends what only reads to the
/// standby.
#[derive(Debug)]
pub struct PgPool {
    /// The primary.
    pub primary: PrivateServer,
    /// The standby.
    pub standby: PrivateServer,
    _folder: TempDir,
    port: u16,
    process: Child,
}

impl PgPool {
    /// Starts all three. The standby is `delay` behind: `5s`, for example.
    ///
    /// # Panics
    /// Where a program is missing: `scripts/test` installs them.
    #[must_use]
    pub fn start(delay: &str) -> PgPool {
        let primary = PrivateServer::start(Kind::Postgresql);
        let standby = primary.standby(&[("recovery_min_apply_delay", delay)]);
        let folder = folder();
        let port = free_port();
        let path = folder.path().display();
        let backends: String = [(&primary, 0), (&standby, 1)]
            .iter()
            .map(|(server, number)| {
                format!(
                    "backend_hostname{number} = '127.0.0.1'\nbackend_port{number} = {}\n\
                     backend_weight{number} = {number}\nbackend_flag{number} = 'DISALLOW_TO_FAILOVER'\n",
                    server.port()
                )
            })
            .collect();
        let configuration = format!(
            "backend_clustering_mode = 'streaming_replication'\nlisten_addresses = '127.0.0.1'\nport = {port}\n\
             pcp_port = {}\nunix_socket_directories = '{path}'\npcp_socket_dir = '{path}'\n\
             pid_file_name = '{path}/pid'\nlogdir = '{path}'\nload_balance_mode = on\nnum_init_children = 16\n\
             max_pool = 1\nsr_check_user = 'postgres'\nsr_check_database = 'postgres'\nhealth_check_period = 0\n\
             enable_pool_hba = off\n{backends}",
            free_port()
        );
        let file = folder.path().join("pgpool.conf");
        std::fs::write(&file, configuration).expect("a configuration");
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").expect("a file");
        let log = folder.path().join("log");
        let mut command = unprivileged(&find("pgpool"));
        command.arg("-n").arg("-f").arg(&file).arg("-F").arg(&empty).arg("-a").arg(&empty);
        let process = spawn(&mut command, &log);
        wait_for_words("pgpool-II successfully started", &log);
        // Until it has found out which is the primary it sends everything to the first.
        wait_for_words("find_primary_node: primary node is 0", &log);
        PgPool { primary, standby, _folder: folder, port, process }
    }

    /// The URL of a database behind it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PgPool {
    fn drop(&mut self) {
        kill_group(&mut self.process);
    }
}

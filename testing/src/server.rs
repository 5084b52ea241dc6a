//! Servers that a test starts for itself, because it kills them or stands between them and a client.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Kind;

/// A server of one test, with its data in a temporary folder. It ends with the value.
#[derive(Debug)]
pub struct PrivateServer {
    kind: Kind,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

/// A pgbouncer in transaction mode, before a PostgreSQL server.
#[derive(Debug)]
pub struct PgBouncer {
    _folder: TempDir,
    port: u16,
    process: Child,
}

impl PrivateServer {
    /// Starts a server with the settings of a new installation: it forgets nothing that was committed.
    ///
    /// # Panics
    /// Where the server's programs are missing: `scripts/test` installs them.
    #[must_use]
    pub fn start(kind: Kind) -> PrivateServer {
        let folder = folder();
        let data = folder.path().join("data");
        match kind {
            Kind::Postgresql => {
                let mut command = unprivileged(&find("initdb"));
                command.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
                prepare(command.arg("--no-sync").arg(format!("--pgdata={}", data.display())));
            }
            Kind::Mysql => prepare_mariadb(&data),
            Kind::Sqlite => panic!("SQLite has no server"),
        }
        let mut server = PrivateServer { kind, folder, port: free_port(), process: None };
        server.restart();
        server
    }

    /// Kills the server as a power cut would, all of its processes.
    ///
    /// # Panics
    /// Where there is nothing to kill.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("a running server");
        kill_group(&mut process);
    }

    /// Starts a standby of this PostgreSQL server: a copy that repeats what it does, with these settings of its own.
    ///
    /// # Panics
    /// Where it does not come up.
    #[must_use]
    pub fn standby(&self, settings: &[(&str, &str)]) -> PrivateServer {
        let folder = folder();
        let data = folder.path().join("data");
        let mut copy = unprivileged(&find("pg_basebackup"));
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"]);
        copy.arg(format!("--pgdata={}", data.display()));
        prepare(copy.arg(format!("--dbname=host=127.0.0.1 port={} user=postgres", self.port)));
        let lines: String = settings.iter().map(|(name, value)| format!("{name} = '{value}'\n")).collect();
        let file = data.join("postgresql.auto.conf");
        let before = std::fs::read_to_string(&file).expect("the settings of the copy");
        std::fs::write(&file, before + &lines).expect("the settings of the standby");
        let mut standby = PrivateServer { kind: self.kind, folder, port: free_port(), process: None };
        standby.restart();
        standby
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Turns a PostgreSQL server into one that repeats what another does: which one does not matter here.
    ///
    /// # Panics
    /// Where it does not come up again.
    pub fn become_standby(&mut self) {
        self.kill();
        let signal = self.folder.path().join("data/standby.signal");
        let made = unprivileged(Path::new("touch")).arg(signal).status().expect("a file");
        assert!(made.success(), "a file in the data");
        self.restart();
    }

    /// Starts it again on the same data and port.
    ///
    /// # Panics
    /// Where it does not come up.
    pub fn restart(&mut self) {
        let data = self.folder.path().join("data");
        let sockets = self.folder.path().display().to_string();
        let port = self.port;
        let mut command = match self.kind {
            Kind::Mysql => mariadbd(self.folder.path(), port),
            _ => {
                let mut command = unprivileged(&find("postgres"));
                command.arg("-D").arg(&data).args(["-c", "listen_addresses=127.0.0.1"]);
                command.args(["-c", &format!("port={port}")]);
                command.args(["-c", &format!("unix_socket_directories={sockets}")]);
                command
            }
        };
        let log = self.folder.path().join("log");
        self.process = Some(spawn(&mut command, &log));
        let ready = match self.kind {
            Kind::Mysql => "ready for connections",
            // As a standby it accepts read-only connections.
            _ => "database system is ready to accept",
        };
        wait_for_words(ready, &log);
    }

    /// The URL of its own database of that name.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match self.kind {
            Kind::Mysql => format!("mysql://root@127.0.0.1:{}/{database}", self.port),
            _ => format!("postgres://postgres@127.0.0.1:{}/{database}", self.port),
        }
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            kill_group(process);
        }
    }
}

/// MariaDB servers that are one database (Galera): each can be written to, and named locks are of one of them.
#[derive(Debug)]
pub struct GaleraCluster {
    nodes: Vec<(TempDir, u16, Child)>,
}

impl GaleraCluster {
    /// Starts so many servers.
    ///
    /// # Panics
    /// Where MariaDB's programs or the library of Galera are missing: `scripts/test` installs them.
    #[must_use]
    pub fn start(count: usize) -> GaleraCluster {
        let provider = "/usr/lib/galera/libgalera_smm.so";
        assert!(Path::new(provider).exists(), "missing: {provider}, of the package galera-4");
        let mut cluster = GaleraCluster { nodes: Vec::new() };
        let mut first = String::new();
        for _ in 0..count {
            let folder = folder();
            let data = folder.path().join("data");
            prepare_mariadb(&data);
            let [port, group, receive, transfer, incremental] = [(); 5].map(|()| free_port());
            let log = folder.path().join("log");
            let mut command = mariadbd(folder.path(), port);
            command.args(["--wsrep-on=ON", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2"]);
            command.arg(format!("--wsrep-provider={provider}"));
            command.arg(format!("--wsrep-cluster-address=gcomm://{first}"));
            command.arg(format!("--wsrep-node-address=127.0.0.1:{receive}"));
            command.arg(format!("--wsrep-node-incoming-address=127.0.0.1:{port}"));
            command.arg(format!("--wsrep-sst-receive-address=127.0.0.1:{transfer}"));
            command.arg(format!(
                "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{group};\
                 ist.recv_addr=127.0.0.1:{incremental};gcache.size=8M"
            ));
            command.arg("--wsrep-sst-method=rsync");
            let process = spawn(&mut command, &log);
            cluster.nodes.push((folder, port, process));
            wait_for_words("ready for connections", &log);
            if first.is_empty() {
                first = format!("127.0.0.1:{group}");
            }
        }
        cluster
    }

    /// The URL of a database at one of them.
    #[must_use]
    pub fn url(&self, node: usize, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port(node))
    }

    /// Where one of them listens.
    #[must_use]
    pub fn port(&self, node: usize) -> u16 {
        self.nodes[node].1
    }

    /// Kills one of them as a power cut would.
    pub fn kill(&mut self, node: usize) {
        kill_group(&mut self.nodes[node].2);
    }
}

impl Drop for GaleraCluster {
    fn drop(&mut self) {
        for (_, _, process) in &mut self.nodes {
            kill_group(process);
        }
    }
}

impl PgBouncer {
    /// Starts one before the server of `url`, with at most `connections` to each database.
    ///
    /// # Panics
    /// Where it is missing: `scripts/test` installs it.
    #[must_use]
    pub fn start(url: &str, connections: usize) -> PgBouncer {
        let folder = folder();
        let port = free_port();
        let (login, place) =
            url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).expect("a user in the URL");
        let (user, password) = login.split_once(':').expect("a password in the URL");
        let authority = place.split('/').next().expect("a host");
        let (host, server_port) = authority.split_once(':').expect("a port in the URL");
        let configuration = format!(
            "[databases]\n* = host={host} port={server_port} user={user} password={password}\n\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 200\n"
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, configuration).expect("a configuration");
        let log = folder.path().join("log");
        let process = spawn(unprivileged(&find("pgbouncer")).arg(&file), &log);
        wait_for_words("process up", &log);
        PgBouncer { _folder: folder, port, process }
    }

    /// The URL of a database behind it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://anybody@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        kill_group(&mut self.process);
    }
}

/// Makes the data of a server.
pub(crate) fn prepare(command: &mut Command) {
    let output = command.current_dir("/").output().expect("the data is prepared");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn prepare_mariadb(data: &Path) {
    let mut command = unprivileged(&find("mariadb-install-db"));
    command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-name-resolve"]);
    prepare(command.args(["--skip-test-db"]).arg(format!("--datadir={}", data.display())));
}

/// A MariaDB server whose data is in a folder.
fn mariadbd(folder: &Path, port: u16) -> Command {
    let folder = folder.display();
    let mut command = unprivileged(&find("mariadbd"));
    command.args(["--no-defaults", "--bind-address=127.0.0.1"]).arg(format!("--port={port}"));
    command.arg(format!("--datadir={folder}/data")).arg(format!("--socket={folder}/socket"));
    command.arg(format!("--pid-file={folder}/pid"));
    command
}

/// Starts a server, whose words go to a file.
pub(crate) fn spawn(command: &mut Command, log: &Path) -> Child {
    let file = std::fs::File::create(log).expect("a log");
    let same = file.try_clone().expect("the same log");
    command.current_dir("/").stdin(Stdio::null()).stdout(file).stderr(same);
    command.spawn().expect("the server starts")
}

/// Waits until a server says that it is ready: on its port somebody else may answer.
pub(crate) fn wait_for_words(words: &str, log: &Path) {
    let begin = Instant::now();
    loop {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        if text.contains(words) {
            return;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(120),
            "`{words}` is missing after two minutes:\n{text}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A folder that a server of another user can write to, with a path that is short enough for a socket.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("alembic.").tempdir_in("/tmp").expect("a folder");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).expect("an open folder");
    folder
}

/// A port that is free, below those that the kernel gives to clients: it stays free while a server restarts.
pub(crate) fn free_port() -> u16 {
    use std::hash::BuildHasher as _;
    let mut candidates = std::iter::repeat_with(|| {
        let random = std::hash::RandomState::new().hash_one(0) % 12_000;
        20_000 + u16::try_from(random).unwrap_or_default()
    });
    let free = candidates.by_ref().take(100).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.expect("a free port")
}

/// Where a program is that may not be in an ordinary user's PATH.
pub(crate) fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.push("/usr/sbin".into());
    let found = folders.iter().map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("missing: `{program}`; run the tests with `scripts/test`, which installs what they need")
    })
}

/// A command of an ordinary user, in a group of its own. It ends with the test, whatever becomes of that.
pub(crate) fn unprivileged(program: &Path) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if let Some((user, group)) = ordinary_user() {
        command.args(["--reuid", &user, "--regid", &group, "--clear-groups"]);
    }
    command.arg(program).env_remove("PGOPTIONS").env("LC_ALL", "C").process_group(0);
    command
}

/// Numbers of a user and its group, where the test runs as root: as which servers refuse to run.
fn ordinary_user() -> Option<(String, String)> {
    use std::os::unix::fs::MetadataExt as _;
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() != 0) {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("the users");
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            match fields.as_slice() {
                [user, _, number, group, ..] if *user == name => {
                    Some(((*number).to_owned(), (*group).to_owned()))
                }
                _ => None,
            }
        })
    };
    ["postgres", "mysql", "nobody"].into_iter().find_map(find)
}

/// Kills a process and all that it started: PostgreSQL's processes are in groups of their own.
pub(crate) fn kill_group(process: &mut Child) {
    let parent = process.id().to_string();
    let parent_of = |id: &str| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("PPid:").map(|id| id.trim().to_owned()))
    };
    let ids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().into_string().ok());
    let children: Vec<String> = ids.filter(|id| parent_of(id).as_ref() == Some(&parent)).collect();
    // The parent first: it would start them again, or tidy up after them.
    let _ = process.kill();
    let _ = Command::new("kill").arg("-KILL").args(&children).stderr(Stdio::null()).status();
    let _ = process.wait();
    for child in children {
        let begin = Instant::now();
        while Path::new(&format!("/proc/{child}")).exists() && begin.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

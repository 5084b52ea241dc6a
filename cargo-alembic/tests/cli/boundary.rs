//! The boundary of a comparison: no message to the compared database contains SQL of the repository.
//!
//! A proxy between the program and the server records every message of the client. Every table, column, expression and
//! statement of the repository has a mark in it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::{Package, Server, package};

const MARK: &str = "zmark";

/// A proxy in front of a server.
struct Proxy {
    port: u16,
    /// The messages of the client on each connection.
    connections: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Proxy {
    fn before(server: &Server) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let (upstream, recorded) = (server.authority(), Arc::clone(&connections));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&upstream).expect("the server");
                let index = {
                    let mut connections = recorded.lock().expect("a record");
                    connections.push(Vec::new());
                    connections.len() - 1
                };
                let (mut from, mut to) =
                    (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                let (mut back_from, mut back_to) = (server, client);
                let recorded = Arc::clone(&recorded);
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(length @ 1..) = from.read(&mut buffer) {
                        recorded.lock().expect("a record")[index].extend_from_slice(&buffer[..length]);
                        if to.write_all(&buffer[..length]).is_err() {
                            break;
                        }
                    }
                    let _ = to.shutdown(std::net::Shutdown::Both);
                });
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut back_from, &mut back_to);
                    let _ = back_to.shutdown(std::net::Shutdown::Both);
                });
            }
        });
        Proxy { port, connections }
    }

    /// The messages since the last call, as text, one for each connection. MySQL has to be asked for each table by the name that
    /// its catalog has: that is left out.
    fn messages(&self) -> Vec<String> {
        let mut connections = self.connections.lock().expect("a record");
        let text = |bytes: &mut Vec<u8>| {
            let text = String::from_utf8_lossy(&std::mem::take(bytes)).into_owned();
            let is_asked =
                |line: &&str| line.contains("SHOW CREATE TABLE `") && line.contains("`.`zmark_old`");
            let asked: Vec<String> = text.lines().filter(is_asked).map(str::to_owned).collect();
            asked.iter().fold(text, |text, line| text.replace(line, &line.replace("`.`zmark_old`", "")))
        };
        connections.iter_mut().map(text).collect()
    }
}

/// A source of a desired schema, which is not what the database is.
struct Source {
    name: &'static str,
    /// `models` in alembic.toml.
    models: &'static str,
    files: Vec<(&'static str, String)>,
}

fn sources(kind: Kind) -> Vec<Source> {
    let rust = "use alembic::Table;\n#[derive(Table)]\n#[table(name = \"zmark_users\", check(\"zmark_age > 0\"))]\nstruct User {\n\
        #[column(primary_key)]\nid: i64,\n#[column(length = 20, default = \"'zmark'\")]\nzmark_name: String,\nzmark_age: i32,\n}\n";
    let sea_orm = "use sea_orm::entity::prelude::*;\n#[derive(Clone, Debug, DeriveEntityModel)]\n\
        #[sea_orm(table_name = \"zmark_cake\")]\npub struct Model {\n#[sea_orm(primary_key)]\npub id: i32,\npub zmark_name: String,\n}\n\
        #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]\npub enum Relation {}\nimpl ActiveModelBehavior for ActiveModel {}\n";
    let diesel = "diesel::table! {\n    zmark_posts (id) {\n        id -> Integer,\n        zmark_title -> Text,\n    }\n}\n";
    let sql = match kind {
        Kind::Postgresql => {
            "SELECT pg_catalog.set_config('search_path', 'zmark', false);\nDROP TABLE IF EXISTS zmark_users;\n\
             CREATE FUNCTION public.zmark() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n\
             CREATE TABLE public.zmark_users (id int DEFAULT public.zmark());\nSELECT pg_catalog.setval('zmark_seq', 1, true);\n"
        }
        _ => {
            "SET @zmark = 1;\nDROP TABLE IF EXISTS `zmark_users`;\nCREATE TABLE `zmark_users` (id int);\n\
             CREATE VIEW zmark_view AS SELECT id AS zmark FROM zmark_users;\n"
        }
    };
    let main = |module: &str| ("src/main.rs", format!("mod {module};\nfn main() {{}}\n"));
    let source = |name, models, files| Source { name, models, files };
    let rust = vec![main("models"), ("src/models.rs", rust.to_owned())];
    let sea_orm = vec![main("cake"), ("src/cake.rs", sea_orm.to_owned())];
    let diesel = vec![("src/schema.rs", diesel.to_owned())];
    vec![
        source("rust", "{ source = \"rust\" }", rust),
        source("sea-orm", "{ source = \"sea-orm\" }", sea_orm),
        source("diesel", "{ source = \"diesel\", file = \"src/schema.rs\" }", diesel),
        source("sql", "{ source = \"sql\" }", vec![("schema.sql", sql.to_owned())]),
    ]
}

/// Commands that compare, and those that only read.
const COMPARING: [&str; 4] = [
    "check",
    "check --scratch",
    "revision --autogenerate --no-rename -m zmark --rev-id r2",
    "revision --autogenerate --scratch --no-rename -m zmark --rev-id r3",
];
const READING: [&str; 8] =
    ["check --diff", "check --json", "current", "history", "heads", "verify", "log", "inspect"];

fn prepare(database: &TestDatabase) -> Package {
    let old = "CREATE TABLE zmark_old (id INTEGER PRIMARY KEY, zmark_note VARCHAR(20) DEFAULT 'zmark');\n\
               INSERT INTO zmark_old (id) VALUES (1);";
    let package = package(&[Script::new("r1", "", old, "DROP TABLE zmark_old;")]);
    package.write("alembic.toml", format!("url = \"{}\"\n", database.url));
    package.alembic("upgrade").success();
    package
}

/// Runs a command. It may find differences, and must not fail otherwise.
fn run(package: &Package, command: &str) {
    let output = package.alembic(command);
    let text = output.text();
    let is_done = output.code == Some(0) || text.contains("is not what the models say");
    assert!(is_done, "{command}\n{text}");
    // What `revision` wrote, so that the next command compares again.
    let lock = package.lock();
    let is_written = |line: &&str| line.starts_with("r2") || line.starts_with("r3");
    for entry in std::fs::read_dir(package.path("migrations")).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.contains("_r2_") || name.contains("_r3_") {
            std::fs::remove_file(entry.path()).expect("a script");
        }
    }
    let without: Vec<&str> = lock.lines().filter(|line| !is_written(line)).collect();
    package.write("migrations/alembic.lock", without.join("\n") + "\n");
}

async fn check(kind: Kind) {
    let database = TestDatabase::new(kind).await;
    let package = prepare(&database);
    let server = Server::of(&database.url);
    let proxy = Proxy::before(&server);
    let proxied =
        Server { port: proxy.port.to_string(), host: "127.0.0.1".to_owned(), ..Server::of(&database.url) };
    for Source { name: source, models, files } in sources(kind) {
        for (name, text) in files {
            package.write(name, text);
        }
        let config = |more: &str| format!("url = \"{}\"\nmodels = {models}\n{more}", proxied.url());
        let reading = if source == "rust" { &READING[..] } else { &[] };
        // Scratch databases on a server that the proxy does not see. On MySQL that would have to be another one for
        // statements: the database has the compared one's name there.
        package.write(
            "alembic.toml",
            config(&format!("scratch_url = \"{}\"\n", with_maintenance(&server).url())),
        );
        let is_models = kind == Kind::Postgresql || source != "sql";
        for command in COMPARING.iter().chain(reading).filter(|_| is_models) {
            let is_replay = command.contains("--scratch");
            if is_replay && kind == Kind::Mysql {
                continue;
            }
            run(&package, command);
            let messages = proxy.messages();
            assert!(!is_replay || messages.iter().all(String::is_empty), "{source}, {command}: {messages:?}");
            for messages in messages {
                assert!(!messages.contains(MARK), "{source}, {command}:\n{messages}");
            }
        }
        // Scratch databases beside the compared one: each connection belongs to one of the two.
        package.write("alembic.toml", config(""));
        for command in COMPARING {
            run(&package, command);
            for messages in proxy.messages().iter().filter(|messages| messages.contains(MARK)) {
                let opening: String = messages.chars().take(400).collect();
                assert!(opening.contains("alembic_scratch_"), "{source}, {command}:\n{messages}");
                assert!(!opening.contains(&database.name), "{source}, {command}:\n{messages}");
                assert!(!messages.contains("USE "), "{source}, {command}:\n{messages}");
            }
        }
    }
}

/// Another database of the same server.
fn with_maintenance(server: &Server) -> Server {
    let database = if server.scheme.starts_with("postgres") { "postgres" } else { "mysql" };
    Server { database: database.to_owned(), ..Server::of(&server.url()) }
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql).await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql).await;
}

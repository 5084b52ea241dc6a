//! How servers are reached: addresses, parameters of URLs, several hosts, servers that are slow or not there yet.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use alembic::migrate::{Database, Event, Interrupt, MigrateError};
use alembic_testing::{Kind, TestDatabase, relay, single_session};

use crate::support::{chain, done, migrator};

/// The URL before its host, the host with its port, and what follows.
fn parts(url: &str) -> (String, String, String) {
    let (login, rest) = url.split_once('@').expect("a user");
    let (authority, rest) = rest.split_once('/').expect("a database");
    (login.to_owned(), authority.to_owned(), rest.to_owned())
}

/// The URL with another address, at which a relay leads to the server.
fn relayed(url: &str, listener: TcpListener) -> String {
    let (login, authority, rest) = parts(url);
    format!("{login}@{}/{rest}", relay(listener, &authority))
}

const SERVERS: [Kind; 2] = [Kind::Postgresql, Kind::Mysql];

#[tokio::test]
async fn an_ipv6_address() {
    for kind in SERVERS {
        let database = TestDatabase::new(kind).await;
        let url = relayed(&database.url, TcpListener::bind("[::1]:0").expect("a port"));
        assert!(url.contains("@[::1]:"), "{url}");
        let migrator = migrator(&chain(1));
        migrator.upgrade(url.as_str()).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(database.versions().await, ["r1"]);
    }
    let error = migrator(&chain(1)).upgrade("postgres://u@[::1]:1/db").await.expect_err("nobody listens");
    assert!(error.to_string().contains("PostgreSQL at [::1]:1 as u: "), "{error}");
}

/// As other tools name the schema.
#[tokio::test]
async fn a_schema_in_the_url() {
    for parameter in
        ["search_path=Tenant", "currentSchema=\"Tenant\"", "schema=Tenant", "options[search_path]=tenant"]
    {
        let database = TestDatabase::new(Kind::Postgresql).await;
        database.rows("CREATE SCHEMA tenant").await;
        database.rows("CREATE SCHEMA \"Tenant\"").await;
        let url = format!("{}?{parameter}", database.url);
        migrator(&chain(1)).upgrade(url).await.unwrap_or_else(|error| panic!("{parameter}: {error}"));
        let found = database
            .column("SELECT schemaname::text FROM pg_catalog.pg_tables WHERE tablename = 't_r1'")
            .await;
        let expected =
            if parameter.contains('"') || parameter.starts_with("schema") { "Tenant" } else { "tenant" };
        assert_eq!(found, [expected], "{parameter}");
    }
}

#[tokio::test]
async fn an_unknown_parameter() {
    for kind in SERVERS {
        let database = TestDatabase::new(kind).await;
        for (parameter, expected, help) in [
            ("sslmod=require", "it has the unknown parameter `sslmod`", "did you mean `sslmode`?"),
            (
                "connect_timeuot=1",
                "it has the unknown parameter `connect_timeuot`",
                "did you mean `connect_timeout`?",
            ),
            ("connection_limit=1", "the parameter `connection_limit` is not supported", "remove it"),
        ] {
            let error = migrator(&chain(1)).upgrade(format!("{}?{parameter}", database.url)).await;
            let error = error.expect_err("nothing is ignored");
            assert!(matches!(error, MigrateError::BadUrl { .. }), "{error:?}");
            assert!(error.to_string().ends_with(expected), "{error}");
            assert!(error.help().is_some_and(|text| text.starts_with(help)), "{:?}", error.help());
        }
        assert!(database.tables().await.is_empty());
    }
}

/// The first host that answers is taken, with libpq's rule which one is wanted; work and lock go to the same.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn several_hosts() {
    use alembic_testing::PrivateServer;
    let primary = PrivateServer::start(Kind::Postgresql);
    let mut standby = PrivateServer::start(Kind::Postgresql);
    standby.become_standby();
    let (login, primary, _) = parts(&primary.url("postgres"));
    let (_, standby, _) = parts(&standby.url("postgres"));
    let url = |attributes: &str| format!("{login}@127.0.0.1:1,{standby},{primary}/postgres{attributes}");
    let migrator = migrator(&chain(1));
    for attributes in ["", "?target_session_attrs=standby", "?target_session_attrs=read-only"] {
        let error = migrator.upgrade(url(attributes)).await.expect_err("a standby");
        assert!(matches!(error, MigrateError::ReadOnly { .. }), "{attributes}: {error:?}");
    }
    for attributes in ["read-write", "primary"] {
        let url = url(&format!("?target_session_attrs={attributes}"));
        migrator.upgrade(url.as_str()).await.unwrap_or_else(|error| panic!("{attributes}: {error}"));
        assert_eq!(migrator.status(url).await.expect("the primary").rows, ["r1"]);
    }
    let url = format!("{login}@{standby},127.0.0.1:1/postgres?target_session_attrs=primary");
    let error = migrator.upgrade(url).await.expect_err("there is no primary").to_string();
    let expected =
        format!("at {standby}, 127.0.0.1:1 as postgres: none of the servers that answer is `primary`");
    assert!(error.ends_with(&expected), "{error}");
}

/// A run needs a connection for the lock and one for the work: no waiting for ever where there is only one.
#[tokio::test]
async fn a_server_of_one_session() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let (login, authority, rest) = parts(&database.url);
    let url = format!("{login}@{}/{rest}?connect_timeout=2", single_session(&authority));
    let migrator = migrator(&chain(1));
    assert!(migrator.status(url.as_str()).await.expect("one connection is enough").rows.is_empty());
    let error = migrator.upgrade(url).await.expect_err("it has no second session");
    assert!(matches!(error, MigrateError::OneConnection { .. }), "{error:?}");
    assert!(database.tables().await.is_empty());
}

/// A server that accepts the connection and never says a word.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let (_listener, address) = silent();
    let migrator = migrator(&chain(1));
    for scheme in ["postgres", "mysql"] {
        let plain = format!("{scheme}://u:secret@{address}/db");
        let limited = Database::from(&plain).connect_timeout(Duration::from_millis(300));
        let errors = [
            migrator
                .upgrade(&plain)
                .connect_timeout(Duration::from_millis(300))
                .await
                .expect_err("no answer"),
            migrator.upgrade(format!("{plain}?connect_timeout=1")).await.expect_err("no answer"),
            migrator.status(&limited).await.expect_err("no answer"),
        ];
        for (error, seconds) in errors.iter().zip(["0.3", "1", "0.3"]) {
            let expected = format!("it did not answer within {seconds} s (`connect_timeout`)");
            assert!(error.to_string().ends_with(&expected), "{error}");
        }
    }
    // A request to stop is not kept waiting either.
    let interrupt = Interrupt::default();
    interrupt.stop();
    let begin = Instant::now();
    let url = format!("postgres://u:secret@{address}/db");
    let error = migrator.upgrade(url).interrupted_by(&interrupt).await.expect_err("stopped");
    assert!(matches!(error, MigrateError::Interrupted(_)), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

/// Only a URL without a `connect_timeout` takes that of the settings.
#[tokio::test]
async fn the_url_has_the_last_word() {
    let (_listener, address) = silent();
    let url = format!("postgres://u@{address}/db?connect_timeout=1");
    let run = migrator(&chain(1)).upgrade(url).connect_timeout(Duration::from_secs(600)).await;
    assert!(run.expect_err("no answer").to_string().contains("within 1 s"));
}

/// The connection of the lock is limited too, and its error says what it was for.
#[tokio::test]
async fn the_connection_of_the_lock() {
    for kind in SERVERS {
        let database = TestDatabase::new(kind).await;
        let (_, authority, _) = parts(&database.url);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (login, _, rest) = parts(&database.url);
        // It relays one connection, and never answers another.
        std::thread::spawn(move || {
            let (client, _) = listener.accept().expect("a connection");
            let inner = TcpListener::bind("127.0.0.1:0").expect("a port");
            let inner = relay(inner, &authority);
            relay_one(&client, inner);
            std::mem::forget(listener);
        });
        let url = format!("{login}@{address}/{rest}");
        let error = migrator(&chain(1)).upgrade(url).connect_timeout(Duration::from_millis(500)).await;
        let error = error.expect_err("no second connection").to_string();
        assert!(error.contains(" for the migration lock: it did not answer within 0.5 s"), "{error}");
        assert!(database.tables().await.is_empty());
    }
}

fn relay_one(client: &std::net::TcpStream, to: std::net::SocketAddr) {
    let server = std::net::TcpStream::connect(to).expect("a connection");
    let (mut from_client, mut to_server) =
        (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
    let (mut from_server, mut to_client) = (server, client.try_clone().expect("a socket"));
    std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    let _ = std::io::copy(&mut from_server, &mut to_client);
}

#[tokio::test]
async fn a_server_that_starts_later() {
    for kind in SERVERS {
        let database = TestDatabase::new(kind).await;
        let (login, authority, rest) = parts(&database.url);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(700));
            relay(TcpListener::bind(address).expect("the port"), &authority)
        });
        let url = format!("{login}@{address}/{rest}");
        let migrator = migrator(&chain(1));
        let error = migrator.upgrade(url.as_str()).await.expect_err("nobody listens");
        assert!(matches!(error, MigrateError::Connect { .. }), "{error:?}");
        let mut reasons = Vec::new();
        let run = migrator.upgrade(url.as_str()).wait(Duration::from_secs(30)).on_event(|event| {
            if let Event::Unreachable { reason } = event {
                reasons.push(reason);
            }
        });
        let report = run.await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(done(&report), ["r1"]);
        assert!(reasons.len() == 1 && reasons[0].contains("refused"), "{reasons:?}");
    }
}

/// A wait has an end, and does not wait for what does not change.
#[tokio::test]
async fn a_wait_ends() {
    let migrator = migrator(&chain(1));
    let begin = Instant::now();
    let run = migrator.upgrade("postgres://u@127.0.0.1:1/db").wait(Duration::from_millis(400)).await;
    assert!(matches!(run, Err(MigrateError::Connect { .. })), "{run:?}");
    assert!(begin.elapsed() >= Duration::from_millis(400), "{:?}", begin.elapsed());
    let database = TestDatabase::new(Kind::Postgresql).await;
    let missing = database.url.replace(&database.name, "not_there");
    let run = migrator.upgrade(missing).wait(Duration::from_secs(600)).await;
    assert!(matches!(run, Err(MigrateError::NoDatabase { .. })), "{run:?}");
    let interrupt = Interrupt::default();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        interrupt.stop();
    };
    let run = migrator.upgrade("mysql://u@127.0.0.1:1/db").wait(Duration::from_secs(600));
    let (run, ()) = tokio::join!(run.interrupted_by(&interrupt).into_future(), stop);
    assert!(matches!(run, Err(MigrateError::Interrupted(_))), "{run:?}");
}

/// A user who may have two connections, one of which is taken.
#[tokio::test]
async fn no_connection_is_free() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let user = format!("{}_few", database.name);
    database.rows(&format!("CREATE ROLE {user} LOGIN PASSWORD 'pw' CONNECTION LIMIT 2")).await;
    database.rows(&format!("GRANT ALL ON SCHEMA public TO {user}")).await;
    let (_, authority, rest) = parts(&database.url);
    let url = format!("postgres://{user}:pw@{authority}/{rest}");
    let taken = sqlx::PgPool::connect(&url).await.expect("a connection");
    let migrator = migrator(&chain(1));
    let error = migrator.upgrade(url.as_str()).await.expect_err("the lock has no connection");
    assert!(error.to_string().contains(" for the migration lock: too many connections"), "{error}");
    assert!(
        error.help().is_some_and(|help| help.starts_with("a run needs two connections")),
        "{:?}",
        error.help()
    );
    let later = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        taken.close().await;
    };
    let run = migrator.upgrade(url.as_str()).wait(Duration::from_secs(30)).into_future();
    let (run, ()) = tokio::join!(run, later);
    assert_eq!(done(&run.unwrap_or_else(|error| panic!("{error}"))), ["r1"]);
    database.rows(&format!("DROP OWNED BY {user}")).await;
    database.rows(&format!("DROP ROLE {user}")).await;
}

/// A password is never shown, wherever it has which separators, encoded or not: neither in messages nor for debugging.
#[tokio::test]
async fn no_password_is_shown() {
    const SEPARATORS: [&str; 17] =
        ["", "@", "/", "?", "#", ":", "[", "]", "%", "&", "=", ",", "+", " ", "\\", ";", "'"];
    let migrator = migrator(&[]);
    for [first, last] in [["hunter", "secret"], ["7007", "8008"]] {
        for (before, between) in
            SEPARATORS.iter().flat_map(|one| SEPARATORS.iter().map(move |two| (one, two)))
        {
            for after in ["", "@", "/", "?", "#", ":", "?a=", "%2"] {
                let password = format!("{before}{first}{between}{last}{after}");
                for (scheme, rest) in [
                    ("postgres", "127.0.0.1:1/db"),
                    ("postgres", "127.0.0.1:1,[::1]:1/db?sslmode=disable"),
                    ("mysql", "127.0.0.1:1/db"),
                    ("mariadb+pymysql", "127.0.0.1:1"),
                    ("sqlite+pysqlcipher", "/db"),
                ] {
                    let url = format!("{scheme}://u:{password}@{rest}");
                    let database = Database::from(&url);
                    let error = migrator.status(&database).await.expect_err("nobody listens");
                    let shown = format!("{database:?} {error} {error:?} {:?}", error.help());
                    assert!(!shown.contains(first) && !shown.contains(last), "{url}: {shown}");
                }
            }
        }
    }
    for url in [
        "postgres://127.0.0.1:1/db?user=u&password=hunter&secret",
        "hunter/2:secret@x",
        "postgres://u:hunter/secret",
    ] {
        let error = migrator.status(url).await.expect_err("nobody listens");
        let shown = format!("{error} {error:?} {:?}", error.help());
        assert!(!shown.contains("hunter") && !shown.contains("secret"), "{url}: {shown}");
    }
}

/// What separates parts of a URL and is not encoded is told, with how to encode it.
#[tokio::test]
async fn an_unencoded_password_is_recognised() {
    for scheme in ["postgres", "mysql"] {
        for password in ["se/cret", "se?cret", "se#cret", "se@cret/w", "12/34"] {
            let error = migrator(&[]).status(format!("{scheme}://u:{password}@127.0.0.1:1/db")).await;
            let error = error.expect_err("it is not encoded");
            let help = error.help().unwrap_or_default();
            assert!(help.starts_with("percent-encode it: `@` is `%40`"), "{password}: {error} {help}");
        }
    }
}

/// A URL that works for SQLAlchemy works for the same file here.
#[tokio::test]
async fn a_relative_file_as_sqlalchemy_writes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for url in ["sqlite+aiosqlite:///data/a.db", "sqlite:///b.db", "sqlite:///./c.db"] {
        let database = Database::from(url).relative_to(folder.path());
        migrator(&chain(1)).upgrade(database).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }
    for file in ["data/a.db", "b.db", "c.db"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    // sqlx's absolute one still is: its folder exists.
    let url = format!("sqlite://{}", folder.path().join("d.db").display());
    migrator(&chain(1)).upgrade(url).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(folder.path().join("d.db").is_file());
    let error = migrator(&chain(1)).upgrade("sqlite:///no_such_folder/a.db").await.expect_err("either");
    assert!(
        error
            .to_string()
            .contains("SQLAlchemy takes it for no_such_folder/a.db, sqlx for /no_such_folder/a.db"),
        "{error}"
    );
}

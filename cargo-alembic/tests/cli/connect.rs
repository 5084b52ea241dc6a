//! Databases that cannot be reached, and databases that are not there.

use alembic_testing::{Kind, Output, TestDatabase, on_every_database};

use crate::support::{Package, Server, chain, package, package_on};

/// `upgrade` with a URL that differs from the database's own.
fn upgrade(package: &Package, database: &TestDatabase, change: impl FnOnce(&mut Server)) -> Output {
    let mut server = Server::of(&database.url);
    change(&mut server);
    let output = package.alembic(&format!("upgrade --url {}", server.url())).code(1);
    let real = Server::of(&database.url).password;
    for password in ["hunter2", real.as_str()] {
        assert!(!output.text().contains(password), "a password is printed:\n{}", output.text());
    }
    output
}

macro_rules! on_servers {
    ($($name:ident, $kind:ident, $module:ident;)*) => {
        $(mod $module {
            use super::*;

            #[tokio::test]
            async fn wrong_password() {
                let database = TestDatabase::new(Kind::$kind).await;
                let package = package_on(&database, &chain(1));
                let output = upgrade(&package, &database, |server| server.password = "hunter2".to_owned());
                package.assert_snapshot(concat!("connect_wrong_password_", stringify!($name)), &output.to_string());
            }

            #[tokio::test]
            async fn refused() {
                let database = TestDatabase::new(Kind::$kind).await;
                let package = package_on(&database, &chain(1));
                let output = upgrade(&package, &database, |server| server.port = "1".to_owned());
                package.assert_snapshot(concat!("connect_refused_", stringify!($name)), &output.to_string());
            }

            #[tokio::test]
            async fn unknown_host() {
                let database = TestDatabase::new(Kind::$kind).await;
                let package = package_on(&database, &chain(1));
                let output = upgrade(&package, &database, |server| server.host = "db.invalid".to_owned());
                // The rest is the words of the system.
                let text = output.to_string();
                let (start, _) = text.split_once("failed to lookup").unwrap_or((&text, ""));
                package.assert_snapshot(concat!("connect_unknown_host_", stringify!($name)), start);
            }

            /// The command that the error names makes the database.
            #[tokio::test]
            async fn no_database() {
                let database = TestDatabase::new(Kind::$kind).await;
                let package = package_on(&database, &chain(1));
                for command in ["upgrade", "current"] {
                    let missing = database.url.replace(&database.name, "not_there");
                    let output = package.alembic(&format!("{command} --url {missing}")).code(1);
                    package.assert_snapshot(
                        &format!(concat!("connect_no_database_", stringify!($name), "_{}"), command),
                        &output.to_string(),
                    );
                }
            }
        })*
    };
}

/// Containers that start together.
mod wait {
    use std::net::TcpListener;
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use super::*;

    /// An address at which nobody listens yet.
    fn later() -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    }

    #[tokio::test]
    async fn for_a_server() {
        for kind in [Kind::Postgresql, Kind::Mysql] {
            let database = TestDatabase::new(kind).await;
            let package = package_on(&database, &chain(1));
            for command in ["current", "upgrade", "ensure-version", "verify", "check", "log"] {
                let mut server = Server::of(&database.url);
                let real = server.authority();
                let address = later();
                server.port = address.port().to_string();
                server.host = "127.0.0.1".to_owned();
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(300));
                    alembic_testing::relay(TcpListener::bind(address).expect("the port"), &real)
                });
                let output = package.alembic(&format!("{command} --wait=20 --url {}", server.url()));
                assert!(
                    output.stderr.contains("Waiting for the server: cannot connect to "),
                    "{command}: {output}"
                );
                assert!(!output.stderr.contains("error: cannot connect"), "{command}: {output}");
            }
            assert_eq!(database.versions().await, ["r1"]);
        }
    }

    /// A forwarder of ports listens before the server does: it accepts a connection, and closes it.
    #[tokio::test]
    async fn for_a_server_behind_a_forwarder() {
        for kind in [Kind::Postgresql, Kind::Mysql] {
            let database = TestDatabase::new(kind).await;
            let package = package_on(&database, &chain(1));
            for command in ["current", "upgrade"] {
                let mut server = Server::of(&database.url);
                let real = server.authority();
                let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
                server.port = listener.local_addr().expect("an address").port().to_string();
                server.host = "127.0.0.1".to_owned();
                std::thread::spawn(move || {
                    for _ in 0..3 {
                        drop(listener.accept().expect("a connection"));
                    }
                    alembic_testing::relay(listener, &real)
                });
                let output =
                    package.alembic(&format!("{command} --wait=20 --url {}", server.url())).success();
                assert!(
                    output.stderr.contains("Waiting for the server: cannot connect to "),
                    "{command}: {output}"
                );
                assert!(!output.stderr.contains("sqlx"), "{command}: {output}");
            }
            assert_eq!(database.versions().await, ["r1"]);
        }
    }

    #[test]
    fn in_vain() {
        let package = package(&chain(1));
        let url = format!("postgres://app@{}/app", later());
        package.write("alembic.toml", format!("wait = 1\nurl = \"{url}\"\n"));
        let begin = Instant::now();
        let output = package.alembic("upgrade").code(1);
        assert!(begin.elapsed() >= Duration::from_secs(1), "{output}");
        assert!(output.stderr.contains("error: cannot connect"), "{output}");
    }

    /// A signal ends it.
    #[cfg(unix)]
    #[test]
    fn until_a_signal() {
        let package = package(&chain(1));
        for command in ["upgrade", "current"] {
            let url = format!("postgres://app@{}/app", later());
            let mut process = package.command(&[command, "--wait=600", "--url", &url]);
            let mut process = process.stderr(Stdio::null()).spawn().expect("a process");
            std::thread::sleep(Duration::from_millis(700));
            let begin = Instant::now();
            let sent = std::process::Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
            assert!(sent.expect("kill").success());
            let status = process.wait().expect("its end");
            assert_eq!(status.code(), Some(130), "{command}");
            assert!(begin.elapsed() < Duration::from_secs(2), "{command}");
        }
    }
}

/// A database that is created by a command in a message gets the name of the URL, whatever a shell would read.
#[tokio::test]
async fn no_database_with_a_strange_name() {
    for (kind, expected) in [
        (Kind::Postgresql, r" 'x; touch '\''$HOME'\'' `y`'"),
        (Kind::Mysql, r"-p -e 'CREATE DATABASE `x; touch '\''$HOME'\'' ``y```'"),
    ] {
        let database = TestDatabase::new(kind).await;
        let package = package_on(&database, &chain(1));
        let url = database.url.replace(&database.name, "x;%20touch%20'$HOME'%20%60y%60");
        let output = package.run(package.command(&["upgrade", "--url", &url])).code(1);
        assert!(output.stderr.contains(expected), "{output}");
    }
}

/// The role is not in the URL, where one would look for it.
#[tokio::test]
async fn a_role_that_cannot_be_taken() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        let package = package_on(&database, &chain(1));
        package.write(
            "alembic.toml",
            format!("url = \"{}\"\nsession = {{ role = \"nobody_has_it\" }}\n", database.url),
        );
        let output = package.alembic("upgrade").code(1);
        assert!(output.stderr.contains("`session.role` in alembic.toml"), "{output}");
    }
    let database = TestDatabase::new(Kind::Postgresql).await;
    let (role, user) = (format!("{}_role", database.name), format!("{}_user", database.name));
    database.rows(&format!("CREATE ROLE {role}")).await;
    database.rows(&format!("CREATE ROLE {user} LOGIN PASSWORD 'pw'")).await;
    let (_, rest) = database.url.split_once('@').expect("a user");
    let package = package_on(&database, &chain(1));
    package.write(
        "alembic.toml",
        format!("url = \"postgres://{user}:pw@{rest}\"\nsession = {{ role = \"{role}\" }}\n"),
    );
    let output = package.alembic("upgrade").code(1);
    database.rows(&format!("DROP ROLE {user}")).await;
    database.rows(&format!("DROP ROLE {role}")).await;
    assert!(output.stderr.contains("permission denied to set role"), "{output}");
    assert!(output.stderr.contains("`session.role` in alembic.toml"), "{output}");
}

/// The seconds are taken for a revision.
#[test]
fn seconds_behind_a_blank() {
    let package = package(&chain(1));
    let output = package.alembic("upgrade --wait 5").code(1);
    assert!(output.stderr.contains("`--wait=5`"), "{output}");
    let output = package.alembic("upgrade 5").code(1);
    assert!(!output.stderr.contains("--wait"), "{output}");
}

/// Places in the source of a driver are no part of a message.
#[test]
fn something_else_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        use std::io::Write as _;
        while let Ok((mut connection, _)) = listener.accept() {
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let package = package(&chain(1));
    for scheme in ["postgres", "mysql"] {
        let output = package.alembic(&format!("upgrade --url {scheme}://app@{address}/app")).code(1);
        assert!(output.stderr.contains("error: cannot connect to "), "{output}");
        assert!(!output.stderr.contains("sqlx"), "{output}");
    }
}

/// The limit is that of the command: nothing connects a second time.
#[test]
fn a_server_that_says_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let package = package(&chain(1));
    package.write("alembic.toml", "url = \"sqlite://app.db\"\nconnect_timeout = 1\n");
    for is_cold in [true, false] {
        for scheme in ["postgres", "mysql"] {
            let begin = std::time::Instant::now();
            let output = package.alembic(&format!("upgrade --url {scheme}://app@{address}/app")).code(1);
            assert!(
                begin.elapsed() < std::time::Duration::from_millis(1900),
                "{is_cold}, {scheme}: {output}"
            );
            assert!(output.stderr.contains("it did not answer within 1 s"), "{output}");
        }
        // What is remembered of the scripts is that of another text.
        package.alembic("upgrade").success();
        if is_cold {
            package.edit("migrations/r1.sql", "CREATE TABLE", "CREATE  TABLE");
        }
    }
}

on_servers! {
    postgresql, Postgresql, postgresql;
    mariadb, Mysql, mariadb;
}

#[test]
fn a_folder_is_no_sqlite_file() {
    let package = package(&chain(1));
    std::fs::create_dir(package.path("app.db")).expect("a folder");
    package.session("connect_sqlite_folder", &["upgrade", "current"]);
}

#[test]
fn a_text_is_no_sqlite_file() {
    let package = package(&chain(1));
    package.write(
        "app.db",
        "This is not a database, however long the text may be that somebody has put here.\n".repeat(20),
    );
    package.session("connect_sqlite_text", &["upgrade", "current"]);
}

#[test]
fn a_folder_that_cannot_be_made() {
    let package = package(&chain(1));
    package.write("data", "a file, where a folder would have to be");
    package.session("connect_sqlite_no_folder", &["upgrade --url sqlite://data/app.db"]);
}

/// The version table has an id that no script has.
mod unknown_revision {
    use super::*;

    on_every_database! {
        async fn nothing_is_run(database: TestDatabase) {
            let package = package_on(&database, &chain(2));
            package.alembic("upgrade r1").success();
            database.rows("UPDATE alembic_version SET version_num = 'e4d909c290d0'").await;
            let lines = ["upgrade", "downgrade base", "current", "history -i", "stamp r1"];
            package.session(&format!("unknown_revision_{:?}", database.kind).to_lowercase(), &lines);
        }
    }

    /// Options that a message names are there to be used.
    #[tokio::test]
    async fn the_advice_can_be_followed() {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let package = package_on(&database, &chain(1));
        package.alembic("upgrade").success();
        database.rows("UPDATE alembic_version SET version_num = 'e4d909c290d0'").await;
        let message = package.alembic("upgrade").code(1).stderr;
        if message.contains("--purge") {
            package.alembic("stamp --purge r1").success();
        } else {
            assert!(message.contains("`stamp`"), "{message}");
            package.alembic("stamp r1").success();
        }
        assert_eq!(database.versions().await, ["r1"]);
    }

    /// It was applied with this tool, so the history knows more.
    #[test]
    fn that_the_history_knows() {
        let mut package = package(&chain(2));
        package.alembic("upgrade").success();
        package.remove("migrations/r2.sql");
        package.remove("migrations/alembic.lock");
        let output = package.alembic("upgrade").code(1);
        let who = output
            .stderr
            .split(" by ")
            .nth(1)
            .and_then(|rest| rest.lines().next())
            .expect("by whom")
            .to_owned();
        package.hide(&who, "[who]");
        package.assert_snapshot("unknown_revision_of_the_history", &output.to_string());
    }
}

/// Databases that only let read.
mod read_only {
    use super::*;

    #[test]
    fn sqlite() {
        let package = package(&chain(2));
        package.alembic("upgrade r1").success();
        package.session(
            "read_only_sqlite",
            &[
                "upgrade --url sqlite://app.db?mode=ro",
                "downgrade base --url sqlite://app.db?mode=ro",
                "stamp r2 --url sqlite://app.db?mode=ro",
                "current --url sqlite://app.db?mode=ro",
                "upgrade r1 --url sqlite://app.db?mode=ro",
            ],
        );
        package.alembic("upgrade").success();
    }

    #[tokio::test]
    async fn postgresql() {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = package_on(&database, &chain(2));
        package.alembic("upgrade r1").success();
        let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = ", database.name);
        database.rows(&format!("{read_only} on")).await;
        package.session("read_only_postgresql", &["upgrade", "downgrade base", "current", "upgrade r1"]);
        database.rows(&format!("BEGIN READ WRITE; {read_only} off; COMMIT")).await;
        assert_eq!(database.versions().await, ["r1"]);
        package.alembic("upgrade").success();
    }

    /// A fresh one: not even our tables can be made.
    #[tokio::test]
    async fn postgresql_fresh() {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = package_on(&database, &chain(2));
        database
            .rows(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name))
            .await;
        package.session("read_only_postgresql_fresh", &["upgrade", "current"]);
        assert!(database.tables().await.is_empty());
    }

    #[tokio::test]
    async fn mariadb() {
        let database = TestDatabase::new(Kind::Mysql).await;
        let package = package_on(&database, &chain(2));
        package.alembic("upgrade r1").success();
        let user = format!("{}_r", database.name);
        database.rows(&format!("CREATE USER {user}@'%' IDENTIFIED BY 'hunter2'")).await;
        database.rows(&format!("GRANT SELECT ON {}.* TO {user}@'%'", database.name)).await;
        let mut server = Server::of(&database.url);
        (server.user, server.password) = (user.clone(), "hunter2".to_owned());
        let mut package = package;
        package.write("alembic.toml", format!("url = \"{}\"\n", server.url()));
        for host in ["localhost", server.host.as_str()] {
            package.hide(&format!("'[database]_r'@'{host}'"), "[user]");
        }
        package.session("read_only_mariadb", &["upgrade", "downgrade base", "current", "upgrade r1"]);
        database.rows(&format!("DROP USER {user}@'%'")).await;
        assert_eq!(database.versions().await, ["r1"]);
        package.write("alembic.toml", format!("url = \"{}\"\n", database.url));
        package.alembic("upgrade").success();
    }
}

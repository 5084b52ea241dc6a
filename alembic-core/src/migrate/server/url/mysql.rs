//! URLs of MySQL and MariaDB.

use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::mysql::MySqlConnectOptions;

use super::parts::Parts;
use super::{Known, UrlMistake, seconds};

const KNOWN: Known = Known {
    works: &[
        "sslmode",
        "ssl-mode",
        "sslca",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "charset",
        "collation",
        "timezone",
        "time-zone",
        "statement-cache-capacity",
        "socket",
        "unix_socket",
        "connect_timeout",
    ],
    elsewhere: &[
        ("ssl", "`ssl-mode` says how the connection is encrypted: `ssl-mode=REQUIRED`"),
        ("tls", "`ssl-mode` says how the connection is encrypted: `ssl-mode=REQUIRED`"),
        ("sslaccept", "`ssl-mode` says whether the certificate is checked: `ssl-mode=VERIFY_CA`"),
        ("useSSL", "`ssl-mode` says how the connection is encrypted: `ssl-mode=REQUIRED`"),
        ("parseTime", "remove it"),
        ("multiStatements", "remove it"),
        ("connection_limit", "remove it: a pool of the service has the limit"),
        ("init_command", "remove it: a statement belongs into a script"),
    ],
};

/// Reads what follows the scheme and its colon, and the time-out of the connection.
pub(in super::super) fn parse(rest: &str) -> Result<(MySqlConnectOptions, Option<Duration>), UrlMistake> {
    let parts = Parts::parse(rest)?;
    let mut options = MySqlConnectOptions::new();
    let mut timeout = None;
    match parts.hosts.as_slice() {
        [] => {}
        [(host, port)] => {
            options = options.host(host);
            options = port.map_or(options.clone(), |port| options.port(port));
        }
        _ => {
            return Err(UrlMistake::with_help(
                "it names several hosts, which only a URL of PostgreSQL can",
                "name the host that accepts writes, or the balancer in front of the hosts",
            ));
        }
    }
    if let Some(user) = &parts.user {
        options = options.username(user);
    }
    if let Some(password) = &parts.password {
        options = options.password(password);
    }
    let Some(database) = &parts.database else {
        return Err(UrlMistake::new("it names no database (mysql://host/database)"));
    };
    options = options.database(database);
    for (key, value) in &parts.parameters {
        options = match key.as_str() {
            "sslmode" | "ssl-mode" => {
                let mode = value.parse().map_err(|error| UrlMistake::of_driver(&error))?;
                options.ssl_mode(mode)
            }
            "sslca" | "ssl-ca" => options.ssl_ca(value),
            "sslcert" | "ssl-cert" => options.ssl_client_cert(value),
            "sslkey" | "ssl-key" => options.ssl_client_key(value),
            "charset" => options.charset(value),
            "collation" => options.collation(value),
            // Each run has a zone of its own.
            "timezone" | "time-zone" => options,
            "statement-cache-capacity" => {
                let number =
                    value.parse().map_err(|_| UrlMistake::new(format!("`{key}` is not a number")))?;
                options.statement_cache_capacity(number)
            }
            "socket" | "unix_socket" => options.socket(value),
            "connect_timeout" => {
                timeout = Some(seconds(value)?);
                options
            }
            key => return Err(KNOWN.mistake(key, &parts.parameters)),
        };
    }
    // Statements mean what they mean to the server's own client.
    let options = options.pipes_as_concat(false).no_engine_substitution(false).timezone(None);
    Ok((options.disable_statement_logging(), timeout))
}

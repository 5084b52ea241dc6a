//! URLs of PostgreSQL, as libpq reads them: several hosts, of which one is chosen by what it is.

use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use sqlx_core::percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::environment::{Values, fill};
use super::parts::{Parts, port};
use super::{Known, Parameters, UrlMistake, seconds};

/// The server of a URL's hosts that is wanted: libpq's `target_session_attrs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

const WANTED: &[(&str, Wanted)] = &[
    ("any", Wanted::Any),
    ("read-write", Wanted::ReadWrite),
    ("read-only", Wanted::ReadOnly),
    ("primary", Wanted::Primary),
    ("standby", Wanted::Standby),
    ("prefer-standby", Wanted::PreferStandby),
];

impl Wanted {
    /// Its word in a URL.
    pub(crate) fn word(self) -> &'static str {
        WANTED.iter().find(|(_, wanted)| *wanted == self).map_or("any", |(word, _)| word)
    }

    /// Whether a server is wanted: one in recovery, whose new transactions may only read.
    pub(crate) fn fits(self, in_recovery: bool, read_only: bool) -> bool {
        match self {
            Wanted::Any => true,
            Wanted::ReadWrite => !in_recovery && !read_only,
            Wanted::ReadOnly => in_recovery || read_only,
            Wanted::Primary => !in_recovery,
            Wanted::Standby | Wanted::PreferStandby => in_recovery,
        }
    }
}

/// A URL of PostgreSQL.
#[derive(Clone)]
pub(crate) struct PostgresqlUrl {
    /// The options for each host, at least one.
    pub(crate) hosts: Vec<PgConnectOptions>,
    pub(crate) wanted: Wanted,
    pub(crate) timeout: Option<Duration>,
}

const KNOWN: Known = Known {
    works: &[
        "host",
        "hostaddr",
        "port",
        "user",
        "password",
        "dbname",
        "sslmode",
        "ssl-mode",
        "sslrootcert",
        "ssl-root-cert",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "statement-cache-capacity",
        "application_name",
        "fallback_application_name",
        "options",
        "search_path",
        "schema",
        "currentSchema",
        "connect_timeout",
        "target_session_attrs",
    ],
    elsewhere: &[
        (
            "channel_binding",
            "remove it: the driver has no channel binding. `sslmode=verify-full` proves the server's identity",
        ),
        ("gssencmode", "remove it: the driver has no GSSAPI"),
        ("sslnegotiation", "remove it: the driver asks for TLS as PostgreSQL 16 does"),
        ("load_balance_hosts", "remove it: the hosts are tried in their order"),
        ("client_encoding", "remove it: a session is always UTF-8"),
        ("pgbouncer", "remove it: every run is fit for pgbouncer"),
        ("ssl", "`sslmode` says how the connection is encrypted: `sslmode=require`"),
        ("requiressl", "`sslmode` says how the connection is encrypted: `sslmode=require`"),
        ("require_auth", REMOVE),
        ("sslcompression", REMOVE),
        ("sslpassword", REMOVE),
        ("sslcrl", REMOVE),
        ("sslcrldir", REMOVE),
        ("sslsni", REMOVE),
        ("sslcertmode", REMOVE),
        ("ssl_min_protocol_version", REMOVE),
        ("ssl_max_protocol_version", REMOVE),
        ("min_protocol_version", REMOVE),
        ("max_protocol_version", REMOVE),
        ("requirepeer", REMOVE),
        ("krbsrvname", REMOVE),
        ("gsslib", REMOVE),
        ("gssdelegation", REMOVE),
        ("replication", REMOVE),
        ("service", "remove it: the driver reads no service file"),
        ("servicefile", "remove it: the driver reads no service file"),
        ("passfile", "set PGPASSFILE instead"),
        ("keepalives", REMOVE),
        ("keepalives_idle", REMOVE),
        ("keepalives_interval", REMOVE),
        ("keepalives_count", REMOVE),
        ("tcp_user_timeout", REMOVE),
        ("connection_limit", "remove it: a pool of the service has the limit"),
        ("pool_timeout", "remove it: a pool of the service has the limit"),
        (
            "socket_timeout",
            "`connect_timeout` limits the connection, `statement_timeout` in alembic.toml a statement",
        ),
        ("statement_timeout", "`statement_timeout` in alembic.toml limits a statement"),
        (
            "lock_timeout",
            "`statement_lock_timeout` in alembic.toml limits how long a statement waits for a lock",
        ),
    ],
};

const REMOVE: &str = "remove it: the driver does not have it";

/// Values of parameters that do not work which ask for what happens anyway.
const HARMLESS: &[(&str, &[&str])] = &[
    ("channel_binding", &["disable", "prefer"]),
    ("gssencmode", &["disable", "prefer"]),
    ("sslnegotiation", &["postgres"]),
    ("load_balance_hosts", &["disable"]),
    ("client_encoding", &["UTF8", "utf8", "UTF-8", "utf-8"]),
    ("pgbouncer", &["true", "false"]),
    ("sslcompression", &["0"]),
    ("sslcertmode", &["allow"]),
];

/// Reads what follows the scheme and its colon, and the variables of the environment for what is left out.
pub(in super::super) fn parse(rest: &str) -> Result<PostgresqlUrl, UrlMistake> {
    let mut parts = Parts::parse(rest)?;
    fill(&mut parts, &Values { harmless: HARMLESS, wanted: &words() }, |name| std::env::var(name).ok())?;
    let (mut wanted, mut timeout) = (Wanted::Any, None);
    // In the words of the driver, of which the last ones hold.
    let mut common = Parameters::new();
    let mut fallback = "alembic".to_owned();
    let login = [("user", &parts.user), ("password", &parts.password), ("dbname", &parts.database)];
    let login = login.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
    common.extend(login);
    for (key, value) in &parts.parameters {
        let search_path = |path: String| ("options[search_path]".to_owned(), path);
        match key.as_str() {
            "host" | "hostaddr" | "port" => {}
            "search_path" | "currentSchema" => common.push(search_path(value.clone())),
            // Prisma's is one name, to the letter.
            "schema" => common.push(search_path(format!("\"{}\"", value.replace('"', "\"\"")))),
            "connect_timeout" => timeout = Some(seconds(value)?),
            "target_session_attrs" => wanted = self::wanted(value)?,
            "fallback_application_name" => fallback.clone_from(value),
            key if KNOWN.works.contains(&key) => common.push((key.to_owned(), value.clone())),
            key if key.starts_with("options[") && key.ends_with(']') => {
                common.push((key.to_owned(), value.clone()));
            }
            key if HARMLESS.iter().any(|(name, fit)| *name == key && fit.contains(&value.as_str())) => {}
            key => return Err(KNOWN.mistake(key, &parts.parameters)),
        }
    }
    let hosts = hosts(&parts)?.into_iter().map(|host| options(&common, &host, &fallback));
    Ok(PostgresqlUrl { hosts: hosts.collect::<Result<_, _>>()?, wanted, timeout })
}

/// The values of `target_session_attrs`.
fn words() -> Vec<&'static str> {
    WANTED.iter().map(|(word, _)| *word).collect()
}

fn wanted(value: &str) -> Result<Wanted, UrlMistake> {
    WANTED.iter().find(|(word, _)| *word == value).map(|(_, wanted)| *wanted).ok_or_else(|| {
        let help = format!("it is one of {}", words().join(", "));
        UrlMistake::with_help("the value of `target_session_attrs` is unknown", help)
    })
}

/// The hosts with their ports, in the words of the driver. Without a host there is one, which the environment names.
fn hosts(parts: &Parts) -> Result<Vec<Parameters>, UrlMistake> {
    let list = |wanted: &str| -> Vec<&str> {
        let found = parts.parameters.iter().rev().find(|(key, _)| key == wanted);
        found.map_or_else(Vec::new, |(_, value)| value.split(',').collect())
    };
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let ports = ports.into_iter().map(port).collect::<Result<Vec<u16>, _>>()?;
    let count = names.len().max(addresses.len());
    let count = if count == 0 { parts.hosts.len().max(1) } else { count };
    let fits = |length: usize| length == 0 || length == count;
    if !fits(names.len()) || !fits(addresses.len()) || !(fits(ports.len()) || ports.len() == 1) {
        return Err(UrlMistake::new("its lists of hosts and ports have different lengths"));
    }
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let host = |index: usize| {
        let of_authority = parts.hosts.get(index);
        let mut host = Parameters::new();
        let name = names.get(index).copied().or(of_authority.map(|(name, _)| name.as_str()));
        host.extend(
            name.filter(|name| !name.is_empty()).map(|name| pair("host", name.trim_matches(['[', ']']))),
        );
        host.extend(addresses.get(index).filter(|name| !name.is_empty()).map(|name| pair("hostaddr", name)));
        let port = ports.get(index).or(ports.first()).copied().or(of_authority.and_then(|(_, port)| *port));
        host.extend(port.map(|port| pair("port", &port.to_string())));
        host
    };
    Ok((0..count).map(host).collect())
}

/// The options of the driver for one host. The driver's own parser looks for the password that the URL does not have.
fn options(common: &Parameters, host: &Parameters, fallback: &str) -> Result<PgConnectOptions, UrlMistake> {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> =
        common.iter().chain(host).map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    let url = format!("postgresql:///?{}", pairs.join("&"));
    let options: PgConnectOptions = url.parse().map_err(|error| UrlMistake::of_driver(&error))?;
    let options = match options.get_application_name() {
        Some(_) => options,
        None => options.application_name(fallback),
    };
    // Poolers refuse settings that they do not know, and everything is read as text here.
    Ok(options.disable_statement_logging().extra_float_digits(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libpq_urls() {
        let check = |rest: &str, expected: &str| {
            let shown = match parse(rest) {
                Ok(url) => {
                    let hosts = url.hosts.iter().map(|host| {
                        let name = host
                            .get_socket()
                            .map_or(host.get_host().to_owned(), |socket| socket.display().to_string());
                        format!("{name} {}", host.get_port())
                    });
                    let hosts: Vec<String> = hosts.collect();
                    let first = &url.hosts[0];
                    format!(
                        "{} | {} {} | {} | {}",
                        hosts.join(", "),
                        first.get_username(),
                        first.get_database().unwrap_or("-"),
                        first.get_options().unwrap_or("-"),
                        url.wanted.word()
                    )
                }
                Err(UrlMistake { reason, help }) => format!("{reason} ({})", help.unwrap_or_default()),
            };
            assert_eq!(shown, expected, "{rest}");
        };
        check("//u@h/db", "h 5432 | u db | - | any");
        check("//u@[::1]:1/db", "::1 1 | u db | - | any");
        check("//u@/db?host=/run/pg", "/run/pg 5432 | u db | - | any");
        check("//u@%2Frun%2Fpg/db", "/run/pg 5432 | u db | - | any");
        check("//u@h:7/db?host=::1", "::1 7 | u db | - | any");
        check("//h1:1,h2:2/db?user=u&target_session_attrs=primary", "h1 1, h2 2 | u db | - | primary");
        check("///db?user=u&host=h1,h2&port=1,2", "h1 1, h2 2 | u db | - | any");
        check("///db?user=u&host=h1,h2&port=1", "h1 1, h2 1 | u db | - | any");
        check("///db?user=u&host=h1,h2&port=1,2,3", "its lists of hosts and ports have different lengths ()");
        check("//u@h/db?search_path=a,b", "h 5432 | u db | -c search_path=a,b | any");
        check("//u@h/db?currentSchema=a, b", "h 5432 | u db | -c search_path=a,\\ b | any");
        check("//u@h/db?schema=My App", "h 5432 | u db | -c search_path=\"My\\ App\" | any");
        check("//u@h/db?options[geqo]=off&options=-c a=b", "h 5432 | u db | -c geqo=off -c a=b | any");
        check("//u@h/db?channel_binding=prefer&pgbouncer=true", "h 5432 | u db | - | any");
        check(
            "//u@h/db?channel_binding=require",
            "the parameter `channel_binding` is not supported (remove it: the driver has no channel \
             binding. `sslmode=verify-full` proves the server's identity)",
        );
        check("//u@h/db?sslmod=require", "it has the unknown parameter `sslmod` (did you mean `sslmode`?)");
        check(
            "//u@h/db?currentschema=x",
            "it has the unknown parameter `currentschema` (did you mean `currentSchema`?)",
        );
        check(
            "//u@h/db?target_session_attrs=readwrite",
            "the value of `target_session_attrs` is unknown (it is one of any, read-write, read-only, primary, standby, \
             prefer-standby)",
        );
        for time in ["soon", "-1", "1.5", ""] {
            let mistake = "`connect_timeout` is not a whole number of seconds ()";
            check(&format!("//u@h/db?connect_timeout={time}"), mistake);
        }
        let twice = |name: &str| format!("it has {name} twice (leave one of them out)");
        check("//u@h/db?host=a&host=b", &twice("the parameter `host`"));
        check("//u@h/db?sslmode=disable&ssl-mode=require", &twice("the parameter `ssl-mode`"));
        check("//u@h/db?password=a&b!&b!", &twice("a parameter"));
        check("//u@h/db?password=hunter2&hunter2&hunter2", &twice("a parameter"));
    }

    #[test]
    fn which_server_is_wanted() {
        let primary = |wanted: Wanted| wanted.fits(false, false);
        let read_only = |wanted: Wanted| wanted.fits(false, true);
        let standby = |wanted: Wanted| wanted.fits(true, true);
        let all = WANTED.iter().map(|(word, wanted)| {
            format!("{word} {} {} {}", primary(*wanted), read_only(*wanted), standby(*wanted))
        });
        assert_eq!(
            all.collect::<Vec<_>>(),
            [
                "any true true true",
                "read-write true false false",
                "read-only false true true",
                "primary true true false",
                "standby false false true",
                "prefer-standby false false true",
            ]
        );
    }
}

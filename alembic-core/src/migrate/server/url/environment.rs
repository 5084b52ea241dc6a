//! What libpq's environment variables say of a connection (<https://www.postgresql.org/docs/current/libpq-envars.html>), for what
//! a URL leaves out. The driver reads some of them itself, and takes what it cannot read for not set.

use super::parts::{Parts, port};
use super::{UrlMistake, seconds};

/// Variables that do not work, each with its parameter. Those that a driver may ignore are not among them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("PGREQUIREAUTH", "require_auth"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGREQUIRESSL", "requiressl"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
];

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// The values that a driver can take.
pub(super) struct Values<'a> {
    /// Of parameters that do not work: those that ask for what happens anyway.
    pub(super) harmless: &'a [(&'a str, &'a [&'a str])],
    /// Of `target_session_attrs`.
    pub(super) wanted: &'a [&'a str],
}

/// Adds parameters for what the variables say and the URL does not.
pub(super) fn fill(
    parts: &mut Parts,
    values: &Values<'_>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(), UrlMistake> {
    let value =
        |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let has =
        |parts: &Parts, keys: &[&str]| parts.parameters.iter().any(|(key, _)| keys.contains(&key.as_str()));
    for (name, parameter) in ELSEWHERE {
        let is_harmless = |value: &str| {
            values.harmless.iter().any(|(harmless, values)| harmless == parameter && values.contains(&value))
        };
        if value(name).is_some_and(|value| !is_harmless(&value)) {
            let reason = format!("the environment variable {name} is set, which the driver does not know");
            return Err(UrlMistake::with_help(reason, format!("unset {name}")));
        }
    }
    if parts.hosts.is_empty() && !has(parts, &["host", "hostaddr"]) {
        if value("PGSERVICE").is_some() {
            let reason = "the environment variable PGSERVICE is set, and the driver reads no service file";
            return Err(UrlMistake::with_help(reason, "name the host in the URL, or unset PGSERVICE"));
        }
        for (name, key) in [("PGHOST", "host"), ("PGHOSTADDR", "hostaddr")] {
            parts.parameters.extend(value(name).map(|value| (key.to_owned(), value)));
        }
    }
    if !has(parts, &["port"])
        && parts.hosts.iter().all(|(_, port)| port.is_none())
        && let Some(ports) = value("PGPORT")
    {
        let is_wrong = ports.split(',').any(|text| port(text).is_err());
        if is_wrong {
            return Err(UrlMistake::with_help(
                "the environment variable PGPORT is not a port",
                "it is a number from 0 to 65535",
            ));
        }
        parts.parameters.push(("port".to_owned(), ports));
    }
    let mut add = |name: &str, keys: &[&str], check: &dyn Fn(&str) -> Result<(), String>| {
        let Some(value) = value(name).filter(|_| !has(parts, keys)) else { return Ok(()) };
        check(&value).map_err(|help| {
            UrlMistake::with_help(format!("the value of the environment variable {name} is unknown"), help)
        })?;
        parts.parameters.push((keys[0].to_owned(), value));
        Ok(())
    };
    let one_of = |words: &[&str], value: &str| match words.contains(&value) {
        true => Ok(()),
        false => Err(format!("it is one of {}", words.join(", "))),
    };
    add("PGSSLMODE", &["sslmode", "ssl-mode"], &|value| one_of(&SSL_MODES, value))?;
    add("PGTARGETSESSIONATTRS", &["target_session_attrs"], &|value| one_of(values.wanted, value))?;
    add("PGCONNECT_TIMEOUT", &["connect_timeout"], &|value| {
        seconds(value).map(drop).map_err(|_| "it is a whole number of seconds".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameters after the variables were read, or the mistake.
    fn filled(rest: &str, variables: &[(&str, &str)]) -> String {
        let mut parts = Parts::parse(rest).unwrap_or_else(|mistake| panic!("{mistake:?}"));
        let variable =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        let values = Values {
            harmless: &[("channel_binding", &["prefer"])],
            wanted: &["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
        };
        match fill(&mut parts, &values, variable) {
            Ok(()) => {
                let pairs = parts.parameters.iter().map(|(key, value)| format!("{key}={value}"));
                pairs.collect::<Vec<_>>().join("&")
            }
            Err(UrlMistake { reason, help }) => format!("{reason} ({})", help.unwrap_or_default()),
        }
    }

    #[test]
    fn what_the_url_leaves_out() {
        let all = [
            ("PGHOST", "a,b"),
            ("PGPORT", "1 "),
            ("PGSSLMODE", "require"),
            ("PGTARGETSESSIONATTRS", "primary"),
            ("PGCONNECT_TIMEOUT", "2"),
            ("PGCHANNELBINDING", "prefer"),
        ];
        assert_eq!(
            filled("///db", &all),
            "host=a,b&port=1&sslmode=require&target_session_attrs=primary&connect_timeout=2"
        );
        let url = "//h:7/db?ssl-mode=disable&target_session_attrs=any&connect_timeout=9";
        assert_eq!(filled(url, &all), "ssl-mode=disable&target_session_attrs=any&connect_timeout=9");
        assert_eq!(filled("///db", &[("PGPORT", ""), ("PGSSLMODE", "")]), "");
        assert_eq!(filled("//h/db", &[("PGSERVICE", "nope")]), "");
    }

    #[test]
    fn nothing_is_ignored() {
        let check = |name: &str, value: &str, expected: &str| {
            assert_eq!(filled("///db", &[(name, value)]), expected, "{name}={value}");
        };
        let unknown = |name: &str, help: &str| {
            format!("the value of the environment variable {name} is unknown (it is one of {help})")
        };
        check(
            "PGPORT",
            "abc",
            "the environment variable PGPORT is not a port (it is a number from 0 to 65535)",
        );
        check("PGSSLMODE", "requir", &unknown("PGSSLMODE", &SSL_MODES.join(", ")));
        check(
            "PGTARGETSESSIONATTRS",
            "readwrite",
            &unknown("PGTARGETSESSIONATTRS", "any, read-write, read-only, primary, standby, prefer-standby"),
        );
        check(
            "PGCONNECT_TIMEOUT",
            "x",
            "the value of the environment variable PGCONNECT_TIMEOUT is unknown (it is a whole number of seconds)",
        );
        check(
            "PGREQUIREAUTH",
            "scram-sha-256",
            "the environment variable PGREQUIREAUTH is set, which the driver does not know (unset PGREQUIREAUTH)",
        );
        check(
            "PGSERVICE",
            "nope",
            "the environment variable PGSERVICE is set, and the driver reads no service file (name the host in the URL, or \
             unset PGSERVICE)",
        );
    }
}

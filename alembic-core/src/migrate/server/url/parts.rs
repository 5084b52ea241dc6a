//! The parts of a server's URL: `//user:password@host:port,host:port/database?parameters`.

use super::{Parameters, UrlMistake, decode, parameters};

/// The parts of a server's URL, decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// Each host, without the brackets of an IPv6 address, and its port. None without a host.
    pub(super) hosts: Vec<(String, Option<u16>)>,
    pub(super) database: Option<String>,
    pub(super) parameters: Parameters,
}

impl Parts {
    /// Reads what follows the scheme and its colon.
    pub(super) fn parse(rest: &str) -> Result<Parts, UrlMistake> {
        let Some(rest) = rest.strip_prefix("//") else {
            return Err(UrlMistake::new("`//` must follow its scheme"));
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        if tail.contains(['@', '#']) {
            return Err(not_encoded());
        }
        // No host has an `@`: one in a password need not be encoded.
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').ok_or(login)) {
            Some(Ok((user, password))) => (Some(user), Some(password)),
            Some(Err(user)) => (Some(user), None),
            None => (None, None),
        };
        let text = |part: Option<&str>| match part.filter(|part| !part.is_empty()) {
            Some(part) => decode(part).map(|part| Some(part.into_owned())),
            None => Ok(None),
        };
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        Ok(Parts {
            user: text(user)?,
            password: text(password)?,
            hosts: match hosts {
                "" => Vec::new(),
                hosts => hosts.split(',').map(host).collect::<Result<_, _>>()?,
            },
            database: text(Some(path.trim_start_matches('/')))?,
            parameters: parameters(query)?,
        })
    }
}

/// Reads `name`, `name:5432`, `[::1]` or `[::1]:5432`.
fn host(text: &str) -> Result<(String, Option<u16>), UrlMistake> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (name, port) = rest.split_once(']').ok_or_else(|| UrlMistake::new("a `[` has no `]`"))?;
            let port = match port {
                "" => None,
                port => Some(port.strip_prefix(':').ok_or_else(|| UrlMistake::new("`:` must follow a `]`"))?),
            };
            (name, port)
        }
        None => match text.rsplit_once(':') {
            Some((name, _)) if name.contains(':') => {
                return Err(UrlMistake::with_help(
                    "its host has several colons",
                    "write an IPv6 address in brackets: `[::1]`; encode a colon in a user or a password as `%3A`",
                ));
            }
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(self::port(port)?),
    };
    Ok((decode(name)?.into_owned(), port))
}

/// Reads a port. A password without its host would be taken for one: it is not shown.
pub(super) fn port(text: &str) -> Result<u16, UrlMistake> {
    text.parse().map_err(|_| UrlMistake::new("its port is not a number from 0 to 65535"))
}

/// A separator where none can be: most likely it is a part of the password. Nothing around it is shown.
fn not_encoded() -> UrlMistake {
    UrlMistake::with_help(
        "it has an `@` or a `#` where none can be: a character of the user, the password or the database name is not \
         percent-encoded",
        "percent-encode it: `@` is `%40`, `:` is `%3A`, `/` is `%2F`, `?` is `%3F`, `#` is `%23`, `%` is `%25`\n\
         a variable in `url` of alembic.toml is encoded for you: `url = \"postgres://app:${DB_PASSWORD}@host/database\"`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let check = |url: &str, expected: &str| {
            let shown = match Parts::parse(url) {
                Ok(Parts { user, password, hosts, database, parameters }) => {
                    let hosts: Vec<String> = hosts
                        .iter()
                        .map(|(host, port)| {
                            format!("{host}{}", port.map_or(String::new(), |port| format!(" {port}")))
                        })
                        .collect();
                    let or = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
                    let parameters = parameters.iter().map(|(key, value)| format!(" {key}={value}"));
                    format!(
                        "{}|{}|{}|{}|{}",
                        or(user),
                        or(password),
                        hosts.join(", "),
                        or(database),
                        parameters.collect::<String>()
                    )
                }
                Err(mistake) => mistake.reason.split(':').next().unwrap_or_default().to_owned(),
            };
            assert_eq!(shown, expected, "{url}");
        };
        check("//", "-|-||-|");
        check("///db", "-|-||db|");
        check("//u@h/db", "u|-|h|db|");
        check("//u:p@h:1/db?a=1&b=%26+", "u|p|h 1|db| a=1 b=& ");
        check("//u:p%40%2F@h", "u|p@/|h|-|");
        check("//u:p@p:q@h", "u|p@p:q|h|-|");
        check("//u:p[q]@h", "u|p[q]|h|-|");
        check("//[::1]/db", "-|-|::1|db|");
        check("//u:p@[fe80::1%25eth0]:5432/db", "u|p|fe80::1%eth0 5432|db|");
        check("//h1:1,h2,[::2]:3/db", "-|-|h1 1, h2, ::2 3|db|");
        check("//u:p@%2Fvar%2Frun/db", "u|p|/var/run|db|");
        check("//u:p@/db?host=/var/run", "u|p||db| host=/var/run");
        check("//h:/db", "-|-|h|db|");
        check("//::1/db", "its host has several colons");
        check("//[::1/db", "a `[` has no `]`");
        check("//[::1]1/db", "`");
        check("//h:p/db", "its port is not a number from 0 to 65535");
        check("//h:65536/db", "its port is not a number from 0 to 65535");
        check("h/db", "`//` must follow its scheme");
        let not_encoded = "it has an `@` or a `#` where none can be";
        for url in ["//u:a/b@h/db", "//u:a?b@h/db", "//u:a#b@h/db", "//u:a@b/c@h/db", "//u:1/b@h", "//h/db#"]
        {
            check(url, not_encoded);
        }
    }
}

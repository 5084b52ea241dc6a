//! What a MySQL or MariaDB server is, and whether it can be written to.

use crate::dialect::{Engine, ReadOnly, ServerFacts};

/// The queries for what a server is: rows of a name and a value. A variable that it does not know has no row.
pub(crate) const FACTS: &str = "SHOW VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only', \
     'innodb_read_only', 'transaction_read_only', 'tx_read_only', 'server_uuid', 'server_uid', \
     'group_replication_single_primary_mode'); \
     SHOW GLOBAL VARIABLES LIKE 'sql_mode'; SHOW STATUS LIKE 'wsrep_connected'; SELECT 'VERSION()', VERSION()";

/// Reads the answer.
pub(crate) fn facts(rows: &[Vec<Option<String>>]) -> ServerFacts {
    let value = |wanted: &str| {
        rows.iter().find_map(|row| match row.as_slice() {
            [Some(name), value] if name.eq_ignore_ascii_case(wanted) => value.clone(),
            _ => None,
        })
    };
    let is_on = |name: &str| value(name).is_some_and(|value| !matches!(value.as_str(), "OFF" | "0" | ""));
    let version = value("VERSION()").unwrap_or_default();
    ServerFacts {
        engine: if version.contains("-TiDB-") {
            Engine::TiDb
        } else if version.ends_with("-Vitess") {
            Engine::Vitess
        } else if is_on("wsrep_connected") {
            Engine::Galera
        } else if value("group_replication_single_primary_mode").is_some_and(|mode| mode == "OFF") {
            Engine::MultiPrimary
        } else {
            Engine::Itself
        },
        read_only: if is_on("super_read_only") || is_on("read_only") {
            Some(ReadOnly::Replica)
        } else if is_on("innodb_read_only") {
            Some(ReadOnly::Server)
        } else if is_on("transaction_read_only") || is_on("tx_read_only") {
            Some(ReadOnly::Transactions)
        } else {
            None
        },
        no_backslash_escapes: value("sql_mode").is_some_and(|mode| mode.contains("NO_BACKSLASH_ESCAPES")),
        identity: value("server_uuid").or_else(|| value("server_uid")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_variables_say() {
        let check = |pairs: &[(&str, &str)], read_only: Option<ReadOnly>, engine: Engine| {
            let rows: Vec<_> = pairs
                .iter()
                .map(|(name, value)| vec![Some((*name).to_owned()), Some((*value).to_owned())])
                .collect();
            let facts = facts(&rows);
            assert_eq!((facts.read_only, facts.engine), (read_only, engine), "{pairs:?}");
        };
        check(&[("read_only", "OFF"), ("tx_read_only", "OFF")], None, Engine::Itself);
        check(&[("read_only", "ON")], Some(ReadOnly::Replica), Engine::Itself);
        check(&[("innodb_read_only", "ON")], Some(ReadOnly::Server), Engine::Itself);
        check(&[("transaction_read_only", "1")], Some(ReadOnly::Transactions), Engine::Itself);
        check(&[("wsrep_connected", "ON"), ("VERSION()", "10.11.14-MariaDB")], None, Engine::Galera);
        check(&[("VERSION()", "10.11.14-MariaDB-0+deb12u2")], None, Engine::Itself);
        check(
            &[("VERSION()", "8.4.5"), ("group_replication_single_primary_mode", "ON")],
            None,
            Engine::Itself,
        );
        let several = [("VERSION()", "8.4.5"), ("group_replication_single_primary_mode", "OFF")];
        check(&several, None, Engine::MultiPrimary);
        check(&[("VERSION()", "8.0.11-TiDB-v8.5.0")], None, Engine::TiDb);
        check(&[("VERSION()", "8.0.30-Vitess")], None, Engine::Vitess);
    }
}

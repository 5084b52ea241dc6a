//! What a MySQL or MariaDB server is, and whether it can be written to.

use crate::dialect::{ReadOnly, ServerFacts};

/// The queries for what a server is: rows of a name and a value. A variable that it does not know has no row.
pub(crate) const FACTS: &str = "SHOW VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only', \
     'innodb_read_only', 'transaction_read_only', 'tx_read_only', 'server_uuid', 'server_uid'); \
     SHOW GLOBAL VARIABLES LIKE 'sql_mode'; SHOW STATUS LIKE 'wsrep_connected'";

/// Reads the answer.
pub(crate) fn facts(rows: &[Vec<Option<String>>]) -> ServerFacts {
    let value = |wanted: &str| {
        rows.iter().find_map(|row| match row.as_slice() {
            [Some(name), value] if name.eq_ignore_ascii_case(wanted) => value.clone(),
            _ => None,
        })
    };
    let is_on = |name: &str| value(name).is_some_and(|value| !matches!(value.as_str(), "OFF" | "0" | ""));
    ServerFacts {
        // Named locks are of one node of a cluster.
        needs_lease: is_on("wsrep_connected"),
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
        let check = |pairs: &[(&str, &str)], read_only: Option<ReadOnly>, needs_lease: bool| {
            let rows: Vec<_> = pairs
                .iter()
                .map(|(name, value)| vec![Some((*name).to_owned()), Some((*value).to_owned())])
                .collect();
            let facts = facts(&rows);
            assert_eq!((facts.read_only, facts.needs_lease), (read_only, needs_lease), "{pairs:?}");
        };
        check(&[("read_only", "OFF"), ("tx_read_only", "OFF")], None, false);
        check(&[("read_only", "ON")], Some(ReadOnly::Replica), false);
        check(&[("innodb_read_only", "ON")], Some(ReadOnly::Server), false);
        check(&[("transaction_read_only", "1")], Some(ReadOnly::Transactions), false);
        check(&[("wsrep_connected", "ON")], None, true);
    }
}

//! What a foreign key does, for users to whom the catalog does not say it: MariaDB lists the actions only for those who
//! may do more than read the table. `SHOW CREATE TABLE` has them too.

use crate::dialect::Rows;
use crate::sql::quote::identifier;
use crate::sql::{Dialect, Reader};

/// Namespace and name of a table with a foreign key whose actions are unknown, and the name of that key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Untold {
    pub(crate) namespace: String,
    pub(crate) table: String,
    pub(crate) key: String,
}

impl Untold {
    /// The foreign keys whose actions the answers to [`queries`](super::queries) lack, the first one of each table.
    pub(crate) fn find(answers: &[Rows; 7]) -> Vec<Untold> {
        let [_, _, _, keys, actions, ..] = answers;
        let known: std::collections::HashSet<_> = actions.iter().map(|row| &row[..3]).collect();
        let mut untold: Vec<Untold> = Vec::new();
        for row in keys.iter().filter(|row| !known.contains(&row[..3])) {
            let [namespace, table, key] = [0, 1, 2].map(|at| row[at].clone().unwrap_or_default());
            if untold.last().is_none_or(|last| (&last.namespace, &last.table) != (&namespace, &table)) {
                untold.push(Untold { namespace, table, key });
            }
        }
        untold
    }

    /// The query whose last column is the definition of the table.
    pub(crate) fn query(&self) -> String {
        let [namespace, table] = [&self.namespace, &self.table].map(|name| identifier(Dialect::Mysql, name));
        format!("SHOW CREATE TABLE {namespace}.{table}")
    }

    /// Adds the actions of all foreign keys in the definition of the table.
    pub(crate) fn tell(&self, definition: &str, answers: &mut [Rows; 7]) {
        let mut reader = Reader::new(definition, Dialect::Mysql);
        while reader.pass_to("CONSTRAINT") {
            let Some(name) = reader.identifier().filter(|_| reader.take(&["FOREIGN", "KEY"])) else {
                continue;
            };
            let (mut on_delete, mut on_update) = (None, None);
            let mut depth = 0_usize;
            while !(reader.is_done() || depth == 0 && matches!(reader.text(0), "," | ")")) {
                match reader.text(0) {
                    "(" => depth += 1,
                    ")" => depth -= 1,
                    _ => {}
                }
                if reader.take(&["ON", "DELETE"]) {
                    on_delete = Some(action(&reader));
                } else if reader.take(&["ON", "UPDATE"]) {
                    on_update = Some(action(&reader));
                } else {
                    reader.pass();
                }
            }
            let row = [
                Some(self.namespace.clone()),
                Some(self.table.clone()),
                Some(name.text),
                on_delete,
                on_update,
            ];
            answers[4].push(row.into());
        }
    }
}

/// The words of an action, as the catalog has them.
fn action(reader: &Reader<'_>) -> String {
    let first = reader.text(0).to_ascii_uppercase();
    if first == "SET" { format!("SET {}", reader.text(1).to_ascii_uppercase()) } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_of_a_definition() {
        let text = |text: &str| Some(text.to_owned());
        let key = |name: &str| {
            vec![text("db"), text("t"), text(name), text("a"), text("db"), text("u"), text("id")]
        };
        let mut answers: [Rows; 7] = Default::default();
        answers[3] = ["k`1", "k2", "k3"].map(key).into();
        let untold = Untold::find(&answers);
        assert_eq!(untold, [Untold { namespace: "db".into(), table: "t".into(), key: "k`1".into() }]);
        assert_eq!(untold[0].query(), "SHOW CREATE TABLE `db`.`t`");
        let definition = "CREATE TABLE `t` (\n  `a` int(11) DEFAULT NULL COMMENT 'CONSTRAINT `x` FOREIGN KEY',\n  KEY `a` (`a`),\n  \
            CONSTRAINT `k``1` FOREIGN KEY (`a`, `b`) REFERENCES `u` (`id`, `x`) ON DELETE SET NULL ON UPDATE CASCADE,\n  \
            CONSTRAINT \"k2\" FOREIGN KEY (\"a\") REFERENCES \"db2\".\"u\" (\"id\") ON UPDATE NO ACTION,\n  \
            CONSTRAINT `k3` FOREIGN KEY (`a`) REFERENCES `u` (`id`),\n  CONSTRAINT `c` CHECK (`a` > 0)\n) ENGINE=InnoDB";
        untold[0].tell(definition, &mut answers);
        let told: Vec<_> = answers[4].iter().map(|row| row[2..].to_vec()).collect();
        assert_eq!(
            told,
            [
                vec![text("k`1"), text("SET NULL"), text("CASCADE")],
                vec![text("k2"), None, text("NO")],
                vec![text("k3"), None, None]
            ]
        );
        assert_eq!(Untold::find(&answers), []);
    }
}

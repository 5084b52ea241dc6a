//! Conditions in a script for a plain client, which stop it with a message.

use super::Tables;
use crate::sql::Dialect;
use crate::sql::quote::identifier;

impl Tables {
    /// Statements that fail with `message` unless the version table has exactly these rows.
    pub(crate) fn guard(&self, ids: &[&str], message: &str) -> Vec<String> {
        self.require(&self.is_at(ids), message)
    }

    /// The condition that the version table has exactly these rows.
    pub(super) fn is_at(&self, ids: &[&str]) -> String {
        let versions = self.version();
        let literals: Vec<String> = ids.iter().map(|id| self.literal(id)).collect();
        let count = ids.len();
        match literals.as_slice() {
            [] => format!("(SELECT count(*) FROM {versions}) = 0"),
            literals => format!(
                "(SELECT count(*) FROM {versions}) = {count} AND (SELECT count(*) FROM {versions} \
                 WHERE version_num IN ({})) = {count}",
                literals.join(", ")
            ),
        }
    }

    /// The condition that each of these revisions is recorded.
    pub(crate) fn are_recorded(&self, revisions: &[&str]) -> String {
        let history = self.history();
        let ids: Vec<String> = revisions.iter().map(|id| self.literal(id)).collect();
        format!(
            "(SELECT count(*) FROM {history} h JOIN (SELECT max(id) AS id FROM {history} WHERE finished_at IS NOT NULL \
             AND revision IN ({}) GROUP BY revision) latest ON latest.id = h.id WHERE h.operation = 'record') = {}",
            ids.join(", "),
            revisions.len()
        )
    }

    /// Statements that fail with `message` unless the condition `found` is true.
    pub(crate) fn require(&self, found: &str, message: &str) -> Vec<String> {
        match self.dialect {
            Dialect::Postgresql => {
                let message = self.literal(&message.replace('%', "%%"));
                vec![format!(
                    "DO $alembic$BEGIN IF NOT ({found}) THEN RAISE EXCEPTION {message}; END IF; END$alembic$"
                )]
            }
            // The error of a failed constraint contains its name.
            Dialect::Sqlite => {
                let name = identifier(self.dialect, &message[..message.floor_char_boundary(60)]);
                vec![
                    format!(
                        "CREATE TEMPORARY TABLE alembic_guard (found INTEGER NOT NULL, CONSTRAINT {name} CHECK (found = 1))"
                    ),
                    format!("INSERT INTO alembic_guard SELECT {found}"),
                    "DROP TABLE temp.alembic_guard".to_owned(),
                ]
            }
            // MySQL before 8.0.16 and TiDB do not enforce CHECK. No server accepts a value twice.
            Dialect::Mysql => {
                let name = identifier(self.dialect, &message[..message.floor_char_boundary(60)]);
                vec![
                    format!(
                        "CREATE TEMPORARY TABLE alembic_guard (failed INTEGER NOT NULL, UNIQUE KEY {name} (failed))"
                    ),
                    "INSERT INTO alembic_guard VALUES (1)".to_owned(),
                    format!("INSERT INTO alembic_guard SELECT 1 FROM DUAL WHERE ({found}) IS NOT TRUE"),
                    "DROP TEMPORARY TABLE alembic_guard".to_owned(),
                ]
            }
        }
    }
}

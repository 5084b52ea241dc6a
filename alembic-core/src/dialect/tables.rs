//! The SQL of the two tables that a migrated database holds: `alembic_version` and `alembic_history`.
//!
//! All of it is text without parameters, so that the same statements can run on a connection and stand in a file.
//!
//! # `alembic_history`
//! One row for each time that a revision was taken up, taken down, stamped or unstamped. Rows are never changed once they
//! are finished.
//!
//! | column | meaning |
//! |---|---|
//! | `id` | grows |
//! | `revision`, `operation` | what was done: `upgrade`, `downgrade`, `stamp`, `unstamp` |
//! | `digest`, `lineage` | of the script that did it |
//! | `statements_total` | how many statements it has |
//! | `statements_done` | how many are done for certain |
//! | `statements_begun` | one more than done: the next one was begun, commits by itself, and nobody saw its end |
//! | `catalog_before` | what the catalog said of what that one touches, before it was begun |
//! | `error` | what the database said, if it failed |
//! | `started_at`, `finished_at` | server time; not finished: NULL |
//! | `applied_by` | user and host of the process |
//! | `server` | what tells the server from others: `system_identifier`, `@@server_uuid`, `@@server_uid` |
//! | `tool_version` | of alembic |
//! | `script` | the text of the script |
//!
//! # `alembic_lease`
//! Only where the server's own locks exclude nobody: see `lease.rs`.

use std::time::SystemTime;

use crate::config::VersionTable;
use crate::script::Digest;
use crate::sql::Dialect;
use crate::sql::quote::{self, identifier, literal};

/// What a row of the history records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Upgrade,
    Downgrade,
    /// Counted as applied without running anything.
    Stamp,
    /// Counted as not applied without running anything.
    Unstamp,
}

impl Operation {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Operation::Upgrade => "upgrade",
            Operation::Downgrade => "downgrade",
            Operation::Stamp => "stamp",
            Operation::Unstamp => "unstamp",
        }
    }
}

/// A new row of the history.
pub(crate) struct Entry<'a> {
    pub(crate) revision: &'a str,
    pub(crate) operation: Operation,
    pub(crate) digest: Digest,
    pub(crate) lineage: Digest,
    /// How many statements the section has.
    pub(crate) statements: usize,
    pub(crate) applied_by: &'a str,
    /// The server that it is applied on.
    pub(crate) server: Option<&'a str>,
    /// The text of the script, kept with what was applied.
    pub(crate) script: Option<&'a str>,
}

/// How many bytes of scripts go into one statement on MySQL. Its servers take statements of `max_allowed_packet`, 4 to
/// 64 MiB where nobody sets it, and escaping may double a text.
const MYSQL_SCRIPTS: usize = 1024 * 1024;

/// The statements on our tables, in one dialect.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    dialect: Dialect,
    table: VersionTable,
}

/// The width of Alembic's own `version_num` column.
pub(crate) const ALEMBIC_WIDTH: usize = 32;

impl Tables {
    pub(crate) fn new(dialect: Dialect, table: &VersionTable) -> Tables {
        Tables { dialect, table: table.clone() }
    }

    /// The tables in a schema of PostgreSQL or a database of MySQL: found whatever a script does to the search path, or
    /// uses.
    pub(crate) fn set_schema(&mut self, schema: String) {
        self.table.schema = Some(schema.into());
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The schema of the tables, or on MySQL their database, where it is known.
    pub(crate) fn own_schema(&self) -> Option<&str> {
        self.table.schema.as_deref()
    }

    /// The version table, as statements name it.
    pub(crate) fn version(&self) -> String {
        self.qualified(&self.table.name)
    }

    fn history(&self) -> String {
        self.qualified(&self.table.history())
    }

    fn name(&self, name: &str) -> String {
        quote::name(self.dialect, name)
    }

    fn qualified(&self, name: &str) -> String {
        let name = self.name(name);
        match &self.table.schema {
            Some(schema) => format!("{}.{name}", identifier(self.dialect, schema)),
            None => name,
        }
    }

    /// What the lock of the version table is named after.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn lock_key(&self) -> &str {
        &self.table.name
    }

    /// The row that is a lock where the server's own locks exclude nobody.
    pub(crate) fn lease(&self) -> String {
        self.qualified(&self.table.lease())
    }

    /// The name of the version table, where the search path decides in which schema it is.
    #[cfg(feature = "postgres")]
    pub(crate) fn searched_version(&self) -> Option<&str> {
        self.table.schema.is_none().then_some(self.table.name.as_ref())
    }

    /// Statements that change nothing and need all the rights that a run needs on our tables, and a query for the server
    /// that the history was last written on. Empty where there is nothing to ask.
    pub(crate) fn probes(&self, has_versions: bool, has_history: bool) -> String {
        let (version, history) = (self.version(), self.history());
        let mut probes = Vec::new();
        if has_versions {
            probes.push(format!("UPDATE {version} SET version_num = '' WHERE 1 = 0"));
            probes.push(format!("DELETE FROM {version} WHERE 1 = 0"));
            probes.push(format!("INSERT INTO {version} SELECT * FROM {version} WHERE 1 = 0"));
        }
        if has_history {
            probes.push(format!("UPDATE {history} SET error = NULL WHERE 1 = 0"));
            probes.push(format!("DELETE FROM {history} WHERE 1 = 0"));
            probes.push(format!("INSERT INTO {history} SELECT * FROM {history} WHERE 1 = 0"));
            probes.push(format!("SELECT server FROM {history} ORDER BY id DESC LIMIT 1"));
        }
        // SQLite asks for the right to write with the transaction.
        if self.dialect == Dialect::Sqlite { String::new() } else { probes.join("; ") }
    }

    /// Alembic's table, to the letter; wider only if an id needs it.
    pub(crate) fn create_version(&self, longest_id: usize) -> String {
        let width = longest_id.max(ALEMBIC_WIDTH);
        format!(
            "CREATE TABLE IF NOT EXISTS {} (version_num VARCHAR({width}) NOT NULL, \
             CONSTRAINT {} PRIMARY KEY (version_num))",
            self.version(),
            self.name(&format!("{}_pkc", self.table.name)),
        )
    }

    pub(crate) fn create_history(&self) -> Vec<String> {
        // The second index finds unfinished work, of which there is hardly ever any.
        let index = |column| self.name(&format!("{}_{column}_idx", self.table.history()));
        let (revision, finished) = (index("revision"), index("finished_at"));
        let (id, time, text, keys, options) = match self.dialect {
            Dialect::Sqlite => ("INTEGER PRIMARY KEY", "TEXT", "TEXT", String::new(), ""),
            Dialect::Postgresql => (
                "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
                "TIMESTAMP WITH TIME ZONE",
                "TEXT",
                String::new(),
                "",
            ),
            // A binary collation: ids are compared to the letter, whatever the database's default is. MySQL knows no
            // CREATE INDEX IF NOT EXISTS.
            Dialect::Mysql => (
                "BIGINT AUTO_INCREMENT PRIMARY KEY",
                "DATETIME(6)",
                "LONGTEXT",
                format!(", KEY {revision} (revision), KEY {finished} (finished_at)"),
                " ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            ),
        };
        let history = self.history();
        let mut statements = vec![format!(
            "CREATE TABLE IF NOT EXISTS {history} (id {id}, revision VARCHAR(255) NOT NULL, operation VARCHAR(16) NOT NULL, \
             digest VARCHAR(80) NOT NULL, lineage VARCHAR(80) NOT NULL, statements_done INTEGER NOT NULL, \
             statements_begun INTEGER NOT NULL, statements_total INTEGER NOT NULL, started_at {time} NOT NULL, \
             finished_at {time}, applied_by VARCHAR(255) NOT NULL, tool_version VARCHAR(32) NOT NULL, \
             server VARCHAR(64), error {text}, catalog_before {text}, script {text}{keys}){options}"
        )];
        if self.dialect != Dialect::Mysql {
            // On SQLite the schema stands before the name of the index, and not before the table's.
            let (on, schema) = match (&self.table.schema, self.dialect) {
                (Some(schema), Dialect::Sqlite) => {
                    (self.name(&self.table.history()), format!("{}.", identifier(self.dialect, schema)))
                }
                _ => (history, String::new()),
            };
            for (name, column) in [(revision, "revision"), (finished, "finished_at")] {
                statements.push(format!("CREATE INDEX IF NOT EXISTS {schema}{name} ON {on} ({column})"));
            }
        }
        statements
    }

    /// One row for each row of the version table (its id, the lineage that the history has for it or NULL) and one for
    /// each unfinished revision (NULL and its id): all that a run at the target has to know, in one query.
    pub(crate) fn state(&self) -> String {
        let version = self.version_text("v.version_num");
        let version_key = match self.dialect {
            // The two columns may have different collations, which MySQL refuses to compare.
            Dialect::Mysql => "CONVERT(v.version_num USING utf8mb4) COLLATE utf8mb4_bin",
            _ => "v.version_num",
        };
        let null = match self.dialect {
            Dialect::Postgresql => "NULL::text",
            _ => "NULL",
        };
        let (versions, history) = (self.version(), self.history());
        format!(
            "SELECT {version}, (SELECT CASE WHEN h.operation IN ('upgrade', 'stamp') THEN h.lineage END \
             FROM {history} h WHERE h.revision = {version_key} AND h.finished_at IS NOT NULL \
             ORDER BY h.id DESC LIMIT 1) FROM {versions} v \
             UNION ALL SELECT {null}, h.revision FROM {history} h WHERE h.finished_at IS NULL"
        )
    }

    /// The rows of the version table alone: for a database that only Alembic has run.
    pub(crate) fn versions(&self) -> String {
        format!("SELECT {} FROM {} v", self.version_text("v.version_num"), self.version())
    }

    fn version_text(&self, column: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("CAST({column} AS TEXT)"),
            Dialect::Postgresql => format!("{column}::text"),
            Dialect::Mysql => format!("CONVERT({column} USING utf8mb4) COLLATE utf8mb4_bin"),
        }
    }

    /// Revision and digest of all that was applied and not undone since, as the history has it; or of some of that.
    pub(crate) fn digests(&self, revisions: Option<&[&str]>) -> String {
        let history = self.history();
        let only = revisions.map_or_else(String::new, |ids| {
            let ids: Vec<String> = ids.iter().map(|id| self.literal(id)).collect();
            format!(" AND revision IN ({})", ids.join(", "))
        });
        format!(
            "SELECT h.revision, h.digest, h.lineage FROM {history} h JOIN (SELECT max(id) AS id FROM {history} \
             WHERE finished_at IS NOT NULL{only} GROUP BY revision) latest ON latest.id = h.id \
             WHERE h.operation IN ('upgrade', 'stamp')"
        )
    }

    /// The unfinished rows: revision, operation, digest, statements done and begun, error, what the catalog said before
    /// the statement that was begun, script.
    pub(crate) fn unfinished(&self) -> String {
        let (done, begun) = (self.text("statements_done"), self.text("statements_begun"));
        format!(
            "SELECT revision, operation, digest, {done}, {begun}, error, catalog_before, script FROM {} \
             WHERE finished_at IS NULL ORDER BY id",
            self.history()
        )
    }

    /// When and by whom a revision was last applied.
    pub(crate) fn provenance(&self, revision: &str) -> String {
        let finished = self.time_text("finished_at");
        format!(
            "SELECT {finished}, applied_by FROM {} WHERE revision = {} \
             AND operation IN ('upgrade', 'stamp') AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1",
            self.history(),
            self.literal(revision)
        )
    }

    /// The script of a revision as it was last applied.
    pub(crate) fn applied_script(&self, revision: &str) -> String {
        format!(
            "SELECT script FROM {} WHERE revision = {} AND operation IN ('upgrade', 'stamp') \
             AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1",
            self.history(),
            self.literal(revision)
        )
    }

    /// The newest rows of the history, newest first: at most `limit`, and only those of one revision if one is named.
    /// Revision, operation, digest, lineage, statements done and in all, started, finished, by whom, with which
    /// version, error.
    pub(crate) fn log(&self, revision: Option<&str>, limit: Option<usize>) -> String {
        let (done, total) = (self.text("statements_done"), self.text("statements_total"));
        let (started, finished) = (self.time_text("started_at"), self.time_text("finished_at"));
        let only = revision.map_or_else(String::new, |id| format!(" WHERE revision = {}", self.literal(id)));
        let limit = limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"));
        format!(
            "SELECT revision, operation, digest, lineage, {done}, {total}, {started}, {finished}, applied_by, \
             tool_version, error FROM {}{only} ORDER BY id DESC{limit}",
            self.history()
        )
    }

    /// A time as RFC 3339 writes it, in UTC.
    fn time_text(&self, column: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgresql => {
                format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
            }
            Dialect::Mysql => format!("CONCAT(LEFT(DATE_FORMAT({column}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')"),
        }
    }

    /// The width of an existing `version_num` column, where the database keeps to it.
    pub(crate) fn version_width(&self) -> Option<String> {
        let schema = match self.dialect {
            Dialect::Sqlite => return None,
            Dialect::Postgresql => "c.table_schema = ANY (current_schemas(false))",
            Dialect::Mysql => "c.table_schema = database()",
        };
        let schema = match &self.table.schema {
            Some(schema) => format!("c.table_schema = {}", self.literal(schema)),
            None => schema.to_owned(),
        };
        let table = self.literal(&self.table.name);
        let width = self.text("c.character_maximum_length");
        Some(format!(
            "SELECT {width} FROM information_schema.columns c WHERE c.table_name = {table} \
             AND c.column_name = 'version_num' AND {schema}"
        ))
    }

    /// The schema of the version table, or the one in which it would be made, and the search path. On MySQL a schema is a
    /// database, and there is no path.
    pub(crate) fn schema(&self) -> Option<String> {
        if self.dialect == Dialect::Mysql && self.table.schema.is_none() {
            return Some("SELECT CAST(DATABASE() AS CHAR), NULL".to_owned());
        }
        let schema = match &self.table.schema {
            Some(schema) => self.literal(schema),
            None => format!(
                "coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.oid = to_regclass({})), current_schema())::text",
                self.literal(&self.version())
            ),
        };
        (self.dialect == Dialect::Postgresql)
            .then(|| format!("SELECT {schema}, current_setting('search_path')"))
    }

    /// Gives the search path back that the run began with.
    pub(crate) fn restore_search_path(&self, path: &str) -> String {
        format!("SELECT set_config('search_path', {}, false)", self.literal(path))
    }

    /// A number or a time as text, so that one way of reading rows is enough.
    pub(super) fn text(&self, expression: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("CAST({expression} AS TEXT)"),
            Dialect::Postgresql => format!("{expression}::text"),
            Dialect::Mysql => format!("CAST({expression} AS CHAR)"),
        }
    }

    /// Server time: a wrong clock beside the server must not matter.
    fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            Dialect::Postgresql => "clock_timestamp()",
            Dialect::Mysql => "UTC_TIMESTAMP(6)",
        }
    }

    /// The row that says that a revision has been begun.
    pub(crate) fn begin(&self, entry: &Entry<'_>) -> String {
        self.insert(std::slice::from_ref(entry), 0, self.now(), "NULL")
    }

    /// The row for a revision that is done, at the end of the message that did it.
    ///
    /// In a transaction nobody could see one that says that it was begun. Without `begun` that is now: in a text, of
    /// which nobody knows when it will run.
    pub(crate) fn done(&self, entry: &Entry<'_>, begun: Option<SystemTime>) -> String {
        let begun = match (self.dialect, begun) {
            // The clock of SQLite is that of this process.
            (Dialect::Sqlite, Some(begun)) => {
                let since = begun.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
                format!("strftime('%Y-%m-%dT%H:%M:%fZ', {since:.3}, 'unixepoch')")
            }
            // When the server got the message.
            (Dialect::Postgresql, Some(_)) => "statement_timestamp()".to_owned(),
            _ => self.now().to_owned(),
        };
        self.insert(std::slice::from_ref(entry), entry.statements, &begun, self.now())
    }

    /// Rows for what was done at once: stamps.
    pub(crate) fn record(&self, entries: &[Entry<'_>]) -> String {
        self.insert(entries, 0, self.now(), self.now())
    }

    fn insert(&self, entries: &[Entry<'_>], done: usize, begun: &str, finished: &str) -> String {
        let rows: Vec<String> = entries
            .iter()
            .map(|entry| {
                format!(
                    "({}, '{}', '{}', '{}', {done}, {done}, {}, {begun}, {finished}, {}, '{}', {}, {})",
                    self.literal(entry.revision),
                    entry.operation.name(),
                    entry.digest,
                    entry.lineage,
                    entry.statements,
                    self.literal(entry.applied_by),
                    env!("CARGO_PKG_VERSION"),
                    self.optional(entry.server),
                    self.script(entry, entries.len()),
                )
            })
            .collect();
        format!(
            "INSERT INTO {} (revision, operation, digest, lineage, statements_done, statements_begun, \
             statements_total, started_at, finished_at, applied_by, tool_version, server, script) VALUES {}",
            self.history(),
            rows.join(", ")
        )
    }

    /// The text of a script in a statement that holds `count` of them: nothing where MySQL might not take it.
    fn script(&self, entry: &Entry<'_>, count: usize) -> String {
        let fits = |script: &&str| self.dialect != Dialect::Mysql || script.len() <= MYSQL_SCRIPTS / count;
        self.optional(entry.script.filter(fits))
    }

    /// Changes the row of the unfinished revision.
    fn update(&self, revision: &str, change: &str) -> String {
        format!(
            "UPDATE {} SET {change} WHERE revision = {} AND finished_at IS NULL",
            self.history(),
            self.literal(revision)
        )
    }

    /// All statements of the unfinished revision are done.
    pub(crate) fn finish(&self, revision: &str) -> String {
        let change = format!(
            "statements_done = statements_total, statements_begun = statements_total, finished_at = {}, \
             error = NULL, catalog_before = NULL",
            self.now()
        );
        self.update(revision, &change)
    }

    /// The statement after so many of the unfinished revision is about to run, and commits by itself. `catalog` is what
    /// was there before of all that it touches.
    pub(crate) fn intend(&self, revision: &str, done: usize, catalog: Option<&str>) -> String {
        let catalog = self.optional(catalog);
        let change = format!("statements_begun = {}, error = NULL, catalog_before = {catalog}", done + 1);
        self.update(revision, &change)
    }

    /// So many statements of the unfinished revision are done, and no other is begun.
    pub(crate) fn progress(&self, revision: &str, done: usize) -> String {
        let change = format!(
            "statements_done = {done}, statements_begun = {done}, error = NULL, catalog_before = NULL"
        );
        self.update(revision, &change)
    }

    /// The next statement of the unfinished revision failed, and did nothing.
    pub(crate) fn fail(&self, revision: &str, error: &str) -> String {
        let error = self.literal(error);
        let change = format!("statements_begun = statements_done, error = {error}, catalog_before = NULL");
        self.update(revision, &change)
    }

    /// The next statement of the unfinished revision failed, and may have done a part of what it is for.
    pub(crate) fn fail_in_doubt(&self, revision: &str, error: &str) -> String {
        let error = self.literal(error);
        self.update(revision, &format!("statements_begun = statements_done + 1, error = {error}"))
    }

    /// Nothing of a begun revision, or of any, is left to be finished.
    pub(crate) fn forget_unfinished(&self, revision: Option<&str>) -> String {
        let only = revision.map_or_else(String::new, |id| format!(" AND revision = {}", self.literal(id)));
        format!("DELETE FROM {} WHERE finished_at IS NULL{only}", self.history())
    }

    /// The unfinished revision goes on after so many statements, with what its script is now.
    pub(crate) fn resume(&self, entry: &Entry<'_>, done: usize) -> String {
        let change = format!(
            "statements_done = {done}, statements_begun = {done}, error = NULL, catalog_before = NULL, \
             digest = '{}', lineage = '{}', statements_total = {}, script = {}",
            entry.digest,
            entry.lineage,
            entry.statements,
            self.script(entry, 1)
        );
        self.update(entry.revision, &change)
    }

    pub(crate) fn insert_version(&self, id: &str) -> String {
        format!("INSERT INTO {} (version_num) VALUES ({})", self.version(), self.literal(id))
    }

    pub(crate) fn update_version(&self, from: &str, to: &str) -> String {
        let (from, to) = (&self.literal(from), self.literal(to));
        format!("UPDATE {} SET version_num = {to} WHERE version_num = {from}", self.version())
    }

    pub(crate) fn delete_version(&self, id: &str) -> String {
        format!("DELETE FROM {} WHERE version_num = {}", self.version(), self.literal(id))
    }

    /// Statements that fail with `message` where the version table has other rows than these.
    pub(crate) fn guard(&self, ids: &[&str], message: &str) -> Vec<String> {
        let versions = self.version();
        let literals: Vec<String> = ids.iter().map(|id| self.literal(id)).collect();
        let count = ids.len();
        let found = match literals.as_slice() {
            [] => format!("(SELECT count(*) FROM {versions}) = 0"),
            literals => format!(
                "(SELECT count(*) FROM {versions}) = {count} AND (SELECT count(*) FROM {versions} \
                 WHERE version_num IN ({})) = {count}",
                literals.join(", ")
            ),
        };
        self.require(&found, message)
    }

    /// Statements for a script that fail with a message unless something holds.
    pub(crate) fn require(&self, found: &str, message: &str) -> Vec<String> {
        match self.dialect {
            Dialect::Postgresql => {
                let message = self.literal(&message.replace('%', "%%"));
                vec![format!(
                    "DO $alembic$BEGIN IF NOT ({found}) THEN RAISE EXCEPTION {message}; END IF; END$alembic$"
                )]
            }
            // The name of a constraint is what these two say when it fails.
            Dialect::Sqlite | Dialect::Mysql => {
                let name = identifier(self.dialect, &message[..message.floor_char_boundary(60)]);
                vec![
                    format!(
                        "CREATE TEMPORARY TABLE alembic_guard (found INTEGER NOT NULL, CONSTRAINT {name} CHECK (found = 1))"
                    ),
                    format!("INSERT INTO alembic_guard SELECT {found}"),
                    match self.dialect {
                        Dialect::Mysql => "DROP TEMPORARY TABLE alembic_guard".to_owned(),
                        _ => "DROP TABLE temp.alembic_guard".to_owned(),
                    },
                ]
            }
        }
    }

    /// Rows of the history that say of all that was applied that it is not, without a run.
    pub(crate) fn unstamp_all(&self, applied_by: &str) -> String {
        let (history, now) = (self.history(), self.now());
        format!(
            "INSERT INTO {history} (revision, operation, digest, lineage, statements_done, statements_begun, \
             statements_total, started_at, finished_at, applied_by, tool_version) \
             SELECT h.revision, '{}', h.digest, h.lineage, 0, 0, 0, {now}, {now}, {}, '{}' FROM {history} h \
             JOIN (SELECT max(id) AS id FROM {history} WHERE finished_at IS NOT NULL GROUP BY revision) latest \
             ON latest.id = h.id WHERE h.operation IN ('upgrade', 'stamp')",
            Operation::Unstamp.name(),
            self.literal(applied_by),
            env!("CARGO_PKG_VERSION"),
        )
    }

    /// Forgets all rows.
    pub(crate) fn purge(&self) -> String {
        format!("DELETE FROM {}", self.version())
    }

    pub(crate) fn literal(&self, text: &str) -> String {
        literal(self.dialect, text)
    }

    fn optional(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.literal(text))
    }
}

//! Which statements of a dump a script has, and in which form.

use std::collections::HashSet;

use crate::sql::facts::{Action, Facts, Kind, ObjectKind};
use crate::sql::{Dialect, Forbidden, Reader};

/// What becomes of a statement of a dump.
pub(super) enum Verdict {
    Kept,
    Changed(Vec<String>, &'static str),
    LeftOut(&'static str),
    /// The reason, and what helps.
    Refused(&'static str, &'static str),
}

const SETTINGS: &str = "left out: settings of the session";
const OWNERS: &str = "left out: owners and privileges";
const DROPS: &str = "left out: `DROP … IF EXISTS`, which would delete what exists";
const OWN: &str = "left out: the tables of the migrations themselves";
const LOCKS: &str = "left out: locks of tables, and keys that are disabled meanwhile";
const TRANSACTIONS: &str = "left out: transactions";
const UNENFORCED: &str = "left out: transactions, and foreign keys that are not enforced";
const DATABASES: &str = "left out: `CREATE DATABASE` and `USE`";
const STATISTICS: &str = "left out: statistics of ANALYZE";
const DEFINERS: &str = "without its DEFINER: views, triggers and routines";
const SEQUENCES: &str = "restricted to the tables of the dump: `sqlite_sequence`";

/// The verdicts about the statements of a dump, in their order.
pub(super) struct Rules<'a> {
    dialect: Dialect,
    own: &'a [&'a str],
    /// Objects that the dump has created so far.
    created: HashSet<String>,
    /// Settings that the statements need.
    needed: Vec<&'static str>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(dialect: Dialect, own: &'a [&'a str]) -> Rules<'a> {
        // `mysqldump` sets them itself, unless it is told to be brief. A session ends with its revision.
        const MYSQL: &str = "SET FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'";
        let needed = if dialect == Dialect::Mysql { vec![MYSQL] } else { Vec::new() };
        Rules { dialect, own, created: HashSet::new(), needed }
    }

    /// The statements that come first.
    pub(super) fn preamble(&self) -> String {
        self.needed.iter().map(|statement| format!("{statement};\n")).collect()
    }

    pub(super) fn verdict(&mut self, text: &str) -> Verdict {
        let facts = Facts::of(text, self.dialect);
        let is_own = |name: &str| self.own.iter().any(|own| own.eq_ignore_ascii_case(name));
        let changed =
            facts.changes.iter().map(|change| change.object.of.as_ref().unwrap_or(&change.object.name));
        let mut names = changed.chain(facts.uses.iter().map(|used| &used.table));
        if names.any(|name| is_own(&name.name)) {
            return Verdict::LeftOut(OWN);
        }
        let mut dropped = facts.changes.iter().filter(|change| change.action == Action::Drops).peekable();
        if dropped.peek().is_some() && !dropped.any(|change| self.created.contains(&change.object.name.name))
        {
            return Verdict::LeftOut(DROPS);
        }
        let verdict = match self.dialect {
            Dialect::Sqlite => self.sqlite(text, &facts),
            Dialect::Postgresql => postgresql(text, &facts),
            Dialect::Mysql => self.mysql(text, &facts),
        };
        if !matches!(verdict, Verdict::LeftOut(_)) {
            let created = facts.changes.iter().filter(|change| change.action == Action::Creates);
            self.created.extend(created.map(|change| change.object.name.name.clone()));
        }
        verdict
    }

    fn need(&mut self, statement: &'static str) {
        if !self.needed.contains(&statement) {
            self.needed.push(statement);
        }
    }

    fn sqlite(&mut self, text: &str, facts: &Facts) -> Verdict {
        let reader = Reader::executed(text, Dialect::Sqlite);
        if reader.is_any(&["PRAGMA"]) && reader.has(&["writable_schema"]) || text.contains("sqlite_schema(") {
            return Verdict::Refused(
                "the dump writes to the table of the schema, which creates virtual tables",
                "write their `CREATE VIRTUAL TABLE` and rows into a script by hand, and dump the other tables by name: \
                 `.dump users orders`",
            );
        }
        if reader.is_any(&["PRAGMA", "BEGIN", "COMMIT", "END", "ROLLBACK"]) {
            // Rows may come before those that they reference.
            self.need("PRAGMA defer_foreign_keys = ON");
            return Verdict::LeftOut(UNENFORCED);
        }
        if reader.is_any(&["ANALYZE"])
            || facts.uses.iter().any(|used| used.table.name.to_ascii_lowercase().starts_with("sqlite_stat"))
        {
            return Verdict::LeftOut(STATISTICS);
        }
        if facts.uses.iter().any(|used| used.table.name.eq_ignore_ascii_case("sqlite_sequence")) {
            return sequence(text, self.own);
        }
        Verdict::Kept
    }

    fn mysql(&mut self, text: &str, facts: &Facts) -> Verdict {
        let reader = Reader::executed(text, Dialect::Mysql);
        if let Some(verdict) = transaction(text, Dialect::Mysql) {
            return verdict;
        }
        if reader.is_any(&["LOCK", "UNLOCK"])
            || reader.has(&["DISABLE", "KEYS"])
            || reader.has(&["ENABLE", "KEYS"])
        {
            return Verdict::LeftOut(LOCKS);
        }
        let creates_database = facts.changed(Action::Creates, ObjectKind::Database).next().is_some();
        if reader.is_any(&["USE"]) || creates_database {
            return Verdict::LeftOut(DATABASES);
        }
        if facts.kind == Kind::Privileges {
            return Verdict::LeftOut(OWNERS);
        }
        let upper = text.to_ascii_uppercase();
        let is_of_dump =
            ["@OLD_", "@MYSQLDUMP_", "GTID_PURGED", "SQL_LOG_BIN"].iter().any(|name| upper.contains(name));
        if reader.is_any(&["SET"]) && is_of_dump {
            return Verdict::LeftOut(SETTINGS);
        }
        match without_definer(text) {
            Some(text) => Verdict::Changed(vec![text], DEFINERS),
            None => Verdict::Kept,
        }
    }
}

/// A dump begins and ends transactions: around large objects, and around the rows of each table (`mysqldump
/// --no-autocommit`). A script is one anyway. What is rolled back was never meant to be there.
fn transaction(text: &str, dialect: Dialect) -> Option<Verdict> {
    let Some(Forbidden::TransactionControl(_)) = Forbidden::of(text, dialect) else { return None };
    let is_kept = Reader::executed(text, dialect).is_any(&["BEGIN", "START", "COMMIT", "END", "SET"]);
    Some(if is_kept {
        Verdict::LeftOut(TRANSACTIONS)
    } else {
        Verdict::Refused(
            "the dump has a transaction that does not end with COMMIT",
            "dump the database again: no dump program writes this statement",
        )
    })
}

fn postgresql(text: &str, facts: &Facts) -> Verdict {
    const OF_DUMP: [&str; 10] = [
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "transaction_timeout",
        "client_encoding",
        "standard_conforming_strings",
        "xmloption",
        "client_min_messages",
        "row_security",
        "default_tablespace",
    ];
    if let Some(verdict) = transaction(text, Dialect::Postgresql) {
        return verdict;
    }
    let mut reader = Reader::executed(text, Dialect::Postgresql);
    if reader.take(&["SET"]) {
        reader.take_any(&["SESSION", "LOCAL"]);
        return if reader.is_any(&OF_DUMP) { Verdict::LeftOut(SETTINGS) } else { Verdict::Kept };
    }
    let is_of_owner = reader.is(0, "ALTER") && reader.has(&["OWNER", "TO"])
        || reader.has(&["SESSION", "AUTHORIZATION"])
        || reader.take(&["ALTER", "DEFAULT", "PRIVILEGES"])
        || facts.kind == Kind::Privileges;
    if is_of_owner {
        return Verdict::LeftOut(OWNERS);
    }
    if reader.take(&["CREATE", "SCHEMA", "public"]) {
        return Verdict::LeftOut("left out: the schema `public`, which exists");
    }
    if facts.changed(Action::Creates, ObjectKind::Database).next().is_some() {
        return Verdict::LeftOut(DATABASES);
    }
    Verdict::Kept
}

/// SQLite: the counter of one table. The rows before it have counted already.
fn sequence(text: &str, own: &[&str]) -> Verdict {
    let mut reader = Reader::executed(text, Dialect::Sqlite);
    let name = if reader.pass_to("VALUES") && reader.take(&["("]) { reader.text(0) } else { "" };
    if name.is_empty() || own.iter().any(|own| name.trim_matches('\'') == *own) {
        return Verdict::LeftOut(SEQUENCES);
    }
    let delete = format!("DELETE FROM sqlite_sequence WHERE name = {name}");
    Verdict::Changed(vec![delete, text.to_owned()], SEQUENCES)
}

/// MySQL: a definition without the user as whom it runs, who may not exist elsewhere; none if it names no user.
fn without_definer(text: &str) -> Option<String> {
    let mut reader = Reader::executed(text, Dialect::Mysql);
    if !reader.take(&["CREATE"]) {
        return None;
    }
    while let Some(token) = reader.token(0) {
        if reader.take(&["DEFINER", "="]) {
            let mut end = reader.next()?.end;
            while reader.text(0).starts_with('@') {
                let is_mark = reader.text(0) == "@";
                end = reader.next()?.end;
                if is_mark {
                    end = reader.next()?.end;
                }
            }
            return Some(format!("{}{}", &text[..token.start], text[end..].trim_start_matches(' ')));
        }
        if reader.is_any(&["TABLE", "VIEW", "TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "PACKAGE"]) {
            return None;
        }
        reader.next();
    }
    None
}

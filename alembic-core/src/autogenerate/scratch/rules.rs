//! Which statements may run in a scratch database: those of a file that describes a schema, and those of migrations.
//!
//! The rules read [`Facts`] and never ask a database. They keep accidents away from the server around the scratch database;
//! the compared database itself is on the other side of a connection.

use crate::autogenerate::refused::Refused;
use crate::sql::facts::{Action, Facts, Kind, Object, ObjectKind, Outside};
use crate::sql::{Dialect, Name, Reader};
use std::collections::HashSet;

/// The verdict about a statement of a file that describes a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Runs,
    /// It defines nothing: a part of a dump that sets up its session, empties its target or hands objects over.
    Skipped,
    Refused(Refused),
}

/// The verdicts about the statements of a file, in their order.
pub(super) struct Rules {
    dialect: Dialect,
    /// Objects that the file has created so far.
    created: HashSet<(ObjectKind, Option<String>, String)>,
    /// MySQL: the database that the file uses.
    used: Option<String>,
}

impl Rules {
    pub(super) fn new(dialect: Dialect) -> Rules {
        Rules { dialect, created: HashSet::new(), used: None }
    }

    /// The verdict about the next statement.
    pub(super) fn verdict(&mut self, text: &str, facts: &Facts) -> Verdict {
        let verdict = match self.dialect {
            Dialect::Sqlite => sqlite(text, facts),
            Dialect::Postgresql => postgresql(text, facts),
            Dialect::Mysql => self.mysql(text, facts),
        };
        let verdict = verdict.unwrap_or_else(|| self.any(text, facts));
        if verdict == Verdict::Runs {
            for change in facts.changes.iter().filter(|change| change.action == Action::Creates) {
                self.created.insert(key(&change.object));
            }
        }
        verdict
    }

    /// The verdict by rules that all dialects share.
    fn any(&self, text: &str, facts: &Facts) -> Verdict {
        if let Some(outside) = facts.outside {
            return Verdict::Refused(Refused::Outside(shown(outside)));
        }
        match facts.kind {
            Kind::Definition if self.drops_nothing(facts) => Verdict::Skipped,
            Kind::Definition if hands_over(text, self.dialect) => Verdict::Skipped,
            Kind::Definition => Verdict::Runs,
            Kind::Privileges | Kind::Maintenance => Verdict::Skipped,
            Kind::Session if Reader::executed(text, self.dialect).is_any(&["SET", "RESET"]) => {
                Verdict::Skipped
            }
            Kind::Rows => Verdict::Refused(Refused::Rows(self.dialect)),
            Kind::Query | Kind::Program => Verdict::Refused(Refused::Code),
            Kind::Session | Kind::Server | Kind::Transaction | Kind::Other => {
                Verdict::Refused(Refused::Unknown)
            }
        }
    }

    /// Whether a statement only drops objects that need not exist and that the file has not created.
    fn drops_nothing(&self, facts: &Facts) -> bool {
        let drops = |change: &crate::sql::facts::Change| {
            change.action == Action::Drops
                && change.is_conditional
                && !self.created.contains(&key(&change.object))
        };
        !facts.changes.is_empty() && facts.changes.iter().all(drops)
    }

    fn mysql(&mut self, text: &str, facts: &Facts) -> Option<Verdict> {
        let mut reader = Reader::executed(text, Dialect::Mysql);
        let is_of = |kind| facts.changes.iter().any(|change| change.object.kind == kind);
        if reader.take(&["USE"]) {
            let name = reader.identifier()?.text;
            let other = self.used.replace(name.clone()).filter(|used| *used != name);
            return Some(match other {
                Some(_) => Verdict::Refused(Refused::OtherDatabase(name)),
                None => Verdict::Skipped,
            });
        }
        if is_of(ObjectKind::Database) || is_of(ObjectKind::Event) {
            return Some(Verdict::Skipped);
        }
        // The state of a sequence in a dump.
        if reader.take(&["DO"]) && reader.take(&["SETVAL"]) {
            return Some(Verdict::Skipped);
        }
        // `LOCK TABLES` and `UNLOCK TABLES` around the rows of a table, and the settings of a session.
        (matches!(facts.kind, Kind::Transaction) || reader.is_any(&["SET"])).then_some(Verdict::Skipped)
    }
}

/// SQLite: a closed list of first words. A database in memory has no settings worth keeping.
fn sqlite(text: &str, facts: &Facts) -> Option<Verdict> {
    let reader = Reader::executed(text, Dialect::Sqlite);
    let own = |name: &Name| {
        let name = name.name.to_ascii_lowercase();
        name == "sqlite_sequence" || name.starts_with("sqlite_stat")
    };
    if reader.is_any(&["PRAGMA", "BEGIN", "COMMIT", "END"]) {
        return Some(Verdict::Skipped);
    }
    // The counters of `AUTOINCREMENT` and the statistics of `ANALYZE`.
    let is_own = match facts.kind {
        Kind::Rows => facts.uses.iter().all(|used| own(&used.table)) && !facts.uses.is_empty(),
        _ => facts.changed(Action::Creates, ObjectKind::Table).any(|table| own(&table.name)),
    };
    is_own.then_some(Verdict::Skipped)
}

fn postgresql(text: &str, facts: &Facts) -> Option<Verdict> {
    let mut reader = Reader::executed(text, Dialect::Postgresql);
    // Publications are not compared.
    let is_of = |change: &crate::sql::facts::Change| change.object.kind == ObjectKind::Publication;
    if reader.has(&["COMMENT", "ON", "PUBLICATION"])
        || !facts.changes.is_empty() && facts.changes.iter().all(is_of)
    {
        return Some(Verdict::Skipped);
    }
    if reader.take(&["SELECT"]) {
        reader.take(&["pg_catalog", "."]);
        return reader.is_any(&["setval", "set_config"]).then_some(Verdict::Skipped);
    }
    let is_skipped = reader.take(&["REFRESH"])
        || reader.take(&["SECURITY", "LABEL"])
        || reader.take(&["ALTER", "DEFAULT", "PRIVILEGES"]);
    if reader.take(&["SET"]) {
        reader.take_any(&["SESSION", "LOCAL"]);
        // Names without a schema are found, and created, where it says.
        let is_path = reader.is_any(&["search_path", "SCHEMA"]);
        return Some(if is_path { Verdict::Runs } else { Verdict::Skipped });
    }
    is_skipped.then_some(Verdict::Skipped)
}

/// Whether a definition changes the owner of something and nothing else.
fn hands_over(text: &str, dialect: Dialect) -> bool {
    let reader = Reader::executed(text, dialect);
    dialect == Dialect::Postgresql && reader.is(0, "ALTER") && reader.has(&["OWNER", "TO"])
}

fn key(object: &Object) -> (ObjectKind, Option<String>, String) {
    (object.kind, object.of.as_ref().map(|of| of.name.clone()), object.name.name.clone())
}

/// The reason not to run a statement of a migration in a scratch database.
pub(super) fn refused_in_replay(facts: &Facts) -> Option<Refused> {
    facts.outside.map(|outside| Refused::Outside(shown(outside)))
}

/// The reason not to run a generated statement: one that has an expression of a model in it.
pub(super) fn refused_of_models(text: &str, dialect: Dialect) -> Option<Refused> {
    let is_one = crate::sql::split(text, dialect).is_ok_and(|statements| statements.len() == 1);
    let facts = Facts::of(text, dialect);
    if !is_one || facts.kind != Kind::Definition || text.contains('\0') {
        return Some(Refused::Several);
    }
    facts.outside.map(|outside| Refused::Outside(shown(outside)))
}

/// Things beyond a database, as messages name them.
fn shown(outside: Outside) -> &'static str {
    match outside {
        Outside::Database => "another database",
        Outside::Role => "roles or users of the server",
        Outside::Tablespace => "tablespaces",
        Outside::Server => "settings or processes of the server",
        Outside::Network => "other servers",
        Outside::File => "files of the server",
        Outside::Program => "programs on the server",
        Outside::Library => "libraries and modules",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_dumps_that_are_not_compared_are_skipped() {
        let check = |dialect, statements: &[&str]| {
            for text in statements {
                let verdict = Rules::new(dialect).verdict(text, &Facts::of(text, dialect));
                assert_eq!(verdict, Verdict::Skipped, "{text}");
            }
        };
        check(
            Dialect::Postgresql,
            &[
                "CREATE PUBLICATION p FOR TABLE ONLY public.t",
                "ALTER PUBLICATION p ADD TABLE ONLY public.t",
                "ALTER PUBLICATION p OWNER TO a",
                "DROP PUBLICATION p",
                "COMMENT ON PUBLICATION p IS 'x'",
            ],
        );
        check(Dialect::Mysql, &["DO SETVAL(`sq`, 5, 0)", "do setval(`db`.`sq`, 5, 0)"]);
        let text = "DO SLEEP(1)";
        let verdict = Rules::new(Dialect::Mysql).verdict(text, &Facts::of(text, Dialect::Mysql));
        assert_eq!(verdict, Verdict::Refused(Refused::Code));
    }
}

//! MySQL, beside the compared database: SQL without the name of that database.
//!
//! A scratch database on the same server has another name. Where a statement names the compared database before a table,
//! view, trigger or routine of its own, the name is left out. Anywhere else (in bodies and in the queries of views) it is
//! refused, as it could be a column's table as well, and would be stored. So are other databases, and text that becomes a
//! statement only when it runs.

use std::ops::Range;

use super::keeper::column;
use crate::autogenerate::AutogenerateError;
use crate::autogenerate::refused::Refused;
use crate::migrate::Connection;
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::{Dialect, Name, Reader, TokenKind, unquote};

/// A statement that does nothing.
const NOTHING: &str = "DO 0";

/// The database whose name is left out, and the others of its server.
#[derive(Clone, Debug)]
pub(super) struct Databases {
    pub(super) own: String,
    /// The names of all databases of the server that the user can see.
    pub(super) known: Vec<String>,
}

/// A name with its database before it.
struct Qualified {
    database: String,
    name: String,
    /// The range of database and point.
    prefix: Range<usize>,
    /// Whether a third part, or the arguments of a call, follows.
    is_certain: bool,
}

impl Databases {
    /// The databases of a server.
    pub(super) async fn of(connection: &mut Connection, own: String) -> Result<Databases, AutogenerateError> {
        let query = "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata";
        Ok(Databases { own, known: column(connection, query.to_owned()).await? })
    }

    /// The statement as it runs in the scratch database. `USE`, and definitions of the database itself and of events become
    /// [`NOTHING`].
    pub(super) fn unqualified(&self, text: &str, facts: &Facts) -> Result<String, Refused> {
        let mut reader = Reader::executed(text, Dialect::Mysql);
        if reader.take(&["USE"]) {
            let name = reader.identifier().map(|name| name.text).unwrap_or_default();
            return if self.is_own(&name) {
                Ok(NOTHING.to_owned())
            } else {
                Err(Refused::OtherDatabase(name))
            };
        }
        let is_of = |kind| facts.changes.iter().find(|change| change.object.kind == kind);
        if let Some(database) = is_of(ObjectKind::Database) {
            let name = &database.object.name.name;
            let is_own = self.is_own(name);
            return if is_own { Ok(NOTHING.to_owned()) } else { Err(Refused::OtherDatabase(name.clone())) };
        }
        if is_of(ObjectKind::Event).is_some() {
            return Ok(NOTHING.to_owned());
        }
        if is_dynamic(Reader::with_bodies(text, Dialect::Mysql)) {
            return Err(Refused::Dynamic);
        }
        let mut removed = Vec::new();
        let mut headers = headers(facts);
        for found in qualified(text) {
            if self.is_own(&found.database) {
                let header = headers.as_mut().map(|names| names.iter().position(|name| *name == found.name));
                match header {
                    // No body, and no query that is stored: each of its names is a table's.
                    None => removed.push(found.prefix),
                    Some(Some(place)) => {
                        headers.as_mut().map(|names| names.remove(place));
                        removed.push(found.prefix);
                    }
                    Some(None) => {
                        return Err(Refused::Qualified(format!("{}.{}", found.database, found.name)));
                    }
                }
            } else if self.is_other(&found, text, facts) {
                return Err(Refused::OtherDatabase(found.database));
            }
        }
        Ok(without(text, &removed))
    }

    fn is_own(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.own)
    }

    /// Whether the first part of a name is another database, and not a table or an alias in front of its column.
    fn is_other(&self, found: &Qualified, text: &str, facts: &Facts) -> bool {
        let same = |name: &Name| name.schema.as_ref() == Some(&found.database);
        let is_table = facts.uses.iter().any(|used| same(&used.table))
            || facts.changes.iter().any(|change| same(&change.object.name));
        if found.database.eq_ignore_ascii_case("information_schema") {
            return false;
        }
        let is_known = self.known.iter().any(|known| known.eq_ignore_ascii_case(&found.database));
        found.is_certain || is_table || (is_known && !is_alias(text, &found.database))
    }
}

/// Whether a name also occurs without a point behind it: then it is that of a table, an alias, or a row of a trigger.
fn is_alias(text: &str, name: &str) -> bool {
    let reader = Reader::with_bodies(text, Dialect::Mysql);
    let tokens = reader.rest();
    tokens.iter().enumerate().any(|(at, token)| {
        let follows = tokens.get(at + 1).map_or("", |token| token.text(text));
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text(text));
        before != "."
            && !follows.starts_with('.')
            && identifier(token.text(text)).is_some_and(|own| own.eq_ignore_ascii_case(name))
    })
}

/// The names in the head of a statement that stores a body or a query, without their database. None for other statements.
fn headers(facts: &Facts) -> Option<Vec<String>> {
    const STORED: [ObjectKind; 4] =
        [ObjectKind::View, ObjectKind::Trigger, ObjectKind::Routine, ObjectKind::Package];
    let mut stored = facts.changes.iter().filter(|change| STORED.contains(&change.object.kind)).peekable();
    stored.peek()?;
    let mut names: Vec<String> = stored
        .filter(|change| matches!(change.action, Action::Creates | Action::Changes | Action::Drops))
        .map(|change| change.object.name.name.clone())
        .collect();
    let is_trigger = facts.changes.iter().any(|change| change.object.kind == ObjectKind::Trigger);
    if is_trigger {
        // `ON table` is the first table that it names.
        names.extend(
            facts
                .uses
                .iter()
                .filter(|used| used.access == crate::sql::facts::Access::Names)
                .map(|used| used.table.name.clone())
                .take(1),
        );
    }
    Some(names)
}

/// Whether a statement, or the body that it stores, runs text as a statement.
fn is_dynamic(mut reader: Reader<'_>) -> bool {
    loop {
        let is_prepared = reader.is(0, "PREPARE") && (reader.is(2, "FROM") || reader.is(1, "FROM"));
        let is_immediate = reader.is(0, "EXECUTE");
        if is_prepared || is_immediate {
            return true;
        }
        if reader.next().is_none() {
            return false;
        }
    }
}

/// All names with something before a point, in their order.
fn qualified(text: &str) -> Vec<Qualified> {
    let reader = Reader::with_bodies(text, Dialect::Mysql);
    let tokens = reader.rest();
    let part = |at: usize| tokens.get(at).map_or("", |token| token.text(text));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_name = matches!(tokens[at].kind, TokenKind::Word | TokenKind::QuotedIdentifier)
            || (tokens[at].kind == TokenKind::String && part(at).starts_with('"'));
        let first = identifier(part(at)).filter(|_| is_name && part(at + 1).starts_with('.'));
        let Some(database) = first else {
            at += 1;
            continue;
        };
        // `db.1st`: the point and the digits are one token.
        let is_joined = part(at + 1) != ".";
        let (name, next) = match is_joined {
            true => (part(at + 1)[1..].to_owned(), at + 2),
            false => (identifier(part(at + 2)).unwrap_or_default(), at + 3),
        };
        let point = tokens[at + 1].start;
        let after = part(next);
        let is_certain = after.starts_with('.') || after == "(" && !is_joined && !is_list(tokens, text, at);
        found.push(Qualified { database, name, prefix: tokens[at].start..point + 1, is_certain });
        // Of `db.table.column` the rest is no name with a database.
        at = if after == "." { next + 2 } else { next };
    }
    found
}

/// Whether parentheses behind a name are its columns, as the words before it tell: `INSERT INTO a.b (c)`.
fn is_list(tokens: &[crate::sql::Token], text: &str, at: usize) -> bool {
    const BEFORE: [&str; 9] =
        ["INTO", "TABLE", "REFERENCES", "ON", "EXISTS", "VIEW", "REPLACE", "INSERT", "IGNORE"];
    let before = at.checked_sub(1).map_or("", |before| tokens[before].text(text));
    BEFORE.iter().any(|word| before.eq_ignore_ascii_case(word))
}

fn identifier(text: &str) -> Option<String> {
    let is_name = text
        .starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '$' | '`' | '"'))
        || text.chars().next().is_some_and(|first| !first.is_ascii());
    unquote(text).filter(|_| is_name)
}

fn without(text: &str, ranges: &[Range<usize>]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut copied = 0;
    for range in ranges {
        kept.push_str(text.get(copied..range.start).unwrap_or_default());
        copied = range.end;
    }
    kept + text.get(copied..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let databases = Databases {
            own: "app".to_owned(),
            known: ["app", "audit", "mysql", "information_schema", "users"].map(str::to_owned).to_vec(),
        };
        match databases.unqualified(text, &Facts::of(text, Dialect::Mysql)) {
            Ok(text) => text,
            Err(refused) => format!("! {refused:?}"),
        }
    }

    #[test]
    fn the_own_name_is_left_out_where_a_statement_names_its_objects() {
        let check = |text: &str, expected: &str| assert_eq!(read(text), expected, "{text}");
        check("CREATE TABLE app.t (id INT)", "CREATE TABLE t (id INT)");
        check(
            "CREATE TABLE `App` . `t` (id INT REFERENCES app.u (id))",
            "CREATE TABLE  `t` (id INT REFERENCES u (id))",
        );
        check("INSERT INTO app.t (a) SELECT app.u.a FROM app.u", "INSERT INTO t (a) SELECT u.a FROM u");
        check("RENAME TABLE app.a TO app.b", "RENAME TABLE a TO b");
        check("ALTER TABLE app.1st ADD x INT", "ALTER TABLE 1st ADD x INT");
        check("/*!50001 CREATE VIEW app.v AS SELECT 1 */", "/*!50001 CREATE VIEW v AS SELECT 1 */");
        check(
            "CREATE TRIGGER app.t BEFORE INSERT ON app.u FOR EACH ROW SET NEW.a = 1",
            "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET NEW.a = 1",
        );
        check("CREATE PROCEDURE app.p() BEGIN SELECT 1; END", "CREATE PROCEDURE p() BEGIN SELECT 1; END");
        check("CALL app.p()", "CALL p()");
        check("OPTIMIZE TABLE t, app.u", "OPTIMIZE TABLE t, u");
        check("SELECT 'app.t', users.id FROM users", "SELECT 'app.t', users.id FROM users");
        check("SELECT 1 FROM information_schema.tables", "SELECT 1 FROM information_schema.tables");
        check("USE app", "DO 0");
        check("CREATE DATABASE IF NOT EXISTS `app`", "DO 0");
        check("DROP DATABASE app", "DO 0");
        check("CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM app.users", "DO 0");
    }

    #[test]
    fn other_names_are_refused() {
        let check = |text: &str, expected: &str| assert_eq!(read(text), format!("! {expected}"), "{text}");
        check("CREATE VIEW v AS SELECT * FROM app.users", "Qualified(\"app.users\")");
        check(
            "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW DELETE FROM app.users",
            "Qualified(\"app.users\")",
        );
        check("CREATE PROCEDURE app.p() BEGIN DELETE FROM app.users; END", "Qualified(\"app.users\")");
        check("CREATE FUNCTION f() RETURNS INT RETURN (SELECT app.g(1))", "Qualified(\"app.g\")");
        check("USE audit", "OtherDatabase(\"audit\")");
        check("DROP DATABASE audit", "OtherDatabase(\"audit\")");
        check("DELETE FROM audit.log", "OtherDatabase(\"audit\")");
        check("RENAME TABLE t TO new_place.t", "OtherDatabase(\"new_place\")");
        check("OPTIMIZE TABLE t, audit.log", "OtherDatabase(\"audit\")");
        check("UPDATE mysql.user SET a = 1", "OtherDatabase(\"mysql\")");
        check("CALL sys.execute_prepared_stmt('x')", "OtherDatabase(\"sys\")");
        check("SELECT 1 FROM t WHERE audit.log.a = 1", "OtherDatabase(\"audit\")");
        check("/*!50001 DELETE FROM audit.log */", "OtherDatabase(\"audit\")");
        check("PREPARE s FROM 'DELETE FROM app.users'", "Dynamic");
        check("EXECUTE IMMEDIATE CONCAT('USE ', 'app')", "Dynamic");
        check("CREATE PROCEDURE p() BEGIN PREPARE s FROM @x; EXECUTE s; END", "Dynamic");
        check("CREATE PROCEDURE p() BEGIN SELECT 1; EXECUTE IMMEDIATE @x; END", "Dynamic");
        check("CREATE PROCEDURE p() BEGIN SELECT 1; DELETE FROM app.users; END", "Qualified(\"app.users\")");
        check("CREATE PROCEDURE p() BEGIN SELECT 1; DELETE FROM audit.log; END", "OtherDatabase(\"audit\")");
        check(
            "/*!50003 CREATE*/ /*!50003 PROCEDURE p() BEGIN SELECT 1; DELETE FROM app.users; END */",
            "Qualified(\"app.users\")",
        );
    }
}

//! SQLite: `DROP TABLE` deletes the rows of the table first, and with foreign keys on it deletes or changes rows of other
//! tables that reference them (sqlite.org/foreignkeys.html, section 5). Such statements are found here before they run.

use std::sync::Arc;

use crate::dialect::sqlite::references;
use crate::migrate::server::connection::Connection;
use crate::sql::Name;
use crate::sql::facts::{Access, Action, Facts, ObjectKind};

/// The table that a statement drops.
pub(crate) fn dropped_table(facts: &Facts) -> Option<&str> {
    facts.changed(Action::Drops, ObjectKind::Table).map(|table| table.name.name.as_str()).next()
}

/// The name that an `ALTER TABLE … RENAME TO …` gives to a table.
fn new_name(facts: &Facts) -> Option<&Name> {
    let renames = facts.changed(Action::Renames, ObjectKind::Table).next().is_some();
    let created = facts.changed(Action::Creates, ObjectKind::Table).map(|table| &table.name);
    created.last().filter(|_| renames)
}

/// Whether all tables that a statement drops or renames are in the main database.
fn is_in_main(facts: &Facts) -> bool {
    let concerned = [Action::Drops, Action::Renames].map(|action| facts.changed(action, ObjectKind::Table));
    let mut schemas = concerned.into_iter().flatten().filter_map(|table| table.name.schema.as_deref());
    schemas.all(|schema| schema.eq_ignore_ascii_case("main"))
}

/// Whether a table is dropped at `dropped` and another one takes its name later: the rebuild that SQLite's manual shows
/// (sqlite.org/lang_altertable.html, section 7).
pub(crate) fn is_replaced(statements: &[Arc<Facts>], dropped: usize, table: &str) -> bool {
    let takes_its_name = |facts: &Arc<Facts>| {
        is_in_main(facts) && new_name(facts).is_some_and(|new| new.name.eq_ignore_ascii_case(table))
    };
    is_in_main(&statements[dropped]) && statements[dropped + 1..].iter().any(takes_its_name)
}

/// The statement that puts rows of `child` back that were saved elsewhere before `dropped`: its author expects that the
/// rows are deleted together with the rows that they reference.
pub(crate) fn restoring(statements: &[Arc<Facts>], dropped: usize, child: &str) -> Option<usize> {
    let is_child = |name: &&Name| name.name.eq_ignore_ascii_case(child);
    let mut saved: Vec<&Name> = Vec::new();
    let mut restoring = None;
    for (index, facts) in statements.iter().enumerate() {
        // The body of a trigger does not run now.
        if facts.changed(Action::Creates, ObjectKind::Trigger).next().is_some() {
            continue;
        }
        let created: Vec<&Name> =
            facts.changed(Action::Creates, ObjectKind::Table).map(|table| &table.name).collect();
        let dropped_names = facts.changed(Action::Drops, ObjectKind::Table).map(|table| &table.name);
        // The section creates or empties it: its rows are not in question.
        let mut settled = created.iter().copied().chain(dropped_names).chain(facts.tables(Access::Empties));
        if settled.any(|name| is_child(&name)) {
            return None;
        }
        let is_saved = |name: &Name| saved.iter().any(|saved| saved.name.eq_ignore_ascii_case(&name.name));
        let reads_saved = facts.tables(Access::Reads).any(is_saved);
        if index > dropped && reads_saved && facts.tables(Access::Inserts).any(|name| is_child(&name)) {
            restoring = restoring.or(Some(index));
        } else if reads_saved || index < dropped && facts.tables(Access::Reads).any(|name| is_child(&name)) {
            saved.extend(created.into_iter().chain(facts.tables(Access::Inserts)));
        }
    }
    restoring
}

/// The tables with rows that refer to `table`, while foreign keys are enforced.
pub(crate) async fn referring_tables(connection: &mut Connection, table: &str) -> sqlx::Result<Vec<String>> {
    let children = connection.rows(references::referencing_columns(table)).await?;
    let mut found: Vec<String> = Vec::new();
    for row in children {
        let [Some(child), Some(column)] = row.as_slice() else { continue };
        if found.contains(child) {
            continue;
        }
        if !connection.rows(references::has_values(child, column)).await?.is_empty() {
            found.push(child.clone());
        }
    }
    Ok(found)
}

/// A row that refers to a row that is not there: its table, its rowid where it has one, and the table referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Orphan {
    pub(crate) table: String,
    pub(crate) row: Option<String>,
    pub(crate) parent: String,
}

/// The rows that refer to a row of `table` that is not there.
pub(crate) async fn orphans(connection: &mut Connection, table: &str) -> sqlx::Result<Vec<Orphan>> {
    let rows = connection.rows(references::sorted_orphans(table)).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let [table, row, parent] = <[_; 3]>::try_from(row).ok()?;
            Some(Orphan { table: table?, row, parent: parent? })
        })
        .collect())
}

/// Whether the connection has a temporary table or view of this name, which hides the one of the file.
pub(crate) async fn is_hidden(connection: &mut Connection, table: &str) -> sqlx::Result<bool> {
    Ok(!connection.rows(references::hidden_by(table)).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Dialect;

    fn facts(statements: &[&str]) -> Vec<Arc<Facts>> {
        statements.iter().map(|statement| Arc::new(Facts::of(statement, Dialect::Sqlite))).collect()
    }

    #[test]
    fn new_names_of_tables() {
        let check = |sql: &str, name: Option<&str>| {
            let facts = Facts::of(sql, Dialect::Sqlite);
            assert_eq!(new_name(&facts).map(|new| new.name.as_str()), name, "{sql}");
        };
        check("ALTER TABLE q RENAME TO p", Some("p"));
        check("alter table main.[q r] rename /* it */ to \"p \"\"s\"", Some("p \"s"));
        check("ALTER TABLE q RENAME COLUMN a TO p", None);
        check("ALTER TABLE q RENAME a TO p", None);
        check("ALTER TABLE q ADD COLUMN p", None);
        check("CREATE TABLE p (x)", None);
        for (sql, main) in [
            ("DROP TABLE p", true),
            ("DROP TABLE \"main\" . p", true),
            ("DROP TABLE IF EXISTS temp.p", false),
            ("ALTER TABLE temp.q RENAME TO p", false),
        ] {
            assert_eq!(is_in_main(&Facts::of(sql, Dialect::Sqlite)), main, "{sql}");
        }
    }

    #[test]
    fn rows_that_are_put_back() {
        let check = |statements: &[&str], expected: Option<usize>| {
            let facts = facts(statements);
            let dropped = facts.iter().position(|facts| dropped_table(facts).is_some());
            assert_eq!(restoring(&facts, dropped.expect("a drop"), "c"), expected, "{statements:?}");
        };
        let (save, drop, back) =
            ("CREATE TABLE b AS SELECT * FROM c", "DROP TABLE p", "INSERT INTO c SELECT * FROM b");
        check(&[save, drop, back], Some(2));
        check(
            &["insert into b select x.v from main.\"C\" x", drop, "-- so\nREPLACE INTO [c] SELECT * FROM b"],
            Some(2),
        );
        check(&["CREATE TABLE b AS SELECT p.id FROM p JOIN c ON c.p = p.id", drop, back], Some(2));
        check(&[save, "DELETE FROM c", drop, back], None);
        check(&[save, drop, "DELETE FROM main.c", back], None);
        check(&[save, drop, "DROP TABLE IF EXISTS c", "CREATE TABLE c (x)", back], None);
        check(&[save, drop, "INSERT INTO d SELECT * FROM c"], None);
        check(&["CREATE TABLE b (c INTEGER REFERENCES c)", drop, back], None);
        check(&[back, save, drop], None);
        check(&[save, "CREATE TABLE d AS SELECT * FROM b", drop, "INSERT INTO c SELECT * FROM d"], Some(3));
        check(&[save, "DELETE FROM c WHERE p = 2", drop, back], Some(3));
        // Rows that were not there before.
        let joined = "INSERT INTO p_new SELECT p.id FROM p JOIN c ON c.p = p.id";
        check(&[joined, drop, "INSERT INTO c SELECT id FROM p"], None);
        check(&[joined, drop, "INSERT INTO c VALUES (1)"], None);
        // The trigger runs later.
        let trigger = "CREATE TRIGGER g AFTER INSERT ON d BEGIN INSERT INTO c SELECT * FROM d; END";
        check(&[save, trigger, drop], None);
        check(&[save, trigger, drop, back], Some(3));
    }

    #[test]
    fn names_of_dropped_tables() {
        let check = |sql: &str, table: Option<&str>| {
            assert_eq!(dropped_table(&Facts::of(sql, Dialect::Sqlite)), table, "{sql}");
        };
        check("DROP TABLE t", Some("t"));
        check("drop /* it */ table if exists main.\"a \"\"b\"\"\"", Some("a \"b\""));
        check("DROP TABLE [x y]", Some("x y"));
        check("DROP TABLE 'x'", Some("x"));
        check("DROP INDEX t", None);
        check("CREATE TABLE t (x)", None);
    }
}

//! SQLite: `DROP TABLE` deletes the rows of the table first, and with foreign keys on takes rows of other tables along
//! (sqlite.org/foreignkeys.html, section 5). Here such a statement is found before it runs.

use crate::dialect::sqlite::references;
use crate::migrate::server::connection::Connection;
use crate::sql::{Dialect, TokenKind, keywords, lex};

/// The table that a statement drops, if it is a `DROP TABLE`.
pub(crate) fn dropped_table(statement: &str) -> Option<String> {
    let words = keywords(statement, Dialect::Sqlite, 2);
    if words != ["DROP", "TABLE"] {
        return None;
    }
    last_name(statement)
}

/// The name that an `ALTER TABLE … RENAME TO …` gives.
pub(crate) fn new_name(statement: &str) -> Option<String> {
    if keywords(statement, Dialect::Sqlite, 2) != ["ALTER", "TABLE"] {
        return None;
    }
    let words: Vec<&str> = words(statement).into_iter().filter(|word| *word != ";").collect();
    match words.as_slice() {
        [.., rename, to, _] if rename.eq_ignore_ascii_case("RENAME") && to.eq_ignore_ascii_case("TO") => {
            last_name(statement)
        }
        _ => None,
    }
}

/// Whether a table is dropped at `dropped` and another one takes its place later: the rebuild that SQLite's manual shows
/// (sqlite.org/lang_altertable.html, section 7).
pub(crate) fn is_replaced(statements: &[&str], dropped: usize, table: &str) -> bool {
    let takes_place = |statement: &&str| {
        is_in_main(statement) && new_name(statement).is_some_and(|name| name.eq_ignore_ascii_case(table))
    };
    is_in_main(statements[dropped]) && statements[dropped + 1..].iter().any(takes_place)
}

/// The statement that puts rows of `child` back which were saved elsewhere before `dropped`: who writes that counts on the
/// rows going with the table that they refer to.
pub(crate) fn restoring(statements: &[&str], dropped: usize, child: &str) -> Option<usize> {
    let is_child = |name: &String| name.eq_ignore_ascii_case(child);
    let mut saved: Vec<String> = Vec::new();
    let mut restoring = None;
    for (index, statement) in statements.iter().enumerate() {
        let words = words(statement);
        let first = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        let read = tables_after(&words, &["FROM", "JOIN"]);
        let mut written = tables_after(&words, &["INTO", "TABLE", "EXISTS"]);
        let is_whole = !words.iter().any(|word| word.eq_ignore_ascii_case("WHERE"));
        // Made in the section, or emptied by it, it is no table whose rows are in question.
        let is_settled = matches!(first.as_str(), "CREATE" | "DROP") && written.iter().any(is_child)
            || first == "DELETE" && is_whole && read.iter().any(is_child)
            || new_name(statement).as_ref().is_some_and(is_child);
        if is_settled {
            return None;
        }
        let reads_saved = read.iter().any(|name| saved.iter().any(|saved| saved.eq_ignore_ascii_case(name)));
        if index > dropped && reads_saved && written.iter().any(is_child) {
            restoring = restoring.or(Some(index));
        } else if reads_saved || index < dropped && read.iter().any(is_child) {
            saved.append(&mut written);
        }
    }
    restoring
}

/// The tables that statements write rows to.
pub(crate) fn written_tables(statement: &str) -> Vec<String> {
    tables_after(&words(statement), &["INTO"])
}

/// The names behind some keywords, without their schema.
fn tables_after(words: &[&str], keywords: &[&str]) -> Vec<String> {
    let is_keyword = |word: &str| keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
    let behind = |index: usize| match &words[index + 1..] {
        [_, ".", name, ..] | [name, ..] => unquoted(name),
        [] => None,
    };
    let places = words.iter().enumerate().filter(|(_, word)| is_keyword(word));
    places.filter_map(|(index, _)| behind(index)).collect()
}

fn words(statement: &str) -> Vec<&str> {
    let tokens = lex(statement, Dialect::Sqlite)
        .filter(|token| !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment));
    tokens.map(|token| token.text(statement)).collect()
}

/// Whether a statement names its table without a schema, or with `main`.
pub(crate) fn is_in_main(statement: &str) -> bool {
    let mut before = "";
    let schema = words(statement).into_iter().find_map(|token| {
        let found = (token == ".").then_some(before);
        before = token;
        found
    });
    schema.is_none_or(|schema| schema.trim_matches(['"', '`', '[', ']', '\'']).eq_ignore_ascii_case("main"))
}

fn last_name(statement: &str) -> Option<String> {
    let name = lex(statement, Dialect::Sqlite)
        .filter(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String)
        })
        .last()?
        .text(statement);
    unquoted(name)
}

fn unquoted(name: &str) -> Option<String> {
    let inner = || name.get(1..name.len() - 1).unwrap_or_default();
    let unquoted = match name.chars().next()? {
        quote @ ('"' | '`' | '\'') => inner().replace(&quote.to_string().repeat(2), &quote.to_string()),
        '[' => inner().to_owned(),
        _ => name.to_owned(),
    };
    Some(unquoted)
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
    use super::{dropped_table, is_in_main, new_name, restoring};

    #[test]
    fn new_names_of_tables() {
        let check = |sql: &str, name: Option<&str>| assert_eq!(new_name(sql).as_deref(), name, "{sql}");
        check("ALTER TABLE q RENAME TO p", Some("p"));
        check("alter table main.[q r] rename /* it */ to \"p \"\"s\"", Some("p \"s"));
        check("ALTER TABLE q RENAME COLUMN a TO p", None);
        check("ALTER TABLE q RENAME a TO p", None);
        check("ALTER TABLE q ADD COLUMN p", None);
        for (sql, main) in [
            ("DROP TABLE p", true),
            ("DROP TABLE \"main\" . p", true),
            ("DROP TABLE IF EXISTS temp.p", false),
        ] {
            assert_eq!(is_in_main(sql), main, "{sql}");
        }
    }

    #[test]
    fn rows_that_are_put_back() {
        let check = |statements: &[&str], expected: Option<usize>| {
            let dropped = statements.iter().position(|statement| dropped_table(statement).is_some());
            assert_eq!(restoring(statements, dropped.expect("a drop"), "c"), expected, "{statements:?}");
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
    }

    #[test]
    fn names_of_dropped_tables() {
        let check =
            |sql: &str, table: Option<&str>| assert_eq!(dropped_table(sql).as_deref(), table, "{sql}");
        check("DROP TABLE t", Some("t"));
        check("drop /* it */ table if exists main.\"a \"\"b\"\"\"", Some("a \"b\""));
        check("DROP TABLE [x y]", Some("x y"));
        check("DROP INDEX t", None);
        check("CREATE TABLE t (x)", None);
    }
}

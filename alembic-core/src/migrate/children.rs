//! SQLite: `DROP TABLE` deletes the rows of the table first, and with foreign keys on takes rows of other tables along
//! (sqlite.org/foreignkeys.html, section 5). Here such a statement is found before it runs.

use super::connection::Connection;
use crate::script::{Dialect, TokenKind, keywords, lex};

/// The table that a statement drops, if it is a `DROP TABLE`.
pub(super) fn dropped_table(statement: &str) -> Option<String> {
    let words = keywords(statement, Dialect::Sqlite, 2);
    if words != ["DROP", "TABLE"] {
        return None;
    }
    last_name(statement)
}

/// The name that an `ALTER TABLE … RENAME TO …` gives.
pub(super) fn new_name(statement: &str) -> Option<String> {
    if keywords(statement, Dialect::Sqlite, 2) != ["ALTER", "TABLE"] {
        return None;
    }
    let words = lex(statement, Dialect::Sqlite)
        .filter(|token| !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment))
        .map(|token| token.text(statement));
    let words: Vec<&str> = words.filter(|word| *word != ";").collect();
    match words.as_slice() {
        [.., rename, to, _] if rename.eq_ignore_ascii_case("RENAME") && to.eq_ignore_ascii_case("TO") => {
            last_name(statement)
        }
        _ => None,
    }
}

/// Whether a statement names its table without a schema, or with `main`.
pub(super) fn is_in_main(statement: &str) -> bool {
    let mut tokens = lex(statement, Dialect::Sqlite)
        .filter(|token| !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment))
        .map(|token| token.text(statement));
    let mut before = "";
    let schema = tokens.find_map(|token| {
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
    let inner = || name.get(1..name.len() - 1).unwrap_or_default();
    let unquoted = match name.chars().next()? {
        quote @ ('"' | '`' | '\'') => inner().replace(&quote.to_string().repeat(2), &quote.to_string()),
        '[' => inner().to_owned(),
        _ => name.to_owned(),
    };
    Some(unquoted)
}

/// A table with rows that refer to `table`, while foreign keys are enforced.
pub(super) async fn referring_table(
    connection: &mut Connection,
    table: &str,
) -> sqlx::Result<Option<String>> {
    let literal = table.replace('\'', "''");
    let children = connection
        .rows(format!(
            "SELECT m.name, f.\"from\" FROM pragma_foreign_keys k, sqlite_master m, pragma_foreign_key_list(m.name) f \
             WHERE k.foreign_keys AND m.type = 'table' AND m.sql LIKE '%references%' \
             AND lower(f.\"table\") = lower('{literal}') AND lower(m.name) <> lower('{literal}')"
        ))
        .await?;
    for row in children {
        let [Some(child), Some(column)] = row.as_slice() else { continue };
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let sql = format!("SELECT 'x' FROM {} WHERE {} IS NOT NULL LIMIT 1", quoted(child), quoted(column));
        if !connection.rows(sql).await?.is_empty() {
            return Ok(Some(child.clone()));
        }
    }
    Ok(None)
}

/// A row that refers to a row that is not there: its table, its rowid where it has one, and the table referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Orphan {
    pub(super) table: String,
    pub(super) row: Option<String>,
    pub(super) parent: String,
}

/// The rows that refer to a row of `table` that is not there.
pub(super) async fn orphans(connection: &mut Connection, table: &str) -> sqlx::Result<Vec<Orphan>> {
    let literal = table.replace('\'', "''");
    let rows = connection
        .rows(format!(
            "SELECT DISTINCT v.\"table\", CAST(v.rowid AS TEXT), v.parent FROM sqlite_master m, \
             pragma_foreign_key_list(m.name) f, pragma_foreign_key_check(m.name) v \
             WHERE m.type = 'table' AND lower(f.\"table\") = lower('{literal}') AND lower(v.parent) = lower('{literal}') \
             ORDER BY 1, v.rowid"
        ))
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let [table, row, parent] = <[_; 3]>::try_from(row).ok()?;
            Some(Orphan { table: table?, row, parent: parent? })
        })
        .collect())
}

/// Whether the connection has a temporary table or view of this name, which hides the one of the file.
pub(super) async fn is_hidden(connection: &mut Connection, table: &str) -> sqlx::Result<bool> {
    let literal = table.replace('\'', "''");
    let sql = format!("SELECT name FROM sqlite_temp_master WHERE lower(name) = lower('{literal}')");
    Ok(!connection.rows(sql).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{dropped_table, is_in_main, new_name};

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

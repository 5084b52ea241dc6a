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

#[cfg(test)]
mod tests {
    use super::dropped_table;

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

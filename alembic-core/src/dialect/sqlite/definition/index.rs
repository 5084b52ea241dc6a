//! `CREATE INDEX`.

use super::tokens::{Tokens, Unreadable};
use crate::schema::{Direction, Index, IndexPart};
use crate::sql::expression::{identifier, tidy, without_parentheses};
use crate::sql::{Dialect, Token, TokenKind};

/// Reads the text that SQLite keeps for an index.
pub(crate) fn read_index(sql: &str) -> Result<Index, Unreadable> {
    let mut tokens = Tokens::new(sql);
    tokens.expect(&["CREATE"], "CREATE")?;
    let unique = tokens.accept(&["UNIQUE"]);
    tokens.expect(&["INDEX"], "INDEX")?;
    tokens.accept(&["IF", "NOT", "EXISTS"]);
    let name = tokens.object_name()?.name;
    tokens.expect(&["ON"], "ON")?;
    tokens.name()?;
    tokens.expect(&["("], "a parenthesis")?;
    let mut parts = Vec::new();
    loop {
        let item = tokens.item()?.to_vec();
        parts.push(part(sql, &item));
        if !tokens.accept(&[","]) {
            break;
        }
    }
    tokens.expect(&[")"], "a closing parenthesis")?;
    let condition = tokens.accept(&["WHERE"]).then(|| {
        let condition = tokens.text(0).as_ptr() as usize - sql.as_ptr() as usize;
        tidy(&sql[condition..], Dialect::Sqlite).trim_end_matches([';', ' ']).to_owned()
    });
    Ok(Index {
        name,
        parts,
        unique,
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        condition,
        renamed_from: None,
    })
}

/// A column or expression with its collation and order. Whether a single name is one of a column is seen later.
fn part(sql: &str, item: &[Token]) -> IndexPart {
    let mut rest = item;
    let mut direction = Direction::Ascending;
    if let [before @ .., last] = rest
        && !before.is_empty()
    {
        if last.text(sql).eq_ignore_ascii_case("DESC") {
            (rest, direction) = (before, Direction::Descending);
        } else if last.text(sql).eq_ignore_ascii_case("ASC") {
            rest = before;
        }
    }
    let mut collation = None;
    if let [before @ .., word, name] = rest
        && !before.is_empty()
        && word.text(sql).eq_ignore_ascii_case("COLLATE")
    {
        collation = Some(identifier(name.text(sql)));
        rest = before;
    }
    let single = match rest {
        [token] => matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String),
        _ => false,
    };
    let text = match (rest.first(), rest.last()) {
        (Some(first), Some(last)) => &sql[first.start..last.end],
        _ => "",
    };
    let text = without_parentheses(text, Dialect::Sqlite);
    let key = if single { identifier(text) } else { tidy(text, Dialect::Sqlite) };
    IndexPart {
        key,
        is_expression: !single,
        direction,
        nulls: None,
        collation,
        operator_class: None,
        prefix: None,
    }
}

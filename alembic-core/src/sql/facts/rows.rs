//! The tables that a statement names, and how it uses their rows.

use super::Text;
use super::mention::upper;
use crate::sql::{Dialect, Name, Reader, TokenKind};

/// A table in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) table: Name,
    pub(crate) access: Access,
}

/// How a statement uses a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    /// It only names the table: in a definition, or as one that a column references.
    Names,
    Reads,
    Inserts,
    Updates,
    /// It deletes some of the rows.
    Deletes,
    /// It deletes all rows.
    Empties,
}

/// Words in the place of a table.
const NO_TABLE: [&str; 16] = [
    "ON", "OF", "OR", "SET", "CASCADE", "RESTRICT", "NO", "SELECT", "LATERAL", "VALUES", "NOWAIT", "SKIP",
    "DEFAULT", "CURRENT", "OUTFILE", "DUMPFILE",
];

/// The tables of a statement that begins with `words`, by the words before them.
pub(super) fn uses(text: &Text<'_>, words: &[&str]) -> Vec<Use> {
    let first = words.first().copied().unwrap_or_default();
    let mut search =
        Search { uses: Vec::new(), lists: vec![None], deletes: false, is_filtered: false, before: "", first };
    let mut reader = text.reader.clone();
    if first == "COPY" && reader.take(&["COPY"]) {
        search.copy(&mut reader);
    }
    while let Some(token) = reader.next() {
        let part = token.text(text.sql);
        match (token.kind, part) {
            (TokenKind::Word, _) => search.word(&mut reader, part),
            (_, "(") => search.lists.push(None),
            (_, ")") => search.lists.truncate(search.lists.len().saturating_sub(1).max(1)),
            (_, ",") => {
                if let Some(access) = search.lists.last().copied().flatten() {
                    search.table(&mut reader, access);
                }
            }
            _ => {}
        }
        search.before = part;
    }
    if !search.is_filtered {
        let deletes = search.uses.iter_mut().filter(|used| used.access == Access::Deletes);
        deletes.for_each(|used| used.access = Access::Empties);
    }
    search.uses
}

struct Search<'t> {
    uses: Vec<Use>,
    /// For each open parenthesis: how the table after a comma is used, if one follows.
    lists: Vec<Option<Access>>,
    /// Whether the rows of the tables after the next `FROM` are deleted.
    deletes: bool,
    /// Whether only some rows are concerned.
    is_filtered: bool,
    /// The token before.
    before: &'t str,
    /// The first word of the statement.
    first: &'t str,
}

impl Search<'_> {
    /// Takes the name of a table, if one follows.
    fn table(&mut self, reader: &mut Reader<'_>, access: Access) {
        let _ = reader.take(&["IF", "NOT", "EXISTS"]) || reader.take(&["IF", "EXISTS"]);
        reader.take_any(&["ONLY", "IGNORE", "TABLE"]);
        if !reader.is_any(&NO_TABLE) {
            self.uses.extend(reader.name().map(|table| Use { table, access }));
        }
    }

    /// The list of tables after a word.
    fn list(&mut self, reader: &mut Reader<'_>, access: Access) {
        if let Some(list) = self.lists.last_mut() {
            *list = Some(access);
        }
        self.table(reader, access);
    }

    fn word(&mut self, reader: &mut Reader<'_>, word: &str) {
        let follows = |word: &str| self.before.eq_ignore_ascii_case(word);
        let mut buffer = [0; 28];
        match upper(word, &mut buffer) {
            b"FROM" => {
                let deletes = std::mem::take(&mut self.deletes);
                self.list(reader, if deletes { Access::Deletes } else { Access::Reads });
            }
            // `ON DELETE CASCADE`, `BEFORE DELETE ON t`
            b"DELETE" => self.deletes = !follows("ON"),
            b"ON" => self.deletes = false,
            // `ON DUPLICATE KEY UPDATE a = 1`, `ON UPDATE current_timestamp` of a column
            b"UPDATE" if !follows("KEY") && !follows("ON") => self.list(reader, Access::Updates),
            b"TRUNCATE" => self.list(reader, Access::Empties),
            b"JOIN" => self.table(reader, Access::Reads),
            // `VACUUM INTO file`
            b"INTO" if self.first != "VACUUM" => self.table(reader, Access::Inserts),
            b"TABLE" if self.first == "TABLE" => self.table(reader, Access::Reads),
            b"TABLE" | b"REFERENCES" => self.table(reader, Access::Names),
            b"USING" => {
                let reads = matches!(self.first, "DELETE" | "MERGE" | "WITH");
                self.table(reader, if reads { Access::Reads } else { Access::Names });
            }
            b"WHERE" | b"LIMIT" => {
                self.is_filtered = true;
                self.end_list();
            }
            b"SET" | b"GROUP" | b"ORDER" | b"HAVING" | b"WINDOW" | b"UNION" | b"SELECT" | b"RETURNING"
            | b"VALUES" => self.end_list(),
            _ => {}
        }
    }

    fn end_list(&mut self) {
        if let Some(list) = self.lists.last_mut() {
            *list = None;
        }
    }

    /// PostgreSQL: `COPY table [(columns)] FROM | TO`
    fn copy(&mut self, reader: &mut Reader<'_>) {
        let Some(table) = reader.name() else { return };
        if reader.take(&["("]) {
            reader.pass_to(")");
        }
        let access = if reader.take(&["FROM"]) { Access::Inserts } else { Access::Reads };
        self.uses.push(Use { table, access });
    }
}

/// MySQL: the rows of one table that a statement changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangedRows {
    pub(crate) table: Name,
    /// Whether their number is that of the text.
    pub(crate) is_bounded: bool,
}

/// MySQL: the rows of one table that the statement inserts, updates or deletes, if it changes nothing else.
pub(super) fn changed_rows(text: &Text<'_>) -> Option<ChangedRows> {
    if text.dialect != Dialect::Mysql {
        return None;
    }
    let mut reader = text.reader.clone();
    let kind = reader.peek();
    reader.next();
    while reader.take_any(&["LOW_PRIORITY", "HIGH_PRIORITY", "QUICK", "IGNORE"]) {}
    let is_insert = matches!(kind.as_str(), "INSERT" | "REPLACE");
    let (table, is_complete) = match kind.as_str() {
        "INSERT" | "REPLACE" => {
            reader.take(&["INTO"]);
            (reader.name()?, true)
        }
        "UPDATE" => (reader.name()?, reader.take(&["SET"])),
        "DELETE" => {
            let is_from = reader.take(&["FROM"]);
            let table = reader.name()?;
            let ends = reader.is_done() || reader.is_any(&["WHERE", "ORDER", "LIMIT"]);
            (table, is_from && ends)
        }
        _ => return None,
    };
    let is_bounded = is_insert && !["SELECT", "TABLE", "WITH"].iter().any(|word| text.has(&[word]));
    is_complete.then_some(ChangedRows { table, is_bounded })
}

//! `TEXT[]` as the type of a column: SQLite takes the brackets for one more name.

use crate::sql::Reader;

/// The keywords that end the type of a column on SQLite, since a constraint begins with them (`parse.y`: `ccons`). All
/// of them are reserved. `GENERATED ALWAYS` is missing: to SQLite these words are a part of the type before them.
pub(crate) const AFTER_SQLITE_TYPE: [&str; 11] = [
    "AS",
    "CHECK",
    "COLLATE",
    "CONSTRAINT",
    "DEFAULT",
    "DEFERRABLE",
    "NOT",
    "NULL",
    "PRIMARY",
    "REFERENCES",
    "UNIQUE",
];

/// Where the brackets begin that follow the name of a type directly in a statement's definitions of columns, and hold
/// nothing.
pub(super) fn of_types(sql: &str) -> Vec<usize> {
    let mut definitions = Definitions { reader: Reader::stored(sql), found: Vec::new() };
    let reader = &mut definitions.reader;
    if reader.take(&["CREATE"]) {
        reader.take_any(&["TEMP", "TEMPORARY"]);
        if reader.take(&["TABLE"]) {
            reader.take(&["IF", "NOT", "EXISTS"]);
            definitions.table();
            if definitions.reader.take(&["("]) {
                definitions.columns();
            }
        }
    } else if reader.take(&["ALTER", "TABLE"]) {
        definitions.table();
        definitions.actions();
    }
    definitions.found
}

struct Definitions<'a> {
    reader: Reader<'a>,
    found: Vec<usize>,
}

impl Definitions<'_> {
    fn table(&mut self) {
        self.reader.identifier();
        if self.reader.take(&["."]) {
            self.reader.identifier();
        }
    }

    /// The content of the parentheses of `CREATE TABLE`.
    fn columns(&mut self) {
        loop {
            self.definition();
            if !self.next_item() {
                return;
            }
        }
    }

    /// `ADD [COLUMN] name type`, and the executor's own `ALTER [COLUMN] name TYPE type`; also several actions.
    fn actions(&mut self) {
        loop {
            if self.reader.take(&["ADD"]) {
                self.reader.take(&["COLUMN"]);
                self.reader.take(&["IF", "NOT", "EXISTS"]);
                self.definition();
            } else if self.reader.take(&["ALTER"]) {
                self.reader.take(&["COLUMN"]);
                self.reader.identifier();
                if self.reader.take(&["SET", "DATA", "TYPE"]) || self.reader.take(&["TYPE"]) {
                    self.type_words();
                }
            }
            if !self.next_item() {
                return;
            }
        }
    }

    fn definition(&mut self) {
        if !self.reader.is_any(&AFTER_SQLITE_TYPE) && !self.reader.is(0, "FOREIGN") {
            self.reader.identifier();
            self.type_words();
        }
    }

    /// The words of a type, with the brackets behind them.
    fn type_words(&mut self) {
        let mut end = None;
        while !self.reader.is_any(&AFTER_SQLITE_TYPE) && !self.reader.is(0, "USING") {
            let is_pair = self.reader.text(0) == "[]";
            let Some(word) = self.reader.identifier() else { return };
            if is_pair {
                if end != Some(word.range.start) {
                    return;
                }
                self.found.push(word.range.start);
            }
            end = Some(word.range.end);
        }
    }

    /// Goes behind the next comma outside parentheses; false if they close before one.
    fn next_item(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            let text = self.reader.text(0);
            if self.reader.next().is_none() {
                return false;
            }
            match text {
                "," if depth == 0 => return true,
                ")" if depth == 0 => return false,
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
        }
    }
}

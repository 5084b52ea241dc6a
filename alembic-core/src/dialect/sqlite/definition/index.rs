//! `CREATE INDEX`.

use std::ops::Range;

use super::key::{Part, parts};
use crate::sql::{Identifier, Reader};

/// A `CREATE INDEX` by the ranges of its parts.
#[derive(Debug)]
pub(crate) struct Index<'a> {
    pub(crate) name: Identifier,
    pub(crate) unique: bool,
    pub(crate) parts: Vec<Part>,
    /// What follows `WHERE`.
    pub(crate) condition: Option<Range<usize>>,
    /// The parts with their parentheses, and the condition.
    body: Range<usize>,
    reader: Reader<'a>,
}

impl<'a> Index<'a> {
    /// Reads a `CREATE INDEX`, or returns the position that it cannot be read from.
    pub(crate) fn parse(sql: &'a str) -> Result<Index<'a>, usize> {
        let mut reader = Reader::stored(sql);
        let whole = reader.clone();
        Index::read(&mut reader, whole).ok_or_else(|| reader.position())
    }

    fn read(reader: &mut Reader<'_>, whole: Reader<'a>) -> Option<Index<'a>> {
        if !reader.take(&["CREATE"]) {
            return None;
        }
        let unique = reader.take(&["UNIQUE"]);
        if !reader.take(&["INDEX"]) {
            return None;
        }
        reader.take(&["IF", "NOT", "EXISTS"]);
        let mut name = reader.identifier()?;
        if reader.take(&["."]) {
            name = reader.identifier()?;
        }
        if !reader.take(&["ON"]) {
            return None;
        }
        reader.identifier()?;
        let group = reader.group()?;
        let (parts, _) = parts(reader.inside(&group), false)?;
        let mut condition = None;
        if reader.take(&["WHERE"]) {
            let start = reader.position();
            while !reader.is_done() && !reader.is(0, ";") {
                reader.next();
            }
            condition = Some(start..reader.end());
        }
        let body = group.start..reader.end();
        reader.take(&[";"]);
        reader.is_done().then_some(Index { name, unique, parts, condition, body, reader: whole })
    }

    /// Reads the tokens in `range`.
    pub(crate) fn within(&self, range: &Range<usize>) -> Reader<'a> {
        self.reader.within(range)
    }

    /// Whether the index needs the column.
    pub(crate) fn mentions(&self, column: &str) -> bool {
        // SQLite reads 'a' as a name here.
        super::mentions(self.within(&self.body), column)
            || self.parts.iter().filter_map(|part| part.column.as_ref()).any(|own| super::same(own, column))
    }

    /// The columns that are a key of the table by this index: it is unique over all rows, and has no collation of its own.
    pub(crate) fn key(&self) -> Option<Vec<String>> {
        let column = |part: &Part| part.column.clone().filter(|_| part.collation.is_none());
        let is_key = self.unique && self.condition.is_none();
        if is_key { self.parts.iter().map(column).collect() } else { None }
    }
}

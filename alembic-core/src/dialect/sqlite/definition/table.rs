//! `CREATE TABLE`.

use std::ops::Range;

use super::column::{Affinity, Column, affinity};
use super::constraint::{Constraint, Rule, TABLE_CONSTRAINT, table_constraint};
use super::same;
use crate::sql::{Identifier, Reader};

/// A `CREATE TABLE` by the ranges of its parts.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub(crate) sql: &'a str,
    /// The range covers a schema before it.
    pub(crate) name: Identifier,
    pub(crate) columns: Vec<Column>,
    /// The constraints that belong to no column.
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) without_rowid: bool,
    pub(crate) strict: bool,
    reader: Reader<'a>,
}

impl<'a> Table<'a> {
    /// Reads a `CREATE TABLE`, or returns the position that it cannot be read from.
    pub(crate) fn parse(sql: &'a str) -> Result<Table<'a>, usize> {
        let mut reader = Reader::stored(sql);
        let whole = reader.clone();
        Table::read(&mut reader, sql, whole).filter(|_| reader.is_done()).ok_or_else(|| reader.position())
    }

    fn read(reader: &mut Reader<'_>, sql: &'a str, whole: Reader<'a>) -> Option<Table<'a>> {
        let name = table_name(reader)?;
        let mut table = Table {
            sql,
            name,
            columns: Vec::new(),
            constraints: Vec::new(),
            without_rowid: false,
            strict: false,
            reader: whole,
        };
        if !reader.take(&["("]) {
            return None;
        }
        loop {
            if !table.columns.is_empty() && reader.is_any(&TABLE_CONSTRAINT) {
                // The commas between constraints of a table may be missing.
                table.constraints.push(table_constraint(reader)?);
            } else if table.constraints.is_empty() {
                table.columns.push(Column::read(reader)?);
            } else {
                return None;
            }
            if reader.take(&[")"]) {
                break;
            }
            let separated = reader.take(&[","]);
            if !separated && table.constraints.is_empty() {
                return None;
            }
        }
        table.options(reader)?;
        reader.take(&[";"]);
        Some(table)
    }

    fn options(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let mut is_first = true;
        while !reader.is_done() && !reader.is(0, ";") {
            if !is_first && !reader.take(&[","]) {
                return None;
            }
            is_first = false;
            if reader.take(&["WITHOUT", "ROWID"]) {
                self.without_rowid = true;
            } else if reader.take(&["STRICT"]) {
                self.strict = true;
            } else {
                return None;
            }
        }
        Some(())
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| same(&column.name.text, name))
    }

    /// All constraints in the order of the text, each with the column that it is written at.
    pub(crate) fn all_constraints(&self) -> impl Iterator<Item = (Option<&Column>, &Constraint)> {
        let of_columns = self
            .columns
            .iter()
            .flat_map(|column| column.constraints.iter().map(move |constraint| (Some(column), constraint)));
        of_columns.chain(self.constraints.iter().map(|constraint| (None, constraint)))
    }

    /// The last column or constraint.
    pub(crate) fn last_element(&self) -> Option<&Range<usize>> {
        let last_column = self.columns.last().map(|column| &column.range);
        self.constraints.last().map(|constraint| &constraint.range).or(last_column)
    }

    pub(crate) fn primary_key(&self) -> Option<&Constraint> {
        let mut all = self.all_constraints().map(|(_, constraint)| constraint);
        all.find(|constraint| matches!(constraint.rule, Rule::PrimaryKey { .. }))
    }

    pub(crate) fn primary_key_columns(&self) -> &[String] {
        match self.primary_key().map(|constraint| &constraint.rule) {
            Some(Rule::PrimaryKey { columns, .. }) => columns,
            _ => &[],
        }
    }

    pub(crate) fn autoincrement(&self) -> Option<&Range<usize>> {
        match self.primary_key().map(|constraint| &constraint.rule) {
            Some(Rule::PrimaryKey { autoincrement, .. }) => autoincrement.as_ref(),
            _ => None,
        }
    }

    /// The column that is another name of the rowid (sqlite.org/lang_createtable.html, section 5).
    pub(crate) fn rowid_column(&self) -> Option<&Column> {
        self.integer_key().filter(|_| !self.without_rowid)
    }

    /// The column of an `INTEGER PRIMARY KEY`, for which SQLite makes no automatic index.
    pub(crate) fn integer_key(&self) -> Option<&Column> {
        let Some(Rule::PrimaryKey { columns, descending: false, .. }) =
            self.primary_key().map(|constraint| &constraint.rule)
        else {
            return None;
        };
        let [column] = columns.as_slice() else { return None };
        let is_integer = |column: &&Column| same(&column.declared_type(self.sql), "INTEGER");
        self.column(column).filter(is_integer)
    }

    /// A name by which the rowid can be queried: one that no column has.
    pub(crate) fn rowid_name(&self) -> Option<&'static str> {
        let free = |name: &&&str| self.column(name).is_none();
        ["rowid", "_rowid_", "oid"].iter().find(free).copied().filter(|_| !self.without_rowid)
    }

    pub(crate) fn affinity(&self, column: &Column) -> Affinity {
        affinity(&column.declared_type(self.sql), self.strict)
    }

    /// Reads the tokens in `range`.
    pub(crate) fn within(&self, range: &Range<usize>) -> Reader<'a> {
        self.reader.within(range)
    }

    /// Whether `range` names a column.
    pub(crate) fn mentions(&self, range: &Range<usize>, column: &str) -> bool {
        super::mentions(self.within(range), column)
    }
}

/// Takes `CREATE TABLE` and the name. `TEMP` and `IF NOT EXISTS` are not stored, but do no harm.
fn table_name(reader: &mut Reader<'_>) -> Option<Identifier> {
    if !reader.take(&["CREATE"]) {
        return None;
    }
    reader.take_any(&["TEMP", "TEMPORARY"]);
    if !reader.take(&["TABLE"]) {
        return None;
    }
    reader.take(&["IF", "NOT", "EXISTS"]);
    let first = reader.identifier()?;
    if !reader.take(&["."]) {
        return Some(first);
    }
    let own = reader.identifier()?;
    Some(Identifier { range: first.range.start..own.range.end, ..own })
}

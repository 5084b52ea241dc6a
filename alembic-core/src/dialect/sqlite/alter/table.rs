//! A stored `CREATE TABLE`, as the ranges of its parts.

use std::ops::Range;

use super::constraint::{Constraint, Rule, TABLE_CONSTRAINT, column_constraints, table_constraint};
use super::reader::{Name, Reader, same};
use crate::sql::AFTER_SQLITE_TYPE;

/// What a `CREATE TABLE` says.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) sql: &'a str,
    pub(super) name: Name,
    pub(super) columns: Vec<Column>,
    /// Those that stand by themselves.
    pub(super) constraints: Vec<Constraint>,
    pub(super) without_rowid: bool,
    pub(super) strict: bool,
}

/// A column with what is said about it alone.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: Name,
    /// From its name to the last token of its last constraint.
    pub(super) range: Range<usize>,
    pub(super) of_type: Option<Range<usize>>,
    pub(super) constraints: Vec<Constraint>,
}

/// How SQLite converts what is stored in a column (sqlite.org/datatype3.html, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl<'a> Table<'a> {
    /// Reads a `CREATE TABLE`. Or returns where it stops making sense.
    pub(super) fn parse(sql: &'a str) -> Result<Table<'a>, usize> {
        let mut reader = Reader::new(sql);
        Table::read(&mut reader, sql).filter(|_| reader.is_done()).ok_or_else(|| reader.start())
    }

    fn read(reader: &mut Reader<'_>, sql: &'a str) -> Option<Table<'a>> {
        if !reader.take(&["CREATE", "TABLE"]) {
            return None;
        }
        let name = reader.name()?;
        let mut table = Table {
            sql,
            name,
            columns: Vec::new(),
            constraints: Vec::new(),
            without_rowid: false,
            strict: false,
        };
        if !reader.take_mark("(") {
            return None;
        }
        loop {
            if !table.columns.is_empty() && reader.is_any_word(&TABLE_CONSTRAINT) {
                // The commas between constraints of a table may be missing.
                table.constraints.push(table_constraint(reader)?);
            } else if table.constraints.is_empty() {
                table.columns.push(Column::read(reader)?);
            } else {
                return None;
            }
            if reader.take_mark(")") {
                break;
            }
            let separated = reader.take_mark(",");
            if !separated && table.constraints.is_empty() {
                return None;
            }
        }
        while !reader.is_done() {
            if reader.take(&["WITHOUT", "ROWID"]) {
                table.without_rowid = true;
            } else if reader.take(&["STRICT"]) {
                table.strict = true;
            } else if !reader.take_mark(",") {
                return None;
            }
        }
        Some(table)
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| same(&column.name.text, name))
    }

    /// All constraints in the order of the text, each with the column that it stands at.
    pub(super) fn all_constraints(&self) -> impl Iterator<Item = (Option<&Column>, &Constraint)> {
        let of_columns = self
            .columns
            .iter()
            .flat_map(|column| column.constraints.iter().map(move |constraint| (Some(column), constraint)));
        of_columns.chain(self.constraints.iter().map(|constraint| (None, constraint)))
    }

    /// The end of the last column or constraint.
    pub(super) fn end_of_elements(&self) -> &Range<usize> {
        let last_column = &self.columns[self.columns.len() - 1].range;
        self.constraints.last().map_or(last_column, |constraint| &constraint.range)
    }

    pub(super) fn primary_key(&self) -> Option<&Constraint> {
        let mut all = self.all_constraints().map(|(_, constraint)| constraint);
        all.find(|constraint| matches!(constraint.rule, Rule::PrimaryKey { .. }))
    }

    pub(super) fn primary_key_columns(&self) -> &[String] {
        match self.primary_key().map(|constraint| &constraint.rule) {
            Some(Rule::PrimaryKey { columns, .. }) => columns,
            _ => &[],
        }
    }

    pub(super) fn autoincrement(&self) -> Option<&Range<usize>> {
        match self.primary_key().map(|constraint| &constraint.rule) {
            Some(Rule::PrimaryKey { autoincrement, .. }) => autoincrement.as_ref(),
            _ => None,
        }
    }

    /// The column that is another name of the rowid (sqlite.org/lang_createtable.html, section 5).
    pub(super) fn rowid_column(&self) -> Option<&Column> {
        let Some(Rule::PrimaryKey { columns, descending: false, .. }) =
            self.primary_key().map(|constraint| &constraint.rule)
        else {
            return None;
        };
        let [column] = columns.as_slice() else { return None };
        let is_integer = |column: &&Column| {
            column.type_text(self.sql).is_some_and(|of_type| of_type.eq_ignore_ascii_case("INTEGER"))
        };
        self.column(column).filter(|_| !self.without_rowid).filter(is_integer)
    }

    /// A name by which the rowid can be asked for: one that is no column's.
    pub(super) fn rowid_name(&self) -> Option<&'static str> {
        let free = |name: &&&str| self.column(name).is_none();
        ["rowid", "_rowid_", "oid"].iter().find(free).copied().filter(|_| !self.without_rowid)
    }

    pub(super) fn affinity(&self, column: &Column) -> Affinity {
        affinity(column.type_text(self.sql), self.strict)
    }
}

impl Column {
    /// Reads the definition of a column.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Column> {
        let name = reader.name()?;
        let of_type = type_name(reader)?;
        let constraints = column_constraints(reader, &name.text)?;
        Some(Column { range: name.range.start..reader.end(), name, of_type, constraints })
    }

    /// Its type as SQLite has it: with what stands between the words.
    pub(super) fn type_text<'a>(&self, sql: &'a str) -> Option<&'a str> {
        self.of_type.clone().and_then(|range| sql.get(range))
    }

    pub(super) fn constraint(&self, wanted: impl Fn(&Rule) -> bool) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| wanted(&constraint.rule))
    }

    pub(super) fn default_value(&self) -> Option<&Range<usize>> {
        self.constraints.iter().find_map(|constraint| match &constraint.rule {
            Rule::Default { value } => Some(value),
            _ => None,
        })
    }

    pub(super) fn is_foreign(&self) -> bool {
        self.constraint(|rule| matches!(rule, Rule::Foreign { .. })).is_some()
    }

    pub(super) fn is_generated(&self) -> bool {
        self.constraint(|rule| matches!(rule, Rule::Generated { .. })).is_some()
    }
}

/// The type that comes next; the inner `None` where there is none.
#[expect(clippy::option_option, reason = "no type, and none that can be read, are two things")]
pub(super) fn type_name(reader: &mut Reader<'_>) -> Option<Option<Range<usize>>> {
    let start = reader.start();
    let mut end = None;
    let is_over = |reader: &Reader<'_>| {
        reader.is_any_word(&AFTER_SQLITE_TYPE)
            || (reader.is_word(0, "GENERATED") && reader.is_word(1, "ALWAYS"))
    };
    while !is_over(reader) && (reader.name().is_some() || (end.is_some() && reader.brackets())) {
        end = Some(reader.end());
    }
    if end.is_some() && reader.is_mark("(") {
        end = Some(reader.group()?.end);
    }
    Some(end.map(|end| start..end))
}

/// The affinity of a type.
pub(super) fn affinity(of_type: Option<&str>, strict: bool) -> Affinity {
    let of_type = of_type.unwrap_or_default().to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| of_type.contains(word));
    if has(&["INT"]) {
        Affinity::Integer
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if of_type.is_empty() || has(&["BLOB"]) || (strict && of_type == "ANY") {
        Affinity::Blob
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

//! `ALTER TABLE` as the SQL standard and PostgreSQL have it, in its actions.

use std::ops::Range;

use crate::dialect::sqlite::definition::{
    Column, Constraint, Rule, TABLE_CONSTRAINT, same, table_constraint, type_name,
};
use crate::sql::Reader;

/// An `ALTER TABLE` that is not simply passed to SQLite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alter {
    /// Whether it is to do nothing where the table is missing.
    pub(crate) if_exists: bool,
    /// The database that the table is said to be in, such as `main`.
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
    /// In the order in which they are carried out.
    pub(crate) actions: Vec<Action>,
}

/// One thing that an `ALTER TABLE` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// What every SQLite does itself, as it is written.
    Native(String),
    SetType {
        column: String,
        of_type: String,
        /// Kept as it is if none is named.
        collation: Option<String>,
        using: Option<String>,
    },
    SetNotNull {
        column: String,
    },
    DropNotNull {
        column: String,
    },
    SetDefault {
        column: String,
        value: String,
    },
    DropDefault {
        column: String,
    },
    /// A column that SQLite does not add to a table with rows, or with `IF NOT EXISTS`.
    AddColumn {
        name: String,
        definition: String,
        if_not_exists: bool,
    },
    DropColumn {
        name: String,
        if_exists: bool,
    },
    AddConstraint {
        definition: String,
        /// False after `NOT VALID`: the rows that are there need not obey it.
        validate: bool,
    },
    DropConstraint {
        name: String,
        if_exists: bool,
    },
    ValidateConstraint {
        name: String,
    },
}

impl Alter {
    /// Reads an `ALTER TABLE`. Nothing where SQLite itself has to do it, or to say what is wrong with it.
    pub(crate) fn parse(sql: &str) -> Option<Alter> {
        let mut reader = Reader::stored(sql);
        if !reader.take(&["ALTER", "TABLE"]) {
            return None;
        }
        let if_exists = reader.take(&["IF", "EXISTS"]);
        // A table may be called so.
        let only = reader.is(0, "ONLY") && reader.is_name(1) && !begins_action(&reader);
        if only {
            reader.next();
        }
        let mut schema = None;
        let mut table = reader.identifier()?.text;
        if reader.take(&["."]) {
            schema = Some(std::mem::replace(&mut table, reader.identifier()?.text));
        }
        let star = reader.take(&["*"]);
        let mut actions = Vec::new();
        for range in ranges(&mut reader)? {
            actions.push(Action::parse(&reader, sql, &range)?);
        }
        actions.sort_by_key(Action::pass);
        default_last(&mut actions);
        let native = matches!(actions.as_slice(), [Action::Native(sql)] if checked_addition(sql).is_none())
            && !if_exists
            && !only
            && !star;
        (!native).then_some(Alter { if_exists, schema, table, actions })
    }
}

/// Moves `SET DEFAULT` to the end if the same statement adds its column: as on PostgreSQL, existing rows get the default in
/// `ADD COLUMN`, and no other action needs the new one.
fn default_last(actions: &mut [Action]) {
    let added: Vec<String> = actions
        .iter()
        .filter_map(|action| match action {
            Action::AddColumn { name, .. } => Some(name.clone()),
            Action::Native(native) => native_addition(native).map(|(_, column)| column.name.text),
            _ => None,
        })
        .collect();
    actions.sort_by_key(|action| match action {
        Action::SetDefault { column, .. } => added.iter().any(|name| same(name, column)),
        _ => false,
    });
}

/// A column with a check that SQLite adds itself, as an action of ours: SQLite does not name the rows that violate the check.
pub(super) fn checked_addition(native: &str) -> Option<Action> {
    let (action, column) = native_addition(native)?;
    column.constraint(|rule| matches!(rule, Rule::Check { .. }))?;
    Some(action)
}

/// A column that SQLite adds itself, as an action of ours.
pub(super) fn native_addition(native: &str) -> Option<(Action, Column)> {
    let mut reader = Reader::stored(native);
    if !reader.take(&["ADD"]) {
        return None;
    }
    reader.take(&["COLUMN"]);
    let definition = native[reader.position()..].to_owned();
    let column = Column::read(&mut reader)?;
    let name = column.name.text.clone();
    Some((Action::AddColumn { name, definition, if_not_exists: false }, column))
}

/// Whether an action begins behind the next token.
fn begins_action(reader: &Reader<'_>) -> bool {
    ["ADD", "ALTER", "DROP", "RENAME", "VALIDATE"].iter().any(|word| reader.is(1, word))
}

/// The actions' texts: what stands between commas outside of parentheses.
fn ranges(reader: &mut Reader<'_>) -> Option<Vec<Range<usize>>> {
    let mut ranges = Vec::new();
    loop {
        let start = reader.position();
        while !reader.is_done() && !reader.is(0, ",") {
            if reader.is(0, "(") {
                reader.group()?;
            } else {
                reader.next();
            }
        }
        if reader.end() <= start {
            return None;
        }
        ranges.push(start..reader.end());
        if !reader.take(&[","]) {
            return Some(ranges);
        }
    }
}

impl Action {
    fn parse(whole: &Reader<'_>, sql: &str, range: &Range<usize>) -> Option<Action> {
        let mut reader = whole.within(range);
        let action = if reader.take(&["ALTER"]) {
            reader.take(&["COLUMN"]);
            let column = reader.identifier()?.text;
            Action::of_column(&mut reader, column, range)?
        } else if reader.take(&["ADD"]) {
            return Action::addition(&mut reader, sql, range);
        } else if reader.take(&["DROP", "CONSTRAINT"]) {
            let if_exists = reader.take(&["IF", "EXISTS"]);
            let name = reader.identifier()?.text;
            restrict(&mut reader);
            Action::DropConstraint { name, if_exists }
        } else if reader.take(&["DROP"]) {
            reader.take(&["COLUMN"]);
            let if_exists = reader.take(&["IF", "EXISTS"]);
            let name = reader.identifier()?.text;
            restrict(&mut reader);
            Action::DropColumn { name, if_exists }
        } else if reader.take(&["VALIDATE", "CONSTRAINT"]) {
            Action::ValidateConstraint { name: reader.identifier()?.text }
        } else if reader.is(0, "RENAME") {
            return Some(Action::Native(reader.slice(range).to_owned()));
        } else {
            return None;
        };
        reader.is_done().then_some(action)
    }

    fn of_column(reader: &mut Reader<'_>, column: String, range: &Range<usize>) -> Option<Action> {
        if reader.take(&["SET", "NOT", "NULL"]) {
            Some(Action::SetNotNull { column })
        } else if reader.take(&["DROP", "NOT", "NULL"]) {
            Some(Action::DropNotNull { column })
        } else if reader.take(&["DROP", "DEFAULT"]) {
            Some(Action::DropDefault { column })
        } else if reader.take(&["SET", "DEFAULT"]) {
            let value = rest(reader, range)?;
            Some(Action::SetDefault { column, value: default(value) })
        } else if reader.take(&["SET", "DATA", "TYPE"]) || reader.take(&["TYPE"]) {
            let start = reader.position();
            while !reader.is_done() && !reader.is_any(&["COLLATE", "USING"]) {
                reader.next();
            }
            let of_type = reader.slice(&(start..reader.end())).to_owned();
            is_type(&of_type).then_some(())?;
            let collation = if reader.take(&["COLLATE"]) { Some(reader.identifier()?.text) } else { None };
            let using = if reader.take(&["USING"]) { Some(rest(reader, range)?) } else { None };
            let using = using.filter(|using| !is_own_cast(using, &column)).map(str::to_owned);
            Some(Action::SetType { column, of_type, collation, using })
        } else {
            None
        }
    }

    fn addition(reader: &mut Reader<'_>, sql: &str, range: &Range<usize>) -> Option<Action> {
        let start = reader.position();
        if reader.is_any(&TABLE_CONSTRAINT) {
            table_constraint(reader).filter(|constraint| constraint.rule != Rule::Nothing)?;
            let definition = reader.slice(&(start..reader.end())).to_owned();
            let validate = !reader.take(&["NOT", "VALID"]);
            return reader.is_done().then_some(Action::AddConstraint { definition, validate });
        }
        reader.take(&["COLUMN"]);
        let if_not_exists = reader.take(&["IF", "NOT", "EXISTS"]);
        let definition = reader.position()..range.end;
        let column = Column::read(reader).filter(|_| reader.is_done());
        match column {
            Some(column) if if_not_exists || !is_added_natively(&column, sql) => Some(Action::AddColumn {
                name: column.name.text,
                definition: reader.slice(&definition).to_owned(),
                if_not_exists,
            }),
            // SQLite says what is wrong with a column that cannot be read.
            _ => Some(Action::Native(reader.slice(range).to_owned())),
        }
    }

    /// PostgreSQL's order (`AlterTablePass` in its sources): what is dropped goes first, constraints come last.
    fn pass(&self) -> u8 {
        match self {
            Action::DropColumn { .. }
            | Action::DropConstraint { .. }
            | Action::DropNotNull { .. }
            | Action::DropDefault { .. } => 0,
            Action::SetType { .. } => 1,
            Action::Native(_) | Action::AddColumn { .. } => 2,
            Action::SetNotNull { .. } | Action::SetDefault { .. } => 3,
            Action::AddConstraint { .. } => 4,
            Action::ValidateConstraint { .. } => 5,
        }
    }
}

/// Takes `RESTRICT`, which is what happens, or `CASCADE`: what it would take along is refused, and named.
fn restrict(reader: &mut Reader<'_>) {
    let _ = reader.take(&["RESTRICT"]) || reader.take(&["CASCADE"]);
}

/// What is left of an action; there has to be something.
fn rest<'a>(reader: &mut Reader<'a>, range: &Range<usize>) -> Option<&'a str> {
    let start = reader.position();
    while reader.next().is_some() {}
    Some(reader.slice(&(start..range.end))).filter(|text| !text.is_empty())
}

fn is_type(text: &str) -> bool {
    let mut reader = Reader::stored(text);
    matches!(type_name(&mut reader), Some(Some(_))) && reader.is_done()
}

/// Whether an expression is only `column`, or PostgreSQL's `column::type`: what the change of its type does anyway.
fn is_own_cast(using: &str, column: &str) -> bool {
    let mut reader = Reader::stored(using);
    let Some(name) = reader.identifier().filter(|name| same(&name.text, column)) else {
        return false;
    };
    match using[name.range.end..].trim_start() {
        "" => true,
        cast => cast.strip_prefix("::").is_some_and(is_type),
    }
}

/// A default as SQLite wants it: in parentheses unless it is a literal or a word.
fn default(value: &str) -> String {
    let bare = format!("x DEFAULT {value}");
    let mut reader = Reader::stored(&bare);
    let is_whole = |column: &Column| column.constraints.len() == 1 && column.default_value().is_some();
    match Column::read(&mut reader).filter(is_whole) {
        Some(_) if reader.is_done() => value.to_owned(),
        _ => format!("({value})"),
    }
}

/// Whether SQLite adds such a column even to a table with rows (sqlite.org/lang_altertable.html, section 4).
fn is_added_natively(column: &Column, sql: &str) -> bool {
    let default = column.default_value().map(|value| sql.get(value.clone()).unwrap_or_default());
    column.constraints.iter().all(|Constraint { rule, .. }| match rule {
        Rule::PrimaryKey { .. } | Rule::Unique { .. } => false,
        Rule::Generated { stored, .. } => !stored,
        Rule::Default { .. } => default.is_none_or(is_constant),
        Rule::Foreign { .. } => default.is_none_or(|value| value.eq_ignore_ascii_case("NULL")),
        _ => true,
    })
}

/// Whether SQLite knows the value of a default without computing it.
pub(super) fn is_constant(value: &str) -> bool {
    let mut reader = Reader::stored(value);
    if reader.is(0, "(") {
        let inner = reader.group().map(|group| reader.slice(&(group.start + 1..group.end - 1)));
        return inner.is_some_and(|inner| !Reader::stored(inner).is(0, "(") && is_constant(inner));
    }
    let computed = ["CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"];
    if reader.is_any(&computed) {
        return false;
    }
    let _ = reader.take(&["-"]) || reader.take(&["+"]);
    reader.next().is_some() && reader.is_done()
}

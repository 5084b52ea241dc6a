//! Constraints as SQLite's grammar has them (`ccons` and `tcons` in `parse.y`), with the ranges of their tokens.

use std::ops::Range;

use super::reader::{Name, Reader};

/// A constraint of a column or of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraint {
    pub(super) name: Option<String>,
    /// From `CONSTRAINT`, or its first keyword, to its last token.
    pub(super) range: Range<usize>,
    pub(super) rule: Rule,
}

/// What a constraint demands, or says otherwise about its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    NotNull,
    Null,
    PrimaryKey {
        columns: Vec<String>,
        autoincrement: Option<Range<usize>>,
        /// `PRIMARY KEY DESC` on a column, which is no alias of the rowid, for compatibility with an old mistake.
        descending: bool,
    },
    Unique {
        columns: Vec<String>,
    },
    /// With its parentheses.
    Check {
        expression: Range<usize>,
    },
    Foreign {
        columns: Vec<String>,
        parent: String,
        /// Empty: the primary key of the parent.
        parent_columns: Vec<String>,
    },
    Default {
        value: Range<usize>,
    },
    Generated {
        expression: Range<usize>,
        stored: bool,
    },
    Collate {
        name: String,
    },
    /// What no ALTER is about: a deferral or a name that stands by itself.
    Other,
}

impl Rule {
    /// Whether SQLite keeps an index for it, or the rows themselves in its order.
    pub(super) fn has_index(&self) -> bool {
        matches!(self, Rule::PrimaryKey { .. } | Rule::Unique { .. })
    }
}

/// The keywords that a constraint of a table begins with.
pub(super) const TABLE_CONSTRAINT: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// Reads the constraints that follow a column's type. Stops before what is none.
pub(super) fn column_constraints(reader: &mut Reader<'_>, column: &str) -> Option<Vec<Constraint>> {
    let mut constraints = Vec::new();
    loop {
        let start = reader.start();
        let name = if reader.take(&["CONSTRAINT"]) { Some(reader.name()?.text) } else { None };
        match column_rule(reader, column)? {
            Some(rule) => constraints.push(Constraint { name, range: start..reader.end(), rule }),
            // SQLite accepts a name without a constraint.
            None if name.is_some() => {}
            None => return Some(constraints),
        }
    }
}

/// The inner `None` is no constraint; the outer is one that cannot be read.
#[expect(clippy::option_option, reason = "nothing, and nothing that can be read, are two things")]
fn column_rule(reader: &mut Reader<'_>, column: &str) -> Option<Option<Rule>> {
    let columns = vec![column.to_owned()];
    let rule = if reader.take(&["NOT", "NULL"]) {
        conflict(reader)?;
        Rule::NotNull
    } else if reader.take(&["NULL"]) {
        conflict(reader)?;
        Rule::Null
    } else if reader.take(&["PRIMARY", "KEY"]) {
        let descending = reader.take(&["DESC"]);
        let _ = descending || reader.take(&["ASC"]);
        conflict(reader)?;
        let start = reader.start();
        let autoincrement = reader.take(&["AUTOINCREMENT"]).then(|| start..reader.end());
        Rule::PrimaryKey { columns, autoincrement, descending }
    } else if reader.take(&["UNIQUE"]) {
        conflict(reader)?;
        Rule::Unique { columns }
    } else if reader.take(&["CHECK"]) {
        Rule::Check { expression: reader.group()? }
    } else if reader.is_word(0, "REFERENCES") {
        foreign(reader, columns)?
    } else if reader.take(&["DEFAULT"]) {
        Rule::Default { value: default_value(reader)? }
    } else if reader.take(&["COLLATE"]) {
        Rule::Collate { name: reader.name()?.text }
    } else if reader.take(&["GENERATED", "ALWAYS", "AS"]) || reader.take(&["AS"]) {
        let expression = reader.group()?;
        let stored = reader.take(&["STORED"]);
        let _ = stored || reader.take(&["VIRTUAL"]);
        Rule::Generated { expression, stored }
    } else if deferral(reader) {
        Rule::Other
    } else {
        return Some(None);
    };
    Some(Some(rule))
}

/// Reads a constraint of a table.
pub(super) fn table_constraint(reader: &mut Reader<'_>) -> Option<Constraint> {
    let start = reader.start();
    let name = if reader.take(&["CONSTRAINT"]) { Some(reader.name()?.text) } else { None };
    let rule = if reader.take(&["PRIMARY", "KEY"]) {
        let (columns, autoincrement) = key(reader)?;
        conflict(reader)?;
        Rule::PrimaryKey { columns, autoincrement, descending: false }
    } else if reader.take(&["UNIQUE"]) {
        let (columns, _) = key(reader)?;
        conflict(reader)?;
        Rule::Unique { columns }
    } else if reader.take(&["CHECK"]) {
        let expression = reader.group()?;
        conflict(reader)?;
        Rule::Check { expression }
    } else if reader.take(&["FOREIGN", "KEY"]) {
        let columns = key(reader)?.0;
        foreign(reader, columns)?
    } else {
        // A name without a constraint.
        name.as_ref()?;
        Rule::Other
    };
    Some(Constraint { name, range: start..reader.end(), rule })
}

fn conflict(reader: &mut Reader<'_>) -> Option<()> {
    if reader.take(&["ON", "CONFLICT"]) {
        reader.name()?;
    }
    Some(())
}

/// `DEFAULT`'s value: a literal, a word, a sign with a number, or an expression in parentheses.
fn default_value(reader: &mut Reader<'_>) -> Option<Range<usize>> {
    if reader.is_mark("(") {
        return reader.group();
    }
    let start = reader.start();
    let _ = reader.take_mark("-") || reader.take_mark("+");
    let value = reader.next()?;
    Some(start..value.end)
}

fn foreign(reader: &mut Reader<'_>, columns: Vec<String>) -> Option<Rule> {
    if !reader.take(&["REFERENCES"]) {
        return None;
    }
    let parent = reader.name()?.text;
    let parent_columns = if reader.is_mark("(") { key(reader)?.0 } else { Vec::new() };
    loop {
        if reader.take(&["MATCH"]) {
            reader.name()?;
        } else if reader.take(&["ON", "DELETE"]) || reader.take(&["ON", "UPDATE"]) {
            let actions: [&[&str]; 5] =
                [&["SET", "NULL"], &["SET", "DEFAULT"], &["CASCADE"], &["RESTRICT"], &["NO", "ACTION"]];
            if !actions.into_iter().any(|action| reader.take(action)) {
                return None;
            }
        } else {
            break;
        }
    }
    deferral(reader);
    Some(Rule::Foreign { columns, parent, parent_columns })
}

fn deferral(reader: &mut Reader<'_>) -> bool {
    let found = reader.take(&["NOT", "DEFERRABLE"]) || reader.take(&["DEFERRABLE"]);
    if found {
        let _ = reader.take(&["INITIALLY", "DEFERRED"]) || reader.take(&["INITIALLY", "IMMEDIATE"]);
    }
    found
}

/// The columns in parentheses, and the `AUTOINCREMENT` that may stand there.
fn key(reader: &mut Reader<'_>) -> Option<(Vec<String>, Option<Range<usize>>)> {
    let group = reader.group()?;
    let mut inner = reader.inside(&group);
    let mut columns = Vec::new();
    let mut autoincrement = None;
    loop {
        let Name { text, .. } = inner.name()?;
        columns.push(text);
        loop {
            let start = inner.start();
            if inner.take(&["COLLATE"]) {
                inner.name()?;
            } else if inner.take(&["AUTOINCREMENT"]) {
                autoincrement = Some(start..inner.end());
            } else if !inner.take(&["ASC"]) && !inner.take(&["DESC"]) {
                break;
            }
        }
        if !inner.take_mark(",") {
            break;
        }
    }
    inner.is_done().then_some((columns, autoincrement))
}

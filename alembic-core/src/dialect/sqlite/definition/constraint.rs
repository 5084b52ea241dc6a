//! Constraints of columns and tables (`ccons` and `tcons` in `parse.y`).

use std::ops::Range;

use super::key::{Part, column_names, parts};
use crate::sql::Reader;

/// A constraint of a column or of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constraint {
    pub(crate) name: Option<String>,
    /// From `CONSTRAINT`, or its first keyword, to its last token.
    pub(crate) range: Range<usize>,
    /// What its `ON CONFLICT` clause says, in upper case. None for `ABORT`, which is what happens anyway.
    pub(crate) conflict: Option<String>,
    pub(crate) rule: Rule,
}

/// What a constraint demands, or else states about its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    NotNull,
    /// `NULL`, which changes nothing: also behind a `NOT NULL`.
    Null,
    PrimaryKey {
        columns: Vec<String>,
        /// As they are written in the parentheses of a table's constraint.
        parts: Vec<Part>,
        autoincrement: Option<Range<usize>>,
        /// `PRIMARY KEY DESC` on a column, which is no alias of the rowid, for compatibility with an old mistake.
        descending: bool,
    },
    Unique {
        columns: Vec<String>,
        parts: Vec<Part>,
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
        on_delete: Effect,
        on_update: Effect,
        deferral: Option<Deferral>,
    },
    Default {
        value: Range<usize>,
    },
    /// With its parentheses.
    Generated {
        expression: Range<usize>,
        stored: bool,
    },
    Collate {
        name: String,
    },
    /// `[NOT] DEFERRABLE` apart from a foreign key: about the last one before it, even at another column.
    Deferral(Deferral),
    /// A name without a constraint.
    Nothing,
}

/// The effect that a change of the parent has on rows that reference it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effect {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// When a foreign key is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deferral {
    NotDeferrable,
    InitiallyImmediate,
    InitiallyDeferred,
}

/// The keywords that a constraint of a table begins with. They are reserved, so that no column can have their names
/// without quotes.
pub(crate) const TABLE_CONSTRAINT: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// Reads the constraints that follow a column's type, up to the first token that begins none.
pub(super) fn column_constraints(reader: &mut Reader<'_>, column: &str) -> Option<Vec<Constraint>> {
    let mut constraints = Vec::new();
    loop {
        let start = reader.position();
        let name = if reader.take(&["CONSTRAINT"]) { Some(reader.identifier()?.text) } else { None };
        let mut on_conflict = None;
        match column_rule(reader, column, &mut on_conflict)? {
            Some(rule) => {
                let range = start..reader.end();
                constraints.push(Constraint { name, range, conflict: on_conflict, rule });
            }
            // SQLite accepts a name without a constraint.
            None if name.is_some() => {}
            None => return Some(constraints),
        }
    }
}

/// The inner `None` is no constraint; the outer is one that cannot be read.
#[expect(clippy::option_option, reason = "nothing, and nothing that can be read, are two things")]
fn column_rule(
    reader: &mut Reader<'_>,
    column: &str,
    on_conflict: &mut Option<String>,
) -> Option<Option<Rule>> {
    let columns = vec![column.to_owned()];
    let rule = if reader.take(&["NOT", "NULL"]) {
        *on_conflict = conflict(reader)?;
        Rule::NotNull
    } else if reader.take(&["NULL"]) {
        *on_conflict = conflict(reader)?;
        Rule::Null
    } else if reader.take(&["PRIMARY", "KEY"]) {
        let descending = reader.take(&["DESC"]);
        let _ = descending || reader.take(&["ASC"]);
        *on_conflict = conflict(reader)?;
        let start = reader.position();
        let autoincrement = reader.take(&["AUTOINCREMENT"]).then(|| start..reader.end());
        Rule::PrimaryKey { columns, parts: Vec::new(), autoincrement, descending }
    } else if reader.take(&["UNIQUE"]) {
        *on_conflict = conflict(reader)?;
        Rule::Unique { columns, parts: Vec::new() }
    } else if reader.take(&["CHECK"]) {
        Rule::Check { expression: reader.group()? }
    } else if reader.is(0, "REFERENCES") {
        foreign(reader, columns)?
    } else if reader.take(&["DEFAULT"]) {
        Rule::Default { value: default_value(reader)? }
    } else if reader.take(&["COLLATE"]) {
        Rule::Collate { name: reader.identifier()?.text }
    } else if reader.take(&["GENERATED", "ALWAYS", "AS"]) || reader.take(&["AS"]) {
        let expression = reader.group()?;
        let stored = reader.take(&["STORED"]);
        let _ = stored || reader.take(&["VIRTUAL"]);
        Rule::Generated { expression, stored }
    } else if let Some(deferral) = deferral(reader) {
        Rule::Deferral(deferral)
    } else {
        return Some(None);
    };
    Some(Some(rule))
}

/// Reads a constraint of a table.
pub(crate) fn table_constraint(reader: &mut Reader<'_>) -> Option<Constraint> {
    let start = reader.position();
    let name = if reader.take(&["CONSTRAINT"]) { Some(reader.identifier()?.text) } else { None };
    let mut on_conflict = None;
    let rule = if reader.take(&["PRIMARY", "KEY"]) {
        let group = reader.group()?;
        let (parts, autoincrement) = parts(reader.inside(&group), true)?;
        on_conflict = conflict(reader)?;
        Rule::PrimaryKey { columns: column_names(&parts)?, parts, autoincrement, descending: false }
    } else if reader.take(&["UNIQUE"]) {
        let group = reader.group()?;
        let (parts, _) = parts(reader.inside(&group), false)?;
        on_conflict = conflict(reader)?;
        Rule::Unique { columns: column_names(&parts)?, parts }
    } else if reader.take(&["CHECK"]) {
        let expression = reader.group()?;
        on_conflict = conflict(reader)?;
        Rule::Check { expression }
    } else if reader.take(&["FOREIGN", "KEY"]) {
        let group = reader.group()?;
        let columns = column_names(&parts(reader.inside(&group), false)?.0)?;
        foreign(reader, columns)?
    } else {
        name.as_ref()?;
        Rule::Nothing
    };
    Some(Constraint { name, range: start..reader.end(), conflict: on_conflict, rule })
}

/// Takes `ON CONFLICT …`. The outer `None` is one that cannot be read.
#[expect(clippy::option_option, reason = "no clause, and one that cannot be read, are two things")]
fn conflict(reader: &mut Reader<'_>) -> Option<Option<String>> {
    if !reader.take(&["ON", "CONFLICT"]) {
        return Some(None);
    }
    let word = reader.identifier()?.text.to_ascii_uppercase();
    Some(Some(word).filter(|word| word != "ABORT"))
}

/// `DEFAULT`'s value: a literal, a word, a sign with a literal, or an expression in parentheses.
fn default_value(reader: &mut Reader<'_>) -> Option<Range<usize>> {
    if reader.is(0, "(") {
        return reader.group();
    }
    let start = reader.position();
    reader.take_any(&["-", "+"]);
    let value = reader.next()?;
    Some(start..value.end)
}

fn foreign(reader: &mut Reader<'_>, columns: Vec<String>) -> Option<Rule> {
    if !reader.take(&["REFERENCES"]) {
        return None;
    }
    let parent = reader.identifier()?.text;
    let parent_columns = match reader.group() {
        Some(group) => column_names(&parts(reader.inside(&group), false)?.0)?,
        None => Vec::new(),
    };
    let (mut on_delete, mut on_update) = (Effect::NoAction, Effect::NoAction);
    loop {
        if reader.take(&["MATCH"]) {
            reader.identifier()?;
        } else if reader.take(&["ON", "DELETE"]) {
            on_delete = effect(reader)?;
        } else if reader.take(&["ON", "UPDATE"]) {
            on_update = effect(reader)?;
        } else if reader.take(&["ON", "INSERT"]) {
            // It has no effect.
            effect(reader)?;
        } else {
            break;
        }
    }
    Some(Rule::Foreign { columns, parent, parent_columns, on_delete, on_update, deferral: deferral(reader) })
}

fn effect(reader: &mut Reader<'_>) -> Option<Effect> {
    const EFFECTS: [(&[&str], Effect); 5] = [
        (&["SET", "NULL"], Effect::SetNull),
        (&["SET", "DEFAULT"], Effect::SetDefault),
        (&["CASCADE"], Effect::Cascade),
        (&["RESTRICT"], Effect::Restrict),
        (&["NO", "ACTION"], Effect::NoAction),
    ];
    EFFECTS.into_iter().find(|(words, _)| reader.take(words)).map(|(_, effect)| effect)
}

fn deferral(reader: &mut Reader<'_>) -> Option<Deferral> {
    let never = reader.take(&["NOT", "DEFERRABLE"]);
    if !never && !reader.take(&["DEFERRABLE"]) {
        return None;
    }
    let deferred = reader.take(&["INITIALLY", "DEFERRED"]);
    let _ = deferred || reader.take(&["INITIALLY", "IMMEDIATE"]);
    Some(match (never, deferred) {
        (true, _) => Deferral::NotDeferrable,
        (false, true) => Deferral::InitiallyDeferred,
        (false, false) => Deferral::InitiallyImmediate,
    })
}

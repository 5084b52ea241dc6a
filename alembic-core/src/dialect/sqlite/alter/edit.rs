//! Edits of a stored text: what is not edited stays as it is, byte by byte.

use std::ops::Range;

use super::quoted;
use crate::dialect::sqlite::definition::{Column, Constraint, Rule, Table, same};
use crate::sql::{Lexer, Token, TokenKind, unquote};

/// Ranges of a text that are replaced, none of which overlap.
#[derive(Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.0.push((range, with.into()));
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Removes what stands in `range`, and the blanks before it.
    pub(super) fn remove(&mut self, sql: &str, range: &Range<usize>) {
        // A `--` comment needs the line end behind it, or another one.
        let before_line_end = sql[range.end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        let blanks = start_of_blanks(sql, range.start);
        let start =
            if before_line_end || !ends_with_line_comment(sql, blanks) { blanks } else { range.start };
        self.replace(start..range.end, "");
    }

    /// Removes a constraint. Of those that stand by themselves, only one can be removed at a time.
    pub(super) fn remove_constraint(
        &mut self,
        table: &Table<'_>,
        column: Option<&Column>,
        constraint: &Constraint,
    ) {
        match column {
            Some(_) => self.remove(table.sql, &constraint.range),
            None => self.remove_element(table.sql, &constraint.range),
        }
        for deferral in deferrals_of(table, constraint) {
            self.remove(table.sql, deferral);
        }
    }

    /// Removes a column, or a constraint of the table, with one of the commas around it.
    pub(super) fn remove_element(&mut self, sql: &str, range: &Range<usize>) {
        let tokens: Vec<Token> =
            Lexer::stored(sql).filter(|token| token.kind != TokenKind::Whitespace).collect();
        let is_comma = |token: &&Token| token.text(sql) == ",";
        let is_comment = |token: &&Token| token.kind == TokenKind::Comment;
        let after = tokens.iter().filter(|token| token.start >= range.end).find(|token| !is_comment(token));
        if let Some(comma) = after.filter(is_comma) {
            if sql[range.end..comma.start].trim().is_empty() {
                let rest = &sql[comma.end..];
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let is_first = start_of_blanks(sql, range.start) == range.start;
                self.remove(sql, &(range.start..comma.end + if is_first { blanks } else { 0 }));
            } else {
                self.remove(sql, range);
                self.remove(sql, &(comma.start..comma.end));
            }
            return;
        }
        if after.is_some_and(|token| token.text(sql) != ")") {
            // Constraints need no comma between them; the one before it belongs to what follows.
            self.remove(sql, range);
            return;
        }
        let before =
            tokens.iter().rev().filter(|token| token.end <= range.start).find(|token| !is_comment(token));
        match before.filter(is_comma) {
            Some(comma) if sql[comma.end..range.start].trim().is_empty() => {
                self.replace(comma.start..range.end, "");
            }
            Some(comma) => {
                self.replace(comma.start..comma.end, "");
                self.remove(sql, range);
            }
            None => self.remove(sql, range),
        }
    }

    /// Adds a column or a constraint of the table behind the one that stands in `last`, and written like that.
    pub(super) fn add_element(&mut self, table: &Table<'_>, last: &Range<usize>, element: &str) {
        let blanks = &table.sql[start_of_blanks(table.sql, last.start)..last.start];
        // From the line end on: blanks before it would become part of a comment.
        let separator = if blanks.contains('\n') { blanks.trim_start_matches([' ', '\t']) } else { " " };
        // A comment in the same line is about what stands before it.
        let mut end = last.end;
        for token in Lexer::stored(table.sql).skip_while(|token| token.start < last.end) {
            match token.kind {
                TokenKind::Comment => end = token.end,
                TokenKind::Whitespace if !token.text(table.sql).contains('\n') => {}
                _ => break,
            }
        }
        self.insert(last.end, ",");
        let needs_line = ends_with_line_comment(table.sql, end) && !separator.contains('\n');
        self.insert(end, format!("{}{element}", if needs_line { "\n" } else { separator }));
    }

    pub(super) fn apply(mut self, sql: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut edited = String::with_capacity(sql.len() + 64);
        let mut position = 0;
        for (range, text) in &self.0 {
            join(&mut edited, sql.get(position..range.start).unwrap_or_default());
            join(&mut edited, text);
            position = range.end;
        }
        join(&mut edited, sql.get(position..).unwrap_or_default());
        edited
    }
}

/// The `DEFERRABLE` apart from a foreign key that are about it. Without it they would be about the one before it.
pub(super) fn deferrals_of<'t>(table: &'t Table<'_>, constraint: &Constraint) -> Vec<&'t Range<usize>> {
    let is_foreign = |rule: &Rule| matches!(rule, Rule::Foreign { .. });
    let start = constraint.range.start;
    let behind = table.all_constraints().map(|(_, other)| other).filter(|other| other.range.start > start);
    let until_next = behind.take_while(|other| is_foreign(&constraint.rule) && !is_foreign(&other.rule));
    until_next.filter(|other| matches!(other.rule, Rule::Deferral(_))).map(|other| &other.range).collect()
}

/// Whether there are comments in a column, or between it and what stands before and behind it.
pub(super) fn has_comments_around(table: &Table<'_>, column: &Range<usize>) -> bool {
    let own = table.columns.iter().map(|column| &column.range);
    let elements = own.chain(table.constraints.iter().map(|constraint| &constraint.range));
    let before = elements.clone().filter(|range| range.end <= column.start).map(|range| range.end).max();
    let behind = elements.filter(|range| range.start >= column.end).map(|range| range.start).min();
    let between = before.unwrap_or(table.name.range.end)..behind.unwrap_or(table.sql.len());
    Lexer::stored(table.sql).any(|token| token.kind == TokenKind::Comment && between.contains(&token.start))
}

/// The text of a table without the constraints that are picked.
pub(super) fn without(sql: &str, picks: impl Fn(&Table<'_>, Option<&Column>, &Constraint) -> bool) -> String {
    let mut text = sql.to_owned();
    loop {
        let mut edits = Edits::default();
        if let Ok(table) = Table::parse(&text) {
            let picked =
                table.all_constraints().find(|(column, constraint)| picks(&table, *column, constraint));
            if let Some((column, constraint)) = picked {
                edits.remove_constraint(&table, column, constraint);
            }
        }
        if edits.0.is_empty() {
            break;
        }
        text = edits.apply(&text);
    }
    match Table::parse(sql) {
        Ok(before) => keep_types(&before, text, None),
        Err(_) => text,
    }
}

/// SQLite takes a comment between a type and `GENERATED ALWAYS` for a part of the type: what was before it has to be replaced
/// where it went. `before` is the table as it was; `retyped` is a column that has another type, with that.
pub(super) fn keep_types(before: &Table<'_>, text: String, retyped: Option<(&str, &str)>) -> String {
    let Ok(table) = Table::parse(&text) else { return text };
    let mut edits = Edits::default();
    for column in table.columns.iter().filter(|column| column.is_generated()) {
        let Some(old) = before.column(&column.name.text) else { continue };
        let new_type = retyped.filter(|(name, _)| same(name, &column.name.text));
        let wanted =
            new_type.map_or_else(|| old.declared_type(before.sql), |(_, of_type)| of_type.to_owned());
        let words = column.of_type.clone().and_then(|range| text.get(range)).unwrap_or_default();
        if column.declared_type(&text) != wanted && words == wanted {
            edits.insert(column.of_type.as_ref().unwrap_or(&column.name.range).end, " NULL");
        }
    }
    edits.apply(&text)
}

/// Adds `text`, with a blank before it where two tokens would become one, and a line end where it would become part of a
/// comment.
fn join(edited: &mut String, text: &str) {
    let needs_line = !text.is_empty() && !text.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    if needs_line && ends_with_line_comment(edited, edited.len()) {
        edited.push('\n');
    }
    let sticks =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '"' | '`' | '\'');
    if edited.ends_with(sticks) && text.starts_with(sticks) {
        edited.push(' ');
    }
    edited.push_str(text);
}

/// Where the white space begins that ends at `end`.
fn start_of_blanks(sql: &str, end: usize) -> usize {
    sql[..end].trim_end_matches(|character: char| character.is_ascii_whitespace()).len()
}

/// Whether a `--` comment ends at `end`.
fn ends_with_line_comment(sql: &str, end: usize) -> bool {
    Lexer::stored(sql).any(|token| {
        token.kind == TokenKind::Comment && token.end == end && token.text(sql).starts_with("--")
    })
}

/// The text of a table under another name, without what reaches beyond it: foreign keys and, unless it is wanted, the
/// sequence. `name` is what `scratch` is written as: with its database where the text is to be run.
pub(super) fn renamed(table: &Table<'_>, name: &str, scratch: &str, sequence: bool) -> String {
    let sql = without(table.sql, |_, _, constraint| matches!(constraint.rule, Rule::Foreign { .. }));
    let Ok(table) = Table::parse(&sql) else { return sql };
    let mut edits = Edits::default();
    edits.replace(table.name.range.clone(), name);
    if let (Some(autoincrement), false) = (table.autoincrement(), sequence) {
        edits.remove(&sql, autoincrement);
    }
    // Expressions may name the table.
    let mut reader = table.within(&(table.name.range.end..table.sql.len()));
    while let Some(token) = reader.next() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        let is_it = |name: String| same(&name, &table.name.text);
        if is_name && reader.is(0, ".") && unquote(token.text(table.sql)).is_some_and(is_it) {
            edits.replace(token.start..token.end, quoted(scratch));
        }
    }
    edits.apply(table.sql)
}

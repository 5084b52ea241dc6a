//! Statements as the text of a section.

use super::Statement;
use crate::sql::{Dialect, quote};

/// `text` as a string literal that may be part of a definition: MySQL accepts only a plain one there.
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Mysql => quote::plain_literal(dialect, text),
        Dialect::Sqlite | Dialect::Postgresql => quote::literal(dialect, text),
    }
}

/// The statements, each with its semicolon. Those of several lines stand apart.
pub(crate) fn script(statements: &[Statement]) -> String {
    let mut text = String::new();
    let mut apart = false;
    for Statement { notes, sql } in statements {
        let long = sql.contains('\n') || !notes.is_empty();
        if !text.is_empty() && (long || apart) {
            text.push('\n');
        }
        apart = long;
        for note in notes {
            for line in note.lines() {
                text.push_str(format!("-- {line}").trim_end());
                text.push('\n');
            }
        }
        text.push_str(sql);
        text.push_str(";\n");
    }
    text
}

/// Lines whose first parts stand below each other.
pub(super) fn aligned(lines: &[[String; 3]]) -> Vec<String> {
    // One very long type must not push everything to the right.
    const WIDEST: usize = 32;
    let width = |part: usize| {
        let widths = lines.iter().map(|line| line[part].chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let (name, type_) = (width(0), width(1));
    let line = |[first, second, rest]: &[String; 3]| {
        format!("{first:name$} {second:type_$} {rest}").trim_end().to_owned()
    };
    lines.iter().map(line).collect()
}

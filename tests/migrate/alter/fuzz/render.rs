//! A schema as SQL: in one plain way, or with white space, comments and quotes of all kinds.

use super::model::{Action, Column, Index, Named, Rule, Schema, Table};
use super::random::Random;

/// What is written between tokens, and how names are quoted. `None` is the plain way.
pub(super) struct Style(pub(super) Option<Random>);

impl Style {
    pub(super) fn plain() -> Style {
        Style(None)
    }

    fn gap(&mut self) -> &'static str {
        const GAPS: [&str; 9] = [" ", " ", " ", "  ", "\n  ", "\t", " /* , ( ' */ ", " -- ) \" ,\n", "/**/"];
        self.0.as_mut().map_or(" ", |random| random.pick(&GAPS))
    }

    fn space(&mut self) -> &'static str {
        self.0.as_mut().map_or("", |random| random.pick(&["", "", " ", "\n", "/* x, */"]))
    }

    fn name(&mut self, name: &str) -> String {
        let is_plain =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) && name != "select";
        match self.0.as_mut().map_or(0, |random| random.below(if is_plain { 8 } else { 4 })) {
            1 if !name.contains(']') => format!("[{name}]"),
            2 => format!("`{}`", name.replace('`', "``")),
            4.. => name.to_owned(),
            _ => quoted(name),
        }
    }

    fn list<'n>(&mut self, names: impl IntoIterator<Item = &'n String>) -> String {
        let mut text = String::new();
        for name in names {
            if !text.is_empty() {
                text += ",";
                text += self.space();
            }
            text += &self.name(name);
        }
        text
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn conflict(clause: &str) -> String {
    if clause.is_empty() { String::new() } else { format!(" ON CONFLICT {clause}") }
}

pub(super) fn rule(style: &mut Style, named: &Named, of_table: bool) -> String {
    let mut text = String::new();
    if let Some(name) = &named.name {
        text = format!("CONSTRAINT{}{}{}", style.gap(), style.name(name), style.gap());
    }
    text += &match &named.rule {
        Rule::NotNull { conflict: clause } => format!("NOT{}NULL{}", style.gap(), conflict(clause)),
        Rule::Null => "NULL".to_owned(),
        Rule::Key { primary, parts, conflict: clause, end } => {
            let mut parts_text = String::new();
            for (name, order) in parts {
                parts_text += if parts_text.is_empty() { "" } else { ", " };
                parts_text += &format!("{}{order}", style.name(name));
            }
            let words = if *primary { format!("PRIMARY{}KEY", style.gap()) } else { "UNIQUE".to_owned() };
            if of_table {
                let inner = if end.is_empty() { String::new() } else { format!(" {end}") };
                format!("{words}{}({parts_text}{inner}){}", style.space(), conflict(clause))
            } else if *end == "DESC" {
                format!("{words} DESC{}", conflict(clause))
            } else {
                let end = if end.is_empty() { String::new() } else { format!(" {end}") };
                format!("{words}{}{end}", conflict(clause))
            }
        }
        Rule::Check(expression) => format!("CHECK{}{}", style.space(), expression.text),
        Rule::Default(value) => format!("DEFAULT{}{value}", style.gap()),
        Rule::Deferral(clause) => (*clause).to_owned(),
        Rule::Collate(name) => format!("COLLATE{}{name}", style.gap()),
        Rule::Foreign { columns, table, to, clauses } => {
            let own =
                if of_table { format!("FOREIGN KEY ({}) ", style.list(columns)) } else { String::new() };
            let to =
                if to.is_empty() { String::new() } else { format!("{}({})", style.space(), style.list(to)) };
            let clauses = if clauses.is_empty() { String::new() } else { format!(" {clauses}") };
            format!("{own}REFERENCES{}{}{to}{clauses}", style.gap(), style.name(table))
        }
        Rule::Generated { expression, stored } => {
            format!(
                "GENERATED ALWAYS AS{}{}{}",
                style.space(),
                expression.text,
                if *stored { " STORED" } else { "" }
            )
        }
    };
    text
}

pub(super) fn column(style: &mut Style, column: &Column) -> String {
    let mut text = style.name(&column.name);
    if !column.of_type.is_empty() {
        text += " ";
        text += &column.of_type;
    }
    for (place, named) in column.rules.iter().enumerate() {
        // A comment behind a type is a part of it before GENERATED ALWAYS.
        let is_first = place == 0 && matches!(named.rule, Rule::Generated { .. }) && named.name.is_none();
        text += if is_first { " " } else { style.gap() };
        text += &rule(style, named, false);
    }
    text
}

pub(super) fn table(style: &mut Style, table: &Table, with_late: bool) -> String {
    let mut text = format!("CREATE TABLE {}{}(", style.name(&table.name), style.space());
    for (place, own) in table.columns.iter().filter(|column| with_late || !column.is_late).enumerate() {
        if place > 0 {
            text += &format!("{},{}", style.space(), style.space());
        }
        text += &column(style, own);
    }
    for named in &table.rules {
        text += &format!("{},{}{}", style.space(), style.space(), rule(style, named, true));
    }
    let options = [table.strict.then_some("STRICT"), table.without_rowid.then_some("WITHOUT ROWID")];
    let options: Vec<&str> = options.into_iter().flatten().collect();
    let end = style.space();
    format!("{text}{end}) {}", options.join(", "))
}

pub(super) fn index(index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    format!(
        "CREATE {unique}INDEX {} ON {} {}{}",
        quoted(&index.name),
        quoted(&index.table),
        index.parts.text,
        index.condition
    )
}

/// The statements that make the indexes, views and triggers.
pub(super) fn around(schema: &Schema) -> Vec<String> {
    let indexes = schema.indexes.iter().map(index);
    indexes.chain(schema.objects.iter().map(|object| object.sql.clone())).collect()
}

pub(super) fn action(style: &mut Style, action: &Action) -> String {
    match action {
        Action::SetType { column, of_type, collation, using } => {
            let collation = collation.map_or(String::new(), |name| format!(" COLLATE {name}"));
            let using = using.as_ref().map_or(String::new(), |using| format!(" USING {using}"));
            format!("ALTER COLUMN {} TYPE {of_type}{collation}{using}", style.name(column))
        }
        Action::SetNotNull(column) => format!("ALTER {} SET NOT NULL", style.name(column)),
        Action::DropNotNull(column) => format!("ALTER {} DROP NOT NULL", style.name(column)),
        Action::SetDefault(column, value) => format!("ALTER {} SET DEFAULT {value}", style.name(column)),
        Action::DropDefault(column) => format!("ALTER {} DROP DEFAULT", style.name(column)),
        Action::Add(own) => format!("ADD COLUMN {}", column(style, own)),
        Action::Drop(column) => format!("DROP COLUMN {}", style.name(column)),
        Action::AddRule(named, validate) => {
            format!("ADD {}{}", rule(style, named, true), if *validate { "" } else { " NOT VALID" })
        }
        Action::DropRule(name) => format!("DROP CONSTRAINT {}", style.name(name)),
    }
}

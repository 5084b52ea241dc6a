//! A schema as short text, for tests.

use crate::schema::{
    Column, Deferrable, Direction, ForeignKey, Identity, Index, IndexPart, Nulls, ReferentialAction, Schema,
    Table,
};

use super::types::words;

/// Tables with their columns, constraints and indexes, then enums; a line each.
pub(crate) fn sketch(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for table in &schema.tables {
        self::table(table, &mut lines);
    }
    for definition in &schema.enums {
        let mut line = format!("enum {}: {}", definition.name, definition.values.join(", "));
        for (new, old) in &definition.renamed_values {
            line += &format!(" [{new} was {old}]");
        }
        line += &option(" was ", definition.renamed_from.as_ref());
        lines.push(line);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn table(table: &Table, lines: &mut Vec<String>) {
    let mut head = table.name.to_string();
    head += &option(" was ", table.renamed_from.as_ref());
    head += if table.options.strict { " strict" } else { "" };
    head += if table.options.without_rowid { " without rowid" } else { "" };
    head += &option(" -- ", table.comment.as_ref().map(|comment| comment.replace('\n', "\\n")).as_ref());
    lines.push(head);
    let mut add = |line: String| lines.push(format!("  {line}"));
    for column in &table.columns {
        add(self::column(column));
    }
    if let Some(key) = &table.primary_key {
        add(format!("primary key {} ({})", name(&key.name), key.columns.join(", ")));
    }
    for unique in &table.uniques {
        let nulls = if unique.nulls_not_distinct { " nulls not distinct" } else { "" };
        let columns = unique.columns.join(", ");
        add(format!("unique {} ({columns}){nulls}{}", name(&unique.name), deferrable(unique.deferrable)));
    }
    for key in &table.foreign_keys {
        add(foreign_key(key));
    }
    for check in &table.checks {
        add(format!("check {}: {}", name(&check.name), check.expression));
    }
    for index in &table.indexes {
        add(self::index(index));
    }
}

fn column(column: &Column) -> String {
    let mut text = format!("{}: {}", column.name, words(&column.type_));
    text += if column.nullable { " null" } else { "" };
    text += match column.identity {
        None => "",
        Some(Identity::Always) => " identity always",
        Some(Identity::ByDefault) => " identity",
        Some(Identity::Serial) => " serial",
    };
    text += &option(" default ", column.default.as_ref());
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "stored" } else { "virtual" };
        text += &format!(" as ({}) {kind}", generated.expression);
    }
    text += &option(" collate ", column.collation.as_ref());
    text += &option(" was ", column.renamed_from.as_ref());
    text += &option(" using ", column.using.as_ref());
    text + &option(" -- ", column.comment.as_ref())
}

fn foreign_key(key: &ForeignKey) -> String {
    let action = |event, action| match action {
        ReferentialAction::NoAction => String::new(),
        ReferentialAction::Restrict => format!(" {event} restrict"),
        ReferentialAction::Cascade => format!(" {event} cascade"),
        ReferentialAction::SetNull => format!(" {event} set null"),
        ReferentialAction::SetDefault => format!(" {event} set default"),
    };
    format!(
        "foreign key {} ({}) to {} ({}){}{}{}",
        name(&key.name),
        key.columns.join(", "),
        key.references,
        key.referenced_columns.join(", "),
        action("on delete", key.on_delete),
        action("on update", key.on_update),
        deferrable(key.deferrable),
    )
}

fn index(index: &Index) -> String {
    let kind = if index.unique { "unique index" } else { "index" };
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let mut text = format!("{kind} {} ({})", index.name, parts.join(", "));
    text += if index.nulls_not_distinct { " nulls not distinct" } else { "" };
    text += &option(" using ", index.method.as_ref());
    if !index.include.is_empty() {
        text += &format!(" include ({})", index.include.join(", "));
    }
    text += &option(" where ", index.condition.as_ref());
    text + &option(" was ", index.renamed_from.as_ref())
}

fn part(part: &IndexPart) -> String {
    let mut text = if part.is_expression { format!("({})", part.key) } else { part.key.clone() };
    text += &option(" collate ", part.collation.as_ref());
    text += &option(" ", part.operator_class.as_ref());
    text += &part.prefix.map_or_else(String::new, |prefix| format!("({prefix})"));
    text += if part.direction == Direction::Descending { " desc" } else { "" };
    text += match part.nulls {
        None => "",
        Some(Nulls::First) => " nulls first",
        Some(Nulls::Last) => " nulls last",
    };
    text
}

fn deferrable(deferrable: Option<Deferrable>) -> &'static str {
    match deferrable {
        None => "",
        Some(Deferrable::InitiallyImmediate) => " deferrable",
        Some(Deferrable::InitiallyDeferred) => " deferrable initially deferred",
    }
}

fn option(before: &str, text: Option<&impl std::fmt::Display>) -> String {
    text.map_or_else(String::new, |text| format!("{before}{text}"))
}

fn name(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or("unnamed")
}

//! A schema in a few lines, for comparisons that a person can read.

use std::fmt::Write as _;

use alembic_core::schema::{
    Column, Deferrable, Direction, Identity, Index, IndexPart, Nulls, PrimaryKey, ReferentialAction, Schema,
    Table, Type,
};

/// The whole schema.
pub(crate) fn compact(schema: &Schema) -> String {
    let mut text = String::new();
    for table in &schema.tables {
        table_lines(&mut text, table);
    }
    for own in &schema.enums {
        let _ = writeln!(text, "enum {}: {}", own.name, own.values.join(", "));
    }
    for object in &schema.objects {
        let _ = write!(text, "{} {}", object.kind, object.name);
        if let Some(table) = &object.table {
            let _ = write!(text, " on {table}");
        }
        if let Some(definition) = &object.definition {
            let words: Vec<&str> = definition.split_whitespace().collect();
            let _ = write!(text, ": {}", words.join(" "));
        }
        let uses: Vec<String> = object
            .uses
            .iter()
            .map(|own| match &own.column {
                Some(column) => format!("{}.{column}", own.table),
                None => own.table.to_string(),
            })
            .collect();
        if !uses.is_empty() {
            let _ = write!(text, " [{}]", uses.join(", "));
        }
        text.push('\n');
    }
    text
}

fn table_lines(text: &mut String, table: &Table) {
    let _ = write!(text, "{}", table.name);
    for (flag, word) in [(table.options.strict, " strict"), (table.options.without_rowid, " without rowid")] {
        text.push_str(if flag { word } else { "" });
    }
    for more in table.options.elements.iter().chain(&table.options.settings) {
        let _ = write!(text, " {{{}}}", more.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if let Some(comment) = &table.comment {
        let _ = write!(text, " -- {comment}");
    }
    text.push('\n');
    for column in &table.columns {
        let _ = writeln!(text, "  {}", column_line(column));
    }
    let named = |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    if let Some(key) = &table.primary_key {
        let _ = writeln!(text, "  primary key{} ({})", named(&key.name), key_columns(key));
    }
    for unique in &table.uniques {
        let nulls = if unique.nulls_not_distinct { " nulls not distinct" } else { "" };
        let (name, columns) = (named(&unique.name), unique.columns.join(", "));
        let _ = writeln!(text, "  unique{name} ({columns}){nulls}{}", deferrable(unique.deferrable));
    }
    for key in &table.foreign_keys {
        let _ = writeln!(
            text,
            "  foreign key{} ({}) references {} ({}){}{}{}",
            named(&key.name),
            key.columns.join(", "),
            key.references,
            key.referenced_columns.join(", "),
            action(" on delete", key.on_delete),
            action(" on update", key.on_update),
            deferrable(key.deferrable),
        );
    }
    for check in &table.checks {
        let _ = writeln!(text, "  check{}: {}", named(&check.name), check.expression);
    }
    for index in &table.indexes {
        let _ = writeln!(text, "  {}", index_line(index));
    }
}

fn column_line(column: &Column) -> String {
    let mut text = format!("{} {}", column.name, type_(&column.type_));
    if let Some(collation) = &column.collation {
        let _ = write!(text, " collate {collation}");
    }
    if !column.nullable {
        text.push_str(" not null");
    }
    if let Some(default) = &column.default {
        let _ = write!(text, " default {default}");
    }
    text.push_str(match column.identity {
        None => "",
        Some(Identity::Always) => " identity always",
        Some(Identity::ByDefault) => " identity",
        Some(Identity::Serial) => " serial",
    });
    if column.sequence_type() != &column.type_ {
        let _ = write!(text, " of {}", type_(column.sequence_type()));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "stored" } else { "virtual" };
        let _ = write!(text, " {kind} as {}", generated.expression);
    }
    if let Some(check) = &column.check {
        let _ = write!(text, " check {check}");
    }
    if let Some(more) = &column.more {
        let _ = write!(text, " {{{more}}}");
    }
    if let Some(comment) = &column.comment {
        let _ = write!(text, " -- {comment}");
    }
    text
}

fn type_(type_: &Type) -> String {
    match type_ {
        Type::Sql(words) => words.clone(),
        Type::Enum(name) => format!("enum {name}"),
        Type::Array(element) => format!("array of {}", self::type_(element)),
        other => format!("{other:?}"),
    }
}

fn index_line(index: &Index) -> String {
    let unique = if index.unique { "unique " } else { "" };
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let mut text = format!("{unique}index {} ({})", index.name, parts.join(", "));
    if index.nulls_not_distinct {
        text.push_str(" nulls not distinct");
    }
    if let Some(method) = &index.method {
        let _ = write!(text, " using {method}");
    }
    if !index.include.is_empty() {
        let _ = write!(text, " include ({})", index.include.join(", "));
    }
    if let Some(condition) = &index.condition {
        let _ = write!(text, " where {condition}");
    }
    text
}

fn part(part: &IndexPart) -> String {
    let mut text = if part.is_expression { format!("({})", part.key) } else { part.key.clone() };
    if let Some(length) = part.prefix {
        let _ = write!(text, "({length})");
    }
    if let Some(collation) = &part.collation {
        let _ = write!(text, " collate {collation}");
    }
    if let Some(class) = &part.operator_class {
        let _ = write!(text, " {class}");
    }
    if part.direction == Direction::Descending {
        text.push_str(" desc");
    }
    text.push_str(match part.nulls {
        None => "",
        Some(Nulls::First) => " nulls first",
        Some(Nulls::Last) => " nulls last",
    });
    text
}

fn action(when: &str, action: ReferentialAction) -> String {
    let words = match action {
        ReferentialAction::NoAction => return String::new(),
        ReferentialAction::Restrict => "restrict",
        ReferentialAction::Cascade => "cascade",
        ReferentialAction::SetNull => "set null",
        ReferentialAction::SetDefault => "set default",
    };
    format!("{when} {words}")
}

fn deferrable(deferrable: Option<Deferrable>) -> &'static str {
    match deferrable {
        None => "",
        Some(Deferrable::InitiallyImmediate) => " deferrable",
        Some(Deferrable::InitiallyDeferred) => " deferrable initially deferred",
    }
}

fn key_columns(key: &PrimaryKey) -> String {
    let prefixes = key.prefixes.iter().copied().chain(std::iter::repeat(None));
    let columns = key.columns.iter().zip(prefixes).map(|(column, prefix)| {
        prefix.map_or_else(|| column.clone(), |length| format!("{column}({length})"))
    });
    columns.collect::<Vec<_>>().join(", ")
}

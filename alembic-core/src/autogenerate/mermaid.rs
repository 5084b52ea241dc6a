//! A schema as a picture: an entity diagram in the words of Mermaid.

use std::fmt::Write as _;

use crate::dialect::type_word;
use crate::schema::{Column, Schema, Table};
use crate::sql::Dialect;

/// The tables, their columns and what refers to what, as an `erDiagram`.
#[must_use]
pub fn mermaid(schema: &Schema, dialect: Dialect) -> String {
    let mut text = String::from("erDiagram\n");
    for table in &schema.tables {
        if table.columns.is_empty() {
            let _ = writeln!(text, "    {}", entity(&table.name.to_string()));
            continue;
        }
        let _ = writeln!(text, "    {} {{", entity(&table.name.to_string()));
        for column in &table.columns {
            let word = type_word(dialect, table.options.strict, &column.type_, &schema.enums);
            let word = plain(&word.unwrap_or_default().to_lowercase());
            let _ = writeln!(text, "        {word} {}{}", plain(&column.name), keys(table, column));
        }
        text.push_str("    }\n");
    }
    for table in &schema.tables {
        for key in &table.foreign_keys {
            let is_unique = is_unique(table, &key.columns);
            let may_be_none =
                key.columns.iter().any(|name| table.column(name).is_some_and(|column| column.nullable));
            let from = if is_unique { "|o" } else { "}o" };
            let to = if may_be_none { "o|" } else { "||" };
            let _ = writeln!(
                text,
                "    {} {from}--{to} {} : \"{}\"",
                entity(&table.name.to_string()),
                entity(&key.references.to_string()),
                key.columns.join(", ").replace('"', "'")
            );
        }
    }
    text
}

/// Whether no two rows have the same in these columns.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns == columns);
    let has_index = table.indexes.iter().any(|index| {
        index.unique && index.condition.is_none() && index.parts.iter().map(|part| &part.key).eq(columns)
    });
    is_key || has_index || table.uniques.iter().any(|unique| unique.columns == columns)
}

/// The keys that a column belongs to, with a blank before.
pub(super) fn keys(table: &Table, column: &Column) -> String {
    let has = |columns: &[String]| columns.contains(&column.name);
    let mut keys = Vec::new();
    if table.primary_key.as_ref().is_some_and(|key| has(&key.columns)) {
        keys.push("PK");
    }
    if table.foreign_keys.iter().any(|key| has(&key.columns)) {
        keys.push("FK");
    }
    if table.uniques.iter().any(|unique| unique.columns.len() == 1 && has(&unique.columns)) {
        keys.push("UK");
    }
    if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) }
}

/// The name of an entity: in quotes where it is no simple word.
fn entity(name: &str) -> String {
    if plain(name) == name { name.to_owned() } else { format!("\"{}\"", name.replace('"', "'")) }
}

/// A word that Mermaid takes as the type or the name of an attribute.
fn plain(text: &str) -> String {
    let allowed =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '(' | ')' | '[' | ']');
    let mut plain: String = text.chars().map(|letter| if allowed(letter) { letter } else { '_' }).collect();
    if !plain.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        plain.insert(0, '_');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ForeignKey, ObjectName, PrimaryKey, ReferentialAction, Type, Unique};

    #[test]
    fn tables_and_what_they_refer_to() {
        let mut users = Table::new(ObjectName::new("users"));
        users.columns = vec![
            Column::new("id", Type::BigInteger),
            Column::new("e-mail", Type::Varchar(20)),
            Column::new("at", Type::Sql("timestamp(3) without time zone".into())),
        ];
        users.primary_key = Some(PrimaryKey {
            definition: None,
            name: None,
            columns: vec!["id".into()],
            prefixes: Vec::new(),
        });
        let columns = vec!["e-mail".to_owned()];
        users.uniques = vec![Unique {
            definition: None,
            name: None,
            columns,
            nulls_not_distinct: false,
            deferrable: None,
        }];
        let mut posts = Table::new(ObjectName::new("my posts"));
        posts.columns = vec![Column { nullable: true, ..Column::new("author", Type::BigInteger) }];
        posts.foreign_keys = vec![ForeignKey {
            definition: None,
            name: None,
            columns: vec!["author".into()],
            references: ObjectName::new("users"),
            referenced_columns: vec!["id".into()],
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            deferrable: None,
        }];
        let schema = Schema { tables: vec![posts, users], ..Schema::default() };
        let expected = "erDiagram
    \"my posts\" {
        bigint author FK
    }
    users {
        bigint id PK
        varchar(20) e_mail UK
        timestamp(3)_without_time_zone at
    }
    \"my posts\" }o--o| users : \"author\"
";
        assert_eq!(mermaid(&schema, Dialect::Postgresql), expected);
    }
}

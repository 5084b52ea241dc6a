//! Tables of which it is certain, without asking the database, that they are as they should be.
//!
//! What a database makes of the generic form of a table is that table again ([`generic`](crate::dialect::generic)). So a table
//! whose generic form says what the models say needs no scratch database: which leaves nothing to be made there where models
//! and database agree.

use crate::dialect::{generic_type, type_word};
use crate::schema::{Column, Enum, Identity, Index, ReferentialAction, Schema, Table, TableOptions, Type};
use crate::sql::Dialect;
use crate::sql::expression::canonical;

/// Whether a table, in its generic form, says what the desired one does.
///
/// Definitions that say more than the fields do count only if `tells_definitions`: models have no words for them.
pub(super) fn is_settled(
    dialect: Dialect,
    generic: &Table,
    desired: &Table,
    enums: &[Enum],
    tells_definitions: bool,
) -> bool {
    match (form(dialect, generic, enums), form(dialect, desired, enums)) {
        (Some(mut one), Some(other)) => {
            if !tells_definitions {
                without_definitions(&mut one);
            }
            one == other
        }
        _ => false,
    }
}

fn without_definitions(table: &mut Table) {
    table.primary_key.iter_mut().for_each(|key| key.definition = None);
    table.uniques.iter_mut().for_each(|unique| unique.definition = None);
    table.foreign_keys.iter_mut().for_each(|key| key.definition = None);
    table.checks.iter_mut().for_each(|check| check.definition = None);
    table.indexes.iter_mut().for_each(|index| index.definition = None);
}

/// A form that two tables share only if the database cannot tell them apart. None where it cannot be known.
fn form(dialect: Dialect, table: &Table, enums: &[Enum]) -> Option<Table> {
    let mut form = table.clone();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mend = |text: &mut String| *text = canonical(text, dialect, &names);
    let key: &[String] = table.primary_key.as_ref().map_or(&[], |key| &key.columns);
    for column in &mut form.columns {
        let is_key = key.contains(&column.name);
        mend_column(dialect, column, is_key, table.options.strict, enums)?;
        column.default.iter_mut().for_each(mend);
        column.generated.iter_mut().for_each(|generated| mend(&mut generated.expression));
    }
    form.columns.sort_by(|a, b| a.name.cmp(&b.name));
    form.checks.iter_mut().for_each(|check| mend(&mut check.expression));
    form.indexes.iter_mut().for_each(|index| mend_index(index, &mend));
    if dialect == Dialect::Mysql {
        form.primary_key.iter_mut().for_each(|key| key.name = None);
        for key in &mut form.foreign_keys {
            for action in [&mut key.on_delete, &mut key.on_update] {
                if *action == ReferentialAction::Restrict {
                    *action = ReferentialAction::NoAction;
                }
            }
            key.deferrable = None;
        }
    }
    if dialect == Dialect::Sqlite {
        form.comment = None;
    } else {
        let TableOptions { partition_by, elements, settings, .. } = form.options;
        form.options = TableOptions { partition_by, elements, settings, ..TableOptions::default() };
    }
    form.uniques.sort_by(|a, b| a.name.cmp(&b.name));
    form.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    form.checks.sort_by(|a, b| a.name.cmp(&b.name));
    form.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    form.renamed_from = None;
    Some(form)
}

fn mend_column(
    dialect: Dialect,
    column: &mut Column,
    is_key: bool,
    strict: bool,
    enums: &[Enum],
) -> Option<()> {
    // A type of the user's own words has to be looked at by the database, unless it is one of its own words.
    if let Type::Sql(words) = &column.type_ {
        column.type_ = generic_type(dialect, words);
    }
    let sequence_differs = *column.sequence_type() != column.type_;
    column.sequence = column.sequence.take().filter(|_| sequence_differs);
    let word = type_word(dialect, strict, &column.type_, enums)?;
    let word: String = word.split_whitespace().collect();
    column.type_ = Type::Sql(word.to_ascii_lowercase());
    (column.renamed_from, column.using) = (None, None);
    if is_key && dialect != Dialect::Sqlite {
        column.nullable = false;
    }
    if dialect == Dialect::Sqlite {
        column.comment = None;
        column.collation.iter_mut().for_each(|collation| collation.make_ascii_uppercase());
    }
    if dialect != Dialect::Postgresql && column.identity.is_some() {
        column.identity = Some(Identity::ByDefault);
    }
    Some(())
}

fn mend_index(index: &mut Index, mend: &impl Fn(&mut String)) {
    index.condition.iter_mut().for_each(mend);
    index.parts.iter_mut().filter(|part| part.is_expression).for_each(|part| mend(&mut part.key));
    index.renamed_from = None;
}

/// Says what a foreign key refers to where only a table is named: its primary key.
pub(super) fn fill_references(schema: &mut Schema) {
    let keys: std::collections::HashMap<_, _> = schema
        .tables
        .iter()
        .filter_map(|table| Some((table.name.clone(), table.primary_key.as_ref()?.columns.clone())))
        .collect();
    for key in schema.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
        if key.referenced_columns.is_empty()
            && let Some(columns) = keys.get(&key.references)
        {
            key.referenced_columns.clone_from(columns);
        }
    }
}

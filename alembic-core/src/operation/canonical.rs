//! Reflections in a form in which what means the same is the same.
//!
//! The databases normalise nearly everything themselves. What is left is what SQLite keeps as it was written, the indexes
//! that MySQL makes for foreign keys by itself, and numbers that PostgreSQL has read as another type's.

use crate::schema::{Column, Direction, ForeignKey, Index, IndexPart, ObjectName, Schema, Sequence, Type};
use crate::sql::default::{number_without_quotes, string_of_quotes};
use crate::sql::expression::canonical as canonical_expression;
use crate::sql::{Dialect, types};

/// The canonical form of a reflection; only for comparisons.
pub(super) fn canonical(schema: &Schema, dialect: Dialect) -> Schema {
    let mut schema = schema.clone();
    for table in &mut schema.tables {
        let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mend = |expression: &mut String| *expression = canonical_expression(expression, dialect, &names);
        for column in &mut table.columns {
            canonical_column(column, dialect, &mend);
        }
        table.checks.iter_mut().for_each(|check| mend(&mut check.expression));
        for index in &mut table.indexes {
            index.condition.iter_mut().for_each(mend);
            index.renamed_from = None;
            for part in &mut index.parts {
                if part.is_expression {
                    mend(&mut part.key);
                }
                upper_on_sqlite(&mut part.collation, dialect);
            }
        }
        if dialect == Dialect::Mysql {
            let keys = std::mem::take(&mut table.foreign_keys);
            table.indexes.retain(|index| !keys.iter().any(|key| is_made_for(index, key)));
            table.foreign_keys = keys;
        }
    }
    schema
}

fn canonical_column(column: &mut Column, dialect: Dialect, mend: &impl Fn(&mut String)) {
    if let (Dialect::Sqlite, Type::Sql(words)) = (dialect, &mut column.type_) {
        *words = types::canonical(words);
    }
    if dialect == Dialect::Sqlite {
        column.default.iter_mut().for_each(string_of_quotes);
    }
    if dialect == Dialect::Postgresql && is_number(&column.type_) {
        column.default.iter_mut().for_each(number_without_quotes);
    }
    column.default.iter_mut().for_each(mend);
    column.check.iter_mut().for_each(mend);
    column.generated.iter_mut().for_each(|generated| mend(&mut generated.expression));
    upper_on_sqlite(&mut column.collation, dialect);
    column.renamed_from = None;
    column.using = None;
    // Its name is nothing that models say.
    let type_ = column.sequence_type().clone();
    let sequence = column.sequence.take().filter(|_| type_ != column.type_);
    column.sequence = sequence.map(|own| Sequence { name: ObjectName::new(""), ..own });
}

/// Whether its values are numbers, also by PostgreSQL's own words.
fn is_number(type_: &Type) -> bool {
    match type_ {
        Type::Sql(words) => types::is_number(words),
        type_ => type_.is_number(),
    }
}

/// The names of SQLite's collations have no letter case.
fn upper_on_sqlite(collation: &mut Option<String>, dialect: Dialect) {
    if let (Dialect::Sqlite, Some(collation)) = (dialect, collation) {
        collation.make_ascii_uppercase();
    }
}

/// Leaves out the indexes that MySQL has made for foreign keys, where it would make them again under the same name. A column
/// that is numbered needs its own before there is the foreign key.
#[cfg(feature = "driver")]
pub(crate) fn drop_key_indexes(table: &mut crate::schema::Table) {
    let keys = std::mem::take(&mut table.foreign_keys);
    let columns = &table.columns;
    let is_numbered = |index: &Index| {
        columns
            .iter()
            .any(|own| own.identity.is_some() && index.parts.first().is_some_and(|part| part.key == own.name))
    };
    table.indexes.retain(|index| is_numbered(index) || !keys.iter().any(|key| *index == key_index(key)));
    table.foreign_keys = keys;
}

/// Whether MySQL has made an index for a foreign key: it is called like the key, or like its first column where nobody
/// has named the key ("FOREIGN KEY Constraints": then the server calls that `table_ibfk_1`).
pub(super) fn is_made_for(index: &Index, key: &ForeignKey) -> bool {
    let own = key_index(key);
    if *index == own {
        return true;
    }
    let is_unnamed = key.name.as_ref().is_none_or(|name| name.contains("_ibfk_"));
    let number = key.columns.first().and_then(|first| index.name.strip_prefix(first.as_str()));
    let is_called_so = number.is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix('_').is_some_and(|number| number.parse::<u32>().is_ok())
    });
    is_unnamed && is_called_so && *index == Index { name: index.name.clone(), ..own }
}

/// The index that MySQL makes for a foreign key where no other fits.
pub(super) fn key_index(key: &ForeignKey) -> Index {
    let part = |column: &String| IndexPart {
        key: column.clone(),
        is_expression: false,
        direction: Direction::Ascending,
        nulls: None,
        collation: None,
        operator_class: None,
        prefix: None,
    };
    Index {
        definition: None,
        is_invalid: false,
        name: key.name.clone().unwrap_or_default(),
        parts: key.columns.iter().map(part).collect(),
        unique: false,
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        condition: None,
        renamed_from: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_postgresql_has_read_as_another_types() {
        let check = |type_: Type, default: &str, expected: &str| {
            let mut column = Column { default: Some(default.to_owned()), ..Column::new("a", type_) };
            canonical_column(&mut column, Dialect::Postgresql, &|_| {});
            assert_eq!(column.default.as_deref(), Some(expected));
        };
        let sql = |words: &str| Type::Sql(words.to_owned());
        check(sql("real"), "'1000'::numeric", "1000");
        check(sql("bigint"), "'-1'", "-1");
        check(sql("numeric(10,2)"), "'-1.5'::numeric(10,2)", "-1.5");
        check(Type::Integer, "'-1'::integer", "-1");
        check(Type::Integer, "-1", "-1");
        check(sql("numeric"), "'NaN'::numeric", "'NaN'::numeric");
        check(sql("integer"), "'1'::integer + f('2')", "'1'::integer + f('2')");
        check(sql("text"), "'1000'", "'1000'");
        check(sql("numeric[]"), "'1'", "'1'");
    }
}

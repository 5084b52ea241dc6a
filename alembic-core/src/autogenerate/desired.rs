//! What is desired, by whoever says it.

use super::names::{adopt_names, earlier};
use super::rust::has_target;
use crate::dialect::sqlite::definition::affinity;
use crate::dialect::{Namespace, is_larger, type_word};
use crate::models::Aspect;
use crate::schema::{Column, Enum, Filter, ForeignKey, Index, ObjectName, Schema, Table, Type};
use crate::sql::expression::{identifier, mentions, rename, tokens};
use crate::sql::{Dialect, TokenKind};

/// Takes from the actual schema what the source of the desired one has no words for.
pub(super) fn fill_untold(desired: &mut Schema, actual: &Schema, untold: &[Aspect], dialect: Dialect) {
    if untold.is_empty() {
        return;
    }
    for table in &mut desired.tables {
        if let Some(found) = earlier(table, actual) {
            for aspect in untold {
                fill_table(table, found, actual, *aspect, dialect);
            }
        }
    }
    let names: Vec<ObjectName> = desired.tables.iter().map(|table| table.name.clone()).collect();
    for table in &mut desired.tables {
        // What the source cannot say of a table that it has not got does not hold it back from being dropped.
        table
            .foreign_keys
            .retain(|key| names.contains(&key.references) || actual.table(&key.references).is_none());
    }
}

/// Takes from a database of SQLite the foreign keys that refer to nothing, to tables that are gone or to what is no key: no
/// source has words for them, and SQLite itself ignores them until a row is written.
pub(super) fn fill_unusable_keys(desired: &mut Schema, actual: &Schema, filter: &Filter) {
    let names: Vec<ObjectName> = desired.tables.iter().map(|table| table.name.clone()).collect();
    for table in &mut desired.tables {
        let Some(found) = earlier(table, actual) else { continue };
        for key in found.foreign_keys.iter().filter(|key| !has_target(actual, filter, key)) {
            let is_gone = actual.table(&key.references).is_none();
            let is_same = |own: &ForeignKey| own.columns == key.columns && own.references == key.references;
            let has_columns = key.columns.iter().all(|column| table.column(column).is_some());
            let is_told =
                (is_gone && names.contains(&key.references)) || table.foreign_keys.iter().any(is_same);
            if has_columns && !is_told {
                table.foreign_keys.push(key.clone());
            }
        }
    }
}

/// Takes from the actual schema what no model has words for: how many characters of its columns a primary key has and whether
/// these may be NULL on SQLite, how the rows of a table are parted and stored, how an identity column counts, and what MySQL
/// prints of a column besides.
pub(super) fn fill_unsaid(desired: &mut Schema, actual: &Schema) {
    for table in &mut desired.tables {
        if let Some(found) = earlier(table, actual) {
            table.options.partition_by.clone_from(&found.options.partition_by);
            table.options.elements.clone_from(&found.options.elements);
            table.options.settings.clone_from(&found.options.settings);
            for_columns(table, found, |own, found| {
                own.more.clone_from(&found.more);
                if own.identity == found.identity {
                    own.identity_options.clone_from(&found.identity_options);
                    keep_wider_sequence(own, found);
                }
            });
        }
        if let Some(found_table) = earlier(table, actual)
            && let Some(found) = &found_table.primary_key
            && let Some(own) = table.primary_key.as_mut().filter(|own| own.columns == found.columns)
        {
            own.prefixes.clone_from(&found.prefixes);
            let key = own.columns.clone();
            for_columns(table, found_table, |own, found| {
                own.nullable |= found.nullable && key.contains(&own.name);
            });
        }
    }
}

/// PostgreSQL: a sequence counts further than its column where it was made before it had a type. One that ends before its column
/// is a difference.
fn keep_wider_sequence(own: &mut Column, found: &Column) {
    let rank = |type_: &Type| {
        let word = type_word(Dialect::Postgresql, false, type_, &[])?;
        ["SMALLINT", "INTEGER", "BIGINT"].iter().position(|own| word.eq_ignore_ascii_case(own))
    };
    if own.sequence.is_none() && rank(found.sequence_type()) > rank(&own.type_) && own.type_ == found.type_ {
        own.sequence.clone_from(&found.sequence);
    }
}

/// Takes from the actual tables the definitions of what is the same but for them: no model has words for what they say.
pub(super) fn fill_definitions(normal: &mut Schema, actual: &Schema, desired: &Schema) {
    for table in &mut normal.tables {
        let Some(found) = desired.table(&table.name).and_then(|own| earlier(own, actual)) else { continue };
        macro_rules! fill {
            ($parts:ident) => {
                for own in table.$parts.iter_mut().filter(|own| own.definition.is_none()) {
                    let of_name = found.$parts.iter().filter(|other| other.name == own.name);
                    for other in of_name.chain(&found.$parts) {
                        let mut bare = other.clone();
                        (bare.definition, bare.name) = (None, own.name.clone());
                        if bare == *own {
                            own.definition.clone_from(&other.definition);
                            break;
                        }
                    }
                }
            };
        }
        fill!(uniques);
        fill!(foreign_keys);
        fill!(checks);
        fill!(indexes);
        if let (Some(own), Some(other)) = (&mut table.primary_key, &found.primary_key)
            && own.columns == other.columns
        {
            own.definition.clone_from(&other.definition);
        }
    }
}

/// Leaves out views, where the source has no other words for them than for tables.
pub(super) fn without_views(desired: &mut Schema, actual: &Schema, untold: &[Aspect]) {
    let is_view = |table: &Table| {
        actual.objects.iter().any(|thing| thing.kind.ends_with("view") && thing.name == table.name)
    };
    if !untold.is_empty() {
        desired.tables.retain(|table| actual.table(&table.name).is_some() || !is_view(table));
    }
}

/// Finds the enums that models name in the words of the database. Their values are left as they are.
pub(super) fn name_enums(desired: &mut Schema, actual: &Schema, namespaces: &[Namespace]) {
    let mut named = Vec::new();
    for column in desired.tables.iter_mut().flat_map(|table| &mut table.columns) {
        name_enum(&mut column.type_, &actual.enums, namespaces, &mut named);
    }
    for own in named {
        if !desired.enums.iter().any(|other| other.name == own.name) {
            desired.enums.push(own);
        }
    }
}

fn name_enum(type_: &mut Type, enums: &[Enum], namespaces: &[Namespace], named: &mut Vec<Enum>) {
    let mut find = |words: &str| {
        let found = enums.iter().find(|own| is_name_of(words, &own.name, namespaces))?;
        named.push(found.clone());
        Some(Type::Enum(found.name.clone()))
    };
    match type_ {
        Type::Sql(words) => {
            let found = match words.trim_end().strip_suffix("[]") {
                Some(element) => find(element).map(|element| Type::Array(Box::new(element))),
                None => find(words),
            };
            if let Some(found) = found {
                *type_ = found;
            }
        }
        Type::Array(element) => name_enum(element, enums, namespaces, named),
        Type::Worded { type_: other, sqlite, postgresql, mysql } => {
            if let Some(found) = postgresql.as_deref().and_then(find) {
                // The others have the words that they had.
                let word = |words: &Option<String>, dialect| {
                    words.clone().or_else(|| type_word(dialect, false, other, &[]))
                };
                (*sqlite, *mysql) = (word(sqlite, Dialect::Sqlite), word(mysql, Dialect::Mysql));
                (**other, *postgresql) = (found, None);
            }
        }
        _ => {}
    }
}

/// Whether PostgreSQL reads these words as the name of an enum.
fn is_name_of(words: &str, name: &ObjectName, namespaces: &[Namespace]) -> bool {
    let read = |token: &crate::sql::Token| match token.kind {
        TokenKind::Word => Some(token.text(words).to_lowercase()),
        TokenKind::QuotedIdentifier => Some(identifier(token.text(words))),
        _ => None,
    };
    let schema_is = |schema: String| match &name.schema {
        Some(own) => *own == schema,
        None => namespaces.iter().any(|own| own.shown.is_none() && own.name == schema),
    };
    match tokens(words, Dialect::Postgresql).as_slice() {
        [own] => name.schema.is_none() && read(own).as_ref() == Some(&name.name),
        [schema, point, own] if point.text(words) == "." => {
            read(own).as_ref() == Some(&name.name) && read(schema).is_some_and(schema_is)
        }
        _ => false,
    }
}

fn fill_table(table: &mut Table, actual: &Table, all: &Schema, aspect: Aspect, dialect: Dialect) {
    let columns = Columns { desired: &table.columns, actual, dialect };
    match aspect {
        Aspect::Defaults => for_columns(table, actual, |own, found| own.default.clone_from(&found.default)),
        Aspect::Identities => for_columns(table, actual, |own, found| own.identity = found.identity),
        Aspect::Generated => {
            for_columns(table, actual, |own, found| own.generated.clone_from(&found.generated));
        }
        Aspect::Collations => {
            for_columns(table, actual, |own, found| own.collation.clone_from(&found.collation));
        }
        Aspect::Comments => {
            table.comment.clone_from(&actual.comment);
            for_columns(table, actual, |own, found| own.comment.clone_from(&found.comment));
        }
        Aspect::Uniques => {
            let mut uniques = actual.uniques.clone();
            uniques.retain_mut(|unique| columns.follow(&mut unique.columns));
            table.uniques = uniques;
        }
        Aspect::Checks => {
            let mut checks = actual.checks.clone();
            checks.retain_mut(|check| columns.follow_in(&mut check.expression));
            table.checks = checks;
        }
        Aspect::Indexes => {
            let mut indexes = actual.indexes.clone();
            indexes.retain_mut(|index| columns.follow_in_index(index));
            table.indexes = indexes;
        }
        Aspect::ForeignKeys => fill_foreign_keys(table, actual, all, dialect),
        Aspect::Names => adopt_names(table, actual, None),
        Aspect::Sizes => for_columns(table, actual, |own, found| {
            if lacks_size(&own.type_, &found.type_, dialect) {
                own.type_.clone_from(&found.type_);
            }
        }),
        Aspect::DeclaredTypes => for_columns(table, actual, |own, found| {
            if dialect == Dialect::Sqlite && is_stored_alike(&own.type_, &found.type_) {
                own.type_.clone_from(&found.type_);
            }
        }),
    }
}

fn for_columns(table: &mut Table, actual: &Table, fill: impl Fn(&mut Column, &Column)) {
    for column in &mut table.columns {
        let earlier = column.renamed_from.as_deref().and_then(|name| actual.column(name));
        if let Some(found) = actual.column(&column.name).or(earlier) {
            fill(column, found);
        }
    }
}

/// What has become of the columns of a table: what the source does not tell follows them, and goes with them.
struct Columns<'a> {
    desired: &'a [Column],
    actual: &'a Table,
    dialect: Dialect,
}

impl Columns<'_> {
    /// What a column of the actual table is called now. None if it goes.
    fn now(&self, column: &str) -> Option<&str> {
        let has = |own: &&Column| own.name == column;
        let had = |own: &&Column| own.renamed_from.as_deref() == Some(column);
        let found = self.desired.iter().find(has).or_else(|| self.desired.iter().find(had));
        found.map(|own| own.name.as_str())
    }

    fn follow(&self, columns: &mut [String]) -> bool {
        columns.iter_mut().all(|column| match self.now(column) {
            Some(now) => {
                now.clone_into(column);
                true
            }
            None => false,
        })
    }

    fn follow_in(&self, expression: &mut String) -> bool {
        let mentioned: Vec<&Column> = self
            .actual
            .columns
            .iter()
            .filter(|column| mentions(expression, self.dialect, &column.name))
            .collect();
        mentioned.into_iter().all(|column| match self.now(&column.name) {
            Some(now) => {
                if now != column.name {
                    *expression = rename(expression, self.dialect, &column.name, now);
                }
                true
            }
            None => false,
        })
    }

    fn follow_in_index(&self, index: &mut Index) -> bool {
        let parts = index.parts.iter_mut().all(|part| {
            if part.is_expression {
                self.follow_in(&mut part.key)
            } else {
                self.follow(std::slice::from_mut(&mut part.key))
            }
        });
        parts
            && self.follow(&mut index.include)
            && index.condition.iter_mut().all(|condition| self.follow_in(condition))
    }
}

/// A foreign key of one column to another table's primary key is told, where it is the only one between the two, and what
/// it does is not. Others are not told at all.
fn fill_foreign_keys(table: &mut Table, actual: &Table, all: &Schema, dialect: Dialect) {
    let same = |own: &ForeignKey, found: &ForeignKey| {
        own.columns == found.columns && own.references == found.references
    };
    for own in &mut table.foreign_keys {
        if let Some(found) = actual.foreign_keys.iter().find(|found| same(own, found)) {
            own.clone_from(found);
        }
    }
    let columns = Columns { desired: &table.columns, actual, dialect };
    let mut untold = actual.foreign_keys.clone();
    untold.retain_mut(|key| is_untold(key, actual, all) && columns.follow(&mut key.columns));
    untold.retain(|found| !table.foreign_keys.iter().any(|own| same(own, found)));
    table.foreign_keys.extend(untold);
}

fn is_untold(key: &ForeignKey, table: &Table, all: &Schema) -> bool {
    let other = all.table(&key.references);
    let between =
        |from: &Table, to: &ObjectName| from.foreign_keys.iter().filter(|key| key.references == *to).count();
    let number = between(table, &key.references) + other.map_or(0, |other| between(other, &table.name));
    let to_key = other
        .and_then(|other| other.primary_key.as_ref())
        .is_some_and(|primary| primary.columns == key.referenced_columns);
    key.columns.len() > 1 || key.references == table.name || number > 1 || !to_key
}

/// Whether a type is the same as one of a database but for a length, precision or scale, and has none itself.
fn lacks_size(own: &Type, found: &Type, dialect: Dialect) -> bool {
    let words = |type_: &Type| match type_ {
        Type::Decimal { precision: None, .. } => Some("DECIMAL".to_owned()),
        Type::Decimal { .. } => Some("DECIMAL(0)".to_owned()),
        type_ => type_word(dialect, false, type_, &[]),
    };
    // Diesel calls all of them `Binary`.
    let is_bytes = |words: &str| {
        let words = words.to_ascii_lowercase();
        ["binary", "varbinary", "tinyblob", "blob", "mediumblob"].iter().any(|word| words.starts_with(word))
    };
    let (Some(own_words), Some(found_words)) = (words(own), words(found)) else { return false };
    is_larger(dialect, &own_words, &found_words)
        || (dialect == Dialect::Mysql && *own == Type::Bytes && is_bytes(&found_words))
}

/// Whether SQLite stores a type like another one, or Diesel calls both the same.
fn is_stored_alike(own: &Type, found: &Type) -> bool {
    let words = |type_: &Type| type_word(Dialect::Sqlite, false, type_, &[]);
    let (Some(own_words), Some(found_words)) = (words(own), words(found)) else { return false };
    let has = |parts: &[&str]| parts.iter().any(|part| found_words.to_ascii_lowercase().contains(part));
    match own {
        Type::Double if has(&["num", "dec"]) => true,
        Type::Boolean if has(&["tinyint"]) => true,
        _ => affinity(&own_words, false) == affinity(&found_words, false),
    }
}

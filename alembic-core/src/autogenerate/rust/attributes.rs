//! What attributes say of tables and columns.

use std::collections::BTreeSet;

use super::{is_single, list, literal, quoted};
use crate::schema::{
    Check, Column, Deferrable, Direction, ForeignKey, Identity, Index, IndexPart, NameTemplate,
    NamingConvention, Nulls, ReferentialAction, Table, Unique,
};
use crate::sql::Dialect;

/// How constraints and indexes of a table are called that are written without a name.
#[derive(Clone, Copy)]
pub(super) struct Naming<'a> {
    convention: &'a NamingConvention,
    /// Constraints have no name then.
    pub(super) is_unnamed: bool,
}

impl<'a> Naming<'a> {
    /// SQLite is the only database in which constraints may have no name. Where one has none the table says so, and others
    /// are written with theirs.
    pub(super) fn of(table: &Table, dialect: Dialect, convention: &'a NamingConvention) -> Naming<'a> {
        let names = (table.primary_key.iter().map(|key| &key.name))
            .chain(table.uniques.iter().map(|unique| &unique.name))
            .chain(table.foreign_keys.iter().map(|key| &key.name))
            .chain(table.checks.iter().map(|check| &check.name));
        let is_unnamed = dialect == Dialect::Sqlite && names.into_iter().any(Option::is_none);
        Naming { convention, is_unnamed }
    }

    /// The name that a constraint gets which has none.
    fn constraint(
        &self,
        template: &NameTemplate,
        table: &Table,
        columns: &[String],
        referred: &str,
    ) -> Option<String> {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        (!self.is_unnamed).then(|| template.name(&table.name.name, &columns, referred))
    }
}

/// What `#[table(…)]` says, each part by itself.
pub(super) fn table_attributes(
    table: &Table,
    naming: Naming<'_>,
    field: &dyn Fn(&str) -> String,
) -> Vec<String> {
    let mut first = vec![format!("name = {}", literal(&table.name.name))];
    first.extend(table.name.schema.as_ref().map(|schema| format!("schema = {}", literal(schema))));
    first.extend(table.comment.as_ref().map(|comment| format!("comment = {}", literal(comment))));
    let options = [
        (table.options.strict, "strict"),
        (table.options.without_rowid, "without_rowid"),
        (naming.is_unnamed, "unnamed_constraints"),
    ];
    first.extend(options.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()));
    let mut lines = vec![first.join(", ")];
    if let Some(key) = table.primary_key.as_ref().filter(|_| !is_plain_key(table, naming)) {
        let name = key.name.as_ref().map_or_else(String::new, |name| format!(", name = {}", literal(name)));
        lines.push(format!("primary_key({}{name})", list(&key.columns, field)));
    }
    for unique in table.uniques.iter().filter(|unique| unique.columns.len() != 1) {
        let mut parts = vec![list(&unique.columns, field)];
        parts.extend(unique_options(table, unique, naming));
        lines.push(format!("unique({})", parts.join(", ")));
    }
    for key in table.foreign_keys.iter().filter(|key| key.columns.len() != 1) {
        let mut parts =
            vec![list(&key.columns, field), format!("references = {}", literal(&referenced(key)))];
        parts.extend(foreign_key_options(table, key, naming));
        lines.push(format!("foreign_key({})", parts.join(", ")));
    }
    for Check { name, expression, .. } in &table.checks {
        let name = name.as_ref().map_or_else(String::new, |name| format!(", name = {}", literal(name)));
        lines.push(format!("check({}{name})", literal(expression)));
    }
    lines.extend(table.indexes.iter().map(|own| index(table, own, naming, field)));
    lines
}

/// Gives names to what is there twice without one.
pub(super) fn name_twins(table: &mut Table, naming: &NamingConvention) {
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.clone());
    let keys = table.foreign_keys.iter().filter_map(|key| key.name.clone());
    let mut taken: BTreeSet<String> = uniques.chain(keys).collect();
    let name = &table.name.name;
    for place in 0..table.uniques.len() {
        let own = &table.uniques[place];
        let twins = table.uniques.iter().filter(|other| other.columns == own.columns).count() > 1;
        if own.name.is_none() && twins {
            let columns: Vec<&str> = own.columns.iter().map(String::as_str).collect();
            let given = naming.unique.unused_name(&mut taken, name, &columns, "");
            table.uniques[place].name = Some(given);
        }
    }
    for place in 0..table.foreign_keys.len() {
        let own = &table.foreign_keys[place];
        let is_twin =
            |other: &&ForeignKey| (&other.columns, &other.references) == (&own.columns, &own.references);
        if own.name.is_none() && table.foreign_keys.iter().filter(is_twin).count() > 1 {
            let columns: Vec<&str> = own.columns.iter().map(String::as_str).collect();
            let given = naming.foreign_key.unused_name(&mut taken, name, &columns, &own.references.name);
            table.foreign_keys[place].name = Some(given);
        }
    }
}

/// Whether the primary key is what `primary_key` at each of its fields says.
fn is_plain_key(table: &Table, naming: Naming<'_>) -> bool {
    let Some(key) = &table.primary_key else { return true };
    let columns = table.columns.iter().filter(|column| key.columns.contains(&column.name));
    let in_order = columns.map(|column| &column.name).eq(&key.columns);
    let usual = naming.constraint(&naming.convention.primary_key, table, &key.columns, "");
    in_order && (key.name.is_none() || key.name == usual)
}

/// What `#[column(…)]` says. `of_type` is what it says of the type.
pub(super) fn column_attributes(
    table: &Table,
    column: &Column,
    naming: Naming<'_>,
    of_type: Option<String>,
) -> Vec<String> {
    let mut parts = Vec::new();
    let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
    if is_key && is_plain_key(table, naming) {
        parts.push("primary_key".to_owned());
    }
    parts.extend(column.identity.map(|identity| {
        match identity {
            Identity::Always => "identity = always",
            Identity::ByDefault => "autoincrement",
            Identity::Serial => "identity = serial",
        }
        .to_owned()
    }));
    parts.extend(of_type);
    parts.extend(column.default.as_ref().map(|default| format!("default = {}", literal(default))));
    parts.extend(column.generated.as_ref().map(|generated| {
        let kind = if generated.stored { "stored" } else { "virtual" };
        format!("generated({}, {kind})", literal(&generated.expression))
    }));
    parts.extend(column.collation.as_ref().map(|collation| format!("collation = {}", literal(collation))));
    for unique in table.uniques.iter().filter(|unique| is_single(&unique.columns, column)) {
        let options = unique_options(table, unique, naming);
        parts.push(if options.is_empty() {
            "unique".to_owned()
        } else {
            format!("unique({})", options.join(", "))
        });
    }
    for key in table.foreign_keys.iter().filter(|key| is_single(&key.columns, column)) {
        let mut options = vec![literal(&referenced(key))];
        options.extend(foreign_key_options(table, key, naming));
        parts.push(format!("references({})", options.join(", ")));
    }
    parts.extend(column.check.as_ref().map(|check| format!("check = {}", literal(check))));
    parts.extend(column.comment.as_ref().map(|comment| format!("comment = {}", literal(comment))));
    parts
}

fn unique_options(table: &Table, unique: &Unique, naming: Naming<'_>) -> Vec<String> {
    let mut options = Vec::new();
    let usual = naming.constraint(&naming.convention.unique, table, &unique.columns, "");
    let twins = table.uniques.iter().filter(|other| other.columns == unique.columns).count() > 1;
    options.extend(named(unique.name.as_ref(), usual.as_ref().filter(|_| !twins)));
    options.extend(unique.nulls_not_distinct.then(|| "nulls_not_distinct".to_owned()));
    options.extend(unique.deferrable.map(deferrable));
    options
}

fn foreign_key_options(table: &Table, key: &ForeignKey, naming: Naming<'_>) -> Vec<String> {
    let mut options = Vec::new();
    for (when, action) in [("on_delete", key.on_delete), ("on_update", key.on_update)] {
        let action = match action {
            ReferentialAction::NoAction => continue,
            ReferentialAction::Restrict => "restrict",
            ReferentialAction::Cascade => "cascade",
            ReferentialAction::SetNull => "set_null",
            ReferentialAction::SetDefault => "set_default",
        };
        options.push(format!("{when} = {action}"));
    }
    options.extend(key.deferrable.map(deferrable));
    let usual = naming.constraint(&naming.convention.foreign_key, table, &key.columns, &key.references.name);
    let is_twin =
        |other: &&ForeignKey| (&other.columns, &other.references) == (&key.columns, &key.references);
    let twins = table.foreign_keys.iter().filter(is_twin).count() > 1;
    options.extend(named(key.name.as_ref(), usual.as_ref().filter(|_| !twins)));
    options
}

/// The name, where it is not the usual one. None is usual where the same is there twice: both have to be named.
fn named(name: Option<&String>, usual: Option<&String>) -> Option<String> {
    name.filter(|name| Some(*name) != usual).map(|name| format!("name = {}", literal(name)))
}

fn deferrable(deferrable: Deferrable) -> String {
    match deferrable {
        Deferrable::InitiallyImmediate => "deferrable",
        Deferrable::InitiallyDeferred => "deferrable = initially_deferred",
    }
    .to_owned()
}

/// `schema.table(columns)`, with quotes around what is no simple word.
fn referenced(key: &ForeignKey) -> String {
    let schema = key.references.schema.as_ref().map_or_else(String::new, |schema| quoted(schema) + ".");
    let columns: Vec<String> = key.referenced_columns.iter().map(|name| quoted(name)).collect();
    format!("{schema}{}({})", quoted(&key.references.name), columns.join(", "))
}

fn index(table: &Table, own: &Index, naming: Naming<'_>, field: &dyn Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = own.parts.iter().map(|part| index_part(part, field)).collect();
    let columns: Vec<&str> = own.parts.iter().map(|part| part.key.as_str()).collect();
    let is_plain = own.parts.iter().all(|part| !part.is_expression);
    let usual = is_plain.then(|| naming.convention.index.name(&table.name.name, &columns, ""));
    let is_only = table.indexes.iter().filter(|other| other.parts == own.parts).count() == 1;
    if usual.filter(|_| is_only).as_ref() != Some(&own.name) {
        parts.push(format!("name = {}", literal(&own.name)));
    }
    parts.extend(own.unique.then(|| "unique".to_owned()));
    parts.extend(own.nulls_not_distinct.then(|| "nulls_not_distinct".to_owned()));
    parts.extend(own.method.as_ref().map(|method| format!("method = {}", literal(method))));
    if !own.include.is_empty() {
        parts.push(format!("include({})", list(&own.include, field)));
    }
    parts.extend(own.condition.as_ref().map(|condition| format!("where = {}", literal(condition))));
    format!("index({})", parts.join(", "))
}

fn index_part(part: &IndexPart, field: &dyn Fn(&str) -> String) -> String {
    let key = if part.is_expression { literal(&part.key) } else { field(&part.key) };
    let descending = part.direction == Direction::Descending;
    let mut options: Vec<String> = Vec::new();
    options.extend(descending.then(|| "desc".to_owned()));
    options.extend(part.nulls.map(|nulls| {
        match nulls {
            Nulls::First => "nulls_first",
            Nulls::Last => "nulls_last",
        }
        .to_owned()
    }));
    options.extend(part.collation.as_ref().map(|name| format!("collation = {}", literal(name))));
    options.extend(part.operator_class.as_ref().map(|name| format!("operator_class = {}", literal(name))));
    options.extend(part.prefix.map(|length| format!("prefix = {length}")));
    if part.is_expression {
        options.insert(0, key);
        format!("expression({})", options.join(", "))
    } else if options.is_empty() {
        key
    } else if options == ["desc"] {
        format!("desc({key})")
    } else {
        options.insert(0, key);
        format!("column({})", options.join(", "))
    }
}

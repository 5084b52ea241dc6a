//! From the drafts of models to a schema: types, names, references.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{At, Draft, DraftColumn};
use super::{ModelError, ModelErrors, ModelProblem};
use crate::revision::nearest;
use crate::schema::{
    Check, Column, Enum, Filter, ForeignKey, NameTemplate, NamingConvention, ObjectName, Schema, Table, Type,
    Unique,
};
use crate::sql::{Dialect, TokenKind, tokens, unquote};
use crate::{NoSuchType, TypeWords};

/// The schema that the models describe, tables and enums by name.
///
/// # Errors
/// All mistakes.
pub(crate) fn link(drafts: Vec<Draft>, naming: &NamingConvention) -> Result<Schema, ModelErrors> {
    link_with(drafts, Some(naming), (None, &Filter::default()), Vec::new())
}

/// The same where mistakes were found before. Without a convention, what has no name stays without. Where the database is
/// known, a type that it has not got is a mistake too. The filter says which tables need no model.
pub(crate) fn link_with(
    mut drafts: Vec<Draft>,
    naming: Option<&NamingConvention>,
    (dialect, filter): (Option<Dialect>, &Filter),
    errors: Vec<ModelError>,
) -> Result<Schema, ModelErrors> {
    drafts.sort_by(|left, right| {
        (&left.name.value, &left.file, left.name.line).cmp(&(&right.name.value, &right.file, right.name.line))
    });
    let mut linker = Linker { dialect, errors, enums: BTreeMap::new() };
    linker.duplicates(&drafts);
    let mut tables: Vec<Table> = drafts.iter().map(|draft| linker.table(draft)).collect();
    linker.references(&drafts, &mut tables, filter);
    for (draft, table) in drafts.iter().zip(&mut tables) {
        if let Some(naming) = naming {
            name_all(table, draft, naming);
        }
        linker.names(draft, table);
    }
    ModelErrors::check(linker.errors)?;
    let enums = linker.enums.into_values().map(|(definition, _)| definition).collect();
    Ok(Schema { tables, enums, ..Schema::default() })
}

/// The table of one model, whatever it refers to.
///
/// # Errors
/// All mistakes.
pub(crate) fn link_alone(draft: &Draft, naming: &NamingConvention) -> Result<Table, ModelErrors> {
    let mut linker = Linker { dialect: None, errors: Vec::new(), enums: BTreeMap::new() };
    let mut table = linker.table(draft);
    name_all(&mut table, draft, naming);
    linker.names(draft, &table);
    ModelErrors::check(linker.errors).map(|()| table)
}

struct Linker {
    dialect: Option<Dialect>,
    errors: Vec<ModelError>,
    /// Each enum, and where a column uses it.
    enums: BTreeMap<ObjectName, (Enum, String)>,
}

impl Linker {
    fn report(&mut self, draft: &Draft, line: usize, problem: ModelProblem) {
        self.errors.push(ModelError { path: draft.file.clone(), line, problem });
    }

    fn duplicates(&mut self, drafts: &[Draft]) {
        for pair in drafts.windows(2) {
            let [first, second] = pair else { continue };
            if first.name.value == second.name.value {
                let problem = ModelProblem::DuplicateTable {
                    table: second.name.value.clone(),
                    first: place(&first.file, first.name.line),
                };
                self.report(second, second.name.line, problem);
            }
        }
    }

    fn table(&mut self, draft: &Draft) -> Table {
        let columns = draft.columns.iter().map(|column| self.column(draft, column)).collect();
        let table = Table {
            name: draft.name.value.clone(),
            columns,
            primary_key: draft.primary_key.as_ref().map(|key| key.value.clone()),
            uniques: values(&draft.uniques),
            foreign_keys: values(&draft.foreign_keys),
            checks: draft.checks.iter().map(|check| check.value.0.clone()).collect(),
            indexes: values(&draft.indexes),
            comment: draft.comment.clone(),
            options: draft.options.clone(),
            renamed_from: draft.renamed_from.clone(),
        };
        self.key_columns(draft, &table);
        table
    }

    fn column(&mut self, draft: &Draft, column: &At<DraftColumn>) -> Column {
        let DraftColumn { column: definition, kind, modifiers, nullable } = &column.value;
        let (type_, optional) = match kind {
            Ok(kind) => {
                for definition in &kind.enums {
                    self.use_enum(draft, column.line, definition);
                }
                let type_ = modifiers.apply(kind.type_.clone()).unwrap_or_else(|problem| {
                    self.report(draft, column.line, problem);
                    kind.type_.clone()
                });
                (type_, kind.nullable)
            }
            Err(unknown) => {
                let problem = ModelProblem::UnknownType { rust: unknown.rust.clone() };
                self.report(draft, column.line, problem);
                (Type::Text, false)
            }
        };
        if let Some(dialect) = self.dialect
            && let Some(reason) = no_such_type(dialect, &type_)
        {
            let problem = ModelProblem::NoSuchType { column: definition.name.clone(), reason };
            self.report(draft, column.line, problem);
        }
        if definition.identity.is_some() && kind.is_ok() && !may_be_numbered(&type_) {
            let problem = ModelProblem::WrongType { attribute: "autoincrement", type_: type_.clone() };
            self.report(draft, column.line, problem);
        }
        Column { type_, nullable: nullable.unwrap_or(optional), ..definition.clone() }
    }

    fn use_enum(&mut self, draft: &Draft, line: usize, definition: &Enum) {
        let here = place(&draft.file, line);
        let (first, used) =
            self.enums.entry(definition.name.clone()).or_insert_with(|| (definition.clone(), here));
        if first != definition {
            let problem = ModelProblem::EnumConflict { name: definition.name.clone(), first: used.clone() };
            self.report(draft, line, problem);
        }
    }

    /// A primary key whose columns may be NULL, as only those of SQLite may.
    fn key_columns(&mut self, draft: &Draft, table: &Table) {
        if self.dialect == Some(Dialect::Sqlite) {
            return;
        }
        for name in table.primary_key.iter().flat_map(|key| &key.columns) {
            let line = draft.columns.iter().find(|column| column.value.column.name == *name);
            if let Some(column) = table.column(name)
                && column.nullable
            {
                let line = line.map_or(draft.name.line, |column| column.line);
                self.report(draft, line, ModelProblem::NullableKey { column: name.clone() });
            }
        }
    }

    /// Looks up what foreign keys refer to, and names the columns where they name none.
    fn references(&mut self, drafts: &[Draft], tables: &mut [Table], filter: &Filter) {
        let by_name: BTreeMap<ObjectName, usize> =
            tables.iter().enumerate().rev().map(|(index, table)| (table.name.clone(), index)).collect();
        for (index, draft) in drafts.iter().enumerate() {
            for (number, key) in draft.foreign_keys.iter().enumerate() {
                let Some(&target) = by_name.get(&key.value.references) else {
                    let ForeignKey { columns, references, referenced_columns, .. } = &key.value;
                    if filter.needs_no_model(references) && !referenced_columns.is_empty() {
                        if columns.len() != referenced_columns.len() {
                            let (columns, referenced) = (columns.clone(), referenced_columns.clone());
                            let table = references.clone();
                            let problem = ModelProblem::ReferenceCount { table, columns, referenced };
                            self.report(draft, key.line, problem);
                        }
                        continue;
                    }
                    let table = key.value.references.clone();
                    let known: Vec<String> = by_name.keys().map(ToString::to_string).collect();
                    let known = known.iter().map(String::as_str);
                    let nearest = nearest(&table.to_string(), known).into_iter().next();
                    self.report(draft, key.line, ModelProblem::UnknownTable { table, nearest });
                    continue;
                };
                match referenced(&tables[target], &key.value.columns, &key.value.referenced_columns) {
                    Ok(columns) => tables[index].foreign_keys[number].referenced_columns = columns,
                    Err(problem) => self.report(draft, key.line, problem),
                }
            }
        }
    }

    /// Names that stand twice in one table.
    fn names(&mut self, draft: &Draft, table: &Table) {
        let of_constraints = (table.primary_key.iter().filter_map(|key| key.name.as_ref()))
            .map(|name| (name, draft.primary_key.as_ref().map_or(0, |key| key.line)))
            .chain(
                table
                    .uniques
                    .iter()
                    .zip(&draft.uniques)
                    .filter_map(|(it, at)| Some((it.name.as_ref()?, at.line))),
            )
            .chain(
                (table.foreign_keys.iter().zip(&draft.foreign_keys))
                    .filter_map(|(it, at)| Some((it.name.as_ref()?, at.line))),
            )
            .chain(
                table
                    .checks
                    .iter()
                    .zip(&draft.checks)
                    .filter_map(|(it, at)| Some((it.name.as_ref()?, at.line))),
            );
        let of_indexes = table.indexes.iter().zip(&draft.indexes).map(|(it, at)| (&it.name, at.line));
        let columns = |columns: &[String]| columns.join(", ");
        let uniques = draft.uniques.iter().map(|unique| {
            let Unique { name, columns: own, .. } = &unique.value;
            (columns(own), name.is_some(), unique.line)
        });
        let foreign_keys = draft.foreign_keys.iter().map(|key| {
            let ForeignKey { name, columns: own, references, .. } = &key.value;
            (format!("{} to {references}", columns(own)), name.is_some(), key.line)
        });
        let mut found = Vec::new();
        if !draft.unnamed_constraints {
            unnamed_again(uniques, "unique constraint of", &mut found);
            unnamed_again(foreign_keys, "foreign key from", &mut found);
        }
        repeated(of_constraints, "constraint", &mut found);
        repeated(of_indexes, "index", &mut found);
        for (what, name, line) in found {
            let problem = ModelProblem::DuplicateName { table: table.name.clone(), what, name };
            self.report(draft, line, problem);
        }
    }
}

fn values<T: Clone>(list: &[At<T>]) -> Vec<T> {
    list.iter().map(|at| at.value.clone()).collect()
}

fn repeated<'a>(
    names: impl Iterator<Item = (&'a String, usize)>,
    what: &'static str,
    found: &mut Vec<(&'static str, String, usize)>,
) {
    let mut seen = BTreeSet::new();
    for (name, line) in names {
        if !seen.insert(name) {
            found.push((what, name.clone(), line));
        }
    }
}

/// Constraints that say what another one says. Those that have names of their own are meant.
fn unnamed_again(
    constraints: impl Iterator<Item = (String, bool, usize)>,
    what: &'static str,
    found: &mut Vec<(&'static str, String, usize)>,
) {
    let mut seen: BTreeMap<String, bool> = BTreeMap::new();
    for (content, is_named, line) in constraints {
        match seen.get_mut(&content) {
            Some(all_named) => {
                *all_named &= is_named;
                if !*all_named {
                    found.push((what, content, line));
                }
            }
            None => drop(seen.insert(content, is_named)),
        }
    }
}

/// Why a database has nothing that holds values of a type.
fn no_such_type(dialect: Dialect, type_: &Type) -> Option<String> {
    let words = TypeWords { dialect, strict: false, enums: &[], quote: &ToString::to_string };
    match words.word(type_).err()? {
        // Which enums there are is known when all is linked.
        NoSuchType::UnknownEnum { .. } => None,
        error => Some(error.to_string()),
    }
}

fn may_be_numbered(type_: &Type) -> bool {
    type_.is_integer()
        || matches!(type_, Type::Sql(_))
        || matches!(type_, Type::Worded { type_, .. } if may_be_numbered(type_))
}

/// The columns that a foreign key refers to.
fn referenced(target: &Table, columns: &[String], named: &[String]) -> Result<Vec<String>, ModelProblem> {
    let table = target.name.clone();
    let key = target.primary_key.as_ref().map(|key| &key.columns);
    let found = match (named, key) {
        ([], None) => return Err(ModelProblem::NoPrimaryKey { table }),
        ([], Some(key)) => key.clone(),
        (named, _) => named.to_vec(),
    };
    for name in &found {
        if target.column(name).is_none() {
            let known = target.columns.iter().map(|column| column.name.as_str());
            let nearest = nearest(name, known).into_iter().next();
            return Err(ModelProblem::UnknownColumn { table, column: name.clone(), nearest });
        }
    }
    if found.len() != columns.len() {
        return Err(ModelProblem::ReferenceCount { table, columns: columns.to_vec(), referenced: found });
    }
    let wanted: BTreeSet<&String> = found.iter().collect();
    let same = |columns: &[String]| columns.iter().collect::<BTreeSet<_>>() == wanted;
    let unique = key.is_some_and(|key| same(key))
        || target.uniques.iter().any(|unique| same(&unique.columns))
        || target.indexes.iter().any(|index| {
            let whole = index.condition.is_none() && index.parts.iter().all(|part| !part.is_expression);
            index.unique
                && whole
                && index.parts.iter().map(|part| &part.key).collect::<BTreeSet<_>>() == wanted
        });
    if unique { Ok(found) } else { Err(ModelProblem::NotUnique { table, columns: found }) }
}

/// Gives names to what has none. Those that the models give are never given again.
fn name_all(table: &mut Table, draft: &Draft, naming: &NamingConvention) {
    let mut taken: BTreeSet<String> = (table.primary_key.iter().filter_map(|key| key.name.clone()))
        .chain(table.uniques.iter().filter_map(|unique| unique.name.clone()))
        .chain(table.foreign_keys.iter().filter_map(|key| key.name.clone()))
        .chain(table.checks.iter().filter_map(|check| check.name.clone()))
        .chain(table.indexes.iter().map(|index| index.name.clone()))
        .collect();
    let name = table.name.name.clone();
    let mut given = |template: &NameTemplate, columns: Vec<String>, referred: &str| {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        template.unused_name(&mut taken, &name, &columns, referred)
    };
    if !draft.unnamed_constraints {
        name_constraints(table, &draft.checks, naming, &mut given);
    }
    for index in table.indexes.iter_mut().filter(|index| index.name.is_empty()) {
        let words = |part: &crate::schema::IndexPart| {
            if part.is_expression { words(&part.key) } else { vec![part.key.clone()] }
        };
        index.name = given(&naming.index, index.parts.iter().flat_map(words).collect(), "");
    }
}

fn name_constraints(
    table: &mut Table,
    checks: &[At<(Check, Option<String>)>],
    naming: &NamingConvention,
    given: &mut impl FnMut(&NameTemplate, Vec<String>, &str) -> String,
) {
    if let Some(key) = &mut table.primary_key
        && key.name.is_none()
    {
        key.name = Some(given(&naming.primary_key, key.columns.clone(), ""));
    }
    for unique in table.uniques.iter_mut().filter(|unique| unique.name.is_none()) {
        unique.name = Some(given(&naming.unique, unique.columns.clone(), ""));
    }
    for key in table.foreign_keys.iter_mut().filter(|key| key.name.is_none()) {
        key.name = Some(given(&naming.foreign_key, key.columns.clone(), &key.references.name));
    }
    for (check, at) in table.checks.iter_mut().zip(checks).filter(|(check, _)| check.name.is_none()) {
        let columns = at
            .value
            .1
            .clone()
            .map_or_else(|| mentioned(&check.expression, &table.columns), |column| vec![column]);
        check.name = Some(given(&naming.check, columns, ""));
    }
}

/// The columns that an expression mentions, in their order.
fn mentioned(expression: &str, columns: &[Column]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in words(expression) {
        let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&word));
        if let Some(column) = column
            && !found.contains(&column.name)
        {
            found.push(column.name.clone());
        }
    }
    found
}

/// The words and quoted names of an expression.
fn words(expression: &str) -> Vec<String> {
    tokens(expression, Dialect::Postgresql)
        .filter_map(|token| match token.kind {
            TokenKind::Word => Some(token.text(expression).to_ascii_lowercase()),
            TokenKind::QuotedIdentifier => unquote(token.text(expression)),
            _ => None,
        })
        .collect()
}

fn place(file: &str, line: usize) -> String {
    format!("{file}:{line}")
}

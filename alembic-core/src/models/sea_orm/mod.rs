//! SeaORM's entities: `DeriveEntityModel` with a `Relation` beside it, or with relations among its fields
//! (`#[sea_orm::model]`).
//!
//! Types and names are those that SeaORM itself gives when it creates the tables. What it has no words for is listed in
//! [`Aspect`].

mod entity;
#[cfg(test)]
mod tests;
mod types;

use std::collections::HashMap;

use heck::ToUpperCamelCase as _;
use proc_macro2::Ident;
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Token};

use self::entity::{Entity, EntityColumn, Relation, in_style, read_entity, read_relation};
use self::types::{column_type, usual};
use super::draft::{At, Draft, DraftColumn};
use super::item::{Mistakes, each_key, is_option, read_newtype, skip_value, text, unraw};
use super::link::link_with;
use super::source::{Found, Id, Namespace, Own, Sources, Tree, derives, line, names};
use super::{Aspect, ColumnKind, Declaration, ModelError, ModelErrors, ModelProblem};
use crate::schema::{
    Direction, Enum, ForeignKey, Identity, Index, IndexPart, ObjectName, PrimaryKey, Type, Unique,
};

const UNTOLD: &[Aspect] = &[
    Aspect::Generated,
    Aspect::Collations,
    Aspect::Checks,
    Aspect::Indexes,
    // Each version of SeaORM has other words.
    Aspect::DeclaredTypes,
];

/// The tables of the entities in the source of packages.
///
/// # Errors
/// All mistakes of all files.
pub fn sea_orm_entities(sources: &Sources) -> Result<Declaration, ModelErrors> {
    let mut tree = Tree::read(sources);
    let errors = std::mem::take(&mut tree.errors);
    let models: Vec<Id> =
        (0..tree.types.len()).filter(|id| tree.derives(*id, "sea_orm", "DeriveEntityModel")).collect();
    // The derive makes an `Entity` beside the model, which is what relations name.
    for id in &models {
        let module = tree.types[*id].module;
        let entity = Ident::new("Entity", tree.types[*id].name.span());
        if !tree.modules[module].items.contains_key("Entity") {
            tree.define(module, &entity, Found::Type(*id), false);
        }
    }
    let mut reader = Reader { tree: &tree, entities: HashMap::new(), errors };
    reader.read(&models);
    let drafts = reader.drafts(&models);
    reader.errors.extend(tree.undecided());
    let schema = link_with(drafts, None, (sources.dialect, &sources.filter), reader.errors)?;
    let unread = tree.unread(sources, &|tokens| derives(tokens, "DeriveEntityModel"));
    Ok(Declaration::Schema { schema, untold: UNTOLD, naming: None, unread })
}

struct Reader<'a> {
    tree: &'a Tree,
    entities: HashMap<Id, Entity>,
    errors: Vec<ModelError>,
}

impl Reader<'_> {
    fn report(&mut self, module: Id, mistakes: Mistakes) {
        let path = self.tree.file_of(module);
        self.errors.extend(mistakes.0.into_iter().map(|mistake| ModelError {
            path: path.to_owned(),
            line: line(mistake.span),
            problem: mistake.problem,
        }));
    }

    fn read(&mut self, models: &[Id]) {
        for id in models {
            let module = self.tree.types[*id].module;
            let Some(input) = self.tree.parse(*id) else { continue };
            let mut mistakes = Mistakes::default();
            let entity = read_entity(&input, &mut mistakes);
            if let Some(mut entity) = entity.filter(|entity| entity.name.is_some()) {
                entity.relations.extend(self.relations(module, &mut mistakes));
                self.entities.insert(*id, entity);
            }
            self.report(module, mistakes);
        }
        for id in 0..self.tree.types.len() {
            let item = &self.tree.types[id];
            let is_expanded = self.tree.derives(id, "sea_orm", "DeriveEntity");
            if is_expanded && !models.iter().any(|model| self.tree.types[*model].module == item.module) {
                let reason = "the expanded form of entities is made of Rust code that cannot be read: write a model that derives \
                              `DeriveEntityModel`, as `sea-orm-cli generate entity` does without `--expanded-format`";
                let path = self.tree.file_of(item.module).to_owned();
                let problem = ModelProblem::Attribute { reason: reason.into() };
                self.errors.push(ModelError { path, line: line(item.name.span()), problem });
            }
        }
    }

    /// The foreign keys of the `Relation` in a module.
    fn relations(&self, module: Id, mistakes: &mut Mistakes) -> Vec<Relation> {
        let items = self.tree.modules[module].items.values().flatten();
        let mut ids: Vec<Id> = items
            .filter_map(|own| match own.found {
                Found::Type(id) => Some(id),
                _ => None,
            })
            .collect();
        ids.sort_unstable();
        let enums = ids.into_iter().filter(|id| self.tree.derives(*id, "sea_orm", "DeriveRelation"));
        let mut found = Vec::new();
        for input in enums.filter_map(|id| self.tree.parse(id)) {
            let Data::Enum(data) = &input.data else { continue };
            for variant in &data.variants {
                found.extend(read_relation(&variant.attrs, variant.ident.span(), None, mistakes));
            }
        }
        found
    }

    fn drafts(&mut self, models: &[Id]) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = Vec::new();
        for id in models.iter().filter(|id| self.entities.contains_key(*id)) {
            let (draft, errors) = self.draft(*id);
            self.errors.extend(errors);
            // A file may be a module of the library and of the program.
            let is_new =
                !drafts.iter().any(|other| (&other.file, other.name.line) == (&draft.file, draft.name.line));
            drafts.extend(is_new.then_some(draft));
        }
        drafts
    }

    fn draft(&self, id: Id) -> (Draft, Vec<ModelError>) {
        let entity = &self.entities[&id];
        let module = self.tree.types[id].module;
        let file = self.tree.file_of(module);
        let name = entity.name.clone().unwrap_or_default();
        let mut draft = Draft::new(
            file,
            line(entity.span),
            ObjectName { schema: entity.schema.clone(), name: name.clone() },
        );
        draft.comment.clone_from(&entity.comment);
        let key: Vec<&EntityColumn> = entity.columns.iter().filter(|column| column.primary_key).collect();
        if let Some(first) = key.first() {
            let columns: Vec<String> = key.iter().map(|column| column.name.clone()).collect();
            let key_name = (columns.len() > 1).then(|| format!("pk-{name}"));
            draft.primary_key = Some(At {
                line: line(first.span),
                value: PrimaryKey { definition: None, name: key_name, columns, prefixes: Vec::new() },
            });
        }
        let mut errors = Vec::new();
        for column in &entity.columns {
            draft.columns.push(self.column(module, column, key.len() == 1, &mut errors));
            self.constraints(&name, column, &mut draft);
        }
        for relation in &entity.relations {
            match self.foreign_key(id, relation) {
                Ok(key) => draft.foreign_keys.push(At { line: line(relation.span), value: key }),
                Err(problem) => {
                    errors.push(ModelError { path: file.to_owned(), line: line(relation.span), problem });
                }
            }
        }
        (draft, errors)
    }

    fn column(
        &self,
        module: Id,
        column: &EntityColumn,
        is_only_key: bool,
        errors: &mut Vec<ModelError>,
    ) -> At<DraftColumn> {
        let by_rust = self.tree.column_kind(module, &column.rust, own_kind);
        let is_key = column.primary_key && is_only_key;
        let numbers = column.auto_increment.unwrap_or_else(|| {
            by_rust.as_ref().is_ok_and(|kind| !matches!(kind.type_, Type::Text | Type::Uuid))
        });
        let kind = match &column.type_ {
            None => by_rust.map_or_else(
                |unknown| {
                    let reason = format!(
                        "no column type is known for `{}`: write `#[sea_orm(column_type = \"…\")]`",
                        unknown.rust
                    );
                    let path = self.tree.file_of(module).to_owned();
                    let problem = ModelProblem::Attribute { reason };
                    errors.push(ModelError { path, line: line(column.span), problem });
                    ColumnKind::new(Type::Text)
                },
                |kind| ColumnKind { type_: usual(kind.type_), ..kind },
            ),
            Some(type_) => {
                let nullable = by_rust.map_or_else(|_| is_option(&column.rust), |kind| kind.nullable);
                ColumnKind { nullable, ..ColumnKind::new(type_.clone()) }
            }
        };
        let mut draft = DraftColumn::new(&column.name, Ok(kind));
        draft.nullable = column.nullable.then_some(true);
        draft.column.default.clone_from(&column.default);
        draft.column.collation.clone_from(&column.collation);
        draft.column.comment.clone_from(&column.comment);
        draft.column.renamed_from.clone_from(&column.renamed_from);
        draft.column.identity = (is_key && numbers).then_some(Identity::ByDefault);
        At { line: line(column.span), value: draft }
    }

    fn constraints(&self, table: &str, column: &EntityColumn, draft: &mut Draft) {
        let line = line(column.span);
        let name = &column.name;
        if column.unique {
            let columns = vec![name.clone()];
            let value =
                Unique { definition: None, name: None, columns, nulls_not_distinct: false, deferrable: None };
            draft.uniques.push(At { line, value });
        }
        if column.indexed && !column.unique {
            draft.indexes.push(At { line, value: index(format!("idx-{table}-{name}"), name, false) });
        }
        for key in &column.unique_keys {
            let index_name = format!("idx-{table}-{key}");
            match draft.indexes.iter_mut().find(|index| index.value.name == index_name) {
                Some(index) => index.value.parts.push(part(name)),
                None => draft.indexes.push(At { line, value: index(index_name, name, true) }),
            }
        }
        if let Some(check) = &column.check {
            draft.checks.push(At { line, value: (check.clone(), Some(name.clone())) });
        }
    }

    fn foreign_key(&self, id: Id, relation: &Relation) -> Result<ForeignKey, ModelProblem> {
        let own = &self.entities[&id];
        let module = self.tree.types[id].module;
        let path = names(&relation.entity);
        let unknown = || ModelProblem::UnknownModel { model: path.join("::") };
        let other = match self.tree.resolve(module, &path, Namespace::Types) {
            Some(Found::Type(other)) => self.entities.get(&other).ok_or_else(unknown)?,
            _ => return Err(unknown()),
        };
        let columns = variants(own, &relation.from)?;
        let referenced_columns = variants(other, &relation.to)?;
        let table = own.name.clone().unwrap_or_default();
        let name = relation.name.clone().unwrap_or_else(|| format!("fk-{table}-{}", columns.join("-")));
        Ok(ForeignKey {
            definition: None,
            name: Some(name),
            columns,
            references: ObjectName {
                schema: other.schema.clone(),
                name: other.name.clone().unwrap_or_default(),
            },
            referenced_columns,
            on_delete: relation.on_delete,
            on_update: relation.on_update,
            deferrable: None,
        })
    }
}

/// The columns of an entity, by their variants.
fn variants(entity: &Entity, wanted: &[String]) -> Result<Vec<String>, ModelProblem> {
    let find = |variant: &String| {
        let found = entity.columns.iter().find(|column| column.variant == *variant);
        found.map(|column| column.name.clone()).ok_or_else(|| ModelProblem::UnknownColumn {
            table: ObjectName {
                schema: entity.schema.clone(),
                name: entity.name.clone().unwrap_or_default(),
            },
            column: variant.clone(),
            nearest: None,
        })
    };
    wanted.iter().map(find).collect()
}

fn index(name: String, column: &str, unique: bool) -> Index {
    Index {
        definition: None,
        is_invalid: false,
        name,
        parts: vec![part(column)],
        unique,
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        condition: None,
        renamed_from: None,
    }
}

fn part(column: &str) -> IndexPart {
    IndexPart {
        key: column.to_owned(),
        is_expression: false,
        direction: Direction::Ascending,
        nulls: None,
        collation: None,
        operator_class: None,
        prefix: None,
    }
}

/// What `DeriveActiveEnum`, `DeriveValueType` and `FromJsonQueryResult` make of a type.
fn own_kind(tree: &Tree, id: Id, input: &DeriveInput) -> Own {
    let derives = |name: &str| tree.derives(id, "sea_orm", name);
    let of = |type_: Option<Type>| type_.map_or(Own::Unknown, |type_| Own::Kind(ColumnKind::new(type_)));
    if derives("DeriveActiveEnum") {
        return active_enum(input).map_or(Own::Unknown, Own::Kind);
    }
    if derives("FromJsonQueryResult") {
        return of(column_type("Json"));
    }
    if !derives("DeriveValueType") {
        return Own::Unknown;
    }
    if let Some(written) = value(&input.attrs, "column_type") {
        return of(column_type(&written));
    }
    if value(&input.attrs, "value_type").is_some() {
        return of(column_type("String(StringLen::None)"));
    }
    read_newtype(input).item.map_or(Own::Unknown, |item| Own::Wrapped(item.wrapped.into()))
}

/// `#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "tea")]`
fn active_enum(input: &DeriveInput) -> Option<ColumnKind> {
    let Data::Enum(data) = &input.data else { return None };
    let db_type = value(&input.attrs, "db_type")?;
    if db_type != "Enum" {
        return column_type(&db_type).map(ColumnKind::new);
    }
    let ident = unraw(&input.ident);
    let name = value(&input.attrs, "enum_name").unwrap_or_else(|| ident.to_upper_camel_case());
    let rename_all = value(&input.attrs, "rename_all");
    let values =
        data.variants.iter().filter(|variant| matches!(variant.fields, Fields::Unit)).map(|variant| {
            let ident = unraw(&variant.ident);
            let style = value(&variant.attrs, "rename").or_else(|| rename_all.clone());
            let in_style = || style.map_or_else(|| ident.clone(), |style| in_style(&ident, &style));
            value(&variant.attrs, "string_value").unwrap_or_else(in_style)
        });
    let values = values.collect();
    let name = ObjectName::new(name);
    Some(ColumnKind::of_enum(Enum { name, values, renamed_values: Vec::new(), renamed_from: None }))
}

/// The text of a key of `#[sea_orm(…)]`.
fn value(attributes: &[Attribute], wanted: &str) -> Option<String> {
    let mut found = None;
    // What is not understood is SeaORM's to complain about.
    each_key(attributes, "sea_orm", &mut Mistakes::default(), |key, input| {
        if key != wanted || !input.peek(Token![=]) || !input.peek2(LitStr) {
            return skip_value(input);
        }
        found = Some(text(input)?);
        Ok(())
    });
    found
}

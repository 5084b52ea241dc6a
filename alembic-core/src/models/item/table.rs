//! Structs that are models: `#[derive(alembic::Table)]` and `#[table(…)]`.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::{Attribute, Data, DeriveInput, Fields, GenericParam};

use super::attribute::{Name, documentation, each_key, once, text, unknown};
use super::case::table_name;
use super::column::{ColumnItem, Defaults, FieldItem, read_field};
use super::constraint::{ForeignKeyItem, KeyItem, ReferenceItem, check};
use super::index::IndexItem;
use super::sqlx::Container;
use super::{Mistakes, Reading, Spanned, unraw};
use crate::models::ModelProblem;
use crate::revision::nearest;
use crate::schema::{Check, Index, ObjectName, PrimaryKey, TableOptions, Unique};

/// A model as its struct says it.
#[derive(Clone)]
pub struct TableItem {
    /// The name of the table, where the struct is named.
    pub name: Spanned<ObjectName>,
    /// The columns.
    pub columns: Vec<ColumnItem>,
    /// The primary key.
    pub primary_key: Option<Spanned<PrimaryKey>>,
    /// Unique constraints.
    pub uniques: Vec<Spanned<Unique>>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKeyItem>,
    /// Checks, each with the column that it was written at.
    pub checks: Vec<Spanned<(Check, Option<String>)>>,
    /// Indexes.
    pub indexes: Vec<Spanned<Index>>,
    /// The comment.
    pub comment: Option<String>,
    /// What only some databases know.
    pub options: TableOptions,
    /// The name that it had before.
    pub renamed_from: Option<ObjectName>,
    /// Whether constraints without a name have none in the database.
    pub unnamed_constraints: bool,
}

pub(super) const KEYS: &[&str] = &[
    "name",
    "schema",
    "primary_key",
    "unique",
    "index",
    "foreign_key",
    "check",
    "comment",
    "doc_comments",
    "renamed_from",
    "strict",
    "without_rowid",
    "unnamed_constraints",
];

/// Reads a struct that derives `Table`.
#[must_use]
pub fn read_table(input: &DeriveInput) -> Reading<TableItem> {
    let role = "the model of a table";
    let span = input.ident.span();
    let Data::Struct(data) = &input.data else {
        return Reading::wrong(span, "an enum or a union", role);
    };
    let Fields::Named(fields) = &data.fields else {
        return Reading::wrong(span, "a struct without named fields", role);
    };
    if input.generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_))) {
        return Reading::wrong(span, "a struct with type parameters", role);
    }
    let mut mistakes = Mistakes::default();
    if let Some(attribute) = input.attrs.iter().find(|attribute| attribute.path().is_ident("column")) {
        mistakes.say(first_span(attribute), "`#[column(…)]` belongs to a field; a struct has `#[table(…)]`");
    }

    let sqlx = Container::read(&input.attrs, &mut mistakes);
    let mut read = Attributes::read(&input.attrs, &mut mistakes);
    let rust_name = unraw(&input.ident);
    let name = ObjectName {
        schema: read.schema.take(),
        name: read.name.take().unwrap_or_else(|| table_name(&rust_name)),
    };
    let defaults = Defaults { rename_all: sqlx.rename_all, doc_comments: read.doc_comments };
    let comment =
        read.comment.take().or_else(|| defaults.doc_comments.then(|| documentation(&input.attrs)).flatten());
    let renamed_from = read.renamed_from.take().map(|from| name.earlier(&from));
    let mut reader = Reader {
        item: TableItem {
            name: Spanned::new(span, name),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            comment,
            options: read.options.clone(),
            renamed_from,
            unnamed_constraints: read.unnamed_constraints,
        },
        mistakes,
    };
    let mut items = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        if let Some(attribute) = field.attrs.iter().find(|attribute| attribute.path().is_ident("table")) {
            let message = "`#[table(…)]` belongs to a struct; a field has `#[column(…)]`";
            reader.mistakes.say(first_span(attribute), message);
        }
        items.extend(read_field(field, ident, &defaults, &mut reader.mistakes));
    }
    reader.item.columns = items.iter().map(|item| item.column.clone()).collect();
    reader.columns();
    reader.constraints(items, read);
    Reading { item: Some(reader.item), mistakes: reader.mistakes }
}

fn first_span(attribute: &Attribute) -> Span {
    attribute.path().segments.first().map_or_else(Span::call_site, |segment| segment.ident.span())
}

/// `#[table(…)]` of a struct.
#[derive(Default)]
struct Attributes {
    name: Option<String>,
    schema: Option<String>,
    primary_key: Option<KeyItem>,
    uniques: Vec<KeyItem>,
    indexes: Vec<IndexItem>,
    foreign_keys: Vec<ReferenceItem>,
    checks: Vec<(Span, Check)>,
    comment: Option<String>,
    doc_comments: bool,
    renamed_from: Option<String>,
    options: TableOptions,
    unnamed_constraints: bool,
}

impl Attributes {
    fn read(attributes: &[Attribute], mistakes: &mut Mistakes) -> Attributes {
        let mut read = Attributes::default();
        each_key(attributes, "table", mistakes, |key, input| {
            match key.to_string().as_str() {
                "name" => once(&mut read.name, key, text(input)?)?,
                "schema" => once(&mut read.schema, key, text(input)?)?,
                "primary_key" => once(&mut read.primary_key, key, KeyItem::primary(key, input)?)?,
                "unique" => read.uniques.push(KeyItem::unique(key, input)?),
                "index" => read.indexes.push(IndexItem::of_table(key, input)?),
                "foreign_key" => read.foreign_keys.push(ReferenceItem::of_table(key, input)?),
                "check" => read.checks.push((key.span(), check(key, input)?)),
                "comment" => once(&mut read.comment, key, text(input)?)?,
                "doc_comments" => read.doc_comments = true,
                "renamed_from" => once(&mut read.renamed_from, key, text(input)?)?,
                "strict" => read.options.strict = true,
                "without_rowid" => read.options.without_rowid = true,
                "unnamed_constraints" => read.unnamed_constraints = true,
                _ => return Err(unknown(key, KEYS)),
            }
            Ok(())
        });
        read
    }
}

/// Looks up the columns that constraints and indexes name.
struct Reader {
    item: TableItem,
    mistakes: Mistakes,
}

impl Reader {
    fn table(&self) -> ObjectName {
        self.item.name.value.clone()
    }

    fn columns(&mut self) {
        let table = self.table();
        if self.item.columns.is_empty() {
            self.mistakes.push(self.item.name.span, ModelProblem::NoColumns { table: table.clone() });
        }
        let mut seen = BTreeSet::new();
        for column in &self.item.columns {
            let name = &column.draft.column.name;
            if !seen.insert(name) {
                let problem = ModelProblem::DuplicateColumn { table: table.clone(), column: name.clone() };
                self.mistakes.push(column.span, problem);
            }
        }
    }

    fn constraints(&mut self, fields: Vec<FieldItem>, read: Attributes) {
        self.primary_key(&fields, read.primary_key);
        for field in fields {
            let own = field.column.draft.column.name;
            for unique in field.uniques {
                self.unique(unique, Some(&own));
            }
            for reference in field.references {
                self.foreign_key(reference, Some(&own));
            }
            for (span, check) in field.checks {
                self.item.checks.push(Spanned::new(span, (check, Some(own.clone()))));
            }
            for index in field.indexes {
                self.index(index, Some(&own));
            }
        }
        for unique in read.uniques {
            self.unique(unique, None);
        }
        for reference in read.foreign_keys {
            self.foreign_key(reference, None);
        }
        for (span, check) in read.checks {
            self.item.checks.push(Spanned::new(span, (check, None)));
        }
        for index in read.indexes {
            self.index(index, None);
        }
    }

    fn primary_key(&mut self, fields: &[FieldItem], of_table: Option<KeyItem>) {
        let marked: Vec<&FieldItem> = fields.iter().filter(|field| field.primary_key.is_some()).collect();
        let of_fields = marked.first().and_then(|field| field.primary_key).map(|span| {
            let columns = marked.iter().map(|field| field.column.draft.column.name.clone()).collect();
            Spanned::new(span, PrimaryKey { definition: None, name: None, columns, prefixes: Vec::new() })
        });
        self.item.primary_key = match (of_fields, of_table) {
            (Some(_), Some(key)) => {
                self.mistakes.say(
                    key.span,
                    "the primary key is marked at the fields and named at the table: keep one of them",
                );
                None
            }
            (of_fields, None) => of_fields,
            (None, Some(key)) => {
                let columns = self.look_up_all(&key.columns);
                Some(Spanned::new(
                    key.span,
                    PrimaryKey { definition: None, name: key.name, columns, prefixes: Vec::new() },
                ))
            }
        };
    }

    fn unique(&mut self, item: KeyItem, own: Option<&String>) {
        let KeyItem { span, columns, name, nulls_not_distinct, deferrable } = item;
        let columns = self.own_or_all(own, &columns);
        self.item.uniques.push(Spanned::new(
            span,
            Unique { definition: None, name, columns, nulls_not_distinct, deferrable },
        ));
    }

    fn foreign_key(&mut self, reference: ReferenceItem, own: Option<&String>) {
        let mut item = reference.item;
        item.key.columns = self.own_or_all(own, &reference.columns);
        self.item.foreign_keys.push(item);
    }

    fn index(&mut self, item: IndexItem, own: Option<&String>) {
        let IndexItem { span, mut index, parts, include } = item;
        for (name, mut part) in parts {
            if !part.is_expression {
                match (&name, own) {
                    (Some(name), _) => part.key = self.look_up(name),
                    (None, Some(own)) => part.key.clone_from(own),
                    (None, None) => {}
                }
            }
            index.parts.push(part);
        }
        index.include = self.look_up_all(&include);
        self.item.indexes.push(Spanned::new(span, index));
    }

    fn own_or_all(&mut self, own: Option<&String>, names: &[Name]) -> Vec<String> {
        own.map_or_else(|| self.look_up_all(names), |own| vec![own.clone()])
    }

    fn look_up_all(&mut self, names: &[Name]) -> Vec<String> {
        let columns: Vec<String> = names.iter().map(|name| self.look_up(name)).collect();
        for (index, column) in columns.iter().enumerate() {
            if columns[..index].contains(column) {
                self.mistakes.say(names[index].span(), format!("column {column} is named twice"));
            }
        }
        columns
    }

    fn look_up(&mut self, name: &Name) -> String {
        let columns = &self.item.columns;
        let by_column = |wanted: &str| columns.iter().find(|column| column.draft.column.name == wanted);
        let (found, wanted) = match name {
            Name::Column(literal) => (by_column(&literal.value()), literal.value()),
            Name::Field(ident) => {
                let wanted = unraw(ident);
                let by_field = columns.iter().find(|column| column.field == wanted);
                (by_field.or_else(|| by_column(&wanted)), wanted)
            }
        };
        if let Some(column) = found {
            return column.draft.column.name.clone();
        }
        let known = columns.iter().map(|column| match name {
            Name::Column(_) => column.draft.column.name.as_str(),
            Name::Field(_) => column.field.as_str(),
        });
        let nearest = nearest(&wanted, known).into_iter().next();
        let problem = ModelProblem::UnknownColumn { table: self.table(), column: wanted.clone(), nearest };
        self.mistakes.push(name.span(), problem);
        wanted
    }
}

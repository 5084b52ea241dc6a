//! Diesel's `table!`, as `diesel print-schema` writes it into `schema.rs`.
//!
//! It holds tables, columns, primary keys and one foreign key of one column for each pair of tables (`joinable!`). What it
//! has no words for is listed in [`Aspect`].

mod table;
#[cfg(test)]
mod tests;
mod types;

use std::collections::HashMap;

use heck::ToSnakeCase as _;
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Attribute, Data, Ident, Path, Token, Type as RustType};

use self::table::{ColumnCall, JoinableCall, TableCall};
use self::types::{column_type, range, unsigned};
use super::draft::{At, Draft, DraftColumn};
use super::item::{Mistakes, each_key, list, nesting, skip_value, text, unraw};
use super::link::link_with;
use super::source::{Found, Id, Namespace, Sources, Tree, Use, calls, line, names, types_of, written};
use super::{Aspect, ColumnKind, Declaration, ModelError, ModelErrors, ModelProblem, UnknownType};
use crate::schema::{Enum, ForeignKey, Identity, ObjectName, PrimaryKey, ReferentialAction, Type};
use crate::sql::Dialect;
use crate::sql::quote::identifier;

const UNTOLD: &[Aspect] = &[
    Aspect::Defaults,
    Aspect::Identities,
    Aspect::Generated,
    Aspect::Collations,
    Aspect::Comments,
    Aspect::Uniques,
    Aspect::Checks,
    Aspect::Indexes,
    Aspect::ForeignKeys,
    Aspect::Names,
    Aspect::Sizes,
    Aspect::DeclaredTypes,
];

/// The tables that `table!` declares in the source of packages. A single `schema.rs` may be the root of a package too.
///
/// # Errors
/// All mistakes of all files.
pub fn diesel_schema(sources: &Sources) -> Result<Declaration, ModelErrors> {
    let mut tree = Tree::read(sources);
    let errors = std::mem::take(&mut tree.errors);
    let mut reader = Reader { tree: &tree, tables: Vec::new(), by_ident: HashMap::new(), errors };
    reader.tables();
    reader.joins();
    let Reader { tables, mut errors, .. } = reader;
    errors.extend(tree.undecided());
    let schema = link_with(tables, None, (sources.dialect, &sources.filter), errors)?;
    let unread = tree.unread(sources, &|tokens| calls(tokens, "table"));
    Ok(Declaration::Schema { schema, untold: UNTOLD, naming: None, unread })
}

struct Reader<'a> {
    tree: &'a Tree,
    tables: Vec<Draft>,
    /// The table of a macro by its module and Rust name, and the columns by theirs.
    by_ident: HashMap<(Id, String), (usize, HashMap<String, String>)>,
    errors: Vec<ModelError>,
}

impl Reader<'_> {
    fn report(&mut self, module: Id, span: Span, problem: ModelProblem) {
        self.errors.push(ModelError {
            path: self.tree.file_of(module).to_owned(),
            line: line(span),
            problem,
        });
    }

    fn calls<T: syn::parse::Parse>(&mut self, name: &str) -> Vec<(Id, T)> {
        let mut calls = Vec::new();
        for module in 0..self.tree.modules.len() {
            for call in self.tree.modules[module].macros.iter().filter(|call| call.name == name) {
                match nesting::parse(call.content.clone()) {
                    Ok(parsed) => calls.push((module, parsed)),
                    Err(error) => {
                        let problem = ModelProblem::Attribute { reason: format!("`{name}!`: {error}") };
                        self.report(module, error.span(), problem);
                    }
                }
            }
        }
        calls
    }

    fn tables(&mut self) {
        for (module, call) in self.calls::<TableCall>("table") {
            let file = self.tree.file_of(module).to_owned();
            let name = ObjectName { schema: call.schema.clone(), name: call.name.clone() };
            let mut draft = Draft::new(file, line(call.ident.span()), name);
            draft.columns = call.columns.iter().map(|column| self.column(module, &call, column)).collect();
            let columns: HashMap<String, String> =
                call.columns.iter().map(|column| (unraw(&column.ident), column.name.clone())).collect();
            let key = call.key.unwrap_or_else(|| vec![Ident::new("id", call.ident.span())]);
            let mut key_columns = Vec::new();
            for ident in &key {
                match columns.get(&unraw(ident)) {
                    Some(column) => key_columns.push(column.clone()),
                    None => {
                        let table = draft.name.value.clone();
                        let problem =
                            ModelProblem::UnknownColumn { table, column: unraw(ident), nearest: None };
                        self.report(module, ident.span(), problem);
                    }
                }
            }
            // On SQLite `diesel print-schema` writes `Nullable<Integer>` for a key that is never NULL.
            for column in draft.columns.iter_mut().filter(|own| key_columns.contains(&own.value.column.name))
            {
                column.value.nullable = Some(false);
            }
            let value =
                PrimaryKey { definition: None, name: None, columns: key_columns, prefixes: Vec::new() };
            draft.primary_key = Some(At { line: line(call.ident.span()), value });
            self.by_ident.insert((module, unraw(&call.ident)), (self.tables.len(), columns));
            self.tables.push(draft);
        }
    }

    fn column(&self, module: Id, table: &TableCall, column: &ColumnCall) -> At<DraftColumn> {
        let kind = self.kind(module, &table.uses, &column.type_, column.max_length);
        let kind = kind.ok_or_else(|| UnknownType { rust: written(&column.type_) });
        let mut draft = DraftColumn::new(&column.name, kind);
        let is_serial = matches!(&column.type_, RustType::Path(path)
            if path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Serial")));
        draft.column.identity = match (column.auto_increment, is_serial) {
            (true, _) => Some(Identity::ByDefault),
            (false, true) => Some(Identity::Serial),
            (false, false) => None,
        };
        At { line: line(column.ident.span()), value: draft }
    }

    fn kind(
        &self,
        module: Id,
        uses: &[Use],
        type_: &RustType,
        max_length: Option<u32>,
    ) -> Option<ColumnKind> {
        let RustType::Path(path) = type_ else { return None };
        let name = path.path.segments.last().map(|last| unraw(&last.ident))?;
        let arguments = types_of(&path.path);
        let first = || self.kind(module, uses, arguments.first()?, max_length);
        match name.as_str() {
            "Nullable" => first().map(ColumnKind::optional),
            "Array" => first().map(|kind| ColumnKind {
                type_: Type::Array(Box::new(kind.type_)),
                nullable: false,
                enums: kind.enums,
            }),
            "Unsigned" => unsigned(&first()?.type_).map(ColumnKind::new),
            "Range" => range(&first()?.type_, false).map(ColumnKind::new),
            "Multirange" => range(&first()?.type_, true).map(ColumnKind::new),
            _ => self
                .own_kind(module, uses, &path.path)
                .or_else(|| column_type(&name, max_length).map(ColumnKind::new))
                // `diesel print-schema` makes the name of a type that it does not know from that in the database.
                .or_else(|| arguments.is_empty().then(|| ColumnKind::new(Type::Sql(name.to_snake_case())))),
        }
    }

    /// The kind of a type that the source defines: `#[diesel(postgres_type(name = "mood"))] struct Mood;`, or
    /// `#[diesel(mysql_type(name = "Enum"))] struct UsersStateEnum;`
    fn own_kind(&self, module: Id, uses: &[Use], path: &Path) -> Option<ColumnKind> {
        let Found::Type(id) = self.resolve(module, uses, path)? else { return None };
        let input = self.tree.parse(id)?;
        let named = own_type(&input.attrs, "postgres_type");
        let name = match &named {
            Some(name) => name.clone(),
            // On MySQL it is called after the column that has it, and what is named is its kind.
            None => ObjectName::new(unraw(&input.ident).to_snake_case()),
        };
        let kind = own_type(&input.attrs, "mysql_type").map(|kind| kind.name.to_ascii_lowercase());
        if let Some(values) = self.values(id).filter(|_| named.is_some() || kind.as_deref() == Some("enum")) {
            return Some(ColumnKind::of_enum(Enum {
                name,
                values,
                renamed_values: Vec::new(),
                renamed_from: None,
            }));
        }
        // Without the values, those of the database count.
        let words = named.map(|name| quoted(&name)).or(kind)?;
        Some(ColumnKind::new(Type::Sql(words)))
    }

    /// A path in `table!`, which looks for names from a module of its own.
    fn resolve(&self, module: Id, uses: &[Use], path: &Path) -> Option<Found> {
        let outside = |path: &[String]| match path.split_first() {
            Some((first, rest)) if first == "super" && !rest.is_empty() => {
                self.tree.resolve(module, rest, Namespace::Types)
            }
            _ => self.tree.resolve(module, path, Namespace::Types),
        };
        let path = names(path);
        let (first, rest) = path.split_first()?;
        let named = uses.iter().find(|found| found.name.as_deref() == Some(first));
        if let Some(found) = named {
            return outside(&[&found.path, rest].concat());
        }
        let all = uses.iter().filter(|found| found.name.is_none());
        let mut found = all.filter_map(|found| outside(&[found.path.as_slice(), &path].concat()));
        found.find(|found| matches!(found, Found::Type(_))).or_else(|| outside(&path))
    }

    /// The values of the Rust enum for a type: `#[diesel(sql_type = super::sql_types::Mood)] enum Mood { … }`
    fn values(&self, sql_type: Id) -> Option<Vec<String>> {
        (0..self.tree.types.len()).find_map(|id| {
            let item = &self.tree.types[id];
            if item.is_alias || !item.attributes.iter().any(|attribute| starts_with(attribute, "diesel")) {
                return None;
            }
            let input = self.tree.parse(id)?;
            let Data::Enum(data) = &input.data else { return None };
            let path = value(&input.attrs, "sql_type", path)?;
            let found = self.tree.resolve(item.module, &names(&path), Namespace::Types)?;
            let value = |variant: &syn::Variant| {
                value(&variant.attrs, "rename", text).unwrap_or_else(|| unraw(&variant.ident).to_snake_case())
            };
            (found == Found::Type(sql_type)).then(|| data.variants.iter().map(value).collect())
        })
    }

    fn joins(&mut self) {
        for (module, call) in self.calls::<JoinableCall>("joinable") {
            let [child, parent] = [&call.child, &call.parent].map(|path| self.table_of(module, path));
            let (Some((child, columns)), Some((parent, _))) = (child, parent) else {
                let wrong = if child.is_none() { &call.child } else { &call.parent };
                let reason = format!("`joinable!`: there is no table `{}`", names(wrong).join("::"));
                let problem = ModelProblem::Attribute { reason };
                self.report(module, call.column.span(), problem);
                continue;
            };
            let Some(column) = columns.get(&unraw(&call.column)).cloned() else {
                let table = self.tables[child].name.value.clone();
                let column = unraw(&call.column);
                self.report(
                    module,
                    call.column.span(),
                    ModelProblem::UnknownColumn { table, column, nearest: None },
                );
                continue;
            };
            let key = ForeignKey {
                definition: None,
                name: None,
                columns: vec![column],
                references: self.tables[parent].name.value.clone(),
                referenced_columns: Vec::new(),
                on_delete: ReferentialAction::NoAction,
                on_update: ReferentialAction::NoAction,
                deferrable: None,
            };
            let at = At { line: line(call.column.span()), value: key };
            self.tables[child].foreign_keys.push(at);
        }
    }

    /// The table that a path names: its last name is that of the macro's table, what stands before is a module.
    fn table_of(&self, module: Id, path: &Path) -> Option<(usize, &HashMap<String, String>)> {
        let mut path = names(path);
        let name = path.pop()?;
        let module = if path.is_empty() {
            module
        } else {
            match self.tree.resolve(module, &path, Namespace::Types)? {
                Found::Module(module) => module,
                _ => return None,
            }
        };
        self.by_ident.get(&(module, name)).map(|(table, columns)| (*table, columns))
    }
}

/// The name of `postgres_type(name = "mood", schema = "shop")`.
fn own_type(attributes: &[Attribute], of_database: &str) -> Option<ObjectName> {
    let (mut name, mut schema) = (None, None);
    value(attributes, of_database, |input| {
        list(input, |input| {
            let key = input.call(Ident::parse_any)?;
            match key.to_string().as_str() {
                "name" => name = Some(text(input)?),
                "schema" => schema = Some(text(input)?),
                _ => skip_value(input)?,
            }
            Ok(())
        })
    });
    name.map(|name| ObjectName { schema, name })
}

/// What `read` makes of a key of `#[diesel(…)]`.
fn value<T>(
    attributes: &[Attribute],
    wanted: &str,
    mut read: impl FnMut(ParseStream<'_>) -> syn::Result<T>,
) -> Option<T> {
    let mut found = None;
    // What is not understood is Diesel's to complain about.
    each_key(attributes, "diesel", &mut Mistakes::default(), |key, input| {
        if key != wanted {
            return skip_value(input);
        }
        found = Some(read(input)?);
        Ok(())
    });
    found
}

fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

fn starts_with(attribute: &TokenStream, word: &str) -> bool {
    matches!(attribute.clone().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == word)
}

/// The name of a type as PostgreSQL reads it, whatever its letters.
fn quoted(name: &ObjectName) -> String {
    let quote = |name: &String| identifier(Dialect::Postgresql, name);
    name.schema.iter().chain([&name.name]).map(quote).collect::<Vec<_>>().join(".")
}

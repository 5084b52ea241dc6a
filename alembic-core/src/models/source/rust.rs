//! Structs that derive `alembic::Table`, in the source of packages.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Path, Token};

use super::Sources;
use super::items::line;
use super::kinds::{Own, names};
use super::scope::Namespace;
use super::tree::{Found, Id, Tree};
use super::unread::derives;
use crate::models::draft::{At, Draft, DraftColumn};
use crate::models::item::{
    ForeignKeyItem, Mistakes, Spanned, TableItem, Target, read_enum, read_newtype, read_table, unraw,
};
use crate::models::link::link_with;
use crate::models::{Declaration, ModelError, ModelErrors, ModelProblem};
use crate::schema::{ForeignKey, NamingConvention};

/// The schema that the models of packages describe.
///
/// A model is a struct that derives `alembic::Table`. Files are found by following `mod` from the roots; nothing is
/// compiled, and what stands in the bodies of functions, in macros and under `#[cfg(test)]` is not looked at.
///
/// # Errors
/// All mistakes of all files.
pub fn rust_models(sources: &Sources, naming: &NamingConvention) -> Result<Declaration, ModelErrors> {
    let mut tree = Tree::read(sources);
    let errors = std::mem::take(&mut tree.errors);
    let mut reader = Reader { tree: &tree, tables: HashMap::new(), errors };
    reader.read();
    let drafts = reader.drafts();
    reader.errors.extend(tree.undecided());
    let schema = link_with(drafts, Some(naming), (sources.dialect, &sources.filter), reader.errors)?;
    let unread = tree.unread(sources, &|tokens| derives(tokens, "Table"));
    Ok(Declaration::Schema { schema, untold: &[], naming: Some(naming.clone()), unread })
}

struct Reader<'a> {
    tree: &'a Tree,
    tables: HashMap<Id, TableItem>,
    errors: Vec<ModelError>,
}

impl Reader<'_> {
    fn read(&mut self) {
        for id in 0..self.tree.types.len() {
            let item = &self.tree.types[id];
            let [is_table, is_enum, is_newtype] =
                ["Table", "Enum", "Newtype"].map(|name| self.tree.derives(id, "alembic", name));
            if !(is_table || is_enum || is_newtype) {
                continue;
            }
            let Some(input) = self.tree.parse(id) else {
                // The compiler says what is wrong with it.
                let reason = format!("{} is not understood", item.name);
                let path = self.tree.file_of(item.module).to_owned();
                self.errors.push(ModelError {
                    path,
                    line: line(item.name.span()),
                    problem: ModelProblem::NotRust { reason },
                });
                continue;
            };
            if is_table {
                let reading = read_table(&input);
                self.report(item.module, reading.mistakes);
                self.tables.extend(reading.item.map(|table| (id, table)));
            }
            if is_enum {
                self.report(item.module, read_enum(&input).mistakes);
            }
            if is_newtype {
                self.report(item.module, read_newtype(&input).mistakes);
            }
        }
    }

    fn report(&mut self, module: Id, mistakes: Mistakes) {
        let path = self.tree.file_of(module);
        self.errors.extend(mistakes.0.into_iter().map(|mistake| ModelError {
            path: path.to_owned(),
            line: line(mistake.span),
            problem: mistake.problem,
        }));
    }

    fn drafts(&mut self) -> Vec<Draft> {
        let mut ids: Vec<Id> = self.tables.keys().copied().collect();
        ids.sort_unstable();
        let mut drafts = Vec::with_capacity(ids.len());
        // A file may be a module of the library and of the program.
        let mut seen = BTreeSet::new();
        for id in ids {
            let draft = self.draft(id);
            if seen.insert((draft.file.clone(), draft.name.line, draft.name.value.clone())) {
                drafts.push(draft);
            }
        }
        drafts
    }

    fn draft(&mut self, id: Id) -> Draft {
        let item = &self.tables[&id];
        let module = self.tree.types[id].module;
        let columns = item.columns.iter().map(|column| {
            let mut draft = column.draft.clone();
            if let Some(rust) = &column.rust {
                draft.kind = self.tree.column_kind(module, rust, own_kind);
            }
            At { line: line(column.span), value: draft }
        });
        let columns: Vec<At<DraftColumn>> = columns.collect();
        let mut unknown = Vec::new();
        let foreign_keys =
            item.foreign_keys.iter().filter_map(|key| self.foreign_key(id, key, &mut unknown)).collect();
        let draft = Draft {
            file: self.tree.file_of(module).to_owned(),
            name: at(&item.name),
            columns,
            primary_key: item.primary_key.as_ref().map(at),
            uniques: item.uniques.iter().map(at).collect(),
            foreign_keys,
            checks: item.checks.iter().map(at).collect(),
            indexes: item.indexes.iter().map(at).collect(),
            comment: item.comment.clone(),
            options: item.options.clone(),
            renamed_from: item.renamed_from.clone(),
            unnamed_constraints: item.unnamed_constraints,
        };
        self.errors.extend(unknown);
        draft
    }

    /// The foreign key with the table that it refers to, or the mistake.
    fn foreign_key(
        &self,
        id: Id,
        item: &ForeignKeyItem,
        unknown: &mut Vec<ModelError>,
    ) -> Option<At<ForeignKey>> {
        let (references, referenced_columns) = match &item.target {
            Target::Table(name, columns) => (name.clone(), columns.clone()),
            Target::Model(path, field) => {
                let Some(table) = self.model(id, path) else {
                    let module = self.tree.types[id].module;
                    let problem = ModelProblem::UnknownModel { model: names(path).join("::") };
                    let path = self.tree.file_of(module).to_owned();
                    unknown.push(ModelError { path, line: line(item.span), problem });
                    return None;
                };
                (table.name.value.clone(), field.iter().map(|field| column_of(table, field)).collect())
            }
        };
        let key = ForeignKey { references, referenced_columns, ..item.key.clone() };
        Some(At { line: line(item.span), value: key })
    }

    fn model(&self, from: Id, path: &Path) -> Option<&TableItem> {
        if path.is_ident("Self") {
            return self.tables.get(&from);
        }
        match self.tree.resolve(self.tree.types[from].module, &names(path), Namespace::Types)? {
            Found::Type(id) => self.tables.get(&id),
            _ => None,
        }
    }
}

/// What an enum or a newtype is as a column.
fn own_kind(tree: &Tree, id: Id, input: &DeriveInput) -> Own {
    if tree.derives(id, "alembic", "Enum") {
        return read_enum(input).item.map_or(Own::Unknown, |item| Own::Kind(item.kind));
    }
    match read_newtype(input).item {
        Some(item) if item.is_evident || tree.derives(id, "alembic", "Newtype") => {
            Own::Wrapped(item.wrapped.into())
        }
        _ => Own::Unknown,
    }
}

/// The column of a field; the name of the field itself where there is none, which is found when models are linked.
fn column_of(table: &TableItem, field: &proc_macro2::Ident) -> String {
    let name = unraw(field);
    let column = table.columns.iter().find(|column| column.field == name);
    column.map_or(name, |column| column.draft.column.name.clone())
}

fn at<T: Clone>(spanned: &Spanned<T>) -> At<T> {
    At { line: line(spanned.span), value: spanned.value.clone() }
}

impl Tree {
    /// Whether a type derives a macro of a crate.
    pub(crate) fn derives(&self, id: Id, crate_: &str, name: &str) -> bool {
        let item = &self.types[id];
        // Asked of each type several times.
        let derived = item.derived.get_or_init(|| {
            let paths = item.attributes.iter().filter_map(derived).flatten();
            let found = paths.filter_map(|path| self.resolve(item.module, &names(&path), Namespace::Macros));
            let external = found.filter_map(|found| match found {
                Found::External(full) => Some((full.first()?.clone(), full.last()?.clone())),
                _ => None,
            });
            external.collect()
        });
        derived.iter().any(|(first, last)| first == crate_ && last == name)
    }
}

/// The paths of `derive(…)`.
fn derived(attribute: &TokenStream) -> Option<Vec<Path>> {
    let first = attribute.clone().into_iter().next();
    if !matches!(first, Some(TokenTree::Ident(word)) if word == "derive") {
        return None;
    }
    let list: syn::MetaList = syn::parse2(attribute.clone()).ok()?;
    if !list.path.is_ident("derive") {
        return None;
    }
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(list.tokens).ok()?;
    Some(paths.into_iter().collect())
}

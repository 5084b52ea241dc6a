//! The column type of a Rust type that is written in a module.

use std::collections::HashMap;

use syn::{DeriveInput, GenericArgument, GenericParam, Generics, Path, PathArguments, Type};

use super::scope::Namespace;
use super::tree::{Found, Id, Tree};
use crate::models::item::unraw;
use crate::models::types::{Known, known};
use crate::models::{ColumnKind, UnknownType};

/// What a struct or enum of the source is as a column.
pub(crate) enum Own {
    /// A column of this kind.
    Kind(ColumnKind),
    /// The same as what it wraps.
    Wrapped(Box<Type>),
    /// No column.
    Unknown,
}

/// Says what the structs and enums are that a kind of models uses.
pub(crate) type OwnKinds = fn(&Tree, Id, &DeriveInput) -> Own;

/// What the type parameters of an alias or a newtype stand for, and where that is written.
type Arguments<'a> = HashMap<String, (&'a Type, Id, &'a Scope<'a>)>;

/// What is known where a type is written.
struct Scope<'a> {
    own: OwnKinds,
    arguments: Arguments<'a>,
}

/// Longer chains of types than this are circles.
const LONGEST: usize = 32;

impl Tree {
    /// The column type of `type_` as `module` understands it.
    pub(crate) fn column_kind(
        &self,
        module: Id,
        type_: &Type,
        own: OwnKinds,
    ) -> Result<ColumnKind, UnknownType> {
        let scope = Scope { own, arguments: HashMap::new() };
        self.kind(module, type_, &scope, 0).ok_or_else(|| UnknownType { rust: written(type_) })
    }

    fn kind(&self, module: Id, type_: &Type, scope: &Scope<'_>, depth: usize) -> Option<ColumnKind> {
        if depth > LONGEST {
            return None;
        }
        match type_ {
            Type::Group(group) => self.kind(module, &group.elem, scope, depth),
            Type::Paren(paren) => self.kind(module, &paren.elem, scope, depth),
            Type::Reference(reference) => self.kind(module, &reference.elem, scope, depth),
            Type::Slice(slice) => self.kind(module, &slice.elem, scope, depth + 1).map(ColumnKind::list),
            Type::Array(array) => self.kind(module, &array.elem, scope, depth + 1).map(ColumnKind::list),
            Type::Path(path) if path.qself.is_none() => self.path_kind(module, &path.path, scope, depth),
            _ => None,
        }
    }

    fn path_kind(&self, module: Id, path: &Path, scope: &Scope<'_>, depth: usize) -> Option<ColumnKind> {
        if let Some(ident) = path.get_ident()
            && let Some((type_, module, scope)) = scope.arguments.get(&unraw(ident))
        {
            return self.kind(*module, type_, scope, depth + 1);
        }
        let arguments = types_of(path);
        match self.resolve(module, &names(path), Namespace::Types)? {
            Found::External(full) => {
                let full: Vec<&str> = full.iter().map(String::as_str).collect();
                let first = || self.kind(module, arguments.first()?, scope, depth + 1);
                match known(&full)? {
                    Known::Column(type_) => Some(ColumnKind::new(type_)),
                    Known::Same => first(),
                    Known::Optional => first().map(ColumnKind::optional),
                    Known::List => first().map(ColumnKind::list),
                }
            }
            Found::Type(id) => self.own_kind(id, &arguments, (module, scope), depth),
            Found::Module(_) => None,
        }
    }

    /// The kind of a type that is read: an alias, or what models say of it.
    fn own_kind(
        &self,
        id: Id,
        arguments: &[&Type],
        (from, scope): (Id, &Scope<'_>),
        depth: usize,
    ) -> Option<ColumnKind> {
        let item = &self.types[id];
        if item.is_alias {
            let alias: Alias = syn::parse2(item.tokens.clone()).ok()?;
            let arguments = bind(&alias.generics, item.module, arguments, (from, scope));
            let scope = Scope { own: scope.own, arguments };
            return self.kind(item.module, &alias.type_, &scope, depth + 1);
        }
        let input = self.parse(id)?;
        match (scope.own)(self, id, &input) {
            Own::Kind(kind) => Some(kind),
            Own::Wrapped(wrapped) => {
                let arguments = bind(&input.generics, item.module, arguments, (from, scope));
                let scope = Scope { own: scope.own, arguments };
                self.kind(item.module, &wrapped, &scope, depth + 1)
            }
            Own::Unknown => None,
        }
    }

    /// The struct or enum as a derive would see it.
    pub(crate) fn parse(&self, id: Id) -> Option<DeriveInput> {
        let mut input: DeriveInput = syn::parse2(self.types[id].tokens.clone()).ok()?;
        self.conditions.configure(&mut input);
        Some(input)
    }
}

/// What type parameters stand for: the arguments, and defaults where there are fewer of these. `own` is the module of the
/// parameters.
fn bind<'a>(
    generics: &'a Generics,
    own: Id,
    arguments: &[&'a Type],
    (from, scope): (Id, &'a Scope<'a>),
) -> Arguments<'a> {
    let parameters = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(parameter),
        _ => None,
    });
    let mut bound = Arguments::new();
    for (place, parameter) in parameters.enumerate() {
        let default = || {
            let (_, default) = parameter.default.as_ref()?;
            // A default may be a parameter before it.
            let other = match default {
                Type::Path(path) => path.path.get_ident().and_then(|ident| bound.get(&unraw(ident))).copied(),
                _ => None,
            };
            Some(other.unwrap_or((default, own, scope)))
        };
        let given = arguments.get(place).map(|type_| (*type_, from, scope));
        if let Some(argument) = given.or_else(default) {
            bound.insert(unraw(&parameter.ident), argument);
        }
    }
    bound
}

/// `type Name<T> = …;`
struct Alias {
    generics: Generics,
    type_: Type,
}

impl syn::parse::Parse for Alias {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Alias> {
        input.call(syn::Attribute::parse_outer)?;
        input.parse::<syn::Visibility>()?;
        input.parse::<syn::Token![type]>()?;
        input.parse::<syn::Ident>()?;
        let generics = input.parse()?;
        input.parse::<syn::Token![=]>()?;
        let type_ = input.parse()?;
        input.parse::<proc_macro2::TokenStream>()?;
        Ok(Alias { generics, type_ })
    }
}

/// The names of a path, without arguments.
pub(crate) fn names(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| unraw(&segment.ident)).collect()
}

/// The type arguments of the last name of a path.
pub(crate) fn types_of(path: &Path) -> Vec<&Type> {
    let Some(PathArguments::AngleBracketed(arguments)) = path.segments.last().map(|last| &last.arguments)
    else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(type_) => Some(type_),
        _ => None,
    });
    types.collect()
}

/// A type as it is written, for a message.
pub(crate) fn written(type_: &Type) -> String {
    match type_ {
        Type::Group(group) => written(&group.elem),
        Type::Paren(paren) => written(&paren.elem),
        Type::Reference(reference) => format!("&{}", written(&reference.elem)),
        Type::Slice(slice) => format!("[{}]", written(&slice.elem)),
        Type::Array(array) => format!("[{}; _]", written(&array.elem)),
        Type::Tuple(tuple) => {
            let elements: Vec<String> = tuple.elems.iter().map(written).collect();
            format!("({})", elements.join(", "))
        }
        Type::Path(path) => {
            let arguments: Vec<String> = types_of(&path.path).into_iter().map(written).collect();
            let name = names(&path.path).join("::");
            if arguments.is_empty() { name } else { format!("{name}<{}>", arguments.join(", ")) }
        }
        _ => "this type".into(),
    }
}

//! What a path means in a module: items, `use`, `crate`, `self`, `super`, other packages that are read, other crates.

use super::items::Use;
use super::tree::{Id, Tree};
use crate::models::item::nesting;
use crate::models::types::known;

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A type that is read.
    Type(Id),
    Module(Id),
    /// The full path of something in a crate that is not read.
    External(Vec<String>),
}

/// Types and modules share their names; macros have names of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    Types,
    Macros,
}

/// The derives that make models, by their crates.
const DERIVES: &[(&str, &[&str])] = &[
    ("alembic", &["Table", "Enum", "Newtype"]),
    (
        "sea_orm",
        &[
            "DeriveActiveEnum",
            "DeriveEntity",
            "DeriveEntityModel",
            "DeriveRelation",
            "DeriveValueType",
            "FromJsonQueryResult",
        ],
    ),
];

/// What is being looked up: a name that needs itself is not there.
type Trail = Vec<(Id, String, Namespace)>;

impl Tree {
    /// Looks a path up in a module.
    pub(crate) fn resolve(&self, module: Id, path: &[String], namespace: Namespace) -> Option<Found> {
        let found = self.look_up(module, path, namespace, &mut Vec::new())?;
        match &found {
            // A single name is no crate.
            Found::External(full) if full.len() == 1 && known(&[&full[0]]).is_none() => None,
            _ => Some(found),
        }
    }

    fn look_up(&self, module: Id, path: &[String], namespace: Namespace, trail: &mut Trail) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => Found::Module(self.modules[module].root),
            "self" => Found::Module(module),
            "super" => Found::Module(self.modules[module].parent?),
            name => {
                // All but the last name are modules and crates.
                let namespace = if rest.is_empty() { namespace } else { Namespace::Types };
                self.in_module(module, name, namespace, trail).unwrap_or_else(|| self.outside(name))
            }
        };
        self.follow(start, rest, namespace, trail)
    }

    fn follow(
        &self,
        start: Found,
        rest: &[String],
        namespace: Namespace,
        trail: &mut Trail,
    ) -> Option<Found> {
        let mut found = start;
        for (index, name) in rest.iter().enumerate() {
            let namespace = if index + 1 == rest.len() { namespace } else { Namespace::Types };
            found = match found {
                Found::Module(module) if name == "super" => Found::Module(self.modules[module].parent?),
                Found::Module(module) if name == "self" => Found::Module(module),
                Found::Module(module) => self.in_module(module, name, namespace, trail)?,
                Found::External(mut path) => {
                    path.push(name.clone());
                    Found::External(path)
                }
                Found::Type(_) => return None,
            };
        }
        Some(found)
    }

    /// What a module calls by a name: its items, what it uses by name, and then what it uses by `*`.
    fn in_module(&self, module: Id, name: &str, namespace: Namespace, trail: &mut Trail) -> Option<Found> {
        let content = &self.modules[module];
        if namespace == Namespace::Types {
            if let Some(id) = content.types.get(name) {
                return Some(Found::Type(*id));
            }
            if let Some(id) = content.children.get(name) {
                return Some(Found::Module(*id));
            }
        }
        if content.uses.is_empty()
            || trail.len() > nesting::LIMIT
            || trail
                .iter()
                .any(|(id, wanted, kind)| (*id, wanted.as_str(), *kind) == (module, name, namespace))
        {
            return None;
        }
        trail.push((module, name.to_owned(), namespace));
        let found = self.used(module, name, namespace, trail);
        trail.pop();
        found
    }

    fn used(&self, module: Id, name: &str, namespace: Namespace, trail: &mut Trail) -> Option<Found> {
        let (named, all): (Vec<&Use>, Vec<&Use>) =
            self.modules[module].uses.iter().partition(|found| found.name.is_some());
        for found in named.into_iter().filter(|found| found.name.as_deref() == Some(name)) {
            let target = self.look_up(module, &found.path, namespace, trail);
            if target.is_some() {
                return target;
            }
        }
        for found in all {
            match self.look_up(module, &found.path, Namespace::Types, trail) {
                Some(Found::Module(other)) if other != module => {
                    let target = self.in_module(other, name, namespace, trail);
                    if target.is_some() {
                        return target;
                    }
                }
                // What another crate exports is not known, but for what this program knows itself.
                Some(Found::External(mut path)) => {
                    path.push(name.to_owned());
                    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
                    let is_known = match namespace {
                        Namespace::Types => known(&parts).is_some(),
                        Namespace::Macros => DERIVES
                            .iter()
                            .any(|(crate_, names)| parts.first() == Some(crate_) && names.contains(&name)),
                    };
                    if is_known {
                        return Some(Found::External(path));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// What is not in the module: a package that is read, the prelude, a primitive type, or another crate.
    fn outside(&self, name: &str) -> Found {
        if let Some(root) = self.libraries.get(name) {
            return Found::Module(*root);
        }
        let prelude = match name {
            "Option" => Some("option"),
            "Vec" => Some("vec"),
            "Box" => Some("boxed"),
            "String" => Some("string"),
            _ => None,
        };
        match prelude {
            Some(module) => Found::External(vec!["std".into(), module.into(), name.into()]),
            None => Found::External(vec![name.to_owned()]),
        }
    }
}

//! What a path means in a module: items, `use`, `crate`, `self`, `super`, other packages that are read, other crates.

use super::tree::{Definition, Found, Id, Tree};
use crate::models::item::nesting;
use crate::models::types::known;
use crate::models::{ModelError, ModelProblem};

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
                let inside = self.in_module(module, name, namespace, trail);
                inside.unwrap_or_else(|| self.outside(module, name))
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

    /// What a module calls by a name: its items, what it uses by name, and then what it uses by `*`. What depends on the
    /// build does not keep others from being looked for.
    fn in_module(&self, module: Id, name: &str, namespace: Namespace, trail: &mut Trail) -> Option<Found> {
        let content = &self.modules[module];
        let items = content.items.get(name).filter(|_| namespace == Namespace::Types);
        let mut found: Vec<Definition> = items.cloned().unwrap_or_default();
        let is_new = || {
            let is_same = |(id, wanted, kind): &(Id, String, Namespace)| {
                (*id, wanted.as_str(), *kind) == (module, name, namespace)
            };
            trail.len() <= nesting::LIMIT && !trail.iter().any(is_same)
        };
        if !is_certain(&found) && !content.uses.is_empty() && is_new() {
            trail.push((module, name.to_owned(), namespace));
            self.used(module, name, namespace, trail, &mut found);
            trail.pop();
        }
        let first = found.first()?.found.clone();
        if namespace == Namespace::Types && found.iter().any(|other| other.found != first) {
            let lines = found.iter().map(|own| own.line);
            let mut undecided = self.undecided.borrow_mut();
            undecided.entry((module, name.to_owned())).or_default().extend(lines);
        }
        Some(first)
    }

    fn used(
        &self,
        module: Id,
        name: &str,
        namespace: Namespace,
        trail: &mut Trail,
        found: &mut Vec<Definition>,
    ) {
        let uses = &self.modules[module].uses;
        for own in uses.iter().filter(|own| own.name.as_deref() == Some(name)) {
            if is_certain(found) {
                return;
            }
            let target = self.look_up(module, &own.path, namespace, trail);
            found.extend(target.map(|found| Definition { found, line: own.line, is_open: own.is_open }));
        }
        for own in uses.iter().filter(|own| own.name.is_none()) {
            if is_certain(found) {
                return;
            }
            let target = match self.look_up(module, &own.path, Namespace::Types, trail) {
                Some(Found::Module(other)) if other != module => {
                    self.in_module(other, name, namespace, trail)
                }
                Some(Found::External(path)) => exported(path, name, namespace),
                _ => None,
            };
            found.extend(target.map(|found| Definition { found, line: own.line, is_open: own.is_open }));
        }
    }

    /// The mistakes that only conditions decide what names mean that were looked up.
    pub(crate) fn undecided(&self) -> Vec<ModelError> {
        let mut errors = Vec::new();
        for ((module, name), lines) in self.undecided.borrow().iter() {
            let mut lines = lines.iter().copied();
            let (name, line) = (name.clone(), lines.next().unwrap_or_default());
            let problem = ModelProblem::Undecided { name, others: lines.collect() };
            errors.push(ModelError { path: self.file_of(*module).to_owned(), line, problem });
        }
        errors
    }

    /// What is not in the module: a package that is read, the prelude, a primitive type, or another crate.
    fn outside(&self, module: Id, name: &str) -> Found {
        let renames = self.renames.get(&self.modules[module].root);
        let name = renames.and_then(|renames| renames.get(name)).map_or(name, String::as_str);
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

/// Whether something is there in every build: nothing else can be meant then.
fn is_certain(found: &[Definition]) -> bool {
    found.iter().any(|own| !own.is_open)
}

/// What `*` brings from a crate that is not read: what that exports is not known, but for what this program knows itself.
fn exported(mut path: Vec<String>, name: &str, namespace: Namespace) -> Option<Found> {
    path.push(name.to_owned());
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let is_known = match namespace {
        Namespace::Types => known(&parts).is_some(),
        Namespace::Macros => {
            DERIVES.iter().any(|(crate_, names)| parts.first() == Some(crate_) && names.contains(&name))
        }
    };
    is_known.then_some(Found::External(path))
}

//! What the catalogs of servers have in common.

use super::Namespace;
use crate::schema::ObjectName;

/// The name of something in a namespace, as it is shown.
pub(crate) fn shown(namespaces: &[Namespace], namespace: &str, name: String) -> ObjectName {
    let schema = match namespaces.iter().find(|known| known.name == namespace) {
        Some(known) => known.shown.clone(),
        None => Some(namespace.to_owned()),
    };
    ObjectName { schema, name }
}

/// Whether a column of a catalog says yes, in any of the words that the databases have for it.
pub(crate) fn is_true(value: Option<&String>) -> bool {
    value.is_some_and(|value| matches!(value.as_str(), "t" | "true" | "1" | "YES"))
}

/// The namespaces as a list of literals for `IN`.
pub(crate) fn names(namespaces: &[Namespace], literal: impl Fn(&str) -> String) -> String {
    let names: Vec<String> = namespaces.iter().map(|namespace| literal(&namespace.name)).collect();
    names.join(", ")
}

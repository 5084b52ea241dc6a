//! Text objects in an order in which they can be made.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::schema::TextObject;
use crate::sql::{Dialect, TokenKind, tokens, unquote};

/// Those that have to be there before the tables, with what they need themselves; and the others.
pub(super) fn split_early(objects: Vec<TextObject>, dialect: Dialect) -> (Vec<TextObject>, Vec<TextObject>) {
    let (mut early, mut late): (Vec<_>, Vec<_>) =
        objects.into_iter().partition(|object| object.before_tables);
    loop {
        let names: HashSet<String> = early.iter().flat_map(|object| names_in(object, dialect)).collect();
        let is_needed = |object: &TextObject| {
            matches!(object.kind.as_str(), "function" | "procedure") && names.contains(&own_name(object))
        };
        let (needed, others): (Vec<_>, Vec<_>) = late.into_iter().partition(is_needed);
        late = others;
        if needed.is_empty() {
            return (early, late);
        }
        early.extend(needed);
    }
}

/// Those of a schema that have to be there before its tables, in an order in which they can be made.
#[cfg(feature = "driver")]
pub(crate) fn before_tables(objects: &[TextObject], dialect: Dialect) -> Vec<TextObject> {
    let written = objects.iter().filter(|object| object.statements().is_some());
    in_order(split_early(written.cloned().collect(), dialect).0, dialect)
}

/// Kinds in an order in which most of them can be made.
const KINDS: [&str; 24] = [
    "extension",
    "collation",
    "composite type",
    "domain",
    "range type",
    "sequence",
    "table option",
    "column option",
    "constraint option",
    "index option",
    "sequence option",
    "partition",
    "constraint",
    "function",
    "procedure",
    "aggregate",
    "view",
    "materialized view",
    "index",
    "exclusion constraint",
    "trigger",
    "rule",
    "policy",
    "statistics",
];

/// The objects so that each stands behind those that it names or needs.
pub(super) fn in_order(mut objects: Vec<TextObject>, dialect: Dialect) -> Vec<TextObject> {
    let rank =
        |object: &TextObject| KINDS.iter().position(|kind| *kind == object.kind).unwrap_or(KINDS.len());
    objects.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    let mut waits = needs(&objects, dialect);
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    for (one, needed) in waits.iter().enumerate() {
        needed.iter().for_each(|&other| followers[other].push(one));
    }
    let mut left: BTreeSet<usize> = (0..objects.len()).collect();
    let mut ready: BTreeSet<usize> = left.iter().copied().filter(|&one| waits[one].is_empty()).collect();
    let mut order = Vec::with_capacity(left.len());
    // Where they need each other, no order is right: then it is that of the kinds.
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        order.push(next);
        for &follower in &followers[next] {
            if waits[follower].remove(&next) && waits[follower].is_empty() && left.contains(&follower) {
                ready.insert(follower);
            }
        }
    }
    let mut objects: Vec<Option<TextObject>> = objects.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| objects[place].take()).collect()
}

/// The others that each needs, by their places: those that it uses, belongs to or names.
fn needs(objects: &[TextObject], dialect: Dialect) -> Vec<HashSet<usize>> {
    let mut by_name = HashMap::new();
    let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, object) in objects.iter().enumerate() {
        by_name.entry(&object.name).or_insert_with(Vec::new).push(place);
        by_word.entry(own_name(object)).or_default().push(place);
    }
    let named: Vec<HashSet<String>> = objects.iter().map(|object| names_in(object, dialect)).collect();
    let of_object = |(place, object): (usize, &TextObject)| {
        let used = object.uses.iter().map(|used| &used.table);
        let owner = object.table.iter().filter(|table| **table != object.name);
        let certain = used.chain(owner).filter_map(|name| by_name.get(name)).flatten().copied();
        let own = own_name(object);
        let words = named[place].iter().filter_map(|word| by_word.get(word)).flatten().copied();
        let likely = words.filter(|&other| !named[other].contains(&own));
        certain.chain(likely).filter(|&other| other != place).collect()
    };
    objects.iter().enumerate().map(of_object).collect()
}

/// The name of an object as texts have it: of a routine, without its arguments.
fn own_name(object: &TextObject) -> String {
    object.name.name.split('(').next().unwrap_or_default().to_lowercase()
}

/// The names in the text of an object, but for its own. What a routine does is a string in its definition.
fn names_in(object: &TextObject, dialect: Dialect) -> HashSet<String> {
    let mut names = HashSet::new();
    let has_body = matches!(object.kind.as_str(), "function" | "procedure");
    add_names(object.definition.as_deref().unwrap_or_default(), dialect, has_body, &mut names);
    names.remove(&own_name(object));
    names
}

fn add_names(text: &str, dialect: Dialect, in_strings: bool, names: &mut HashSet<String>) {
    for token in tokens(text, dialect) {
        let own = token.text(text);
        match token.kind {
            TokenKind::Word => names.extend([own.to_lowercase()]),
            TokenKind::QuotedIdentifier => names.extend(unquote(own).map(|name| name.to_lowercase())),
            TokenKind::String | TokenKind::DollarString if in_strings => {
                add_names(own.trim_matches(['\'', '$']), dialect, false, names);
            }
            _ => {}
        }
    }
}

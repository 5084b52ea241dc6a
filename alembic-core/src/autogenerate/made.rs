//! The objects that the statements of a script create, as far as a scratch place depends on them: PostgreSQL's.

use std::collections::HashSet;

use crate::models::SqlScript;
use crate::schema::{Foreign, Schema};
use crate::sql::Dialect;
use crate::sql::facts::{Action, Facts, ObjectKind};

/// The kinds of objects that a table may need and that a script may leave to others.
const KINDS: [&str; 8] =
    ["aggregate", "collation", "composite type", "domain", "function", "procedure", "range type", "sequence"];

/// The schema that a `CREATE SCHEMA` creates.
pub(super) fn made_schema(statement: &str) -> Option<String> {
    made(statement, &[ObjectKind::Schema])
}

/// The names of existing objects that the tables of a script may need and that none of its statements creates.
pub(super) fn not_made(there: &Schema, script: &SqlScript) -> HashSet<String> {
    const CREATED: [ObjectKind; 4] =
        [ObjectKind::Collation, ObjectKind::Routine, ObjectKind::Sequence, ObjectKind::Type];
    let statements = script.statements.iter().map(|statement| statement.text(&script.text));
    let made: HashSet<String> = statements.filter_map(|statement| made(statement, &CREATED)).collect();
    let foreign = there.foreign.iter().filter(|own| KINDS.contains(&own.kind.as_str()));
    // The arguments of a function follow its name.
    let name = |own: &Foreign| own.name.name.split('(').next().unwrap_or_default().to_owned();
    foreign.map(name).filter(|name| !made.contains(name)).collect()
}

/// The name, without its schema, of the object of one of these kinds that a statement creates.
fn made(statement: &str, kinds: &[ObjectKind]) -> Option<String> {
    let changes = Facts::of(statement, Dialect::Postgresql).changes;
    let mut created = changes.into_iter().filter(|change| change.action == Action::Creates);
    created.find(|change| kinds.contains(&change.object.kind)).map(|change| change.object.name.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_what_is_made() {
        let check = |statement: &str, kind: ObjectKind, expected: Option<&str>| {
            assert_eq!(made(statement, &[kind]).as_deref(), expected, "{statement}");
        };
        check("CREATE SCHEMA IF NOT EXISTS audit", ObjectKind::Schema, Some("audit"));
        check("CREATE SCHEMA AUTHORIZATION audit", ObjectKind::Schema, Some("audit"));
        check("create /* why */ schema \"A b\"", ObjectKind::Schema, Some("A b"));
        check("CREATE TABLE schema (a INT)", ObjectKind::Schema, None);
        check("CREATE DOMAIN s.short AS TEXT", ObjectKind::Type, Some("short"));
        check("CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT", ObjectKind::Routine, Some("f"));
        check("CREATE UNLOGGED SEQUENCE x", ObjectKind::Sequence, Some("x"));
        check("DROP DOMAIN short", ObjectKind::Type, None);
        check("CREATE DOMAIN", ObjectKind::Type, None);
    }
}

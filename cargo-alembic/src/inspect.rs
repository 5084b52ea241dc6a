//! `inspect`: a database as SQL, as JSON, as models, or as a picture.

mod needed;

use std::collections::BTreeMap;

use alembic_core::autogenerate::{generic, inspect as reflected, mermaid, rust_source, schema_sql, svg};
use alembic_core::cli::{CommandError, note, print, print_json};
use alembic_core::schema::{Schema, TextObject};
use alembic_core::script::ScriptDirectory;
use alembic_core::sql::Dialect;
use serde::Serialize;

use crate::args::{Arguments, InspectArgs};
use crate::autogenerate::explain;
use crate::error::Failure;
use crate::project::Project;
use needed::needed;

/// What `inspect --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    dialect: &'static str,
    #[serde(flatten)]
    schema: &'a Schema,
}

pub(crate) async fn inspect(
    project: &Project,
    arguments: &Arguments,
    args: &InspectArgs,
) -> Result<(), Failure> {
    let database = project.database(arguments)?;
    // Scripts have no part in it.
    let none = ScriptDirectory::new(Vec::new()).map_err(|errors| project.explain(&errors))?;
    let migrator = project.migrator(none);
    let failed = |error| Failure::command(&CommandError::Migrate(error), &migrator);
    let dialect = database.dialect().map_err(failed)?;
    let mut filter = project.config.compared_tables();
    filter.schemas.extend(args.schema.iter().cloned());
    if !args.include.is_empty() {
        filter.include.clone_from(&args.include);
    }
    filter.exclude.extend(args.exclude.iter().cloned());
    let schema = reflected(database, &filter).await;
    let schema = schema.map_err(|error| explain(error, project, &migrator))?;
    if args.json {
        return Ok(print_json("inspect", Report { dialect: dialect.name(), schema: &schema })?);
    }
    let text = if args.models {
        rust_source(
            &generic(&schema, dialect),
            dialect,
            &project.config.naming,
            &project.config.compared_tables(),
        )
    } else if args.mermaid {
        mermaid(&schema, dialect)
    } else if args.svg {
        svg(&schema, dialect)
    } else {
        schema_sql(&schema, dialect).map_err(Failure::plain)?
    };
    print(&text)?;
    // The SQL has all that a statement makes.
    let is_sql = !args.models && !args.mermaid && !args.svg;
    let left = schema.objects.iter().filter(|object| !is_sql || object.statements().is_none());
    left_out(&schema, left, (!args.mermaid && !args.svg).then_some(dialect));
    Ok(())
}

/// Says what is there and is not shown; and of a text that a database is to read, in which `dialect`, where it needs that.
fn left_out<'a>(schema: &Schema, left: impl Iterator<Item = &'a TextObject>, dialect: Option<Dialect>) {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for object in left {
        let TextObject { kind, name, table, .. } = object;
        let of = table.as_ref().filter(|table| *table != name);
        let of = of.map_or_else(String::new, |table| format!(" of {table}"));
        let needed = dialect.map_or_else(String::new, |dialect| needed(schema, object, dialect));
        kinds.entry(kind).or_default().push(format!("{name}{of}{needed}"));
    }
    for (kind, names) in kinds {
        let kind = if names.len() == 1 { kind.to_owned() } else { plural(kind) };
        note(format!("not shown: {kind} {}", names.join(", ")));
    }
}

fn plural(kind: &str) -> String {
    if let Some(rest) = kind.strip_suffix('y') {
        format!("{rest}ies")
    } else if kind.ends_with('s') {
        kind.to_owned()
    } else if kind.ends_with('x') {
        format!("{kind}es")
    } else {
        format!("{kind}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_a_plural() {
        let check = |kind, expected: &str| assert_eq!(plural(kind), expected);
        check("view", "views");
        check("policy", "policies");
        check("statistics", "statistics");
        check("invalid index", "invalid indexes");
    }
}

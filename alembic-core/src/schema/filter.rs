//! What of a database is looked at.

use serde::Deserialize;

use super::ObjectName;

/// Which schemas and tables of a database are looked at.
///
/// ```
/// use alembic_core::schema::{Filter, ObjectName};
///
/// let filter = Filter { exclude: vec!["tmp_*".into()], ..Filter::default() };
/// assert!(filter.takes(&ObjectName::new("users")));
/// assert!(!filter.takes(&ObjectName::new("tmp_users")));
/// assert!(!filter.takes(&ObjectName::new("_sqlx_migrations")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a table with `schemas`, `include`, `exclude` or `unmanaged`"
)]
pub struct Filter {
    /// Schemas (PostgreSQL) or databases (MySQL) besides the default one.
    pub schemas: Vec<String>,
    /// Patterns of tables; empty: all. `*` stands for any characters, `?` for one. A table outside of the default schema
    /// is named with its schema: `audit.*`.
    pub include: Vec<String>,
    /// Patterns of tables that are left out, even where `include` has them.
    pub exclude: Vec<String>,
    /// Patterns of what may be there though nothing desires it: nobody is told of it. One without a colon is for tables that no
    /// revision creates; one with the kind of something else before a colon leaves that alone wherever it is: `index:ix_manual_*`,
    /// `constraint:*`, `trigger:audit_*`, `view:*`.
    pub unmanaged: Vec<String>,
}

/// The tables in which migration tools keep their books.
const BOOKKEEPING: [&str; 29] = [
    "__EFMigrationsHistory",
    "__diesel_schema_migrations",
    "__drizzle_migrations",
    "__toasty_migrations",
    "_prisma_migrations",
    "_sqlx_migrations",
    "_sqlx_migrator_migrations",
    "alembic_history",
    "alembic_lease",
    "alembic_version",
    "ar_internal_metadata",
    "atlas_schema_revisions",
    "butane_migrations",
    "cot__migrations",
    "databasechangelog",
    "databasechangeloglock",
    "django_migrations",
    "doctrine_migration_versions",
    "flyway_schema_history",
    "goose_db_version",
    "knex_migrations",
    "knex_migrations_lock",
    "mikro_orm_migrations",
    "phinxlog",
    "refinery_schema_history",
    "schema_migrations",
    "seaql_migrations",
    "sequelizemeta",
    "typeorm_metadata",
];

impl Filter {
    /// Whether a table is looked at.
    #[must_use]
    pub fn takes(&self, name: &ObjectName) -> bool {
        let is_known = || BOOKKEEPING.iter().any(|known| known.eq_ignore_ascii_case(&name.name));
        self.takes_by_pattern(name) && (!self.include.is_empty() || !is_known())
    }

    /// Whether a table that is left alone is one that nobody need be told of.
    #[must_use]
    pub fn expects(&self, name: &ObjectName) -> bool {
        let shown = name.to_string();
        self.unmanaged.iter().any(|pattern| matches(pattern, &shown))
    }

    /// Whether something else than a table is to be left alone. It is named with or without its table.
    #[must_use]
    pub fn leaves(&self, kind: &str, table: Option<&ObjectName>, name: &str) -> bool {
        let with_table = table.map(|table| format!("{table}.{name}"));
        let is_of = |pattern: &String| {
            pattern.split_once(':').is_some_and(|(own, names)| {
                own == kind
                    && (matches(names, name) || with_table.as_ref().is_some_and(|full| matches(names, full)))
            })
        };
        self.unmanaged.iter().any(is_of)
    }

    /// Takes out of a schema what is to be left alone and is no table.
    #[cfg(feature = "driver")]
    pub(crate) fn leave_out(&self, schema: &mut super::Schema) {
        if !self.unmanaged.iter().any(|pattern| pattern.contains(':')) {
            return;
        }
        for table in &mut schema.tables {
            let own = table.name.clone();
            let stays = |kinds: &[&str], name: Option<&String>| {
                name.is_none_or(|name| !kinds.iter().any(|kind| self.leaves(kind, Some(&own), name)))
            };
            table.indexes.retain(|index| stays(&["index"], Some(&index.name)));
            table.uniques.retain(|unique| stays(&["constraint", "unique constraint"], unique.name.as_ref()));
            table.checks.retain(|check| stays(&["constraint", "check"], check.name.as_ref()));
            table.foreign_keys.retain(|key| stays(&["constraint", "foreign key"], key.name.as_ref()));
        }
        schema.objects.retain(|object| {
            let kinds = match object.kind.ends_with("constraint") {
                true => vec!["constraint", object.kind.as_str()],
                false => vec![object.kind.as_str()],
            };
            !kinds.iter().any(|kind| self.leaves(kind, object.table.as_ref(), &object.name.to_string()))
        });
    }

    /// The same for a table that somebody asks for: then it is no other tool's, whatever its name.
    pub(crate) fn takes_by_pattern(&self, name: &ObjectName) -> bool {
        let shown = name.to_string();
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, &shown));
        !any(&self.exclude) && (self.include.is_empty() || any(&self.include))
    }

    /// Whether a table that is referred to need have no model: it is not looked at, or it is in another schema and may belong to
    /// another service.
    #[must_use]
    pub fn needs_no_model(&self, name: &ObjectName) -> bool {
        name.schema.is_some() || !self.takes_by_pattern(name)
    }

    /// Takes out of a schema what is not looked at. Tables that `wanted` has stay, whatever their name.
    #[cfg(feature = "driver")]
    pub(crate) fn apply(&self, schema: &mut super::Schema, wanted: &super::Schema) {
        schema.tables.retain(|table| self.takes(&table.name) || wanted.table(&table.name).is_some());
        schema.objects.retain(|object| {
            object.table.as_ref().is_none_or(|table| self.takes(table) || wanted.table(table).is_some())
        });
    }
}

/// Whether `name` is what `pattern` says.
fn matches(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            name.char_indices().any(|(at, _)| matches(rest, &name[at..])) || matches(rest, "")
        }
        Some(letter) => {
            let mut of_name = name.chars();
            of_name.next().is_some_and(|other| letter == '?' || letter == other)
                && matches(letters.as_str(), of_name.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        let check = |pattern: &str, name: &str, expected| {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}")
        };
        check("users", "users", true);
        check("users", "user", false);
        check("user", "users", false);
        check("*", "", true);
        check("*", "anything", true);
        check("tmp_*", "tmp_", true);
        check("tmp_*", "tmp", false);
        check("*_old", "users_old", true);
        check("*_old", "users_older", false);
        check("a*b*c", "aXbYbZc", true);
        check("a*b*c", "acb", false);
        check("t?", "té", true);
        check("t?", "t", false);
        check("audit.*", "audit.log", true);
        check("audit.*", "auditXlog", false);
    }
}

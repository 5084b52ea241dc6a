//! Schemas in which the version table cannot be.

use crate::sql::Dialect;

/// A schema in which the version table cannot be: it ends with the session, and the next run would begin from nothing; or it
/// is the server's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the version table cannot be in the schema `{schema}`, which {reason}")]
pub struct UnfitSchema {
    /// Its name.
    pub schema: String,
    reason: &'static str,
}

const TEMPORARY: &str = "is temporary: what is applied would be forgotten when the session ends";
const SYSTEM: &str = "belongs to the server";

impl UnfitSchema {
    /// Refuses a temporary schema, and those of the server itself. On MySQL a schema is a database.
    pub(super) fn check(dialect: Dialect, schema: &str) -> Result<(), UnfitSchema> {
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(schema));
        let reason = match dialect {
            Dialect::Sqlite if is(&["temp"]) => TEMPORARY,
            // They are quoted, and so the case of letters counts.
            Dialect::Postgresql if schema.starts_with("pg_temp") => TEMPORARY,
            Dialect::Postgresql if schema.starts_with("pg_") || schema == "information_schema" => SYSTEM,
            Dialect::Mysql if is(&["mysql", "information_schema", "performance_schema", "sys"]) => SYSTEM,
            _ => return Ok(()),
        };
        Err(UnfitSchema { schema: schema.to_owned(), reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_and_system_schemas_are_unfit() {
        let check = |dialect, schema, expected: Option<&str>| {
            let reason = UnfitSchema::check(dialect, schema).err().map(|unfit| unfit.reason);
            assert_eq!(reason, expected, "{dialect}: {schema}");
        };
        for schema in ["temp", "TEMP", "Temp"] {
            check(Dialect::Sqlite, schema, Some(TEMPORARY));
        }
        for schema in ["pg_temp", "pg_temp_3", "pg_temp_12"] {
            check(Dialect::Postgresql, schema, Some(TEMPORARY));
        }
        for schema in ["pg_catalog", "pg_toast", "pg_toast_temp_3", "information_schema"] {
            check(Dialect::Postgresql, schema, Some(SYSTEM));
        }
        for schema in ["mysql", "information_schema", "INFORMATION_SCHEMA", "performance_schema", "sys"] {
            check(Dialect::Mysql, schema, Some(SYSTEM));
        }
        for schema in ["main", "app", "temporary", "pgapp", "PG_TEMP", "Information_Schema", "mysql"] {
            check(Dialect::Postgresql, schema, None);
        }
        for schema in ["main", "app", "pg_temp", "temporary", "mysql"] {
            check(Dialect::Sqlite, schema, None);
        }
        check(Dialect::Mysql, "temp", None);
        check(Dialect::Mysql, "pg_temp", None);
    }
}

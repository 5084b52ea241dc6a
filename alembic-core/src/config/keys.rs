//! The keys that `alembic.toml` may have, and what to say about others.

use crate::revision::nearest;

/// The settings of a database: at the top of the file, and in `[databases.NAME]`.
pub const KEYS: &[&str] = &[
    "migrations",
    "recursive",
    "url",
    "scratch_url",
    "dialects",
    "transaction",
    "transactional_ddl",
    "lock",
    "connect_timeout",
    "wait",
    "lock_timeout",
    "statement_lock_timeout",
    "statement_timeout",
    "retries",
    "session",
    "version_table",
    "version_table_schema",
    "file_template",
    "truncate_slug_length",
    "timezone",
    "hooks",
    "templates",
    "naming",
    "models",
    "tables",
];

/// The table of named databases, at the top of the file.
pub(super) const DATABASES: &str = "databases";

/// The keys of `[[hooks]]`.
pub const HOOK_KEYS: &[&str] = &["command", "cwd"];

/// What is said here otherwise than in Alembic's `alembic.ini` and in other tools.
const ELSEWHERE: &[(&str, &str)] = &[
    ("alembic", "the keys stand at the top of the file"),
    ("tool", "the keys stand at the top of the file"),
    ("script_location", "`migrations` names the folder of the scripts"),
    ("version_locations", "`migrations` names the folders of the scripts"),
    ("recursive_version_locations", "it is called `recursive` here"),
    ("path_separator", "`migrations` is a list"),
    ("version_path_separator", "`migrations` is a list"),
    ("sqlalchemy", "it is called `url` here"),
    ("database_url", "it is called `url` here"),
    ("dev_url", "it is called `scratch_url` here"),
    ("shadow_database_url", "it is called `scratch_url` here"),
    ("time_zone", "`session.time_zone` is that of the statements, `timezone` that of new scripts"),
    ("slug_length", "it is called `truncate_slug_length`, as in Alembic"),
    ("post_write_hooks", "each hook is a table `[[hooks]]` with a `command`"),
    ("hook", "each hook is a table `[[hooks]]` with a `command`"),
    ("database", "a named database is a table `[databases.NAME]`"),
    ("transaction_per_migration", "say `transaction = \"revision\"`"),
    ("output_encoding", "scripts are UTF-8"),
    ("target_metadata", "`models` says where the models are"),
    ("include_name", "`tables` has patterns: `include` and `exclude`"),
    ("include_object", "`tables` has patterns: `include` and `exclude`"),
    ("include_schemas", "`tables` has a list of them: `schemas`"),
    ("schema", "the desired tables are read as `models` says; `tables` says which are compared"),
];

/// What is wrong with a key that is none of `known`, and which one is probably meant.
pub(super) fn unknown(key: &str, known: &[&str]) -> String {
    let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == key).map(|(_, hint)| (*hint).to_owned());
    let nearest = || {
        let near = nearest(key, known.iter().copied()).into_iter().next();
        near.map(|near| format!("did you mean `{near}`?"))
    };
    let all = || format!("the keys here are {}", known.join(", "));
    format!("unknown key `{key}`: {}", elsewhere.or_else(nearest).unwrap_or_else(all))
}

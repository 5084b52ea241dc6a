//! All of a database as text: the definition of everything, and every row.

use alembic_testing::{Kind, TestDatabase};

/// Definitions and rows of the migrations' own objects, and where the version table says that it is.
pub(crate) async fn dump(database: &TestDatabase) -> String {
    // Everything in few texts of several statements: to connect takes longer than to answer.
    let mut sql = definitions(database.kind).join("; ");
    for table in database.user_tables().await {
        if database.kind == Kind::Mysql {
            sql += &format!("; SHOW CREATE TABLE `{table}`");
        }
        sql += &format!("; SELECT 'rows of {table}'; {} ORDER BY 1", rows_of(database, &table).await);
    }
    format!("{}versions {:?}\n", lines(&database.rows(&sql).await), database.versions().await)
}

/// The history, which a crash must not show in: revision, operation, statements.
pub(crate) async fn history(database: &TestDatabase) -> Vec<String> {
    database.history().await
}

fn lines(rows: &[Vec<Option<String>>]) -> String {
    let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ") + "\n").collect()
}

fn definitions(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Sqlite => &[
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND tbl_name NOT LIKE 'alembic%' \
             AND name NOT LIKE 'sqlite%' ORDER BY type, name",
            "SELECT CAST(integrity_check AS TEXT) FROM pragma_integrity_check",
        ],
        Kind::Postgresql => &[
            "SELECT table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable \
             || coalesce(' ' || column_default, '') FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%' ORDER BY table_name, ordinal_position",
            "SELECT indexdef || ' valid ' || x.indisvalid FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname \
             JOIN pg_index x ON x.indexrelid = c.oid WHERE i.schemaname = 'public' AND tablename NOT LIKE 'alembic%' \
             ORDER BY indexname",
            "SELECT tgname || ' ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
            "SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%' ORDER BY 1",
            "SELECT typname::text, enumlabel::text FROM pg_enum JOIN pg_type t ON t.oid = enumtypid ORDER BY 1, 2",
            "SELECT viewname::text, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
        ],
        Kind::Mysql => &[
            "SELECT CAST(trigger_name AS CHAR), CAST(event_object_table AS CHAR), CAST(action_statement AS CHAR) \
             FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1",
            "SELECT CAST(routine_name AS CHAR), CAST(routine_definition AS CHAR) \
             FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1",
        ],
    }
}

/// A query for all rows of a table or view, as one column of text.
async fn rows_of(database: &TestDatabase, table: &str) -> String {
    match database.kind {
        Kind::Postgresql => format!("SELECT t::text FROM \"{table}\" t"),
        Kind::Sqlite => {
            let columns = database.column(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            format!("SELECT {} FROM \"{table}\"", quoted.join(" || ',' || "))
        }
        Kind::Mysql => {
            let columns = database
                .column(&format!(
                    "SELECT CAST(column_name AS CHAR) FROM information_schema.columns \
                     WHERE table_schema = DATABASE() AND table_name = '{table}' ORDER BY ordinal_position"
                ))
                .await;
            let quoted: Vec<String> =
                columns.iter().map(|column| format!("COALESCE(`{column}`, 'NULL')")).collect();
            format!("SELECT CAST(CONCAT_WS(',', {}) AS CHAR) FROM `{table}`", quoted.join(", "))
        }
    }
}

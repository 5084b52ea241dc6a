//! Both orders of pairs of statements, executed plainly on real databases, against what `merge` says of them.

use std::fmt::Write as _;
use std::path::PathBuf;

use alembic_core::Migrator;
use alembic_core::autogenerate::try_orders;
use alembic_core::config::Config;
use alembic_core::script::{Script, ScriptDirectory, conflicts};
use alembic_core::sql::Dialect;
use alembic_testing::{Kind, TestDatabase};

use crate::arena::Arena;

/// A line of `pairs.txt`.
struct Pair {
    /// The verdicts, by dialect, as the file has them.
    verdicts: Vec<(Kind, String)>,
    left: String,
    right: String,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/autogenerate/merging").join(name)
}

fn pair(line: &str) -> Option<Pair> {
    let [verdicts, left, right] = line.split(" | ").collect::<Vec<_>>().try_into().ok()?;
    let verdict = |word: &str| {
        let (dialect, verdict) = word.split_once('=').expect("dialect=verdict");
        let kind = if dialect == "sqlite" { Kind::Sqlite } else { Kind::Postgresql };
        (kind, verdict.to_owned())
    };
    Some(Pair {
        verdicts: verdicts.split(' ').map(verdict).collect(),
        left: left.to_owned(),
        right: right.to_owned(),
    })
}

fn base(kind: Kind) -> String {
    let name = if kind == Kind::Sqlite { "base.sqlite.sql" } else { "base.postgresql.sql" };
    std::fs::read_to_string(file(name)).expect("the base")
}

/// The schema and the rows after these statements, or none if one fails.
async fn outcome(arena: &mut Arena, statements: [&str; 2]) -> Option<Vec<String>> {
    arena.clear().await;
    if arena.database.kind == Kind::Sqlite {
        // Nobody needs the file after a crash.
        arena.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY").await;
    }
    arena.run(&base(arena.database.kind)).await;
    for statement in statements {
        if arena.try_run(statement).await.is_err() {
            return None;
        }
    }
    Some(dump(arena).await)
}

/// The verdict of a database about two statements.
async fn verdict(arena: &mut Arena, pair: &Pair) -> &'static str {
    let one = outcome(arena, [&pair.left, &pair.right]).await;
    let other = outcome(arena, [&pair.right, &pair.left]).await;
    match (one, other) {
        (Some(one), Some(other)) if one == other => "commutes",
        (Some(_), Some(_)) => "differs",
        _ => "conflict",
    }
}

/// Schema and rows as sorted lines, read with queries that share nothing with the product.
async fn dump(arena: &Arena) -> Vec<String> {
    let kind = arena.database.kind;
    let query = |sql: String| async move {
        let rows = arena.rows(&sql).await;
        rows.into_iter().map(|row| {
            row.into_iter().map(|text| text.unwrap_or("NULL".to_owned())).collect::<Vec<_>>().join("|")
        })
    };
    let mut lines: Vec<String> =
        query(if kind == Kind::Sqlite { SQLITE } else { POSTGRESQL }.to_owned()).await.collect();
    let tables: Vec<String> = match kind {
        Kind::Sqlite => {
            query("SELECT name FROM sqlite_master WHERE type = 'table'".to_owned()).await.collect()
        }
        _ => query(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace \
             WHERE relkind IN ('r', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
                .to_owned(),
        )
        .await
        .collect(),
    };
    for table in tables {
        let columns: Vec<String> = match kind {
            Kind::Sqlite => query(format!("SELECT name FROM pragma_table_info('{table}') ORDER BY 1")).await.collect(),
            _ => query(format!(
                "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
                 AND NOT attisdropped ORDER BY 1"
            ))
            .await
            .collect(),
        };
        let columns: Vec<String> = columns.iter().map(|column| format!("CAST({column} AS TEXT)")).collect();
        if !columns.is_empty() {
            let rows = query(format!("SELECT {} FROM {table}", columns.join(", "))).await;
            lines.extend(rows.map(|row| format!("row of {table}: {row}")));
        }
    }
    lines.sort();
    lines
}

const SQLITE: &str = "
    SELECT type || ' ' || name || ' ' || CASE WHEN type = 'table' THEN '' ELSE COALESCE(sql, '') END FROM sqlite_master
    UNION ALL
    SELECT 'column ' || m.name || '.' || i.name || ' ' || i.type || ' ' || i.\"notnull\" || ' '
        || COALESCE(i.dflt_value, '') || ' ' || i.pk
    FROM sqlite_master m, pragma_table_xinfo(m.name) i WHERE m.type IN ('table')
    UNION ALL
    SELECT 'key ' || m.name || '.' || f.\"from\" || ' ' || f.\"table\" || ' ' || COALESCE(f.\"to\", '')
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";

const POSTGRESQL: &str = "
    WITH own AS (
        SELECT oid, nspname FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    )
    SELECT 'schema ' || nspname FROM own
    UNION ALL
    SELECT 'relation ' || nspname || '.' || relname || ' ' || relkind::text || ' ' || COALESCE((SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(relacl) a), '') || ' '
        || COALESCE(obj_description(c.oid, 'pg_class'), '') || ' ' || relrowsecurity::text
        || CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END
        || CASE WHEN relkind = 'i' THEN pg_get_indexdef(c.oid) ELSE '' END
    FROM pg_class c JOIN own ON own.oid = relnamespace
    UNION ALL
    SELECT 'column ' || attrelid::regclass::text || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' '
        || attnotnull::text || ' ' || COALESCE(pg_get_expr(adbin, adrelid), '') || ' '
        || COALESCE(col_description(attrelid, attnum), '') || COALESCE(attacl::text, '') || attidentity::text || attgenerated::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN own ON own.oid = relnamespace
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'i'
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN own ON own.oid = connamespace
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text || ' ' || prosrc FROM pg_proc p JOIN own ON own.oid = pronamespace
    UNION ALL
    SELECT 'type ' || nspname || '.' || typname || ' ' || typtype::text || ' '
        || COALESCE((SELECT string_agg(enumlabel, ',' ORDER BY enumlabel) FROM pg_enum WHERE enumtypid = t.oid), '')
    FROM pg_type t JOIN own ON own.oid = typnamespace
    UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid
    JOIN own ON own.oid = relnamespace WHERE NOT tgisinternal
    UNION ALL
    SELECT 'policy ' || polrelid::regclass::text || ' ' || polname || COALESCE(pg_get_expr(polqual, polrelid), '') FROM pg_policy
    UNION ALL
    SELECT 'rule ' || definition FROM pg_rules WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";

/// Executes all pairs of a dialect, and compares the verdicts with those of the file.
async fn check_verdicts(kind: Kind) {
    let text = std::fs::read_to_string(file("pairs.txt")).expect("the pairs");
    let mut arena = Arena::new(kind).await;
    let mut new = String::new();
    for line in text.lines() {
        let Some(mut pair) = pair(line) else {
            let _ = writeln!(new, "{line}");
            continue;
        };
        if pair.verdicts.iter().any(|(own, _)| *own == kind) {
            let found = verdict(&mut arena, &pair).await;
            pair.verdicts
                .iter_mut()
                .filter(|(own, _)| *own == kind)
                .for_each(|(_, verdict)| *verdict = found.to_owned());
        }
        let name = |kind| if kind == Kind::Sqlite { "sqlite" } else { "postgresql" };
        let verdicts: Vec<String> =
            pair.verdicts.iter().map(|(kind, verdict)| format!("{}={verdict}", name(*kind))).collect();
        let _ = writeln!(new, "{} | {} | {}", verdicts.join(" "), pair.left, pair.right);
    }
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(file("pairs.txt"), &new).expect("to write the pairs");
    } else {
        for (old, new) in text.lines().zip(new.lines()) {
            assert_eq!(old, new, "the verdict of a database");
        }
    }
}

#[tokio::test]
async fn the_verdicts_are_those_of_sqlite() {
    check_verdicts(Kind::Sqlite).await;
}

#[tokio::test]
async fn the_verdicts_are_those_of_postgresql() {
    check_verdicts(Kind::Postgresql).await;
}

/// Whether `merge` refuses a pair where it can try it: a database disagrees, or the text shows what needs rows to show.
async fn is_refused(kind: Kind, server: &str, pair: &Pair) -> bool {
    let script = |id: &str, parent: &str, sql: &str| {
        let text = format!("-- Revision: {id}\n-- Revises: {parent}\n\n-- alembic: upgrade\n{sql};\n");
        Script::parse(&format!("{id}.sql"), text).expect("a script")
    };
    let scripts = vec![
        script("first", "", &base(kind)),
        script("left", "first", &pair.left),
        script("right", "first", &pair.right),
    ];
    let directory = ScriptDirectory::new(scripts).expect("a graph");
    let migrator = Migrator::new(directory, Config::default().run_settings());
    let heads = migrator.directory().graph().heads();
    let tried = try_orders(&migrator, server, heads[0], heads[1]).await.expect("a trial");
    let dialect = if kind == Kind::Sqlite { Dialect::Sqlite } else { Dialect::Postgresql };
    let by_text = conflicts(migrator.directory(), &heads, &[dialect]);
    !tried.is_empty() || by_text.iter().any(|conflict| conflict.needs_rows)
}

/// The share of real conflicts that a trial finds, and of pairs that commute and are refused all the same.
#[tokio::test]
async fn trials_find_the_conflicts() {
    let text = std::fs::read_to_string(file("pairs.txt")).expect("the pairs");
    let (mut real, mut found, mut harmless, mut invented) = (0, 0, 0, 0);
    let mut wrong = String::new();
    for kind in [Kind::Sqlite, Kind::Postgresql] {
        let database = TestDatabase::new(kind).await;
        for pair in text.lines().filter_map(pair) {
            let Some((_, verdict)) = pair.verdicts.iter().find(|(own, _)| *own == kind) else { continue };
            let refused = is_refused(kind, &database.url, &pair).await;
            if verdict == "commutes" {
                harmless += 1;
                invented += usize::from(refused);
            } else {
                real += 1;
                found += usize::from(refused);
            }
            if refused != (verdict != "commutes") {
                let _ = writeln!(
                    wrong,
                    "{kind:?} {verdict}, refused: {refused} | {} | {}",
                    pair.left, pair.right
                );
            }
        }
    }
    println!("{found} of {real} found, {invented} of {harmless} invented\n{wrong}");
    assert!(found * 100 >= real * 95, "{found} of {real}\n{wrong}");
    assert!(invented * 100 <= harmless * 3, "{invented} of {harmless}\n{wrong}");
}

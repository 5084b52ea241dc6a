//! The same for MariaDB: the rows of `information_schema`, and what `SHOW CREATE` prints.
//!
//! Left out on purpose: who made an object (`DEFINER`), the session in which a routine was made (`sql_mode`, character sets), and
//! the next `AUTO_INCREMENT`. What InnoDB does the same for is the same: `RESTRICT` and `NO ACTION`, `USING BTREE` and nothing.

use std::collections::{BTreeMap, BTreeSet};

use alembic_core::autogenerate::{Filter, compare, inspect, schema_sql};
use alembic_core::models::sql_schema;
use alembic_core::schema::Schema;
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::cases::Cases;
use crate::generate::Chance;

/// Kind and name of everything in the database, by the words of the server.
const NAMES: &str = "\
SELECT CAST(table_type AS CHAR), CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE()
UNION SELECT 'column', CAST(c.column_name AS CHAR) FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
    WHERE c.table_schema = DATABASE() AND t.table_type <> 'SEQUENCE'
UNION SELECT 'index', CAST(index_name AS CHAR) FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY'
UNION SELECT CAST(constraint_type AS CHAR), CAST(constraint_name AS CHAR) FROM information_schema.table_constraints
    WHERE constraint_schema = DATABASE() AND constraint_name <> 'PRIMARY'
UNION SELECT 'check', CAST(constraint_name AS CHAR) FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE() AND level = 'Table'
UNION SELECT 'trigger', CAST(trigger_name AS CHAR) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION SELECT CAST(routine_type AS CHAR), CAST(routine_name AS CHAR) FROM information_schema.routines
    WHERE routine_schema = DATABASE()
UNION SELECT 'event', CAST(event_name AS CHAR) FROM information_schema.events WHERE event_schema = DATABASE()
UNION SELECT 'partition', CAST(partition_name AS CHAR) FROM information_schema.partitions
    WHERE table_schema = DATABASE() AND partition_name NOT REGEXP '^p([0-9]+|n)$'
UNION SELECT 'subpartition', CAST(subpartition_name AS CHAR) FROM information_schema.partitions
    WHERE table_schema = DATABASE() AND subpartition_name IS NOT NULL";

/// Kinds of objects, their names, and what prints them.
const PRINTS: &str = "\
SELECT CAST(IF(table_type = 'SEQUENCE', 'SEQUENCE', IF(table_type = 'VIEW', 'VIEW', 'TABLE')) AS CHAR), CAST(table_name AS CHAR)
    FROM information_schema.tables WHERE table_schema = DATABASE()
UNION ALL SELECT 'TRIGGER', CAST(trigger_name AS CHAR) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION ALL SELECT CAST(routine_type AS CHAR), CAST(routine_name AS CHAR) FROM information_schema.routines
    WHERE routine_schema = DATABASE()
UNION ALL SELECT 'EVENT', CAST(event_name AS CHAR) FROM information_schema.events WHERE event_schema = DATABASE()";

/// Databases with one of everything that the server can make.
fn databases() -> Vec<(String, String)> {
    let all = Cases::read("claimed_mariadb.txt").cases.into_iter().map(|case| (case.name, case.input));
    let others = Cases::read("reflect_mariadb.txt").cases.into_iter().map(|case| (case.name, case.input));
    // Those of migration tools are nobody's to write.
    all.chain(others)
        .filter(|(_, sql)| !sql.contains("SELECT 'nothing'") && !sql.contains("alembic_version"))
        .collect()
}

/// Every object that the catalog of MariaDB lists is read or named, and what is only named is known.
#[tokio::test]
async fn every_object_is_claimed() {
    let mut arena = Arena::new(Kind::Mysql).await;
    let mut cases = Cases::read("claimed_mariadb.txt");
    for case in cases.cases.clone() {
        arena.clear().await;
        arena.run(&case.input).await;
        let schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
        let told = serde_json::to_string(&schema).expect("JSON");
        for row in arena.rows(NAMES).await {
            let [Some(kind), Some(own)] = row.as_slice() else { panic!("{row:?}") };
            assert!(told.contains(own), "{}: the {kind} {own} is in none of\n{told}", case.name);
        }
        let named = schema.objects.iter().filter(|object| object.statements().is_none());
        let named: Vec<String> = named.map(ToString::to_string).collect();
        cases.check(&case, &[("only named", named.join("\n"))]);
    }
    cases.finish();
}

/// What the server prints of a database it prints of one that is made from its schema.
#[tokio::test]
async fn every_attribute_is_claimed() {
    let (mut arena, mut copy) = (Arena::new(Kind::Mysql).await, Arena::new(Kind::Mysql).await);
    for (name, sql) in databases() {
        arena.clear().await;
        copy.clear().await;
        arena.run(&sql).await;
        assert_prints_agree(&arena, &copy, &name).await;
    }
}

/// The same for attributes that are put together by chance.
#[tokio::test]
async fn attributes_by_chance_are_claimed() {
    let (mut arena, mut copy) = (Arena::new(Kind::Mysql).await, Arena::new(Kind::Mysql).await);
    let (mut made, mut wanted) = (0, 0);
    for seed in 1..=30 {
        let sql = table(&mut Chance::new(seed));
        wanted += 1;
        arena.clear().await;
        // The server refuses some combinations.
        if arena.try_run(&sql).await.is_ok() {
            made += 1;
            copy.clear().await;
            assert_prints_agree(&arena, &copy, &format!("seed {seed}: {sql}")).await;
        }
    }
    assert!(made * 3 > wanted, "{made} of {wanted}");
}

/// A dump has no routines and events unless it is asked for them. A note names those of the database then, and where it has some,
/// others are no part of what is desired.
#[tokio::test]
async fn routines_and_events_that_a_file_does_not_tell_are_named() {
    let arena = Arena::new(Kind::Mysql).await;
    arena.run("CREATE FUNCTION f() RETURNS INT RETURN 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1").await;
    let check = async |file: &str, unmanaged: &[&str], unwritten: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("schema.sql");
        std::fs::write(&path, file).expect("a file");
        let script = sql_schema(&path, "schema.sql", Dialect::Mysql).expect("a script");
        let compared = compare(arena.pool(), script, &Filter::default()).await.expect("a comparison");
        let names: Vec<String> = compared.unmanaged_objects().iter().map(ToString::to_string).collect();
        assert_eq!(names, unmanaged, "{file}");
        assert_eq!(compared.unwritten(), unwritten, "{file}");
    };
    check("CREATE TABLE t (a INT);", &["event e", "function f"], &[]).await;
    check("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;", &["function f"], &[]).await;
    check(
        "CREATE EVENT other ON SCHEDULE EVERY 1 DAY DO SELECT 1;",
        &["function f"],
        &["event other", "event e"],
    )
    .await;
}

/// What no statement of ours changes is named, and `unmanaged` leaves it alone.
#[tokio::test]
async fn options_that_are_not_written_are_named_or_unmanaged() {
    let arena = Arena::new(Kind::Mysql).await;
    arena.run("CREATE TABLE t (a INT) PARTITION BY HASH (a) PARTITIONS 3; CREATE TABLE v (a INT) WITH SYSTEM VERSIONING").await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("schema.sql");
    std::fs::write(&path, "CREATE TABLE t (a INT) STATS_PERSISTENT=1;\nCREATE TABLE v (a INT);")
        .expect("a file");
    let check = async |unmanaged: &[&str], expected: &[&str]| {
        let script = sql_schema(&path, "schema.sql", Dialect::Mysql).expect("a script");
        let unmanaged = unmanaged.iter().map(|pattern| (*pattern).to_owned()).collect();
        let filter = Filter { unmanaged, ..Filter::default() };
        let compared = compare(arena.pool(), script, &filter).await.expect("a comparison");
        assert_eq!(compared.unwritten(), expected);
        let leaves_all = filter.leaves("table option", None, "STATS_PERSISTENT");
        let lines: &[&str] = if leaves_all { &[] } else { &["change options of t: STATS_PERSISTENT=1"] };
        assert_eq!(compared.difference().lines(), lines);
    };
    check(&[], &["table option PARTITION BY of t", "table option WITH SYSTEM VERSIONING of v"]).await;
    check(&["table option:t.PARTITION BY"], &["table option WITH SYSTEM VERSIONING of v"]).await;
    check(&["table option:*"], &[]).await;
}

async fn assert_prints_agree(arena: &Arena, copy: &Arena, name: &str) {
    let schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
    let sql = schema_sql(&schema, Dialect::Mysql).expect("the SQL");
    // What is only named is not made again.
    let mut expected = prints(arena).await;
    let only_named = only_named(&schema);
    expected.retain(|name, _| !only_named.iter().any(|own| name.ends_with(&format!(" {own}"))));
    if !sql.is_empty() {
        copy.run(&sql).await;
    }
    let mut found = prints(copy).await;
    found.retain(|name, _| expected.contains_key(name));
    for (object, lines) in &expected {
        let made = found.get(object).unwrap_or_else(|| panic!("{name}: no {object} in\n{sql}"));
        let more: Vec<&String> = made.symmetric_difference(lines).collect();
        assert!(more.is_empty(), "{name}: {object}: {more:#?}\n{sql}");
    }
}

fn only_named(schema: &Schema) -> BTreeSet<String> {
    let objects = schema.objects.iter().filter(|object| object.statements().is_none());
    objects.map(|object| object.table.as_ref().unwrap_or(&object.name).name.clone()).collect()
}

/// What a trigger or routine is beside its text. Of a routine the server prints the types of arguments as they were written, and
/// lists what they are.
const ATTRIBUTES: &str = "\
SELECT CONCAT('TRIGGER ', trigger_name), CAST(action_order AS CHAR) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION SELECT CONCAT(routine_type, ' ', routine_name), CAST(CONCAT_WS(' | ', dtd_identifier, collation_name, is_deterministic, sql_data_access,
    security_type, routine_comment, routine_definition) AS CHAR)
FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION SELECT CONCAT(routine_type, ' ', specific_name), CAST(CONCAT_WS(' | ', ordinal_position, parameter_mode, parameter_name, dtd_identifier, collation_name) AS CHAR)
FROM information_schema.parameters WHERE specific_schema = DATABASE()";

/// The lines of what is printed, by kind and name: without the order of keys, without who made it, and without numbers that grow.
async fn prints(arena: &Arena) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in arena.rows(PRINTS).await {
        let [Some(kind), Some(name)] = row.as_slice() else { panic!("{row:?}") };
        let place = match kind.as_str() {
            "EVENT" => 3,
            "TABLE" | "VIEW" | "SEQUENCE" => 1,
            _ => 2,
        };
        let show = format!("SHOW CREATE {kind} `{}`", name.replace('`', "``"));
        let text = arena.text_at(&show, place).await.replace(&format!("`{}`.", arena.database.name), "");
        let lines: Vec<String> = text.lines().map(|line| plain(line.trim().trim_end_matches(','))).collect();
        let lines = match kind.as_str() {
            "TRIGGER" => {
                vec![lines.join(" ").replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")]
            }
            "FUNCTION" | "PROCEDURE" => lines[0].split('`').take(1).map(str::to_owned).collect(),
            _ => lines,
        };
        all.insert(format!("{kind} {name}"), lines.into_iter().collect());
    }
    for row in arena.rows(ATTRIBUTES).await {
        let [Some(name), Some(attribute)] = row.as_slice() else { panic!("{row:?}") };
        all.entry(name.clone()).or_default().insert(attribute.clone());
    }
    all
}

fn plain(line: &str) -> String {
    let without = |line: &str, from: &str, to: char| match line.split_once(from) {
        Some((before, after)) => {
            let rest = after.split_once(to).map_or("", |(_, rest)| rest);
            format!("{before}{rest}")
        }
        None => line.to_owned(),
    };
    let line = without(&without(line, "DEFINER=", ' '), " AUTO_INCREMENT=", ' ');
    // What InnoDB does anyway.
    let usual = [
        " USING BTREE",
        " ON DELETE RESTRICT",
        " ON UPDATE RESTRICT",
        " ON DELETE NO ACTION",
        " ON UPDATE NO ACTION",
    ];
    usual.iter().fold(line, |line, words| line.replace(words, ""))
}

const TYPES: [&str; 20] = [
    "INT",
    "BIGINT UNSIGNED",
    "INT(5) ZEROFILL",
    "VARCHAR(20)",
    "VARCHAR(20) CHARACTER SET latin1",
    "TEXT COMPRESSED",
    "DECIMAL(8,3)",
    "DATETIME(3)",
    "TIMESTAMP",
    "DATE",
    "JSON",
    "ENUM('a','b')",
    "SET('x','y')",
    "BIT(3)",
    "UUID",
    "INET6",
    "BLOB",
    "DOUBLE",
    "YEAR",
    "POINT",
];

const ATTRIBUTES_OF_COLUMNS: [&str; 16] = [
    "NOT NULL",
    "NULL",
    "INVISIBLE DEFAULT 1",
    "COMMENT 'it''s'",
    "DEFAULT NULL",
    "WITHOUT SYSTEM VERSIONING",
    "CHECK (c0 IS NOT NULL)",
    "COLLATE utf8mb4_bin",
    "DEFAULT (UUID())",
    "DEFAULT CURRENT_TIMESTAMP",
    "DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
    "DEFAULT 1",
    "DEFAULT ''",
    "AS (c0 + 1) STORED",
    "AS (c0 + 1) VIRTUAL",
    "INVISIBLE",
];

/// A table with attributes by chance.
fn table(chance: &mut Chance) -> String {
    let parts = ["({})", "({} DESC)", "(c0, {})", "({}(5))"];
    let keys = ["KEY", "UNIQUE KEY", "FULLTEXT KEY", "SPATIAL KEY"];
    let key_options = ["", "COMMENT 'why'", "IGNORED", "USING HASH", "USING BTREE", "KEY_BLOCK_SIZE=4"];
    let options = [
        "ENGINE=MyISAM",
        "ENGINE=Aria",
        "ENGINE=MEMORY",
        "ROW_FORMAT=COMPRESSED",
        "ROW_FORMAT=DYNAMIC",
        "COMMENT='t'",
        "STATS_PERSISTENT=1",
        "MAX_ROWS=10",
        "CHECKSUM=1",
        "PAGE_CHECKSUM=1",
        "AUTO_INCREMENT=7",
        "CHARSET=latin1",
        "COLLATE=utf8mb4_bin",
        "WITH SYSTEM VERSIONING",
        "PACK_KEYS=1",
    ];
    let partitions = [
        "PARTITION BY HASH (c0) PARTITIONS 3",
        "PARTITION BY KEY (c0) PARTITIONS 2",
        "PARTITION BY LIST (c0) (PARTITION px VALUES IN (1, 2), PARTITION py DEFAULT)",
    ];
    let mut elements = vec!["c0 INT NOT NULL".to_owned()];
    let columns = 1 + chance.below(4);
    for place in 1..=columns {
        let mut column = format!("c{place} {}", chance.pick(&TYPES));
        if chance.percent(60) {
            column += &format!(" {}", chance.pick(&ATTRIBUTES_OF_COLUMNS));
        }
        elements.push(column);
    }
    for place in 0..chance.below(3) {
        let part = chance.pick(&parts).replace("{}", &format!("c{}", 1 + chance.below(columns)));
        elements.push(format!("{} k{place} {part} {}", chance.pick(&keys), chance.pick(&key_options)));
    }
    let mut sql = format!("CREATE TABLE t (\n    {}\n)", elements.join(",\n    "));
    for _ in 0..chance.below(3) {
        sql += &format!(" {}", chance.pick(&options));
    }
    if chance.percent(20) {
        sql += &format!(" {}", chance.pick(&partitions));
    }
    sql
}

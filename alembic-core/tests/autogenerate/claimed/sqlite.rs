//! The same for SQLite: the rows of `sqlite_schema`, and what its pragmas say of them.
//!
//! Left out on purpose: that a primary key of an old table may be NULL, and words of a definition that have no effect.

use std::collections::BTreeMap;

use alembic_core::autogenerate::{Filter, inspect, schema_sql};
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::cases::Cases;
use crate::generate::Chance;

/// What SQLite understands of each table and index, as lines `name: …`.
const ATTRIBUTES: &str = "\
WITH own AS (SELECT t.name, t.type, t.wr, t.strict FROM pragma_table_list t
    WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND t.type <> 'shadow')
SELECT name, type || ' ' || wr || strict FROM own
UNION ALL SELECT own.name, 'column ' || x.name || ' ' || upper(replace(x.type, ' (', '(')) || ' ' || iif(x.pk, '', x.\"notnull\") || ' '
    || coalesce(nullif(upper(x.dflt_value), 'NULL'), '-') || ' ' || x.pk || ' ' || x.hidden FROM own, pragma_table_xinfo(own.name) x
UNION ALL SELECT own.name, 'key ' || lower(f.\"table\") || ' ' || f.\"from\" || ' ' || lower(coalesce(f.\"to\",
    (SELECT p.name FROM pragma_table_xinfo(f.\"table\") p WHERE p.pk = f.seq + 1), '')) || ' ' || f.on_update || ' '
    || f.on_delete FROM own, pragma_foreign_key_list(own.name) f
UNION ALL SELECT own.name, 'index ' || iif(l.origin = 'c', l.name, '') || ' ' || l.origin || ' ' || l.\"unique\" || l.partial || ' ' || (SELECT group_concat(
    coalesce(x.name, '?') || ' ' || x.\"desc\" || ' ' || upper(x.coll), ', ') FROM pragma_index_xinfo(l.name) x WHERE x.key)
    FROM own, pragma_index_list(own.name) l";

/// What only the texts say: of tables, the clauses that no pragma has.
const TEXTS: &str = "\
SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
    AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')";

fn databases() -> Vec<(String, String)> {
    let all = Cases::read("claimed_sqlite.txt").cases.into_iter();
    let others = Cases::read("reflect_sqlite.txt").cases.into_iter();
    // The tables of migration tools are nobody's to write.
    all.chain(others)
        .map(|case| (case.name, case.input))
        .filter(|(_, sql)| !sql.contains("alembic_version"))
        .collect()
}

/// Each row of `sqlite_schema` is read or named, or belongs to what is, and what is only named is known.
#[tokio::test]
async fn every_object_is_claimed() {
    let mut arena = Arena::new(Kind::Sqlite).await;
    let mut cases = Cases::read("claimed_sqlite.txt");
    for case in cases.cases.clone() {
        arena.clear().await;
        arena.run(&case.input).await;
        let schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
        let told = serde_json::to_string(&schema).expect("JSON");
        let rows = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' UNION ALL \
                    SELECT 'automatic', tbl_name, tbl_name, sql FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex%'";
        for row in arena.rows(rows).await {
            let [Some(kind), Some(own), Some(table), _] = row.as_slice() else { panic!("{row:?}") };
            // The tables of a virtual one begin with its name.
            let is_of_virtual = |virtual_: &str| table.starts_with(&format!("{virtual_}_"));
            let mut objects = schema.objects.iter().filter(|object| object.kind == "virtual table");
            let is_told = told.contains(&format!("\"{own}\""))
                || objects.any(|object| is_of_virtual(&object.name.name));
            assert!(is_told, "{}: the {kind} {own} is in none of\n{told}", case.name);
        }
        let named = schema.objects.iter().filter(|object| object.statements().is_none());
        let named =
            named.map(|object| format!("{object}: {}", object.definition.as_deref().unwrap_or_default()));
        cases.check(&case, &[("only named", named.collect::<Vec<_>>().join("\n"))]);
    }
    cases.finish();
}

/// What SQLite says of a database it says of one that is made from its schema.
#[tokio::test]
async fn every_attribute_is_claimed() {
    let (mut arena, mut copy) = (Arena::new(Kind::Sqlite).await, Arena::new(Kind::Sqlite).await);
    for (name, sql) in databases() {
        arena.clear().await;
        copy.clear().await;
        arena.run(&sql).await;
        assert_agree(&arena, &copy, &name).await;
    }
}

/// The same for attributes that are put together by chance.
#[tokio::test]
async fn attributes_by_chance_are_claimed() {
    let (mut arena, mut copy) = (Arena::new(Kind::Sqlite).await, Arena::new(Kind::Sqlite).await);
    let (mut made, wanted) = (0, 200);
    for seed in 1..=wanted {
        let sql = table(&mut Chance::new(seed));
        arena.clear().await;
        // SQLite refuses some combinations.
        if arena.try_run(&sql).await.is_ok() {
            made += 1;
            copy.clear().await;
            assert_agree(&arena, &copy, &format!("seed {seed}: {sql}")).await;
        }
    }
    assert!(made * 2 > wanted, "{made} of {wanted}");
}

async fn assert_agree(arena: &Arena, copy: &Arena, name: &str) {
    let schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
    let sql = schema_sql(&schema, Dialect::Sqlite).expect("the SQL");
    let mut expected = attributes(arena).await;
    let named = schema.objects.iter().filter(|object| object.statements().is_none());
    named.for_each(|object| {
        expected.remove(&object.name.name);
    });
    copy.run(&sql).await;
    let found = attributes(copy).await;
    for (object, lines) in &expected {
        assert_eq!(found.get(object), Some(lines), "{name}: {object}\n{sql}");
    }
}

async fn attributes(arena: &Arena) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in arena.rows(ATTRIBUTES).await {
        let [Some(name), Some(line)] = row.as_slice() else { panic!("{row:?}") };
        all.entry(name.clone()).or_default().push(plain(line));
    }
    for row in arena.rows(TEXTS).await {
        let [Some(kind), Some(name), Some(sql)] = row.as_slice() else { panic!("{row:?}") };
        let mut text = plain(sql);
        if kind == "index" {
            // The pragma says them, also where they are those of the column.
            let collations = ["collatenocase", "collatertrim", "collatebinary", "(", ")"];
            text = collations
                .iter()
                .fold(text.replace("asc,", ","), |text, collation| text.replace(collation, ""));
        }
        let own = all.entry(name.clone()).or_default();
        if kind != "table" || text.starts_with("createvirtual") {
            own.push(text);
            continue;
        }
        let clauses = [
            "onconflictfail",
            "onconflictignore",
            "onconflictreplace",
            "onconflictrollback",
            "autoincrement",
            "initiallydeferred",
            "check(",
        ];
        own.extend(clauses.map(|clause| format!("{} {clause}", text.matches(clause).count())));
    }
    all.values_mut().for_each(|lines| lines.sort());
    all
}

/// A text without quotes, blanks and comments, in lower case.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<String>().to_lowercase();
    text.replace(|letter: char| letter.is_whitespace() || "\"`[]".contains(letter), "")
}

/// A table with attributes by chance.
fn table(chance: &mut Chance) -> String {
    let types = ["", "INTEGER", "INT", "TEXT", "REAL", "BLOB", "NUMERIC(10, 2)", "VARCHAR(20)", "ANY"];
    let attributes = [
        "NOT NULL",
        "NULL",
        "UNIQUE",
        "UNIQUE ON CONFLICT IGNORE",
        "COLLATE NOCASE",
        "COLLATE RTRIM UNIQUE",
        "DEFAULT 1",
        "DEFAULT (1 + 2)",
        "DEFAULT 'x'",
        "DEFAULT NULL",
        "DEFAULT CURRENT_TIMESTAMP",
        "DEFAULT -1.5",
        "CHECK (c0 > 0)",
        "CONSTRAINT named CHECK (c0 <> 1)",
        "AS (c0 + 1) STORED",
        "GENERATED ALWAYS AS (c0 + 1) VIRTUAL",
        "REFERENCES t (c0) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        "REFERENCES other",
        "NOT NULL ON CONFLICT FAIL",
        "UNIQUE ON CONFLICT ABORT",
    ];
    let keys = [
        "PRIMARY KEY",
        "PRIMARY KEY AUTOINCREMENT",
        "PRIMARY KEY DESC",
        "PRIMARY KEY ON CONFLICT REPLACE",
        "NOT NULL",
        "UNIQUE",
        "PRIMARY KEY ON CONFLICT ROLLBACK AUTOINCREMENT",
    ];
    let constraints = [
        "UNIQUE (c0, {})",
        "UNIQUE ({} COLLATE NOCASE, c0 DESC) ON CONFLICT REPLACE",
        "CONSTRAINT u UNIQUE ({} DESC)",
        "CHECK ({} IS NOT NULL)",
        "FOREIGN KEY ({}) REFERENCES other (a) ON UPDATE SET NULL",
        "PRIMARY KEY ({}, c0)",
        "PRIMARY KEY (c0 DESC, {} COLLATE RTRIM) ON CONFLICT FAIL",
        "CONSTRAINT k PRIMARY KEY ({})",
    ];
    let indexes = [
        "INDEX i ON t ({})",
        "UNIQUE INDEX i ON t ({} DESC, c0)",
        "INDEX i ON t ({} COLLATE NOCASE) WHERE {} > 0",
        "INDEX i ON t (lower({}), c0)",
        "INDEX i ON t (({} || 'x') COLLATE RTRIM DESC)",
    ];
    let columns = 1 + chance.below(3);
    let mut elements =
        vec![format!("c0 {} {}", chance.pick(&["INTEGER", "INTEGER", "INT"]), chance.pick(&keys))];
    for place in 1..=columns {
        let mut column = format!("c{place} {}", chance.pick(&types));
        for _ in 0..chance.below(3) {
            column += &format!(" {}", chance.pick(&attributes));
        }
        elements.push(column);
    }
    for _ in 0..chance.below(3) {
        elements.push(chance.pick(&constraints).replace("{}", &format!("c{}", 1 + chance.below(columns))));
    }
    let options = chance.pick(&["", "", "", "STRICT", "WITHOUT ROWID", "STRICT, WITHOUT ROWID"]);
    let index = chance.pick(&indexes).replace("{}", &format!("c{}", 1 + chance.below(columns)));
    format!(
        "CREATE TABLE other (a INTEGER PRIMARY KEY);\nCREATE TABLE t ({}) {options};\nCREATE {index};",
        elements.join(", ")
    )
}

//! The difference of two databases as SQL, and what holds of it: applied there is none left, and undone all is as before.

use alembic_core::autogenerate::{Comparison, Difference, Filter, compare, generic, inspect};
use alembic_core::operation::Renamed;
use alembic_core::revision::Direction;
use alembic_core::schema::{ObjectName, Schema};
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::cases::{Case, Cases};
use crate::same::assert_same;

/// Runs the cases of a file. The input makes the database, the part `after` another one, whose schema is desired.
///
/// Other parts that say something: `renames` (`table a b`, `enum a b`, `column t a b`, `value e a b`), `fill` and `using`
/// (`t.c expression`). `rows` asks for all rows after the upgrade, and for the same rows as before after the downgrade; `query` for
/// what it finds before, after the upgrade and after the downgrade, which comes out as `found`. `schemas` are compared beside the
/// default one. `refused` stands where the database will not do it, `one-way` where it will not undo it. `upgrade`, `downgrade` and
/// `notes` come out; and the SQL for other dialects, where a part asks for it by its name.
///
/// What is no table stays as it is: so the cases see what models do. The cases of text objects desire those too.
pub(crate) async fn check(kind: Kind, file: &str) {
    let (mut before, mut after) = (Arena::new(kind).await, Arena::new(kind).await);
    let mut cases = Cases::read(file);
    for case in cases.cases.clone() {
        let found = check_case(&mut before, &mut after, &case, file.starts_with("objects")).await;
        let found: Vec<(&str, String)> =
            found.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        cases.check(&case, &found);
    }
    cases.finish();
}

async fn check_case(
    before: &mut Arena,
    after: &mut Arena,
    case: &Case,
    with_objects: bool,
) -> Vec<(String, String)> {
    for (arena, sql) in [(&mut *before, case.input.as_str()), (&mut *after, case.part("after"))] {
        arena.clear().await;
        if !sql.trim().is_empty() {
            arena.run(sql).await;
        }
    }
    let dialect = before.dialect();
    let schemas = case.part("schemas").split_whitespace().map(str::to_owned).collect();
    let filter = Filter { schemas, ..Filter::default() };
    let mut desired = generic(&inspect(after.pool(), &filter).await.expect("the desired schema"), dialect);
    let original = inspect(before.pool(), &filter).await.expect("the schema");
    if !with_objects {
        desired.objects.clone_from(&original.objects);
    }
    let mut comparison = compare(before.pool(), desired.clone(), &filter)
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    tell_renames(&mut comparison, case.part("renames"));
    let mut difference = comparison.difference();
    for line in case.part("fill").lines() {
        let (column, expression) = line.split_once(' ').expect("a column and an expression");
        let (table, column) = column.split_once('.').expect("a table and a column");
        assert!(difference.fill(&ObjectName::new(table), column, expression), "{}: {line}", case.name);
    }
    for line in case.part("using").lines() {
        let (column, expression) = line.split_once(' ').expect("a column and an expression");
        let (table, column) = column.split_once('.').expect("a table and a column");
        assert!(difference.convert(&ObjectName::new(table), column, expression), "{}: {line}", case.name);
    }
    let sql = |direction, dialect| {
        difference.sql(dialect, direction).unwrap_or_else(|error| format!("error: {error}"))
    };
    let mut found = vec![
        ("upgrade".to_owned(), sql(Direction::Upgrade, dialect)),
        ("downgrade".to_owned(), sql(Direction::Downgrade, dialect)),
        ("notes".to_owned(), notes(&difference)),
    ];
    for other in Dialect::ALL {
        let part = other.name().to_owned();
        if case.parts.iter().any(|(name, _)| *name == part) {
            let (up, down) = (sql(Direction::Upgrade, other), sql(Direction::Downgrade, other));
            found.push((part, format!("{up}-- and back\n{down}")));
        }
    }
    // A view that uses a column keeps PostgreSQL from changing it.
    if case.parts.iter().all(|(name, _)| name != "refused") {
        let context = (&filter, with_objects);
        let (rows, answers) =
            laws(before, case, (&comparison, &difference), (&original, &desired), context).await;
        found.extend(rows.map(|rows| ("rows".to_owned(), rows)));
        if !answers.is_empty() {
            found.push(("found".to_owned(), answers));
        }
    }
    found
}

/// What a query finds, a row on each line.
async fn answers(arena: &Arena, case: &Case) -> String {
    let query = case.part("query").trim();
    let rows = if query.is_empty() { Vec::new() } else { arena.rows(query).await };
    let line = |row: &Vec<Option<String>>| {
        row.iter().map(|value| value.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|") + "\n"
    };
    rows.iter().map(line).collect()
}

/// What holds of every difference. The rows after the upgrade, where the case asks for them.
async fn laws(
    arena: &Arena,
    case: &Case,
    (comparison, difference): (&Comparison, &Difference),
    (original, desired): (&Schema, &Schema),
    (filter, with_objects): (&Filter, bool),
) -> (Option<String>, String) {
    let dialect = arena.dialect();
    let wants_rows = case.parts.iter().any(|(name, _)| name == "rows");
    let rows_before = if wants_rows { rows(arena, original).await } else { String::new() };
    let upgrade = difference.sql(dialect, Direction::Upgrade).expect("the upgrade");
    let mut found = answers(arena, case).await;
    arena.migrate(&upgrade).await.unwrap_or_else(|error| panic!("{}: {error}\n{upgrade}", case.name));
    let mut wanted = comparison.desired.clone();
    if !with_objects {
        wanted.objects = inspect(arena.pool(), filter).await.expect("the schema").objects;
    }
    let again = compare(arena.pool(), wanted, filter).await.expect("a comparison");
    assert_eq!(again.unwritten(), Vec::<String>::new(), "{}", case.name);
    let again = again.difference();
    assert!(again.is_empty(), "{}: applied\n{upgrade}and still\n{again}", case.name);
    let applied = generic(&inspect(arena.pool(), filter).await.expect("the schema"), dialect);
    assert_same(dialect, &applied, desired, &format!("{}: after\n{upgrade}", case.name));
    let rows_after = if wants_rows { rows(arena, &applied).await } else { String::new() };
    let converted = answers(arena, case).await;
    let downgrade = difference.sql(dialect, Direction::Downgrade).expect("the downgrade");
    if case.parts.iter().any(|(name, _)| name == "one-way") {
        assert!(arena.migrate(&downgrade).await.is_err(), "{}: undone\n{downgrade}", case.name);
        assert_eq!(answers(arena, case).await, converted, "{}: failed, and changed\n{downgrade}", case.name);
        return (None, format!("{found}-- up\n{converted}"));
    }
    arena.migrate(&downgrade).await.unwrap_or_else(|error| panic!("{}: {error}\n{downgrade}", case.name));
    let undone = inspect(arena.pool(), filter).await.expect("the schema");
    let context = format!("{}: after\n{upgrade}and\n{downgrade}", case.name);
    assert_same(dialect, &undone, original, &context);
    if with_objects {
        let back = compare(arena.pool(), generic(original, dialect), filter).await.expect("a comparison");
        assert_eq!(back.unwritten(), Vec::<String>::new(), "{context}");
        let back = back.difference();
        assert!(back.is_empty(), "{context}and still\n{back}");
    }
    if !found.is_empty() {
        found += &format!("-- up\n{converted}-- down\n{}", answers(arena, case).await);
    }
    if !wants_rows {
        return (None, found);
    }
    assert_eq!(rows(arena, &undone).await, rows_before, "{context}");
    (Some(rows_after), found)
}

/// All rows, a line for each: the values of all columns by their names.
async fn rows(arena: &Arena, schema: &Schema) -> String {
    let dialect = arena.dialect();
    let (quote, kind) = match dialect {
        Dialect::Mysql => ('`', "CHAR"),
        Dialect::Sqlite | Dialect::Postgresql => ('"', "TEXT"),
    };
    let quoted = |name: &str| format!("{quote}{name}{quote}");
    let mut text = String::new();
    for table in &schema.tables {
        let mut columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        columns.sort_unstable();
        let values: Vec<String> =
            columns.iter().map(|column| format!("CAST({} AS {kind})", quoted(column))).collect();
        let schema = table.name.schema.iter().map(|schema| quoted(schema) + ".").collect::<String>();
        let name = quoted(&table.name.name);
        let sql = format!("SELECT {} FROM {schema}{name} ORDER BY 1, 2", values.join(", ") + ", NULL");
        for row in arena.rows(&sql).await {
            let values = columns.iter().zip(row);
            let values = values
                .map(|(column, value)| format!("{column}={}", value.unwrap_or_else(|| "NULL".to_owned())));
            text += &format!("{}: {}\n", table.name, values.collect::<Vec<_>>().join(" "));
        }
    }
    text
}

fn tell_renames(comparison: &mut Comparison, lines: &str) {
    let name = |written: &str| match written.split_once('.') {
        Some((schema, name)) => ObjectName { schema: Some(schema.to_owned()), name: name.to_owned() },
        None => ObjectName::new(written),
    };
    for line in lines.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let renamed = match words.as_slice() {
            ["table", from, to] => Renamed::Table { from: name(from), to: name(to) },
            ["enum", from, to] => Renamed::Enum { from: name(from), to: name(to) },
            ["column", table, from, to] => Renamed::Column {
                table: ObjectName::new(*table),
                from: (*from).to_owned(),
                to: (*to).to_owned(),
            },
            ["value", name, from, to] => Renamed::EnumValue {
                name: ObjectName::new(*name),
                from: (*from).to_owned(),
                to: (*to).to_owned(),
            },
            _ => panic!("{line}"),
        };
        comparison.rename(&renamed);
    }
}

/// What a person has to know besides the SQL.
fn notes(difference: &Difference) -> String {
    let mut text = String::new();
    for rename in &difference.probable_renames {
        let what = match &rename.what {
            Renamed::Table { from, to } => format!("table {from} {to}"),
            Renamed::Enum { from, to } => format!("enum {from} {to}"),
            Renamed::Column { table, from, to } => format!("column {table} {from} {to}"),
            Renamed::EnumValue { name, from, to } => format!("value {name} {from} {to}"),
        };
        text += &format!("{}% {what}\n", rename.score);
    }
    for loss in difference.losses() {
        text += &format!("lost: {loss}\n");
    }
    for unfilled in difference.unfilled() {
        text += &format!("unfilled: {}.{}\n", unfilled.table, unfilled.column);
    }
    for own in difference.unconverted(difference.dialect) {
        text += &format!("no conversion: {}.{} from {} to {}\n", own.table, own.column, own.from, own.to);
    }
    for obstacle in &difference.obstacles {
        text += &format!("in the way: {obstacle}\n");
    }
    text
}

#[tokio::test]
async fn objects_of_postgresql() {
    check(Kind::Postgresql, "objects_postgresql.txt").await;
}

#[tokio::test]
async fn objects_of_sqlite() {
    check(Kind::Sqlite, "objects_sqlite.txt").await;
}

#[tokio::test]
async fn objects_of_mariadb() {
    check(Kind::Mysql, "objects_mariadb.txt").await;
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql, "diff_postgresql.txt").await;
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite, "diff_sqlite.txt").await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql, "diff_mariadb.txt").await;
}

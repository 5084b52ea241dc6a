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
/// Other parts that say something: `renames` (`table a b`, `column t a b`, `value e a b`), `fill` and `using` (`t.c expression`), and
/// `query`: what it finds before, after the upgrade and after the downgrade comes out as `rows`. `refused` stands where the database will not do it, `one-way` where it will not undo it. `upgrade`, `downgrade` and `notes` come out; and the SQL for other dialects, where a part asks for it by its name.
async fn check(kind: Kind, file: &str) {
    let (mut before, mut after) = (Arena::new(kind).await, Arena::new(kind).await);
    let mut cases = Cases::read(file);
    for case in cases.cases.clone() {
        let found = check_case(&mut before, &mut after, &case).await;
        let found: Vec<(&str, String)> =
            found.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        cases.check(&case, &found);
    }
    cases.finish();
}

async fn check_case(before: &mut Arena, after: &mut Arena, case: &Case) -> Vec<(String, String)> {
    for (arena, sql) in [(&mut *before, case.input.as_str()), (&mut *after, case.part("after"))] {
        arena.clear().await;
        if !sql.trim().is_empty() {
            arena.run(sql).await;
        }
    }
    let dialect = before.dialect();
    let filter = Filter::default();
    let desired = generic(&inspect(after.pool(), &filter).await.expect("the desired schema"), dialect);
    let original = inspect(before.pool(), &filter).await.expect("the schema");
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
        let rows = laws(before, case, &comparison, &difference, &original, &desired).await;
        if !rows.is_empty() {
            found.push(("rows".to_owned(), rows));
        }
    }
    found
}

/// What a query finds, a row on each line.
async fn rows(arena: &Arena, case: &Case) -> String {
    let query = case.part("query").trim();
    let rows = if query.is_empty() { Vec::new() } else { arena.rows(query).await };
    let line = |row: &Vec<Option<String>>| {
        row.iter().map(|value| value.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|") + "\n"
    };
    rows.iter().map(line).collect()
}

/// What holds of every difference. The rows that the query of the case finds come out.
async fn laws(
    arena: &Arena,
    case: &Case,
    comparison: &Comparison,
    difference: &Difference,
    original: &Schema,
    desired: &Schema,
) -> String {
    let dialect = arena.dialect();
    let filter = Filter::default();
    let upgrade = difference.sql(dialect, Direction::Upgrade).expect("the upgrade");
    let mut found = rows(arena, case).await;
    arena.migrate(&upgrade).await.unwrap_or_else(|error| panic!("{}: {error}\n{upgrade}", case.name));
    let again =
        compare(arena.pool(), comparison.desired.clone(), &filter).await.expect("a comparison").difference();
    assert!(again.is_empty(), "{}: applied\n{upgrade}and still\n{again}", case.name);
    let applied = generic(&inspect(arena.pool(), &filter).await.expect("the schema"), dialect);
    assert_same(dialect, &applied, desired, &format!("{}: after\n{upgrade}", case.name));
    let converted = rows(arena, case).await;
    let downgrade = difference.sql(dialect, Direction::Downgrade).expect("the downgrade");
    if case.parts.iter().any(|(name, _)| name == "one-way") {
        assert!(arena.migrate(&downgrade).await.is_err(), "{}: undone\n{downgrade}", case.name);
        assert_eq!(rows(arena, case).await, converted, "{}: failed, and changed\n{downgrade}", case.name);
        return format!("{found}-- up\n{converted}");
    }
    arena.migrate(&downgrade).await.unwrap_or_else(|error| panic!("{}: {error}\n{downgrade}", case.name));
    let undone = inspect(arena.pool(), &filter).await.expect("the schema");
    assert_same(dialect, &undone, original, &format!("{}: after\n{upgrade}and\n{downgrade}", case.name));
    if !found.is_empty() {
        found += &format!("-- up\n{converted}-- down\n{}", rows(arena, case).await);
    }
    found
}

fn tell_renames(comparison: &mut Comparison, lines: &str) {
    for line in lines.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let renamed = match words.as_slice() {
            ["table", from, to] => Renamed::Table { from: ObjectName::new(*from), to: ObjectName::new(*to) },
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

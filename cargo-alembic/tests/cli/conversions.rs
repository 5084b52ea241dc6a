//! Columns that get another type, from the models to the rows.

use alembic_testing::{Kind, TestDatabase};

use crate::autogenerate::{script, with_models};
use crate::support::package_on;

const STATES: &str = "
#[derive(alembic::Table)]
struct Order {
    #[column(primary_key)]
    id: i64,
    #[column(default = \"'new'\")]
    state: State,
}

#[derive(alembic::Enum)]
#[alembic(rename_all = \"snake_case\")]
enum State {
    New = 0,
    Sent = 1,
}
";

/// MySQL would take the places of the values, counted from one, and 1 would be what is 0 in the model.
#[tokio::test]
async fn an_enum_that_becomes_a_number_is_asked_about() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &[]);
    with_models(&package, STATES);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    database.rows("INSERT INTO orders VALUES (1, 'new'), (2, 'sent')").await;
    package.edit("src/models.rs", "#[derive(alembic::Enum)]", "#[derive(alembic::Enum)]\n#[repr(i32)]");
    package.edit("src/models.rs", "#[alembic(rename_all = \"snake_case\")]\n", "");
    package.edit("src/models.rs", "default = \"'new'\"", "default = 0");
    let using = "--using orders.state=(state='sent')+0";
    package.session(
        "conversions_enum",
        &[
            "revision --autogenerate -m x",
            "revision --autogenerate -m x --using orders.id=1",
            &format!("revision --autogenerate -m x --rev-id a1 {using}"),
            "upgrade",
            "check",
            "revision --autogenerate -m again",
        ],
    );
    package.assert_snapshot("conversions_enum_script", &script(&package, "a1"));
    let rows = "SELECT CAST(state AS CHAR) FROM orders ORDER BY id";
    assert_eq!(database.column(rows).await, ["0", "1"]);
    // Nobody has said how to go back.
    package.alembic("downgrade -1").code(1);
    assert_eq!(database.column(rows).await, ["0", "1"]);
    database.rows("DELETE FROM orders").await;
    package.alembic("downgrade base").success();
}

#[tokio::test]
async fn a_model_says_how_values_are_converted() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    let models = "
#[derive(alembic::Table)]
struct Thing {
    #[column(primary_key, identity = serial)]
    id: i32,
    level: i8,
    #[column(default = -5)]
    rank: i8,
    at: Option<chrono::NaiveDateTime>,
    note: Option<String>,
}
";
    with_models(&package, models);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    let insert = "INSERT INTO things (level, at) VALUES (53::\"char\", '2020-01-02'), (57::\"char\", NULL)";
    database.rows(insert).await;
    package.edit("src/models.rs", "level: i8", "level: i32");
    package.edit("src/models.rs", "id: i32", "id: i64");
    package.edit(
        "src/models.rs",
        "at: Option<chrono::NaiveDateTime>",
        "#[column(using = \"extract(epoch FROM at)::bigint\")]\n    at: Option<i64>",
    );
    package.edit(
        "src/models.rs",
        "note: Option<String>",
        "#[column(default = \"'none'\")]\n    note: String",
    );
    package.session(
        "conversions_model",
        &["revision --autogenerate -m x --rev-id a1", "upgrade", "check", "revision --autogenerate -m again"],
    );
    package.assert_snapshot("conversions_model_script", &script(&package, "a1"));
    let rows = "SELECT concat_ws('|', id, level::integer, rank::integer, at, note) FROM things ORDER BY id";
    assert_eq!(database.column(rows).await, ["1|53|-5|1577923200|none", "2|57|-5|none"]);
    database.rows("SELECT setval('things_id_seq', 2147483647)::text").await;
    database.rows("INSERT INTO things (level) VALUES (1)").await;
    // 2147483648 is no number of 32 bits.
    package.alembic("downgrade -1").code(1);
    database.rows("DELETE FROM things WHERE id > 2").await;
    database.rows("SELECT setval('things_id_seq', 2)::text").await;
    // Nobody has said how a number becomes a time again.
    package.alembic("downgrade -1").code(1);
    database.rows("UPDATE things SET at = NULL").await;
    package.alembic("downgrade -1").success();
    assert_eq!(database.column(rows).await, ["1|53|-5|none", "2|57|-5|none"]);
}

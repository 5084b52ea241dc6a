//! The column types of models on real databases: sqlx writes every type, and reads the same back.

use alembic::models::Models;
use alembic::schema::ObjectName;
use alembic::sql::Dialect;
use alembic::{Enum, Newtype, Table};
use alembic_core::TypeWords;
use alembic_testing::{Kind, TestDatabase};
use sqlx::types::Json;
use sqlx::{Connection as _, MySqlConnection, PgConnection, SqliteConnection};

#[derive(Debug, Clone, PartialEq, sqlx::Type, Newtype)]
#[sqlx(transparent)]
struct Id(i64);

#[derive(Debug, Clone, Copy, PartialEq, sqlx::Type, Enum)]
#[sqlx(rename_all = "kebab-case")]
enum UserMood {
    Good,
    NotSoGood,
}

#[derive(Debug, Clone, Copy, PartialEq, sqlx::Type, Enum)]
#[repr(i16)]
enum Level {
    High = 2,
}

/// A model, and a statement that writes a row of it.
macro_rules! model {
    ($name:ident on $insert:ident for $database:ty { $($field:ident: $type:ty = $value:expr,)* }) => {
        #[derive(Debug, Clone, PartialEq, sqlx::FromRow, Table)]
        #[table(name = "everything")]
        struct $name {
            $($field: $type,)*
        }

        impl $name {
            fn new() -> $name {
                $name { $($field: $value,)* }
            }

            async fn $insert(&self, connection: &mut <$database as sqlx::Database>::Connection) {
                let columns = [$(stringify!($field)),*];
                let places: Vec<String> = (1..=columns.len()).map(|number| match stringify!($database) {
                    "sqlx::Postgres" => format!("${number}"),
                    _ => "?".to_owned(),
                }).collect();
                let sql = format!("INSERT INTO everything ({}) VALUES ({})", columns.join(", "), places.join(", "));
                let query = sqlx::query::<$database>(sqlx::AssertSqlSafe(sql));
                $(let query = query.bind(&self.$field);)*
                query.execute(connection).await.expect("the row is written");
            }
        }
    };
}

fn day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day")
}

fn time() -> chrono::NaiveTime {
    chrono::NaiveTime::from_hms_micro_opt(9, 32, 10, 123_456).expect("a time")
}

fn other_day() -> time::Date {
    time::Date::from_ordinal_date(2026, 300).expect("a day")
}

fn other_time() -> time::Time {
    time::Time::from_hms_micro(9, 32, 10, 123_456).expect("a time")
}

fn long() -> String {
    "ü".repeat(70_000)
}

model!(OnSqlite on insert for sqlx::Sqlite {
    a_bool: bool = true,
    b_i8: i8 = i8::MIN,
    c_i16: i16 = i16::MIN,
    d_i32: i32 = i32::MIN,
    e_i64: i64 = i64::MIN,
    f_u8: u8 = u8::MAX,
    g_u16: u16 = u16::MAX,
    h_u32: u32 = u32::MAX,
    j_f32: f32 = 0.5,
    k_f64: f64 = 0.1,
    l_string: String = long(),
    m_bytes: Vec<u8> = vec![0, 255],
    n_date: chrono::NaiveDate = day(),
    o_time: chrono::NaiveTime = time(),
    p_timestamp: chrono::NaiveDateTime = day().and_time(time()),
    q_moment: chrono::DateTime<chrono::Utc> = day().and_time(time()).and_utc(),
    r_date: time::Date = other_day(),
    s_time: time::Time = other_time(),
    t_timestamp: time::PrimitiveDateTime = time::PrimitiveDateTime::new(other_day(), other_time()),
    u_moment: time::OffsetDateTime = time::PrimitiveDateTime::new(other_day(), other_time()).assume_utc(),
    v_uuid: uuid::Uuid = uuid::Uuid::from_u128(7),
    w_json: Json<Vec<i32>> = Json(vec![1, 2]),
    x_value: serde_json::Value = serde_json::json!({ "a": [1, null] }),
    y_id: Id = Id(7),
    z_mood: UserMood = UserMood::NotSoGood,
    za_level: Option<Level> = Some(Level::High),
    zb_none: Option<String> = None,
});

model!(OnPostgresql on insert for sqlx::Postgres {
    a_bool: bool = true,
    b_i8: i8 = i8::MIN,
    c_i16: i16 = i16::MIN,
    d_i32: i32 = i32::MIN,
    e_i64: i64 = i64::MIN,
    j_f32: f32 = 0.5,
    k_f64: f64 = 0.1,
    l_string: String = long(),
    m_bytes: Vec<u8> = vec![0, 255],
    n_date: chrono::NaiveDate = day(),
    o_time: chrono::NaiveTime = time(),
    p_timestamp: chrono::NaiveDateTime = day().and_time(time()),
    q_moment: chrono::DateTime<chrono::Utc> = day().and_time(time()).and_utc(),
    r_date: time::Date = other_day(),
    s_time: time::Time = other_time(),
    t_timestamp: time::PrimitiveDateTime = time::PrimitiveDateTime::new(other_day(), other_time()),
    u_moment: time::OffsetDateTime = time::PrimitiveDateTime::new(other_day(), other_time()).assume_utc(),
    v_uuid: uuid::Uuid = uuid::Uuid::from_u128(7),
    w_json: Json<Vec<i32>> = Json(vec![1, 2]),
    x_value: serde_json::Value = serde_json::json!({ "a": [1, null] }),
    y_id: Id = Id(7),
    z_mood: UserMood = UserMood::NotSoGood,
    za_level: Option<Level> = Some(Level::High),
    zb_none: Option<String> = None,
    zc_decimal: rust_decimal::Decimal = rust_decimal::Decimal::new(1234, 3),
    zd_decimal: bigdecimal::BigDecimal = "12345678901234567890.5".parse().expect("a number"),
    ze_list: Vec<String> = vec!["a".into(), "b".into()],
    zf_list: Option<Vec<Option<i64>>> = Some(vec![Some(1), None]),
    zg_ids: Vec<uuid::Uuid> = vec![uuid::Uuid::from_u128(7)],
    zh_moods: Vec<UserMood> = vec![UserMood::Good],
    zi_interval: sqlx::postgres::types::PgInterval = sqlx::postgres::types::PgInterval {
        months: 1,
        days: 2,
        microseconds: 3,
    },
});

model!(OnMysql on insert for sqlx::MySql {
    a_bool: bool = true,
    b_i8: i8 = i8::MIN,
    c_i16: i16 = i16::MIN,
    d_i32: i32 = i32::MIN,
    e_i64: i64 = i64::MIN,
    f_u8: u8 = u8::MAX,
    g_u16: u16 = u16::MAX,
    h_u32: u32 = u32::MAX,
    i_u64: u64 = u64::MAX,
    j_f32: f32 = 0.5,
    k_f64: f64 = 0.1,
    l_string: String = long(),
    m_bytes: Vec<u8> = vec![0, 255],
    n_date: chrono::NaiveDate = day(),
    o_time: chrono::NaiveTime = time(),
    p_timestamp: chrono::NaiveDateTime = day().and_time(time()),
    q_moment: chrono::DateTime<chrono::Utc> = day().and_time(time()).and_utc(),
    r_date: time::Date = other_day(),
    s_time: time::Time = other_time(),
    t_timestamp: time::PrimitiveDateTime = time::PrimitiveDateTime::new(other_day(), other_time()),
    u_moment: time::OffsetDateTime = time::PrimitiveDateTime::new(other_day(), other_time()).assume_utc(),
    v_uuid: uuid::Uuid = uuid::Uuid::from_u128(7),
    w_json: Json<Vec<i32>> = Json(vec![1, 2]),
    x_value: serde_json::Value = serde_json::json!({ "a": [1, null] }),
    y_id: Id = Id(7),
    // sqlx reads an ENUM only from a column that may be NULL: its issue 3750.
    z_mood: Option<UserMood> = Some(UserMood::NotSoGood),
    za_level: Option<Level> = Some(Level::High),
    zb_none: Option<String> = None,
    zc_decimal: rust_decimal::Decimal = rust_decimal::Decimal::new(1234, 3),
    zd_decimal: bigdecimal::BigDecimal = "12345678901234567890.5".parse().expect("a number"),
});

/// The statements that make the tables, in the words of a dialect.
fn ddl(models: &Models, dialect: Dialect, strict: bool) -> Vec<String> {
    let schema = models.schema().unwrap_or_else(|errors| panic!("{errors}"));
    let quote = |name: &ObjectName| name.to_string();
    let words = TypeWords { dialect, strict, enums: &schema.enums, quote: &quote };
    let mut statements = Vec::new();
    if dialect == Dialect::Postgresql {
        for definition in &schema.enums {
            let values: Vec<String> = definition.values.iter().map(|value| format!("'{value}'")).collect();
            statements.push(format!("CREATE TYPE {} AS ENUM ({})", definition.name, values.join(", ")));
        }
    }
    for table in &schema.tables {
        let columns = table.columns.iter().map(|column| {
            let word = words.word(&column.type_).unwrap_or_else(|error| panic!("{}: {error}", column.name));
            format!("{} {word}{}", column.name, if column.nullable { "" } else { " NOT NULL" })
        });
        let columns: Vec<String> = columns.collect();
        let options = if strict { " STRICT" } else { "" };
        statements.push(format!("CREATE TABLE {} ({}){options}", table.name, columns.join(", ")));
    }
    statements
}

#[tokio::test]
async fn sqlite() {
    for strict in [false, true] {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let url = format!("{}?mode=rwc", database.url);
        let mut connection = SqliteConnection::connect(&url).await.expect("a connection");
        for sql in ddl(&alembic::models![OnSqlite], Dialect::Sqlite, strict) {
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("DDL");
        }
        let row = OnSqlite::new();
        row.insert(&mut connection).await;
        let read = sqlx::query_as("SELECT * FROM everything").fetch_one(&mut connection).await;
        assert_eq!(row, read.expect("a row"));
    }
}

#[tokio::test]
async fn postgresql() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let mut connection = PgConnection::connect(&database.url).await.expect("a connection");
    for sql in ddl(&alembic::models![OnPostgresql], Dialect::Postgresql, false) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("DDL");
    }
    let row = OnPostgresql::new();
    row.insert(&mut connection).await;
    let read = sqlx::query_as("SELECT * FROM everything").fetch_one(&mut connection).await;
    assert_eq!(row, read.expect("a row"));
}

#[tokio::test]
async fn mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let mut connection = MySqlConnection::connect(&database.url).await.expect("a connection");
    for sql in ddl(&alembic::models![OnMysql], Dialect::Mysql, false) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("DDL");
    }
    let row = OnMysql::new();
    row.insert(&mut connection).await;
    let read = sqlx::query_as("SELECT * FROM everything").fetch_one(&mut connection).await;
    assert_eq!(row, read.expect("a row"));
}

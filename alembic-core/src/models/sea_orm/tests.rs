//! Entities in the forms that `sea-orm-cli` writes, and the schema that they describe.

mod relations;

use super::sea_orm_entities;
use crate::models::Declaration;
use crate::models::sketch::sketch;
use crate::models::source::tests::{sources, unindent};

fn read(files: &[(&str, &str)]) -> String {
    let (_folder, sources) = sources(files);
    match sea_orm_entities(&sources) {
        Ok(Declaration::Schema { schema, .. }) => sketch(&schema),
        Ok(Declaration::Script(_)) => "a script\n".into(),
        Err(errors) => format!("{errors}\n"),
    }
}

#[track_caller]
fn check(source: &str, expected: &str) {
    let source = format!("use sea_orm::entity::prelude::*;\n{source}");
    assert_eq!(read(&[("src/lib.rs", &source)]), unindent(expected), "{source}");
}

/// Compares the field of an entity `t` with a key.
#[track_caller]
fn field(definition: &str, expected: &str) {
    check(
        &format!(
            "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"t\")]
             pub struct Model {{ #[sea_orm(primary_key)] pub id: i32, {definition} }}"
        ),
        &format!("t\n  id: integer identity\n{expected}"),
    );
}

const KEY: &str = "  primary key unnamed (id)\n";

/// Compares the type of a field.
#[track_caller]
fn of_type(definition: &str, expected: &str) {
    field(definition, &format!("  {expected}\n{KEY}"));
}

#[test]
fn the_compact_form() {
    let cake = "use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = \"cake\", schema_name = \"shop\", comment = \"What we sell\")]
        pub struct Model { #[sea_orm(primary_key)] pub id: i32, pub name: String }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation { #[sea_orm(has_many = \"super::fruit::Entity\")] Fruit }";
    let fruit = "use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = \"fruit\")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)] pub id: i64,
            #[sea_orm(column_name = \"cakeId\")] pub cake_id: Option<i32>,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {
            #[sea_orm(belongs_to = \"super::cake::Entity\", from = \"Column::CakeId\", to = \"super::cake::Column::Id\",
                      on_update = \"Cascade\", on_delete = \"SetNull\")]
            Cake,
            #[sea_orm(belongs_to = \"Entity\", from = \"Column::CakeId\", to = \"Column::Id\", skip_fk)]
            Other,
        }";
    assert_eq!(
        read(&[("src/lib.rs", "mod cake; mod fruit;"), ("src/cake.rs", cake), ("src/fruit.rs", fruit)]),
        unindent(
            "
            fruit
              id: big_integer
              cakeId: integer null
              primary key unnamed (id)
              foreign key fk-fruit-cakeId (cakeId) to shop.cake (id) on delete set null on update cascade
            shop.cake -- What we sell
              id: integer identity
              name: text sqlite \"varchar\" postgresql \"varchar\" mysql \"varchar(255)\"
              primary key unnamed (id)
            "
        )
    );
}

#[test]
fn attributes_of_columns() {
    of_type("#[sea_orm(nullable)] a: i32", "a: integer null");
    of_type("#[sea_orm(default_value = 7)] a: i32", "a: integer default 7");
    of_type("#[sea_orm(default_value = true)] a: bool", "a: boolean default TRUE");
    of_type(
        "#[sea_orm(default_value = \"it's\", column_type = \"Char(Some(9))\")] a: String",
        "a: char(9) default 'it''s'",
    );
    of_type(
        "#[sea_orm(default_expr = \"Expr::current_timestamp()\")] a: i32",
        "a: integer default CURRENT_TIMESTAMP",
    );
    of_type(
        "#[sea_orm(default_expr = \"sea_query::Expr::cust(\\\"a || 'b'\\\")\")] a: i32",
        "a: integer default a || 'b'",
    );
    of_type("#[sea_orm(default_expr = \"Expr::val(5)\")] a: i32", "a: integer default 5");
    of_type(
        "#[sea_orm(default_expr = \"gen_random_uuid()\")] a: i32",
        "a: integer default gen_random_uuid()",
    );
    of_type(
        "#[sea_orm(comment = \"A number\", renamed_from = \"b\")] a: i32",
        "a: integer was b -- A number",
    );
    of_type("#[sea_orm(column_name = \"B\")] a: i32", "B: integer");
    of_type("#[sea_orm(enum_name = \"Other\")] a: i32", "other: integer");
    of_type("r#type: i32, #[sea_orm(ignore)] b: Unknown", "type: integer");
    of_type("crate_: i32", "crate: integer");
    of_type("#[sea_orm(select_as = \"text\", save_as = \"citext\", unknown(x, y))] a: i32", "a: integer");
    field("#[sea_orm(unique)] a: i32", &format!("  a: integer\n{KEY}  unique unnamed (a)\n"));
    field("#[sea_orm(indexed)] a: i32", &format!("  a: integer\n{KEY}  index idx-t-a (a)\n"));
    field(
        "#[sea_orm(unique_key = \"k\")] a: i32, #[sea_orm(unique_key = \"k\")] b: i32",
        &format!("  a: integer\n  b: integer\n{KEY}  unique index idx-t-k (a, b)\n"),
    );
    field(
        "#[sea_orm(extra = \"CHECK (a > 0)\")] a: i32",
        &format!("  a: integer\n{KEY}  check unnamed: a > 0\n"),
    );
    of_type("#[sea_orm(extra = \"COLLATE NOCASE\")] a: i32", "a: integer collate NOCASE");
    check(
        "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"t\", rename_all = \"camelCase\")]
         pub struct Model { #[sea_orm(primary_key)] pub user_id: String }",
        "
        t
          userId: text sqlite \"varchar\" postgresql \"varchar\" mysql \"varchar(255)\"
          primary key unnamed (userId)
        ",
    );
}

#[test]
fn types_of_fields() {
    let cases = [
        ("i8", "tiny_integer sqlite \"tinyint\" postgresql \"smallint\""),
        ("u16", "unsigned_small_integer sqlite \"smallint\""),
        ("i64", "big_integer"),
        ("f32", "real sqlite \"float\""),
        ("Option<f64>", "double sqlite \"double\" null"),
        ("Vec<u8>", "bytes sqlite \"varbinary_blob\" mysql \"varbinary(255)\""),
        ("Date", "date sqlite \"date_text\""),
        ("Time", "time sqlite \"time_text\" mysql \"time\""),
        ("DateTime", "timestamp sqlite \"datetime_text\" mysql \"datetime\""),
        ("DateTimeUtc", "timestamp_tz sqlite \"timestamp_with_timezone_text\" mysql \"timestamp\""),
        (
            "TimeDateTimeWithTimeZone",
            "timestamp_tz sqlite \"timestamp_with_timezone_text\" mysql \"timestamp\"",
        ),
        (
            "chrono::DateTime<chrono::Utc>",
            "timestamp_tz sqlite \"timestamp_with_timezone_text\" mysql \"timestamp\"",
        ),
        ("Decimal", "decimal sqlite \"real_decimal\" mysql \"decimal\""),
        ("Json", "json sqlite \"json_text\" postgresql \"json\""),
        ("Option<serde_json::Value>", "json sqlite \"json_text\" postgresql \"json\" null"),
        ("Uuid", "uuid sqlite \"uuid_text\""),
        ("uuid::fmt::Hyphenated", "uuid sqlite \"uuid_text\""),
        ("IpNetwork", "\"inet\""),
        ("ChronoUnixTimestamp", "big_integer"),
        ("Vec<i32>", "array(integer)"),
        ("Option<Vec<Uuid>>", "array(uuid sqlite \"uuid_text\") null"),
    ];
    for (type_, expected) in cases {
        of_type(&format!("a: {type_}"), &format!("a: {expected}"));
    }
}

#[test]
fn types_by_attribute() {
    let cases = [
        ("Text", "text mysql \"text\""),
        ("String(StringLen::N(50))", "varchar(50)"),
        ("String(StringLen::None)", "text sqlite \"varchar\" postgresql \"varchar\" mysql \"varchar(255)\""),
        ("String(StringLen::Max)", "text sqlite \"varchar\" postgresql \"varchar\" mysql \"varchar(65535)\""),
        ("String(Some(20))", "varchar(20)"),
        ("Char(None)", "\"char\""),
        ("TinyUnsigned", "unsigned_tiny_integer sqlite \"tinyint\""),
        ("Unsigned", "unsigned_integer"),
        ("Decimal(Some((16, 4)))", "decimal(16, 4) sqlite \"real(16, 4)\""),
        ("Money(None)", "decimal sqlite \"real_money\" postgresql \"money\" mysql \"decimal\""),
        ("Timestamp", "timestamp sqlite \"timestamp_text\" mysql \"timestamp\""),
        ("Binary(16)", "bytes sqlite \"blob(16)\" mysql \"binary(16)\""),
        ("VarBinary(StringLen::N(16))", "bytes sqlite \"varbinary_blob(16)\" mysql \"varbinary(16)\""),
        ("var_binary(32)", "bytes sqlite \"varbinary_blob(32)\" mysql \"varbinary(32)\""),
        ("JsonBinary", "json sqlite \"jsonb_text\""),
        ("Cidr", "\"cidr\""),
        ("Bit(Some(3))", "\"bit(3)\""),
        ("custom(\\\"citext\\\")", "\"citext\""),
        ("Array(RcOrArc::new(ColumnType::Text))", "array(text mysql \"text\")"),
        ("Array(std::sync::Arc::new(ColumnType::String(StringLen::N(9))))", "array(varchar(9))"),
    ];
    for (type_, expected) in cases {
        of_type(&format!("#[sea_orm(column_type = \"{type_}\")] a: Anything"), &format!("a: {expected}"));
        of_type(
            &format!("#[sea_orm(column_type = \"{type_}\")] a: Option<Anything>"),
            &format!("a: {expected} null"),
        );
    }
}

#[test]
fn types_of_ones_own() {
    check(
        "#[derive(EnumIter, DeriveActiveEnum)] #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"tea\")]
         pub enum Tea { #[sea_orm(string_value = \"EverydayTea\")] EverydayTea, #[sea_orm(string_value = \"it's\")] Breakfast }

         #[derive(DeriveActiveEnum)] #[sea_orm(db_type = \"Enum\", rename_all = \"snake_case\")]
         pub enum Size { VeryLarge, #[sea_orm(rename = \"camelCase\")] VerySmall }

         #[derive(DeriveActiveEnum)] #[sea_orm(rs_type = \"String\", db_type = \"String(StringLen::N(1))\")]
         pub enum Letter { #[sea_orm(string_value = \"A\")] A }

         #[derive(DeriveActiveEnum)] #[sea_orm(rs_type = \"i32\", db_type = \"Integer\")]
         pub enum Number { #[sea_orm(num_value = 1)] One }

         #[derive(DeriveValueType)] pub struct Id(i64);
         #[derive(DeriveValueType)] #[sea_orm(column_type = \"Text\")] pub struct Name(String);
         #[derive(DeriveValueType)] #[sea_orm(value_type = \"String\")] pub struct Tag { a: i32, b: i32 }
         #[derive(FromJsonQueryResult)] pub struct Data { a: i32 }

         #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"t\")]
         pub struct Model {
             #[sea_orm(primary_key)] pub id: Id, tea: Tea, teas: Vec<Tea>, size: Option<Size>, letter: Letter, number: Number,
             name: Name, tag: Tag, data: Option<Data>,
         }",
        "
        t
          id: big_integer identity
          tea: enum tea
          teas: array(enum tea)
          size: enum Size null
          letter: varchar(1)
          number: integer
          name: text mysql \"text\"
          tag: text sqlite \"varchar\" postgresql \"varchar\" mysql \"varchar(255)\"
          data: json sqlite \"json_text\" postgresql \"json\" null
          primary key unnamed (id)
        enum Size: very_large, verySmall
        enum tea: EverydayTea, it's
        ",
    );
}

#[test]
fn names_are_looked_up() {
    assert_eq!(
        read(&[
            ("src/lib.rs", "pub mod entities;"),
            ("src/entities/mod.rs", "pub mod prelude; pub mod a; pub mod b; pub mod enums;"),
            ("src/entities/prelude.rs", "pub use super::a::Entity as A;"),
            (
                "src/entities/a.rs",
                "use sea_orm::entity::prelude::*; #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"a\")]
                 pub struct Model { #[sea_orm(primary_key)] pub id: i32 }"
            ),
            (
                "src/entities/b.rs",
                "use super::enums::Mood; use sea_orm::entity::prelude::*;
                 #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"b\")]
                 pub struct Model { #[sea_orm(primary_key)] pub id: i32, pub mood: Mood }
                 #[derive(DeriveRelation)] pub enum Relation {
                     #[sea_orm(belongs_to = \"super::prelude::A\", from = \"Column::Id\", to = \"super::a::Column::Id\")] A }"
            ),
            (
                "src/entities/enums.rs",
                "use sea_orm::entity::prelude::*; #[derive(DeriveActiveEnum)] #[sea_orm(db_type = \"Enum\", enum_name = \"mood\")]
                 pub enum Mood { #[sea_orm(string_value = \"ok\")] Ok }"
            ),
        ]),
        unindent(
            "
            a
              id: integer identity
              primary key unnamed (id)
            b
              id: integer identity
              mood: enum mood
              primary key unnamed (id)
              foreign key fk-b-id (id) to a (id)
            enum mood: ok
            "
        )
    );
    // Models that are no tables of their own.
    check(
        "#[derive(DeriveEntityModel)] pub struct Model { id: i32 } #[derive(DeriveModel)] pub struct Other { id: i32 }",
        "",
    );
}

#[test]
fn mistakes() {
    let case = |model: &str, relation: &str, expected: &str| {
        check(
            &format!(
                "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"t\")]
pub struct Model {{ #[sea_orm(primary_key)] pub id: i32,
{model} }}
#[derive(DeriveRelation)] pub enum Relation {{
{relation} }}"
            ),
            expected,
        );
    };
    case(
        "a: HashMap<i32, i32>",
        "",
        "src/lib.rs:4: no column type is known for `HashMap<i32, i32>`: write `#[sea_orm(column_type = \"…\")]`",
    );
    case(
        "#[sea_orm(column_type = \"Strng\")] a: i32",
        "",
        "src/lib.rs:4: the column type `Strng` is not known",
    );
    case(
        "#[sea_orm(default_expr = \"compute(1)\")] a: i32",
        "",
        "src/lib.rs:4: the expression `compute(1)` is not known: write `default_expr = \"Expr::cust(\\\"…\\\")\"` with the SQL",
    );
    case(
        "#[sea_orm(extra = \"ON UPDATE x\")] a: i32",
        "",
        "src/lib.rs:4: `extra = \"ON UPDATE x\"` is neither a CHECK nor a COLLATE",
    );
    case(
        "",
        "#[sea_orm(belongs_to = \"super::x::Entity\", from = \"Column::Id\", to = \"super::x::Column::Id\")] X",
        "src/lib.rs:6: `super::x::Entity`, which is referred to, is no model\n  \
         help: correct the path, or make a model of it",
    );
    case(
        "",
        "#[sea_orm(belongs_to = \"Entity\", from = \"Column::Nothing\", to = \"Column::Id\")] X",
        "src/lib.rs:6: table t has no column Nothing\n  \
         help: a column is named as a field, or as a string by its name in the database",
    );
    case(
        "",
        "#[sea_orm(belongs_to = \"Entity\", from = \"Column::Id\", to = \"Column::Id\", on_delete = \"Explode\")] X",
        "src/lib.rs:6: `Explode` is not what a foreign key can do",
    );
    check(
        "#[derive(Copy, Clone, Default, Debug, DeriveEntity)]\npub struct Entity;",
        "src/lib.rs:3: the expanded form of entities is made of Rust code that cannot be read: write a model that derives \
         `DeriveEntityModel`, as `sea-orm-cli generate entity` does without `--expanded-format`",
    );
}

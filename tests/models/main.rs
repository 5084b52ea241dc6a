//! What the derives say of a model is what the reader of source says of it.

#[expect(dead_code, reason = "these models are described, never made")]
mod attributes;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod databases;
#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod generated;
mod mistakes;
#[expect(dead_code, reason = "these models are described, never made")]
mod types;

use std::path::Path;

use alembic::Model as _;
use alembic::models::Models;
use alembic::schema::{NamingConvention, Schema, Type};
use alembic_core::models::{Declaration, Package, Sources, rust_models};

/// The models of a file of this test, read from its source.
fn read(file: &str) -> Schema {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    let package = Package { name: "service".into(), library: Some(folder.join(file)), ..Package::default() };
    match rust_models(
        &Sources { folder, packages: vec![package], ..Sources::default() },
        &NamingConvention::default(),
    ) {
        Ok(Declaration::Schema { schema, .. }) => schema,
        Ok(Declaration::Script(script)) => panic!("{script:?}"),
        Err(errors) => panic!("{errors}"),
    }
}

#[track_caller]
fn check(models: &Models, file: &str) {
    let schema = models.schema().unwrap_or_else(|errors| panic!("{errors}"));
    let read = read(file);
    assert_eq!(schema.enums, read.enums);
    for (described, read) in schema.tables.iter().zip(&read.tables) {
        for (described, read) in described.columns.iter().zip(&read.columns) {
            assert_eq!(described, read);
        }
        assert_eq!(described, read);
    }
    assert_eq!(schema, read);
}

#[test]
fn derives_and_source_agree_on_every_type() {
    check(&alembic::models![types::Standard<'_>, types::Other, types::Own, types::Names], "types.rs");
}

#[test]
fn derives_and_source_agree_on_every_attribute() {
    check(&alembic::models![attributes::User, attributes::Item, attributes::Note], "attributes.rs");
}

#[test]
fn a_description_is_there_without_parsing() {
    use attributes::{Item, User};

    const NAME: &str = User::TABLE.name;
    assert_eq!(NAME, "users");
    assert_eq!(User::TABLE.column("secret_word"), Some("secretWord"));
    assert_eq!(User::TABLE.column("cached"), None);
    assert_eq!(Item::TABLE.object_name().to_string(), "shop.order_items");
    let table = Item::TABLE.table().expect("a table");
    assert_eq!(table.column("number").map(|column| &column.type_), Some(&Type::SmallInteger));
    assert_eq!(table.uniques[0].name.as_deref(), Some("uq_order_items_number"));
}

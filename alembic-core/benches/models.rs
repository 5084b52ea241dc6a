//! Time to read packages of 10 to 1,000 models: `cargo bench -p alembic-core --features models --bench models`.

use std::fmt::Write as _;
use std::path::Path;

use alembic_core::models::{Declaration, Package, Sources, rust_models};
use alembic_core::schema::NamingConvention;
use divan::Bencher;

fn main() {
    divan::main();
}

/// A package with a file of ten models for each ten tables, and with ten times as much code that is none.
fn package(folder: &Path, tables: usize) -> Sources {
    let mut root = String::from("pub struct Id(pub i64);\n");
    for file in 0..tables.div_ceil(10) {
        let _ = writeln!(root, "mod m{file};");
        let mut text = String::from("use alembic::Table;\nuse chrono::{DateTime, Utc};\nuse super::Id;\n");
        for number in file * 10..(file * 10 + 10).min(tables) {
            let _ = write!(
                text,
                "#[derive(Debug, Clone, sqlx::FromRow, Table)]
                 #[table(index(title, desc(created_at)), check = \"price >= 0\")]
                 pub struct Thing{number} {{
                     #[column(primary_key, autoincrement)] pub id: Id,
                     pub title: String, pub subtitle: Option<String>, pub price: i64, pub weight: Option<f64>,
                     pub data: sqlx::types::Json<Vec<String>>, pub owner: uuid::Uuid, pub created_at: DateTime<Utc>,
                     pub updated_at: Option<DateTime<Utc>>,
                     #[column(references(\"thing{}s\", on_delete = cascade))] pub before: Option<Id>,
                 }}\n",
                number / 2,
            );
            for function in 0..10 {
                let _ = writeln!(
                    text,
                    "pub async fn find_{number}_{function}(pool: &sqlx::SqlitePool, id: i64) -> Result<Option<i64>, \
                     sqlx::Error> {{\n    let rows = sqlx::query_as::<_, (i64,)>(\"SELECT id FROM t WHERE id = ?\")\n        \
                     .bind(id)\n        .fetch_all(pool)\n        .await?;\n    for (index, row) in rows.iter().enumerate() \
                     {{\n        if row.0 == id && index < 10 {{ return Ok(Some(row.0)); }}\n    }}\n    Ok(None)\n}}"
                );
            }
        }
        std::fs::write(folder.join(format!("m{file}.rs")), text).expect("a file");
    }
    let library = folder.join("lib.rs");
    std::fs::write(&library, root).expect("a file");
    let package = Package { name: "app".into(), library: Some(library), ..Package::default() };
    Sources { folder: folder.to_owned(), packages: vec![package], ..Sources::default() }
}

#[divan::bench(args = [10, 100, 1_000])]
fn read(bencher: Bencher<'_, '_>, tables: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = package(folder.path(), tables);
    bencher.bench(|| {
        let schema = rust_models(&sources, &NamingConvention::default()).expect("a schema");
        assert!(matches!(&schema, Declaration::Schema { schema, .. } if schema.tables.len() == tables));
        schema
    });
}

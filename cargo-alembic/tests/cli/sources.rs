//! Where the models are: packages of a workspace, SeaORM, Diesel, a file of SQL; and their mistakes.

use alembic_testing::TestProject;

use crate::autogenerate::{script, with_models};
use crate::support::{Package, package};

#[test]
fn mistakes_are_shown_in_the_source() {
    let package = package(&[]);
    with_models(
        &package,
        r#"
#[derive(alembic::Table)]
struct User {
    #[column(primary_key)]
    id: i64,
    home: Address,
    #[column(references = "team(id)")]
    team: i64,
}

#[derive(alembic::Table)]
struct Team {
    #[column(primary_key)]
    id: i64,
    #[column(lenght = 20)]
    name: String,
}
"#,
    );
    package.refuses("sources_mistakes", "revision --autogenerate -m x");
    package.write("src/models.rs", "struct {");
    package.refuses("sources_not_rust", "check");
    package.remove("src/models.rs");
    package.refuses("sources_no_module", "check");
    package.write("src/main.rs", "fn main() {}\n");
    package.refuses("sources_no_models", "check");
}

/// A module that the library and the program have both.
#[test]
fn a_library_and_a_program() {
    let package = package(&[]);
    with_models(&package, "#[derive(alembic::Table)] struct User { #[column(primary_key)] id: i64 }");
    package.write("src/lib.rs", "pub mod models;\n");
    package.alembic("revision --autogenerate -m first --rev-id a1").success();
    assert_eq!(script(&package, "a1").matches("CREATE TABLE users").count(), 1);
}

#[test]
fn packages_of_the_workspace() {
    let project = TestProject::temporary();
    project
        .write("Cargo.toml", "[workspace]\nmembers = [\"app\", \"entities\", \"kinds\"]\nresolver = \"3\"\n");
    for name in ["app", "entities", "kinds"] {
        project.write(
            format!("{name}/Cargo.toml"),
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
    }
    project.write("app/src/main.rs", "fn main() {}\n");
    project.write(
        "entities/src/lib.rs",
        "use kinds::Level;\n#[derive(alembic::Table)]\npub struct User {\n    #[column(primary_key)]\n    pub id: i64,\n    \
         pub level: Level,\n}\n",
    );
    project.write(
        "kinds/src/lib.rs",
        "#[derive(sqlx::Type, alembic::Enum)]\n#[repr(i16)]\npub enum Level { Low = 1, High = 2 }\n",
    );
    std::fs::create_dir(project.path("app/migrations")).expect("a folder");
    let package = Package::of(project);
    let config =
        |models: &str| package.write("app/alembic.toml", format!("url = \"sqlite://app.db\"\n{models}\n"));
    config("models = { packages = [\"entities\", \"kinds\"] }");
    package.session("sources_packages", &["check -p app"]);
    config("models = { packages = [\"entities\"] }");
    package.session("sources_package_missing", &["check -p app"]);
    config("models = { packages = [\"entity\"] }");
    package.session("sources_package_unknown", &["check -p app"]);
    config("models = { source = \"rust\", file = \"../entities/src/lib.rs\", packages = [\"kinds\"] }");
    package.session("sources_file", &["check -p app"]);
    config("models = { file = \"src/nowhere.rs\" }");
    package.session("sources_file_missing", &["check -p app"]);
}

#[test]
fn sea_orm() {
    let package = package(&[]);
    package.write("alembic.toml", "url = \"sqlite://app.db\"\nmodels = { source = \"sea-orm\" }\n");
    package.refuses("sources_sea_orm_none", "check");
    package.write("src/main.rs", "mod cake;\nfn main() {}\n");
    package.write(
        "src/cake.rs",
        "use sea_orm::entity::prelude::*;\n\n#[derive(Clone, Debug, DeriveEntityModel)]\n#[sea_orm(table_name = \"cake\")]\n\
         pub struct Model {\n    #[sea_orm(primary_key)]\n    pub id: i32,\n    #[sea_orm(unique)]\n    pub name: String,\n}\n\n\
         #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]\npub enum Relation {}\n\n\
         impl ActiveModelBehavior for ActiveModel {}\n",
    );
    there_and_back(&package, "sources_sea_orm");
}

#[test]
fn diesel() {
    let package = package(&[]);
    package.write(
        "alembic.toml",
        "url = \"sqlite://app.db\"\nmodels = { source = \"diesel\", file = \"src/schema.rs\" }\n",
    );
    package.write(
        "src/schema.rs",
        "diesel::table! {\n    posts (id) {\n        id -> Integer,\n        title -> Text,\n        body -> Nullable<Text>,\n        \
         author -> Integer,\n    }\n}\n\ndiesel::table! {\n    users (id) {\n        id -> Integer,\n        name -> Text,\n    }\n}\n\n\
         diesel::joinable!(posts -> users (author));\n",
    );
    there_and_back(&package, "sources_diesel");
    // What Diesel has no words for is left as it is.
    let mut client = std::process::Command::new("sqlite3");
    client.arg(package.path("app.db")).arg("CREATE INDEX by_title ON posts (title);");
    assert!(client.status().expect("sqlite3 runs").success());
    package.alembic("check").success();
}

#[test]
fn a_file_of_sql() {
    let package = package(&[]);
    package.write("alembic.toml", "url = \"sqlite://app.db\"\nmodels = { source = \"sql\" }\n");
    package.refuses("sources_sql_missing", "check");
    package.write("schema.sql", "-- Nothing yet.\n");
    package.refuses("sources_sql_empty", "check");
    package.write("schema.sql", "CREATE TABLE t (a INT);\nCREATE INDEX i ON nothing (a);\n");
    package.refuses("sources_sql_refused", "check");
    package.write("schema.sql", "CREATE TABLE t (a INT);\nSELECT 'x;\n");
    package.refuses("sources_sql_unreadable", "check");
    package.write(
        "schema.sql",
        "CREATE TABLE t (\n    a INTEGER PRIMARY KEY,\n    b TEXT NOT NULL DEFAULT 'x;y' CHECK (b <> '')\n);\n\
         CREATE INDEX t_b ON t (lower(b)) WHERE b IS NOT NULL;\n",
    );
    there_and_back(&package, "sources_sql");
    package.edit("schema.sql", "DEFAULT 'x;y'", "DEFAULT 'z'");
    package.session("sources_sql_changed", &["check --diff"]);
}

/// Writes the revision, applies it, and finds nothing different.
fn there_and_back(package: &Package, name: &str) {
    package.alembic("revision --autogenerate -m first --rev-id a1").success();
    package.assert_snapshot(name, &script(package, "a1"));
    package.alembic("upgrade").success();
    package.alembic("check").success();
    package.alembic("check --scratch").success();
    package.alembic("downgrade base").success();
    package.alembic("check").code(1);
    package.alembic("upgrade").success();
}

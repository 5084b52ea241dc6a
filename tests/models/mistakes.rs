//! Packages with models that the real cargo builds, or refuses.

use alembic_testing::TestProject;

/// No driver: it is built in seconds.
const DEPENDENCIES: &str = "[dependencies]\nalembic = { path = \"{alembic}\", features = [\"models\"] }\n";

fn package(name: &str, main: &str) -> TestProject {
    let project = TestProject::new(name);
    project.manifest(DEPENDENCIES);
    project.write("src/main.rs", main);
    project
}

/// The whole message of the compiler.
fn refused(name: &str, main: &str) {
    let output = package(&format!("models_{name}"), main).check().code(101);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, output.stderr));
}

#[test]
fn mistakes_in_attributes_are_shown_in_their_place() {
    refused(
        "attributes",
        r#"use alembic::Table;

#[derive(Table)]
#[table(nmae = "people", index(emial))]
#[table(unique(id, tenant), primary_key(id))]
struct User {
    #[column(primary_key)]
    id: i64,
    #[column(lenght = 80, unique)]
    email: String,
    #[column(references("users", on_delete = explode))]
    boss: Option<i64>,
    #[column(name = "id", default = 1, generated = "1")]
    number: i32,
    #[column(type = txt)]
    text: String,
    #[table(name = "x")]
    other: i32,
}

fn main() {}
"#,
    );
}

#[test]
fn items_of_another_kind_are_refused() {
    refused(
        "items",
        r#"use alembic::{Enum, Newtype, Table};

#[derive(Table)]
enum User {
    A,
}

#[derive(Table)]
struct Pair(i32, i32);

#[derive(Table)]
struct Generic<T> {
    id: T,
}

#[derive(Enum)]
struct State {
    id: i32,
}

#[derive(Enum)]
enum Shape {
    Circle(f64),
    #[alembic(rename = "x")]
    Square,
}

#[derive(Newtype)]
struct Point {
    x: i32,
    y: i32,
}

fn main() {}
"#,
    );
}

#[test]
fn models_have_to_be_models() {
    refused(
        "list",
        "struct User;\n\nfn main() {\n    let _ = alembic::models![User];\n    let _ = alembic::models![1];\n}\n",
    );
}

/// What a program says of its models, and how it follows the configuration.
#[test]
fn a_program_knows_its_schema() {
    let main = r#"mod ids {
    #[derive(alembic::Newtype)]
    pub struct UserId(pub i64);

    pub struct Plain(pub i64);
}

#[derive(alembic::Table)]
struct User {
    #[column(primary_key)]
    id: ids::UserId,
}

#[derive(alembic::Table)]
struct Post<'a> {
    #[column(references = User)]
    author: ids::UserId,
    #[column(index)]
    title: &'a str,
}

#[derive(alembic::Table)]
struct Wrong {
    id: ids::Plain,
    #[column(length = 3)]
    number: i32,
}

fn main() {
    let schema = alembic::models![User, Post].schema().expect("a schema");
    for table in &schema.tables {
        println!("{}", table.name);
        for key in &table.foreign_keys {
            println!("  {:?} {:?} {} {:?}", key.name, key.columns, key.references, key.referenced_columns);
        }
        for index in &table.indexes {
            println!("  {}", index.name);
        }
    }
    println!("{}", alembic::models![Post].schema().expect_err("a mistake"));
    println!("{}", alembic::models![User, Wrong].schema().expect_err("mistakes"));
}
"#;
    let project = package("models_program", main);
    project.write("alembic.toml", "# Every key has its default.\n");
    let stdout = || {
        project.build().success();
        project.program(&[]).success().stdout
    };
    let text = stdout();
    assert_eq!(
        text,
        "posts\n  Some(\"fk_posts_author_users\") [\"author\"] users [\"id\"]\n  ix_posts_title\nusers\n\
         src/main.rs:16: table users, which is referred to, has no model\n  \
         help: correct the name, or add a model for that table; one that `exclude` of `tables` leaves out needs none: `users(…)`\n\
         src/main.rs:24: no column type is known for `models_program::ids::Plain`\n  \
         help: for a type of your own derive `alembic::Enum` or `alembic::Newtype`; else write the type of the column, \
         `#[column(type = \"…\")]` in the words of the database or `#[column(type = text)]` in those of alembic, or \
         `#[column(skip)]` if it is no column\n\n\
         src/main.rs:26: `length` does not go with a column of type integer\n  \
         help: only text and bytes have a length\n"
    );

    project.write("alembic.toml", "[naming]\nindex = \"idx_{columns}\"\n");
    assert!(stdout().contains("\n  idx_title\n"));
    project.edit("alembic.toml", "idx_", "index_of_");
    assert!(stdout().contains("\n  index_of_title\n"));

    project.edit("alembic.toml", "{columns}", "{column}");
    let output = project.check().code(101);
    assert!(
        output.stderr.contains("alembic.toml:2: `naming`: `{column}` is not a placeholder of a name"),
        "{}",
        output.stderr
    );
}

/// A service that does not describe its tables pays for none of it.
#[test]
fn without_the_feature_there_are_no_derives() {
    let project =
        package("models_none", "#[derive(alembic::Table)]\nstruct User {\n    id: i32,\n}\n\nfn main() {}\n");
    project.manifest("[dependencies]\nalembic = { path = \"{alembic}\" }\n");
    let output = project.check().code(101);
    assert!(output.stderr.contains("the item is gated behind the `models` feature"), "{}", output.stderr);
}

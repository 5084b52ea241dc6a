//! What decides how source is read: features, renamed dependencies; and models that are not read.

use alembic_testing::TestProject;

use crate::autogenerate::{script, with_models};
use crate::support::{Package, package};

const JSON: &str = "\
#[cfg(feature = \"lite\")]
type Json = String;
#[cfg(not(feature = \"lite\"))]
type Json = serde_json::Value;

#[derive(alembic::Table)]
struct Doc {
    #[column(primary_key)]
    id: i64,
    json: Json,
}

#[cfg(feature = \"extra\")]
#[derive(alembic::Table)]
struct Extra {
    #[column(primary_key)]
    id: i64,
}
";

/// A package whose alias depends on a feature, which another one turns on.
fn conditional() -> Package {
    let package = package(&[]);
    with_models(&package, JSON);
    package.write(
        "Cargo.toml",
        "[package]\nname = \"service\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[features]\ndefault = [\"lite\"]\nlite = []\n\
         extra = []\nfull = [\"extra\", \"dep:alembic\"]\n\n[dependencies]\nalembic = { version = \"1\", optional = true }\n",
    );
    package
}

#[test]
fn features_decide_between_alternatives() {
    let package = conditional();
    package.refuses("readers_undecided", "check");
    let with = |features: &str| {
        let models = format!("url = \"sqlite://app.db\"\nmodels = {{ features = [{features}] }}\n");
        package.write("alembic.toml", models);
    };
    with("\"small\"");
    package.refuses("readers_unknown_feature", "check");
    let cases = [("", "json TEXT"), ("\"full\"", "extras"), ("\"default\"", "json TEXT")];
    for (number, (features, expected)) in cases.into_iter().enumerate() {
        with(features);
        let id = format!("a{number}");
        package.alembic(&format!("revision --autogenerate --scratch -m first --rev-id {id}")).success();
        let text = script(&package, &id);
        assert!(text.contains(expected), "{features}: {text}");
        assert_eq!(text.contains("extras"), features == "\"full\"", "{text}");
        for path in package.files().into_keys().filter(|path| path.to_string_lossy().contains("_first")) {
            std::fs::remove_file(package.folder().join(path)).expect("a script");
        }
    }
    package
        .write("alembic.toml", "url = \"sqlite://app.db\"\nmodels = { source = \"sql\", features = [] }\n");
    package.refuses("readers_features_of_sql", "check");
}

/// In the manifest itself, and in that of the workspace; of a package that is read, and of others.
#[test]
fn renamed_dependencies_are_followed() {
    for inherited in [false, true] {
        let project = TestProject::temporary();
        let (at, own) = match inherited {
            false => ("", "{ path = \"../my-entities\", package = \"my-entities\" }"),
            true => (
                "\n[workspace.dependencies]\nentities = { path = \"my-entities\", package = \"my-entities\" }\n",
                "{ workspace = true }",
            ),
        };
        project.write(
            "Cargo.toml",
            format!("[workspace]\nmembers = [\"app\", \"my-entities\"]\nresolver = \"3\"\n{at}"),
        );
        project.write(
            "app/Cargo.toml",
            format!(
                "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nentities = {own}\n\
                 db = {{ package = \"alembic\", version = \"1\" }}\nwhen = {{ package = \"chrono\", version = \"0.4\" }}\n"
            ),
        );
        project.write(
            "my-entities/Cargo.toml",
            "[package]\nname = \"my-entities\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nname = \"things\"\n",
        );
        project.write(
            "app/src/main.rs",
            "use db::Table;\nuse entities::{User, ids::UserId};\nfn main() {}\n#[derive(Table)]\nstruct Post {\n    \
             #[column(primary_key)]\n    id: i64,\n    #[column(references(User))]\n    author: UserId,\n    \
             at: when::NaiveDate,\n}\n",
        );
        project.write(
            "my-entities/src/lib.rs",
            "pub mod ids { pub struct UserId(pub i64); }\n#[derive(alembic::Table)]\npub struct User {\n    \
             #[column(primary_key)]\n    pub id: ids::UserId,\n}\n",
        );
        std::fs::create_dir(project.path("app/migrations")).expect("a folder");
        project.write(
            "app/alembic.toml",
            "url = \"sqlite://app.db\"\nmodels = { packages = [\"my-entities\"] }\n",
        );
        let package = Package::of(project);
        package.session("readers_renamed", &["check -p app --diff"]);
    }
}

/// A file whose `mod` was forgotten is named in any case; macros and what is included where tables would be dropped.
#[test]
fn models_that_are_not_read_are_named() {
    let package = package(&[]);
    const USER: &str =
        "#[derive(alembic::Table)]\nstruct User {\n    #[column(primary_key)]\n    id: i64,\n}\n";
    with_models(&package, &format!("{USER}#[derive(alembic::Table)]\nstruct Post {{\n    id: i64,\n}}\n"));
    package.alembic("revision --autogenerate -m first --rev-id a1").success();
    package.alembic("upgrade").success();
    // The other model moves to a file that nothing leads to.
    package.write("src/post.rs", "#[derive(alembic::Table)]\nstruct Post {\n    id: i64,\n}\n");
    package.write(
        "src/models.rs",
        format!(
            "{USER}\nmacro_rules! table {{\n    ($name:ident) => {{\n        #[derive(alembic::Table)]\n        \
             struct $name {{ id: i64 }}\n    }};\n}}\n\ninclude!(concat!(env!(\"OUT_DIR\"), \"/models.rs\"));\n"
        ),
    );
    package.session("readers_unread", &["check", "revision --autogenerate --scratch -m second --rev-id a2"]);
    package.write("src/main.rs", "mod models;\nmod post;\n\nfn main() {}\n");
    let check = package.alembic("check --scratch").code(1);
    assert!(!check.text().contains("note: src/post.rs"), "{}", check.text());
}

/// A type that the database has not got is named with its line, all at once.
#[test]
fn types_that_a_database_lacks() {
    let package = package(&[]);
    with_models(
        &package,
        "#[derive(alembic::Table)]\nstruct Us {\n    #[column(primary_key)]\n    id: i64,\n    v: Vec<i32>,\n    \
         d: Option<std::time::Duration>,\n}\n",
    );
    package.refuses("readers_no_such_type", "check");
}

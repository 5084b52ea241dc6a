//! `init`.

use alembic_testing::TestProject;

use crate::support::{Package, chain, package};

fn fresh() -> Package {
    Package::of(TestProject::temporary())
}

#[test]
fn a_fresh_package() {
    let package = fresh();
    package.session("init", &["init"]);
    let files =
        ["Cargo.toml", "build.rs", "alembic.toml", "migrations/alembic.lock", "migrations/.gitattributes"];
    let files = files.map(|name| format!("=== {name}\n{}", package.read(name)));
    package.assert_snapshot("init_files", &files.join("\n"));
    // With its scaffold the package has no migrations, and nothing to complain about.
    package.session(
        "init_and_then",
        &["heads", "history", "current --url sqlite://app.db", "upgrade --url sqlite://app.db"],
    );
}

#[test]
fn a_second_time() {
    let package = fresh();
    package.alembic("init").success();
    let output = package.changes_nothing("init").success();
    package.assert_snapshot("init_twice", &output.to_string());
}

/// Each key stands in `alembic.toml` as a comment with its default: without the `#` it says the same.
#[test]
fn the_settings_that_it_writes_can_be_used() {
    let package = fresh();
    package.alembic("init").success();
    let text = package.read("alembic.toml");
    let settings: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')))
        .collect();
    package.write("alembic.toml", settings.join("\n") + "\nurl = \"sqlite://app.db\"\n");
    package.session("init_settings", &["upgrade"]);
    assert_eq!(settings.len(), 20, "{settings:?}");
}

/// As with Alembic's `init DIRECTORY`.
#[test]
fn another_folder() {
    let package = fresh();
    package.session("init_directory", &["init db/scripts/", "init db/scripts", "init elsewhere", "init"]);
    assert!(package.read("alembic.toml").contains("\nmigrations = \"db/scripts/\"\n"));
    assert!(package.path("db/scripts/alembic.lock").is_file());
    assert!(!package.path("elsewhere").exists() && !package.path("migrations").exists());
}

/// Each of several folders is made, and each database has a lock.
#[test]
fn several_folders_and_databases() {
    let package = fresh();
    package.write(
        "alembic.toml",
        "migrations = [\"app\", \"more/app\"]\n\n[databases.billing]\nmigrations = \"billing\"\n\
         url = \"postgres://localhost/billing\"\n",
    );
    package.session("init_databases", &["init", "init"]);
    assert!(package.read("Cargo.toml").contains("features = [\"postgres\"]"));
}

#[test]
fn what_is_there_is_kept() {
    let package = fresh();
    package.write("build.rs", "fn main() {\n    println!(\"cargo::rerun-if-changed=proto\");\n}\n");
    package.write("alembic.toml", "migrations = \"db/migrations\"\n");
    package.write(
        "Cargo.toml",
        "[package] # mine\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n# the web\nserde = \"1\"\n",
    );
    package.session("init_kept", &["init"]);
    assert_eq!(
        package.read("build.rs"),
        "fn main() {\n    println!(\"cargo::rerun-if-changed=proto\");\n}\n"
    );
    assert_eq!(package.read("alembic.toml"), "migrations = \"db/migrations\"\n");
    assert!(package.path("db/migrations/alembic.lock").is_file());
    assert!(!package.path("migrations").exists());
    let manifest = package.read("Cargo.toml");
    for line in ["[package] # mine\n", "# the web\nserde = \"1\"\n"] {
        assert!(manifest.contains(line), "{manifest}");
    }
}

#[test]
fn scripts_that_are_there_are_listed() {
    let package = package(&chain(2));
    package.alembic("init").success();
    assert_eq!(package.listed(), ["r1", "r2"]);
}

#[test]
fn the_drivers() {
    let check = |arguments: &str, manifest: &str, expected: &str| {
        let package = fresh();
        package.manifest(manifest);
        package.alembic(&format!("init {arguments}")).success();
        let manifest = package.read("Cargo.toml");
        let line = manifest.lines().find(|line| line.starts_with("alembic = ")).expect("the dependency");
        assert!(line.ends_with(&format!("features = [{expected}] }}")), "init {arguments}: {line}");
    };
    check("", "", "\"sqlite\"");
    check("--database postgres", "", "\"postgres\"");
    check("--database postgres --database mysql", "", "\"postgres\", \"mysql\"");
    check("--url postgres://localhost/app", "", "\"postgres\"");
    check("--url mariadb://localhost/app", "", "\"mysql\"");
    let sqlx = "[dependencies]\nsqlx = { version = \"0.9\", features = [\"postgres\", \"runtime-tokio\"] }\n";
    check("", sqlx, "\"postgres\"");
    check("--url sqlite://app.db", sqlx, "\"sqlite\", \"postgres\"");
}

#[test]
fn locked_writes_nothing() {
    let package = fresh();
    package.refuses("init_locked", "init --locked");
}

#[test]
fn a_failure_writes_nothing() {
    let package = fresh();
    package.write("Cargo.toml", "[package\nname = \"app\"\n");
    package.refuses("init_bad_manifest", "init");

    let package = self::package(&[]);
    package.write("migrations/alembic.lock", "version 2\n");
    package.refuses("init_newer_lock", "init");

    let package = fresh();
    package.write("migrations/a.sql", "CREATE TABLE a (id INTEGER);\n");
    package.refuses("init_bad_script", "init");
}

/// What it writes to Cargo.toml can be built, with nothing but what this program was built from.
#[test]
fn the_package_builds() {
    let package = Package::of(TestProject::new("init_builds"));
    package.alembic("init").success();
    package.write(
        "src/main.rs",
        "static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();\n\n\
         fn main() {\n    println!(\"{}\", MIGRATOR.directory().scripts().len());\n}\n",
    );
    package.check().success();
}

#[test]
fn what_it_writes_for_the_other_drivers_resolves() {
    let package = Package::of(TestProject::new("init_resolves"));
    package.alembic("init --database postgres --database mysql").success();
    let tree = package.cargo(&["tree", "--offline", "--prefix=none"]).success().stdout;
    for driver in ["sqlx-postgres", "sqlx-mysql"] {
        assert!(tree.lines().any(|line| line.starts_with(driver)), "{tree}");
    }
}

/// Cargo wants one source of a crate: what is there says which.
#[test]
fn the_source_is_the_one_that_is_there() {
    let check = |manifest: &str, expected: &[&str]| {
        let package = fresh();
        package.write(
            "elsewhere/Cargo.toml",
            "[package]\nname = \"alembic\"\nversion = \"0.1.0\"\n\n[lib]\npath = \"lib.rs\"\n\n[features]\nbuild = []\n\
             sqlite = []\nmodels = []\n",
        );
        package.write("elsewhere/lib.rs", "");
        package.write(".cargo/config.toml", "[registries]\nours.index = \"sparse+https://example.org/\"\n");
        package.manifest(manifest);
        package.alembic("init").success();
        let text = package.read("Cargo.toml");
        let is_new =
            |line: &&str| line.starts_with("alembic") && manifest.lines().all(|other| other != *line);
        let added: Vec<&str> = text.lines().filter(is_new).collect();
        assert_eq!(added, expected, "{manifest}\n{text}");
        package.cargo(&["metadata", "--no-deps", "--offline", "--format-version=1"]).success();
    };
    let build = |source: &str| format!("alembic = {{ {source}, features = [\"build\"] }}");
    for source in [
        "path = \"elsewhere\"",
        "git = \"https://example.org/a.git\", branch = \"main\"",
        "git = \"https://example.org/a.git\", tag = \"v1\"",
        "git = \"https://example.org/a.git\", rev = \"0123456789\"",
        "package = \"our-alembic\", version = \"1.2\", registry = \"ours\"",
    ] {
        let inline = format!("[dependencies]\nalembic = {{ {source}, features = [\"sqlite\"] }} # ours\n");
        check(&inline, &[&build(source)]);
        let table =
            format!("[dependencies.alembic]\n{}\nfeatures = [\"sqlite\"]\n", source.replace(", ", "\n"));
        check(&table, &[&build(source)]);
        let other = format!("alembic = {{ {source}, features = [\"sqlite\"] }}");
        check(&table.replace("[dependencies", "[build-dependencies"), &[&other]);
        check(&inline.replace("[dependencies", "[build-dependencies"), &[&other]);
    }
    check("[dependencies]\nalembic = \"0.1\"\n", &[&build("version = \"0.1\"")]);
    check("[dependencies]\nalembic.path = \"elsewhere\"\n", &[&build("path = \"elsewhere\"")]);
    let shared = "[workspace.dependencies]\nalembic = { path = \"elsewhere\" }\n\n[dependencies]\n\
                  alembic = { workspace = true, features = [\"models\"] }\n";
    check(shared, &[&build("workspace = true")]);
    for table in ["dev-dependencies", "target.'cfg(unix)'.dependencies"] {
        let entry = "alembic = { path = \"elsewhere\" }";
        let manifest = format!("[{table}]\n{entry}\n\n[build-dependencies.cc]\nversion = \"1\"\n");
        let own = "alembic = { path = \"elsewhere\", features = [\"sqlite\"] }";
        let build = build("path = \"elsewhere\"");
        check(&manifest, &[&build, own]);
    }
}

/// Git's settings for a folder are added where they are missing, and those of the user stay.
#[test]
fn git_attributes() {
    let check = |before: Option<&str>, expected: &str| {
        let package = fresh();
        package.write("alembic.toml", "migrations = [\"app\", \"more\"]\n");
        if let Some(before) = before {
            package.write("app/.gitattributes", before);
        }
        package.alembic("init").success();
        assert_eq!(package.read("app/.gitattributes"), expected);
        assert_eq!(package.read("more/.gitattributes"), "*.sql text eol=lf\n");
        package.changes_nothing("init").success();
    };
    check(None, "alembic.lock merge=union\n*.sql text eol=lf\n");
    check(Some("alembic.lock merge=union\n"), "*.sql text eol=lf\nalembic.lock merge=union\n");
    check(Some("*.sql -text"), "alembic.lock merge=union\n*.sql -text");
    check(Some("* -text\n"), "alembic.lock merge=union\n*.sql text eol=lf\n* -text\n");
    let own = "# ours\n*.sql eol=crlf\nalembic.lock -merge\n";
    check(Some(own), own);
}

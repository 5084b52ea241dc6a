//! `revision --autogenerate`: from models to a script, and back to nothing.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use alembic_testing::{Kind, on_every_database};

use crate::support::{Package, chain, package, package_on};

const BOOKS: &str = r#"
use alembic::{Enum, Table};

#[derive(Table)]
#[table(index(author_id, desc(published_at)))]
struct Book {
    #[column(primary_key, autoincrement)]
    id: i64,
    #[column(length = 200)]
    title: String,
    #[column(references(Author, on_delete = cascade))]
    author_id: i64,
    state: State,
    published_at: Option<chrono::NaiveDateTime>,
}

#[derive(Table)]
struct Author {
    #[column(primary_key, autoincrement)]
    id: i64,
    #[column(length = 100, unique)]
    name: String,
}

#[derive(sqlx::Type, Enum)]
#[sqlx(type_name = "state", rename_all = "snake_case")]
enum State {
    Draft,
    InPrint,
}
"#;

/// Gives a package models in a module of their own.
pub(crate) fn with_models(package: &Package, models: &str) {
    package.write("src/main.rs", "mod models;\n\nfn main() {}\n");
    package.write("src/models.rs", models);
}

/// The text of the script of a revision.
pub(crate) fn script(package: &Package, revision: &str) -> String {
    let files = package.files();
    let mut found =
        files.iter().filter(|(path, _)| path.to_string_lossy().contains(&format!("_{revision}_")));
    let (_, text) = found.next().unwrap_or_else(|| panic!("no script of {revision}"));
    String::from_utf8(text.clone()).expect("UTF-8")
}

on_every_database! {
    /// Each step is what a person does; between them the database is what the models say.
    async fn from_nothing_through_changes_and_back(database: TestDatabase) {
        let kind = format!("{:?}", database.kind).to_lowercase();
        let package = package_on(&database, &[]);
        with_models(&package, BOOKS);
        if database.kind == Kind::Sqlite {
            // As a file that nothing has made yet.
            std::fs::remove_file(database.file()).ok();
        }
        package.session(
            &format!("autogenerate_{kind}_first"),
            &["check", "revision --autogenerate -m first --rev-id a1", "upgrade", "check"],
        );
        package.assert_snapshot(&format!("autogenerate_{kind}_a1"), &script(&package, "a1"));
        let files = package.files();
        package.session(&format!("autogenerate_{kind}_again"), &["revision --autogenerate -m again"]);
        assert_eq!(package.files(), files, "nothing is written where nothing is different");

        database.rows("INSERT INTO authors (name) VALUES ('Le Guin')").await;
        database.rows("INSERT INTO books (title, author_id, state) VALUES ('Earthsea', 1, 'in_print')").await;
        package.edit("src/models.rs", "    title: String,", "    heading: String,\n    pages: i32,");
        package.edit("src/models.rs", "length = 100, unique", "length = 100, unique, renamed_from = \"name\"");
        package.edit("src/models.rs", "    name: String", "    full_name: String");
        package.edit("src/models.rs", "    Draft,", "    Draft,\n    Sold,");
        package.session(
            &format!("autogenerate_{kind}_second"),
            &[
                "revision --autogenerate -m second",
                "revision --autogenerate -m second --rename books.title=heading",
                "revision --autogenerate -m second --rev-id a2 --rename books.title=heading --fill books.pages=100",
                "check",
                "upgrade",
                "check",
                "check --scratch",
            ],
        );
        package.assert_snapshot(&format!("autogenerate_{kind}_a2"), &script(&package, "a2"));
        let integer = if database.kind == Kind::Postgresql { "pages::text" } else { "CAST(pages AS CHAR)" };
        let sql = format!("SELECT heading, full_name, {integer} FROM books JOIN authors ON author_id = authors.id");
        assert_eq!(
            database.rows(&sql).await,
            [["Earthsea", "Le Guin", "100"].map(|text| Some(text.to_owned()))],
            "the rows are still there"
        );

        package.alembic("downgrade -1").success();
        assert_eq!(database.column("SELECT title FROM books").await, ["Earthsea"]);
        package.alembic("downgrade base").success();
        assert!(database.user_tables().await.is_empty());
    }
}

on_every_database! {
    async fn what_is_behind_or_elsewhere(database: TestDatabase) {
        let kind = format!("{:?}", database.kind).to_lowercase();
        let package = package_on(&database, &chain(2));
        with_models(&package, "#[derive(alembic::Table)] struct T1 { #[column(primary_key)] id: i32 }");
        package.edit("src/models.rs", "#[derive", "#[derive(alembic::Table)] #[table(name = \"t2\")] struct T2 { #[column(primary_key)] id: i32 }\n#[derive");
        package.edit("src/models.rs", "struct T1", "#[table(name = \"t1\")] struct T1");
        package.alembic("upgrade r1").success();
        package.session(
            &format!("autogenerate_{kind}_behind"),
            &["revision --autogenerate -m x", "check", "check --scratch", "revision --autogenerate --scratch -m x --rev-id a1"],
        );
        // What was replayed is gone.
        assert_eq!(database.user_tables().await, ["t1"]);
        if database.kind == Kind::Postgresql {
            let left = "SELECT datname::text FROM pg_database WHERE datname LIKE 'alembic_scratch%' AND datname LIKE '%\\_'";
            assert!(database.column(left).await.is_empty());
        }
    }
}

#[test]
fn what_loses_data_is_said_and_can_be_refused() {
    let package = package(&[]);
    with_models(&package, BOOKS);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    package.edit("src/models.rs", "    published_at: Option<chrono::NaiveDateTime>,\n", "");
    package.edit("src/models.rs", "#[table(index(author_id, desc(published_at)))]\n", "");
    package.refuses("autogenerate_no_destructive", "revision --autogenerate -m x --no-destructive");
    package.session("autogenerate_destructive", &["revision --autogenerate -m x --rev-id b1"]);
    package.assert_snapshot("autogenerate_destructive_script", &script(&package, "b1"));
    // What adds alone is no loss.
    package.alembic("upgrade").success();
    package.edit("src/models.rs", "    state: State,", "    state: State,\n    note: Option<String>,");
    package.alembic("revision --autogenerate -m y --no-destructive").success();
}

#[tokio::test]
async fn what_stands_in_the_way_is_named() {
    let database = alembic_testing::TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    with_models(&package, BOOKS);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    database.rows("CREATE VIEW shelf AS SELECT title FROM books").await;
    package.edit("src/models.rs", "    #[column(length = 200)]\n    title: String,\n", "");
    package.session("autogenerate_obstacle", &["revision --autogenerate -m x --rev-id a1"]);
}

#[test]
fn mistakes_in_what_is_told() {
    let package = package(&[]);
    with_models(&package, BOOKS);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    package.edit("src/models.rs", "    title: String,", "    heading: String,\n    pages: i32,");
    for (name, line) in [
        ("autogenerate_rename_unknown", "revision --autogenerate -m x --rename books.tilte=heading"),
        ("autogenerate_rename_to_nothing", "revision --autogenerate -m x --rename books.title=headings"),
        ("autogenerate_rename_taken", "revision --autogenerate -m x --rename books.title=state"),
        ("autogenerate_fill_unknown", "revision --autogenerate -m x --no-rename --fill books.page=1"),
        (
            "autogenerate_fill_no_sql",
            "revision --autogenerate -m x --no-rename --fill books.heading='a --fill books.pages=1",
        ),
        ("autogenerate_fill_missing", "revision --autogenerate -m x --no-rename"),
    ] {
        package.refuses(name, line);
    }
    package.session(
        "autogenerate_usage",
        &["revision -m x --rename a=b", "revision -m x --scratch", "revision --autogenerate -m x --fill a"],
    );
}

/// The questions, on a terminal of their own.
#[test]
fn a_person_is_asked() {
    let package = package(&[]);
    with_models(&package, BOOKS);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    package.edit("src/models.rs", "    title: String,", "    title_line: String,\n    pages: i32,");
    package.edit("src/models.rs", "    name: String,", "    names: String,");
    let mut command = std::process::Command::new("script");
    let program = crate::support::PROGRAM;
    command.args([
        "-qec",
        &format!("{program} alembic revision --autogenerate -m second --rev-id c2"),
        "/dev/null",
    ]);
    command.current_dir(package.folder()).stdin(Stdio::piped()).stdout(Stdio::piped()).env("TERM", "xterm");
    let mut child = command.spawn().expect("`script` gives a terminal");
    let mut input = child.stdin.take().expect("a pipe");
    // Yes, it was renamed; no, the second was not (arrow down); and the values of two columns.
    for keys in ["\r", "\x1b[B\r", "'?'\r", "7\r"] {
        std::thread::sleep(Duration::from_millis(700));
        input.write_all(keys.as_bytes()).expect("it reads");
        input.flush().expect("it reads");
    }
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    package.assert_snapshot("autogenerate_asked", &script(&package, "c2"));
}

#[test]
fn templates_hold_what_was_generated() {
    let package = package(&[]);
    with_models(&package, BOOKS);
    package.write(
        "alembic.toml",
        "url = \"sqlite://app.db\"\ntemplates = { default = \"a.j2\", bare = \"b.j2\" }\n",
    );
    package.write("a.j2", "{{ header }}\n\n-- What the models say.\n\n{{ sections }}\n");
    package
        .write("b.j2", "{{ header }}\n\n-- alembic: upgrade\nSELECT 1;\n-- alembic: downgrade\nSELECT 1;\n");
    package.refuses("autogenerate_template_without", "revision --autogenerate -m x --template bare");
    package.alembic("revision --autogenerate -m x --rev-id d1").success();
    let text = script(&package, "d1");
    assert!(
        text.contains("-- What the models say.\n\n-- alembic: upgrade\nCREATE TABLE authors ("),
        "{text}"
    );
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// One section where the dialects agree, one each where not.
#[test]
fn all_dialects_of_the_configuration() {
    let package = package(&[]);
    with_models(&package, BOOKS);
    package.write(
        "alembic.toml",
        "url = \"sqlite://app.db\"\ndialects = [\"sqlite\", \"postgresql\", \"mysql\"]\n",
    );
    package.alembic("revision --autogenerate -m first --rev-id e1").success();
    package.assert_snapshot("autogenerate_dialects", &script(&package, "e1"));
    package.alembic("upgrade").success();
    package.alembic("check").success();
    // To the byte the same, whenever and wherever it is done.
    let first = script(&package, "e1");
    package.alembic("downgrade base").success();
    package.alembic("unseal e1").success();
    let other = Package::of(alembic_testing::TestProject::temporary());
    with_models(&other, BOOKS);
    other.write("alembic.toml", package.read("alembic.toml"));
    std::fs::create_dir(other.path("migrations")).expect("a folder");
    other.alembic("revision --autogenerate -m first --rev-id e1").success();
    let sections = |text: &str| text.split_once("-- alembic:").expect("sections").1.to_owned();
    assert_eq!(sections(&script(&other, "e1")), sections(&first));
}

/// Advice that is given can be followed.
#[tokio::test]
async fn a_value_of_an_enum_of_mysql() {
    let database = alembic_testing::TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &[]);
    with_models(&package, BOOKS);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    database.rows("INSERT INTO authors (name) VALUES ('a')").await;
    database.rows("INSERT INTO books (title, author_id, state) VALUES ('t', 1, 'draft')").await;
    package.edit("src/models.rs", "    Draft,", "    Sketch,");
    package.session(
        "autogenerate_mysql_value",
        &[
            "revision --autogenerate -m x",
            "revision --autogenerate -m x --rev-id a1 --rename state.draft=sketch",
            "upgrade",
            "check",
        ],
    );
    assert_eq!(database.column("SELECT CAST(state AS CHAR) FROM books").await, ["sketch"]);
}

/// Whose index MySQL has called like the column.
#[tokio::test]
async fn a_foreign_key_that_nobody_has_named_gets_a_name() {
    let database = alembic_testing::TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &[]);
    database.rows("CREATE TABLE books (id INT PRIMARY KEY)").await;
    let edition =
        "CREATE TABLE editions (id INT PRIMARY KEY, book INT, FOREIGN KEY (book) REFERENCES books (id))";
    database.rows(edition).await;
    with_models(
        &package,
        "#[derive(alembic::Table)]\nstruct Book {\n    #[column(primary_key)]\n    id: i32,\n}\n\n\
         #[derive(alembic::Table)]\nstruct Edition {\n    #[column(primary_key)]\n    id: i32,\n    \
         #[column(references(Book, name = \"of_book\"))]\n    book: Option<i32>,\n}\n",
    );
    package.alembic("revision --autogenerate -m y --rev-id a2").success();
    package.assert_snapshot("autogenerate_mysql_key", &script(&package, "a2"));
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// PostgreSQL alters no table whose rows wait for a check at the end of the transaction.
#[tokio::test]
async fn deferred_keys_of_rows_that_are_filled() {
    let database = alembic_testing::TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    let books = BOOKS.replace("on_delete = cascade", "on_delete = cascade, deferrable = initially_deferred");
    with_models(&package, &books);
    package.alembic("revision --autogenerate -m first --rev-id a0").success();
    package.alembic("upgrade").success();
    database.rows("INSERT INTO authors (name) VALUES ('a')").await;
    database.rows("INSERT INTO books (title, author_id, state) VALUES ('t', 1, 'draft')").await;
    package.edit(
        "src/models.rs",
        "    state: State,",
        "    state: State,\n    pages: i32,\n    editor: i64,",
    );
    package
        .alembic(
            "revision --autogenerate -m x --rev-id a1 --fill books.pages=1 --fill books.editor=author_id",
        )
        .success();
    package.assert_snapshot("autogenerate_deferred", &script(&package, "a1"));
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// A value with a line that begins like a directive is what the message is about.
#[test]
fn a_default_with_a_line_like_a_directive() {
    let package = package(&[]);
    with_models(
        &package,
        "use alembic::Table;\n#[derive(Table)]\npub struct Note {\n    #[column(primary_key)]\n    id: i64,\n    \
         #[column(default = \"'a\\n-- alembic: nonsense\\nb'\")]\n    text: String,\n}\n",
    );
    let output = package.alembic("revision --autogenerate -m fine").code(1).to_string();
    assert!(output.contains("the statements would be read as something else in a script"), "{output}");
    assert!(output.contains("`-- alembic: nonsense`"), "{output}");
    assert!(!output.contains("the message"), "{output}");
}

//! Renames in the words of the command line, and tables that move to another schema.

use alembic_testing::{Kind, Output, Script, TestDatabase, on_every_database};

use crate::autogenerate::{script, with_models};
use crate::support::{PROGRAM, Package, package_on};

/// A package whose tables are those of `schema.sql`, on a database that a first revision has made.
fn package_of_sql(database: &TestDatabase, made: &str, desired: &str) -> Package {
    let package = package_on(database, &[Script::new("r1", "", made, "SELECT 1;")]);
    let settings = package.read("alembic.toml");
    let schemas = if made.contains("CREATE SCHEMA app") { "\"app\"" } else { "" };
    let more = format!("models = {{ source = \"sql\" }}\ntables = {{ schemas = [{schemas}] }}\n");
    package.write("alembic.toml", format!("{settings}\n{more}"));
    package.write("schema.sql", desired);
    package.alembic("upgrade").success();
    package
}

/// Writes a revision as every error asks for it: with the options that it suggests, as a shell reads them.
#[track_caller]
fn as_suggested(package: &Package, id: &str, value: &str) -> Output {
    let mut options: Vec<String> = Vec::new();
    for _ in 0..6 {
        let line =
            format!("{PROGRAM} alembic revision --autogenerate -m x --rev-id {id} {}", options.join(" "));
        let mut command = std::process::Command::new("sh");
        command.current_dir(package.folder()).args(["-c", &line]);
        let output = package.run(command);
        let suggested = |begin: &str| -> Option<String> {
            let place = output.stderr.find(begin)?;
            let text = &output.stderr[place..];
            Some(text[..text.find(['`', ';']).unwrap_or(text.len())].to_owned())
        };
        match (suggested("--rename '"), suggested("--fill '")) {
            _ if output.stderr.contains("Created migrations") => return output,
            // It says all of them, those that were given too.
            (Some(renames), _) => {
                options.retain(|option| !option.starts_with("--rename"));
                options.push(renames);
            }
            (None, Some(fills)) => options.push(fills.replace('…', value)),
            (None, None) => panic!("{line}\n{output}"),
        }
    }
    panic!("no end of questions: {options:?}")
}

on_every_database! {
    /// Either spelling, in any order.
    async fn a_table_and_its_column(database: TestDatabase) {
        let package = package_of_sql(
            &database,
            "CREATE TABLE cat (id INT PRIMARY KEY, a VARCHAR(20));",
            "CREATE TABLE dog (id INT PRIMARY KEY, b VARCHAR(20));",
        );
        database.rows("INSERT INTO cat VALUES (1, 'tom')").await;
        let spellings = [
            "--rename cat=dog --rename dog.a=b",
            "--rename dog.a=b --rename cat=dog",
            "--rename cat.a=b --rename cat=dog",
            "--rename cat=dog --rename cat.a=b",
        ];
        let mut texts: Vec<String> = Vec::new();
        for (number, spelling) in spellings.iter().enumerate() {
            let id = format!("a{number}");
            let command = format!("revision --autogenerate -m x --rev-id {id} {spelling}");
            package.alembic(&command).success();
            let text = script(&package, &id);
            texts.push(text[text.find("-- alembic").expect("a section")..].to_owned());
            if number + 1 < spellings.len() {
                package.remove(package.only_file("migrations", "_x.sql"));
            }
        }
        assert!(texts.iter().all(|text| *text == texts[0]), "{texts:#?}");
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        assert_eq!(database.column("SELECT b FROM dog").await, ["tom"]);
        package.alembic("downgrade r1").success();
        assert_eq!(database.column("SELECT a FROM cat").await, ["tom"]);
    }

    /// Whatever an error suggests is accepted, also where names have marks in them that mean something elsewhere.
    async fn what_is_suggested_is_accepted(database: TestDatabase) {
        let quote = if database.kind == Kind::Mysql { "`" } else { "\"" };
        let (mut made, mut desired) = (String::new(), String::new());
        // A type of MySQL has no name by which its values could be called.
        let state = if database.kind == Kind::Postgresql { ", state state" } else { "" };
        // Enough that both tables have, for the question to be asked.
        let same = ["k", "l", "m", "n", "o"].map(|name| format!("{name} INT")).join(", ");
        for (sql, values, table, columns) in [
            (&mut made, "'it''s=1', 'sent'", "it's a=cat.2", ["a.b", "c=d", "e's"]),
            (&mut desired, "'it''s=2', 'sent'", "it's a=cat.3", ["a.bb", "c=dd", "e's s"]),
        ] {
            if database.kind == Kind::Postgresql {
                *sql += &format!("CREATE TYPE state AS ENUM ({values});\n");
            }
            let columns = columns.map(|column| format!("{quote}{column}{quote} VARCHAR(20)"));
            let more = if table.ends_with('3') { format!(", {quote}n=1{quote} INT NOT NULL") } else { String::new() };
            *sql += &format!(
                "CREATE TABLE {quote}{table}{quote} (id INT PRIMARY KEY, {}{state}{more}, {same});\n",
                columns.join(", ")
            );
        }
        let package = package_of_sql(&database, &made, &desired);
        let state = if database.kind == Kind::Postgresql { ", 'it''s=1'" } else { "" };
        database.rows(&format!("INSERT INTO {quote}it's a=cat.2{quote} VALUES (1, 'x', 'y', 'z'{state}, 1, 2, 3, 4, 5)")).await;
        as_suggested(&package, "a1", "7");
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        let rows = format!("SELECT {quote}a.bb{quote}, {quote}c=dd{quote}, {quote}e's s{quote} FROM {quote}it's a=cat.3{quote}");
        assert_eq!(database.rows(&rows).await, [["x", "y", "z"].map(|text| Some(text.to_owned()))]);
        package.alembic("downgrade r1").success();
        let rows = format!("SELECT {quote}a.b{quote}, {quote}c=d{quote}, {quote}e's{quote} FROM {quote}it's a=cat.2{quote}");
        assert_eq!(database.rows(&rows).await, [["x", "y", "z"].map(|text| Some(text.to_owned()))]);
    }
}

/// An enum and its value, by either name.
#[tokio::test]
async fn an_enum_and_its_value() {
    for spelling in
        ["--rename mood=feeling --rename feeling.sad=low", "--rename mood.sad=low --rename mood=feeling"]
    {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = package_of_sql(
            &database,
            "CREATE TYPE mood AS ENUM ('sad', 'fine');\nCREATE TABLE t (id INT PRIMARY KEY, m mood DEFAULT 'sad');",
            "CREATE TYPE feeling AS ENUM ('low', 'fine');\nCREATE TABLE t (id INT PRIMARY KEY, m feeling DEFAULT 'low');",
        );
        database.rows("INSERT INTO t (id) VALUES (1)").await;
        package.alembic(&format!("revision --autogenerate -m x --rev-id a1 {spelling}")).success();
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        assert_eq!(database.column("SELECT m::text FROM t").await, ["low"]);
        package.alembic("downgrade r1").success();
        assert_eq!(database.column("SELECT m::text FROM t").await, ["sad"]);
    }
}

const HERE: &str = "CREATE SCHEMA app;\n\
    CREATE TYPE mood AS ENUM ('sad', 'fine');\n\
    CREATE TABLE a (id SERIAL PRIMARY KEY, n TEXT, m mood DEFAULT 'sad', CHECK (m <> 'fine'::mood OR n IS NULL));\n\
    CREATE INDEX ix_n ON a (n);\n\
    CREATE TABLE b (id INT PRIMARY KEY, a INT REFERENCES a (id));\n";

/// The same with the table and the type in a schema.
fn elsewhere(schema: &str, table: &str) -> String {
    let moved =
        HERE.replace("mood", &format!("{schema}.mood")).replace("ON a", &format!("ON {schema}.{table}"));
    let moved = moved.replace("TABLE a", &format!("TABLE {schema}.{table}"));
    moved.replace("REFERENCES a", &format!("REFERENCES {schema}.{table}"))
}

/// A table that moves is asked about and moved, there and back, with its type, and with another name.
#[tokio::test]
async fn a_table_moves_to_another_schema() {
    for table in ["a", "moved"] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = package_of_sql(&database, HERE, &elsewhere("app", table));
        database.rows("INSERT INTO a (n) VALUES ('x')").await;
        database.rows("INSERT INTO b VALUES (1, 1)").await;
        let output = package.alembic("revision --autogenerate -m x").code(1);
        assert!(output.stderr.contains(&format!("a to app.{table} (")), "{output}");
        as_suggested(&package, "a1", "");
        let text = script(&package, "a1");
        assert!(
            text.contains("ALTER TABLE a SET SCHEMA app;")
                && text.contains("ALTER TYPE mood SET SCHEMA app;"),
            "{text}"
        );
        assert!(!text.contains("DROP TABLE") && !text.contains("DROP TYPE"), "{text}");
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        package.alembic("check --scratch").success();
        let rows = format!("SELECT n, m::text FROM app.{table} JOIN b ON b.a = app.{table}.id");
        assert_eq!(database.rows(&rows).await, [["x", "sad"].map(|text| Some(text.to_owned()))]);
        package.alembic("downgrade r1").success();
        assert_eq!(database.rows("SELECT n, m::text FROM a JOIN b ON b.a = a.id").await.len(), 1);

        // And what was moved by a revision moves back by another one.
        package.alembic("upgrade").success();
        package.write("schema.sql", HERE);
        as_suggested(&package, "a2", "");
        let text = script(&package, "a2");
        assert!(text.contains(&format!("ALTER TABLE app.{table} SET SCHEMA public;")), "{text}");
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        assert_eq!(database.column("SELECT n FROM a").await, ["x"]);
        package.alembic("downgrade a1").success();
        package.alembic("downgrade r1").success();
        package.alembic("upgrade").success();
        assert_eq!(database.column("SELECT n FROM a").await, ["x"]);
    }
}

/// The new name may be that of something on the way.
#[tokio::test]
async fn tables_change_places_between_schemas() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_of_sql(
        &database,
        "CREATE SCHEMA app; CREATE TABLE app.a (id INT CONSTRAINT k PRIMARY KEY, k INT); CREATE TABLE a (id INT PRIMARY KEY, n INT);",
        "CREATE SCHEMA app; CREATE TABLE app.a (id INT CONSTRAINT k PRIMARY KEY, k INT); CREATE TABLE app.b (id INT PRIMARY KEY, n INT);",
    );
    database.rows("INSERT INTO a VALUES (1, 7)").await;
    package.alembic("revision --autogenerate -m x --rev-id a1 --rename public.a=app.b").success();
    package.alembic("upgrade").success();
    package.alembic("check --strict").success();
    assert_eq!(database.column("SELECT n::text FROM app.b").await, ["7"]);
    package.alembic("downgrade r1").success();
    assert_eq!(database.column("SELECT n::text FROM a").await, ["7"]);
}

/// A model says for good where its table was.
#[tokio::test]
async fn a_model_says_where_its_table_was() {
    for (attribute, table) in [
        ("name = \"a\", schema = \"app\", renamed_from = \"a\"", "app.a"),
        ("name = \"a\", schema = \"app\", renamed_from = \"public.a\"", "app.a"),
        ("name = \"b\", schema = \"app\", renamed_from = \"public.a\"", "app.b"),
    ] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = package_on(&database, &[]);
        let model = |attribute: &str| {
            format!(
                "#[derive(alembic::Table)]\n#[table({attribute})]\nstruct A {{\n    #[column(primary_key)]\n    id: i32,\n    n: i32,\n}}\n"
            )
        };
        with_models(&package, &model("name = \"a\""));
        package.alembic("revision --autogenerate -m x --rev-id a1").success();
        package.alembic("upgrade").success();
        database.rows("INSERT INTO a VALUES (1, 7)").await;
        with_models(&package, &model(attribute));
        package.alembic("revision --autogenerate -m x --rev-id a2").success();
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        assert_eq!(database.column(&format!("SELECT n::text FROM {table}")).await, ["7"], "{attribute}");
        package.alembic("downgrade a1").success();
        assert_eq!(database.column("SELECT n::text FROM a").await, ["7"], "{attribute}");
        // From the schema into the default one.
        package.alembic("upgrade").success();
        with_models(&package, &model(&format!("name = \"a\", renamed_from = \"{table}\"")));
        package.alembic("revision --autogenerate -m x --rev-id a3").success();
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        assert_eq!(database.column("SELECT n::text FROM a").await, ["7"], "{attribute}");
    }
}

/// MySQL moves tables between databases.
#[tokio::test]
async fn a_table_moves_to_another_database() {
    let (database, other) = (TestDatabase::new(Kind::Mysql).await, TestDatabase::new(Kind::Mysql).await);
    let name = other.column("SELECT CAST(DATABASE() AS CHAR)").await.remove(0);
    let own = database.column("SELECT CAST(DATABASE() AS CHAR)").await.remove(0);
    let package = package_on(&database, &[]);
    let models = |schema: &str, path: &str| {
        format!(
            "#[derive(alembic::Table)]\n#[table(name = \"a\"{schema})]\nstruct A {{\n    #[column(primary_key)]\n    id: i32,\n    n: i32,\n}}\n\n\
             #[derive(alembic::Table)]\n#[table(name = \"b\")]\nstruct B {{\n    #[column(primary_key)]\n    id: i32,\n    #[column(references({path}))]\n    a: i32,\n}}\n"
        )
    };
    with_models(&package, &models("", "A"));
    package.alembic("revision --autogenerate -m x --rev-id a1").success();
    package.alembic("upgrade").success();
    database.rows("INSERT INTO a VALUES (1, 7)").await;
    database.rows("INSERT INTO b VALUES (1, 1)").await;
    with_models(&package, &models(&format!(", schema = \"{name}\""), "A"));
    let output = package.alembic("revision --autogenerate -m x").code(1);
    assert!(output.stderr.contains(&format!("--rename 'a={name}.a'")), "{output}");
    as_suggested(&package, "a2", "");
    assert!(
        script(&package, "a2").contains(&format!("RENAME TABLE a TO {name}.a;")),
        "{}",
        script(&package, "a2")
    );
    package.alembic("upgrade").success();
    package.alembic("check --strict").success();
    assert_eq!(other.column("SELECT CAST(n AS CHAR) FROM a").await, ["7"]);
    package.alembic("downgrade a1").success();
    assert_eq!(database.column("SELECT CAST(n AS CHAR) FROM a").await, ["7"]);
    package.alembic("upgrade").success();
    // What stands in the way is named.
    other.rows("CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW SET NEW.n = 1").await;
    with_models(&package, &models("", "A"));
    let command = format!("revision --autogenerate -m x --rev-id a9 --rename {name}.a=a");
    let output = package.alembic(&command).success();
    assert!(output.stderr.contains("tr uses") && output.stderr.contains(": drop it before"), "{output}");
    package.remove(package.only_file("migrations", "_a9_x.sql"));
    other.rows("DROP TRIGGER tr").await;
    let command = format!("revision --autogenerate -m x --rev-id a3 --rename {name}.a={own}.a");
    package.alembic(&command).success();
    package.alembic("upgrade").success();
    package.alembic("check --strict").success();
    assert_eq!(database.column("SELECT CAST(n AS CHAR) FROM a").await, ["7"]);
    assert!(other.user_tables().await.is_empty());
}

on_every_database! {
    /// What the source has no words for follows a table that is renamed on the command line.
    async fn what_diesel_does_not_say_is_renamed_too(database: TestDatabase) {
        let made = "CREATE TABLE cat (id INTEGER NOT NULL PRIMARY KEY, a INTEGER NOT NULL DEFAULT 7);\n\
            CREATE INDEX ix_a ON cat (a);";
        let package = package_of_sql(&database, made, "");
        package.edit("alembic.toml", "source = \"sql\"", "source = \"diesel\"");
        package.write("src/main.rs", "mod schema;\nfn main() {}\n");
        package.write("src/schema.rs", "diesel::table! { dog (id) { id -> Integer, b -> Integer, } }\n");
        package.alembic("revision --autogenerate -m x --rev-id a1 --rename cat=dog --rename cat.a=b").success();
        let text = script(&package, "a1");
        assert!(!text.contains("INDEX") && !text.contains("DEFAULT"), "{text}");
        package.alembic("upgrade").success();
        package.alembic("check --strict").success();
        package.alembic("downgrade r1").success();
    }
}

/// A table that comes out of a schema which is not compared is recognised; others of revisions there are left alone.
#[tokio::test]
async fn a_table_leaves_a_schema_that_is_not_compared() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let made = "CREATE SCHEMA app; CREATE TABLE app.a (id INT PRIMARY KEY, n INT NOT NULL); CREATE TABLE app.log (id INT);";
    let package = package_on(&database, &[Script::new("r1", "", made, "SELECT 1;")]);
    package.alembic("upgrade").success();
    database.rows("INSERT INTO app.a VALUES (1, 7)").await;
    with_models(
        &package,
        "#[derive(alembic::Table)]\n#[table(name = \"a\")]\nstruct A {\n    #[column(primary_key)]\n    id: i32,\n    n: i32,\n}\n",
    );
    as_suggested(&package, "a1", "");
    let text = script(&package, "a1");
    assert!(text.contains("ALTER TABLE app.a SET SCHEMA public;") && !text.contains("log"), "{text}");
    package.alembic("upgrade").success();
    package.alembic("check --strict").success();
    package.alembic("check --scratch").success();
    assert_eq!(database.column("SELECT n::text FROM a").await, ["7"]);
    package.alembic("downgrade r1").success();
    assert_eq!(database.column("SELECT n::text FROM app.a").await, ["7"]);
}

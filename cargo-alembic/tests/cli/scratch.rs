//! Scratch databases: where they are created, who may create them, and what is left of them.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use alembic_testing::{Kind, PrivateServer, Script, TestDatabase, rows};

use crate::autogenerate::with_models;
use crate::support::{Package, Server, package, package_on};

const MODELS: &str =
    "#[derive(alembic::Table)]\nstruct User {\n#[column(primary_key)]\nid: i64,\nname: String,\n}\n";

/// A server of one test.
struct Servant {
    kind: Kind,
    server: PrivateServer,
}

impl Servant {
    async fn start(kind: Kind) -> Servant {
        let servant = Servant { kind, server: PrivateServer::start(kind) };
        servant.rows("CREATE DATABASE app").await;
        servant
    }

    fn maintenance(&self) -> String {
        self.server.url(if self.kind == Kind::Mysql { "mysql" } else { "postgres" })
    }

    async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        rows(self.kind, &self.maintenance(), sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    async fn column(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().flatten().flatten().collect()
    }

    /// The scratch databases of the server.
    async fn scratch(&self) -> Vec<String> {
        self.column(match self.kind {
            Kind::Mysql => {
                "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name LIKE 'alembic_scratch%'"
            }
            _ => "SELECT datname::text FROM pg_database WHERE datname LIKE 'alembic_scratch%'",
        })
        .await
    }

    /// How many sessions run a statement in a scratch database.
    async fn working(&self) -> bool {
        let busy = self
            .column(match self.kind {
                Kind::Mysql => {
                    "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db LIKE 'alembic_scratch%' AND info LIKE '%SLEEP%'"
                }
                _ => {
                    "SELECT pid::text FROM pg_stat_activity WHERE datname LIKE 'alembic_scratch%' AND state = 'active' AND query LIKE '%pg_sleep%'"
                }
            })
            .await;
        !busy.is_empty()
    }

    fn sleep(&self) -> &'static str {
        if self.kind == Kind::Mysql {
            "CREATE TABLE slept AS SELECT SLEEP(30)"
        } else {
            "CREATE TABLE slept AS SELECT pg_sleep(30)::text"
        }
    }

    /// A package whose comparison takes long: of a file, or of scripts.
    fn package(&self) -> Package {
        let package = package(&[Script::new("r1", "", &format!("{};", self.sleep()), "SELECT 1;")]);
        package.write(
            "alembic.toml",
            format!("url = \"{}\"\nmodels = {{ source = \"sql\" }}\n", self.server.url("app")),
        );
        package.write("schema.sql", format!("CREATE TABLE users (id INT);\n{};\n", self.sleep()));
        package
    }
}

fn start(package: &Package, arguments: &[&str]) -> Child {
    let mut command = package.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.expect("kill").success());
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < deadline, "it takes too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn interrupted(kind: Kind) {
    let servant = Servant::start(kind).await;
    let package = servant.package();
    // Nothing is applied: only `--scratch` compares.
    for arguments in [&["check", "--scratch"][..], &["revision", "--autogenerate", "--scratch", "-m", "x"]] {
        for name in ["-INT", "-TERM"] {
            let child = start(&package, arguments);
            until(async || servant.working().await).await;
            signal(&child, name);
            let output = child.wait_with_output().expect("it ends");
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(130), "{name} {text}");
            assert!(text.contains("the comparison was interrupted"), "{name} {text}");
            assert_eq!(servant.scratch().await, Vec::<String>::new(), "{name}");
        }
    }
    // Wherever it is.
    for delay in [5, 20, 40, 60, 80, 120, 160, 240] {
        let child = start(&package, &["check", "--scratch"]);
        tokio::time::sleep(Duration::from_millis(delay)).await;
        signal(&child, "-TERM");
        child.wait_with_output().expect("it ends");
        assert_eq!(servant.scratch().await, Vec::<String>::new(), "after {delay} ms");
    }
    // What a killed process leaves, the next one removes and names.
    let child = start(&package, &["check", "--scratch"]);
    until(async || servant.working().await).await;
    signal(&child, "-KILL");
    child.wait_with_output().expect("it ends");
    let left = servant.scratch().await;
    assert!(!left.is_empty());
    // One that is in use is not removed.
    let used = start(&package, &["check", "--scratch"]);
    until(async || {
        servant.scratch().await.iter().any(|name| !left.contains(name)) && servant.working().await
    })
    .await;
    let other = start(&package, &["check", "--scratch"]);
    until(async || servant.scratch().await.iter().filter(|name| !left.contains(name)).count() == 2).await;
    signal(&used, "-TERM");
    let output = used.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stderr);
    for name in &left {
        assert!(text.contains(&format!("dropped the scratch database {name}")), "{text}");
    }
    signal(&other, "-TERM");
    other.wait_with_output().expect("it ends");
    assert_eq!(servant.scratch().await, Vec::<String>::new());
}

#[tokio::test]
async fn interrupted_on_postgresql() {
    interrupted(Kind::Postgresql).await;
}

#[tokio::test]
async fn interrupted_on_mariadb() {
    interrupted(Kind::Mysql).await;
}

/// A user who may only read the compared database, and another server for scratch databases.
#[tokio::test]
async fn a_reader_on_postgresql() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    with_models(&package, MODELS);
    package.alembic("revision --autogenerate -m first --rev-id r1").success();
    package.alembic("upgrade").success();
    let role = format!("only_reads_{}", database.name);
    database.rows(&format!("CREATE ROLE {role} LOGIN PASSWORD 'x'")).await;
    database.rows(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    database.rows(&format!("ALTER ROLE {role} SET default_transaction_read_only = on")).await;
    let (_, place) = database.url.split_once('@').expect("a login");
    let scratch = PrivateServer::start(Kind::Postgresql);
    package.write(
        "alembic.toml",
        format!("url = \"postgres://{role}:x@{place}\"\nscratch_url = \"{}\"\n", scratch.url("postgres")),
    );
    package.edit("src/models.rs", "name: String", "name: Option<String>,\nborn: i64");
    let compared =
        [package.alembic("check"), package.alembic("check --scratch"), package.alembic("check --diff")];
    let wrong = package.alembic("check --scratch-url mysql://root@127.0.0.1/mysql");
    let left = rows(
        Kind::Postgresql,
        &scratch.url("postgres"),
        "SELECT datname::text FROM pg_database WHERE datname LIKE 'alembic%'",
    )
    .await;
    database.rows(&format!("DROP OWNED BY {role}")).await;
    database.rows(&format!("DROP ROLE {role}")).await;
    for output in compared {
        let output = output.code(1);
        assert!(output.text().contains("born"), "{output}");
    }
    assert!(
        wrong.stderr.contains("the compared database is postgresql, and the scratch server is mysql"),
        "{wrong}"
    );
    assert!(left.expect("its databases").is_empty());
}

/// On a server of its own the scratch database has the name that statements have for it.
#[tokio::test]
async fn a_reader_on_mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &[]);
    let name = database.name.clone();
    let body = format!(
        "-- alembic: upgrade\nUSE {name};\nCREATE TABLE {name}.users (id BIGINT PRIMARY KEY, name VARCHAR(9));\n\
         CREATE PROCEDURE {name}.p() BEGIN DELETE FROM {name}.users; END;\nCALL {name}.p();\n\
         SET @s = 'CREATE VIEW {name}.v AS SELECT id FROM {name}.users';\nPREPARE s FROM @s;\nEXECUTE s;\n\n-- alembic: irreversible\n"
    );
    alembic_testing::write_scripts(&package.path("migrations"), &[Script::with_body("r1", "", &body)]);
    package.alembic("upgrade").success();
    database.rows("INSERT INTO users VALUES (1, 'keep me')").await;
    let reader = format!("r_{}", database.name.trim_start_matches("alembic_"));
    database.rows(&format!("CREATE USER {reader} IDENTIFIED BY 'x'")).await;
    database.rows(&format!("GRANT SELECT, SHOW VIEW ON {name}.* TO {reader}")).await;
    let scratch = Servant { kind: Kind::Mysql, server: PrivateServer::start(Kind::Mysql) };
    let server = Server { user: reader.clone(), password: "x".to_owned(), ..Server::of(&database.url) };
    let url = format!("url = \"{}\"\n", server.url());
    let models = "models = { source = \"sql\" }\n";
    package.write("schema.sql", format!("CREATE TABLE {name}.users (id BIGINT PRIMARY KEY, name VARCHAR(9));\nCREATE VIEW v AS SELECT id FROM {name}.users;\n"));
    // Beside the compared database it has another name, and the reader may not create it.
    package.write("alembic.toml", format!("{url}{models}"));
    let beside = package.alembic("check");
    package.write("schema.sql", "CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(9));\n");
    let denied = package.alembic("check");
    package.write("schema.sql", format!("CREATE TABLE {name}.users (id BIGINT PRIMARY KEY, name VARCHAR(9));\nCREATE VIEW v AS SELECT id FROM {name}.users;\n"));
    package.write("alembic.toml", format!("{url}{models}scratch_url = \"{}\"\n", scratch.maintenance()));
    let compared = [package.alembic("check"), package.alembic("check --scratch")];
    // A database that is not a scratch database keeps its name.
    scratch.rows(&format!("CREATE DATABASE {name}")).await;
    let taken = package.alembic("check");
    // A marked one is a leftover.
    scratch.rows(&format!("CREATE VIEW {name}.alembic_scratch AS SELECT 1 AS a")).await;
    let removed = package.alembic("check");
    let left = scratch
        .column(&format!(
            "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name = '{name}'"
        ))
        .await;
    database.rows(&format!("DROP USER {reader}")).await;
    assert!(beside.clone().code(1).stderr.contains("where the name cannot be left out"), "{beside}");
    assert!(beside.stderr.contains("`scratch_url`"), "{beside}");
    assert!(
        denied.stderr.contains("cannot create a scratch database") && denied.stderr.contains("`scratch_url`"),
        "{denied}"
    );
    for output in compared {
        output.success();
    }
    assert!(taken.clone().code(1).stderr.contains("that is not a scratch database"), "{taken}");
    assert!(removed.clone().success().stderr.contains("dropped the scratch database"), "{removed}");
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(database.column("SELECT name FROM users").await, ["keep me"]);
}

/// A URL of the environment, and scripts without any other database.
#[tokio::test]
async fn scripts_need_only_a_scratch_server() {
    let package = package(&[Script::new(
        "r1",
        "",
        "CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT NOT NULL);",
        "DROP TABLE users;",
    )]);
    with_models(&package, MODELS);
    package.write("alembic.toml", "");
    let database = TestDatabase::new(Kind::Postgresql).await;
    let mut command = package.command(&["check", "--scratch"]);
    command.env("ALEMBIC_SCRATCH_URL", &database.url);
    package.run(command).success();
    assert_eq!(database.tables().await, Vec::<String>::new());
    let given = format!("check --scratch --scratch-url {}", database.url);
    package.alembic(&given).success();
    // SQLite needs none, and no server.
    package.write("alembic.toml", "dialects = [\"sqlite\"]\n");
    let output = package.alembic("check --scratch").code(1);
    assert_eq!(output.stdout, "change column users.id: type\n", "{output}");
}

/// Encoding, order, settings and extensions are those of the compared database.
#[tokio::test]
async fn like_the_compared_database() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE EXTENSION citext").await;
    let name = &database.name;
    database.rows(&format!("CREATE SCHEMA own; ALTER DATABASE {name} SET search_path = own, public; ALTER DATABASE {name} SET app.mode = 'it''s'")).await;
    let package = package_on(
        &database,
        &[Script::new(
            "r1",
            "",
            "CREATE DOMAIN short AS text CHECK (VALUE <> ''); CREATE FUNCTION code() RETURNS short LANGUAGE sql AS $$ SELECT 'x'::short $$;\n\
         CREATE TABLE users (id bigint PRIMARY KEY, mail citext NOT NULL, mode text NOT NULL, code short);",
            "DROP TABLE users;",
        )],
    );
    with_models(
        &package,
        "#[derive(alembic::Table)]\nstruct User {\n#[column(primary_key)]\nid: i64,\n#[column(type = \"citext\")]\nmail: String,\n\
         #[column(default = \"current_setting('app.mode')\")]\nmode: String,\n#[column(type = \"short\", default = \"code()\")]\ncode: Option<String>,\n}\n",
    );
    package.alembic("upgrade").success();
    let output = package.alembic("check").code(1);
    assert_eq!(
        output.stdout,
        "change column users.mode: default current_setting('app.mode')\nchange column users.code: default code()\n",
        "{output}"
    );
    package.alembic("revision --autogenerate -m x --rev-id r2").success();
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// The books of the migrations are in the scratch database, whatever schema they have elsewhere, and are not compared.
#[tokio::test]
async fn a_version_table_in_another_schema() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(
        &database,
        &[Script::new(
            "r1",
            "",
            "CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT NOT NULL);",
            "DROP TABLE users;",
        )],
    );
    with_models(&package, MODELS);
    let config = package.read("alembic.toml");
    package.write(
        "alembic.toml",
        format!("{config}version_table = \"revisions\"\nversion_table_schema = \"ops\"\n"),
    );
    package.alembic("check --scratch").success();
    assert_eq!(database.tables().await, Vec::<String>::new());
}

/// A script that fails in a scratch database leaves nothing to continue, and no statement of its code reaches the server.
#[tokio::test]
async fn failures_of_scripts_in_a_scratch_database() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let script = |body: &str| Script::new("r1", "", body, "SELECT 1;");
    let package = package_on(&database, &[script("CREATE TABLE t (a INT);\nSELECT nothing;")]);
    with_models(&package, MODELS);
    let failed = package.alembic("check --scratch").code(1);
    assert!(failed.stderr.contains("Unknown column 'nothing'"), "{failed}");
    for words in ["resume", "the next run", "goes on"] {
        assert!(!failed.stderr.contains(words), "{failed}");
    }
    let body = "-- alembic: delimiter //\nCREATE PROCEDURE pp() BEGIN SET @x = 1, GLOBAL max_connections = 93; END//\n\
                -- alembic: delimiter ;\nCALL pp();";
    alembic_testing::write_scripts(&package.path("migrations"), &[script(body)]);
    let refused = package.alembic("check --scratch").code(1);
    assert!(refused.stderr.contains("reaches beyond its database: settings"), "{refused}");
}

/// MariaDB writes the database before sequences in defaults.
#[tokio::test]
async fn sequences_in_defaults() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let package = package_on(&database, &[]);
    let sql = "CREATE SEQUENCE sq;\nCREATE TABLE t (id BIGINT PRIMARY KEY DEFAULT nextval(sq), a INT);\n";
    for statement in sql.split_terminator(";\n") {
        database.rows(statement).await;
    }
    let config = package.read("alembic.toml");
    package.write("alembic.toml", format!("{config}models = {{ source = \"sql\" }}\n"));
    package.write("schema.sql", format!("{sql}DO SETVAL(`sq`, 5, 0);\n"));
    let output = package.alembic("check").success();
    assert!(output.stderr.contains("skipped a statement of schema.sql"), "{output}");
    package.write("schema.sql", sql.replace("a INT", "a BIGINT DEFAULT (nextval(sq))"));
    package.alembic("revision --autogenerate -m x --rev-id r1").success();
    package.alembic("upgrade").success();
    package.alembic("check").success();
}

/// Roles of policies need not exist on a scratch server, and an extension may live in the catalog.
#[tokio::test]
async fn policies_and_extensions_of_the_catalog() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &[]);
    database.rows("CREATE TABLE t (id bigint PRIMARY KEY)").await;
    // Newer servers have no such extension.
    let has_one =
        database.column("SELECT name::text FROM pg_available_extensions WHERE name = 'adminpack'").await;
    if !has_one.is_empty() {
        database.rows("CREATE EXTENSION adminpack").await;
    }
    let config = package.read("alembic.toml");
    package.write("alembic.toml", format!("{config}models = {{ source = \"sql\" }}\n"));
    package.write(
        "schema.sql",
        "CREATE TABLE t (id bigint PRIMARY KEY);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\n\
         CREATE POLICY p ON t TO no_such_role USING (true);\nCREATE PUBLICATION p FOR TABLE ONLY t;\n",
    );
    let output = package.alembic("check").code(1);
    assert!(output.stderr.contains("role \"no_such_role\" does not exist"), "{output}");
    package.edit("schema.sql", "no_such_role", "PUBLIC");
    let output = package.alembic("check").code(1);
    assert_eq!(output.stdout, "add table option ROW LEVEL SECURITY of t\nadd policy p of t\n", "{output}");
    assert!(!output.stderr.contains("without the extension"), "{output}");
}

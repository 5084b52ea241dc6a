//! Statements whose effect depends on the session: they leave the same rows on every server, from a URL, from a service's
//! pool and through the plain client, whatever these have set.

use alembic::config::TransactionMode;
use alembic::migrate::OfflineGoal;
use alembic::sql::Dialect;
use alembic::{Migrator, revision::Range};
use alembic_testing::{Kind, PrivateServer, Script, TestDatabase, client, rows};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::support::{migrator, migrator_of, migrator_with};

/// Each line is a value as text.
const POSTGRESQL: &str = r#"'2024-05-01 12:00:00'::timestamptz::text
('2024-05-01 12:00:00'::timestamp AT TIME ZONE 'UTC')::text
to_char('2024-05-01 12:00:00+03'::timestamptz, 'YYYY-MM-DD HH24:MI TZ')
extract(hour FROM '2024-05-01 23:30:00+00'::timestamptz)::text
date_trunc('day', '2024-05-01 23:30:00+00'::timestamptz)::text
'2024-05-01 23:30:00+00'::timestamptz::date::text
'01/02/2024'::date::text
'03-04-05'::date::text
'1 May 2024'::timestamp::text
'-1 2:03:04'::interval::text
'1-2'::interval::text
'P1Y2M3DT4H'::interval::text
'\xdeadbeef'::bytea::text
encode('Grüße'::bytea, 'hex')
(0.1::float8 + 0.2::float8)::text
(1::float4 / 3)::text
'Grüße – 日本 😀'
length('Grüße')::text
'a\b\\c'
E'a\\b'
'{NULL,a}'::text[]::text
(NULL = NULL)::text
xmlserialize(CONTENT 'a<b/>'::xml AS text)
current_setting('TimeZone') || ' ' || current_setting('DateStyle')"#;

const MYSQL: &str = r#"UNIX_TIMESTAMP('2024-05-01 12:00:00')
FROM_UNIXTIME(1714564800)
CAST(TIMESTAMP('2024-05-01 12:00:00') AS CHAR)
TIMEDIFF(NOW(), UTC_TIMESTAMP())
'Grüße – 日本 😀'
CHAR_LENGTH('Grüße')
HEX('é')
HEX(_utf8mb4 'é')
'a\\b'
'a''b'
CONCAT(1 || 0, '')
CAST('é' AS BINARY)
@@time_zone
@@character_set_client
@@character_set_results"#;

/// What comes first leaves settings behind, and sets them back in other ways; `facts` are what comes after it.
fn scripts(kind: Kind, section: &str) -> Vec<Script<'static>> {
    let (values, table, columns, more, settings) = match kind {
        Kind::Postgresql => (
            POSTGRESQL,
            "CREATE TABLE facts (n integer, v text);",
            "CREATE TABLE moved (n integer, at timestamp, later timestamptz DEFAULT '2024-01-01 00:00:00');\n\
             INSERT INTO moved VALUES (1, '2024-05-01 12:00:00');\n\
             ALTER TABLE moved ALTER COLUMN at TYPE timestamptz;\n\
             CREATE FUNCTION told() RETURNS text LANGUAGE sql AS 'SELECT ''2024-05-01 12:00:00''::timestamptz::text';\n\
             CREATE VIEW seen AS SELECT '2024-05-01 12:00:00'::timestamptz AS at;",
            "INSERT INTO facts SELECT 100, (at AT TIME ZONE 'UTC')::text || (later AT TIME ZONE 'UTC')::text FROM moved;\n\
             INSERT INTO facts SELECT 101, told() || at::text FROM seen;",
            [
                "SET TimeZone = 'Asia/Tokyo';",
                "SET datestyle = 'German';",
                "SET intervalstyle = 'sql_standard';",
            ]
            .as_slice(),
        ),
        _ => (
            MYSQL,
            "CREATE TABLE facts (n INTEGER, v TEXT CHARACTER SET utf8mb4);",
            "CREATE TABLE moved (n INTEGER PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT '2024-01-01 00:00:00', v TEXT CHARACTER SET utf8mb4);\n\
             INSERT INTO moved VALUES (1, '2024-05-01 12:00:00', 'é');\nINSERT INTO moved (n) VALUES (2);\n\
             CREATE EVENT daily ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DO DELETE FROM moved WHERE n < 0;",
            "INSERT INTO facts SELECT 100 + n, CONCAT(UNIX_TIMESTAMP(at), ' ', at, HEX(v)) FROM moved;\n\
             INSERT INTO facts SELECT 110, CONCAT(time_zone, starts) FROM information_schema.events WHERE event_schema = DATABASE();",
            ["SET time_zone = '+05:00';", "SET NAMES latin1;", "SET sql_mode = 'ANSI_QUOTES';"].as_slice(),
        ),
    };
    let insert = |from: usize| {
        let lines = values.lines().enumerate();
        let lines = lines.map(|(n, value)| format!("INSERT INTO facts SELECT {}, {value};", from + n));
        lines.collect::<Vec<_>>().join("\n")
    };
    let leaves = settings.join("\n");
    let reset = match kind {
        Kind::Postgresql => format!(
            "{leaves}\nRESET TimeZone;\nSET datestyle TO DEFAULT;\nRESET ALL;\n{}\nSET TIME ZONE LOCAL;\n{}",
            insert(300),
            insert(400)
        ),
        _ => String::new(),
    };
    let body = |body: String| format!("-- alembic: upgrade{section}\n{body}\n");
    vec![
        Script::with_body("a", "", &body(format!("{table}\n{}\n{columns}\n{more}\n{leaves}", insert(0)))),
        Script::with_body("b", "a", &body(format!("{}\n{}", insert(200), reset))),
    ]
}

async fn facts(kind: Kind, url: &str) -> Vec<String> {
    let (sql, look) = match kind {
        Kind::Postgresql => ("SELECT n::text || '|' || coalesce(v, '') FROM facts ORDER BY n", None),
        _ => (
            "SELECT CONCAT(n, '|', COALESCE(v, '')) FROM facts ORDER BY n",
            Some(
                "SELECT CONVERT(CONCAT(time_zone, starts) USING utf8mb4) FROM information_schema.events WHERE event_schema = DATABASE()",
            ),
        ),
    };
    let mut facts = Vec::new();
    for sql in [Some(sql), look].into_iter().flatten() {
        let found = rows(kind, url, sql).await.unwrap_or_else(|error| panic!("{error}"));
        facts.extend(found.into_iter().flatten().flatten());
    }
    assert!(facts.len() > 30, "{facts:?}");
    facts
}

fn offline(migrator: &Migrator, dialect: Dialect) -> String {
    let goal = OfflineGoal::Upgrade(Range { start: None, end: None });
    migrator.offline(dialect, &goal).unwrap_or_else(|error| panic!("{error}"))
}

/// Compares, and shows only what differs.
fn same(expected: &[String], found: &[String], way: &str) {
    let differences: Vec<_> =
        expected.iter().zip(found).filter(|(expected, found)| expected != found).collect();
    assert!(differences.is_empty(), "{way}: {differences:#?}");
    assert_eq!(expected.len(), found.len(), "{way}");
}

const HOSTILE_POSTGRESQL: [(&str, &str); 10] = [
    ("timezone", "'Asia/Tokyo'"),
    ("datestyle", "'SQL, DMY'"),
    ("intervalstyle", "'sql_standard'"),
    ("client_encoding", "'LATIN1'"),
    ("standard_conforming_strings", "off"),
    ("bytea_output", "'escape'"),
    ("extra_float_digits", "-3"),
    ("array_nulls", "off"),
    ("transform_null_equals", "on"),
    ("xmloption", "document"),
];

#[tokio::test]
async fn the_same_rows_on_postgresql() {
    let reference = TestDatabase::new(Kind::Postgresql).await;
    let plain = migrator(&scripts(Kind::Postgresql, ""));
    plain.upgrade(reference.url.as_str()).await.unwrap_or_else(|error| panic!("{error}"));
    let expected = facts(Kind::Postgresql, &reference.url).await;
    assert!(expected.contains(&"0|2024-05-01 12:00:00+00".to_owned()), "{expected:?}");
    assert!(expected.contains(&"6|2024-01-02".to_owned()), "{expected:?}");
    let sets: Vec<String> =
        HOSTILE_POSTGRESQL.iter().map(|(name, value)| format!("SET {name} = {value}")).collect();
    for place in ["", "DATABASE", "ROLE"] {
        for (section, mode) in [
            ("", TransactionMode::Run),
            ("", TransactionMode::Revision),
            (" no-transaction", TransactionMode::Run),
        ] {
            let migrator = migrator_with(&scripts(Kind::Postgresql, section), mode);
            for way in ["url", "pool", "client"] {
                let database = TestDatabase::new(Kind::Postgresql).await;
                for (name, value) in HOSTILE_POSTGRESQL {
                    let target = match place {
                        "" => continue,
                        "ROLE" => format!("ROLE CURRENT_USER IN DATABASE {}", database.name),
                        _ => format!("DATABASE {}", database.name),
                    };
                    database.rows(&format!("ALTER {target} SET {name} = {value}")).await;
                }
                let shown = format!("{way}, {place}, {mode:?}{section}");
                match way {
                    "url" => {
                        let run = migrator.upgrade(database.url.as_str()).await;
                        run.unwrap_or_else(|error| panic!("{shown}: {error}"));
                    }
                    "pool" => {
                        let sets = sets.join("; ");
                        let pool =
                            PgPoolOptions::new().max_connections(1).after_connect(move |connection, _| {
                                let sets = sqlx::AssertSqlSafe(sets.clone());
                                Box::pin(
                                    async move { sqlx::raw_sql(sets).execute(connection).await.map(|_| ()) },
                                )
                            });
                        // A service that reads text in another encoding could not read it at all.
                        let pool = pool.connect(&database.url).await.expect("a pool");
                        migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
                        let zone: String = sqlx::query_scalar("SELECT current_setting('TimeZone')")
                            .fetch_one(&pool)
                            .await
                            .expect("the pool still works");
                        assert_eq!(zone, "Asia/Tokyo", "{shown}");
                    }
                    _ => {
                        let environment = [
                            ("PGTZ", "America/New_York"),
                            ("PGDATESTYLE", "German"),
                            ("PGCLIENTENCODING", "LATIN1"),
                            ("LC_ALL", "C"),
                            ("PGOPTIONS", "-c intervalstyle=iso_8601 -c bytea_output=escape"),
                        ];
                        let ask = "SELECT 'after', current_setting('TimeZone'), current_setting('client_encoding'), current_setting('IntervalStyle');\n";
                        let script = format!("{}{ask}", offline(&migrator, Dialect::Postgresql));
                        let output = client(
                            Kind::Postgresql,
                            &database.url,
                            &script,
                            &environment,
                            &["--tuples-only"],
                        );
                        assert_eq!(output.code, Some(0), "{shown}: {output}");
                        assert!(
                            output
                                .stdout
                                .contains("after    | America/New_York | LATIN1          | iso_8601"),
                            "{shown}: {output}"
                        );
                    }
                }
                same(&expected, &facts(Kind::Postgresql, &database.url).await, &shown);
            }
        }
    }
}

#[tokio::test]
async fn the_same_rows_on_mariadb() {
    let server = PrivateServer::start(Kind::Mysql);
    let admin = server.url("mysql");
    let run = async |sql: &str| {
        drop(rows(Kind::Mysql, &admin, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")))
    };
    run("CREATE USER app@'%' IDENTIFIED BY 'app'").await;
    let mut expected: Option<Vec<String>> = None;
    for (index, hostile) in [
        "SET GLOBAL time_zone = '+00:00'",
        "SET GLOBAL time_zone = '+09:00'",
        "SET GLOBAL character_set_client = latin1, GLOBAL character_set_results = latin1, \
         GLOBAL collation_connection = latin1_swedish_ci, GLOBAL character_set_server = latin1",
        "SET GLOBAL init_connect = 'SET NAMES latin1, time_zone = \\'-03:00\\', sql_mode = \\'PIPES_AS_CONCAT\\''",
    ]
    .into_iter()
    .enumerate()
    {
        run(hostile).await;
        for section in ["", " no-transaction"] {
            for way in ["url", "pool", "client"] {
                let name = format!("d{index}_{way}{}", section.len());
                run(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await;
                run(&format!("GRANT ALL ON {name}.* TO app@'%'")).await;
                let url = server.url(&name).replace("root@", "app:app@");
                let migrator = migrator(&scripts(Kind::Mysql, section));
                let shown = format!("{way}{section}: {hostile}");
                match way {
                    "url" => {
                        let run = migrator.upgrade(url.as_str()).await;
                        run.unwrap_or_else(|error| panic!("{shown}: {error}"));
                    }
                    "pool" => {
                        let pool = MySqlPoolOptions::new().max_connections(1).after_connect(|connection, _| {
                            let sql = "SET time_zone = '+04:00', sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES'";
                            Box::pin(async move { sqlx::raw_sql(sql).execute(connection).await.map(|_| ()) })
                        });
                        let pool = pool.connect(&url).await.expect("a pool");
                        migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
                        let zone: String = sqlx::query_scalar("SELECT CAST(@@time_zone AS CHAR)")
                            .fetch_one(&pool)
                            .await
                            .expect("the pool still works");
                        assert_eq!(zone, "+04:00", "{shown}");
                    }
                    _ => {
                        let ask = "SELECT CONCAT('after ', @@time_zone, ' ', @@character_set_client);\n";
                        let script = format!("{}{ask}", offline(&migrator, Dialect::Mysql));
                        let arguments =
                            ["--default-character-set=latin1", "--init-command=SET time_zone = '+01:00'"];
                        let output = client(Kind::Mysql, &url, &script, &[("LC_ALL", "C")], &arguments);
                        assert_eq!(output.code, Some(0), "{shown}: {output}");
                        assert!(output.stdout.contains("after +01:00 latin1"), "{shown}: {output}");
                    }
                }
                let found = facts(Kind::Mysql, &url).await;
                same(expected.get_or_insert_with(|| found.clone()), &found, &shown);
            }
        }
    }
    let expected = expected.expect("facts");
    assert!(expected.contains(&"0|1714564800".to_owned()), "{expected:?}");
    assert!(expected.contains(&"110|+00:002030-01-01 03:00:00".to_owned()), "{expected:?}");
}

/// `session.time_zone`, as a name where the server knows names, and as an offset.
#[tokio::test]
async fn another_time_zone() {
    for (kind, zones) in [(Kind::Postgresql, ["Asia/Tokyo", "+09:00"].as_slice()), (Kind::Mysql, &["+09:00"])]
    {
        for zone in zones {
            for offline_too in [false, true] {
                let (at, told) = match kind {
                    Kind::Postgresql => ("timestamptz", "(at AT TIME ZONE 'UTC')::text"),
                    _ => ("TIMESTAMP NOT NULL", "CAST(CONVERT_TZ(at, @@time_zone, '+00:00') AS CHAR)"),
                };
                let sql = format!("CREATE TABLE t (at {at});\nINSERT INTO t VALUES ('2024-05-01 12:00:00');");
                let script = [Script::new("a", "", &sql, "DROP TABLE t;")];
                let mut settings = alembic::config::Config::default().run_settings();
                settings.session.time_zone = (*zone).to_owned().into();
                let database = TestDatabase::new(kind).await;
                if offline_too {
                    let dialect = if kind == Kind::Mysql { Dialect::Mysql } else { Dialect::Postgresql };
                    let output = database.client(&offline(&migrator_of(&script, settings), dialect));
                    assert_eq!(output.code, Some(0), "{output}");
                } else {
                    let migrator = migrator(&script);
                    let run = migrator.upgrade(database.url.as_str()).time_zone(*zone).await;
                    run.unwrap_or_else(|error| panic!("{error}"));
                }
                let found = database.column(&format!("SELECT {told} FROM t")).await;
                assert_eq!(found[0].trim_end_matches(".000000"), "2024-05-01 03:00:00", "{kind:?} {zone}");
            }
        }
        let database = TestDatabase::new(kind).await;
        let migrator = migrator(&[Script::new("a", "", "SELECT 1;", "SELECT 1;")]);
        let error =
            migrator.upgrade(database.url.as_str()).time_zone("Mars/Olympus").await.expect_err("unknown");
        assert!(
            error.to_string().starts_with("the server does not know the time zone `Mars/Olympus`"),
            "{error}"
        );
        assert!(error.help().expect("help").contains("session.time_zone"));
        assert!(database.versions().await.is_empty());
    }
}

/// A server that reads `\` in strings as it is runs only scripts whose strings mean the same there.
#[tokio::test]
async fn a_server_without_escapes() {
    let server = PrivateServer::start(Kind::Mysql);
    let admin = server.url("mysql");
    rows(Kind::Mysql, &admin, "SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'")
        .await
        .expect("a mode");
    rows(Kind::Mysql, &admin, "CREATE DATABASE app").await.expect("a database");
    let url = server.url("app").replace("root@", "root:@");
    let plain = Script::new(
        "a",
        "",
        "CREATE TABLE t (v TEXT);\nINSERT INTO t VALUES ('é–''x'' -- y');",
        "DROP TABLE t;",
    );
    let escaped = Script::new("b", "a", "SELECT 1;\nINSERT INTO t VALUES ('C:\\\\');", "SELECT 1;");
    let migrator_ = migrator(&[plain.clone(), escaped]);
    let error = migrator_.upgrade(server.url("app").as_str()).await.expect_err("misread").to_string();
    assert_eq!(
        error.lines().next().unwrap_or_default(),
        "migrations/b.sql:8: after `sql_mode = NO_BACKSLASH_ESCAPES` the server reads this `\\` differently"
    );
    let output = client(Kind::Mysql, &url, &offline(&migrator_, Dialect::Mysql), &[], &[]);
    assert!(output.stderr.contains("NO_BACKSLASH_ESCAPES changes the meaning"), "{output}");
    let tables = rows(Kind::Mysql, &server.url("app"), "SHOW TABLES LIKE 't'").await.expect("tables");
    assert!(tables.is_empty(), "{tables:?}");
    let first = "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '');\n\
                 INSERT INTO t VALUES ('C:\\\\');";
    let migrator_ = migrator(&[plain, Script::new("b", "a", first, "SELECT 1;")]);
    migrator_.upgrade(server.url("app").as_str()).await.unwrap_or_else(|error| panic!("{error}"));
    let found = rows(Kind::Mysql, &server.url("app"), "SELECT v FROM t ORDER BY 1").await.expect("rows");
    assert_eq!(found.concat(), ["C:\\", "é–'x' -- y"].map(|value| Some(value.to_owned())));
    let verification = migrator_.verify(server.url("app").as_str()).await.expect("verification");
    assert!(verification.edited.is_empty() && verification.unknown.is_empty(), "{verification:?}");
}

/// A pool that does not enforce foreign keys gets its connection back as it was.
#[tokio::test]
async fn foreign_keys_of_a_pool_on_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let options: SqliteConnectOptions = format!("{}?mode=rwc", database.url).parse().expect("a URL");
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options.foreign_keys(false)).await.expect("a pool");
    let sql = "CREATE TABLE p (id INTEGER PRIMARY KEY);\n\
               CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\n\
               INSERT INTO p VALUES (1), (2);\nINSERT INTO c VALUES (1), (2);\nDELETE FROM p WHERE id = 1;";
    let migrator = migrator(&[Script::new("a", "", sql, "DROP TABLE c;\nDROP TABLE p;")]);
    migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.column("SELECT CAST(p AS TEXT) FROM c").await, ["2"]);
    let enforced: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&pool).await.expect("the pool");
    assert_eq!(enforced, 0);
}

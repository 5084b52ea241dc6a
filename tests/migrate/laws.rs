//! The law of digests on real databases: two texts that leave different schemas or rows have different digests.
//!
//! Scripts are edited a few characters at a time. An edit with another digest keeps the law whatever it does; each one with the
//! digest of the original is executed, and has to leave what the original leaves.

use alembic::script::Script as Parsed;
use alembic::sql::{Dialect, split};
use alembic_testing::{Kind, Script, TestDatabase};
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

use crate::support::migrator;

const SQLITE: [&str; 3] = [
    "CREATE TABLE \"a b\" (id INTEGER PRIMARY KEY, n NUMERIC DEFAULT (1 - -2), t TEXT DEFAULT 'x -- y' /* why */, [c d] BLOB);\n\
     -- a note\nINSERT INTO \"a b\" (n, t) VALUES (1e3, 'it''s; /* no */'), (0x1F, 'two\nlines'), (.5, X'00ff'), (- 5, \"q\");\n\
     UPDATE \"a b\" SET t = t || 'é' || n -- end\n WHERE n <> 3 AND id <= 2;\n\
     CREATE INDEX i ON \"a b\" (lower(t), n DESC) WHERE n > -1;",
    "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT COLLATE NOCASE UNIQUE, CHECK (v <> 'a/*b*/'));\n\
     CREATE TABLE c (p REFERENCES p (id) ON DELETE CASCADE, w GENERATED ALWAYS AS (p*2) STORED);\n\
     CREATE TRIGGER g AFTER INSERT ON p BEGIN INSERT INTO c VALUES (NEW.id); UPDATE c SET p = p; END;\n\
     INSERT INTO p (v) VALUES ('A'), ('b--'), ('c\td');\nDELETE FROM p WHERE v LIKE 'B%';\n\
     CREATE VIEW s AS SELECT v, count(*) AS n FROM p JOIN c ON p.id = c.p GROUP BY v HAVING n>=1;",
    "CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize = 'porter ascii');\nINSERT INTO f VALUES ('running dogs', 'x');\n\
     CREATE TABLE r AS SELECT a, CASE WHEN b = 'x' THEN 1 ELSE 2 END AS k, '[1,2]'->>'$[1]' AS j, 7%4<<1|8 AS m FROM f WHERE f MATCH 'run';\n\
     ;; WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM n WHERE x<4) INSERT INTO r (k) SELECT x FROM n;",
];

const POSTGRESQL: &str = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, v text DEFAULT 'x -- y' /* a /* b */ c */, u text[]);\n\
     INSERT INTO t (v, u) VALUES (E'a\\'b', '{a,\"b c\"}'), ($q$it's; $$ -- $q$, ARRAY['x']), (U&'\\0041', NULL), ('two\nlines', '{}');\n\
     CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS $$ SELECT n -- one\n + 1 $$;\n\
     UPDATE t SET v = v || f(id)::text || 'é' WHERE id<>2 AND v!~'^z' AND u IS DISTINCT FROM '{z}';\n\
     CREATE INDEX i ON t (lower(v)) WHERE id > -1;";

const MARIADB: &str = "CREATE TABLE `a b` (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(99) DEFAULT 'x -- y' /* why */ COMMENT 'it''s' /*!50000 , w INT DEFAULT 3 */);\n\
     INSERT INTO `a b` (v) VALUES ('a\\'b'), (\"q\\\"q; # no\"), ('two\nlines'), (_utf8mb4'é'), (X'41'); # a note\n\
     UPDATE `a b` SET v = CONCAT(v, 5 - -1) -- end\n WHERE id<>2 && id >= 0;\n\
     CREATE TRIGGER g BEFORE INSERT ON `a b` FOR EACH ROW BEGIN SET NEW.v = 'z;'; END;\n\
     INSERT INTO `a b` VALUES (9, 'y', /*!99999 5 + */ 4);";

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or_default()
    }
}

fn cases(default: usize) -> usize {
    std::env::var("ALEMBIC_DIGEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

/// What may be part of a token, or between two, in one dialect or another.
const PIECES: [&str; 34] = [
    " ", "\n", "\t", "\r\n", "\u{a0}", ";", "'", "\"", "`", "[", "]", "-- x\n", "--", "/* x */", "/*", "*/",
    "/*!", "#", "\\", "$$", "-", "+", "(", ")", ",", ".", "0", "E", "x", "_", "é", "\u{c}", "\u{b}", "/**/",
];

/// The text with a few places changed.
fn edited(text: &str, random: &mut Random) -> String {
    let mut letters: Vec<String> = text.chars().map(String::from).collect();
    for _ in 0..=random.below(3) {
        let at = random.below(letters.len());
        let other = random.below(letters.len());
        letters[at] = match random.below(7) {
            0 => String::new(),
            1 => letters[at].repeat(2),
            2 => PIECES[random.below(PIECES.len())].to_owned(),
            3 => format!("{}{}", letters[at], PIECES[random.below(PIECES.len())]),
            4 => letters[other].clone(),
            5 if letters[at].chars().all(char::is_uppercase) => letters[at].to_lowercase(),
            5 => letters[at].to_uppercase(),
            _ => format!("{}{}", PIECES[random.below(5)], letters[at]),
        };
    }
    letters.concat()
}

fn parsed(body: &str) -> Option<Parsed> {
    let text = Script::with_body("a", "", &format!("-- alembic: upgrade\n{body}\n")).text();
    Parsed::parse("a.sql", text).ok()
}

/// The edits of a script that keep its digest: at most so many, of so many that are tried.
fn unnoticed(body: &str, dialect: Dialect, tried: usize, kept: usize) -> Vec<String> {
    let original = parsed(body).expect("a script").digests();
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ body.len() as u64);
    let mut edits: Vec<String> = Vec::new();
    for _ in 0..tried {
        let edit = edited(body, &mut random);
        let is_same = parsed(&edit).is_some_and(|script| script.digests() == original);
        if is_same && edit != body && split(&edit, dialect).is_ok() && !edits.contains(&edit) {
            edits.push(edit);
            if edits.len() == kept {
                break;
            }
        }
    }
    edits
}

/// All that a script leaves in a SQLite database: its catalog in the database's own words, and its rows.
async fn left_in_sqlite(body: &str) -> Result<Vec<String>, String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
    for statement in split(body, Dialect::Sqlite).expect("statements") {
        let sql = AssertSqlSafe(statement.text(body).to_owned());
        sqlx::raw_sql(sql).execute(&mut connection).await.map_err(|error| error.to_string())?;
    }
    let mut left = Vec::new();
    let catalog = "SELECT type || name || tbl_name FROM sqlite_master \
         UNION ALL SELECT m.name || c.cid || c.name || c.type || c.\"notnull\" || c.pk || c.hidden \
         FROM sqlite_master m, pragma_table_xinfo(m.name) c \
         UNION ALL SELECT m.name || f.\"table\" || f.\"from\" || f.\"to\" || f.on_delete FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
         UNION ALL SELECT m.name || i.name || i.\"unique\" || i.partial || x.seqno || ifnull(x.name, '') || x.\"desc\" || x.coll \
         FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x";
    let tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name";
    let mut queries = vec![catalog.to_owned()];
    // A default is kept as it was written: its value counts.
    let defaults = "SELECT c.dflt_value FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE c.dflt_value IS NOT NULL";
    for row in sqlx::query(defaults).fetch_all(&mut connection).await.expect("defaults") {
        queries.push(format!("SELECT quote({})", row.get::<String, _>(0)));
    }
    for row in sqlx::query(tables).fetch_all(&mut connection).await.expect("tables") {
        let table: String = row.get(0);
        let columns = format!(
            "SELECT group_concat('quote(\"' || name || '\")', ' || ') FROM pragma_table_xinfo('{table}')"
        );
        let columns: String =
            sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut connection).await.expect("columns");
        queries.push(format!("SELECT {columns} FROM \"{table}\""));
    }
    for query in queries {
        let rows = sqlx::raw_sql(AssertSqlSafe(query)).fetch_all(&mut connection).await;
        // A view may call what does not exist.
        left.extend(rows.map_err(|error| error.to_string())?.iter().map(|row| row.get::<String, _>(0)));
    }
    Ok(left)
}

#[tokio::test]
async fn what_sqlite_sees_the_digest_sees() {
    for body in SQLITE {
        let original = left_in_sqlite(body).await.unwrap_or_else(|error| panic!("{error}\n{body}"));
        let edits = unnoticed(body, Dialect::Sqlite, cases(3000), usize::MAX);
        assert!(edits.len() > cases(3000) / 200, "{} edits are unnoticed", edits.len());
        for edit in edits {
            let left = left_in_sqlite(&edit).await;
            assert_eq!(left.as_ref(), Ok(&original), "the digest is the same:\n{body}\n--- edited\n{edit}");
        }
    }
}

/// What a script leaves in a database, as its own dump program writes it.
async fn left(kind: Kind, body: &str) -> Result<Vec<String>, String> {
    let database = TestDatabase::new(kind).await;
    let migrator = migrator(&[Script::with_body("a", "", &format!("-- alembic: upgrade\n{body}\n"))]);
    migrator.upgrade(database.url.as_str()).await.map_err(|error| error.to_string())?;
    let output = match kind {
        Kind::Postgresql => {
            std::process::Command::new("pg_dump").args(["--exclude-table=alembic*", &database.url]).output()
        }
        _ => {
            let (login, place) =
                database.url.trim_start_matches("mysql://").split_once('@').expect("a login");
            let (user, password) = login.split_once(':').expect("a password");
            let (host, port) =
                place.split('/').next().and_then(|place| place.split_once(':')).expect("a port");
            // The body of a trigger is kept as it was written. Its rows are in the dump.
            let mut command = std::process::Command::new("mariadb-dump");
            command.args([
                "--no-defaults",
                "--compact",
                "--skip-comments",
                "--skip-triggers",
                "--host",
                host,
                "--port",
                port,
            ]);
            command.args(["--user", user, &format!("--ignore-table={}.alembic_version", database.name)]);
            command.arg(format!("--ignore-table={}.alembic_history", database.name)).arg(&database.name);
            command.env("MYSQL_PWD", password).output()
        }
    };
    let output = output.expect("a dump program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_noise = |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
    Ok(text.lines().filter(|line| !is_noise(line)).map(str::to_owned).collect())
}

#[tokio::test]
async fn what_the_servers_see_the_digest_sees() {
    for (kind, dialect, body) in
        [(Kind::Postgresql, Dialect::Postgresql, POSTGRESQL), (Kind::Mysql, Dialect::Mysql, MARIADB)]
    {
        let original = left(kind, body).await.unwrap_or_else(|error| panic!("{error}\n{body}"));
        let edits = unnoticed(body, dialect, cases(3000), cases(3000) / 150);
        assert!(edits.len() > 5, "{} edits are unnoticed", edits.len());
        for edit in edits {
            assert_eq!(
                left(kind, &edit).await.as_ref(),
                Ok(&original),
                "{kind:?}\n{body}\n--- edited\n{edit}"
            );
        }
    }
}

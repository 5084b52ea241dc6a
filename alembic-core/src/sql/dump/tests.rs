use super::*;

#[track_caller]
fn check(dump: &str, sql: &str, changes: &[(&str, &[usize])]) {
    let read =
        Dump::read(dump, &["alembic_version", "alembic_history"]).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(read.sql, sql);
    let found: Vec<_> = read.changes.iter().map(|change| (change.what, change.lines.as_slice())).collect();
    assert_eq!(found, changes);
    assert!(split(&read.sql, read.dialect).is_ok());
}

#[test]
fn rows_of_postgresql() {
    let dump = "-- PostgreSQL database dump\n\\restrict x\nSET lock_timeout = 0;\n\
                SELECT pg_catalog.set_config('search_path', '', false);\n\
                CREATE TABLE public.t (a integer, b text);\nALTER TABLE public.t OWNER TO me;\n\
                COPY public.t (a, b) FROM stdin;\n1\tit's; \\\\ a\\ttab\n2\t\\N\n\\.\n\n\
                COPY public.alembic_version (version_num) FROM stdin;\nabc\n\\.\n\
                COPY public.e (a) FROM stdin;\n\\.\n\nSELECT pg_catalog.setval('public.s', 3, true);\n\\unrestrict x\n";
    check(
        dump,
        "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.t (a integer, b text);\n\
         INSERT INTO public.t (a, b) OVERRIDING SYSTEM VALUE VALUES\n    ('1', E'it''s; \\\\ a\ttab'),\n    ('2', NULL);\n\
         SELECT pg_catalog.setval('public.s', 3, true);\n",
        &[
            ("written as INSERT: `COPY … FROM stdin`", &[7, 12, 15]),
            ("left out: settings of the session", &[3]),
            ("left out: owners and privileges", &[6]),
            ("left out: the tables of the migrations themselves", &[12]),
            ("left out: `\\restrict` and `\\unrestrict`", &[2, 19]),
        ],
    );
}

#[test]
fn sqlite() {
    let dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT);\n\
                INSERT INTO t VALUES(1);\nDELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('t',5);\n\
                INSERT INTO sqlite_sequence VALUES('alembic_history',9);\nCOMMIT;\n";
    check(
        dump,
        "PRAGMA defer_foreign_keys = ON;\nCREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT);\n\
         INSERT INTO t VALUES(1);\nDELETE FROM sqlite_sequence WHERE name = 't';\nINSERT INTO sqlite_sequence VALUES('t',5);\n",
        &[
            ("left out: transactions, and foreign keys that are not enforced", &[1, 2, 8]),
            ("restricted to the tables of the dump: `sqlite_sequence`", &[5, 6, 7]),
        ],
    );
}

#[test]
fn mysql() {
    let dump = "-- MySQL dump 10.13\n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n\
                DROP TABLE IF EXISTS `t`;\nCREATE TABLE `t` (a INT);\nLOCK TABLES `t` WRITE;\nINSERT INTO `t` VALUES (1);\n\
                UNLOCK TABLES;\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `x` \
                BEFORE INSERT ON `t` FOR EACH ROW BEGIN SET NEW.a = 1; END */;;\nDELIMITER ;\n";
    check(
        dump,
        "SET FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';\n\
         CREATE TABLE `t` (a INT);\nINSERT INTO `t` VALUES (1);\n\
         /*!50003 CREATE*/ /*!50017 */ /*!50003 TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW BEGIN SET NEW.a = 1; END */;\n",
        &[
            ("left out: settings of the session", &[2]),
            ("left out: `DROP … IF EXISTS`, which would delete what exists", &[3]),
            ("left out: locks of tables, and keys that are disabled meanwhile", &[5, 7]),
            ("without its DEFINER: views, triggers and routines", &[9]),
            ("written as statements of their own: bodies under `DELIMITER`", &[8, 10]),
        ],
    );
}

#[test]
fn a_dump_of_windows_is_read_as_it_was_written() {
    let dump = "-- PostgreSQL database dump\nCOPY t (a) FROM stdin;\nx\n\\.\nSELECT 'a\r\nb\nc';\n";
    let sql =
        "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES\n    ('x');\nSELECT E'a\\r\nb\nc';\n".to_owned();
    for dump in [dump.to_owned(), dump.replace('\n', "\r\n")] {
        assert_eq!(Dump::read(&dump, &[]).map(|dump| dump.sql), Ok(sql.clone()));
    }
}

#[test]
fn transactions_and_the_schema_public() {
    check(
        "-- PostgreSQL database dump\nCREATE SCHEMA public;\nCOMMENT ON SCHEMA public IS 'x';\nBEGIN;\n\
         SELECT pg_catalog.lo_open('1', 131072);\nCOMMIT;\n",
        "COMMENT ON SCHEMA public IS 'x';\nSELECT pg_catalog.lo_open('1', 131072);\n",
        &[("left out: the schema `public`, which exists", &[2]), ("left out: transactions", &[4, 6])],
    );
    check(
        "-- MySQL dump\nset autocommit=0;\nINSERT INTO `t` VALUES (1);\ncommit;\n",
        "SET FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';\n\
         INSERT INTO `t` VALUES (1);\n",
        &[("left out: transactions", &[2, 4])],
    );
}

#[test]
fn tables_of_sqlite_come_before_rows() {
    check(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a(b REFERENCES c(d));\nINSERT INTO a VALUES(1);\n\
         CREATE TABLE IF NOT EXISTS \"c\"(d PRIMARY KEY);\nINSERT INTO c VALUES(1);\nCREATE INDEX i ON a(b);\nCOMMIT;\n",
        "PRAGMA defer_foreign_keys = ON;\nCREATE TABLE a(b REFERENCES c(d));\n\
         CREATE TABLE IF NOT EXISTS \"c\"(d PRIMARY KEY);\nINSERT INTO a VALUES(1);\nINSERT INTO c VALUES(1);\n\
         CREATE INDEX i ON a(b);\n",
        &[
            ("left out: transactions, and foreign keys that are not enforced", &[1, 2, 8]),
            ("moved before the rows: definitions of tables", &[5]),
        ],
    );
}

#[test]
fn what_cannot_be_used() {
    let check = |dump: &str, line: usize, reason: &str| {
        let error = Dump::read(dump, &[]).expect_err(dump);
        assert_eq!((error.line, error.reason.as_str()), (line, reason));
        assert!(!error.help.is_empty());
    };
    check("SELECT 1;", 0, "it is not the output of pg_dump, mysqldump, mariadb-dump or sqlite3 .dump");
    let copy = "-- PostgreSQL database dump\n\nCOPY t (a) FROM stdin;\n1\n";
    check(copy, 3, "the rows of this COPY do not end with a line `\\.`");
    let command = "-- PostgreSQL database dump\n\\connect x\n";
    check(command, 2, "`\\connect` is a command of a database client, not SQL");
    let rollback = "-- PostgreSQL database dump\nROLLBACK;\n";
    check(rollback, 2, "the dump has a transaction that does not end with COMMIT");
}

//! MySQL's and MariaDB's bodies.

use super::refused;
use crate::sql::Dialect;

#[track_caller]
fn one(sql: &str) {
    super::one(Dialect::Mysql, sql);
}

#[test]
fn routines() {
    one("CREATE PROCEDURE p() BEGIN END");
    one("CREATE PROCEDURE p() SELECT 1");
    one("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END");
    one(
        "CREATE OR REPLACE PROCEDURE IF NOT EXISTS a.`p`(IN a INT, OUT b SET('x;', 'y')) BEGIN SET b = a; END",
    );
    one("CREATE DEFINER=`root`@`localhost` PROCEDURE p() BEGIN SELECT 1; END");
    one("CREATE DEFINER = 'a'@'%' PROCEDURE p() BEGIN SELECT 1; END");
    one("CREATE DEFINER=root@localhost PROCEDURE p() BEGIN SELECT 1; END");
    one("CREATE DEFINER=CURRENT_USER() FUNCTION f() RETURNS INT BEGIN RETURN 1; END");
    one(
        "CREATE FUNCTION f(a INT) RETURNS VARCHAR(10) CHARACTER SET utf8mb4 DETERMINISTIC BEGIN RETURN 'a;'; END",
    );
    one("CREATE FUNCTION f() RETURNS SET('a', 'b') BEGIN RETURN 'a'; END");
    one("CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT BEGIN LOOP FETCH GROUP NEXT ROW; END LOOP; END");
    one("CREATE FUNCTION f RETURNS STRING SONAME 'f.so'");
    one("CREATE FUNCTION f(a INT) RETURNS INT RETURN CASE a WHEN 1 THEN 2 END");
    one("CREATE FUNCTION f(a INT) RETURNS INT RETURN a IS NULL");
    one("CREATE FUNCTION f(a INT) RETURNS INT NO SQL COMMENT 'x; y' SQL SECURITY INVOKER RETURN IF(a, 1, 2)");
    one("CREATE PROCEDURE p() LANGUAGE SQL NOT DETERMINISTIC MODIFIES SQL DATA DROP TABLE IF EXISTS t");
    one("CREATE PROCEDURE p() SELECT 1 AS x FROM begin");
    one("CREATE PROCEDURE p() SET @a = CASE WHEN 1 THEN 2 END");
    one("CREATE PROCEDURE p() IF a THEN SELECT 1; ELSE SELECT 2; END IF");
    one("CREATE PROCEDURE p() CASE a WHEN 1 THEN SELECT 1; IF b THEN SELECT 2; END IF; END CASE");
    one("CREATE PROCEDURE p() l: LOOP LEAVE l; END LOOP l");
    one("CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$ let b = \"it's\"; return b; $$");
}

#[test]
fn blocks() {
    let body = |body: &str| one(&format!("CREATE PROCEDURE p() BEGIN {body} END"));
    body("BEGIN SELECT 1; BEGIN END; END; SELECT 2;");
    body("IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT 3; END IF;");
    body("IF a THEN IF b THEN SELECT 1; END IF; END IF; SELECT 2;");
    body("IF EXISTS (SELECT 1) THEN SELECT 1; END IF;");
    body("IF NOT EXISTS (SELECT 1 FROM t) THEN SELECT 1; END IF;");
    body("IF (a) THEN SELECT 1; END IF;");
    body("CASE a WHEN 1 THEN SELECT 1; WHEN 2 THEN BEGIN END; ELSE SELECT 3; END CASE; SELECT 4;");
    body("CASE WHEN a THEN CASE WHEN b THEN SELECT 1; END CASE; END CASE;");
    body("SELECT CASE WHEN a THEN 1 ELSE 2 END; SELECT 2;");
    body("SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END ELSE 3 END AS c; SELECT 2;");
    body("IF CASE WHEN a THEN 1 END THEN SELECT CASE a WHEN 1 THEN 2 END; END IF;");
    body("SET a = CASE WHEN end > 1 THEN end END; SELECT 2;");
    body("SELECT end, begin, t.end FROM t WHERE end = 1; UPDATE t SET end = NOW(), begin = 2;");
    body("DECLARE end DATETIME; SET NEW.end = 1; SELECT 2;");
    body("LOOP SELECT 1; LEAVE l; END LOOP;");
    body("l: LOOP ITERATE l; END LOOP l; SELECT 1;");
    body("`l`: WHILE a < 1 DO SET a = a + 1; END WHILE `l`;");
    body("WHILE a DO DO SLEEP(1); WHILE b DO SELECT 1; END WHILE; END WHILE;");
    body("REPEAT SET a = 1; UNTIL a > 1 END REPEAT; SELECT 1;");
    body("REPEAT IF a THEN SELECT 1; END IF; UNTIL CASE WHEN a THEN 1 END END REPEAT;");
    body("FOR i IN 1..10 DO SELECT i; END FOR; SELECT 1;");
    body("FOR r IN (SELECT a FROM t) DO IF r.a THEN SELECT 1; END IF; END FOR;");
    body("SELECT REPEAT('a', 2), REPLACE('a', 'b', 'c'), IF(a, b, c), LEFT('a', 1);");
    body("DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (a INT);");
    body("REPLACE INTO t VALUES (1); SELECT 2;");
    body("DECLARE c CURSOR FOR SELECT 1; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; OPEN c;");
    body("DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; SELECT 1;");
    body("DECLARE EXIT HANDLER FOR SQLSTATE VALUE '23000', 1051, NOT FOUND BEGIN SELECT 1; END; SELECT 1;");
    body("DECLARE CONTINUE HANDLER FOR SQLSTATE '42S02' IF a THEN SELECT 1; END IF; SELECT 1;");
    body("SELECT 1 /* END; */; -- END;\n SELECT 'END;';");
    body("l: BEGIN NOT ATOMIC SELECT 1; END l;");
    one("CREATE PROCEDURE p() l: BEGIN LEAVE l; END l");
    one("create procedure p() begin if a then select 1; end if; end");
}

/// An expression does not go beyond its statement: the server will complain about the `CASE`.
#[test]
fn unfinished_expression() {
    one("CREATE PROCEDURE p() BEGIN SELECT CASE WHEN a THEN CASE 1; SELECT 2; END");
}

#[test]
fn triggers_and_events() {
    one("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.a = 1");
    one("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.a = IF(NEW.b, CASE WHEN 1 THEN 2 END, 3)");
    one("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.a = 1; END");
    one("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW FOLLOWS s.other BEGIN SET NEW.a = 1; END");
    one(
        "CREATE TRIGGER IF NOT EXISTS t AFTER UPDATE ON a FOR EACH ROW PRECEDES other IF NEW.a THEN SET @a = 1; END IF",
    );
    one("CREATE DEFINER=`a`@`b` TRIGGER t AFTER DELETE ON a FOR EACH ROW l: BEGIN LEAVE l; END l");
    one(
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS NOW() ON COMPLETION PRESERVE COMMENT 'do' DO BEGIN SELECT 1; END",
    );
    one("CREATE EVENT IF NOT EXISTS e ON SCHEDULE AT NOW() DO DELETE FROM t");
    one("ALTER DEFINER = a@b EVENT e DO BEGIN SELECT 1; SELECT 2; END");
    one("ALTER TABLE t ADD COLUMN end INT");
    one("CREATE TABLE begin (case_id INT, `end` INT)");
    one("CREATE DEFINER=a@b SQL SECURITY DEFINER VIEW v AS SELECT CASE WHEN 1 THEN 2 END");
}

#[test]
fn mariadb() {
    one("BEGIN NOT ATOMIC DECLARE a INT; IF a THEN SELECT 1; END IF; END");
    one("IF a THEN SELECT 1; ELSE SELECT 2; END IF");
    one("WHILE a DO SELECT 1; END WHILE");
    one("FOR i IN REVERSE 1..3 DO SELECT i; END FOR");
    one("REPEAT SELECT 1; UNTIL 1 END REPEAT");
    one("CREATE PACKAGE p FUNCTION f() RETURNS INT; PROCEDURE q(a INT); END");
    one(
        "CREATE OR REPLACE PACKAGE BODY p COMMENT 'x' FUNCTION f() RETURNS INT RETURN 1; PROCEDURE q() BEGIN SELECT 1; END; END",
    );
    one(
        "CREATE PACKAGE BODY p PROCEDURE q() l: BEGIN SELECT 1; END; PROCEDURE r() IF a THEN SELECT 1; END IF; END",
    );
    one("CREATE PACKAGE BODY p PROCEDURE q() BEGIN IF a THEN SELECT 1; END IF; END; SET @a = 1; END");
    // SQL mode ORACLE
    one("CREATE PACKAGE p AS FUNCTION f RETURN INT; PROCEDURE q(a INT); END");
    one("CREATE PROCEDURE p AS a INT; BEGIN SELECT 1; END");
    one("CREATE FUNCTION f(a INT) RETURN INT IS b INT := 1; BEGIN RETURN b; END");
    one("CREATE PROCEDURE p AS BEGIN <<l>> LOOP EXIT l; END LOOP l; <<m>> <<n>> BEGIN NULL; END; END");
    one(
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW DECLARE b INT; BEGIN IF :NEW.a THEN NULL; END IF; END",
    );
    one("CREATE FUNCTION f RETURN INT AS BEGIN FOR i IN 1..2 LOOP SELECT 1; END LOOP; RETURN 1; END");
    one(
        "CREATE PROCEDURE p AS BEGIN IF a THEN NULL; ELSIF b THEN NULL; END IF; EXCEPTION WHEN OTHERS THEN BEGIN NULL; END; END",
    );
    one("CREATE PACKAGE BODY p AS x INT := 1; PROCEDURE q AS y INT; BEGIN SELECT 1; END; \
         FUNCTION f RETURN INT AS BEGIN RETURN 1; END; BEGIN SET x := 2; END");
}

#[test]
fn unfinished() {
    let unfinished = |sql: &str, place: &str, opener: &str| {
        refused(
            Dialect::Mysql,
            sql,
            &[(place, &format!("the body that `{opener}` begins here does not end"))],
        );
    };
    unfinished("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2;", "BEGIN", "BEGIN");
    unfinished("CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END; SELECT 2;", "BEGIN", "BEGIN");
    unfinished("CREATE PROCEDURE p() BEGIN LOOP SELECT 1;", "LOOP", "LOOP");
    unfinished("BEGIN NOT ATOMIC SELECT CASE WHEN 1 THEN 2", "CASE", "CASE");
    unfinished("CREATE PACKAGE p PROCEDURE q();", "PACKAGE", "PACKAGE");
    unfinished(
        "CREATE PROCEDURE p() BEGIN SELECT 1;\n-- alembic: delimiter //\nSELECT 1//",
        "BEGIN",
        "BEGIN",
    );
}

#[test]
fn triggers_of_oracle_mode() {
    one("CREATE TRIGGER t BEFORE INSERT ON q FOR EACH ROW BEGIN :NEW.a := 1; :NEW.b := 2; END");
    one("CREATE TRIGGER t BEFORE INSERT ON q FOR EACH ROW BEGIN IF :NEW.a > 1 THEN :NEW.b := 2; END IF; END");
}

//! Migrations with filled tables, in which nothing can be done twice without a trace.

use alembic_testing::{Kind, Script};

/// A chain of revisions that use what a database can do. Its downgrades undo all of it.
pub(crate) fn revisions(kind: Kind) -> Vec<Script<'static>> {
    let mut scripts = vec![
        Script::new(
            "r1",
            "",
            "CREATE TABLE account (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, balance INTEGER NOT NULL);\n\
             INSERT INTO account VALUES (1, 'ada', 5);\nINSERT INTO account VALUES (2, 'bob', 20);\n\
             UPDATE account SET balance = balance * 2 WHERE id = 1;\n\
             INSERT INTO account VALUES (3, 'eve', 30);\nDELETE FROM account WHERE id > 3;\n\
             CREATE TABLE entry (account INTEGER NOT NULL, amount INTEGER NOT NULL);\n\
             INSERT INTO entry SELECT id, balance FROM account;",
            "DROP TABLE entry;\nDROP TABLE account;",
        ),
        Script::new(
            "r2",
            "r1",
            "ALTER TABLE account ADD COLUMN doubled INTEGER;\n\
             UPDATE account SET doubled = balance * 2;\n\
             CREATE INDEX account_name ON account (name);\n\
             UPDATE account SET balance = balance * 2 + 1;\n\
             INSERT INTO entry SELECT id, -1 FROM account WHERE id > 1;",
            &format!(
                "DELETE FROM entry WHERE amount = -1;\n\
                 UPDATE account SET balance = (balance - 1) / 2;\n\
                 DROP INDEX account_name{};\n\
                 ALTER TABLE account DROP COLUMN doubled;",
                if kind == Kind::Mysql { " ON account" } else { "" }
            ),
        ),
    ];
    scripts.extend(special(kind));
    // Each of the six rows that it inserts is counted by the trigger of r4.
    let counted = if kind == Kind::Postgresql { 60 } else { 6 };
    scripts.push(Script::new(
        "r5",
        "r4",
        "CREATE VIEW rich AS SELECT name FROM account WHERE balance > 50;\n\
         ALTER TABLE entry RENAME TO booking;\n\
         INSERT INTO booking SELECT account, amount * 3 + 1000 FROM booking;",
        &format!(
            "UPDATE note SET n = n - {counted};\nDELETE FROM booking WHERE amount > 900;\n\
             ALTER TABLE booking RENAME TO entry;\nDROP VIEW rich;"
        ),
    ));
    scripts
}

/// What is special about a database: statements that cannot run in a transaction, triggers, routines.
fn special(kind: Kind) -> [Script<'static>; 2] {
    match kind {
        Kind::Sqlite => [
            Script::with_body(
                "r3",
                "r2",
                "-- alembic: upgrade no-transaction\n\
                 CREATE TABLE note (n INTEGER);\nINSERT INTO note SELECT count(*) FROM entry;\nVACUUM;\n\
                 ALTER TABLE note ALTER COLUMN n SET NOT NULL;\nALTER TABLE note ADD CHECK (n > 0);\n\
                 PRAGMA optimize;\nINSERT INTO note SELECT n + 1 FROM note;\n\
                 -- alembic: downgrade no-transaction\n\
                 DELETE FROM note WHERE n = 5;\nVACUUM;\nDROP TABLE note;\n",
            ),
            Script::new(
                "r4",
                "r3",
                "ALTER TABLE account ALTER COLUMN name TYPE TEXT, ADD CONSTRAINT positive CHECK (balance > 0);\n\
                 CREATE TRIGGER counted AFTER INSERT ON entry BEGIN UPDATE note SET n = n + 1; END;\n\
                 INSERT INTO entry VALUES (1, 7);\nCREATE INDEX note_n ON note (n DESC);",
                "DROP INDEX note_n;\nDROP TRIGGER counted;\nDELETE FROM entry WHERE amount = 7;\n\
                 UPDATE note SET n = n - 1;\n\
                 ALTER TABLE account DROP CONSTRAINT positive, ALTER COLUMN name TYPE VARCHAR(40);",
            ),
        ],
        Kind::Postgresql => [
            Script::with_body(
                "r3",
                "r2",
                "-- alembic: upgrade no-transaction\n\
                 CREATE TABLE note (n INTEGER);\nINSERT INTO note SELECT count(*) FROM entry;\n\
                 CREATE INDEX CONCURRENTLY note_n ON note (n);\nVACUUM note;\n\
                 INSERT INTO note SELECT n + 1 FROM note;\nCREATE UNIQUE INDEX CONCURRENTLY ON note ((n * 2));\n\
                 REINDEX TABLE CONCURRENTLY note;\n\
                 -- alembic: downgrade no-transaction\n\
                 DROP INDEX CONCURRENTLY note_expr_idx;\nDELETE FROM note WHERE n = 5;\n\
                 DROP INDEX CONCURRENTLY note_n;\nDROP TABLE note;\n",
            ),
            Script::new(
                "r4",
                "r3",
                "CREATE TYPE mood AS ENUM ('good');\nALTER TABLE account ADD COLUMN mood mood;\n\
                 CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  UPDATE note SET n = n + 10;\n  \
                 RETURN new;\nEND $$;\n\
                 CREATE TRIGGER counted AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION counted();\n\
                 INSERT INTO entry VALUES (1, 7);",
                "DROP TRIGGER counted ON entry;\nDROP FUNCTION counted();\n\
                 ALTER TABLE account DROP COLUMN mood;\nDROP TYPE mood;\nDELETE FROM entry WHERE amount = 7;\n\
                 UPDATE note SET n = n - 10;",
            ),
        ],
        Kind::Mysql => [
            Script::with_body(
                "r3",
                "r2",
                "-- alembic: upgrade no-transaction\n\
                 SET @unused = 1;\nCREATE TABLE note (n INTEGER);\nINSERT INTO note SELECT count(*) FROM entry;\n\
                 OPTIMIZE TABLE note;\nINSERT INTO note SELECT n + 1 FROM note;\n\
                 CREATE TABLE spare LIKE note;\nRENAME TABLE note TO swap, spare TO note, swap TO spare;\n\
                 INSERT INTO note SELECT n * 2 FROM spare;\nTRUNCATE TABLE spare;\n\
                 -- alembic: downgrade no-transaction\n\
                 DROP TABLE note, spare;\n",
            ),
            Script::new(
                "r4",
                "r3",
                "CREATE TRIGGER counted AFTER INSERT ON entry FOR EACH ROW UPDATE note SET n = n + 1;\n\
                 INSERT INTO entry VALUES (1, 7);\n\
                 CREATE PROCEDURE twice() UPDATE note SET n = n * 2;\n\
                 ALTER TABLE account MODIFY name VARCHAR(80) NOT NULL, ADD CHECK (balance > 0);",
                "ALTER TABLE account DROP CONSTRAINT CONSTRAINT_1, MODIFY name VARCHAR(40) NOT NULL;\n\
                 DROP PROCEDURE twice;\nDROP TRIGGER counted;\nDELETE FROM entry WHERE amount = 7;\n\
                 UPDATE note SET n = n - 1;",
            ),
        ],
    }
}

//! MySQL: definitions without their `DEFINER`.
//!
//! A dump names the user who owns a view, trigger or routine. Only a user with more rights may create it for another one,
//! and a comparison does not look at owners.

use crate::sql::{Dialect, Reader, TokenKind};

/// What may follow the user.
const NEXT: [&str; 8] = ["SQL", "VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE", "AGGREGATE"];

/// The statement without its `DEFINER = user`, if it has one.
pub(super) fn without_definer(text: &str, dialect: Dialect) -> String {
    let mut reader = Reader::executed(text, dialect);
    if dialect != Dialect::Mysql || !reader.take_any(&["CREATE", "ALTER"]) {
        return text.to_owned();
    }
    // `OR REPLACE`, `ALGORITHM = MERGE`: all that may stand before it.
    let mut before = 0;
    while !reader.is_any(&["DEFINER"]) {
        if before == 6 || reader.is_any(&NEXT) || reader.next().is_none() {
            return text.to_owned();
        }
        before += 1;
    }
    let start = reader.next().map_or(0, |definer| definer.start);
    let mut end = start;
    let is_next = |reader: &Reader<'_>| {
        reader.is_any(&NEXT) && reader.token(0).is_some_and(|token| token.kind == TokenKind::Word)
    };
    while !is_next(&reader) {
        match reader.next() {
            Some(token) => end = token.end,
            None => return text.to_owned(),
        }
    }
    [&text[..start], &text[end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::without_definer;
    use crate::sql::Dialect;

    #[test]
    fn the_user_is_left_out_and_nothing_else() {
        let check = |text: &str, expected: &str| {
            assert_eq!(without_definer(text, Dialect::Mysql), expected, "{text}");
            assert_eq!(without_definer(expected, Dialect::Mysql), expected);
        };
        check("CREATE DEFINER=`root`@`localhost` PROCEDURE p() SELECT 1", "CREATE  PROCEDURE p() SELECT 1");
        check(
            "CREATE DEFINER = CURRENT_USER() FUNCTION f() RETURNS INT RETURN 1",
            "CREATE  FUNCTION f() RETURNS INT RETURN 1",
        );
        check(
            "CREATE OR REPLACE ALGORITHM = MERGE DEFINER = 'view'@'%' SQL SECURITY INVOKER VIEW v AS SELECT 1",
            "CREATE OR REPLACE ALGORITHM = MERGE  SQL SECURITY INVOKER VIEW v AS SELECT 1",
        );
        check(
            "/*!50003 CREATE*/ /*!50017 DEFINER=`trigger`@localhost*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a = 1 */",
            "/*!50003 CREATE*/ /*!50017 */ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a = 1 */",
        );
        check(
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=a SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS SELECT 1 */",
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013  SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS SELECT 1 */",
        );
        for other in [
            "CREATE TABLE t (definer INT)",
            "CREATE TABLE t (id INT, definer INT) ENGINE = InnoDB",
            "CREATE VIEW v AS SELECT definer FROM t",
            "CREATE PROCEDURE p() SQL SECURITY DEFINER SELECT 1",
        ] {
            check(other, other);
        }
    }
}

//! The statement before whose data a client program stops to read SQL.

use crate::sql::{Dialect, Reader};

/// Whether the statement at the beginning of `sql` is `COPY … FROM STDIN`.
pub(super) fn is_copy_from_stdin(sql: &str, dialect: Dialect) -> bool {
    if !sql.get(.."COPY".len()).is_some_and(|word| word.eq_ignore_ascii_case("COPY")) {
        return false;
    }
    let mut reader = Reader::executed(sql, dialect);
    reader.take(&["COPY"]) && reader.has(&["FROM", "STDIN"])
}

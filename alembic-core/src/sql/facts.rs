//! Facts about a statement: everything that the rest of the program needs to know about its effect, read once from its
//! words.
//!
//! This is the only place that reads the text of a statement to find out what it does. It never asks a database, and it
//! errs on the safe side: a statement that it does not recognise is [`Kind::Other`], leaves [`Trace::Nothing`], and is
//! assumed to change its session where it may.
//!
//! The reason to forbid a statement is [`Forbidden`](super::Forbidden): the splitter needs it in every build.
//!
//! # Scratch databases
//! A comparison that runs statements in a scratch database asks three questions. A statement only defines if it is a
//! [`Kind::Definition`] and each [`Use`] is [`Access::Names`]; any other access reads or writes rows. [`Facts::outside`]
//! names the things beyond the database that it reaches: other databases, roles, tablespaces, settings and files of the
//! server, programs; so do the statements in its code. Qualified names of MySQL are left to the caller, who knows the name of the database: each
//! [`Change`] and [`Use`] carries its schema. Functions that a statement calls are not seen, and neither is the code of
//! a [`Kind::Program`].

mod alter;
mod code;
mod ddl;
mod definition;
mod kind;
mod mention;
mod object;
mod outside;
mod rows;
mod session;
#[cfg(test)]
mod tests;
mod trace;
mod transaction;

use std::borrow::Cow;
use std::sync::Arc;

use super::{Dialect, Name, Reader, TokenKind, keywords, lex};
pub(crate) use kind::Kind;
use mention::Words;
pub(crate) use mention::{mention_count, mentions};
pub(crate) use object::{Action, Change, Object, ObjectKind};
pub(crate) use outside::Outside;
pub(crate) use rows::{Access, ChangedRows, Use};
pub(crate) use session::{Leftover, Session};
pub(crate) use trace::{Indexes, Trace};
pub(crate) use transaction::Transaction;

/// The effect of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The purpose of the statement.
    pub(crate) kind: Kind,
    /// Whatever the statement reaches beyond its database.
    pub(crate) outside: Option<Outside>,
    /// Objects that the statement creates, changes, drops or renames, in its order.
    pub(crate) changes: Vec<Change>,
    /// Tables that the statement names, in its order. The same table may occur several times.
    pub(crate) uses: Vec<Use>,
    /// How the statement behaves in a transaction.
    pub(crate) transaction: Transaction,
    /// MySQL: the rows of one table that the statement changes, if it changes nothing else.
    pub(crate) changed_rows: Option<ChangedRows>,
    /// MySQL: the statement may return several results, or none for itself.
    pub(crate) has_several_results: bool,
    /// Evidence in the catalog that the statement was executed. For a statement that shares a transaction: the evidence
    /// if a server refuses to run it in one.
    pub(crate) trace: Trace,
    /// Whether the statement is in a portable form that the executor may have to expand, because this database does not
    /// have it: on SQLite an `ALTER TABLE` of the SQL standard.
    pub(crate) is_portable: bool,
    /// Effect on the session that runs the statement.
    pub(crate) session: Session,
}

impl Facts {
    /// Reads a statement.
    pub(crate) fn of(statement: &str, dialect: Dialect) -> Facts {
        let opened = opened(statement, dialect);
        let Some(text) = inner(&opened, dialect) else {
            // Only MariaDB knows what is wrong with it.
            return Facts { transaction: Transaction::Commits, ..Facts::nothing(Kind::Session) };
        };
        let text = Text::new(text, dialect);
        let words: Vec<&str> = text.words.iter().map(String::as_str).collect();
        let definition = ddl::read(&text, &words);
        let transaction = transaction::transaction(&text, &words);
        let mut uses = rows::uses(&text, &words);
        uses.extend(definition.uses.iter().cloned());
        let trace = match (dialect, transaction) {
            // Different servers execute different parts of it.
            (Dialect::Mysql, _) if matches!(opened, Cow::Owned(_)) => Trace::Nothing,
            (Dialect::Mysql, Transaction::Commits) => trace::mysql(&text, &words, &definition, &uses),
            (Dialect::Postgresql, Transaction::Outside) => trace::postgresql(&text, &words),
            (Dialect::Postgresql, _) => trace::in_transaction(&text, &words, &definition),
            (Dialect::Sqlite, Transaction::Outside) => trace::sqlite(&words),
            _ => Trace::Nothing,
        };
        Facts {
            kind: kind::kind(dialect, &words, &uses),
            outside: outside::outside(&text, &words, &definition),
            transaction,
            changed_rows: rows::changed_rows(&text).filter(|_| matches!(opened, Cow::Borrowed(_))),
            has_several_results: transaction::has_several_results(dialect, &words),
            trace,
            is_portable: dialect == Dialect::Sqlite && definition.is_portable,
            session: session::session(&text, &words, &definition),
            changes: definition.changes,
            uses,
        }
    }

    /// Reads statements in their order. Equal neighbours share their facts: thousands of `INSERT`s into a table need the
    /// memory of one.
    pub(crate) fn of_all<'s>(statements: impl Iterator<Item = &'s str>, dialect: Dialect) -> Vec<Arc<Facts>> {
        let mut all: Vec<Arc<Facts>> = Vec::new();
        for statement in statements {
            let facts = Facts::of(statement, dialect);
            let same = all.last().filter(|last| ***last == facts).cloned();
            all.push(same.unwrap_or_else(|| Arc::new(facts)));
        }
        all
    }

    fn nothing(kind: Kind) -> Facts {
        Facts {
            kind,
            outside: None,
            changes: Vec::new(),
            uses: Vec::new(),
            transaction: Transaction::Shared,
            changed_rows: None,
            has_several_results: false,
            trace: Trace::Nothing,
            is_portable: false,
            session: Session::default(),
        }
    }

    /// The objects that the statement changes in this way.
    pub(crate) fn changed(&self, action: Action, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        let changes = self.changes.iter().filter(move |change| change.action == action);
        changes.map(|change| &change.object).filter(move |object| object.kind == kind)
    }

    /// The tables that the statement uses in this way.
    pub(crate) fn tables(&self, access: Access) -> impl Iterator<Item = &Name> {
        self.uses.iter().filter(move |used| used.access == access).map(|used| &used.table)
    }
}

/// A statement with everything that is read of it at once.
struct Text<'t> {
    sql: &'t str,
    dialect: Dialect,
    /// At its beginning.
    reader: Reader<'t>,
    /// The first words in upper case, up to the first token that is not a word.
    words: Vec<String>,
    anywhere: Words,
}

impl<'t> Text<'t> {
    fn new(sql: &'t str, dialect: Dialect) -> Text<'t> {
        let reader = Reader::new(sql, dialect);
        let first = (0..4).map_while(|ahead| reader.token(ahead));
        let first = first.take_while(|token| token.kind == TokenKind::Word);
        let words = first.map(|token| token.text(sql).to_ascii_uppercase()).collect();
        Text { sql, dialect, words, anywhere: Words::of(sql), reader }
    }

    /// Whether these words follow each other somewhere.
    fn has(&self, words: &[&str]) -> bool {
        self.reader.has(words)
    }
}

/// The text with blanks in place of the marks of executable comments, so that their content is read too.
fn opened(statement: &str, dialect: Dialect) -> Cow<'_, str> {
    if dialect != Dialect::Mysql || !(statement.contains("/*!") || statement.contains("/*M!")) {
        return Cow::Borrowed(statement);
    }
    let mut text = String::new();
    let mut copied = 0;
    for token in lex(statement, dialect).filter(|token| token.kind == TokenKind::ExecutableComment) {
        let comment = token.text(statement);
        let content =
            comment.trim_start_matches(['/', '*', 'M', '!']).trim_start_matches(|c: char| c.is_ascii_digit());
        let start = token.end - content.len();
        text.push_str(&statement[copied..token.start]);
        text.extend(std::iter::repeat_n(' ', start - token.start));
        let end = token.end - "*/".len();
        text.push_str(statement.get(start..end).unwrap_or_default());
        text.push_str("  ");
        copied = token.end;
    }
    if copied == 0 {
        return Cow::Borrowed(statement);
    }
    text.push_str(&statement[copied..]);
    Cow::Owned(text)
}

/// The statement in MariaDB's `SET STATEMENT … FOR statement`, or the whole text. None if `FOR` is missing.
fn inner(statement: &str, dialect: Dialect) -> Option<&str> {
    if dialect != Dialect::Mysql {
        return Some(statement);
    }
    let mut rest = statement;
    while keywords(rest, dialect, 2) == ["SET", "STATEMENT"] {
        let mut reader = Reader::new(rest, dialect);
        reader.pass_to("FOR").then_some(())?;
        rest = rest.get(reader.position()..)?;
    }
    Some(rest)
}

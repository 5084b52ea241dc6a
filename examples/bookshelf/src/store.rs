//! The database of the library: the same queries for SQLite and for PostgreSQL.

use std::str::FromStr as _;

use alembic::migrate::Database;
use chrono::NaiveDate;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{PgPool, SqlitePool, query_as, query_scalar};

use crate::library::{Author, Book, Loan, Member, NewBook, NewMember, sort_title};

/// A pool of connections to the one or the other.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Does the same with whichever pool it is.
macro_rules! on_pool {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            Store::Sqlite($pool) => $body,
            Store::Postgres($pool) => $body,
        }
    };
}

/// A query for books, with the rest of its text.
macro_rules! select_books {
    ($rest:literal) => {
        concat!(
            "SELECT books.id, title, authors.name AS author, year, added_at, times_lent, \
             EXISTS (SELECT 1 FROM loans WHERE book_id = books.id AND returned_at IS NULL) AS is_lent \
             FROM books JOIN authors ON authors.id = author_id ",
            $rest
        )
    };
}

/// What the migrations are applied to.
impl From<&Store> for Database {
    fn from(store: &Store) -> Database {
        on_pool!(store, pool => pool.into())
    }
}

impl Store {
    /// Opens the database. An SQLite file that does not exist is created.
    pub(crate) async fn connect(url: &str) -> sqlx::Result<Store> {
        match url.split(':').next() {
            Some("sqlite") => {
                let options = SqliteConnectOptions::from_str(url)?
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal);
                Ok(Store::Sqlite(SqlitePool::connect_with(options).await?))
            }
            Some("postgres" | "postgresql") => Ok(Store::Postgres(PgPool::connect(url).await?)),
            _ => {
                let reason = "the URL of the database has to begin with sqlite: or postgres:";
                Err(sqlx::Error::Configuration(reason.into()))
            }
        }
    }

    pub(crate) async fn close(&self) {
        on_pool!(self, pool => pool.close().await);
    }

    pub(crate) async fn authors(&self) -> sqlx::Result<Vec<Author>> {
        let sql = "SELECT authors.id, name, count(*) AS books FROM authors JOIN books ON author_id = authors.id \
                   GROUP BY authors.id, name ORDER BY name";
        on_pool!(self, pool => query_as(sql).fetch_all(pool).await)
    }

    pub(crate) async fn books(&self) -> sqlx::Result<Vec<Book>> {
        let sql = select_books!("ORDER BY sort_title, books.id");
        on_pool!(self, pool => query_as(sql).fetch_all(pool).await)
    }

    pub(crate) async fn book(&self, id: i64) -> sqlx::Result<Option<Book>> {
        let sql = select_books!("WHERE books.id = $1");
        on_pool!(self, pool => query_as(sql).bind(id).fetch_optional(pool).await)
    }

    /// Puts a book on the shelf, and its author where it is the first of theirs. Returns its id.
    pub(crate) async fn add_book(&self, book: &NewBook) -> sqlx::Result<i64> {
        let author = "INSERT INTO authors (name) VALUES ($1) \
                      ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id";
        let insert =
            "INSERT INTO books (author_id, title, sort_title, year) VALUES ($1, $2, $3, $4) RETURNING id";
        on_pool!(self, pool => {
            let mut transaction = pool.begin().await?;
            let author: i64 = query_scalar(author).bind(&book.author).fetch_one(&mut *transaction).await?;
            let id = query_scalar(insert)
                .bind(author)
                .bind(&book.title)
                .bind(sort_title(&book.title))
                .bind(book.year)
                .fetch_one(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(id)
        })
    }

    pub(crate) async fn add_member(&self, member: &NewMember) -> sqlx::Result<Member> {
        let sql = "INSERT INTO members (name, email) VALUES ($1, $2) RETURNING id, name, email";
        on_pool!(self, pool => query_as(sql).bind(&member.name).bind(&member.email).fetch_one(pool).await)
    }

    /// Lends a book to a member. None: there is no such book.
    ///
    /// That a book is lent only once at a time is seen to by the database.
    pub(crate) async fn lend(&self, book: i64, member: i64, due_on: NaiveDate) -> sqlx::Result<Option<Loan>> {
        let sql = "INSERT INTO loans (book_id, member_id, due_on) SELECT id, $2, $3 FROM books WHERE id = $1 \
                   RETURNING id, book_id, member_id, lent_at, due_on, returned_at";
        on_pool!(self, pool => {
            query_as(sql).bind(book).bind(member).bind(due_on).fetch_optional(pool).await
        })
    }

    /// Ends a loan. None: there is no such loan, or it is over.
    pub(crate) async fn take_back(&self, loan: i64) -> sqlx::Result<Option<Loan>> {
        let sql = "UPDATE loans SET returned_at = CURRENT_TIMESTAMP WHERE id = $1 AND returned_at IS NULL \
                   RETURNING id, book_id, member_id, lent_at, due_on, returned_at";
        on_pool!(self, pool => query_as(sql).bind(loan).fetch_optional(pool).await)
    }

    pub(crate) async fn loan(&self, id: i64) -> sqlx::Result<Option<Loan>> {
        let sql = "SELECT id, book_id, member_id, lent_at, due_on, returned_at FROM loans WHERE id = $1";
        on_pool!(self, pool => query_as(sql).bind(id).fetch_optional(pool).await)
    }

    /// The open loans that were due before this day, the oldest first.
    pub(crate) async fn overdue(&self, today: NaiveDate) -> sqlx::Result<Vec<Loan>> {
        let sql = "SELECT id, book_id, member_id, lent_at, due_on, returned_at FROM loans \
                   WHERE returned_at IS NULL AND due_on < $1 ORDER BY due_on, id";
        on_pool!(self, pool => query_as(sql).bind(today).fetch_all(pool).await)
    }
}

//! The API: from requests to the store, and back.

use axum::extract::{FromRequest, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::MIGRATOR;
use crate::library::{Author, Book, Loan, Member, NewBook, NewLoan, NewMember};
use crate::problem::Problem;
use crate::store::Store;

/// How long a member may keep a book.
const LOAN: Days = Days::new(21);

/// JSON that a client sent. What cannot be read is answered with a [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
struct Body<T>(T);

pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/authors", get(authors))
        .route("/books", get(books).post(add_book))
        .route("/books/{id}", get(book))
        .route("/books/{id}/loans", post(lend))
        .route("/members", post(add_member))
        .route("/loans/overdue", get(overdue))
        .route("/loans/{id}/return", post(take_back))
        .with_state(store)
}

/// Says at which revision the database is, which it has to be reachable for.
async fn health(State(store): State<Store>) -> Result<Json<Value>, Problem> {
    match MIGRATOR.status(&store).await {
        Ok(status) => Ok(Json(json!({ "status": "ok", "revision": status.rows.join(", ") }))),
        Err(error) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())),
    }
}

async fn authors(State(store): State<Store>) -> Result<Json<Vec<Author>>, Problem> {
    Ok(Json(store.authors().await?))
}

async fn books(State(store): State<Store>) -> Result<Json<Vec<Book>>, Problem> {
    Ok(Json(store.books().await?))
}

async fn book(State(store): State<Store>, Path(id): Path<i64>) -> Result<Json<Book>, Problem> {
    let book = store.book(id).await?;
    book.map(Json).ok_or_else(|| Problem::not_found("book", id))
}

async fn add_book(
    State(store): State<Store>,
    Body(book): Body<NewBook>,
) -> Result<(StatusCode, Json<Book>), Problem> {
    let refused = Problem::refused("the book is on the shelf already", "a book has a title and an author");
    let id = store.add_book(&book).await.map_err(refused)?;
    let book = store.book(id).await?;
    let book = book.ok_or_else(|| Problem::not_found("book", id))?;
    Ok((StatusCode::CREATED, Json(book)))
}

async fn add_member(
    State(store): State<Store>,
    Body(member): Body<NewMember>,
) -> Result<(StatusCode, Json<Member>), Problem> {
    let refused = Problem::refused(
        "somebody is a member with this e-mail address already",
        "a member has a name and an e-mail address",
    );
    let member = store.add_member(&member).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(member)))
}

async fn lend(
    State(store): State<Store>,
    Path(book): Path<i64>,
    Body(loan): Body<NewLoan>,
) -> Result<(StatusCode, Json<Loan>), Problem> {
    let refused = Problem::refused("the book is lent already", "there is no such member");
    let loan = store.lend(book, loan.member_id, today() + LOAN).await.map_err(refused)?;
    let loan = loan.ok_or_else(|| Problem::not_found("book", book))?;
    Ok((StatusCode::CREATED, Json(loan)))
}

async fn take_back(State(store): State<Store>, Path(id): Path<i64>) -> Result<Json<Loan>, Problem> {
    match store.take_back(id).await? {
        Some(loan) => Ok(Json(loan)),
        None if store.loan(id).await?.is_some() => {
            Err(Problem::new(StatusCode::CONFLICT, "the book was returned already"))
        }
        None => Err(Problem::not_found("loan", id)),
    }
}

async fn overdue(State(store): State<Store>) -> Result<Json<Vec<Loan>>, Problem> {
    Ok(Json(store.overdue(today()).await?))
}

fn today() -> NaiveDate {
    Utc::now().date_naive()
}

//! Why a request is not served: a status and a sentence, as JSON.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::error::ErrorKind;

#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Problem {
        Problem { status, message: message.into() }
    }

    pub(crate) fn not_found(what: &str, id: i64) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, format!("there is no {what} {id}"))
    }

    /// What to answer where a constraint of the database refuses a new row: that it conflicts with one that is there, or
    /// that it is invalid by itself.
    pub(crate) fn refused(
        conflict: &'static str,
        invalid: &'static str,
    ) -> impl FnOnce(sqlx::Error) -> Problem {
        move |error| match error.as_database_error().map(|error| error.kind()) {
            Some(ErrorKind::UniqueViolation) => Problem::new(StatusCode::CONFLICT, conflict),
            Some(ErrorKind::CheckViolation | ErrorKind::ForeignKeyViolation) => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, invalid)
            }
            _ => error.into(),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Problem {
        tracing::error!("{error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the database failed")
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Problem {
        Problem::new(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.message }))).into_response()
    }
}

//! What the library is about: plain data, as the database has it and as the API speaks it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Author {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) books: i64,
}

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Book {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) year: Option<i32>,
    pub(crate) added_at: DateTime<Utc>,
    pub(crate) times_lent: i64,
    pub(crate) is_lent: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBook {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) year: Option<i32>,
}

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Member {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Debug, Serialize, FromRow)]
pub(crate) struct Loan {
    pub(crate) id: i64,
    pub(crate) book_id: i64,
    pub(crate) member_id: i64,
    pub(crate) lent_at: DateTime<Utc>,
    pub(crate) due_on: NaiveDate,
    pub(crate) returned_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLoan {
    pub(crate) member_id: i64,
}

/// What a title is sorted by: the same that revision 1f4e86e8777d made of the titles that were there.
pub(crate) fn sort_title(title: &str) -> String {
    let title = title.to_lowercase();
    let without_article = ["the ", "an ", "a "].into_iter().find_map(|article| title.strip_prefix(article));
    without_article.unwrap_or(&title).to_owned()
}

#[cfg(test)]
mod tests {
    use super::sort_title;

    #[test]
    fn titles_are_sorted_without_their_articles() {
        let check = |title: &str, expected: &str| assert_eq!(sort_title(title), expected, "{title}");
        check("The Left Hand of Darkness", "left hand of darkness");
        check("A Wizard of Earthsea", "wizard of earthsea");
        check("An Unsuitable Job", "unsuitable job");
        check("Theft", "theft");
        check("Ana", "ana");
    }
}

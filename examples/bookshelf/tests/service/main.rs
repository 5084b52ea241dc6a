//! Starts the service on an SQLite file and on PostgreSQL, and talks to it.

mod bookshelf;

use alembic_testing::{Kind, TestDatabase};
use serde_json::{Value, json};

use crate::bookshelf::{Bookshelf, db};

const HEAD: &str = "4b1e02a600b9";

/// Writes a test twice: for SQLite and for PostgreSQL.
macro_rules! on_both_databases {
    ($(async fn $name:ident($database:ident: TestDatabase) $body:block)*) => {
        $(mod $name {
            use super::*;

            async fn check($database: TestDatabase) $body

            #[tokio::test]
            async fn sqlite() {
                check(TestDatabase::new(Kind::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgresql() {
                check(TestDatabase::new(Kind::Postgresql).await).await;
            }
        })*
    };
}

/// What the commands print is checked as that of `cargo alembic` is.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn output_that_cannot_be_written_is_an_error() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    for arguments in [&["upgrade", "--sql"][..], &["upgrade", "--json"], &["current"], &["history"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = bookshelf::program(&database.url).arg("db").args(arguments).stdout(full).output();
        let output = output.expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.contains("error: cannot write to standard output: "), "{arguments:?}: {stderr}");
    }
}

on_both_databases! {
    async fn an_empty_database_is_migrated_and_served(database: TestDatabase) {
        let service = Bookshelf::start(&database.url);
        assert_eq!(service.get("/health"), (200, json!({ "status": "ok", "revision": HEAD })));
        assert_eq!(service.get("/books"), (200, json!([])));

        let (status, book) = add_book(&service, "A Wizard of Earthsea");
        assert_eq!((status, &book["author"]), (201, &json!("Ursula K. Le Guin")));
        assert_eq!(add_book(&service, "A Wizard of Earthsea").0, 409);
        assert_eq!(add_book(&service, "").0, 422);
        assert_eq!(service.post("/books", &json!({ "title": "Nobody's" })).0, 422);
        assert_eq!(add_book(&service, "The Dispossessed").0, 201);
        assert_eq!(service.get("/books/1"), (200, book));
        assert_eq!(service.get("/books/9").0, 404);
        assert_eq!(titles(&service), ["The Dispossessed", "A Wizard of Earthsea"]);
        let author = json!({ "id": 1, "name": "Ursula K. Le Guin", "books": 2 });
        assert_eq!(service.get("/authors"), (200, json!([author])));
    }

    async fn at_the_head_nothing_runs(database: TestDatabase) {
        let log = Bookshelf::start(&database.url).stop();
        assert!(log.contains("upgrade f84c5b0847e0: Create authors and books"), "{log}");
        let history = database.history().await;
        let log = Bookshelf::start(&database.url).stop();
        assert!(!log.contains("upgrade"), "{log}");
        assert!(log.contains(&format!("the database is at {HEAD}")), "{log}");
        assert_eq!(database.history().await, history);
    }

    async fn a_book_is_lent_to_one_member_at_a_time(database: TestDatabase) {
        let service = Bookshelf::start(&database.url);
        add_book(&service, "The Dispossessed");
        let member = json!({ "name": "Shevek", "email": "shevek@anarres.example" });
        assert_eq!(service.post("/members", &member).0, 201);
        let same_address = json!({ "name": "Sabul", "email": "Shevek@Anarres.example" });
        assert_eq!(service.post("/members", &same_address).0, 409);

        let lend = |book: u32, member: u32| {
            service.post(&format!("/books/{book}/loans"), &json!({ "member_id": member }))
        };
        let (status, loan) = lend(1, 1);
        assert_eq!((status, &loan["returned_at"]), (201, &Value::Null));
        assert_eq!(lend(1, 1).0, 409);
        assert_eq!(service.get("/books/1").1["is_lent"], true);
        assert_eq!(service.post("/loans/1/return", &Value::Null).0, 200);
        assert_eq!(service.post("/loans/1/return", &Value::Null).0, 409);
        assert_eq!(service.post("/loans/9/return", &Value::Null).0, 404);
        assert_eq!(lend(1, 9).0, 422);
        assert_eq!(lend(9, 1).0, 404);
        assert_eq!(lend(1, 1).0, 201);

        // The trigger has counted what went through.
        let book = service.get("/books/1").1;
        assert_eq!((&book["times_lent"], &book["is_lent"]), (&json!(2), &json!(true)));
        assert_eq!(service.get("/loans/overdue"), (200, json!([])));
        database.rows("UPDATE loans SET due_on = '2026-01-31'").await;
        assert_eq!(service.get("/loans/overdue").1[0]["due_on"], "2026-01-31");
    }

    async fn what_is_there_is_migrated_too(database: TestDatabase) {
        db(&database.url, &["upgrade", "49066e2ad2d5"]);
        let sql = "INSERT INTO authors (name) VALUES ('Ursula K. Le Guin');
            INSERT INTO books (author_id, title) VALUES (1, 'A Wizard of Earthsea'), (1, 'The Dispossessed');
            INSERT INTO members (name, email) VALUES ('Shevek', 'shevek@anarres.example');
            INSERT INTO loans (book_id, member_id, due_on, returned_at) VALUES (2, 1, '2026-03-29', '2026-03-20');
            INSERT INTO loans (book_id, member_id, due_on) VALUES (2, 1, '2026-04-10')";
        database.rows(sql).await;
        let service = Bookshelf::start(&database.url);
        assert_eq!(titles(&service), ["The Dispossessed", "A Wizard of Earthsea"]);
        assert_eq!(service.get("/books/2").1["times_lent"], 2);
        assert_eq!(service.get("/loans/overdue").1[0]["id"], 2);
    }

    async fn down_and_up_again_leaves_the_same_schema(database: TestDatabase) {
        assert_eq!(db(&database.url, &["upgrade"]), "");
        let before = schema(&database).await;
        assert!(before.iter().any(|sql| sql.contains("loans_open_due_on")), "{before:#?}");
        db(&database.url, &["downgrade", "base"]);
        assert!(database.user_tables().await.is_empty());
        assert_eq!(db(&database.url, &["current"]), "");
        db(&database.url, &["upgrade"]);
        assert_eq!(schema(&database).await, before);
        assert_eq!(db(&database.url, &["current"]), format!("{HEAD} (head)\n"));
    }
}

fn add_book(service: &Bookshelf, title: &str) -> (u16, Value) {
    service.post("/books", &json!({ "title": title, "author": "Ursula K. Le Guin", "year": 1974 }))
}

fn titles(service: &Bookshelf) -> Vec<String> {
    let books = service.get("/books").1;
    let titles = books.as_array().expect("books").iter().map(|book| book["title"].as_str());
    titles.map(|title| title.expect("a title").to_owned()).collect()
}

/// Everything that the migrations made, as the database words it.
async fn schema(database: &TestDatabase) -> Vec<String> {
    let sql = match database.kind {
        Kind::Sqlite => "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name",
        _ => {
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS sql
                FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            ORDER BY sql"
        }
    };
    database.column(sql).await
}

//! Models with every attribute, read by sqlx as well.

use alembic::{Enum, Newtype, Table};

#[derive(Debug, Clone, Copy, sqlx::Type, Newtype)]
#[sqlx(transparent)]
pub(crate) struct UserId(pub(crate) i64);

#[derive(Debug, Clone, sqlx::Type, Enum)]
#[sqlx(type_name = "shop.order_state", rename_all = "kebab-case")]
#[alembic(renamed_from = "state")]
pub(crate) enum OrderState {
    New,
    InProgress,
    #[sqlx(rename = "DONE")]
    Done,
}

/// People.
///
/// All of them.
#[derive(Debug, sqlx::FromRow, Table)]
#[sqlx(rename_all = "camelCase")]
#[table(
    doc_comments,
    renamed_from = "people",
    check = "length(email) > 3",
    check("true", name = "always"),
    unique(tenant, email, name = "one_email", nulls_not_distinct),
    index(expression("lower(email)"), name = "by_mail", unique, where = "tenant > 0"),
    index(tenant, desc(created, nulls_last), include(email), method = "btree", renamed_from = "old"),
    index(column(email, collation = "C", operator_class = "text_pattern_ops", prefix = 20, nulls_first)),
    strict
)]
pub(crate) struct User {
    #[column(primary_key, identity = always)]
    pub(crate) id: UserId,
    #[column(default = 0)]
    pub(crate) tenant: i32,
    /// Where to write.
    #[column(length = 80, unique, index(desc, method = "hash"), collation = "NOCASE")]
    pub(crate) email: String,
    #[column(type = varchar(20), default = "'x'", comment = "For the door", check = "\"secretWord\" <> ''")]
    pub(crate) secret_word: Option<String>,
    #[column(type = "inet", type(sqlite = "TEXT", mysql = "VARCHAR(45)"), nullable)]
    pub(crate) address: String,
    #[column(precision = 10, scale = 2, renamed_from = "money")]
    pub(crate) balance: rust_decimal::Decimal,
    #[column(generated("tenant + 1", virtual))]
    pub(crate) next: Option<i64>,
    #[column(default = "now()")]
    pub(crate) created: chrono::DateTime<chrono::Utc>,
    #[column(references(Self, on_delete = set_null, deferrable = initially_deferred))]
    pub(crate) boss: Option<UserId>,
    #[sqlx(json)]
    pub(crate) settings: Vec<String>,
    #[sqlx(skip)]
    pub(crate) cached: usize,
    #[sqlx(default)]
    #[column(type = array(text))]
    pub(crate) r#type: String,
}

#[derive(Debug, Table)]
#[table(name = "notes", unnamed_constraints, unique(text, user))]
pub(crate) struct Note {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(check = "text <> ''", index)]
    pub(crate) text: String,
    #[column(references = User)]
    pub(crate) user: UserId,
}

#[derive(Debug, sqlx::FromRow, Table)]
#[table(name = "order_items", schema = "shop")]
#[table(primary_key(order, number, name = "item_key"), without_rowid)]
#[table(foreign_key(owner, references = User::id, on_update = cascade, name = "to_owner"))]
#[table(unique(number, deferrable))]
pub(crate) struct Item {
    pub(crate) order: uuid::Uuid,
    pub(crate) number: i16,
    #[column(references = User)]
    pub(crate) buyer: UserId,
    #[column(references("users(email)", on_delete = "SET DEFAULT"))]
    pub(crate) mail: String,
    #[column(name = "owner_id")]
    pub(crate) owner: i64,
    pub(crate) state: OrderState,
    pub(crate) old_state: Option<OrderState>,
    #[column(identity = serial)]
    pub(crate) position: i32,
    #[column(autoincrement, not_null)]
    pub(crate) big: Option<i64>,
}

//! Models with every type that is known, as a service writes them.

use std::borrow::Cow;
use std::sync::Arc;

use alembic::{Enum, Newtype, Table};
use chrono::{DateTime as Moment, NaiveDate, Utc};
use sqlx::types::Json;
use uuid as ids;

pub(crate) type Key = ids::Uuid;
pub(crate) type Maybe<T> = Option<T>;
pub(crate) type Since = Moment<Utc>;

#[derive(Newtype)]
pub(crate) struct Id<T>(pub(crate) i64, pub(crate) std::marker::PhantomData<T>);

#[derive(Newtype)]
pub(crate) struct Tag(pub(crate) String);

#[derive(Newtype)]
pub(crate) struct Deep(pub(crate) Maybe<Mood>);

/// Two of one name: what counts is what the module says.
#[derive(Newtype)]
pub(crate) struct Date(pub(crate) i16);

#[derive(sqlx::Type, Enum)]
#[sqlx(type_name = "user_mood", rename_all = "snake_case")]
pub(crate) enum Mood {
    Good,
    NotSoGood,
    #[alembic(name = "bad", renamed_from = "awful")]
    Bad,
}

#[derive(Enum)]
#[repr(i16)]
pub(crate) enum Level {
    Low = 1,
    High = 2,
}

#[derive(Table)]
pub(crate) struct Standard<'a> {
    pub(crate) a_bool: bool,
    pub(crate) b_i8: i8,
    pub(crate) c_i16: i16,
    pub(crate) d_i32: i32,
    pub(crate) e_i64: i64,
    pub(crate) f_u8: u8,
    pub(crate) g_u16: u16,
    pub(crate) h_u32: u32,
    pub(crate) i_u64: u64,
    pub(crate) j_f32: f32,
    pub(crate) k_f64: f64,
    pub(crate) l_string: String,
    pub(crate) m_str: &'a str,
    pub(crate) n_cow: Cow<'a, str>,
    pub(crate) o_box: Box<str>,
    pub(crate) p_arc: Arc<str>,
    pub(crate) q_bytes: Vec<u8>,
    pub(crate) r_slice: &'a [u8],
    pub(crate) s_array: [u8; 32],
    pub(crate) t_box: Box<[u8]>,
    pub(crate) u_non_zero: std::num::NonZeroU32,
    pub(crate) v_non_zero: std::num::NonZero<i64>,
    pub(crate) w_duration: std::time::Duration,
    pub(crate) x_option: Option<i64>,
    pub(crate) y_list: Vec<String>,
    pub(crate) z_list: Option<Vec<Option<i32>>>,
}

#[derive(Table)]
pub(crate) struct Other {
    pub(crate) a_date: NaiveDate,
    pub(crate) b_time: chrono::NaiveTime,
    pub(crate) c_timestamp: Option<chrono::NaiveDateTime>,
    pub(crate) d_moment: Moment<Utc>,
    pub(crate) e_moment: chrono::DateTime<chrono::FixedOffset>,
    pub(crate) f_delta: chrono::TimeDelta,
    pub(crate) g_duration: chrono::Duration,
    pub(crate) h_date: time::Date,
    pub(crate) i_time: time::Time,
    pub(crate) j_timestamp: time::PrimitiveDateTime,
    pub(crate) k_moment: time::OffsetDateTime,
    pub(crate) l_moment: time::UtcDateTime,
    pub(crate) m_duration: time::Duration,
    pub(crate) n_date: jiff::civil::Date,
    pub(crate) o_time: jiff::civil::Time,
    pub(crate) p_timestamp: jiff::civil::DateTime,
    pub(crate) q_moment: Option<jiff::Timestamp>,
    pub(crate) r_span: jiff::Span,
    pub(crate) s_duration: jiff::SignedDuration,
    pub(crate) t_uuid: ids::Uuid,
    pub(crate) u_decimal: rust_decimal::Decimal,
    pub(crate) v_decimal: bigdecimal::BigDecimal,
    pub(crate) w_json: serde_json::Value,
    pub(crate) x_json: Json<Vec<std::collections::HashMap<String, u8>>>,
    pub(crate) y_json: Option<sqlx::types::Json<(i32, i32)>>,
    pub(crate) z_raw: Box<serde_json::value::RawValue>,
    pub(crate) za_text: sqlx::types::Text<std::net::IpAddr>,
    pub(crate) zb_ids: Vec<ids::Uuid>,
    pub(crate) zc_text: ids::fmt::Hyphenated,
    pub(crate) zd_text: sqlx::types::uuid::fmt::Simple,
}

/// Names that the derive itself might use.
mod names {
    #[derive(alembic::Newtype)]
    pub(super) struct At(pub(super) i32);
    #[derive(alembic::Newtype)]
    pub(super) struct DraftColumn(pub(super) String);
    #[derive(alembic::Newtype)]
    pub(super) struct Some(pub(super) uuid::Uuid);
    #[derive(alembic::Newtype)]
    pub(super) struct Probe(pub(super) bool);
    pub(super) type Result<T> = Option<T>;

    #[derive(alembic::Table)]
    pub(crate) struct Names {
        #[column(primary_key, default = 1)]
        at: At,
        #[column(length = 3)]
        draft: DraftColumn,
        some: Some,
        probe: Result<Probe>,
    }
}
pub(crate) use names::Names;

#[derive(Table)]
pub(crate) struct Own {
    pub(crate) id: Id<Own>,
    pub(crate) key: Key,
    pub(crate) since: Since,
    pub(crate) until: Maybe<Since>,
    pub(crate) tag: Option<Tag>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) mood: Mood,
    pub(crate) moods: Option<Vec<Mood>>,
    pub(crate) deep: Deep,
    pub(crate) level: Level,
    pub(crate) date: Date,
}

//! Models of the database, written by `cargo alembic inspect`.

use alembic::{Enum, Table};

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "mood", rename_all = "kebab-case")]
pub enum Mood {
    Good,
    NotSoGood,
}

#[derive(Clone, Debug, sqlx::FromRow, Table)]
#[table(name = "everything")]
#[table(primary_key(id, name = "everything_pkey"))]
pub struct Everything {
    #[column(identity = serial)]
    pub id: i64,
    pub a_bool: bool,
    #[column(type = "\"char\"")]
    pub b_char: i8,
    pub c_int2: i16,
    pub d_int4: i32,
    pub e_int8: i64,
    pub f_float4: f32,
    pub g_float8: f64,
    pub h_numeric: rust_decimal::Decimal,
    #[column(precision = 10, scale = 2)]
    pub i_numeric: rust_decimal::Decimal,
    #[column(type = "money")]
    pub j_money: sqlx::postgres::types::PgMoney,
    pub k_text: String,
    #[column(type = "character varying")]
    pub l_varchar: String,
    #[column(length = 20)]
    pub m_varchar: String,
    #[column(type = char(3))]
    pub n_bpchar: String,
    #[column(type = "name")]
    pub o_name: String,
    #[column(type = "citext")]
    pub p_citext: String,
    pub q_bytea: Vec<u8>,
    pub r_date: chrono::NaiveDate,
    pub s_time: chrono::NaiveTime,
    #[column(type = "time(3) without time zone")]
    pub t_time: chrono::NaiveTime,
    #[column(type = "time with time zone")]
    pub u_timetz: sqlx::postgres::types::PgTimeTz<chrono::NaiveTime, chrono::FixedOffset>,
    pub v_timestamp: chrono::NaiveDateTime,
    #[column(type = "timestamp(3) without time zone")]
    pub w_timestamp: chrono::NaiveDateTime,
    pub x_timestamptz: chrono::DateTime<chrono::Utc>,
    #[column(type = "timestamp(0) with time zone")]
    pub y_timestamptz: chrono::DateTime<chrono::Utc>,
    pub z_interval: sqlx::postgres::types::PgInterval,
    #[column(type = "interval day to second")]
    pub za_interval: sqlx::postgres::types::PgInterval,
    #[column(type = "interval(3)")]
    pub zb_interval: sqlx::postgres::types::PgInterval,
    pub zc_uuid: uuid::Uuid,
    #[column(type = "json")]
    pub zd_json: serde_json::Value,
    pub ze_jsonb: serde_json::Value,
    #[column(type = "oid")]
    pub zf_oid: sqlx::postgres::types::Oid,
    #[column(type = "inet")]
    pub zg_inet: sqlx::types::ipnetwork::IpNetwork,
    #[column(type = "cidr")]
    pub zh_cidr: sqlx::types::ipnetwork::IpNetwork,
    #[column(type = "macaddr")]
    pub zi_macaddr: sqlx::types::mac_address::MacAddress,
    #[column(type = "bit(3)")]
    pub zj_bit: sqlx::types::BitVec,
    #[column(type = "bit varying(9)")]
    pub zk_varbit: sqlx::types::BitVec,
    #[column(type = "int4range")]
    pub zl_int4range: sqlx::postgres::types::PgRange<i32>,
    #[column(type = "int8range")]
    pub zm_int8range: sqlx::postgres::types::PgRange<i64>,
    #[column(type = "numrange")]
    pub zn_numrange: sqlx::postgres::types::PgRange<rust_decimal::Decimal>,
    #[column(type = "daterange")]
    pub zo_daterange: sqlx::postgres::types::PgRange<chrono::NaiveDate>,
    #[column(type = "tsrange")]
    pub zp_tsrange: sqlx::postgres::types::PgRange<chrono::NaiveDateTime>,
    #[column(type = "tstzrange")]
    pub zq_tstzrange: sqlx::postgres::types::PgRange<chrono::DateTime<chrono::Utc>>,
    #[column(type = "point")]
    pub zr_point: sqlx::postgres::types::PgPoint,
    #[column(type = "line")]
    pub zs_line: sqlx::postgres::types::PgLine,
    #[column(type = "lseg")]
    pub zt_lseg: sqlx::postgres::types::PgLSeg,
    #[column(type = "box")]
    pub zu_box: sqlx::postgres::types::PgBox,
    #[column(type = "path")]
    pub zv_path: sqlx::postgres::types::PgPath,
    #[column(type = "polygon")]
    pub zw_polygon: sqlx::postgres::types::PgPolygon,
    #[column(type = "circle")]
    pub zx_circle: sqlx::postgres::types::PgCircle,
    #[column(type = "hstore")]
    pub zy_hstore: sqlx::postgres::types::PgHstore,
    #[column(type = "ltree")]
    pub zz_ltree: sqlx::postgres::types::PgLTree,
    #[column(type = "lquery")]
    pub zza_lquery: sqlx::postgres::types::PgLQuery,
    #[column(type = "cube")]
    pub zzb_cube: sqlx::postgres::types::PgCube,
    pub zzc_mood: Mood,
    pub zzd_moods: Vec<Mood>,
    #[column(type = "email")]
    pub zze_email: String,
    #[column(type = "amount")]
    pub zzf_amount: rust_decimal::Decimal,
    pub zzg_texts: Vec<String>,
    #[column(type = "VARCHAR(20)[]")]
    pub zzh_varchars: Vec<String>,
    #[column(type = "CHAR(3)[]")]
    pub zzi_bpchars: Vec<String>,
    #[column(type = "citext[]")]
    pub zzj_citexts: Vec<sqlx::postgres::types::PgCiText>,
    pub zzk_ints: Vec<i32>,
    #[column(type = "NUMERIC(10, 2)[]")]
    pub zzl_numbers: Vec<rust_decimal::Decimal>,
    #[column(type = "timestamp(3) with time zone[]")]
    pub zzm_times: Vec<chrono::DateTime<chrono::Utc>>,
    pub zzn_jsons: Vec<serde_json::Value>,
    pub zzo_uuids: Vec<uuid::Uuid>,
    #[column(type = "inet[]")]
    pub zzp_inets: Vec<sqlx::types::ipnetwork::IpNetwork>,
    #[column(type = "money[]")]
    pub zzq_moneys: Vec<sqlx::postgres::types::PgMoney>,
    #[column(type = "int4range[]")]
    pub zzr_ranges: Vec<sqlx::postgres::types::PgRange<i32>>,
    #[column(type = "macaddr[]")]
    pub zzs_macs: Vec<sqlx::types::mac_address::MacAddress>,
    #[column(type = "bit(3)[]")]
    pub zzt_bits: Vec<sqlx::types::BitVec>,
    pub zzu_bytes: Vec<Vec<u8>>,
    // sqlx does not read this type: select `zzv_tsvector::text AS zzv_tsvector`.
    #[column(type = "tsvector")]
    pub zzv_tsvector: String,
    // sqlx does not read this type: select `zzw_tsquery::text AS zzw_tsquery`.
    #[column(type = "tsquery")]
    pub zzw_tsquery: String,
    // sqlx does not read this type: select `zzx_xml::text AS zzx_xml`.
    #[column(type = "xml")]
    pub zzx_xml: String,
    // sqlx does not read this type: select `zzy_macaddr8::text AS zzy_macaddr8`.
    #[column(type = "macaddr8")]
    pub zzy_macaddr8: String,
    // sqlx does not read this type: select `zzz_lsn::text AS zzz_lsn`.
    #[column(type = "pg_lsn")]
    pub zzz_lsn: String,
    // sqlx does not read this type: select `zzza_multirange::text AS zzza_multirange`.
    #[column(type = "int4multirange")]
    pub zzza_multirange: String,
    // sqlx does not read this type: select `zzzb_jsonpath::text AS zzzb_jsonpath`.
    #[column(type = "jsonpath")]
    pub zzzb_jsonpath: String,
    // sqlx does not read this type: select `zzzc_regclass::text AS zzzc_regclass`.
    #[column(type = "regclass")]
    pub zzzc_regclass: String,
    // sqlx does not read this type: select `zzzd_pair::text AS zzzd_pair`.
    #[column(type = "pair")]
    pub zzzd_pair: String,
    // sqlx does not read this type: select `zzze_vectors::text[] AS zzze_vectors`.
    #[column(type = "tsvector[]")]
    pub zzze_vectors: Vec<String>,
    pub zzzf_none: Option<i64>,
}

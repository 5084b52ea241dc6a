//! Models of the database, written by `cargo alembic inspect`.

use alembic::Table;

#[derive(Clone, Debug, sqlx::FromRow, Table)]
#[table(name = "everything")]
pub struct Everything {
    #[column(primary_key, autoincrement)]
    pub id: u64,
    pub a_bool: bool,
    pub b_tinyint: i8,
    pub c_utinyint: u8,
    pub d_smallint: i16,
    pub e_usmallint: u16,
    #[column(type = "mediumint(9)")]
    pub f_mediumint: i32,
    #[column(type = "mediumint(8) unsigned")]
    pub g_umediumint: u32,
    pub h_int: i32,
    #[column(type = "int(5)")]
    pub i_int5: i32,
    pub j_uint: u32,
    pub k_bigint: i64,
    pub l_ubigint: u64,
    #[column(type = "bigint(10) unsigned zerofill")]
    pub m_zerofill: u64,
    #[column(type = "tinyint(3) unsigned zerofill")]
    pub n_tinyzerofill: u8,
    pub o_float: f32,
    #[column(type = "float(7,3)")]
    pub p_float: f32,
    pub q_double: f64,
    #[column(type = "double unsigned")]
    pub r_udouble: f64,
    #[column(precision = 10, scale = 2)]
    pub s_decimal: rust_decimal::Decimal,
    #[column(type = "decimal(10,2) unsigned")]
    pub t_udecimal: rust_decimal::Decimal,
    #[column(type = "bit(1)")]
    pub u_bit: u64,
    #[column(type = "bit(64)")]
    pub v_bits: u64,
    #[column(type = "year(4)")]
    pub w_year: u16,
    pub x_date: chrono::NaiveDate,
    #[column(type = "time")]
    pub y_time: chrono::NaiveTime,
    #[column(type = "time(3)")]
    pub z_time3: chrono::NaiveTime,
    #[column(type = "datetime")]
    pub za_datetime: chrono::NaiveDateTime,
    #[column(type = "datetime(3)")]
    pub zb_datetime3: chrono::NaiveDateTime,
    pub zc_datetime6: chrono::DateTime<chrono::Utc>,
    #[column(type = "timestamp", default = "CURRENT_TIMESTAMP")]
    pub zd_timestamp: chrono::DateTime<chrono::Utc>,
    #[column(type = "timestamp(6)", default = "current_timestamp(6)")]
    pub ze_timestamp6: chrono::DateTime<chrono::Utc>,
    #[column(type = char(3))]
    pub zf_char: String,
    #[column(length = 20)]
    pub zg_varchar: String,
    #[column(type = "tinytext")]
    pub zh_tinytext: String,
    #[column(type = "text")]
    pub zi_text: String,
    #[column(type = "mediumtext")]
    pub zj_mediumtext: String,
    pub zk_longtext: String,
    #[column(type = "binary(3)")]
    pub zl_binary: Vec<u8>,
    pub zm_uuid: uuid::Uuid,
    #[column(length = 20)]
    pub zn_varbinary: Vec<u8>,
    #[column(type = "tinyblob")]
    pub zo_tinyblob: Vec<u8>,
    #[column(type = "blob")]
    pub zp_blob: Vec<u8>,
    #[column(type = "mediumblob")]
    pub zq_mediumblob: Vec<u8>,
    pub zr_longblob: Vec<u8>,
    #[column(type = "enum('a','b')")]
    pub zs_enum: String,
    #[column(type = "enum('a','b')")]
    pub zt_enum: Option<String>,
    #[column(type = "set('a','b')")]
    pub zu_set: String,
    pub zv_json: serde_json::Value,
    #[column(type = "inet4")]
    pub zw_inet4: std::net::Ipv4Addr,
    #[column(type = "inet6")]
    pub zx_inet6: std::net::Ipv6Addr,
    #[column(type = "uuid")]
    pub zy_uuid: uuid::fmt::Hyphenated,
    // sqlx does not read this type: select `ST_AsBinary(zz_geometry) AS zz_geometry`.
    #[column(type = "geometry")]
    pub zz_geometry: Vec<u8>,
    // sqlx does not read this type: select `ST_AsBinary(zza_point) AS zza_point`.
    #[column(type = "point")]
    pub zza_point: Vec<u8>,
    pub zzb_none: Option<u32>,
}

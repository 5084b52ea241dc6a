//! Models of the database, written by `cargo alembic inspect`.

use alembic::Table;

#[derive(Clone, Debug, sqlx::FromRow, Table)]
#[table(name = "everything", unnamed_constraints)]
pub struct Everything {
    #[column(primary_key)]
    pub id: i64,
    #[column(type = "INT")]
    pub a_int: i64,
    #[column(type = "TINYINT(1)")]
    pub b_tinyint: i64,
    #[column(type = "SMALLINT")]
    pub c_smallint: i64,
    #[column(type = "MEDIUMINT")]
    pub d_mediumint: i64,
    #[column(type = "BIGINT")]
    pub e_bigint: i64,
    #[column(type = "UNSIGNED BIG INT")]
    pub f_unsigned: i64,
    #[column(type = "INT2")]
    pub g_int2: i64,
    #[column(type = "INT8")]
    pub h_int8: i64,
    #[column(type = "CHARACTER(20)")]
    pub i_character: String,
    #[column(length = 255)]
    pub j_varchar: String,
    #[column(type = "NVARCHAR(100)")]
    pub k_nvarchar: String,
    pub l_text: String,
    #[column(type = "CLOB")]
    pub m_clob: String,
    pub n_blob: Vec<u8>,
    pub o_real: f64,
    #[column(type = "DOUBLE PRECISION")]
    pub p_double: f64,
    #[column(type = "FLOAT")]
    pub q_float: f64,
    // sqlx does not read this type: select `CAST(r_numeric AS REAL) AS r_numeric`.
    #[column(type = decimal)]
    pub r_numeric: f64,
    // sqlx does not read this type: select `CAST(s_decimal AS REAL) AS s_decimal`.
    #[column(type = "DECIMAL(10, 2)")]
    pub s_decimal: f64,
    pub t_boolean: bool,
    #[column(type = "BOOL")]
    pub u_bool: bool,
    pub v_date: chrono::NaiveDate,
    pub w_time: chrono::NaiveTime,
    pub x_datetime: chrono::DateTime<chrono::Utc>,
    #[column(type = "TIMESTAMP")]
    pub y_timestamp: chrono::NaiveDateTime,
    #[column(type = "TIMESTAMP WITH TIME ZONE")]
    pub z_timestamptz: chrono::DateTime<chrono::Utc>,
    #[column(type = "JSON")]
    pub za_json: serde_json::Value,
    // sqlx does not read this type: select `CAST(zb_uuid AS TEXT) AS zb_uuid`.
    #[column(type = "UUID")]
    pub zb_uuid: String,
    // sqlx does not read this type: select `CAST(zc_none AS TEXT) AS zc_none`.
    #[column(type = "")]
    pub zc_none: String,
    // sqlx does not read this type: select `CAST(zd_money AS REAL) AS zd_money`.
    #[column(type = "MONEY")]
    pub zd_money: Option<f64>,
    pub ze_date: Option<chrono::NaiveDate>,
}

#[derive(Clone, Debug, sqlx::FromRow, Table)]
#[table(name = "strict_types", strict, unnamed_constraints)]
pub struct StrictType {
    #[column(primary_key)]
    pub id: i64,
    #[column(type = "INT")]
    pub a_int: i64,
    pub b_real: f64,
    pub c_text: String,
    pub d_blob: Vec<u8>,
    // sqlx does not read this type: select `CAST(e_any AS TEXT) AS e_any`.
    #[column(type = "ANY")]
    pub e_any: Option<String>,
}

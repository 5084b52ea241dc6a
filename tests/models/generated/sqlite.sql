CREATE TABLE everything (
    id INTEGER PRIMARY KEY,
    a_int INT NOT NULL,
    b_tinyint TINYINT(1) NOT NULL,
    c_smallint SMALLINT NOT NULL,
    d_mediumint MEDIUMINT NOT NULL,
    e_bigint BIGINT NOT NULL,
    f_unsigned UNSIGNED BIG INT NOT NULL,
    g_int2 INT2 NOT NULL,
    h_int8 INT8 NOT NULL,
    i_character CHARACTER(20) NOT NULL,
    j_varchar VARCHAR(255) NOT NULL,
    k_nvarchar NVARCHAR(100) NOT NULL,
    l_text TEXT NOT NULL,
    m_clob CLOB NOT NULL,
    n_blob BLOB NOT NULL,
    o_real REAL NOT NULL,
    p_double DOUBLE PRECISION NOT NULL,
    q_float FLOAT NOT NULL,
    r_numeric NUMERIC NOT NULL,
    s_decimal DECIMAL(10, 2) NOT NULL,
    t_boolean BOOLEAN NOT NULL,
    u_bool BOOL NOT NULL,
    v_date DATE NOT NULL,
    w_time TIME NOT NULL,
    x_datetime DATETIME NOT NULL,
    y_timestamp TIMESTAMP NOT NULL,
    z_timestamptz TIMESTAMP WITH TIME ZONE NOT NULL,
    za_json JSON NOT NULL,
    zb_uuid UUID NOT NULL,
    zc_none NOT NULL,
    zd_money MONEY,
    ze_date DATE
);

INSERT INTO everything VALUES
    (1, -1, 1, 2, 3, 9223372036854775807, 5, 6, -9223372036854775808, 'c', 'v', 'n', 't', 'l', x'00ff', 0.5, 2, 7, 5,
     1.25, 1, 0, '2026-11-21', '09:32:10.123456', '2026-11-21 09:32:10+00:00', '2026-11-21 09:32:10',
     '2026-11-21T09:32:10+02:00', '{"a": [1]}', '01234567-89ab-cdef-0123-456789abcdef', 42, 10, '2026-01-01'),
    (2, 0, 0, 0, 0, -9223372036854775808, 0, 0, 0, '', '', '', '', '', x'', -1, 1e300, 0, 0.5, -3, 0, 1, '0001-01-01',
     '00:00:00', '2026-11-21 09:32:10', '2026-11-21T09:32:10', '2026-11-21 09:32:10Z', '[]', 'text', 'any', NULL, NULL);

CREATE TABLE strict_types (
    id INTEGER PRIMARY KEY,
    a_int INT NOT NULL,
    b_real REAL NOT NULL,
    c_text TEXT NOT NULL,
    d_blob BLOB NOT NULL,
    e_any ANY
) STRICT;

INSERT INTO strict_types VALUES (1, 2, 3, 'four', x'05', 6.5);

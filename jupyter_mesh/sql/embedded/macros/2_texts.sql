-- Values read from text, and values written as text, as Trino does.
CREATE OR REPLACE MACRO mesh_integer_text(s, message) AS CASE WHEN regexp_full_match(trim(s, ' ' || chr(9) || chr(10) || chr(13)), '[+-]?[0-9]+') THEN trim(s, ' ' || chr(9) || chr(10) || chr(13)) WHEN s IS NULL THEN NULL ELSE mesh_fail(message || ': ' || s) END;

CREATE OR REPLACE MACRO mesh_float_text(s, message) AS CASE WHEN regexp_full_match(trim(s), '[+-]?([0-9]+[.]?[0-9]*([eE][+-]?[0-9]+)?|[.][0-9]+([eE][+-]?[0-9]+)?|Infinity|NaN)') THEN trim(s) WHEN s IS NULL THEN NULL ELSE mesh_fail(message || ': ' || s) END;

CREATE OR REPLACE MACRO mesh_decimal_text(s) AS CASE WHEN regexp_full_match(trim(s), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN trim(s) WHEN s IS NULL THEN NULL ELSE mesh_fail('Cannot cast VARCHAR to DECIMAL. Value is not a number: ' || s) END;

CREATE OR REPLACE MACRO mesh_boolean(s) AS CASE WHEN lower(s) IN ('t', 'true', '1') THEN true WHEN lower(s) IN ('f', 'false', '0') THEN false WHEN s IS NULL THEN NULL ELSE CAST(mesh_fail('Cannot cast to BOOLEAN: ' || s) AS BOOLEAN) END;

CREATE OR REPLACE MACRO mesh_date_text(s) AS CASE WHEN regexp_full_match(trim(s), '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}') THEN trim(s) WHEN s IS NULL THEN NULL ELSE mesh_fail('Value cannot be cast to date: ' || s) END;

CREATE OR REPLACE MACRO mesh_timestamp_text(s) AS CASE WHEN regexp_full_match(trim(s), '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?') THEN trim(s) || CASE WHEN regexp_full_match(trim(s), '.* [0-9]{1,2}:[0-9]{2}') THEN ':00' ELSE '' END WHEN s IS NULL THEN NULL WHEN regexp_full_match(trim(s), '[0-9]{4}-.*') THEN mesh_fail('not supported by the embedded engine: the timestamp ' || s) ELSE mesh_fail('Value cannot be cast to timestamp: ' || s) END;

CREATE OR REPLACE MACRO mesh_time_text(s) AS CASE WHEN regexp_full_match(trim(s), '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?') THEN trim(s) || CASE WHEN regexp_full_match(trim(s), '[0-9]{1,2}:[0-9]{2}') THEN ':00' ELSE '' END WHEN s IS NULL THEN NULL WHEN regexp_full_match(trim(s), '[0-9]{1,2}:.*') THEN mesh_fail('not supported by the embedded engine: the time ' || s) ELSE mesh_fail('Value cannot be cast to time: ' || s) END;

CREATE OR REPLACE MACRO mesh_uuid_text(s) AS CASE WHEN regexp_full_match(s, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}') THEN s WHEN s IS NULL THEN NULL ELSE mesh_fail('Cannot cast value to UUID: ' || s) END;

CREATE OR REPLACE MACRO mesh_fits(s, n) AS CASE WHEN length(s) > n THEN mesh_fail('Value ' || s || ' cannot be represented as varchar(' || n || ')') ELSE s END;

-- d: DuckDB's shortest text of a positive number, m: its digits without point and leading zeros.
CREATE OR REPLACE MACRO mesh_digits_text(digits, exponent) AS left(digits, 1) || '.' || CASE WHEN length(digits) > 1 THEN substring(digits, 2) ELSE '0' END || 'E' || exponent;

CREATE OR REPLACE MACRO mesh_plain_text(whole, fraction, e) AS mesh_digits_text(CASE WHEN rtrim(ltrim(whole || fraction, '0'), '0') = '' THEN '0' ELSE rtrim(ltrim(whole || fraction, '0'), '0') END, CAST(e + CASE WHEN ltrim(whole, '0') <> '' THEN length(ltrim(whole, '0')) - 1 ELSE -(length(fraction) - length(ltrim(fraction, '0'))) - 1 END AS VARCHAR));

CREATE OR REPLACE MACRO mesh_number_text(d) AS mesh_plain_text(split_part(split_part(d, 'e', 1), '.', 1), split_part(split_part(d, 'e', 1), '.', 2), CASE WHEN contains(d, 'e') THEN CAST(split_part(d, 'e', 2) AS INTEGER) ELSE 0 END);

CREATE OR REPLACE MACRO mesh_double_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END WHEN x = 0 THEN CASE WHEN signbit(x) THEN '-0.0' ELSE '0.0' END || 'E0' ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || mesh_number_text(CAST(abs(x) AS VARCHAR)) END;

CREATE OR REPLACE MACRO mesh_real_text(x) AS mesh_double_text(x);

CREATE OR REPLACE MACRO mesh_days_text(ms) AS CASE WHEN ms < 0 THEN '-' ELSE '' END || (abs(ms) // 86400000) || ' ' || lpad(CAST(abs(ms) // 3600000 % 24 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(ms) // 60000 % 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(ms) // 1000 % 60 AS VARCHAR), 2, '0') || '.' || lpad(CAST(abs(ms) % 1000 AS VARCHAR), 3, '0');

CREATE OR REPLACE MACRO mesh_months_text(m) AS CASE WHEN m < 0 THEN '-' ELSE '' END || (abs(m) // 12) || '-' || (abs(m) % 12);

CREATE OR REPLACE MACRO mesh_iso_date(s) AS CASE WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN s WHEN s IS NULL THEN NULL ELSE mesh_fail('not supported by the embedded engine: the ISO date ' || s) END;

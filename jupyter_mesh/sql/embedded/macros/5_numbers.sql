-- Functions of numbers and text where DuckDB raises an error or counts otherwise.
CREATE OR REPLACE MACRO mesh_ln(x) AS CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) WHEN x IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END;

CREATE OR REPLACE MACRO mesh_width_bucket(x, low, high, n) AS CAST(CASE WHEN n <= 0 THEN CAST('mesh: bucketCount must be greater than 0' AS INTEGER) WHEN low >= high THEN CAST('mesh: not supported by the embedded engine: width_bucket with bounds in this order' AS INTEGER) WHEN x < low THEN 0 WHEN x >= high THEN n + 1 ELSE floor(n * (x - low) / (high - low)) + 1 END AS BIGINT);

CREATE OR REPLACE MACRO mesh_spaces() AS chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || ' ' || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8287) || chr(12288);

CREATE OR REPLACE MACRO mesh_substring(s, start, size) AS CASE WHEN s IS NULL OR start IS NULL OR size IS NULL THEN NULL WHEN start = 0 OR size <= 0 OR -start > length(s) THEN '' WHEN start > 0 THEN substring(s, start, size) ELSE substring(s, length(s) + start + 1, size) END;

CREATE OR REPLACE MACRO mesh_tail(s, start) AS CASE WHEN s IS NULL OR start IS NULL THEN NULL WHEN start = 0 OR -start > length(s) THEN '' WHEN start > 0 THEN substring(s, start) ELSE substring(s, length(s) + start + 1) END;

CREATE OR REPLACE MACRO mesh_reverse(s) AS CASE WHEN s IS NULL THEN NULL ELSE coalesce(array_to_string(list_transform(range(length(s), 0, -1), lambda i: substring(s, i, 1)), ''), '') END;

CREATE OR REPLACE MACRO mesh_join(a, d) AS CASE WHEN a IS NULL OR d IS NULL THEN NULL ELSE coalesce(array_to_string(list_filter(a, lambda x: x IS NOT NULL), d), '') END;

CREATE OR REPLACE MACRO mesh_split(s, d, n) AS CASE WHEN len(string_split(s, d)) <= n THEN string_split(s, d) ELSE list_append(list_slice(string_split(s, d), 1, n - 1), array_to_string(list_slice(string_split(s, d), n, len(string_split(s, d))), d)) END;

CREATE OR REPLACE MACRO mesh_decode(b) AS decode(b);

CREATE OR REPLACE MACRO mesh_date_diff_month(a, b) AS date_sub('month', a, b);

CREATE OR REPLACE MACRO mesh_date_diff_quarter(a, b) AS date_sub('month', a, b) // 3;

CREATE OR REPLACE MACRO mesh_date_diff_year(a, b) AS date_sub('month', a, b) // 12;

CREATE OR REPLACE MACRO mesh_ascii(s) AS CASE WHEN strlen(s) = length(s) THEN s WHEN s IS NULL THEN NULL ELSE mesh_fail('not supported by the embedded engine: this pattern on letters outside of ASCII') END;

CREATE OR REPLACE MACRO mesh_upper(s) AS CASE WHEN contains(s, 'ß') THEN array_to_string(list_transform(string_split(s, 'ß'), lambda e: upper(e)), 'ß') ELSE upper(s) END;

CREATE OR REPLACE MACRO mesh_unhex(s) AS CASE WHEN regexp_full_match(s, '([0-9a-fA-F]{2})*') THEN unhex(s) WHEN s IS NULL THEN NULL ELSE CAST(mesh_fail('not a hexadecimal text: ' || s) AS BLOB) END;

CREATE OR REPLACE MACRO mesh_decimal_spelled(s) AS regexp_replace(s, '^(-?)\.', '\10.');

CREATE OR REPLACE MACRO mesh_sqrt(x) AS CASE WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(x) END;

CREATE OR REPLACE MACRO mesh_asin(x) AS CASE WHEN abs(x) > 1 THEN CAST('nan' AS DOUBLE) ELSE asin(x) END;

CREATE OR REPLACE MACRO mesh_acos(x) AS CASE WHEN abs(x) > 1 THEN CAST('nan' AS DOUBLE) ELSE acos(x) END;

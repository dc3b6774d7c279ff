-- Arrays and maps.
CREATE OR REPLACE MACRO mesh_item(a, i) AS CASE WHEN i < 1 THEN list_extract(a, CAST('mesh: SQL array indices start at 1' AS INTEGER)) WHEN i > len(a) THEN list_extract(a, CAST('mesh: Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a) AS INTEGER)) ELSE list_extract(a, i) END;

CREATE OR REPLACE MACRO mesh_entry(m, k) AS CASE WHEN m IS NULL OR k IS NULL THEN NULL WHEN map_contains(m, k) THEN map_extract_value(m, k) ELSE list_extract(map_values(m), CAST('mesh: Key not present in map: ' || CAST(k AS VARCHAR) AS INTEGER)) END;

CREATE OR REPLACE MACRO mesh_array_equal(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) <> len(b) THEN false WHEN len(list_filter(range(1, len(a) + 1), lambda i: a[i] <> b[i])) > 0 THEN false WHEN len(list_filter(range(1, len(a) + 1), lambda i: a[i] IS NULL OR b[i] IS NULL)) > 0 THEN NULL ELSE true END;

CREATE OR REPLACE MACRO mesh_contains(a, x) AS CASE WHEN a IS NULL OR x IS NULL THEN NULL WHEN list_contains(a, x) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END;

CREATE OR REPLACE MACRO mesh_position(a, x) AS CASE WHEN a IS NULL OR x IS NULL THEN NULL ELSE CAST(coalesce(list_position(a, x), 0) AS BIGINT) END;

CREATE OR REPLACE MACRO mesh_distinct(a) AS list_filter(a, lambda x, i: list_position(a, x) = i);

CREATE OR REPLACE MACRO mesh_array_max(a) AS CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_max(a) END;

CREATE OR REPLACE MACRO mesh_array_min(a) AS CASE WHEN list_count(a) < len(a) THEN NULL ELSE list_min(a) END;

CREATE OR REPLACE MACRO mesh_remove(a, x) AS CASE WHEN x IS NULL THEN NULL ELSE list_filter(a, lambda e: e IS DISTINCT FROM x) END;

CREATE OR REPLACE MACRO mesh_union(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE mesh_distinct(list_concat(a, b)) END;

CREATE OR REPLACE MACRO mesh_intersect(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_filter(mesh_distinct(a), lambda e: list_position(b, e) IS NOT NULL) END;

CREATE OR REPLACE MACRO mesh_except(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_filter(mesh_distinct(a), lambda e: list_position(b, e) IS NULL) END;

CREATE OR REPLACE MACRO mesh_overlap(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(list_filter(a, lambda e: e IS NOT NULL), b) THEN true WHEN len(a) > 0 AND len(b) > 0 AND (list_count(a) < len(a) OR list_count(b) < len(b)) THEN NULL ELSE false END;

CREATE OR REPLACE MACRO mesh_slice(a, start, size) AS CASE WHEN a IS NULL OR start IS NULL OR size IS NULL THEN NULL WHEN size < 0 THEN list_slice(a, 1, CAST('mesh: length must be greater than or equal to 0' AS INTEGER)) WHEN start = 0 THEN list_slice(a, 1, CAST('mesh: SQL array indices start at 1' AS INTEGER)) WHEN size = 0 OR start > len(a) OR -start > len(a) THEN list_slice(a, 1, 0) WHEN start > 0 THEN list_slice(a, start, start + size - 1) ELSE list_slice(a, len(a) + start + 1, least(len(a), len(a) + start + size)) END;

CREATE OR REPLACE MACRO mesh_trim_array(a, n) AS CASE WHEN n < 0 THEN list_slice(a, 1, CAST('mesh: size must not be negative' AS INTEGER)) WHEN n > len(a) THEN list_slice(a, 1, CAST('mesh: size must not exceed array cardinality' AS INTEGER)) ELSE list_slice(a, 1, len(a) - n) END;

CREATE OR REPLACE MACRO mesh_element_at(a, i) AS CASE WHEN i = 0 THEN list_extract(a, CAST('mesh: SQL array indices start at 1' AS INTEGER)) ELSE list_extract(a, i) END;

CREATE OR REPLACE MACRO mesh_sequence(low, high) AS generate_series(low, high, CASE WHEN high >= low THEN 1 ELSE -1 END);

CREATE OR REPLACE MACRO mesh_steps(low, high, step) AS CASE WHEN step = 0 OR (high > low AND step < 0) OR (high < low AND step > 0) THEN generate_series(low, high, CAST('mesh: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start' AS INTEGER)) ELSE generate_series(low, high, step) END;

CREATE OR REPLACE MACRO mesh_any(a) AS CASE WHEN a IS NULL THEN NULL WHEN list_contains(a, true) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END;

CREATE OR REPLACE MACRO mesh_all(a) AS CASE WHEN a IS NULL THEN NULL WHEN list_contains(a, false) THEN false WHEN list_count(a) < len(a) THEN NULL ELSE true END;

CREATE OR REPLACE MACRO mesh_map(k, v) AS CASE WHEN k IS NULL OR v IS NULL THEN NULL ELSE map(k, v) END;

CREATE OR REPLACE MACRO mesh_first_entries(a) AS map_from_entries(list_filter(list_filter(a, lambda e: e.k IS NOT NULL), lambda e, i: list_position(list_transform(list_filter(a, lambda e: e.k IS NOT NULL), lambda e: e.k), e.k) = i));

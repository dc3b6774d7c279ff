-- Arrays and maps.
CREATE OR REPLACE TEMP MACRO mesh_item(a, i) AS CASE WHEN i < 1 THEN list_extract(a, CAST('mesh: SQL array indices start at 1' AS INTEGER)) WHEN i > len(a) THEN list_extract(a, CAST('mesh: Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a) AS INTEGER)) ELSE list_extract(a, i) END;

CREATE OR REPLACE TEMP MACRO mesh_entry(m, k) AS CASE WHEN m IS NULL OR k IS NULL THEN NULL WHEN map_contains(m, k) THEN map_extract_value(m, k) ELSE list_extract(map_values(m), CAST('mesh: Key not present in map: ' || CAST(k AS VARCHAR) AS INTEGER)) END;

CREATE OR REPLACE TEMP MACRO mesh_array_equal(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) <> len(b) THEN false WHEN len(list_filter(range(1, len(a) + 1), lambda i: a[i] <> b[i])) > 0 THEN false WHEN len(list_filter(range(1, len(a) + 1), lambda i: a[i] IS NULL OR b[i] IS NULL)) > 0 THEN NULL ELSE true END;

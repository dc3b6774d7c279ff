-- JSON documents. A number comes out as it is written, so one that DuckDB would write otherwise is
-- refused, and so is a document that breaks off: Trino reads as far as it needs.
CREATE OR REPLACE MACRO mesh_json_number(doc, path) AS CASE WHEN regexp_matches(doc, '[0-9][.][0-9]*0([^0-9]|$)|[0-9][eE]|[0-9.]{16,}') THEN mesh_fail('not supported by the embedded engine: this number in JSON') ELSE json_extract_string(doc, path) END;

CREATE OR REPLACE MACRO mesh_json_scalar(doc, path) AS CASE WHEN doc IS NULL THEN NULL WHEN NOT json_valid(doc) THEN CASE WHEN regexp_matches(doc, '^\s*[\[{]') THEN mesh_fail('not supported by the embedded engine: a malformed JSON document') ELSE NULL END WHEN json_type(doc, path) = 'DOUBLE' THEN mesh_json_number(doc, path) WHEN json_type(doc, path) IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL ELSE json_extract_string(doc, path) END;

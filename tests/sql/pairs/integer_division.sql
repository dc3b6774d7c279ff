SELECT orderkey / 7, orderkey % linenumber FROM lineitem
----
SELECT (t1."orderkey" // CAST(7 AS BIGINT)) AS "_col0",
CAST(mesh_modulus(t1."orderkey", CAST(t1."linenumber" AS BIGINT)) AS BIGINT) AS "_col1"
FROM lineitem AS t1

SELECT * FROM nation JOIN region USING (regionkey) WHERE nation.nationkey < 3
----
SELECT t1."regionkey" AS "regionkey", t1."nationkey" AS "nationkey", t1."name" AS "name",
t1."comment" AS "comment", t2."name" AS "name", t2."comment" AS "comment"
FROM nation AS t1 JOIN region AS t2 ON (t1."regionkey" = t2."regionkey")
WHERE (t1."nationkey" < CAST(3 AS BIGINT))

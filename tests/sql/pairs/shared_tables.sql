WITH big (k, s) AS (SELECT custkey, sum(totalprice) FROM orders GROUP BY custkey)
SELECT k FROM big WHERE s > (SELECT avg(s) FROM big)
----
WITH w1(c1, c2) AS (SELECT t2."custkey" AS "custkey",
CAST(sum(t2."totalprice") AS DOUBLE) AS "_col1" FROM orders AS t2 GROUP BY t2."custkey")
SELECT t3.c1 AS "k" FROM w1 AS t3
WHERE (t3.c2 > (SELECT CAST(avg(t4.c2) AS DOUBLE) AS "_col0" FROM w1 AS t4)
AND t3.c2 <= CAST('inf' AS DOUBLE))

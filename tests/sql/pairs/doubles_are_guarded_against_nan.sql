SELECT name FROM customer WHERE acctbal > 10 AND acctbal < 20 ORDER BY acctbal DESC
----
SELECT t1."name" AS "name" FROM customer AS t1
WHERE ((t1."acctbal" > CAST(10 AS DOUBLE) AND t1."acctbal" <= CAST('inf' AS DOUBLE))
AND (t1."acctbal" < CAST(20 AS DOUBLE)))
ORDER BY isnan(t1."acctbal") NULLS LAST, t1."acctbal" DESC NULLS LAST

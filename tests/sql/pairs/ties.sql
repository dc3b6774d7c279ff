SELECT name FROM nation ORDER BY regionkey FETCH FIRST 2 ROWS WITH TIES
----
SELECT t1."name" AS "name" FROM nation AS t1
QUALIFY rank() OVER (ORDER BY t1."regionkey" NULLS LAST) <= 2
ORDER BY t1."regionkey" NULLS LAST

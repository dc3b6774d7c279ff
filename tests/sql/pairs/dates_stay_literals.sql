SELECT count(*) FROM orders WHERE orderdate >= DATE '1998-12-01' - INTERVAL '90' DAY
----
SELECT count(*) AS "_col0" FROM orders AS t1 WHERE (t1."orderdate" >= DATE '1998-09-02')

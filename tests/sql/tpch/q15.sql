WITH revenue (supplier_no, total_revenue) AS (
  SELECT suppkey, sum(extendedprice * (1 - discount))
  FROM lineitem
  WHERE shipdate >= DATE '1996-01-01' AND shipdate < DATE '1996-01-01' + INTERVAL '3' MONTH
  GROUP BY suppkey)
SELECT s.suppkey, s.name, s.address, s.phone, round(total_revenue, 2) AS total_revenue
FROM supplier s, revenue
WHERE s.suppkey = supplier_no
  AND round(total_revenue, 2) = (SELECT max(round(total_revenue, 2)) FROM revenue)
ORDER BY s.suppkey

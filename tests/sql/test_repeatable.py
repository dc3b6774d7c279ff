import pytest

from jupyter_mesh.sql.reading import parse
from jupyter_mesh.sql.repeatable import is_repeatable


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM a.b.t",
        "SELECT upper(x) AS y, n + 1 FROM a.b.t AS f WHERE n > :least AND x LIKE 'a%'",
        "SELECT CASE WHEN n = 1 THEN CAST(x AS varchar) END FROM a.b.t FOR VERSION AS OF 7",
    ],
)
def test_rows_of_one_table_each_on_its_own_are_repeatable(sql):
    assert is_repeatable(parse(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT * FROM a.b.t, a.b.u",
        "SELECT * FROM a.b.t JOIN a.b.u USING (n)",
        "SELECT DISTINCT n FROM a.b.t",
        "SELECT n, count(*) FROM a.b.t GROUP BY n",
        "SELECT n FROM a.b.t GROUP BY AUTO",
        "SELECT n FROM a.b.t ORDER BY n",
        "SELECT n FROM a.b.t LIMIT 3",
        "SELECT n FROM a.b.t OFFSET 3",
        "SELECT n FROM a.b.t FETCH FIRST ROW WITH TIES",
        "SELECT n FROM a.b.t TABLESAMPLE BERNOULLI (10)",
        "SELECT n FROM (SELECT n FROM a.b.t)",
        "WITH w AS (SELECT 1 AS n) SELECT n FROM w",
        "SELECT n FROM a.b.t UNION ALL SELECT n FROM a.b.u",
        "SELECT n, (SELECT max(n) FROM a.b.u) FROM a.b.t",
        "SELECT n FROM a.b.t WHERE n IN (SELECT n FROM a.b.u)",
        "SELECT n FROM a.b.t WHERE EXISTS (SELECT 1 FROM a.b.u)",
        "SELECT row_number() OVER () FROM a.b.t",
        "SELECT n + random() FROM a.b.t",
        "SELECT n FROM a.b.t WHERE at < NOW()",
        "SELECT n, CURRENT_TIMESTAMP FROM a.b.t",
        "SELECT upper(CAST(uuid() AS varchar)) FROM a.b.t",
        "VALUES 1, 2",
        "SHOW CATALOGS",
    ],
)
def test_whatever_may_come_otherwise_is_not(sql):
    assert not is_repeatable(parse(sql))

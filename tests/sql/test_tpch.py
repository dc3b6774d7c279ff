from pathlib import Path

import pytest

QUERIES = sorted((Path(__file__).parent / "tpch").glob("q*.sql"))


@pytest.fixture(scope="module")
def plain(duck):
    for table in duck.tables:
        duck.connection.execute(
            f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{duck.path(table)}')"
        )
    yield duck.connection
    for table in duck.tables:
        duck.connection.execute(f"DROP VIEW {table}")


def alike(one, two):
    if isinstance(one, float) or isinstance(two, float):
        return float(one) == pytest.approx(float(two), rel=1e-9)
    return one == two


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_every_tpch_query_gives_what_duckdb_gives_for_the_same_text(file, duck, plain):
    sql = file.read_text("utf-8")
    ours, theirs = duck.rows(sql), plain.execute(sql).fetchall()
    assert len(ours) == len(theirs)
    assert ours
    for mine, other in zip(ours, theirs, strict=True):
        assert all(map(alike, mine, other)), (mine, other)

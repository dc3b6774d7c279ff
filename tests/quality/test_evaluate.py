from __future__ import annotations

from jupyter_mesh.model.quality import Outcome


def test_nulls_are_counted_over_all_rows(bench):
    bench.table(carrier=("varchar", ["AA", None, "UA", None]))
    result = bench.rule("nullValues", "carrier")
    assert result.outcome is Outcome.FAILED
    assert result.observed == 2
    assert result.message == "carrier is null in 2 of 4 rows."
    assert result.rows == ({"carrier": None}, {"carrier": None})

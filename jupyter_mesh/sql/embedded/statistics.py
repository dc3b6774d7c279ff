"""Aggregates of statistics: spread, correlation, regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded.registry import aggregates

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.aggregation import Tail
    from jupyter_mesh.sql.embedded.registry import Bound

_ONE = {
    "stddev": "stddev_samp",
    "stddev_samp": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "variance": "var_samp",
    "var_samp": "var_samp",
    "var_pop": "var_pop",
}
_TWO = ("covar_pop", "covar_samp")
_FINITE = ("corr", "regr_slope", "regr_intercept")


def _finite(bound: Bound, after: Tail) -> str:
    """Null where DuckDB answers NaN: a line through one point, or through equal ones."""
    sql = after.call(bound.name, bound[0], bound[1])
    return f"CASE WHEN isfinite({sql}) THEN {sql} END"


aggregates(
    {
        **{f"{name}(double) -> double": written for name, written in _ONE.items()},
        **{f"{name}(double, double) -> double": name for name in _TWO},
        **{f"{name}(double, double) -> double": _finite for name in _FINITE},
    }
)

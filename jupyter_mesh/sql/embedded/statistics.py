"""Aggregates of statistics: spread, correlation, regression."""

from __future__ import annotations

from jupyter_mesh.sql.embedded.registry import aggregates

_ONE = {
    "stddev": "stddev_samp",
    "stddev_samp": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "variance": "var_samp",
    "var_samp": "var_samp",
    "var_pop": "var_pop",
}
_TWO = ("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept")

aggregates(
    {
        **{f"{name}(double) -> double": written for name, written in _ONE.items()},
        **{f"{name}(double, double) -> double": name for name in _TWO},
    }
)

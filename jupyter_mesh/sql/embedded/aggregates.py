"""Aggregates of numbers, order and choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import operators
from jupyter_mesh.sql.embedded.registry import aggregates
from jupyter_mesh.sql.embedded.types import duck

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.sql.embedded.aggregation import Tail
    from jupyter_mesh.sql.embedded.registry import Bound

_WHOLE = ("tinyint", "smallint", "integer", "bigint")
_UNORDERED = {"map", "json", "row", "array", "unknown"}


def _sum(bound: Bound, after: Tail) -> str:
    return f"CAST({after.call('sum', bound[0])} AS {duck(bound.result)})"


def _avg(bound: Bound, after: Tail) -> str:
    return f"CAST({after.call('avg', bound[0])} AS {duck(bound.result)})"


def _avg_decimal(bound: Bound, after: Tail) -> str:
    """The exact sum over the count, rounded half up to the argument's own scale."""
    total, count = after.call("sum", bound[0]), after.call("count", bound[0])
    digits = operators.whole(
        total, bound.result.__class__("decimal", (38, bound.result.numbers[1]))
    )
    mean = operators.scaled(f"mesh_half_up({digits}, CAST({count} AS HUGEINT))", bound.result)
    return f"CASE WHEN {count} = 0 THEN NULL ELSE {mean} END"


def _avg_days(bound: Bound, after: Tail) -> str:
    return f"CAST(round({after.call('avg', bound[0])}) AS BIGINT)"


def _extreme(bound: Bound, after: Tail) -> str:
    kind = bound.args[0].type
    if kind.base in _UNORDERED:
        bound.env.tx.unsupported(bound.at, f"{bound.name} of type {kind}")
    if kind.base in {"real", "double"}:
        # NaN is answered only where there is nothing else.
        number = f"nullif({bound[0]}, CAST('nan' AS {duck(kind)}))"
        return f"coalesce({after.call(bound.name, number)}, {after.call(bound.name, bound[0])})"
    return after.call(bound.name, bound[0])


def _several(bound: Bound, after: Tail) -> str:
    kind = bound.args[0].type
    if kind.base in {*_UNORDERED, "real", "double"}:
        bound.env.tx.unsupported(bound.at, f"{bound.name} of type {kind} with a number")
    if int(bound.needed(1, "number of values")) < 1:
        bound.env.tx.wrong(bound.at, "second argument of max/min must be positive")
    return after.call(bound.name, *(arg.sql for arg in bound.args))


def _by(bound: Bound, after: Tail) -> str:
    kind = bound.args[1].type
    if kind.base in _UNORDERED:
        bound.env.tx.unsupported(bound.at, f"{bound.name} by type {kind}")
    name = "arg_max" if bound.name == "max_by" else "arg_min"
    key = bound[1]
    if kind.base in {"real", "double"}:
        worst = "-inf" if name == "arg_max" else "inf"
        key = f"CASE WHEN isnan({key}) THEN CAST('{worst}' AS {duck(kind)}) ELSE {key} END"
    if len(bound.args) == 3:
        return _several_by(bound, after)
    return after.call(f"{name}_null", bound[0], key)


def _several_by(bound: Bound, after: Tail) -> str:
    """The values of the n rows that sort first."""
    count = int(bound.needed(2, "number of values"))
    if count < 1:
        bound.env.tx.wrong(bound.at, "third argument of max_by/min_by must be positive")
    if after.distinct or after.order or after.over or after.where:
        bound.env.tx.unsupported(bound.at, f"{bound.name} of several values with more to it")
    if bound.args[1].type.base in {"real", "double"}:
        bound.env.tx.unsupported(bound.at, f"{bound.name} of several values by doubles")
    direction = "DESC" if bound.name == "max_by" else "ASC"
    key = bound[1]
    listed = (
        f"array_agg({bound[0]} ORDER BY {key} {direction}) FILTER (WHERE {key} IS NOT NULL)"
    )
    return f"list_slice({listed}, 1, {count})"


def _percentiles(bound: Bound, after: Tail) -> str:
    """The values at several ranks."""
    shares = bound.needed(1, "percentages").split(",")
    kind = duck(bound.args[0].type)
    listed = ", ".join(
        f"CAST({after.call('quantile_disc', bound[0], _share(bound, share))} AS {kind})"
        for share in shares
    )
    return f"CASE WHEN {after.call('count', bound[0])} = 0 THEN NULL ELSE [{listed}] END"


def _share(bound: Bound, text: str) -> str:
    share = float(text)
    if not 0 <= share <= 1:
        bound.env.tx.wrong(bound.at, "percentile must be between 0 and 1")
    # DuckDB's own rank is ceil(share * n) - 1: a hair more lifts whole products by one.
    return repr(min(1.0, share + 1e-11))


def _bools(name: str) -> Callable[[Bound, Tail], str]:
    return lambda bound, after: after.call(name, bound[0])


def _count_if(bound: Bound, after: Tail) -> str:
    return after.call("count", f"CASE WHEN {bound[0]} THEN 1 END")


def _distinct(bound: Bound, after: Tail) -> str:
    """The exact number is inside every margin of error."""
    if bound.args[0].type.base in {"map", "json", "array", "row"}:
        bound.env.tx.unsupported(bound.at, f"approx_distinct of type {bound.args[0].type}")
    return after.call("count", f"DISTINCT {bound[0]}")


def _percentile(bound: Bound, after: Tail) -> str:
    """The exact value at the rank that Trino looks for, floor(share * n) counted from 0."""
    share = _share(bound, bound.needed(1, "percentage"))
    sql = after.call("quantile_disc", bound[0], share)
    return f"CAST({sql} AS {duck(bound.result)})"


def _bits(name: str) -> Callable[[Bound, Tail], str]:
    return lambda bound, after: f"CAST({after.call(name, bound[0])} AS BIGINT)"


def _geometric(bound: Bound, after: Tail) -> str:
    return f"exp({after.call('avg', f'mesh_ln({bound[0]})')})"


aggregates(
    {
        **{f"sum({base}) -> bigint": _sum for base in _WHOLE},
        "sum(decimal(p,s)) -> decimal(38,s)": _sum,
        "sum(real) -> real": _sum,
        "sum(double) -> double": _sum,
        "sum(interval day to second) -> interval day to second": _sum,
        "sum(interval year to month) -> interval year to month": _sum,
        **{f"avg({base}) -> double": _avg for base in _WHOLE},
        "avg(decimal(p,s)) -> decimal(p,s)": _avg_decimal,
        "avg(real) -> real": _avg,
        "avg(double) -> double": _avg,
        "avg(interval day to second) -> interval day to second": _avg_days,
        "min(T) -> T": _extreme,
        "max(T) -> T": _extreme,
        "min(T, bigint) -> array(T)": _several,
        "max(T, bigint) -> array(T)": _several,
        "min_by(T, U) -> T": _by,
        "max_by(T, U) -> T": _by,
        "min_by(T, U, bigint) -> array(T)": _by,
        "max_by(T, U, bigint) -> array(T)": _by,
        "arbitrary(T) -> T": _bools("any_value"),
        "any_value(T) -> T": _bools("any_value"),
        "bool_and(boolean) -> boolean": _bools("bool_and"),
        "every(boolean) -> boolean": _bools("bool_and"),
        "bool_or(boolean) -> boolean": _bools("bool_or"),
        "count_if(boolean) -> bigint": _count_if,
        "approx_distinct(T) -> bigint": _distinct,
        "approx_percentile(bigint, double) -> bigint": _percentile,
        "approx_percentile(real, double) -> real": _percentile,
        "approx_percentile(double, double) -> double": _percentile,
        "approx_percentile(bigint, array(double)) -> array(bigint)": _percentiles,
        "approx_percentile(double, array(double)) -> array(double)": _percentiles,
        "bitwise_and_agg(bigint) -> bigint": _bits("bit_and"),
        "bitwise_or_agg(bigint) -> bigint": _bits("bit_or"),
        "bitwise_xor_agg(bigint) -> bigint": _bits("bit_xor"),
        "geometric_mean(double) -> double": _geometric,
        "array_agg(T) -> array(T)": _bools("array_agg"),
    }
)

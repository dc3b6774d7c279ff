"""Aggregate calls: where they may stand, DISTINCT, ORDER BY and FILTER."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import calls, expressions, sorting
from jupyter_mesh.sql.embedded.registry import AGGREGATES
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import BIGINT, INTEGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.registry import Bound
    from jupyter_mesh.sql.embedded.scope import Env


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the arguments of an aggregate: DISTINCT before, ORDER BY, FILTER, OVER."""

    distinct: str = ""
    order: str = ""
    where: str = ""
    over: str = ""

    def call(self, name: str, *args: str) -> str:
        """A DuckDB aggregate with all of it."""
        inner = ", ".join(args)
        return f"{name}({self.distinct}{inner}{self.order}){self.where}{self.over}"


def aggregate(env: Env, node: tree.Call) -> Typed:
    """An aggregate that is not a window function."""
    if not env.aggregates:
        env.tx.wrong(
            node.at,
            f"{env.clause} cannot contain aggregations, window functions or grouping "
            f"operations: [{node.name}]",
        )
    inner = env.within(keys=None, aggregates=False, windows=False, clause="Aggregation")
    inner = inner.within(aliases={})
    found = FORMS[node.name](inner, node, env) if node.name in FORMS else _written(inner, node)
    return Typed(found.sql, found.type, node.at, aggregate=True, zone=found.zone)


def tail(env: Env, node: tree.Call, over: str = "") -> Tail:
    """DISTINCT, ORDER BY and FILTER of a call, translated."""
    where = ""
    if node.where is not None:
        test = expressions.condition(env, node.where, "FILTER clause")
        where = f" FILTER (WHERE {test.sql})"
    order = sorting.order_by(env, node.order) if node.order else ""
    return Tail("DISTINCT " if node.distinct else "", order, where, over)


def arguments(env: Env, node: tree.Call) -> list[Typed]:
    """The arguments of a call."""
    return [expressions.translate(env, arg) for arg in node.args]


def _written(env: Env, node: tree.Call) -> Typed:
    return written(env, node, tail(env, node), arguments(env, node))


def written(env: Env, node: tree.Call, after: Tail, args: list[Typed]) -> Typed:
    """A registered aggregate, written with what follows its arguments."""
    if node.star:
        env.tx.wrong(node.at, f"{node.name} does not take *")
    match = calls.resolve(env, AGGREGATES, node.name, args, node.at)
    bound = calls.bind(env, node.name, args, match, node.at)
    if node.distinct and any(a.type.base in {"map", "json"} for a in bound.args):
        env.tx.unsupported(node.at, f"{node.name}(DISTINCT) of type {bound.args[0].type}")
    write = match.overload.write
    sql = (
        after.call(*_template(write, bound)) if isinstance(write, str) else write(bound, after)
    )
    zone = bound.args[0].zone if bound.args and bound.result == bound.args[0].type else ""
    return Typed(sql, bound.result, node.at, zone=zone)


def _template(write: str, bound: Bound) -> tuple[str, ...]:
    """`sum` is called with the arguments as they are."""
    return (write, *(arg.sql for arg in bound.args))


# ---- forms


def _count(inner: Env, node: tree.Call, _outer: Env) -> Typed:
    return count(inner, node, tail(inner, node), arguments(inner, node))


def count(env: Env, node: tree.Call, after: Tail, args: list[Typed]) -> Typed:
    """The number of rows, or of values that are not null."""
    if len(args) > 1:
        env.tx.wrong(node.at, "Unexpected parameters for function count. Expected: count(t)")
    if not args:
        return Typed(after.call("count", "*"), BIGINT, node.at)
    if node.distinct and args[0].type.base in {"map", "json"}:
        env.tx.unsupported(node.at, f"count(DISTINCT) of type {args[0].type}")
    sql = args[0].sql
    if args[0].type.base == "unknown":
        sql = "CAST(NULL AS INTEGER)"
    return Typed(after.call("count", sql), BIGINT, node.at)


def _listagg(inner: Env, node: tree.Call, _outer: Env) -> Typed:
    args = arguments(inner, node)
    if args[0].type.base not in {"varchar", "unknown"}:
        inner.tx.wrong(node.at, f"listagg expects a varchar, not {args[0].type}")
    if len(args) > 1 and args[1].literal is None:
        inner.tx.unsupported(node.at, "listagg with a computed separator")
    separator = args[1].sql if len(args) > 1 else "''"
    after = tail(inner, node)
    return Typed(
        after.call("string_agg", args[0].sql, separator), TrinoType("varchar"), node.at
    )


def _grouping(_inner: Env, node: tree.Call, outer: Env) -> Typed:
    if outer.keys is None:
        outer.tx.wrong(node.at, "GROUPING operation requires GROUP BY")
    args = []
    for arg in node.args:
        value = expressions.translate(outer.within(keys=None), arg)
        if value.sql not in outer.keys:
            outer.tx.wrong(
                arg.at, "The arguments to GROUPING() must be expressions referenced by GROUP BY"
            )
        args.append(value.sql)
    type_ = INTEGER if len(args) < 32 else BIGINT
    kind = "INTEGER" if type_ == INTEGER else "BIGINT"
    return Typed(f"CAST(grouping({', '.join(args)}) AS {kind})", type_, node.at)


FORMS: dict[str, Callable[[Env, tree.Call, Env], Typed]] = {
    "count": _count,
    "listagg": _listagg,
    "grouping": _grouping,
}

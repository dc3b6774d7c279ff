"""Window functions: OVER, frames, and the functions that need one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import aggregation, calls, expressions, sorting
from jupyter_mesh.sql.embedded.registry import AGGREGATES, WINDOWS
from jupyter_mesh.sql.embedded.typed import Typed, gather

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.aggregation import Tail
    from jupyter_mesh.sql.embedded.scope import Env

_FRAMELESS = {"row_number", "rank", "dense_rank", "ntile", "percent_rank", "cume_dist"}
_FRAMELESS |= {"lag", "lead"}
_VALUES = {"lag", "lead", "first_value", "last_value", "nth_value"}


def over(env: Env, node: tree.Call) -> Typed:
    """A call with an OVER clause."""
    if not env.windows:
        env.tx.wrong(
            node.at,
            f"{env.clause} cannot contain aggregations, window functions or grouping "
            f"operations: [{node.name}]",
        )
    _check(env, node)
    # Arguments may hold aggregates of the same query, but no further window function.
    inner = env.within(windows=False, clause="Window function")
    assert node.window is not None  # noqa: S101 - only such calls come here
    definition = _definition(env, node.window)
    if definition.frame is not None and node.name in _FRAMELESS:
        env.tx.wrong(definition.frame.at, f"Cannot specify window frame for {node.name}")
    clause, parts = _over(inner, definition)
    args = aggregation.arguments(inner, node)
    if node.name in WINDOWS.overloads:
        found = _windowed(inner, node, args, clause, definition)
    elif node.name == "count":
        found = aggregation.count(inner, node, _tail(inner, node, clause), args)
    elif node.name in AGGREGATES.overloads:
        found = aggregation.written(inner, node, _tail(inner, node, clause), args)
    else:
        calls.unknown(env, node.name, node.at)
        env.tx.wrong(node.at, f"{node.name} is not an aggregate or window function")
    merged = gather(found.sql, found.type, node.at, (*args, *parts), found.zone)
    return replace(merged, windowed=True)


def _check(env: Env, node: tree.Call) -> None:
    if node.where is not None:
        env.tx.wrong(node.at, "FILTER is not yet supported for window functions")
    if node.order:
        env.tx.wrong(node.at, "Window function with ORDER BY is not supported")
    if node.nulls and node.name not in _VALUES:
        env.tx.wrong(node.at, f"Cannot specify null treatment clause for {node.name} function")


def _tail(env: Env, node: tree.Call, clause: str) -> Tail:
    return aggregation.tail(env, node, clause)


def _definition(env: Env, window: tree.Window) -> tree.Window:
    """The window with what a named one adds."""
    if not window.name:
        return window
    base = env.named_windows.get(window.name.lower())
    if base is None:
        env.tx.wrong(window.at, f"Cannot resolve WINDOW name {window.name}")
    base = _definition(env, base)
    if window.partition:
        env.tx.wrong(
            window.at,
            "WINDOW specification with named WINDOW reference cannot specify PARTITION BY",
        )
    if window.order and base.order:
        env.tx.wrong(
            window.at, "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY"
        )
    return tree.Window(
        window.at, "", base.partition, window.order or base.order, window.frame or base.frame
    )


def _over(env: Env, window: tree.Window) -> tuple[str, list[Typed]]:
    pieces, parts = [], []
    if window.partition:
        keys = [expressions.translate(env, key) for key in window.partition]
        for key in keys:
            if key.type.base in {"map", "json"}:
                env.tx.unsupported(key.at, f"PARTITION BY on a value of type {key.type}")
        parts += keys
        pieces.append("PARTITION BY " + ", ".join(key.sql for key in keys))
    order = [expressions.translate(env, item.key) for item in window.order]
    parts += order
    if order:
        keys_sql = [
            key
            for value, item in zip(order, window.order, strict=True)
            for key in sorting.sort_keys(env, value, item)
        ]
        pieces.append("ORDER BY " + ", ".join(keys_sql))
    if window.frame is not None:
        text, more = _frame(env, window, window.frame, order)
        pieces.append(text)
        parts += more
    return f" OVER ({' '.join(pieces)})", parts


def _frame(
    env: Env, window: tree.Window, frame: tree.Frame, order: list[Typed]
) -> tuple[str, list[Typed]]:
    if frame.unit == "GROUPS" and not order:
        env.tx.wrong(frame.at, "Window frame of type GROUPS requires ORDER BY")
    bounds, parts = [], []
    for kind, value in (frame.start, frame.end):
        if value is None:
            bounds.append(kind)
            continue
        amount = expressions.translate(env, value)
        parts.append(amount)
        bounds.append(f"{_amount(env, window, frame, order, amount)} {kind}")
    return f"{frame.unit} BETWEEN {bounds[0]} AND {bounds[1]}", parts


def _amount(
    env: Env, window: tree.Window, frame: tree.Frame, order: list[Typed], amount: Typed
) -> str:
    if amount.literal is not None and amount.literal.startswith("-"):
        env.tx.wrong(amount.at, "Window frame offset value must not be negative or null")
    if amount.literal is None:
        env.tx.unsupported(amount.at, "a window frame with a computed offset")
    if frame.unit != "RANGE":
        if not amount.type.is_integer:
            env.tx.wrong(
                amount.at, f"Window frame {frame.unit} offset must be of exact numeric type"
            )
        return f"CAST({amount.sql} AS BIGINT)"
    if len(order) != 1:
        env.tx.wrong(
            frame.at, "Window frame of type RANGE PRECEDING or FOLLOWING requires one sort key"
        )
    key = order[0]
    if key.type.base in {"real", "double"} and window.order[0].descending:
        env.tx.unsupported(frame.at, "RANGE over a descending double")
    if amount.type.base == "interval day to second" and key.type.base in {"date", "timestamp"}:
        return f"to_milliseconds({amount.sql})"
    if amount.type.base == "interval year to month" and key.type.base in {"date", "timestamp"}:
        return f"to_months({amount.sql})"
    if key.type.is_numeric and amount.type.is_numeric:
        return amount.sql
    return env.tx.wrong(
        amount.at,
        f"Window frame of type RANGE does not match its sort key: {key.type}, {amount.type}",
    )


def _windowed(
    env: Env, node: tree.Call, args: list[Typed], clause: str, definition: tree.Window
) -> Typed:
    if node.distinct or node.star:
        env.tx.wrong(
            node.at, f"DISTINCT in window function parameters not yet supported: {node.name}"
        )
    match = calls.resolve(env, WINDOWS, node.name, args, node.at)
    bound = calls.bind(env, node.name, args, match, node.at)
    if node.name in {"lag", "lead", "nth_value", "ntile"}:
        _check_count(env, node, bound.args)
    if node.name in {"lag", "lead", "ntile"} and not definition.order and node.name != "ntile":
        env.tx.wrong(node.at, f"{node.name} requires ORDER BY in the window")
    inner = ", ".join(arg.sql for arg in bound.args)
    nulls = " IGNORE NULLS" if node.nulls == "IGNORE" else ""
    sql = f"{node.name}({inner}{nulls}){clause}"
    if bound.result.base in {"bigint", "double"}:
        kind = "BIGINT" if bound.result.base == "bigint" else "DOUBLE"
        sql = f"CAST({sql} AS {kind})"
    zone = bound.args[0].zone if bound.args else ""
    return Typed(sql, bound.result, node.at, zone=zone)


def _check_count(env: Env, node: tree.Call, args: list[Typed]) -> None:
    place = 0 if node.name == "ntile" else 1
    if len(args) <= place:
        return
    literal = args[place].literal
    if literal is None:
        env.tx.unsupported(args[place].at, f"{node.name} with a computed offset")
    least = 0 if node.name in {"lag", "lead"} else 1
    if int(literal) < least:
        what = "Offset" if node.name != "ntile" else "Buckets"
        env.tx.wrong(args[place].at, f"{what} must be at least {least}")

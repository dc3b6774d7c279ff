"""GROUP BY: keys, grouping sets, and the columns that are neither grouped nor aggregated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import aggregation, expressions, selects
from jupyter_mesh.sql.embedded.registry import AGGREGATES
from jupyter_mesh.sql.embedded.types import duck
from jupyter_mesh.sql.reading import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.sql.embedded.scope import Env
    from jupyter_mesh.sql.embedded.typed import Typed


def holds_aggregate(node: tree.Node) -> bool:
    """Whether an aggregate call of this very query stands in the expression."""
    if isinstance(node, tree.Query):
        return False
    known = isinstance(node, tree.Call) and (
        node.name in AGGREGATES.overloads or node.name in aggregation.FORMS
    )
    if known and isinstance(node, tree.Call) and node.window is None:
        return True
    return any(holds_aggregate(child) for child in children(node))


def group(env: Env, free: Env, node: tree.Select) -> tuple[str, Env]:
    """The GROUP BY text, and the place where grouped expressions are translated."""
    keys: dict[str, None] = {}
    pieces = [_element(env, node, element, keys) for element in node.groups or ()]
    text = f" GROUP BY {', '.join(pieces)}" if pieces else ""
    if node.groups_distinct and len(pieces) > 1:
        env.tx.unsupported(node.at, "GROUP BY DISTINCT")
    return text, free.within(keys=frozenset(keys))


def _element(env: Env, node: tree.Select, element: tree.Grouping, keys: dict[str, None]) -> str:
    if element.kind == "SIMPLE":
        items = element.sets[0]
        if not items:
            return "()"
        return ", ".join(_key(env, node, item, keys) for item in items)
    sets = []
    for items in element.sets:
        listed = [_set_key(env, node, item, keys) for item in items]
        sets.append(f"({', '.join(listed)})")
    word = "GROUPING SETS" if element.kind == "SETS" else element.kind
    return f"{word} ({', '.join(sets)})"


def _set_key(env: Env, node: tree.Select, item: tree.Expression, keys: dict[str, None]) -> str:
    if not isinstance(item, tree.Name | tree.FieldOf):
        env.tx.wrong(item.at, "GROUP BY expression must be a column reference")
    return _key(env, node, item, keys)


def _key(env: Env, node: tree.Select, item: tree.Expression, keys: dict[str, None]) -> str:
    clause = env.within(clause="GROUP BY clause")
    if isinstance(item, tree.Literal) and item.kind == "integer":
        place = int(item.value)
        if not 1 <= place <= len(node.items):
            env.tx.wrong(item.at, f"GROUP BY position {place} is not in select list")
        value = _nth(clause, node, place, item.at)
    else:
        value = expressions.translate(clause, item)
    if value.type.base in {"map", "json"}:
        env.tx.unsupported(item.at, f"GROUP BY on a value of type {value.type}")
    if value.volatile:
        env.tx.unsupported(item.at, "GROUP BY on a value that changes from call to call")
    if value.literal is not None or value.sql == "NULL":
        # A bare number would be a position to DuckDB.
        return f"CAST({value.sql} AS {duck(value.type)})"
    keys[value.sql] = None
    return value.sql


def _nth(env: Env, node: tree.Select, place: int, at: int) -> Typed:
    if any(isinstance(item, tree.Star) for item in node.items[:place]):
        return selects.outputs(env.within(aggregates=False), node)[place - 1].value
    item = node.items[place - 1]
    assert isinstance(item, tree.Item)  # noqa: S101 - stars were looked for above
    if holds_aggregate(item.value):
        env.tx.wrong(
            at,
            "GROUP BY clause cannot contain aggregations, window functions or grouping "
            f"operations: position {place}",
        )
    return expressions.translate(env, item.value)


def auto(env: Env, free: Env, values: Sequence[Typed]) -> tuple[str, Env]:
    """GROUP BY AUTO: every output without an aggregate is a key."""
    keys = {
        value.sql: None for value in values if not value.aggregate and value.literal is None
    }
    if any(value.volatile for value in values):
        env.tx.unsupported(values[0].at, "GROUP BY AUTO over a value that changes")
    text = f" GROUP BY {', '.join(keys)}" if keys else ""
    return text, free.within(keys=frozenset(keys))


def refuse_loose(env: Env, value: Typed) -> NoReturn:
    """Refuse a column that is neither grouped nor aggregated."""
    word = re.match(r'[\w."$]*', env.tx.text[max(value.loose, 0) :])
    env.tx.wrong(
        value.loose,
        f"'{word.group() if word else ''}' must be an aggregate expression or appear in "
        "GROUP BY clause",
        "Add it to GROUP BY, or aggregate it, for instance with max().",
    )

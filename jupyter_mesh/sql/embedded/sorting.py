"""ORDER BY: nulls last unless asked otherwise, NaN after every number both ways up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import expressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env
    from jupyter_mesh.sql.embedded.typed import Typed

_UNORDERED = {"map", "json", "row"}


def order_by(env: Env, items: Sequence[tree.SortItem]) -> str:
    """` ORDER BY ...` for an aggregate or a window."""
    keys = [
        key
        for item in items
        for key in sort_keys(env, expressions.translate(env, item.key), item)
    ]
    return f" ORDER BY {', '.join(keys)}"


def sort_keys(env: Env, value: Typed, item: tree.SortItem) -> list[str]:
    """The DuckDB sort keys of one ORDER BY item."""
    if value.type.base in _UNORDERED or (
        value.type.base == "array" and value.type.items[0].base in _UNORDERED
    ):
        env.tx.unsupported(item.at, f"ORDER BY on a value of type {value.type}")
    sql = value.sql
    if value.literal is not None or value.sql == "NULL" or value.sql.isdigit():
        # A bare number would be a position to DuckDB.
        sql = f"({sql} IS NULL)"
    direction = " DESC" if item.descending else ""
    nulls = " NULLS FIRST" if item.nulls_first else " NULLS LAST"
    key = f"{sql}{direction}{nulls}"
    if value.type.base in {"real", "double"} and item.descending and value.literal is None:
        return [f"isnan({sql}){nulls}", key]
    return [key]

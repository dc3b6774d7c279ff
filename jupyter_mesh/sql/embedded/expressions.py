"""Every kind of expression and what translates it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import (
    calls,
    casts,
    collections,
    comparisons,
    conditionals,
    literals,
    names,
    operators,
    subqueries,
    zones,
)
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import BOOLEAN

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.sql.embedded.scope import Env


def translate(env: Env, node: tree.Expression) -> Typed:
    """One expression, typed and written for DuckDB."""
    found = _TRANSLATORS[type(node)](env, node)
    if found.loose >= 0 and env.keys is not None and found.sql in env.keys:
        # The expression as a whole is a key of GROUP BY.
        return replace(found, loose=-1)
    return found


def predicate(env: Env, node: tree.Expression, what: str) -> Typed:
    """An expression that must be a boolean, with its exact value."""
    value = translate(env, node)
    if value.type.base == "unknown":
        return value.become("CAST(NULL AS BOOLEAN)", BOOLEAN)
    if value.type.base != "boolean":
        env.tx.wrong(node.at, f"{what} must evaluate to a boolean: actual type {value.type}")
    return value


def condition(env: Env, node: tree.Expression, what: str) -> Typed:
    """A predicate of which only `true` counts, as in WHERE, ON, HAVING and FILTER.

    False and unknown are alike here, which lets comparisons of doubles stay simple enough for
    DuckDB to push them into a scan or a hash join.
    """
    if isinstance(node, tree.Binary) and node.sign in {"AND", "OR"}:
        left = condition(env, node.left, "Logical expression term")
        right = condition(env, node.right, "Logical expression term")
        return gather(f"({left.sql} {node.sign} {right.sql})", BOOLEAN, node.at, (left, right))
    if isinstance(node, tree.Binary) and node.sign in comparisons.SIGNS:
        return comparisons.compare(env, node, only_true=True)
    if isinstance(node, tree.InQuery):
        return subqueries.in_query(env, node, only_true=True)
    return predicate(env, node, what)


def _logic(env: Env, node: tree.Binary) -> Typed:
    if node.sign in comparisons.SIGNS:
        return comparisons.compare(env, node)
    if node.sign == "DISTINCT":
        return comparisons.distinct(env, node)
    if node.sign not in {"AND", "OR"}:
        return operators.binary(env, node)
    left = predicate(env, node.left, "Logical expression term")
    right = predicate(env, node.right, "Logical expression term")
    return gather(f"({left.sql} {node.sign} {right.sql})", BOOLEAN, node.at, (left, right))


def _unary(env: Env, node: tree.Unary) -> Typed:
    if node.sign != "NOT":
        return operators.signed(env, node)
    value = predicate(env, node.operand, "Value of logical NOT expression")
    if isinstance(node.operand, tree.Binary) and node.operand.sign in _ORDERS:
        # DuckDB turns NOT (x < 1) into x >= 1 and passes over files by their bounds, which
        # leave out NaN although NOT (NaN < 1) holds. It does not see through `= FALSE`.
        return gather(f"({value.sql} = FALSE)", BOOLEAN, node.at, (value,))
    return gather(f"(NOT {value.sql})", BOOLEAN, node.at, (value,))


def _is_null(env: Env, node: tree.IsNull) -> Typed:
    value = translate(env, node.operand)
    return gather(f"({value.sql} IS NULL)", BOOLEAN, node.at, (value,))


def _lambda(env: Env, node: tree.Lambda) -> Typed:
    return env.tx.wrong(node.at, "Lambda expression should always be used inside a function")


_ORDERS = frozenset({"<", "<=", ">", ">="})
_TRANSLATORS: dict[type, Callable[..., Typed]] = {
    tree.Name: names.name,
    tree.FieldOf: names.field_of,
    tree.Literal: literals.literal,
    tree.TypedLiteral: literals.typed_literal,
    tree.Interval: literals.interval,
    tree.Parameter: literals.parameter,
    tree.Binary: _logic,
    tree.Unary: _unary,
    tree.IsNull: _is_null,
    tree.Between: comparisons.between,
    tree.InList: comparisons.in_list,
    tree.Like: comparisons.like,
    tree.InQuery: subqueries.in_query,
    tree.Exists: subqueries.exists,
    tree.Quantified: subqueries.quantified,
    tree.Subquery: subqueries.scalar,
    tree.Case: conditionals.case,
    tree.Cast: casts.cast,
    tree.Call: calls.call,
    tree.Lambda: _lambda,
    tree.Subscript: collections.subscript,
    tree.Array: collections.array,
    tree.Row: collections.row,
    tree.AtZone: zones.at_zone,
}

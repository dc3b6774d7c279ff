"""Comparisons: `= <> < <= > >=`, IS DISTINCT FROM, BETWEEN, IN and LIKE.

DuckDB counts NaN as equal to itself and larger than everything, and a null inside a row or an
array as a value; Trino does neither. What could tell the difference is written out here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import expressions
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.typed import Typed, gather, text_literal
from jupyter_mesh.sql.embedded.types import BOOLEAN, VARCHAR, common, field_names

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env

SIGNS = frozenset(("=", "<>", "<", "<=", ">", ">="))
_FLIPPED = {">": "<", ">=": "<="}
_INFINITE = {"double": "CAST('inf' AS DOUBLE)", "real": "CAST('inf' AS FLOAT)"}
# Types whose values DuckDB compares exactly as Trino does.
_PLAIN = frozenset(
    (
        *("boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "varchar", "char"),
        *("varbinary", "date", "time", "timestamp", "timestamp with time zone"),
        *("interval day to second", "interval year to month", "uuid"),
    )
)


def compare(env: Env, node: tree.Binary, *, only_true: bool = False) -> Typed:
    """A comparison; with `only_true` false and unknown may be taken for each other."""
    left, right = expressions.translate(env, node.left), expressions.translate(env, node.right)
    return pair(env, node.sign, left, right, node.sign_at, only_true=only_true)


def pair(
    env: Env, sign: str, left: Typed, right: Typed, at: int, *, only_true: bool = False
) -> Typed:
    """A comparison of two values that are translated already."""
    type_ = agreed(env, sign, left.type, right.type, at)
    a = convert(left.sql, left.type, type_, env.tx.zone)
    b = convert(right.sql, right.type, type_, env.tx.zone)
    sql = _written(env, sign, replace(left, sql=a), replace(right, sql=b), type_, at, only_true)
    return gather(sql, BOOLEAN, left.at, (left, right))


def agreed(env: Env, sign: str, left: TrinoType, right: TrinoType, at: int) -> TrinoType:
    """The type both sides become, or the refusal that Trino gives."""
    type_ = common(left, right)
    if type_ is None:
        if sign in _FLIPPED:
            left, right, sign = right, left, _FLIPPED[sign]
        env.tx.wrong(at, f"Cannot apply operator: {left} {sign} {right}")
    return type_


def _written(
    env: Env, sign: str, a: Typed, b: Typed, type_: TrinoType, at: int, only_true: bool
) -> str:
    if type_.base in _INFINITE:
        return _floats(sign, a, b, type_.base, only_true)
    if type_.base == "unknown":
        return "CAST(NULL AS BOOLEAN)"
    if type_.base in _PLAIN:
        return f"({a.sql} {sign} {b.sql})"
    if type_.base == "row":
        return _rows(env, sign, a, b, type_, at)
    if type_.base == "array" and type_.items[0].base in _PLAIN and sign in {"=", "<>"}:
        equal = f"mesh_array_equal({a.sql}, {b.sql})"
        return equal if sign == "=" else f"(NOT {equal})"
    return env.tx.unsupported(at, f"{sign} between values of type {type_}")


def _floats(sign: str, a: Typed, b: Typed, base: str, only_true: bool) -> str:
    plain = f"({a.sql} {sign} {b.sql})"
    risky = [side for side in (a, b) if side.type.base in _INFINITE and side.literal is None]
    if not risky:
        return plain
    if sign == "<>":
        if len(risky) == 1:
            return plain
        return f"({a.sql} <> {b.sql} OR (isnan({a.sql}) AND isnan({b.sql})))"
    if len(risky) == 1 or only_true:
        # Only the side that must be the larger one can turn a NaN into `true`.
        larger = {"=": a, "<": b, "<=": b, ">": a, ">=": a}[sign]
        if sign == "=" and len(risky) == 1:
            return plain
        if larger not in risky:
            return plain
        return f"({a.sql} {sign} {b.sql} AND {larger.sql} <= {_INFINITE[base]})"
    return (
        f"CASE WHEN isnan({a.sql}) AND {b.sql} IS NOT NULL THEN FALSE "
        f"WHEN isnan({b.sql}) AND {a.sql} IS NOT NULL THEN FALSE ELSE {plain} END"
    )


def _rows(env: Env, sign: str, a: Typed, b: Typed, type_: TrinoType, at: int) -> str:
    if sign not in {"=", "<>"}:
        return _row_order(env, sign, a, b, type_, at)
    parts = []
    for name, field in zip(field_names(type_), type_.fields, strict=True):
        left, right = (
            Typed(f"struct_extract({side.sql}, {text_literal(name)})", field.type, side.at)
            for side in (a, b)
        )
        parts.append(_written(env, "=", left, right, field.type, at, only_true=False))
    equal = " AND ".join(parts)
    # A row that is null as a whole has null fields, so unknown comes out by itself.
    return f"({equal})" if sign == "=" else f"(NOT ({equal}))"


def _row_order(env: Env, sign: str, a: Typed, b: Typed, type_: TrinoType, at: int) -> str:
    if not (a.literal and b.literal and all(f.type.base in _PLAIN for f in type_.fields)):
        env.tx.unsupported(at, f"{sign} between rows")
    return f"({a.sql} {sign} {b.sql})"


def distinct(env: Env, node: tree.Binary) -> Typed:
    """`a IS DISTINCT FROM b`: null is a value like any other, and so is NaN."""
    left, right = expressions.translate(env, node.left), expressions.translate(env, node.right)
    type_ = agreed(env, "IS DISTINCT FROM", left.type, right.type, node.sign_at)
    if type_.base in {"map", "json"}:
        env.tx.unsupported(node.at, f"IS DISTINCT FROM between values of type {type_}")
    a = convert(left.sql, left.type, type_, env.tx.zone)
    b = convert(right.sql, right.type, type_, env.tx.zone)
    return gather(f"({a} IS DISTINCT FROM {b})", BOOLEAN, node.at, (left, right))


def between(env: Env, node: tree.Between) -> Typed:
    """`x BETWEEN low AND high`, both ends included."""
    value = expressions.translate(env, node.operand)
    low = expressions.translate(env, node.low)
    high = expressions.translate(env, node.high)
    if value.volatile:
        env.tx.unsupported(node.at, "BETWEEN on a value that changes from call to call")
    parts = (value, low, high)
    above = pair(env, ">=", value, low, node.at)
    below = pair(env, "<=", value, high, node.at)
    return gather(f"({above.sql} AND {below.sql})", BOOLEAN, node.at, parts)


def in_list(env: Env, node: tree.InList) -> Typed:
    """`x IN (a, b, c)`."""
    value = expressions.translate(env, node.operand)
    items = [expressions.translate(env, item) for item in node.items]
    type_ = value.type
    for item in items:
        found = common(type_, item.type)
        if found is None:
            env.tx.wrong(
                item.at,
                "IN value and list items must be the same type or coercible to a common type. "
                f"Cannot find common type between {type_} and {item.type}",
            )
        type_ = found
    sides = [
        replace(side, sql=convert(side.sql, side.type, type_, env.tx.zone))
        for side in (value, *items)
    ]
    literals = all(item.literal is not None for item in items)
    if type_.base in _PLAIN or (type_.base in _INFINITE and literals):
        listed = ", ".join(side.sql for side in sides[1:])
        sql = f"({sides[0].sql} IN ({listed}))"
    elif value.volatile:
        env.tx.unsupported(node.at, "IN on a value that changes from call to call")
    else:
        pairs = [
            _written(env, "=", sides[0], side, type_, node.at, only_true=False)
            for side in sides[1:]
        ]
        sql = reduce(lambda one, two: f"({one} OR {two})", pairs)
    return gather(sql, BOOLEAN, node.at, (value, *items))


def like(env: Env, node: tree.Like) -> Typed:
    """`x LIKE pattern ESCAPE escape`; without ESCAPE no sign escapes in Trino."""
    value = expressions.translate(env, node.operand)
    pattern = expressions.translate(env, node.pattern)
    for side, what in ((value, "Left side"), (pattern, "Pattern")):
        if side.type.base not in {"varchar", "unknown"}:
            if side.type.base == "char":
                env.tx.unsupported(side.at, "LIKE on a char")
            env.tx.wrong(
                side.at, f"{what} of LIKE must evaluate to a varchar (actual: {side.type})"
            )
    a = convert(value.sql, value.type, type_text(value))
    b = convert(pattern.sql, pattern.type, type_text(pattern))
    parts = [value, pattern]
    if node.escape is None:
        return gather(f"({a} LIKE {b})", BOOLEAN, node.at, parts)
    escape = expressions.translate(env, node.escape)
    if escape.literal is None or pattern.literal is None:
        env.tx.unsupported(node.at, "LIKE with an ESCAPE or pattern that is computed")
    _check_escape(env, escape, pattern)
    sql = f"({a} LIKE {b} ESCAPE {escape.sql})"
    return gather(sql, BOOLEAN, node.at, parts)


def type_text(value: Typed) -> TrinoType:
    """The value's own type, or varchar for a bare null."""
    return VARCHAR if value.type.base == "unknown" else value.type


def _check_escape(env: Env, escape: Typed, pattern: Typed) -> None:
    letter, text = escape.literal or "", pattern.literal or ""
    if len(letter) != 1:
        env.tx.wrong(escape.at, "Escape string must be a single character")
    position = 0
    while position < len(text):
        if text[position] == letter:
            following = text[position + 1 : position + 2]
            if not following or following not in {"%", "_", letter}:
                env.tx.wrong(
                    pattern.at,
                    "Escape character must be followed by '%', '_' or the escape character",
                )
            position += 1
        position += 1

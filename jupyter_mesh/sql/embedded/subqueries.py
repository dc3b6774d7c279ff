"""Queries inside expressions: scalar, EXISTS, IN, and `> ALL`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.types import Field, TrinoType
from jupyter_mesh.sql.embedded import comparisons, expressions, queries
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.scope import Column, Scope
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import BOOLEAN, common, duck

if TYPE_CHECKING:
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env


def _inner(env: Env, query: tree.Query) -> tuple[queries.Answer, int]:
    """The query, and the first outer column in it that is not grouped outside."""
    holder = Scope([], env.scope)
    inside = env.within(scope=holder, lambdas={}, aliases={})
    if env.lambdas:
        env.tx.unsupported(query.at, "a subquery within a lambda")
    # A GROUP BY key and the select list must write the same subquery with the same names.
    key = (id(query), id(env.scope))
    if key in env.tx.written:
        answer, holder = env.tx.written[key]
    else:
        answer = queries.query(inside, query)
        env.tx.written[key] = (answer, holder)
    loose = -1
    for scope, sql, at in holder.outer:
        if scope is env.scope and env.keys is not None and sql not in env.keys:
            loose = at if loose < 0 else loose
    return answer, loose


def _used(value: Typed, loose: int) -> Typed:
    return Typed(value.sql, value.type, value.at, loose if value.loose < 0 else value.loose)


def scalar(env: Env, node: tree.Subquery) -> Typed:
    """A query of at most one row as a value; several columns become a row."""
    answer, loose = _inner(env, node.query)
    if len(answer.columns) != 1:
        return _row_of(env, node, answer, loose)
    column = answer.columns[0]
    return Typed(f"({answer.sql})", column.type, node.at, loose, zone=column.zone)


def _row_of(env: Env, node: tree.Subquery, answer: queries.Answer, loose: int) -> Typed:
    name = env.tx.alias()
    names = [f"c{place}" for place in range(1, len(answer.columns) + 1)]
    for column in answer.columns:
        if column.zone:
            env.tx.unsupported(node.at, "rows of timestamps with time zone")
    cells = ", ".join(f'"f{place}" := {name}.{c}' for place, c in enumerate(names, 1))
    sql = f"(SELECT struct_pack({cells}) FROM ({answer.sql}) AS {name}({', '.join(names)}))"
    fields = tuple(Field(column.name or None, column.type) for column in answer.columns)
    named = [column.name for column in answer.columns]
    if any(name.startswith("_col") for name in named):
        fields = tuple(Field(None, column.type) for column in answer.columns)
    else:
        env.tx.unsupported(node.at, "a subquery of several named columns as a value")
    return Typed(sql, TrinoType("row", (), (), fields), node.at, loose)


def exists(env: Env, node: tree.Exists) -> Typed:
    """EXISTS (query)."""
    answer, loose = _inner(env, node.query)
    return Typed(f"(EXISTS ({answer.sql}))", BOOLEAN, node.at, loose)


def in_query(env: Env, node: tree.InQuery, *, only_true: bool = False) -> Typed:
    """`x IN (query)`."""
    value = expressions.translate(env, node.operand)
    answer, loose = _inner(env, node.query)
    if value.type.base == "row":
        return _rows_in(env, node, value, answer, loose, only_true)
    if len(answer.columns) != 1:
        env.tx.wrong(
            node.query.at, f"The subquery must have one column, not {len(answer.columns)}"
        )
    column = answer.columns[0]
    type_ = common(value.type, column.type)
    if type_ is None:
        env.tx.wrong(
            node.at,
            f"value and result of subquery must be of the same type for IN expression: "
            f"{value.type} vs {column.type}",
        )
    if type_.base in {"row", "array", "map", "json"}:
        env.tx.unsupported(node.at, f"IN of type {type_}")
    if type_.base in {"real", "double"}:
        return _quantified(env, "=", "ANY", value, answer, loose, node.at)
    left = convert(value.sql, value.type, type_, env.tx.zone)
    sql = f"({left} IN ({_as(env, answer, column, type_)}))"
    return _used(gather(sql, BOOLEAN, node.at, (value,)), loose)


def _as(env: Env, answer: queries.Answer, column: Column, type_: object) -> str:
    """The query's one column as the type both sides agreed on."""
    assert not isinstance(type_, str)  # noqa: S101
    if duck(column.type) == duck(type_) and column.type.base != "unknown":  # type: ignore[arg-type]
        return answer.sql
    name = env.tx.alias()
    item = convert(f"{name}.c1", column.type, type_, env.tx.zone)  # type: ignore[arg-type]
    return f"SELECT {item} FROM ({answer.sql}) AS {name}(c1)"


def _rows_in(
    env: Env,
    node: tree.InQuery,
    value: Typed,
    answer: queries.Answer,
    loose: int,
    only_true: bool,
) -> Typed:
    if not only_true:
        env.tx.unsupported(node.at, "rows IN a query outside of WHERE")
    if len(answer.columns) != len(value.type.fields):
        env.tx.wrong(node.at, "value and result of subquery have different numbers of columns")
    name = env.tx.alias()
    names = [f"c{place}" for place in range(1, len(answer.columns) + 1)]
    parts = []
    for place, (column, field) in enumerate(
        zip(answer.columns, value.type.fields, strict=True)
    ):
        left = Typed(f"struct_extract({value.sql}, 'f{place + 1}')", field.type, node.at)
        right = Typed(f"{name}.{names[place]}", column.type, node.at)
        parts.append(comparisons.pair(env, "=", left, right, node.at, only_true=True).sql)
    sql = (
        f"(EXISTS (SELECT 1 FROM ({answer.sql}) AS {name}({', '.join(names)}) "
        f"WHERE {' AND '.join(parts)}))"
    )
    return _used(gather(sql, BOOLEAN, node.at, (value,)), loose)


def quantified(env: Env, node: tree.Quantified) -> Typed:
    """`x > ALL (query)`, `x = ANY (query)`."""
    value = expressions.translate(env, node.operand)
    answer, loose = _inner(env, node.query)
    if len(answer.columns) != 1:
        env.tx.wrong(
            node.query.at, f"The subquery must have one column, not {len(answer.columns)}"
        )
    return _quantified(env, node.sign, node.quantifier, value, answer, loose, node.at)


def _quantified(
    env: Env,
    sign: str,
    quantifier: str,
    value: Typed,
    answer: queries.Answer,
    loose: int,
    at: int,
) -> Typed:
    column = answer.columns[0]
    type_ = comparisons.agreed(env, sign, value.type, column.type, at)
    name = env.tx.alias()
    left = Typed(convert(value.sql, value.type, type_, env.tx.zone), type_, at)
    item = convert(f"{name}.c1", column.type, type_, env.tx.zone)
    test = comparisons.pair(env, sign, left, Typed(item, type_, at), at)
    # bool_and and bool_or skip unknowns; they are counted beside it.
    every = quantifier == "ALL"
    settled, other = ("FALSE", "TRUE") if every else ("TRUE", "FALSE")
    found = f"count(*) FILTER (WHERE {'NOT ' if every else ''}{test.sql})"
    unknown = f"count(*) FILTER (WHERE ({test.sql}) IS NULL)"
    sql = (
        f"(SELECT CASE WHEN {found} > 0 THEN {settled} WHEN {unknown} > 0 THEN NULL "
        f"ELSE {other} END FROM ({answer.sql}) AS {name}(c1))"
    )
    return _used(gather(sql, BOOLEAN, at, (value,)), loose)

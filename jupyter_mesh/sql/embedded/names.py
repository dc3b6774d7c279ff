"""Names of columns and fields: which one is meant, or which ones are near."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import expressions
from jupyter_mesh.sql.embedded.typed import Typed, text_literal
from jupyter_mesh.sql.embedded.types import field_names

if TYPE_CHECKING:
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Column, Env, Scope


def name(env: Env, node: tree.Name) -> Typed:
    """A column, or a field within one: the longest prefix that names a column wins."""
    parts = tuple(part.lower() for part in node.parts)
    if parts[0] in env.lambdas:
        return _fields(env, replace(env.lambdas[parts[0]], at=node.at), node.parts[1:], node.at)
    alias = env.aliases.get(parts[0]) if len(parts) == 1 else None
    if alias is not None:
        return _alias(env, alias, node)
    scope: Scope | None = env.scope
    while scope is not None:
        for size in range(len(parts), 0, -1):
            found = scope.find(parts[:size])
            if len(found) > 1:
                shown = ".".join(node.parts[:size])
                env.tx.wrong(
                    node.at,
                    f"Column '{shown}' is ambiguous",
                    "Put the relation's name before it.",
                )
            if found:
                value = _column(env, found[0], scope, node.at)
                return _fields(env, value, node.parts[size:], node.at)
        scope = scope.parent
    return _missing(env, node)


def _alias(env: Env, found: list[Typed], node: tree.Name) -> Typed:
    if len({value.sql for value in found}) > 1:
        env.tx.wrong(node.at, f"Column '{node.parts[0]}' is ambiguous")
    return replace(found[0], at=node.at)


def _column(env: Env, column: Column, scope: Scope, at: int) -> Typed:
    loose = -1
    if scope is env.scope:
        if env.keys is not None and column.sql not in env.keys:
            loose = at
    else:
        inner: Scope | None = env.scope
        while inner is not None and inner is not scope:
            inner.outer.append((scope, column.sql, at))
            inner = inner.parent
    return Typed(column.sql, column.type, at, loose, zone=column.zone)


def _fields(env: Env, value: Typed, fields: tuple[str, ...], at: int) -> Typed:
    for field in fields:
        value = _field(env, value, field, at)
    return value


def field_of(env: Env, node: tree.FieldOf) -> Typed:
    """`(row).field`."""
    return _field(env, expressions.translate(env, node.operand), node.name, node.at)


def _field(env: Env, value: Typed, field: str, at: int) -> Typed:
    if value.type.base != "row":
        env.tx.wrong(at, f"Expression of type {value.type} is not of type ROW")
    found = [
        (spelled, part.type)
        for spelled, part in zip(field_names(value.type), value.type.fields, strict=True)
        if part.name is not None and part.name.lower() == field.lower()
    ]
    if len(found) != 1:
        known = [part.name.lower() for part in value.type.fields if part.name]
        near = get_close_matches(field.lower(), known, 3)
        remedy = f"Did you mean {' or '.join(near)}?" if near else ""
        env.tx.wrong(at, f"Column '{field}' cannot be resolved", remedy)
    spelled, type_ = found[0]
    return value.become(f"struct_extract({value.sql}, {text_literal(spelled)})", type_)


def _missing(env: Env, node: tree.Name) -> Typed:
    shown = ".".join(node.parts)
    known: list[str] = []
    scope: Scope | None = env.scope
    while scope is not None:
        for column in scope.columns:
            known.append(column.name)
            if len(node.parts) > 1 and column.relation:
                known.append(f"{column.relation[-1]}.{column.name}")
        scope = scope.parent
    lowered = {item.lower(): item for item in known}
    near = get_close_matches(shown.lower(), lowered, 3)
    remedy = f"Did you mean {' or '.join(lowered[item] for item in near)}?" if near else ""
    return env.tx.wrong(node.at, f"Column '{shown}' cannot be resolved", remedy)

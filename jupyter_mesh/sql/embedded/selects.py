"""SELECT: the select list, GROUP BY, HAVING, DISTINCT and ORDER BY."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jupyter_mesh.model.names import quote
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import (
    expressions,
    grouping,
    queries,
    relations,
    sorting,
)
from jupyter_mesh.sql.embedded.scope import Column, Env, Scope
from jupyter_mesh.sql.embedded.typed import Typed, text_literal
from jupyter_mesh.sql.embedded.types import duck, field_names, supported

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNCOMPARED = {"map", "json"}


@dataclass(slots=True)
class Output:
    """One column of the answer: its name (empty: none was given) and its value."""

    name: str
    value: Typed
    named: bool = False


@dataclass(slots=True)
class _Parts:
    """The pieces of a SELECT as they come together."""

    source: str = ""
    where: str = ""
    outputs: list[Output] = field(default_factory=list)
    groups: str = ""
    having: str = ""


def select(
    env: Env, node: tree.Select, query: tree.Query | None, *, ordered: bool
) -> queries.Answer:
    """A SELECT with the ORDER BY and LIMIT of the query around it."""
    parts = _Parts()
    inner = _scoped(env, node, parts)
    if node.where is not None:
        clause = inner.within(clause="WHERE clause")
        parts.where = f" WHERE {expressions.condition(clause, node.where, 'WHERE clause').sql}"
    grouped = _is_grouped(node, query)
    free = inner.within(aggregates=True, windows=True, clause="SELECT clause")
    if grouped:
        parts.groups, free = grouping.group(inner, free, node)
    parts.outputs = outputs(free, node)
    if node.auto_group:
        parts.groups, free = grouping.auto(inner, free, [o.value for o in parts.outputs])
        parts.outputs = outputs(free, node)
    if node.having is not None:
        _having(free, node, parts)
    order = _order(free, node, query, parts) if query is not None and query.order else []
    _check_grouped(free, parts)
    return _written(free, node, query, parts, order if ordered else [])


def _scoped(env: Env, node: tree.Select, parts: _Parts) -> Env:
    windows: dict[str, tree.Window] = {}
    for name, window in node.windows:
        if name.lower() in windows:
            env.tx.wrong(window.at, f"WINDOW name {name} specified more than once")
        windows[name.lower()] = window
    base = env.within(keys=None, aggregates=False, windows=False, aliases={})
    base = base.within(named_windows=windows)
    if node.source is None:
        return base.within(scope=Scope([], env.scope))
    holder = Scope([], env.scope)
    source = relations.relation(base.within(scope=holder, clause="FROM clause"), node.source)
    parts.source = f" FROM {source.sql}"
    holder.columns = list(source.columns)
    return base.within(scope=holder)


def _is_grouped(node: tree.Select, query: tree.Query | None) -> bool:
    if node.groups is not None and not node.auto_group:
        return True
    if node.auto_group:
        return False
    if node.having is not None:
        return True
    values = [item.value for item in node.items if isinstance(item, tree.Item)]
    values += [item.key for item in query.order] if query is not None else []
    return any(grouping.holds_aggregate(value) for value in values)


def outputs(env: Env, node: tree.Select) -> list[Output]:
    """The select list, with every star spelled out."""
    found: list[Output] = []
    for item in node.items:
        if isinstance(item, tree.Star):
            found += _star(env, item)
            continue
        value = expressions.translate(env, item.value)
        name = item.name or _own_name(item.value)
        found.append(Output(name, value, bool(item.name)))
    for output in found:
        if not supported(output.value.type):
            env.tx.unsupported(output.value.at, f"the type {output.value.type}")
    return found


def _own_name(value: tree.Expression) -> str:
    if isinstance(value, tree.Name):
        return value.parts[-1]
    return value.name if isinstance(value, tree.FieldOf) else ""


def _star(env: Env, item: tree.Star) -> list[Output]:
    if item.of is not None:
        return _row_star(env, item, expressions.translate(env, item.of))
    wanted = tuple(part.lower() for part in item.parts)
    columns = [
        column
        for column in env.scope.columns
        if not wanted or column.relation[-len(wanted) :] == wanted
    ]
    if not columns:
        if not wanted:
            env.tx.wrong(item.at, "SELECT * not allowed in queries without FROM clause")
        env.tx.wrong(item.at, f"Unable to resolve reference {'.'.join(item.parts)}")
    found = []
    for column in columns:
        loose = item.at if env.keys is not None and column.sql not in env.keys else -1
        value = Typed(column.sql, column.type, item.at, loose, zone=column.zone)
        found.append(Output(column.name, value))
    return _aliased(env, item, found)


def _row_star(env: Env, item: tree.Star, value: Typed) -> list[Output]:
    if value.type.base != "row":
        env.tx.wrong(item.at, f"expected expression of type ROW, not {value.type}")
    found = []
    for name, part in zip(field_names(value.type), value.type.fields, strict=True):
        sql = f"struct_extract({value.sql}, {text_literal(name)})"
        found.append(Output(part.name or "", value.become(sql, part.type)))
    return _aliased(env, item, found)


def _aliased(env: Env, item: tree.Star, found: list[Output]) -> list[Output]:
    if not item.names:
        return found
    if len(item.names) != len(found):
        env.tx.wrong(
            item.at,
            f"Column alias list has {len(item.names)} entries but relation has "
            f"{len(found)} columns",
        )
    return [replace(o, name=n, named=True) for o, n in zip(found, item.names, strict=True)]


def _having(env: Env, node: tree.Select, parts: _Parts) -> None:
    assert node.having is not None  # noqa: S101 - the caller has looked
    clause = env.within(clause="HAVING clause", windows=False)
    if clause.keys is None:
        clause = clause.within(keys=frozenset())
    test = expressions.condition(clause, node.having, "HAVING clause")
    if test.loose >= 0:
        grouping.refuse_loose(env, test)
    parts.having = f" HAVING {test.sql}"


def _order(
    env: Env, node: tree.Select, query: tree.Query, parts: _Parts
) -> list[tuple[str, Typed]]:
    """The sort keys; a name means a column of the answer before one of the source."""
    aliases: dict[str, list[Typed]] = {}
    for output in parts.outputs:
        if output.name:
            aliases.setdefault(output.name.lower(), []).append(output.value)
    inner = env.within(aliases=aliases, clause="ORDER BY clause")
    keys: list[tuple[str, Typed]] = []
    for item in query.order:
        place = queries.position(env, item.key, len(parts.outputs))
        if place is not None:
            value = parts.outputs[place].value
        else:
            value = expressions.translate(inner, item.key)
        if value.loose >= 0:
            grouping.refuse_loose(env, value)
        if node.distinct and value.sql not in {o.value.sql for o in parts.outputs}:
            env.tx.wrong(
                node.at, "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            )
        keys += [(key, value) for key in sorting.sort_keys(env, value, item)]
    return keys


def _check_grouped(env: Env, parts: _Parts) -> None:
    if env.keys is None:
        return
    for output in parts.outputs:
        if output.value.loose >= 0:
            grouping.refuse_loose(env, output.value)


def _written(
    env: Env,
    node: tree.Select,
    query: tree.Query | None,
    parts: _Parts,
    order: Sequence[tuple[str, Typed]],
) -> queries.Answer:
    if node.distinct:
        for output in parts.outputs:
            if output.value.type.base in _UNCOMPARED:
                env.tx.unsupported(
                    output.value.at, f"SELECT DISTINCT of type {output.value.type}"
                )
    cells = [
        f"{_cell(output.value)} AS {quote(output.name or f'_col{place}')}"
        for place, output in enumerate(parts.outputs)
    ]
    distinct = "DISTINCT " if node.distinct else ""
    sql = f"SELECT {distinct}{', '.join(cells)}{parts.source}{parts.where}"
    sql += parts.groups + parts.having
    keys = ", ".join(key for key, _value in order)
    if query is not None and query.ties is not None:
        sql += _ties(env, node, query, keys)
    if order:
        sql += f" ORDER BY {keys}"
    if query is not None:
        sql += queries.limits(env, query)
    columns = tuple(
        Column(output.name or f"_col{place}", (), output.value.type, "", output.value.zone)
        for place, output in enumerate(parts.outputs)
    )
    return queries.Answer(sql, columns)


def _cell(value: Typed) -> str:
    """A bare null gets DuckDB's type for it, so that it is no text by accident."""
    return f"CAST(NULL AS {duck(value.type)})" if value.sql == "NULL" else value.sql


def _ties(env: Env, node: tree.Select, query: tree.Query, keys: str) -> str:
    assert query.ties is not None  # noqa: S101 - the caller has looked
    assert query.limit is not None  # noqa: S101 - the grammar gives one
    if not keys:
        env.tx.wrong(query.ties, "FETCH FIRST WITH TIES clause requires ORDER BY")
    if node.distinct or query.offset is not None:
        env.tx.unsupported(query.ties, "FETCH FIRST WITH TIES after DISTINCT or OFFSET")
    count = expressions.translate(env, query.limit)
    return f" QUALIFY rank() OVER (ORDER BY {keys}) <= {count.sql}"

"""Queries: WITH, bodies, set operations, ORDER BY, OFFSET and LIMIT."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import expressions, selects, sorting
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.scope import Column, Env, Scope, Shared
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import UNKNOWN, common, duck
from jupyter_mesh.sql.reading import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.model.types import TrinoType


@dataclass(frozen=True, slots=True)
class Answer:
    """A query in DuckDB text and its columns, whose `sql` is not used."""

    sql: str
    columns: tuple[Column, ...]


def query(env: Env, node: tree.Query, *, outermost: bool = False) -> Answer:
    """A whole query. An inner ORDER BY without a limit has no meaning and is left out."""
    env = env.within(shared=dict(env.shared))
    shared = [_shared(env, node, table) for table in node.tables]
    _check_names(env, node)
    kept = outermost or node.limit is not None or node.offset is not None
    body = node.body
    if isinstance(body, tree.Select):
        answer = selects.select(env, body, node, ordered=kept)
    elif isinstance(body, tree.Query) and not (node.order or node.limit or node.offset):
        inner = query(env, body, outermost=outermost)
        answer = Answer(f"({inner.sql})" if shared else inner.sql, inner.columns)
    else:
        answer = _sorted(env, _body(env, body), node, kept)
    if not shared:
        return answer
    word = "WITH RECURSIVE" if node.recursive else "WITH"
    return Answer(f"{word} {', '.join(shared)} {answer.sql}", answer.columns)


def _check_names(env: Env, node: tree.Query) -> None:
    seen: set[str] = set()
    for table in node.tables:
        if table.name.lower() in seen:
            env.tx.wrong(table.at, f"WITH query name '{table.name}' specified more than once")
        seen.add(table.name.lower())


def _shared(env: Env, node: tree.Query, table: tree.With) -> str:
    """One common table expression: its DuckDB definition, and its name put in sight."""
    name = env.tx.alias("w")
    if node.recursive and isinstance(table.query.body, tree.SetOperation):
        found = _recursive(env, table, name)
        if found is not None:
            return found
    answer = query(env, table.query)
    columns = renamed(env, answer.columns, table.columns, table.at, table.name)
    env.shared[table.name.lower()] = Shared(name, columns)
    listed = ", ".join(f"c{place}" for place in range(1, len(columns) + 1))
    return f"{name}({listed}) AS ({answer.sql})"


def _recursive(env: Env, table: tree.With, name: str) -> str | None:
    body = table.query.body
    assert isinstance(body, tree.SetOperation)  # noqa: S101 - the caller has looked
    if not _mentions(body.right, table.name.lower()):
        return None
    if body.kind != "UNION" or body.distinct or table.query.order or table.query.limit:
        env.tx.unsupported(table.at, "a recursive query that is not a plain UNION ALL")
    if not table.columns:
        env.tx.wrong(table.at, "missing column aliases in recursive WITH query")
    start = body_answer(env, body.left)
    columns = renamed(env, start.columns, table.columns, table.at, table.name)
    env.shared[table.name.lower()] = Shared(name, columns)
    step = body_answer(env, body.right)
    if len(step.columns) != len(columns):
        env.tx.wrong(body.sign_at, "recursion step and base have different numbers of columns")
    for old, new in zip(columns, step.columns, strict=True):
        if common(old.type, new.type) != old.type:
            env.tx.wrong(
                body.sign_at,
                f"recursion step relation output type ({new.type}) is not coercible to "
                f"recursion base relation output type ({old.type})",
            )
    types = [column.type for column in columns]
    listed = ", ".join(f"c{place}" for place in range(1, len(columns) + 1))
    left, right = _coerced(env, start, types), _coerced(env, step, types)
    return f"{name}({listed}) AS (({left}) UNION ALL ({right}))"


def _mentions(node: tree.Node, name: str) -> bool:
    if isinstance(node, tree.Table) and len(node.parts) == 1:
        return node.parts[0].lower() == name
    return any(_mentions(child, name) for child in children(node))


def renamed(
    env: Env, columns: Sequence[Column], names: Sequence[str], at: int, relation: str
) -> tuple[Column, ...]:
    """The columns under other names, where some are given."""
    if not names:
        return tuple(columns)
    if len(names) != len(columns):
        env.tx.wrong(
            at,
            f"Column alias list has {len(names)} entries but '{relation}' has "
            f"{len(columns)} columns available",
        )
    return tuple(replace(c, name=n) for c, n in zip(columns, names, strict=True))


def body_answer(env: Env, node: tree.Body) -> Answer:
    """A query's body alone."""
    return _body(env, node)


def _body(env: Env, node: tree.Body) -> Answer:
    if isinstance(node, tree.Select):
        return selects.select(env, node, None, ordered=False)
    if isinstance(node, tree.Values):
        return _values(env, node)
    if isinstance(node, tree.SetOperation):
        return _set_operation(env, node)
    if isinstance(node, tree.TableBody):
        star = tree.Select(node.at, False, (tree.Star(node.at, ()),), node.table)
        return selects.select(env, star, None, ordered=False)
    assert isinstance(node, tree.Query)  # noqa: S101 - the grammar answers nothing else
    return query(env, node)


def _values(env: Env, node: tree.Values) -> Answer:
    rows = []
    for row in node.rows:
        items = row.items if isinstance(row, tree.Row) else (row,)
        inner = env.within(scope=Scope([], env.scope), keys=None, clause="VALUES")
        rows.append([expressions.translate(inner, item) for item in items])
    width = len(rows[0])
    types = [UNKNOWN] * width
    zones = [""] * width
    for row, given in zip(node.rows, rows, strict=True):
        _row_types(env, node, types, given, row.at)
        for place, value in enumerate(given):
            if value.zone and zones[place] not in {"", value.zone}:
                env.tx.unsupported(value.at, "values of several time zones in one column")
            zones[place] = zones[place] or value.zone
    lines = []
    for place, given in enumerate(rows):
        cells = [
            convert(value.sql, value.type, type_, env.tx.zone)
            for value, type_ in zip(given, types, strict=True)
        ]
        if place == 0:
            # The first row settles the types that DuckDB gives the columns.
            cells = [
                f"CAST({cell} AS {duck(type_)})"
                for cell, type_ in zip(cells, types, strict=True)
            ]
        lines.append(f"({', '.join(cells)})")
    columns = tuple(
        Column(f"_col{place}", (), type_, "", zone)
        for place, (type_, zone) in enumerate(zip(types, zones, strict=True))
    )
    return Answer(f"VALUES {', '.join(lines)}", columns)


def _row_types(
    env: Env, node: tree.Values, types: list[TrinoType], given: list[Typed], _at: int
) -> None:
    if len(given) != len(types):
        env.tx.wrong(
            node.at, f"Values rows have mismatched sizes: {len(types)} vs {len(given)}"
        )
    for place, value in enumerate(given):
        found = common(types[place], value.type)
        if found is None:
            env.tx.wrong(
                node.at,
                f"Values rows have mismatched types: {types[place]} vs {value.type}",
            )
        types[place] = found


def _set_operation(env: Env, node: tree.SetOperation) -> Answer:
    left, right = _body(env, node.left), _body(env, node.right)
    if node.corresponding:
        left, right = _corresponding(env, node, left, right)
    if len(left.columns) != len(right.columns):
        env.tx.wrong(
            node.sign_at,
            f"{node.kind} query has different number of fields: {len(left.columns)}, "
            f"{len(right.columns)}",
        )
    types, columns = [], []
    for place, (a, b) in enumerate(zip(left.columns, right.columns, strict=True), 1):
        type_ = common(a.type, b.type)
        if type_ is None:
            env.tx.wrong(
                node.sign_at,
                f"column {place} in {node.kind} query has incompatible types: "
                f"{a.type}, {b.type}",
            )
        if type_.base in {"map", "json"} and (node.distinct or node.kind != "UNION"):
            env.tx.unsupported(node.sign_at, f"{node.kind} of values of type {type_}")
        if a.zone and b.zone and a.zone != b.zone:
            env.tx.unsupported(node.sign_at, "values of several time zones in one column")
        types.append(type_)
        zone = a.zone or b.zone
        half = type_.base == "timestamp with time zone" and not (a.zone and b.zone)
        if half and zone not in {"", env.tx.zone}:
            env.tx.unsupported(node.sign_at, "values of several time zones in one column")
        columns.append(Column(a.name, (), type_, "", zone))
    word = node.kind if node.distinct else f"{node.kind} ALL"
    sql = f"({_coerced(env, left, types)}) {word} ({_coerced(env, right, types)})"
    return Answer(sql, tuple(columns))


def _coerced(env: Env, answer: Answer, types: Sequence[TrinoType]) -> str:
    """The query with its columns as the given types."""
    if all(
        duck(column.type) == duck(type_) and column.type.base == type_.base
        for column, type_ in zip(answer.columns, types, strict=True)
    ):
        return answer.sql
    name = env.tx.alias()
    names = [f"c{place}" for place in range(1, len(types) + 1)]
    cells = [
        convert(f"{name}.{c}", column.type, type_, env.tx.zone)
        for c, column, type_ in zip(names, answer.columns, types, strict=True)
    ]
    return f"SELECT {', '.join(cells)} FROM ({answer.sql}) AS {name}({', '.join(names)})"


def _corresponding(
    env: Env, node: tree.SetOperation, left: Answer, right: Answer
) -> tuple[Answer, Answer]:
    names = {column.name.lower(): place for place, column in enumerate(right.columns, 1)}
    if len(names) != len(right.columns):
        env.tx.wrong(node.sign_at, "column names are ambiguous for CORRESPONDING")
    pairs = [
        (place, names[column.name.lower()])
        for place, column in enumerate(left.columns, 1)
        if column.name.lower() in names
    ]
    if not pairs:
        env.tx.wrong(node.sign_at, "No corresponding columns")
    return (
        _picked(env, left, [one for one, _two in pairs]),
        _picked(env, right, [two for _one, two in pairs]),
    )


def _picked(env: Env, answer: Answer, places: list[int]) -> Answer:
    name = env.tx.alias()
    names = ", ".join(f"c{place}" for place in range(1, len(answer.columns) + 1))
    picked = ", ".join(f"{name}.c{place}" for place in places)
    sql = f"SELECT {picked} FROM ({answer.sql}) AS {name}({names})"
    return Answer(sql, tuple(answer.columns[place - 1] for place in places))


def _sorted(env: Env, answer: Answer, node: tree.Query, kept: bool) -> Answer:
    """ORDER BY and LIMIT over a body that is not a SELECT: only its columns can be named."""
    if not (node.order or node.limit or node.offset):
        return answer
    name = env.tx.alias()
    names = [f"c{place}" for place in range(1, len(answer.columns) + 1)]
    columns = [
        replace(column, sql=f"{name}.{c}")
        for column, c in zip(answer.columns, names, strict=True)
    ]
    inner = env.within(scope=Scope(columns, env.scope), keys=None, clause="ORDER BY clause")
    keys: list[str] = []
    for item in node.order:
        place = position(env, item.key, len(columns))
        value = (
            Typed(columns[place].sql, columns[place].type)
            if place is not None
            else expressions.translate(inner, item.key)
        )
        keys += sorting.sort_keys(inner, value, item)
    if node.ties is not None:
        env.tx.unsupported(node.ties, "FETCH FIRST WITH TIES on a set operation")
    order = f" ORDER BY {', '.join(keys)}" if keys and kept else ""
    sql = f"SELECT * FROM ({answer.sql}) AS {name}({', '.join(names)}){order}"
    return Answer(sql + limits(env, node), answer.columns)


def position(env: Env, key: tree.Expression, size: int) -> int | None:
    """Which column an ORDER BY or GROUP BY number means, or nothing when it is no number."""
    if not isinstance(key, tree.Literal) or key.kind != "integer":
        return None
    place = int(key.value)
    if not 1 <= place <= size:
        env.tx.wrong(key.at, f"ORDER BY position {place} is not in select list")
    return place - 1


def limits(env: Env, node: tree.Query) -> str:
    """LIMIT and OFFSET."""
    text = ""
    if node.limit is not None and node.ties is None:
        text += f" LIMIT {_count(env, node.limit)}"
    if node.offset is not None:
        text += f" OFFSET {_count(env, node.offset)}"
    return text


def _count(env: Env, node: tree.Expression) -> str:
    value = expressions.translate(env, node)
    if not value.type.is_integer:
        env.tx.wrong(node.at, f"a number of rows is a whole number, not {value.type}")
    if isinstance(node, tree.Parameter) and int(env.tx.parameters[node.name]) < 0:
        env.tx.wrong(node.at, f"the number of rows :{node.name} must not be negative")
    return f"CAST({value.sql} AS BIGINT)" if value.literal is None else value.sql

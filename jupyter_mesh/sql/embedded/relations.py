"""FROM: tables, aliases, joins, subqueries and UNNEST, with the columns they offer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jupyter_mesh.model.names import quote
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import comparisons, expressions, queries, unnesting
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.scope import Column, Env, Scope
from jupyter_mesh.sql.embedded.typed import Typed


@dataclass(frozen=True, slots=True)
class Source:
    """A FROM item in DuckDB text, with the columns it puts in sight."""

    sql: str
    columns: tuple[Column, ...]


def relation(env: Env, node: tree.Relation, before: tuple[Column, ...] = ()) -> Source:
    """One relation; `before` are the columns that a LATERAL or UNNEST may look at."""
    if isinstance(node, tree.Join):
        return _join(env, node, before)
    if isinstance(node, tree.Alias):
        return _alias(env, node, before)
    if isinstance(node, tree.Sample):
        return _sample(env, node, before)
    if isinstance(node, tree.Unnest):
        return unnesting.unnest(env, node, before)
    if isinstance(node, tree.Derived):
        return _derived(env, node, before)
    assert isinstance(node, tree.Table)  # noqa: S101 - the grammar answers nothing else
    return _table(env, node)


def _table(env: Env, node: tree.Table) -> Source:
    alias = env.tx.alias()
    shared = env.shared.get(node.parts[0].lower()) if len(node.parts) == 1 else None
    if shared is not None:
        if node.version is not None:
            env.tx.wrong(node.at, "a WITH query has no versions")
        columns = [
            replace(column, relation=(node.parts[0].lower(),), sql=f"{alias}.c{place}")
            for place, column in enumerate(shared.columns, 1)
        ]
        return Source(f"{shared.sql} AS {alias}", tuple(columns))
    reference = env.tx.reference(node)
    found = env.tx.relations.get(reference)
    if found is None:
        env.tx.wrong(node.at, f"Table '{reference.name}' does not exist")
    name = reference.name
    columns = [
        Column(
            column.name,
            (name.catalog, name.schema, name.table),
            column.type,
            f"{alias}.{quote(column.name)}",
            "UTC" if column.type.base == "timestamp with time zone" else "",
        )
        for column in found.columns
    ]
    return Source(f"{found.sql} AS {alias}", tuple(columns))


def _alias(env: Env, node: tree.Alias, before: tuple[Column, ...]) -> Source:
    source = relation(env, node.relation, before)
    columns = queries.renamed(env, source.columns, node.columns, node.at, node.name)
    name = (node.name.lower(),)
    return Source(source.sql, tuple(replace(column, relation=name) for column in columns))


def _sample(env: Env, node: tree.Sample, before: tuple[Column, ...]) -> Source:
    source = relation(env, node.relation, before)
    percent = expressions.translate(env.within(scope=Scope([])), node.percent)
    if percent.literal is None or not percent.type.is_numeric:
        env.tx.wrong(node.percent.at, "Sample percentage must be a number that is written out")
    share = float(percent.literal)
    if not 0 <= share <= 100:
        env.tx.wrong(node.percent.at, "Sample percentage must be between 0 and 100 inclusive")
    if isinstance(node.relation, tree.Join | tree.Unnest):
        env.tx.unsupported(node.at, "TABLESAMPLE of this relation")
    if share == 100:
        return source
    return Source(f"{source.sql} TABLESAMPLE {node.method} ({share:g} PERCENT)", source.columns)


def _derived(env: Env, node: tree.Derived, before: tuple[Column, ...]) -> Source:
    scope = Scope(list(before) if node.lateral else [], env.scope)
    inner = env.within(scope=scope, keys=None, lambdas={}, aliases={})
    answer = queries.query(inner, node.query)
    alias = env.tx.alias()
    names = [f"c{place}" for place in range(1, len(answer.columns) + 1)]
    columns = tuple(
        replace(column, relation=(), sql=f"{alias}.{name}")
        for column, name in zip(answer.columns, names, strict=True)
    )
    lateral = "LATERAL " if node.lateral else ""
    return Source(f"{lateral}({answer.sql}) AS {alias}({', '.join(names)})", columns)


def _join(env: Env, node: tree.Join, before: tuple[Column, ...]) -> Source:
    left = relation(env, node.left, before)
    seen = (*before, *left.columns)
    right = relation(env, node.right, seen)
    if _looks_back(node.right) and node.kind in {"RIGHT", "FULL"}:
        env.tx.wrong(node.at, f"{node.kind} JOIN involving LATERAL or UNNEST is not supported")
    both = (*left.columns, *right.columns)
    if node.kind == "CROSS":
        return Source(f"{left.sql} CROSS JOIN {_grouped(node.right, right)}", both)
    word = "JOIN" if node.kind == "INNER" else f"{node.kind} JOIN"
    if node.using:
        return _using(env, node, left, right, word)
    assert node.on is not None  # noqa: S101 - the grammar demands ON or USING
    if _looks_back(node.right) and not _is_true(node.on):
        env.tx.unsupported(node.on.at, "a join with UNNEST or LATERAL on a condition")
    scope = Scope(list(both), env.scope)
    inner = env.within(scope=scope, keys=None, clause="JOIN clause")
    test = expressions.condition(inner, node.on, "JOIN ON clause")
    sql = f"{left.sql} {word} {_grouped(node.right, right)} ON {test.sql}"
    return Source(sql, both)


def _grouped(node: tree.Relation, source: Source) -> str:
    """A join on the right side keeps its brackets."""
    return f"({source.sql})" if isinstance(node, tree.Join) else source.sql


def _looks_back(node: tree.Relation) -> bool:
    if isinstance(node, tree.Alias | tree.Sample):
        return _looks_back(node.relation)
    return isinstance(node, tree.Unnest) or (isinstance(node, tree.Derived) and node.lateral)


def _is_true(node: tree.Expression) -> bool:
    return isinstance(node, tree.Literal) and node.value == "true"


def _using(env: Env, node: tree.Join, left: Source, right: Source, word: str) -> Source:
    """JOIN ... USING: the shared columns come first, once, and without a qualifier."""
    merged, tests, used = [], [], set()
    for name in node.using:
        a = _side(env, left, name, "left")
        b = _side(env, right, name, "right")
        test = comparisons.pair(
            env,
            "=",
            Typed(a.sql, a.type, name.at, zone=a.zone),
            Typed(b.sql, b.type, name.at, zone=b.zone),
            name.at,
            only_true=True,
        )
        tests.append(test.sql)
        used |= {a.sql, b.sql}
        type_ = comparisons.agreed(env, "=", a.type, b.type, name.at)
        sides = [convert(side.sql, side.type, type_, env.tx.zone) for side in (a, b)]
        sql = {"INNER": sides[0], "LEFT": sides[0], "RIGHT": sides[1]}.get(
            node.kind, f"coalesce({sides[0]}, {sides[1]})"
        )
        merged.append(Column(name.parts[0], (), type_, sql, a.zone))
    rest = [column for column in (*left.columns, *right.columns) if column.sql not in used]
    on = " AND ".join(tests)
    sql = f"{left.sql} {word} {_grouped(node.right, right)} ON {on}"
    return Source(sql, (*merged, *rest))


def _side(env: Env, source: Source, name: tree.Name, side: str) -> Column:
    wanted = name.parts[0].lower()
    found = [column for column in source.columns if column.name.lower() == wanted]
    if not found:
        env.tx.wrong(name.at, f"Column '{wanted}' is missing from {side} side of join")
    if len(found) > 1:
        env.tx.wrong(name.at, f"Column '{wanted}' is ambiguous on the {side} side of join")
    return found[0]

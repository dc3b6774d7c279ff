"""Views in a statement's text: each becomes the query that it is, with names made full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.grammar.tokens import place
from jupyter_mesh.sql.reading import Place, children, parse, places
from jupyter_mesh.sql.rewriting import Edit, Rewritten
from jupyter_mesh.sql.statement import TableRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_mesh.model.tables import View
    from jupyter_mesh.sql.statement import Statement

    Find = Callable[[TableName], View | None]

# Trino's own way of saying which version of a table is read, after its name.
_VERSION = re.compile(r"\bFOR\s+(VERSION|TIMESTAMP)\b", re.IGNORECASE)
_DEEPEST = 16


def expanded(statement: Statement, find: Find, zone: str = "UTC") -> Rewritten | None:
    """The statement with each view that it reads written out; None where it reads none.

    Raises StatementInvalid for a view that is asked for at a version, and for views that read
    each other in a circle.
    """
    found = {ref: view for ref in statement.reads if (view := find(ref.name)) is not None}
    if not found:
        return None
    return Rewritten(statement.text, _edits(statement, found, find, zone, ()))


def full_names(statement: Statement, start: int, end: int, zone: str = "UTC") -> list[Edit]:
    """What gives every table that a piece of a statement reads its full name."""
    return [
        Edit(one.start, one.end, _named(statement.text, one, one.what))
        for one in places(statement, zone)
        if isinstance(one.what, TableRef) and start <= one.start < end
    ]


def _edits(
    statement: Statement,
    found: dict[TableRef, View],
    find: Find,
    zone: str,
    above: tuple[TableName, ...],
) -> Iterator[Edit]:
    aliased, bodies = _contexts(statement.tree)
    for one in places(statement, zone):
        if not isinstance(one.what, TableRef) or one.what not in found:
            continue
        view = found[one.what]
        if one.what.as_of is not None:
            line, column = place(statement.text, one.start)
            raise StatementInvalid(
                f"The view {view.name} keeps no versions.",
                remedy="Ask for the version of the tables under it, or of all: %mesh asof.",
                line=line,
                column=column,
            )
        text = f"(\n{_query(view, find, zone, above)}\n)"
        if one.start not in aliased:
            text += f" AS {quote(view.name.table)}"
        body = bodies.get(one.start)
        if body is not None:
            yield Edit(body, one.end, f"SELECT * FROM {text}")
        else:
            yield Edit(one.start, one.end, text)


def _query(view: View, find: Find, zone: str, above: tuple[TableName, ...]) -> str:
    """A view's own query, with full names and the views under it written out."""
    if view.name in above or len(above) > _DEEPEST:
        way = " -> ".join(map(str, (*above, view.name)))
        raise StatementInvalid(
            f"Views read each other in a circle: {way}",
            remedy="Make one of them anew from tables: CREATE OR REPLACE VIEW.",
        )
    statement = parse(view.sql, view.catalog, view.schema, zone)
    under = {ref: inner for ref in statement.reads if (inner := find(ref.name)) is not None}
    names = [
        Edit(one.start, one.end, _named(statement.text, one, one.what))
        for one in places(statement, zone)
        if isinstance(one.what, TableRef) and one.what not in under
    ]
    edits = _edits(statement, under, find, zone, (*above, view.name))
    return Rewritten(statement.text, [*names, *edits]).text


def _named(text: str, one: Place, ref: TableRef) -> str:
    """A table under its full name, at the version that is written there."""
    name = ".".join(quote(part) for part in (ref.name.catalog, ref.name.schema, ref.name.table))
    if ref.as_of is None:
        return name
    written = text[one.start : one.end]
    version = list(_VERSION.finditer(written))[-1]
    return f"{name} {written[version.start() :]}"


def _contexts(node: tree.Node) -> tuple[set[int], dict[int, int]]:
    """Where tables begin that have an alias, and where `TABLE name` stands for a query."""
    aliased: set[int] = set()
    bodies: dict[int, int] = {}
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tree.Alias) and isinstance(one.relation, tree.Table):
            aliased.add(one.relation.at)
        elif isinstance(one, tree.TableBody):
            bodies[one.table.at] = one.at
        waiting += children(one)
    return aliased, bodies

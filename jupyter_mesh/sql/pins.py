"""Trino text with every table pinned to a version, and with positional parameters.

For an engine that understands Trino itself: the text stays as it was typed, only what has to
change is spliced in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.reading import children, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_mesh.sql.statement import Statement, TableRef


def pinned(statement: Statement, versions: Mapping[TableRef, int | str]) -> str:
    """The text with `FOR VERSION AS OF` after each table that has a version here.

    A table that already says its version keeps it.
    """
    reference = references(statement)
    pieces = []
    for table in _tables(statement):
        version = versions.get(reference(table)) if table.version is None else None
        if version is not None:
            shown = str(version) if isinstance(version, int) else _quoted(version)
            pieces.append((table.end, table.end, f" FOR VERSION AS OF {shown}"))
    return _spliced(statement.text, pieces)


def positional(statement: Statement) -> tuple[str, tuple[str, ...]]:
    """The text with `?` for each `:name`, and the names in the order of the question marks."""
    found = sorted(
        (node for node in _below(statement.tree) if isinstance(node, tree.Parameter)),
        key=lambda node: node.at,
    )
    pieces = [(node.at, node.at + len(node.name) + 1, "?") for node in found]
    return _spliced(statement.text, pieces), tuple(node.name for node in found)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _spliced(text: str, pieces: list[tuple[int, int, str]]) -> str:
    for start, end, piece in sorted(pieces, reverse=True):
        text = text[:start] + piece + text[end:]
    return text


def _below(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in children(node):
        yield from _below(child)


def _tables(statement: Statement) -> Iterator[tree.Table]:
    """Every table that is read; the ones that a WITH names are none."""
    written = getattr(statement.tree, "table", None)
    for part in children(statement.tree) if written is not None else [statement.tree]:
        if part is not written:
            yield from _read(part, frozenset())


def _read(node: tree.Node, known: frozenset[str]) -> Iterator[tree.Table]:
    if isinstance(node, tree.Table):
        if len(node.parts) > 1 or node.parts[0].lower() not in known:
            yield node
        return
    tables = node.tables if isinstance(node, tree.Query) else ()
    for table in tables:
        recursive = isinstance(node, tree.Query) and node.recursive
        yield from _read(table.query, known | {table.name.lower()} if recursive else known)
        known |= {table.name.lower()}
    for child in children(node):
        if not isinstance(child, tree.With):
            yield from _read(child, known)

"""Reading a statement: its tree, its kind, the tables it reads and writes, its parameters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import StatementNotSupported
from jupyter_mesh.model.names import TableName
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.commands import Command
from jupyter_mesh.sql.grammar.statements import Statements
from jupyter_mesh.sql.grammar.tokens import fault, place
from jupyter_mesh.sql.statement import Show, Statement, TableRef
from jupyter_mesh.sql.versions import as_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WRITES = {"ctas", "create_table", "drop_table", "insert", "delete", "update", "merge"}
_WRITES |= {"truncate", "alter", "comment", "create_view", "drop_view", "view"}
# Iceberg's metadata tables in Trino hang on a dollar sign.
_METADATA = {"properties", "history", "metadata_log_entries", "snapshots", "manifests"}
_METADATA |= {"all_manifests", "partitions", "files", "entries", "all_entries", "refs"}


def parse(text: str, catalog: str = "", schema: str = "", zone: str = "UTC") -> Statement:
    """Read one statement of Trino SQL.

    Names without a catalog or schema get the given ones; `zone` is where a FOR TIMESTAMP AS
    OF without a zone is read. Raises StatementInvalid with line, column and a caret for what is
    not one statement of Trino's grammar, StatementNotSupported for grammar that the embedded
    engine leaves out.
    """
    reader = Statements(text)
    try:
        found = reader.statement()
    except RecursionError:
        raise fault(text, 0, "the statement is nested too deeply") from None
    return _Walk(text, catalog.lower(), schema.lower(), zone).statement(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a statement's text something is named, from `start` to `end`, from 0.

    `what` is the table that is read there, the table that is written (`is_target`), or the
    name of a parameter.
    """

    start: int
    end: int
    what: TableRef | TableName | str
    is_target: bool = False


def places(statement: Statement, zone: str = "UTC") -> list[Place]:
    """Every place of a statement where a table or a parameter is named."""
    catalog, schema = statement.names
    walk = _Walk(statement.text, catalog, schema, zone)
    walk.statement(statement.tree)
    return walk.places


class _Walk:
    """One walk over a tree, collecting what it touches."""

    def __init__(self, text: str, catalog: str, schema: str, zone: str) -> None:
        self.text, self.catalog, self.schema, self.zone = text, catalog, schema, zone
        self.reads: dict[TableRef, None] = {}
        self.parameters: dict[str, None] = {}
        self.places: list[Place] = []

    def statement(self, node: tree.Node) -> Statement:
        """The statement around the tree."""
        if isinstance(node, tree.Query):
            self._visit(node, frozenset())
            return self._finished(node, "query")
        assert isinstance(node, Command)  # noqa: S101 - the grammar answers nothing else
        if node.kind in {"show", "describe"}:
            return self._finished(node, node.kind, show=self._show(node))
        if node.kind == "use":
            names = ("catalog", "schema") if len(node.texts) == 2 else ("schema",)
            asked = tuple(zip(names, (text.lower() for text in node.texts), strict=True))
            return self._finished(node, "use", session=asked)
        if node.kind == "set_time_zone":
            return self._finished(node, node.kind, session=self._time_zone(node))
        writes: tuple[TableName, ...] = ()
        if node.table is not None and node.kind in _WRITES:
            writes = (self.name(node.table),)
            self.places.append(Place(node.table.at, node.table.end, writes[0], is_target=True))
        elif node.table is not None:
            writes = (self._schema_name(node.table),)
        for part in _children(node):
            if part is not node.table:
                self._visit(part, frozenset())
        flags = {flag: True for flag in node.texts if node.kind.startswith(("create", "drop"))}
        flags |= {flag: True for flag in node.texts if node.kind == "ctas"}
        flags.pop("cascade", None)
        return self._finished(node, node.kind, writes=writes, **flags)

    def _time_zone(self, node: Command) -> tuple[tuple[str, str], ...]:
        """The zone that SET TIME ZONE asks for; LOCAL asks for the one there was before."""
        interval = node.condition
        if isinstance(interval, tree.Interval):
            if interval.start != "HOUR" or interval.end != "HOUR":
                raise fault(self.text, interval.at, "the offset must be a number of hours")
            sign = "-" if interval.negative else "+"
            return (("zone", f"{sign}{int(interval.value):02}:00"),)
        return (("zone", node.texts[0] if node.texts else ""),)

    def _finished(self, node: tree.Node, kind: str, **more: Any) -> Statement:  # noqa: ANN401
        return Statement(
            self.text,
            node,
            kind,
            tuple(self.reads),
            parameters=tuple(self.parameters),
            names=(self.catalog, self.schema),
            **more,
        )

    def _visit(self, node: tree.Node, known: frozenset[str]) -> None:
        if isinstance(node, tree.Parameter):
            self.parameters[node.name] = None
            self.places.append(Place(node.at, node.at + len(node.name) + 1, node.name))
        elif isinstance(node, tree.Table):
            if len(node.parts) > 1 or node.parts[0].lower() not in known:
                ref = self.reference(node)
                self.reads[ref] = None
                self.places.append(Place(node.at, node.end, ref))
        elif isinstance(node, tree.Query):
            self._visit_query(node, known)
        else:
            for child in _children(node):
                self._visit(child, known)

    def _visit_query(self, node: tree.Query, known: frozenset[str]) -> None:
        for table in node.tables:
            inner = known | {table.name.lower()} if node.recursive else known
            self._visit(table.query, inner)
            known |= {table.name.lower()}
        for child in _children(node):
            if not isinstance(child, tree.With):
                self._visit(child, known)

    def reference(self, table: tree.Table) -> TableRef:
        """The table with the version it is asked at."""
        return TableRef(self.name(table), as_of(table, self.text, self.zone))

    def name(self, table: tree.Table) -> TableName:
        """The full name, from the session's catalog and schema where parts are missing."""
        parts = tuple(part.lower() for part in table.parts)
        if len(parts) < 3 and not self.catalog:
            raise fault(
                self.text,
                table.at,
                f"{'.'.join(parts)} does not say its catalog",
                "Write catalog.schema.table, or choose a catalog and a schema first.",
            )
        if len(parts) == 1 and not self.schema:
            raise fault(
                self.text,
                table.at,
                f"{parts[0]} does not say its schema",
                "Write schema.table, or choose a schema first.",
            )
        full = ((self.catalog, self.schema)[: 3 - len(parts)]) + parts
        base, dollar, suffix = full[2].rpartition("$")
        if dollar and base and suffix in _METADATA:
            line, column = place(self.text, table.at)
            raise StatementNotSupported(
                f"the metadata table {full[2]}", line=line, column=column
            )
        return TableName(*full)

    def _schema_name(self, table: tree.Table) -> TableName:
        parts = tuple(part.lower() for part in table.parts)
        if len(parts) > 2:
            raise fault(self.text, table.at, f"too many dots in schema name: {'.'.join(parts)}")
        if len(parts) == 1 and not self.catalog:
            raise fault(self.text, table.at, f"schema {parts[0]} does not say its catalog")
        full = parts if len(parts) == 2 else (self.catalog, *parts)
        return TableName(full[0], full[1], "")

    def _show(self, node: Command) -> Show:
        own = node.action in {"create", "stats"}
        like = node.texts[0] if node.texts and not own else None
        escape = node.texts[1] if len(node.texts) > 1 else None
        catalog, schema, table = self.catalog, self.schema, ""
        if node.table is None:
            if node.action in {"schemas", "tables"} and not catalog:
                raise fault(self.text, node.at, "no catalog is chosen", "Add FROM catalog.")
        elif node.action == "schemas":
            catalog, schema = self._one_part(node.table), ""
        elif node.action == "tables" or node.texts == ("schema",):
            name = self._schema_name(node.table)
            catalog, schema = name.catalog, name.schema
        else:
            full = self.name(node.table)
            catalog, schema, table = full.catalog, full.schema, full.table
        if node.action == "tables" and not schema:
            raise fault(self.text, node.at, "no schema is chosen", "Add FROM catalog.schema.")
        kind = node.texts[0] if own else ""
        return Show(node.action, catalog, schema, table, like, escape, kind)

    def _one_part(self, table: tree.Table) -> str:
        if len(table.parts) > 1:
            raise fault(self.text, table.at, "a catalog's name has no dots")
        return table.parts[0].lower()


@lru_cache(maxsize=256)
def _names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class of nodes
    plain = {"at", "sign", "name", "kind", "sign_at", "type", "value_type", "parts"}
    return tuple(field.name for field in fields(kind) if field.name not in plain)


def _children(node: tree.Node) -> Iterator[tree.Node]:
    """Every node directly below, in the order of the text as far as fields keep it."""
    kind: Any = type(node)
    for name in _names(kind):
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[tree.Node]:
    if isinstance(value, tree.Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


def children(node: tree.Node) -> Iterator[tree.Node]:
    """Every node directly below a node."""
    return _children(node)


def references(statement: Statement, zone: str = "UTC") -> Callable[[tree.Table], TableRef]:
    """What each table of a statement's tree refers to."""
    catalog, schema = statement.names
    return _Walk(statement.text, catalog, schema, zone).reference

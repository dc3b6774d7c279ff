"""Listings: SHOW, DESCRIBE and information_schema, answered from the catalogs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.errors import NameNotFound, StatementNotSupported
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import PLAIN, TableName, quote
from jupyter_mesh.model.types import BIGINT, VARCHAR
from jupyter_mesh.sql.embedded import Relation
from jupyter_mesh.sql.embedded.types import duck

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duckdb import DuckDBPyConnection

    from jupyter_mesh.engines.relations import Relations
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.sql.statement import Show

INFORMATION = "information_schema"
_TABLE = "BASE TABLE"

Row = tuple[Any, ...]


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, VARCHAR) for name in names)


_HEADINGS = {
    "schemata": _text("catalog_name", "schema_name"),
    "tables": _text("table_catalog", "table_schema", "table_name", "table_type"),
    "columns": (
        *_text("table_catalog", "table_schema", "table_name", "column_name"),
        Column("ordinal_position", BIGINT),
        *_text("column_default", "is_nullable", "data_type"),
    ),
}


class Listing:
    """Answers about names, as one session sees them."""

    def __init__(
        self, relations: Relations, connection: DuckDBPyConnection, session: Session
    ) -> None:
        self._relations = relations
        self._connection = connection
        self._session = session

    # -- SHOW and DESCRIBE -------------------------------------------------------------------

    def show(self, show: Show) -> tuple[tuple[Column, ...], list[Row]]:
        """The columns, named as Trino names them, and rows of a SHOW or DESCRIBE."""
        match show.what:
            case "catalogs":
                return self._names("Catalog", self._relations.catalogs, show)
            case "schemas":
                return self._names("Schema", self.schemas(show.catalog), show)
            case "tables":
                return self._names("Table", self.tables(show.catalog, show.schema), show)
            case "columns":
                return self._columns(show)
            case "create" if show.table:
                return self._create(show)
        raise StatementNotSupported(f"SHOW {show.what.upper()}")

    def _names(
        self, heading: str, names: Sequence[str], show: Show
    ) -> tuple[tuple[Column, ...], list[Row]]:
        wanted = like(show.like, show.escape)
        return _text(heading), [(name,) for name in names if wanted(name)]

    def _columns(self, show: Show) -> tuple[tuple[Column, ...], list[Row]]:
        wanted = like(show.like, show.escape)
        found = self.columns(TableName(show.catalog, show.schema, show.table))
        rows = [(c.name, str(c.type), "", c.description) for c in found if wanted(c.name)]
        return _text("Column", "Type", "Extra", "Comment"), rows

    def _create(self, show: Show) -> tuple[tuple[Column, ...], list[Row]]:
        table = TableName(show.catalog, show.schema, show.table)
        view = self._relations.view(table, self._session)
        if show.kind == "view":
            if view is None:
                raise NameNotFound("view", str(table))
            return _text("Create View"), [(f"CREATE VIEW {table} AS\n{view.sql}",)]
        if view is not None:
            raise NameNotFound(
                "table", str(table), remedy=f"It is a view: SHOW CREATE VIEW {table}"
            )
        lines = ",\n".join(f"   {_definition(column)}" for column in self.columns(table))
        return _text("Create Table"), [(f"CREATE TABLE {table} (\n{lines}\n)",)]

    # -- names -------------------------------------------------------------------------------

    def schemas(self, catalog: str) -> list[str]:
        """The schemas of a catalog with its information_schema, sorted."""
        names = self._relations.schemas(self._connection, catalog, self._session)
        return sorted({INFORMATION, *names})

    def tables(self, catalog: str, schema: str) -> list[str]:
        """The tables of a schema, sorted."""
        if schema == INFORMATION:
            self._relations.check_catalog(catalog)
            return sorted(_HEADINGS)
        return self._relations.tables(self._connection, catalog, schema, self._session)

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns of a table."""
        if table.schema == INFORMATION:
            return self._heading(table)
        return self._relations.columns(self._connection, table, self._session)

    def _heading(self, table: TableName) -> tuple[Column, ...]:
        self._relations.check_catalog(table.catalog)
        if table.table not in _HEADINGS:
            prefix = f"{table.catalog}.{INFORMATION}"
            raise NameNotFound("table", str(table), [f"{prefix}.{name}" for name in _HEADINGS])
        return _HEADINGS[table.table]

    # -- information_schema ------------------------------------------------------------------

    def relation(self, table: TableName) -> Relation:
        """A table of information_schema, written out as it is just now."""
        columns = self._heading(table)
        rows: list[Row] = {
            "schemata": self._schemata,
            "tables": self._tables,
            "columns": self._all_columns,
        }[table.table](table.catalog)
        names = ", ".join(quote(column.name) for column in columns)
        items = ", ".join(
            f"CAST({quote(c.name)} AS {duck(c.type)}) AS {quote(c.name)}" for c in columns
        )
        values = ", ".join(f"({', '.join(map(_value, row))})" for row in rows)
        return Relation(f"(SELECT {items} FROM (VALUES {values}) AS t({names}))", columns)  # noqa: S608

    def _schemata(self, catalog: str) -> list[Row]:
        return [(catalog, schema) for schema in self.schemas(catalog)]

    def _every(self, catalog: str) -> list[TableName]:
        return [
            TableName(catalog, schema, table)
            for schema in self.schemas(catalog)
            for table in self.tables(catalog, schema)
        ]

    def _tables(self, catalog: str) -> list[Row]:
        views = {
            schema: self._relations.views(catalog, schema, self._session)
            for schema in self.schemas(catalog)
        }
        return [
            (*(t.catalog, t.schema, t.table), "VIEW" if t.table in views[t.schema] else _TABLE)
            for t in self._every(catalog)
        ]

    def _all_columns(self, catalog: str) -> list[Row]:
        return [
            (t.catalog, t.schema, t.table, c.name, place, None, _nullable(c), str(c.type))
            for t in self._every(catalog)
            for place, c in enumerate(self.columns(t), 1)
        ]


def _nullable(column: Column) -> str:
    return "NO" if column.required else "YES"


def _value(value: Any) -> str:  # noqa: ANN401 - text, a number or nothing
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else literal(value)


def _definition(column: Column) -> str:
    name = column.name if PLAIN.match(column.name) else quote(column.name)
    comment = f" COMMENT {literal(column.description)}" if column.description else ""
    return f"{name} {column.type}{' NOT NULL' if column.required else ''}{comment}"


def like(pattern: str | None, escape: str | None = None) -> Callable[[str], bool]:
    """Whether a name matches a LIKE pattern; every name does when there is none."""
    if pattern is None:
        return lambda _name: True
    parts: list[str] = []
    letters = iter(pattern)
    for letter in letters:
        if letter == escape:
            parts.append(re.escape(next(letters, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter, re.escape(letter)))
    matcher = re.compile("".join(parts), re.DOTALL)
    return lambda name: matcher.fullmatch(name) is not None

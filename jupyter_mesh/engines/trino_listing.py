"""What stands in the catalogs that a Trino server reads by itself: schemas, tables, columns."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import quote
from jupyter_mesh.model.types import TrinoType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.engines.trino_server import Server
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session

# A tree is walked page by page, and each page would ask the server for every name again.
_KEPT_SECONDS = 20.0
_KEPT = 100
_SYSTEM = frozenset({"information_schema", "pg_catalog"})


class Listing:
    """Lists names, which it remembers for a moment; one that is missing is asked for anew."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._kept: dict[tuple[str, str], tuple[float, list[str]]] = {}

    def forget(self) -> None:
        """Ask the server again from here on."""
        self._kept.clear()

    def schemas(self, catalog: str, session: Session) -> Sequence[str]:
        """The schemas of a catalog, sorted."""
        # Where it could not be made, the reason is told here.
        place = quote(self._server.of_branch(catalog, ""))
        sql = f"SHOW SCHEMAS FROM {place}"
        return [name for name in self._names(sql, session) if name not in _SYSTEM]

    def tables(self, catalog: str, schema: str, session: Session) -> Sequence[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schema."""
        if schema not in self.schemas(catalog, session):
            self.forget()
            known = self.schemas(catalog, session)
            if schema not in known:
                near = [f"{catalog}.{name}" for name in known]
                raise NameNotFound("schema", f"{catalog}.{schema}", near)
        place = f"{quote(self._server.name_of(catalog))}.{quote(schema)}"
        return list(self._names(f"SHOW TABLES FROM {place}", session))

    def describe(self, table: TableName, session: Session) -> tuple[Column, ...]:
        """The columns of a table, in order; NameNotFound offers the nearest names."""
        catalog, schema = table.catalog, table.schema
        if table.table not in self.tables(catalog, schema, session):
            self.forget()
            known = self.tables(catalog, schema, session)
            if table.table not in known:
                near = [f"{catalog}.{schema}.{name}" for name in known]
                raise NameNotFound("table", str(table), near)
        names = (self._server.name_of(catalog), schema, table.table)
        rows = self._server.rows(f"DESCRIBE {'.'.join(map(quote, names))}", session)
        return tuple(
            Column(name, TrinoType.parse(kind), description=comment or "")
            for name, kind, _extra, comment in rows
        )

    def _names(self, sql: str, session: Session) -> Sequence[str]:
        key = (session.actor.user, sql)
        since, names = self._kept.get(key, (0.0, []))
        if since and monotonic() - since < _KEPT_SECONDS:
            return names
        names = sorted(row[0] for row in self._server.rows(sql, session))
        if len(self._kept) >= _KEPT:
            self.forget()
        self._kept[key] = (monotonic(), names)
        return names

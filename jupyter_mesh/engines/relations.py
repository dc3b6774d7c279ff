"""Relations: what each table of a statement is in DuckDB, and which state of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.errors import NameNotFound, QueryError, StorageError
from jupyter_mesh.model.names import quote
from jupyter_mesh.model.tables import Pin
from jupyter_mesh.sql.embedded import Relation
from jupyter_mesh.sql.embedded.types import duck

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from jupyter_mesh.engines.sources import Source
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session, Snapshot, View
    from jupyter_mesh.protocols import Catalog
    from jupyter_mesh.sql.statement import TableRef


class Relations:
    """The catalogs an engine can name: lakes with versions, sources without."""

    def __init__(self, lakes: Mapping[str, Catalog], sources: Mapping[str, Source]) -> None:
        self.lakes = lakes
        self.sources = sources

    @property
    def catalogs(self) -> list[str]:
        """Every catalog, sorted."""
        return sorted({*self.lakes, *self.sources})

    def check_catalog(self, name: str) -> None:
        """NameNotFound, with the nearest catalogs, when there is no such one."""
        if name not in self.lakes and name not in self.sources:
            raise NameNotFound("catalog", name, self.catalogs)

    def schemas(
        self, connection: DuckDBPyConnection, catalog: str, session: Session
    ) -> list[str]:
        """The schemas of a catalog, sorted."""
        self.check_catalog(catalog)
        if catalog in self.lakes:
            return sorted(self.lakes[catalog].schemas(session.branch))
        return sorted(self.sources[catalog].schemas(connection))

    def tables(
        self, connection: DuckDBPyConnection, catalog: str, schema: str, session: Session
    ) -> list[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schemas."""
        known = self.schemas(connection, catalog, session)
        if schema not in known:
            raise NameNotFound(
                "schema", f"{catalog}.{schema}", [f"{catalog}.{name}" for name in known]
            )
        if catalog in self.lakes:
            tables = self.lakes[catalog].tables(schema, session.branch)
            return sorted({*tables, *self.views(catalog, schema, session)})
        return sorted(self.sources[catalog].tables(connection, schema))

    def columns(
        self, connection: DuckDBPyConnection, table: TableName, session: Session
    ) -> tuple[Column, ...]:
        """The columns of a table as the session sees it."""
        self.check_catalog(table.catalog)
        if table.catalog in self.lakes:
            view = self.view(table, session)
            return view.columns if view else self.snapshot(table, session).columns
        return self._attached(connection, table, session).columns

    def views(self, catalog: str, schema: str, session: Session) -> Sequence[str]:
        """The views of a schema of a lake, sorted."""
        lake = self.lakes.get(catalog)
        return lake.views.names(schema, session.branch) if lake is not None else ()

    def view(self, name: TableName, session: Session) -> View | None:
        """The view of that name in a lake, if there is one."""
        lake = self.lakes.get(name.catalog)
        return None if lake is None else lake.views.find(name, session.branch)

    def snapshot(
        self, table: TableName, session: Session, ref: TableRef | None = None
    ) -> Snapshot:
        """The state of a lake's table that a statement reads.

        What the statement asks for itself comes first, then the session's pins, then its time
        or version on its branch.
        """
        lake = self.lakes[table.catalog]
        if ref is not None and ref.as_of is not None:
            return lake.snapshot(table, session.branch, ref.as_of)
        pinned = session.pins.get(table)
        return pinned or lake.snapshot(table, session.branch, session.as_of)

    def pin(self, ref: TableRef, session: Session) -> Pin:
        """What exactly a reference reads, without opening it."""
        table = ref.name
        self.check_catalog(table.catalog)
        if table.catalog in self.lakes:
            return _pin(self.snapshot(table, session, ref))
        return Pin(table)

    def relation(
        self, connection: DuckDBPyConnection, ref: TableRef, session: Session
    ) -> tuple[Relation, Pin]:
        """What a reference is in DuckDB, and what exactly it reads."""
        table = ref.name
        self.check_catalog(table.catalog)
        if table.catalog in self.lakes:
            snapshot = self.snapshot(table, session, ref)
            _check_place(snapshot, self.lakes[table.catalog].warehouse)
            return scan(snapshot), _pin(snapshot)
        if ref.as_of is not None or session.as_of is not None:
            raise QueryError(
                f"{table} keeps no versions, so it cannot be read as of another time.",
                remedy="Leave out FOR ... AS OF, or return to the present: %mesh asof now.",
            )
        relation = self._attached(connection, table, session)
        digest = self.sources[table.catalog].digest(table.schema, table.table)
        return relation, Pin(table, digest=digest)

    def _attached(
        self, connection: DuckDBPyConnection, table: TableName, session: Session
    ) -> Relation:
        known = self.tables(connection, table.catalog, table.schema, session)
        if table.table not in known:
            prefix = f"{table.catalog}.{table.schema}"
            raise NameNotFound("table", str(table), [f"{prefix}.{name}" for name in known])
        return self.sources[table.catalog].relation(connection, table.schema, table.table)


def _check_place(snapshot: Snapshot, warehouse: str) -> None:
    """Refuse a table that lies where this engine may not read: most likely the mesh was moved.

    Iceberg's metadata holds whole addresses, so its files cannot follow a folder.
    """
    place, root = snapshot.metadata_location, f"{warehouse.rstrip('/')}/"
    if warehouse.startswith("file://") and place.startswith("file:") and root not in place:
        raise StorageError(
            f"{snapshot.table} lies at {place.partition('/metadata/')[0]}, outside of this "
            f"mesh's warehouse {warehouse}.",
            remedy="If the folder was moved or copied, move it back or work in the original: "
            "Iceberg tables hold whole paths. Else mend the warehouse in mesh.yaml.",
        )


def scan(snapshot: Snapshot) -> Relation:
    """One state of an Iceberg table as DuckDB reads it."""
    if snapshot.snapshot_id is None:
        return Relation(_nothing(snapshot.columns), snapshot.columns)
    # By its number a state has the columns that it was written with: one that came later
    # without a row would be missing.
    number = f", snapshot_from_id => {snapshot.snapshot_id}" if snapshot.by_number else ""
    place = literal(snapshot.metadata_location)
    return Relation(f"(FROM iceberg_scan({place}{number}))", snapshot.columns)


def _nothing(columns: Sequence[Column]) -> str:
    """A table that was never written: the right columns, no rows."""
    items = ", ".join(
        f"CAST(NULL AS {duck(column.type)}) AS {quote(column.name)}" for column in columns
    )
    return f"(SELECT {items or 'NULL'} WHERE false)"


def _pin(snapshot: Snapshot) -> Pin:
    return Pin(snapshot.table, snapshot.snapshot_id, snapshot.metadata_location, snapshot.uuid)

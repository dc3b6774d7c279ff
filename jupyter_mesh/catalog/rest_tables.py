"""Tables of a catalog that others keep: main is there, branches and their changes are here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.branches import Branches, StagedChange
from jupyter_mesh.catalog.metadata import current_id
from jupyter_mesh.catalog.pointers import PointerChange, Pointers
from jupyter_mesh.catalog.refusals import check_schema_name, overtaken
from jupyter_mesh.catalog.rest_plain import Step
from jupyter_mesh.catalog.tables import Tables
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.names import TableName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.database import Database
    from jupyter_mesh.catalog.metadata import Document
    from jupyter_mesh.catalog.rest_plain import PlainRemote
    from jupyter_mesh.catalog.rest_warehouse import RestWarehouse
    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.tables import Branch

_POINTERS = rows.ICEBERG_TABLES
_SPACES = rows.ICEBERG_NAMESPACES
_BASES = rows.BASES


class RestPointers(Pointers):
    """Main's pointers are the catalog's; a branch has rows of the tables that it looked at.

    A branch keeps a table as it found it when it first looked: later changes of main are not
    seen on it.
    """

    def __init__(self, lake: str, database: Database, remote: PlainRemote) -> None:
        super().__init__(lake, database)
        self.remote = remote

    def schemas(self, branch: str = "") -> list[str]:
        """The schemas, sorted."""
        found = set(self.remote.schemas())
        if branch:
            found.update(super().schemas(branch))
        return sorted(found)

    def tables(self, schema: str, branch: str = "") -> list[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schemas."""
        found = set(self.remote.tables(schema))
        if branch:
            kept, gone = self._touched(schema, branch)
            found = (found - gone) | kept
        if not found:
            self._check_schema(schema, branch)
        return sorted(found)

    def location(self, table: TableName, branch: str = "") -> str:
        """Where a table stands; NameNotFound offers the nearest names."""
        with self.database.reading() as connection:
            if branch:
                self.check_open(connection, branch)
            found = self.find(connection, table, branch)
        if found is None:
            raise self.missing(table, branch)
        if branch:
            self.adopt(table, branch, found)
        return found

    def find(self, connection: Connection, table: TableName, branch: str = "") -> str | None:
        """Where a table stands, or nothing."""
        if branch:
            found = super().find(connection, table, branch)
            if found is not None or self._is_known(connection, table, branch):
                return found
        self.check_catalog(table)
        return self.remote.location(table)

    def everything(self) -> list[tuple[str, TableName, str]]:
        """The pointers of all branches, and main's of the tables that releases serve."""
        outputs = rows.OUTPUTS
        with self.database.reading() as connection:
            served = connection.execute(
                select(outputs.c.table_namespace, outputs.c.table_name)
                .where(outputs.c.lake == self.lake)
                .distinct()
            ).all()
        tables = [TableName(self.lake, schema, name) for schema, name in sorted(served)]
        there = [(self.lake, table, self.remote.location(table)) for table in tables]
        main = [(scope, table, at) for scope, table, at in there if at is not None]
        return [*main, *super().everything()]

    def adopt(self, table: TableName, branch: str, location: str) -> None:
        """Have the branch keep a table as it stands there; harmless when it does already."""
        with self.database.writing(durable=False) as connection:
            self.check_open(connection, branch)
            self._adopt(connection, table, branch, location)

    def step(self, connection: Connection, branch: str, change: PointerChange) -> None:
        """Compare and swap one pointer of a branch."""
        if change.base_location is not None:
            self._adopt(connection, change.table, branch, change.base_location)
        super().step(connection, branch, change)

    def remove(self, connection: Connection, table: TableName, branch: str, base: str) -> None:
        """Compare and delete one pointer of a branch."""
        self._adopt(connection, table, branch, base)
        super().remove(connection, table, branch, base)

    def create_schema(self, schema: str, branch: str = "") -> None:
        """Make a schema unless it is there."""
        if branch:
            super().create_schema(schema, branch)
        else:
            check_schema_name(schema)
            self.remote.create_schema(schema)

    def drop_schema(self, schema: str, branch: str = "") -> None:
        """Remove an empty schema; ConflictError while it holds tables."""
        if branch:
            super().drop_schema(schema, branch)
        else:
            self.remote.drop_schema(schema)

    def drop(self, table: TableName, branch: str = "") -> None:
        """Remove a pointer; no file is touched."""
        if branch:
            super().drop(table, branch)
            return
        base = self.location(table)
        with self.database.writing() as connection:
            self.check_unserved(connection, table)
        self.remote.drop(table)
        with self.database.writing() as connection:
            self.note_move(connection, table, base, None, datetime.now(UTC))

    def check_unmoved(self, connection: Connection, step: Step) -> None:
        """ConflictError, with the release that did it, when main is not as the step says."""
        if self.remote.is_before(step):
            return
        told = self.remote.loaded(step.table)
        head = None if told is None else current_id(told["metadata"])
        outputs = rows.OUTPUTS
        by = connection.execute(
            select(outputs.c.product, outputs.c.version)
            .where(
                outputs.c.lake == self.lake,
                outputs.c.table_namespace == step.table.schema,
                outputs.c.table_name == step.table.table,
                outputs.c.snapshot_id == head,
            )
            .limit(1)
        ).first()
        raise overtaken(step.table, f" by the release {by.product} {by.version}" if by else "")

    def missing(self, table: TableName, branch: str = "") -> NameNotFound:
        """The error for a table that is not there, with the nearest names that are."""
        self.check_catalog(table)
        self._check_schema(table.schema, branch)
        names = self.tables(table.schema, branch)
        known = [str(TableName(self.lake, table.schema, name)) for name in names]
        return NameNotFound("table", str(table), known)

    def _adopt(
        self, connection: Connection, table: TableName, branch: str, location: str
    ) -> None:
        if self._is_known(connection, table, branch):
            return
        key = {"table_namespace": table.schema, "table_name": table.table}
        base = {"location": location, "expected": location}
        self.insert_missing(connection, _BASES, {"branch": branch, **key, **base})
        pointer = {"metadata_location": location, "iceberg_type": "TABLE"}
        self.insert_missing(connection, _POINTERS, {"catalog_name": branch, **key, **pointer})

    def _is_known(self, connection: Connection, table: TableName, branch: str) -> bool:
        """Whether the branch has looked at a table, or made one of that name."""
        if super().find(connection, table, branch) is not None:
            return True
        statement = select(_BASES.c.location).where(
            _BASES.c.branch == branch,
            _BASES.c.table_namespace == table.schema,
            _BASES.c.table_name == table.table,
        )
        return connection.execute(statement).first() is not None

    def _touched(self, schema: str, branch: str) -> tuple[set[str], set[str]]:
        """The tables of a schema that the branch has, and those that it dropped."""
        kept = select(_POINTERS.c.table_name).where(
            _POINTERS.c.catalog_name == branch, _POINTERS.c.table_namespace == schema
        )
        known = select(_BASES.c.table_name).where(
            _BASES.c.branch == branch, _BASES.c.table_namespace == schema
        )
        with self.database.reading() as connection:
            there = set(connection.execute(kept).scalars())
            return there, set(connection.execute(known).scalars()) - there


class RestBranches(Branches):
    """Branches over a catalog that others keep: they begin with the tables they are for."""

    def __init__(self, pointers: RestPointers, lease: timedelta) -> None:
        super().__init__(pointers, lease)
        self.rest = pointers

    def open(
        self,
        run_id: str,
        product: ProductName | None,
        tables: Sequence[TableName],
        lease: timedelta | None = None,
    ) -> Branch:
        """A new branch; it looks at its outputs at once, at others when they are read."""
        found = {table: self.rest.remote.location(table) for table in tables}
        branch = super().open(run_id, product, tables, lease)
        for table, location in found.items():
            if location is not None:
                self.rest.adopt(table, branch.name, location)
        return branch

    def add_schemas(self, connection: Connection, name: str) -> None:
        """The catalog itself was given the schemas of the branch."""

    def made_schemas(self, name: str) -> list[str]:
        """The schemas that were made on the branch."""
        statement = select(_SPACES.c.namespace).where(_SPACES.c.catalog_name == name).distinct()
        with self.database.reading() as connection:
            return sorted(connection.execute(statement).scalars())

    def _copy(self, connection: Connection, name: str) -> None:
        """Nothing is copied: main is elsewhere."""


class RestTables(Tables):
    """The tables of one such catalog; main changes by the catalog's own commits."""

    def __init__(self, pointers: RestPointers, warehouse: RestWarehouse) -> None:
        super().__init__(pointers, warehouse)
        self.rest = pointers

    def commit(self, branch: str, changes: Sequence[PointerChange]) -> None:
        """Make every change at once on a branch; on main as the catalog can."""
        if branch:
            super().commit(branch, changes)
            return
        self.settle((change.new_location, change.base_location) for change in changes)
        with self.pointers.database.writing() as connection:
            for change in changes:
                self.pointers.check_catalog(change.table)
                self.pointers.check_unserved(connection, change.table)
        steps = [self.step(c.table, c.base_location, c.new_location) for c in changes]
        self.rest.remote.apply("", steps, "changed through jupyter-mesh")
        now = datetime.now(UTC)
        with self.pointers.database.writing() as connection:
            for change in changes:
                self.pointers.note(connection, change, now)

    def base(self, change: StagedChange) -> Step:
        """What main must still hold for a change that was staged."""
        return self.step(change.table, change.expected, None)

    def step(self, table: TableName, base: str | None, location: str | None) -> Step:
        """What the catalog is asked to do with a table."""
        before = None if base is None else self.document(base)
        after = None if location is None else self.document(location)
        return Step(table, base, location, before, after)

    def _place(self, document: Document) -> str:
        """Outside the table's folder, which its keeper may sweep of what the catalog misses."""
        return f"{self.warehouse.root}/mesh-{self.warehouse.mark}/{document['table-uuid']}"

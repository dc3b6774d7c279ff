"""Views: rows beside the tables', each on a metadata file of its own, as Iceberg's view
specification says. What is made here, other people's engines read, and the other way round.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.pointers import IS_VIEW
from jupyter_mesh.catalog.view_metadata import document_of, sql_of, view_of
from jupyter_mesh.errors import ConflictError, NameNotFound, StorageError
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import ViewSnapshot

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.branches import StagedChange
    from jupyter_mesh.catalog.pointers import Pointers
    from jupyter_mesh.catalog.view_metadata import Document
    from jupyter_mesh.catalog.warehouse import Warehouse
    from jupyter_mesh.model.tables import View

_POINTERS = rows.ICEBERG_TABLES


class Views:
    """The views of one lake, on main and on branches."""

    def __init__(self, pointers: Pointers, warehouse: Warehouse) -> None:
        self.pointers = pointers
        self.warehouse = warehouse

    def names(self, schema: str, branch: str = "") -> list[str]:
        """The views of a schema, sorted."""
        statement = select(_POINTERS.c.table_name).where(
            _POINTERS.c.catalog_name == self.pointers.scope(branch),
            _POINTERS.c.table_namespace == schema,
            IS_VIEW,
        )
        with self.pointers.database.reading() as connection:
            return sorted(connection.execute(statement).scalars())

    def load(self, view: TableName, branch: str = "") -> tuple[str, Document]:
        """Where a view's metadata lies and what it says; NameNotFound offers the nearest."""
        statement = select(_POINTERS.c.metadata_location).where(self._at(view, branch))
        with self.pointers.database.reading() as connection:
            location = connection.execute(statement).scalar()
        if location is None:
            raise NameNotFound("view", str(view), self.names(view.schema, branch))
        return location, self._read(location)

    def find(self, view: TableName, branch: str = "") -> View | None:
        """The view of that name, if there is one; QueryError for one that is not in Trino's
        SQL.
        """
        statement = select(_POINTERS.c.metadata_location).where(self._at(view, branch))
        with self.pointers.database.reading() as connection:
            location = connection.execute(statement).scalar()
        return None if location is None else view_of(view, self._read(location))

    def snapshot(self, view: TableName, location: str) -> ViewSnapshot:
        """A view as a metadata file tells it; StorageError when that is gone or damaged."""
        return ViewSnapshot(view, sql_of(self._read(location)), location)

    def put(self, view: View, branch: str, *, is_new: bool) -> None:
        """Make a view, or give one another query; ConflictError when the name is taken, or the
        view was changed meanwhile.
        """
        if is_new:
            place = self.warehouse.location_for(view.name)
            self.create(view.name, branch, document_of(view, place))
        else:
            base, document = self.load(view.name, branch)
            self.replace(view.name, branch, base, document_of(view, "", document))

    def create(self, view: TableName, branch: str, document: Document) -> str:
        """Make a view; ConflictError when something has its name. Answers where it lies."""
        location = self._write(document)
        with self.pointers.database.writing(durable=not branch) as connection:
            self.pointers.check_open(connection, branch)
            self.pointers.ensure_schema(connection, view.schema, branch)
            self._insert(connection, view, branch, location)
        return location

    def move(self, connection: Connection, change: StagedChange) -> None:
        """Take a branch's change of a view to main; ConflictError when main's was changed."""
        if change.expected is None:
            if change.location is not None:
                self._insert(connection, change.table, "", change.location)
            return
        here = and_(
            self._at(change.table, ""), _POINTERS.c.metadata_location == change.expected
        )
        if change.location is None:
            done = connection.execute(delete(_POINTERS).where(here))
        else:
            values = {
                "metadata_location": change.location,
                "previous_metadata_location": change.expected,
            }
            done = connection.execute(update(_POINTERS).where(here).values(values))
        if done.rowcount != 1:
            raise ConflictError(
                f"The view {change.table} was changed on main in the meantime.",
                remedy="Nothing was published. Try again.",
            )

    def _insert(
        self, connection: Connection, view: TableName, branch: str, location: str
    ) -> None:
        """Enter a new view; ConflictError when a table or a view has its name."""
        try:
            connection.execute(
                insert(_POINTERS).values(
                    catalog_name=self.pointers.scope(branch),
                    table_namespace=view.schema,
                    table_name=view.table,
                    metadata_location=location,
                    iceberg_type="VIEW",
                )
            )
        except IntegrityError as error:
            raise ConflictError(
                f"There is already a table or a view named {view}.",
                remedy="Give it another name.",
            ) from error

    def replace(self, view: TableName, branch: str, base: str, document: Document) -> str:
        """Give a view new metadata; ConflictError when it no longer stands at `base`."""
        location = self._write(document)
        with self.pointers.database.writing(durable=not branch) as connection:
            self.pointers.check_open(connection, branch)
            done = connection.execute(
                update(_POINTERS)
                .where(self._at(view, branch), _POINTERS.c.metadata_location == base)
                .values(metadata_location=location, previous_metadata_location=base)
            )
            if done.rowcount != 1:
                raise ConflictError(f"{view} was changed in the meantime.")
        return location

    def drop(self, view: TableName, branch: str = "") -> None:
        """Remove a view; NameNotFound offers the nearest."""
        with self.pointers.database.writing(durable=not branch) as connection:
            self.pointers.check_open(connection, branch)
            done = connection.execute(delete(_POINTERS).where(self._at(view, branch)))
        if done.rowcount != 1:
            raise NameNotFound("view", str(view), self.names(view.schema, branch))

    def rename(self, view: TableName, new: TableName, branch: str = "") -> None:
        """Give a view another name; ConflictError when that is taken."""
        with self.pointers.database.writing(durable=not branch) as connection:
            self.pointers.check_open(connection, branch)
            done = connection.execute(
                update(_POINTERS)
                .where(self._at(view, branch))
                .values(table_namespace=new.schema, table_name=new.table)
            )
        if done.rowcount != 1:
            raise NameNotFound("view", str(view), self.names(view.schema, branch))

    def standing(self) -> dict[TableName, str]:
        """Every view of main, and where it stands."""
        statement = select(_POINTERS).where(
            _POINTERS.c.catalog_name == self.pointers.lake, IS_VIEW
        )
        with self.pointers.database.reading() as connection:
            return {
                TableName(self.pointers.lake, row.table_namespace, row.table_name): str(
                    row.metadata_location
                )
                for row in connection.execute(statement)
            }

    def locations(self) -> set[str]:
        """The metadata files that views of main and of branches stand on."""
        lake = self.pointers.lake
        statement = select(_POINTERS.c.metadata_location).where(
            or_(
                _POINTERS.c.catalog_name == lake,
                _POINTERS.c.catalog_name.startswith(f"{lake}~", autoescape=True),
            ),
            IS_VIEW,
        )
        with self.pointers.database.reading() as connection:
            return set(connection.execute(statement).scalars())

    def _at(self, view: TableName, branch: str) -> ColumnElement[bool]:
        self.pointers.check_catalog(view)
        return and_(self.pointers.at(view, branch), IS_VIEW)

    def _write(self, document: Document) -> str:
        number = document["current-version-id"] - 1
        location = f"{document['location']}/metadata/{number:05d}-{uuid4()}.metadata.json"
        self.warehouse.write(location, json.dumps(document, separators=(",", ":")).encode())
        self.warehouse.settle([(document["location"], 0.0)])
        return location

    def _read(self, location: str) -> Document:
        content = self.warehouse.read(location)
        try:
            if location.endswith(".gz.metadata.json"):
                content = gzip.decompress(content)
            document: Document = json.loads(content)
            document["view-uuid"]
        except (ValueError, KeyError, TypeError, EOFError, gzip.BadGzipFile) as error:
            raise StorageError(
                f"{location} is no view's metadata; the file is damaged.",
                remedy="Put back a copy of the warehouse, or make the view anew.",
            ) from error
        return document

"""Views: rows beside the tables', each on a metadata file of its own; no engine of ours reads
them, other people's do.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import and_, delete, insert, or_, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.errors import ConflictError, NameNotFound, StorageError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from jupyter_mesh.catalog.pointers import Pointers
    from jupyter_mesh.catalog.view_metadata import Document
    from jupyter_mesh.catalog.warehouse import Warehouse
    from jupyter_mesh.model.names import TableName

_POINTERS = rows.ICEBERG_TABLES
_KIND = "VIEW"
IS_VIEW = _POINTERS.c.iceberg_type == _KIND


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

    def create(self, view: TableName, branch: str, document: Document) -> str:
        """Make a view; ConflictError when something has its name. Answers where it lies."""
        location = self._write(document)
        with self.pointers.database.writing(durable=not branch) as connection:
            self.pointers.check_open(connection, branch)
            self.pointers.ensure_schema(connection, view.schema, branch)
            connection.execute(
                insert(_POINTERS).values(
                    catalog_name=self.pointers.scope(branch),
                    table_namespace=view.schema,
                    table_name=view.table,
                    metadata_location=location,
                    iceberg_type=_KIND,
                )
            )
        return location

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

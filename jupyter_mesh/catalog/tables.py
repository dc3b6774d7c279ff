"""Tables: their metadata files, read once and kept, and the changes we make to them."""

from __future__ import annotations

import gzip
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from jupyter_mesh.catalog.metadata import (
    emptied,
    following,
    new_document,
    snapshot_of,
)
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyiceberg.table.metadata import TableMetadata

    from jupyter_mesh.catalog.metadata import Document
    from jupyter_mesh.catalog.pointers import Pointers
    from jupyter_mesh.catalog.warehouse import Warehouse
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Snapshot

# Metadata files never change, so what was read stays right; the ceiling bounds memory.
_KEPT = 256
# Seconds by which a file system's clock goes behind the machine's, and room to spare.
_SLACK = 0.1
_GZIPPED = ".gz.metadata.json"
_NUMBER = re.compile(r"(\d+)-[^/]*\Z")


class Loaded(NamedTuple):
    """A table as it stands: where its metadata lies, and the metadata."""

    metadata_location: str
    metadata: TableMetadata


class Tables:
    """The tables of one lake as files and pointers; an empty branch means main."""

    def __init__(self, pointers: Pointers, warehouse: Warehouse) -> None:
        self.pointers = pointers
        self.warehouse = warehouse
        # Bound here and not on the class, so that a closed lake leaves nothing behind.
        self.document = lru_cache(_KEPT)(self._document)
        self.parsed = lru_cache(_KEPT)(self._parsed)
        self._state = lru_cache(4 * _KEPT)(self._described)

    # -- what an Iceberg client asks for ---------------------------------------------------

    def load(self, table: TableName, branch: str = "") -> Loaded:
        """Where a table's metadata lies and what it says; NameNotFound offers the nearest."""
        location = self.pointers.location(table, branch)
        return Loaded(location, self.parsed(location))

    def commit(self, branch: str, changes: Sequence[PointerChange]) -> None:
        """Move every pointer in one transaction, or none.

        On main the new files are on the disk first. Raises ConflictError when somebody else
        was faster, when the branch is closed, or when a release serves a table on main.
        """
        if not branch:
            self.settle((change.new_location, change.base_location) for change in changes)
        self.pointers.commit(branch, changes)

    def write_metadata(self, metadata: TableMetadata, base_location: str | None = None) -> str:
        """Write a new metadata file, the successor of the one at `base_location`."""
        content = metadata.model_dump_json(exclude_none=True).encode()
        document = {"location": metadata.location, "table-uuid": str(metadata.table_uuid)}
        return self._write(content, self._place(document), base_location)

    # -- what the mesh asks for ------------------------------------------------------------

    def state(
        self, table: TableName, location: str, snapshot_id: int | None = None
    ) -> Snapshot:
        """The state that a metadata file describes, or an older one of its snapshots."""
        return self._state(table, location, snapshot_id)

    def prepare(self, table: TableName, columns: Sequence[Column], branch: str) -> Snapshot:
        """Make the table on the branch, or give it exactly these columns and no rows."""
        with self.pointers.database.reading() as connection:
            base = self.pointers.find(connection, table, branch)
        if base is None:
            document = new_document(str(uuid4()), self.warehouse.location_for(table), columns)
        else:
            document = emptied(self.document(base), columns)
        location = self.write_document(document, base)
        self.commit(branch, [PointerChange(table, base, location)])
        return self.state(table, location)

    def write_document(self, document: Document, base_location: str | None) -> str:
        """Write a new metadata file after a change to the one at `base_location`."""
        if base_location is not None:
            document = following(document, self.document(base_location), base_location)
        content = json.dumps(document, separators=(",", ":")).encode()
        return self._write(content, self._place(document), base_location)

    def settle(self, steps: Iterable[tuple[str, str | None]]) -> None:
        """Wait until what tables got since their earlier states is on the disk.

        A step is where the table stands and where it stood before, if it did.
        """
        places = set()
        for location, base_location in steps:
            since = 0.0
            if base_location is not None:
                since = self.document(base_location)["last-updated-ms"] / 1000 - _SLACK
            document = self.document(location)
            places |= {(document["location"], since), (self._place(document), since)}
        self.warehouse.settle(places)

    def _place(self, document: Document) -> str:
        """In which folder a table's metadata is kept."""
        place: str = document["location"]
        return place

    def _write(self, content: bytes, place: str, base_location: str | None) -> str:
        number = 0
        if base_location is not None:
            match = _NUMBER.search(base_location)
            number = int(match[1]) + 1 if match else 1
        location = f"{place}/metadata/{number:05d}-{uuid4()}.metadata.json"
        self.warehouse.write(location, content)
        return location

    def _document(self, location: str) -> Document:
        content = self.warehouse.read(location)
        try:
            if location.endswith(_GZIPPED):
                content = gzip.decompress(content)
            document: Document = json.loads(content)
            version = document["format-version"]
        except (ValueError, KeyError, TypeError, EOFError, gzip.BadGzipFile) as error:
            raise StorageError(
                f"{location} is no table metadata; the file is damaged.",
                remedy="Put back a copy of the warehouse, then run mesh fsck.",
            ) from error
        # Format 1 may leave out what format 2 requires.
        return document if version > 1 else _upgraded(content)

    def _parsed(self, location: str) -> TableMetadata:
        from pyiceberg.table.metadata import TableMetadataUtil

        # A copy: the parser puts its own spelling of "no snapshot" into what it is given.
        return TableMetadataUtil.parse_obj(dict(self.document(location)))

    def _described(self, table: TableName, location: str, snapshot_id: int | None) -> Snapshot:
        return snapshot_of(table, location, self.document(location), snapshot_id)


def _upgraded(content: bytes) -> Document:
    from pyiceberg.table.metadata import TableMetadataUtil

    metadata = TableMetadataUtil.parse_raw(content.decode())
    document: Document = json.loads(metadata.model_dump_json(exclude_none=True))
    return document

"""What a metadata file reaches: its manifest lists, manifests and data files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.catalog.metadata import find_snapshot
from jupyter_mesh.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_mesh.catalog.metadata import Document
    from jupyter_mesh.catalog.tables import Tables


@dataclass(frozen=True, slots=True)
class Reached:
    """A file something stands on, and its size where that is written down."""

    location: str
    size: int | None = None


class Reach:
    """Follows metadata to files; what was read once is not read again."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._lists: dict[str, tuple[Reached, ...]] = {}
        self._manifests: dict[str, tuple[Reached, ...]] = {}

    def of_snapshot(self, document: Document, snapshot_id: int) -> Iterator[Reached]:
        """The files that one snapshot stands on; StorageError when one cannot be read."""
        entry = find_snapshot(document, snapshot_id)
        if entry is None:
            raise StorageError(
                f"The snapshot {snapshot_id} is not in its table's metadata.",
                remedy="Put back a copy of the warehouse.",
            )
        place = entry["manifest-list"]
        yield Reached(place)
        for manifest in self._listed(place):
            yield manifest
            yield from self._held(manifest.location)

    def of_document(self, document: Document) -> Iterator[Reached]:
        """Everything that any snapshot of a table stands on, and its log and statistics."""
        for entry in document.get("metadata-log", []):
            yield Reached(entry["metadata-file"])
        for kind in ("statistics", "partition-statistics"):
            for entry in document.get(kind, []):
                yield Reached(entry["statistics-path"])
        for entry in document.get("snapshots", []):
            yield from self.of_snapshot(document, entry["snapshot-id"])

    def _listed(self, place: str) -> tuple[Reached, ...]:
        if place not in self._lists:
            self._lists[place] = _understood(place, lambda: self._read_list(place))
        return self._lists[place]

    def _held(self, place: str) -> tuple[Reached, ...]:
        if place not in self._manifests:
            self._manifests[place] = _understood(place, lambda: self._read_manifest(place))
        return self._manifests[place]

    def _read_list(self, place: str) -> tuple[Reached, ...]:
        from pyiceberg.manifest import read_manifest_list

        source = self.tables.warehouse.file_io().new_input(place)
        return tuple(
            Reached(manifest.manifest_path, manifest.manifest_length)
            for manifest in read_manifest_list(source)
        )

    def _read_manifest(self, place: str) -> tuple[Reached, ...]:
        from pyiceberg.avro.file import AvroFile
        from pyiceberg.manifest import (
            DEFAULT_READ_VERSION,
            MANIFEST_ENTRY_SCHEMAS,
            DataFile,
            DataFileContent,
            FileFormat,
            ManifestEntry,
            ManifestEntryStatus,
        )

        source = self.tables.warehouse.file_io().new_input(place)
        with AvroFile[ManifestEntry](
            source,
            MANIFEST_ENTRY_SCHEMAS[DEFAULT_READ_VERSION],
            read_types={-1: ManifestEntry, 2: DataFile},
            read_enums={0: ManifestEntryStatus, 101: FileFormat, 134: DataFileContent},
        ) as entries:
            return tuple(
                Reached(entry.data_file.file_path, entry.data_file.file_size_in_bytes)
                for entry in entries
                if entry.status != ManifestEntryStatus.DELETED
            )


def _understood(place: str, read: Callable[[], tuple[Reached, ...]]) -> tuple[Reached, ...]:
    try:
        return read()
    except FileNotFoundError as error:
        raise StorageError(f"{place} is missing.", remedy="Put back a copy of it.") from error
    except Exception as error:
        # The parser of a damaged file fails in any way; for us it is one way.
        raise StorageError(
            f"{place} is damaged or cannot be read.", remedy="Put back a copy of it."
        ) from error

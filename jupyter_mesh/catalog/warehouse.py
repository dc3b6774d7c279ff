"""The warehouse: where the files of tables lie, on a local disk or in an object store."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from jupyter_mesh.catalog.failures import unreadable, unwritable
from jupyter_mesh.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyiceberg.io import FileIO

    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import IcebergSettings, RestSettings, StorageSettings

_FOLDERS = ("data", "metadata")
# A path component holds 255 bytes; the name is only there for people.
_LONGEST = 80
_FLUSHING = 8


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that lies in the warehouse; `modified` in seconds since 1970."""

    location: str
    size: int
    modified: float


class Warehouse:
    """Reads, writes and lists files by their full locations (`file://...`, `s3://...`)."""

    def __init__(
        self, settings: IcebergSettings | RestSettings, secrets: Secrets, catalog: str
    ) -> None:
        self.settings = settings
        # In the name of every folder we make: another catalog may share the warehouse, and
        # what it needs must never look like garbage to this one.
        self.mark = hashlib.sha256(catalog.encode()).hexdigest()[:6]
        self._storage = settings.storage
        self._secrets = secrets
        self._io: FileIO | None = None
        self._lock = threading.Lock()
        self._root = self._found()

    @property
    def root(self) -> str:
        """Where it lies: names as they are on the disk, no slash at the end."""
        return self._root

    def _found(self) -> str:
        return root_of(self.settings.warehouse)

    def file_io(self) -> FileIO:
        """Iceberg's own reader and writer of files, set up for this store alone."""
        with self._lock:
            if self._io is None:
                from pyiceberg.io import load_file_io

                properties = self._properties() if self.root.startswith("s3:") else {}
                self._io = load_file_io(
                    {"py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO", **properties},
                    self.root,
                )
            return self._io

    def location_for(self, table: TableName) -> str:
        """A place of its own for a new table; its folders are made where there are folders.

        Never the same twice: a table that is dropped and made again must not meet old files.
        """
        name = _plain(table.table)[:_LONGEST]
        folder = self.folder_for(table.schema)
        location = f"{folder}/{name}-{self.mark}{uuid4().hex[:10]}"
        path = local_path(location)
        if path is not None:
            _make_folders(path)
        return location

    def folder_for(self, schema: str) -> str:
        """Where the folders of a schema's tables are made."""
        return f"{self.root}/{_plain(schema)[:_LONGEST]}"

    def read(self, location: str) -> bytes:
        """A file's bytes; StorageError when it is not there or cannot be read."""
        path = local_path(location)
        try:
            if path is not None:
                return path.read_bytes()
            with self.file_io().new_input(location).open() as stream:
                content: bytes = stream.read()
                return content
        except OSError as error:
            raise unreadable(location, error) from error

    def write(self, location: str, content: bytes) -> None:
        """A new file; whoever reads it must be told of it only afterwards."""
        path = local_path(location)
        try:
            if path is None:
                with self.file_io().new_output(location).create() as output:
                    output.write(content)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(content)
        except OSError as error:
            raise unwritable(location, error) from error

    def size(self, location: str) -> int:
        """A file's size in bytes; StorageError when it is not there or cannot be opened."""
        path = local_path(location)
        try:
            if path is not None:
                with path.open("rb") as stream:
                    return stream.seek(0, os.SEEK_END)
            return len(self.file_io().new_input(location))
        except OSError as error:
            raise unreadable(location, error) from error

    def settle(self, places: Iterable[tuple[str, float]]) -> None:
        """Wait until the files and folders of tables, younger than a moment, are on the disk.

        A place is a table's location and that moment, in seconds since 1970. Object stores
        keep what they have acknowledged, so there is nothing to wait for.
        """
        young: set[Path] = set()
        try:
            for location, since in places:
                path = local_path(location)
                if path is not None:
                    young.update(_young(path, since), (path, path.parent, path.parent.parent))
            # Together, for the disk writes out many files in the time of one.
            with ThreadPoolExecutor(_FLUSHING) as threads:
                for _done in threads.map(_flush, young):
                    pass
        except OSError as error:
            raise unwritable(self.root, error) from error

    def own_files(self) -> Iterator[StoredFile]:
        """Every file in the folders of tables that this catalog made."""
        ours = re.compile(
            re.escape(f"{self.root}/") + rf"\w+/\w+-{self.mark}[0-9a-f]{{10}}/(data|metadata)/"
        )
        return (file for file in self._files() if ours.match(file.location))

    def _files(self) -> Iterator[StoredFile]:
        path = local_path(self.root)
        if path is not None:
            yield from _local_files(path)
            return
        from pyarrow.fs import FileSelector

        io = self.file_io()
        bucket, _, prefix = self.root.split("://", 1)[1].partition("/")
        system = io.fs_by_scheme("s3", bucket)  # type: ignore[attr-defined]
        selector = FileSelector(f"{bucket}/{prefix}", recursive=True, allow_not_found=True)
        for info in system.get_file_info(selector):
            if info.is_file:
                modified = info.mtime.timestamp()
                yield StoredFile(f"s3://{info.path}", info.size, modified)

    def delete(self, location: str) -> None:
        """Remove a file; harmless when it is gone."""
        path = local_path(location)
        try:
            if path is not None:
                path.unlink(missing_ok=True)
            else:
                self.file_io().delete(location)
        except FileNotFoundError:
            return
        except OSError as error:
            raise unwritable(location, error) from error

    def _properties(self) -> dict[str, str]:
        storage: StorageSettings = self._storage
        # The S3 client otherwise sends checksum trailers that stores other than Amazon's
        # refuse; it reads this when it is first used.
        os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
        os.environ.setdefault("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
        known = {
            "s3.endpoint": storage.endpoint,
            "s3.region": storage.region,
            "s3.access-key-id": storage.access_key
            and self._secrets.resolve(storage.access_key),
            "s3.secret-access-key": storage.secret_key
            and self._secrets.resolve(storage.secret_key),
            "s3.force-virtual-addressing": "" if storage.path_style else "true",
        }
        return {key: value for key, value in known.items() if value}


def local_path(location: str) -> Path | None:
    """The path of a location on this machine, or nothing for one in an object store."""
    if location.startswith("file:"):
        return Path("/" + location.removeprefix("file:").lstrip("/"))
    return Path(location) if location.startswith("/") else None


def _make_folders(table: Path) -> None:
    """Make a table's folders; a new warehouse above them is on the disk at once.

    What lies below it waits for its publication.
    """
    above = [folder for folder in table.parents[1:] if not folder.exists()]
    try:
        for name in _FOLDERS:
            (table / name).mkdir(parents=True, exist_ok=True)
        for folder in above:
            _flush(folder.parent)
    except OSError as error:
        raise unwritable(str(table), error) from error


def root_of(uri: str) -> str:
    """The warehouse's location: names as they are on the disk, no slash at the end."""
    path = local_path(uri)
    if path is not None:
        return f"file://{Path(unquote(str(path)) if uri.startswith('file:') else path)}"
    if uri.startswith("s3://"):
        return uri.rstrip("/")
    raise ConfigError(
        f"A warehouse cannot lie at {uri}.",
        remedy="Write file:///folder or s3://bucket/prefix.",
    )


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def _young(folder: Path, since: float) -> Iterator[Path]:
    """The files below a folder that are not older than a moment, and their folders."""
    for place, _folders, names in os.walk(folder):
        young = [path for name in names if _is_young(path := Path(place, name), since)]
        yield from young
        if young:
            yield Path(place)


def _is_young(path: Path, since: float) -> bool:
    try:
        return path.stat().st_mtime >= since
    except FileNotFoundError:
        # Another run's temporary file; what is to be published is never removed.
        return False


def _flush(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _local_files(root: Path) -> Iterator[StoredFile]:
    for place, _folders, names in os.walk(root):
        for name in names:
            path = Path(place, name)
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            yield StoredFile(f"file://{path}", found.st_size, found.st_mtime)

"""Batches kept for a second reading: in memory at first, then in a nameless file."""

from __future__ import annotations

from tempfile import TemporaryFile
from threading import Lock
from typing import TYPE_CHECKING
from weakref import finalize

from jupyter_mesh.errors import StorageError

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    import pyarrow as pa

IN_MEMORY = 64 * 2**20


class KeptBatches:
    """A list of batches that grows at its end and costs bounded memory.

    What exceeds `limit` bytes goes to a file without a name, which is gone with this object
    even when the process is killed. Appending and reading may happen in different threads.
    """

    def __init__(self, schema: pa.Schema, scratch: Path, limit: int = IN_MEMORY) -> None:
        self.schema = schema
        self._scratch = scratch
        self._room = limit
        self._batches: list[pa.RecordBatch | tuple[int, int]] = []
        self._file: FileIO | None = None
        self._end = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._batches)

    def has_room(self, batch: pa.RecordBatch) -> bool:
        """Whether the batch can be kept in memory."""
        return int(batch.nbytes) <= self._room

    def append(self, batch: pa.RecordBatch) -> None:
        """Keep one more batch; StorageError when the disk is full."""
        if self.has_room(batch):
            self._room -= batch.nbytes
            self._batches.append(batch)
            return
        self._room = 0
        data = batch.serialize()
        with self._lock:
            try:
                self._write(memoryview(data))
            except OSError as error:
                raise StorageError(
                    f"The answer could not be kept for reading: {error.strerror or error}.",
                    remedy="Free some space on the disk, or ask for fewer rows or columns.",
                ) from error
            self._batches.append((self._end, data.size))
            self._end += data.size

    def __getitem__(self, place: int) -> pa.RecordBatch:
        import pyarrow as pa

        kept = self._batches[place]
        if not isinstance(kept, tuple):
            return kept
        data = pa.allocate_buffer(kept[1])
        with self._lock:
            self._read(kept[0], memoryview(data))
        return pa.ipc.read_record_batch(data, self.schema)

    def _write(self, data: memoryview) -> None:
        file = self._opened()
        file.seek(self._end)
        while data:
            data = data[file.write(data) :]

    def _read(self, start: int, data: memoryview) -> None:
        file = self._opened()
        file.seek(start)
        while data:
            count = file.readinto(data)
            if not count:
                raise StorageError("What was kept of the answer is gone from the disk.")
            data = data[count:]

    def _opened(self) -> FileIO:
        if self._file is None:
            self._scratch.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a buffer in between costs seven times the writing itself.
            self._file = TemporaryFile(dir=self._scratch, buffering=0)  # noqa: SIM115 - lives on
            finalize(self, self._file.close)
        return self._file

"""An answer: Arrow batches that stream from the engine and can be read again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from threading import RLock
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.engines.kept import KeptBatches
from jupyter_mesh.errors import InputError, StorageError
from jupyter_mesh.formats.arrays import python_rows
from jupyter_mesh.formats.arrow import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.tables import Stats

# Stands for a batch that was read by somebody and not kept.
_PASSED: Any = object()


class StreamedResult:
    """Columns with Trino types over batches that are pulled when somebody reads on.

    Every way of reading begins at the first row, however often: what was pulled is kept, in
    bounded memory. `again` runs the statement once more when that is known to give the same
    rows in the same order; with it only what fits into memory is kept and nothing is spilled.
    The schema has the declared types exactly; several threads may read.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        source: Iterator[pa.RecordBatch],
        kept: KeptBatches,
        stats: Stats,
        again: Callable[[], Iterator[pa.RecordBatch]] | None = None,
    ) -> None:
        self._columns = tuple(columns)
        self._source: Iterator[pa.RecordBatch] | None = source
        self._kept = kept
        self._stats = stats
        self._again = again
        self._pulled = 0
        self._fault: BaseException | None = None
        self._lock = RLock()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Name and Trino type of each column."""
        return self._columns

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of every batch."""
        return self._kept.schema

    @property
    def stats(self) -> Stats:
        """How it went so far; the rows are all known once it was read to its end."""
        return self._stats

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches, from the first on, each pulled when it is asked for."""
        place = rows = 0
        while (batch := self._batch(place)) is not None:
            if batch is _PASSED:
                yield from self._repeated(rows)
                return
            yield batch
            place += 1
            rows += batch.num_rows

    def start(self) -> StreamedResult:
        """Wait for the first rows, or the end."""
        self._batch(0)
        return self

    def end(self) -> StreamedResult:
        """Wait for the last row."""
        for _batch in self.batches():
            pass
        return self

    def _batch(self, place: int) -> pa.RecordBatch | None:
        """The batch at a place, pulled from the engine when nobody had it before."""
        with self._lock:
            if place < len(self._kept):
                return self._kept[place]
            if place < self._pulled:
                return _PASSED
            if self._fault is not None:
                raise self._fault
            return self._pull()

    def _pull(self) -> pa.RecordBatch | None:
        if self._source is None:
            return None
        start = perf_counter()
        try:
            batch = next(self._source, None)
            if batch is not None:
                self._keep(batch)
        except BaseException as fault:
            # A generator that has raised looks as if it had ended: rows would be missing.
            self._fault, self._source = fault, None
            raise
        rows = self._stats.rows
        if batch is None:
            self._source = None
        elif not self._stats.update:
            rows += batch.num_rows
        seconds = self._stats.seconds + perf_counter() - start
        self._stats = replace(self._stats, seconds=seconds, rows=rows)
        return batch

    def _keep(self, batch: pa.RecordBatch) -> None:
        # Without a gap: a batch is found again by its place.
        is_first_run = self._pulled == len(self._kept)
        if self._again is None or (is_first_run and self._kept.has_room(batch)):
            self._kept.append(batch)
        self._pulled += 1

    def _repeated(self, skip: int) -> Iterator[pa.RecordBatch]:
        """The rows after the first ones, from the statement run again."""
        assert self._again is not None  # noqa: S101 - else everything was kept
        for batch in self._again():
            if skip >= batch.num_rows:
                skip -= batch.num_rows
            else:
                yield batch.slice(skip) if skip else batch
                skip = 0

    def reader(self) -> pa.RecordBatchReader:
        """The rows as an Arrow reader."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.schema, self.batches())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows for any library that speaks Arrow's PyCapsule interface."""
        return self.reader().__arrow_c_stream__(requested_schema)

    def arrow(self) -> pa.Table:
        """All rows as one Arrow table, in memory."""
        import pyarrow as pa

        return pa.Table.from_batches(list(self.batches()), schema=self.schema)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as exact Python values.

        Decimal, date, time, datetime (aware where the type has a zone), bytes, UUID, list,
        dict for a map and for a row with named fields, tuple for another row.
        """
        return [row for batch in self.batches() for row in python_rows(batch, self._columns)]

    def df(self, dtype_backend: str = "mesh") -> Any:  # noqa: ANN401 - a pandas frame
        """All rows as a pandas frame; `dtype_backend` is mesh (exact), arrow or numpy.

        The table of types stands with `formats.frames.to_pandas`.
        """
        from jupyter_mesh.formats.frames import to_pandas

        return to_pandas(self.arrow(), self._columns, dtype_backend)

    def to_parquet(self, path: str | Path) -> None:
        """Write all rows, streaming, to a file that appears whole or not at all."""
        write_parquet(self.schema, self.batches(), Path(path))

    def __repr__(self) -> str:
        names = ", ".join(f"{column.name} {column.type}" for column in self._columns)
        more = " so far" if self._source is not None else ""
        return f"<Result ({names}), {self._stats.rows} rows{more}>"


def write_parquet(schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path) -> None:
    """Write batches to a Parquet file that appears whole or not at all."""
    import pyarrow as pa
    from pyarrow import parquet

    path = path.expanduser()
    # Beside the target: a rename is only whole within one file system.
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        os.replace(part, path)
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise InputError(
            "Parquet cannot hold one of the columns' types.",
            remedy="Cast intervals and the like to varchar first.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"{path} could not be written: {error.strerror or error}.",
            remedy="Does the folder exist, and is there room on the disk?",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def small_result(
    columns: Sequence[Column], rows: Sequence[tuple[Any, ...]], stats: Stats, scratch: Path
) -> StreamedResult:
    """An answer that the mesh itself gives, such as SHOW TABLES or a count of changed rows."""
    import pyarrow as pa

    schema = schema_of(columns)
    values = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(schema.types)]
    batch = pa.RecordBatch.from_arrays(values, schema=schema)
    result = StreamedResult(columns, iter([batch]), KeptBatches(schema, scratch), stats)
    return result.end()

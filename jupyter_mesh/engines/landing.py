"""Landing: a data file or a frame opened as rows that a table can take, or refused by name."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mesh.engines.landing_csv import read_csv
from jupyter_mesh.engines.landing_json import read_json
from jupyter_mesh.engines.landing_rows import Rows, read_batches
from jupyter_mesh.errors import InputError, LandingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa

__all__ = ["Rows", "opened", "read_batches", "read_file"]

_CHUNK = 2**20
_ROWS = 122_880
_REMEDY = "Land csv, json, ndjson (each may be compressed as .gz), parquet or arrow."


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection, source: pa.RecordBatchReader | Path
) -> Iterator[Rows]:
    """The rows of a data file or of a frame's reader, for as long as the block lasts.

    Raises LandingError, with row and column where there is one, for a file that cannot be
    taken whole; InputError for a frame with a value no table can keep.
    """
    with (
        read_file(connection, source)
        if isinstance(source, Path)
        else read_batches(connection, source) as rows
    ):
        yield rows


@contextmanager
def read_file(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[Rows]:
    """The rows of a csv, json, ndjson, parquet or arrow file, told apart by the file's name.

    A file is read to its end before the first row is served, so that every fault is found
    while nothing is written. A file without rows is refused.
    """
    _check_is_file(path)
    name = path.name.lower().removesuffix(".gz")
    try:
        _check_whole(path)
        if name.endswith((".csv", ".tsv", ".txt")):
            yield read_csv(connection, path)
        elif name.endswith((".json", ".ndjson", ".jsonl")):
            yield read_json(connection, path)
        elif path.name.lower().endswith((".parquet", ".pq")):
            with (
                _parquet(path) as reader,
                _told(path),
                read_batches(connection, reader) as rows,
            ):
                yield rows
        elif path.name.lower().endswith((".arrow", ".feather")):
            with _arrow(path) as reader, _told(path), read_batches(connection, reader) as rows:
                yield rows
        else:
            raise LandingError(
                f"{path.name} is not a kind of file that can be landed.",
                file=str(path),
                remedy=_REMEDY,
            )
    except OSError as error:
        raise LandingError(
            f"{path} cannot be read: {error.strerror or error}.", file=str(path)
        ) from error


def _check_is_file(path: Path) -> None:
    if not path.exists():
        raise LandingError(
            f"There is no file {path}.",
            file=str(path),
            remedy="Check the path; it is looked up from the current folder.",
        )
    if not path.is_file():
        raise LandingError(f"{path} is not a file.", file=str(path), remedy=_REMEDY)
    if not path.stat().st_size:
        raise LandingError(
            f"{path.name} is empty: it has neither a heading nor rows.", file=str(path)
        )


def _check_whole(path: Path) -> None:
    """Read a gzip file to its end: DuckDB takes what there is of one that was cut off."""
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return
    try:
        with gzip.open(path) as stream:
            while stream.read(_CHUNK):
                pass
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise LandingError(
            f"{path.name} is not a whole gzip file.",
            file=str(path),
            remedy="It may have been cut off while it was copied; fetch it again.",
        ) from error


@contextmanager
def _parquet(path: Path) -> Iterator[pa.RecordBatchReader]:
    import pyarrow as pa
    from pyarrow import parquet

    with _whole(path, "parquet"), parquet.ParquetFile(path) as file:
        _check_rows(path, file.metadata.num_rows)
        batches = file.iter_batches(batch_size=_ROWS)
        yield pa.RecordBatchReader.from_batches(file.schema_arrow, batches)


@contextmanager
def _arrow(path: Path) -> Iterator[pa.RecordBatchReader]:
    import pyarrow as pa

    with _whole(path, "Arrow"), pa.ipc.open_file(path) as file:
        numbers = range(file.num_record_batches)
        _check_rows(path, sum(file.get_batch(number).num_rows for number in numbers))
        batches = (file.get_batch(number) for number in numbers)
        yield pa.RecordBatchReader.from_batches(file.schema, batches)


@contextmanager
def _whole(path: Path, kind: str) -> Iterator[None]:
    """Around reading a binary file: damage anywhere in it is the file's fault."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise LandingError(
            f"{path.name} is not a whole {kind} file: {str(error).splitlines()[0]}",
            file=str(path),
            remedy="It may have been cut off while it was copied; fetch it again.",
        ) from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Around a file's frame: a value that no table keeps is the file's fault."""
    try:
        yield
    except LandingError:
        raise
    except InputError as error:
        raise LandingError(
            f"{path.name}: {error.message}", file=str(path), remedy=error.remedy
        ) from error


def _check_rows(path: Path, rows: int) -> None:
    if not rows:
        raise LandingError(
            f"{path.name} holds no rows.",
            file=str(path),
            remedy="Was it written to its end? An empty table is not landed.",
        )

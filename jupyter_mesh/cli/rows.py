"""Rows on their way out of a command: as a table, csv, JSON or Parquet, streaming."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from uuid import uuid4

from jupyter_mesh.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from jupyter_mesh.cli.terminal import Terminal
    from jupyter_mesh.protocols import Result

FORMATS = ("table", "csv", "json", "parquet")
# A table is for eyes; all rows go to csv, JSON or Parquet.
SHOWN = 100
PIECE = 8192


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where rows go and in which form."""

    terminal: Terminal
    format: str
    file: Path | None

    @classmethod
    def chosen(cls, terminal: Terminal, form: str | None, file: str | None) -> Outlet:
        """The form asked for, or the one of the file's ending; refused before anything runs."""
        path = Path(file).expanduser() if file else None
        if form is None and path is not None:
            ending = path.suffix.lower().lstrip(".")
            form = ending if ending in FORMATS[1:] else "csv"
        elif form is None:
            form = "json" if terminal.is_json else "table"
        if form == "table" and path is not None:
            raise InputError(
                "A table is for a terminal.", remedy="Write a file as csv, json or parquet."
            )
        if form == "parquet" and path is None and sys.stdout.isatty():
            raise InputError(
                "Parquet is not for a terminal.", remedy="Name a file: -o rows.parquet."
            )
        if path is not None and not path.absolute().parent.is_dir():
            raise InputError(
                f"There is no folder {path.parent}.", remedy="Make it, or name another file."
            )
        return cls(terminal, form, path)

    def write(self, result: Result) -> None:
        """Write all rows (of a table the first hundred)."""
        if self.format == "parquet":
            self._parquet(result)
        elif self.file is not None:
            with _whole(self.file) as stream:
                _write(self.format, result, stream)
        elif self.format == "table":
            self._table(result)
        else:
            self.terminal.begin_rows()
            _write(self.format, result, sys.stdout)
        if self.file is not None:
            self.terminal.say(f"{result.stats.rows:,} rows written to {self.file}.")

    def _parquet(self, result: Result) -> None:
        if self.file is not None:
            result.to_parquet(self.file)
            return
        import shutil
        from tempfile import TemporaryDirectory

        self.terminal.begin_rows()
        with TemporaryDirectory() as folder:
            place = Path(folder) / "rows.parquet"
            result.to_parquet(place)
            with place.open("rb") as source:
                shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()

    def _table(self, result: Result) -> None:
        from jupyter_mesh.formats.outline import table

        rows: list[tuple[Any, ...]] = []
        for row in _rows(result):
            rows.append(row)
            if len(rows) > SHOWN:
                break
        headings = [column.name for column in result.columns]
        cells = [["NULL" if value is None else value for value in row] for row in rows[:SHOWN]]
        numeric = [i for i, column in enumerate(result.columns) if column.type.is_numeric]
        self.terminal.table(table("", headings, cells, numeric=numeric))
        stats = result.stats
        count = f"the first {SHOWN} rows" if len(rows) > SHOWN else f"{len(rows):,} rows"
        count = "1 row" if len(rows) == 1 else count
        hint = "; all of them with --format csv" if len(rows) > SHOWN else ""
        self.terminal.say(f"{count}, {stats.seconds:.2f} s, {stats.engine}{hint}")


def _write(form: str, result: Result, stream: TextIO) -> None:
    {"csv": _csv, "json": _json}[form](result, stream)


def _rows(result: Result) -> Iterator[tuple[Any, ...]]:
    from jupyter_mesh.formats.arrays import python_rows

    for batch in result.batches():
        yield from python_rows(batch, result.columns)


def _csv(result: Result, stream: TextIO) -> None:
    from jupyter_mesh.formats.lines import csv_header, csv_lines

    stream.write(f"{csv_header(result.columns)}\n")
    for batch in _slices(result):
        stream.writelines(f"{line}\n" for line in csv_lines(batch, result.columns))


def _json(result: Result, stream: TextIO) -> None:
    """An array of objects, one a line."""
    from jupyter_mesh.formats.lines import json_lines

    separator = "[\n"
    for batch in _slices(result):
        for line in json_lines(batch, result.columns):
            stream.write(f"{separator}{line}")
            separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


def _slices(result: Result) -> Iterator[pa.RecordBatch]:
    """The batches in pieces whose words take little memory."""
    for batch in result.batches():
        for start in range(0, batch.num_rows, PIECE):
            yield batch.slice(start, PIECE)


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file that appears when everything was written, and not before."""
    # Beside the target: a rename is only whole within one file system.
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} could not be written: {error.strerror or error}.",
            remedy="Is the folder writable, and is there room on the disk?",
        ) from error
    finally:
        part.unlink(missing_ok=True)

"""A result as a file beside the notebook: csv or Parquet, whole or not at all."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.errors import ConflictError, InputError, QueryCancelled, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from jupyter_mesh.engines.ticket import QueryTicket
    from jupyter_mesh.protocols import Result

FORMATS = ("csv", "parquet")


def save(
    result: Result,
    name: str,
    ticket: QueryTicket,
    tell: Callable[[int], None],
    *,
    replaces: bool = False,
) -> Path:
    """Write all rows to the file that the name's ending asks for; `tell` hears how many.

    Raises ConflictError when the file is there and is not to be replaced.
    """
    path = Path(name).expanduser().absolute()
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(
            f"{name!r} ends in neither .csv nor .parquet.",
            remedy="The ending chooses the format: write one of the two.",
        )
    if path.exists() and not replaces:
        raise ConflictError(
            f"{path.name} exists already.", remedy="Choose another name, or replace it."
        )
    batches = _watched(result.batches(), ticket, tell)
    if form == "parquet":
        _parquet(result, batches, path)
    else:
        _csv(result, batches, path)
    return path


def _watched(
    batches: Iterator[pa.RecordBatch], ticket: QueryTicket, tell: Callable[[int], None]
) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        if ticket.is_cancelled:
            raise QueryCancelled("Saving was stopped; no file was written.")
        yield batch
        rows += batch.num_rows
        tell(rows)


def _parquet(result: Result, batches: Iterator[pa.RecordBatch], path: Path) -> None:
    from jupyter_mesh.engines.result import write_parquet
    from jupyter_mesh.formats.arrow import schema_of

    first = next(batches, None)
    if first is None:
        write_parquet(schema_of(result.columns), batches, path)
    else:
        write_parquet(first.schema, chain((first,), batches), path)


def _csv(result: Result, batches: Iterator[pa.RecordBatch], path: Path) -> None:
    from jupyter_mesh.formats.lines import csv_header, csv_lines

    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            stream.write(f"{csv_header(result.columns)}\n")
            for batch in batches:
                stream.writelines(f"{line}\n" for line in csv_lines(batch, result.columns))
        os.replace(part, path)
    except OSError as error:
        raise StorageError(
            f"{path} could not be written: {error.strerror or error}.",
            remedy="Does the folder exist, and is there room on the disk?",
        ) from error
    finally:
        part.unlink(missing_ok=True)

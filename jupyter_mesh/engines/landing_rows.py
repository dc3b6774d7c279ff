"""Rows that a table can take: SQL-safe names, kept types, and no value changed on the way."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.errors import InputError, MeshError
from jupyter_mesh.formats import arrays
from jupyter_mesh.formats.arrow import arrow_type, columns_of
from jupyter_mesh.model.names import quote, safe_names
from jupyter_mesh.model.types import Field, TrinoType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column

_KEPT = {
    "tinyint": TrinoType("integer"),
    "smallint": TrinoType("integer"),
    "unknown": TrinoType("varchar"),
    "json": TrinoType("varchar"),
    "char": TrinoType("varchar"),
    "time": TrinoType("time", (6,)),
    "timestamp": TrinoType("timestamp", (6,)),
    "timestamp with time zone": TrinoType("timestamp with time zone", (6,)),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows ready to be written: a query in DuckDB's dialect and the columns it serves."""

    sql: str
    columns: tuple[Column, ...]


@contextmanager
def read_batches(
    connection: duckdb.DuckDBPyConnection, reader: pa.RecordBatchReader
) -> Iterator[Rows]:
    """The rows of a frame: names made SQL-safe, types brought to those a table keeps.

    No value changes on the way: one that would (nanoseconds, a number beyond 38 digits)
    raises InputError naming its column.
    """
    kept = _Kept(reader)
    view = f"rows_{uuid4().hex}"
    connection.register(view, kept.reader)
    try:
        yield Rows(f"FROM {quote(view)}", kept.columns)
    except (MeshError, duckdb.Error):
        # On its way through the engine an exception of the reader's loses its type.
        if kept.fault is not None:
            raise kept.fault from None
        raise
    finally:
        connection.unregister(view)


def kept_type(kind: TrinoType) -> TrinoType:
    """The type a table keeps a value as; InputError for one that no table keeps.

    Iceberg's format version 2 has two whole-number types, microseconds, and text without a
    length.
    """
    match kind.base:
        case "array" | "map":
            return replace(kind, items=tuple(kept_type(item) for item in kind.items))
        case "row":
            fields = [
                Field(field.name or f"field{place}", kept_type(field.type))
                for place, field in enumerate(kind.fields)
            ]
            return replace(kind, fields=tuple(fields))
        case "varchar":
            return TrinoType("varchar")
        case base if base.startswith("interval") or base.endswith("time with time zone"):
            raise InputError(
                f"A table cannot keep values of type {kind}.",
                remedy="Convert them to numbers, text or moments first.",
            )
    return _KEPT.get(kind.base, kind)


def kept_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns under SQL-safe, distinct names and with types that a table keeps."""
    names = safe_names([column.name for column in columns])
    kept = []
    for name, column in zip(names, columns, strict=True):
        try:
            kept.append(replace(column, name=name, type=kept_type(column.type)))
        except InputError as error:
            raise InputError(
                f"Column {column.name}: {error.message}", remedy=error.remedy
            ) from error
    return tuple(kept)


class _Kept:
    """A reader whose batches have kept types; `fault` is what stopped it, if anything."""

    def __init__(self, source: pa.RecordBatchReader) -> None:
        import pyarrow as pa

        self.fault: Exception | None = None
        self.columns = kept_columns(columns_of(source.schema))
        schema = pa.schema(
            [
                # Nulls are told apart by the table, which says so with the column's name.
                pa.field(column.name, _kept_arrow(column.type, field.type))
                for column, field in zip(self.columns, source.schema, strict=True)
            ]
        )
        self._source = source
        self.reader = pa.RecordBatchReader.from_batches(schema, self._batches(schema))

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        try:
            for batch in self._source:
                columns = zip(batch.columns, schema, strict=True)
                kept = [_kept_array(array, field) for array, field in columns]
                yield pa.RecordBatch.from_arrays(kept, schema=schema)
        except Exception as error:
            self.fault = error
            raise


def _kept_array(array: pa.Array, field: pa.Field) -> pa.Array:
    import pyarrow as pa

    try:
        return arrays.cast(array, field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            f"Column {field.name} holds a value that a table cannot keep unchanged: "
            f"{str(error).splitlines()[0]}.",
            remedy="Round it, or convert the column to text, and try again.",
        ) from error


def _kept_arrow(kind: TrinoType, found: pa.DataType) -> pa.DataType:
    """The Arrow type of a kept column; large offsets stay, so that long text fits a batch."""
    from pyarrow import types

    if types.is_large_string(found) or types.is_large_binary(found):
        return found
    return arrow_type(kind)


def file_literal(path: Path) -> str:
    """A path as an SQL string that DuckDB takes for this one file, not for a pattern."""
    return literal(re.sub(r"([*?[])", r"[\1]", str(path)))

"""A page of rows for a browser: an Arrow stream that is bounded, with cells that are too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.types import TrinoType

# A page must stay a page: what is longer than this is cut, and says so.
LONGEST = 10_000
# A notebook is saved with its outputs, so the rows that stay in it must be few.
SAVED_BYTES = 512_000
# One message of a page that asks for more.
SENT_BYTES = 16_000_000


def between(batches: Iterable[pa.RecordBatch], first: int, limit: int) -> list[pa.RecordBatch]:
    """The rows from a place on, `limit` of them at most."""
    found: list[pa.RecordBatch] = []
    if limit <= 0:
        return found
    for batch in batches:
        part = batch.slice(first, limit)
        first = max(0, first - batch.num_rows)
        limit -= part.num_rows
        if part.num_rows:
            found.append(part)
        if limit == 0:
            break
    return found


def packed(
    batches: Sequence[pa.RecordBatch], columns: Sequence[Column], most: int
) -> tuple[bytes, int]:
    """The rows as an Arrow IPC stream of about `most` bytes, and how many went into it.

    At least one row goes in. Columns keep their places: names may be there twice.
    """
    import pyarrow as pa

    from jupyter_mesh.formats.arrow import schema_of

    schema = batches[0].schema if batches else schema_of(columns)
    table = pa.Table.from_batches(batches, schema=schema)
    arrays = [
        _cut(array, column.type) for array, column in zip(table.columns, columns, strict=True)
    ]
    table = pa.Table.from_arrays(arrays, names=table.column_names)
    if table.nbytes > most:
        table = table.slice(0, max(1, table.num_rows * most // table.nbytes))
    table = table.combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes(), table.num_rows


def _cut(array: pa.ChunkedArray, kind: TrinoType) -> pa.ChunkedArray:
    """The column with its long cells cut; one of another kind than text becomes text then."""
    import pyarrow as pa
    from pyarrow import types

    if array.nbytes <= LONGEST or types.is_primitive(array.type):
        return array
    if types.is_string(array.type):
        return _cut_text(array)
    if not (types.is_binary(array.type) or types.is_nested(array.type)):
        return array
    from jupyter_mesh.formats.arrays import python_values

    words = [
        None if value is None else text(value)
        for chunk in array.chunks
        for value in python_values(chunk, kind)
    ]
    if all(word is None or len(word) <= LONGEST for word in words):
        return array
    return pa.chunked_array([[_marked(word) for word in words]], pa.string())


def _cut_text(array: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if (pc.max(pc.binary_length(array)).as_py() or 0) <= LONGEST:
        return array
    lengths = pc.utf8_length(array)
    start = pc.utf8_slice_codeunits(array, 0, LONGEST)
    mark = pc.binary_join_element_wise("… (", lengths.cast("string"), " characters)", "")
    joined = pc.binary_join_element_wise(start, mark, "")
    cut: Any = pc.if_else(pc.greater(lengths, LONGEST), joined, array)
    return cut if isinstance(cut, pa.ChunkedArray) else pa.chunked_array([cut])


def _marked(word: str | None) -> str | None:
    if word is None or len(word) <= LONGEST:
        return word
    return f"{word[:LONGEST]}… ({len(word)} characters)"

"""The fast way: a page of plain columns is read as the text that it nearly is, comma-separated.

`[[1,"a"],[2,null]]` without its outer brackets and with a line's end for each `],[` is what
Arrow's reader of comma-separated values takes in at once, typed, without one Python object for
a value. It is only trusted where nothing can be mistaken: no backslash in the page, no type
whose text needs more than Arrow's own conversion, and as many lines as there are rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from jupyter_mesh.engines.pages_types import Kind

_SAFE = frozenset(
    (
        *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal"),
        *("varchar", "char", "date", "timestamp"),
    )
)
_SMALL = 4096


def read_flat(
    rows: bytes, kinds: Sequence[Kind], schema: pa.Schema, count: int | None
) -> pa.RecordBatch | None:
    """The batch of a page, or None where the slower way must be taken."""
    if len(rows) < _SMALL or not _is_safe(kinds) or b"\\" in rows:
        return None
    body = rows.strip()
    if not (body.startswith(b"[[") and body.endswith(b"]]")) or b"\n" in body:
        return None
    breaks = body.count(b"],[")
    if count is not None and breaks != count - 1:
        return None
    # What stands around the rows is left out without copying them once more.
    text = memoryview(body.replace(b"],[", b"\n"))[2:-2]
    return _read(text, schema, breaks + 1)


def _is_safe(kinds: Sequence[Kind]) -> bool:
    # Of one column alone an empty text would be an empty line, which readers skip.
    return len(kinds) > 1 and all(
        kind.base in _SAFE and (kind.base != "timestamp" or kind.digits <= 9) for kind in kinds
    )


def _read(text: memoryview, schema: pa.Schema, count: int) -> pa.RecordBatch | None:
    import pyarrow as pa
    from pyarrow import csv

    names = [f"c{place}" for place in range(len(schema))]
    try:
        table = csv.read_csv(
            pa.BufferReader(text),
            csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
            # A `],[` inside a text became a line's end: its row lacks columns, and fails.
            csv.ParseOptions(newlines_in_values=False),
            csv.ConvertOptions(
                column_types=dict(zip(names, schema.types, strict=True)),
                null_values=["null"],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["true"],
                false_values=["false"],
                check_utf8=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != count:
        return None
    batches = table.combine_chunks().to_batches()
    arrays = batches[0].columns if batches else [pa.array([], kind) for kind in schema.types]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)

"""Digests of what is landed: a file's bytes, or a frame's values whatever its chunks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mesh.errors import LandingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

ARROW_STREAM = "application/vnd.apache.arrow.stream"
UNKNOWN = "application/octet-stream"
# RFC 7111 (csv), the IANA registry (parquet, json); ndjson is unregistered but in wide use.
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/vnd.apache.parquet",
    ".pq": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.file",
    ".feather": "application/vnd.apache.arrow.file",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
}


@dataclass(frozen=True, slots=True)
class Digest:
    """What was landed: SHA-256 in hexadecimal, size in bytes, media type."""

    sha256: str
    size: int
    media_type: str


def media_type_of(path: Path) -> str:
    """The media type a file's name promises; a compressing `.gz` is looked through."""
    name = path.name.lower().removesuffix(".gz")
    return next((kind for end, kind in MEDIA_TYPES.items() if name.endswith(end)), UNKNOWN)


def digest_of_file(path: Path) -> Digest:
    """The digest of a file's bytes, read as a stream.

    Raises LandingError when there is no such file or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return Digest(sha256, file.tell(), media_type_of(path))
    except FileNotFoundError:
        raise LandingError(
            f"There is no file {path}.",
            file=str(path),
            remedy="Check the path; it is looked up from the current folder.",
        ) from None
    except IsADirectoryError:
        raise LandingError(
            f"{path} is a folder.",
            file=str(path),
            remedy="Land one file at a time, or attach the folder as a catalog of files.",
        ) from None
    except OSError as error:
        raise LandingError(
            f"{path} cannot be read: {error.strerror}.", file=str(path)
        ) from error


def digest_of_reader(reader: pa.RecordBatchReader) -> Digest:
    """The digest of a frame: its names, types, order and values, whatever its chunks are.

    The reader is used up. Encodings that mean the same values (dictionaries, large offsets,
    what stands under a null) do not change the digest.
    """
    columns = [_Column() for _field in reader.schema]
    rows = size = 0
    for batch in reader:
        rows += batch.num_rows
        size += batch.nbytes
        for column, array in zip(columns, batch.columns, strict=True):
            column.update(array)
    whole = hashlib.sha256(f"{rows}\n".encode())
    for entry, column in zip(reader.schema, columns, strict=True):
        whole.update(f"{entry.name!r} {_spelling(entry.type)}\n".encode())
        whole.update(column.digest())
    return Digest(whole.hexdigest(), size, ARROW_STREAM)


@dataclass(slots=True)
class _Column:
    """The running digest of one column: one hash for its nulls, lengths, and values each.

    Each hash sees the concatenation over all chunks, so that their borders leave no trace.
    """

    rows: int = 0
    nulls: hashlib._Hash = field(default_factory=hashlib.sha256)
    values: hashlib._Hash = field(default_factory=hashlib.sha256)
    lengths: hashlib._Hash = field(default_factory=hashlib.sha256)
    children: list[_Column] = field(default_factory=list)

    def update(self, array: pa.Array) -> None:
        """Take in the next chunk."""
        import pyarrow.compute as pc

        array = _plain(array)
        if array.null_count:
            positions = pc.indices_nonzero(array.is_null())
            shifted = pc.add(positions.cast("int64"), self.rows)
            self.nulls.update(_bytes_of(shifted, 8))
            present = array.drop_null()
        else:
            present = array
        self.rows += len(array)
        _updater(present.type)(self, present)

    def digest(self) -> bytes:
        """The digest over everything taken in."""
        whole = hashlib.sha256(str(self.rows).encode())
        for part in (self.nulls, self.values, self.lengths):
            whole.update(part.digest())
        for child in self.children:
            whole.update(child.digest())
        return whole.digest()

    def child(self, index: int) -> _Column:
        """The column of a nested part, made on first need."""
        while len(self.children) <= index:
            self.children.append(_Column())
        return self.children[index]


def _plain(array: pa.Array) -> pa.Array:
    """The array without an encoding of its own: dictionaries looked up, extensions opened."""
    import pyarrow as pa

    if isinstance(array, pa.ExtensionArray):
        return _plain(array.storage)
    if pa.types.is_dictionary(array.type):
        return _plain(array.dictionary_decode())
    if pa.types.is_run_end_encoded(array.type):
        import pyarrow.compute as pc

        return _plain(pc.run_end_decode(array))
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):
        return array.cast(pa.large_binary())
    return array


def _updater(kind: pa.DataType) -> Callable[[_Column, pa.Array], None]:
    import pyarrow as pa

    types = pa.types
    if types.is_null(kind):
        return lambda _column, _array: None
    if types.is_struct(kind):
        return _update_struct
    if types.is_map(kind):
        return _update_map
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _update_list
    if types.is_binary(kind) or types.is_large_binary(kind):
        return _update_bytes
    if types.is_string(kind) or types.is_large_string(kind):
        return _update_bytes
    return _update_fixed


def _update_struct(column: _Column, array: pa.Array) -> None:
    for index, child in enumerate(array.flatten()):
        column.child(index).update(child)


def _update_map(column: _Column, array: pa.Array) -> None:
    import pyarrow.compute as pc

    offsets = array.offsets
    column.lengths.update(_bytes_of(pc.pairwise_diff(offsets).slice(1).cast("int64"), 8))
    start, end = offsets[0].as_py(), offsets[-1].as_py()
    # keys and items span the whole buffer of the parent, beyond this slice of it.
    column.child(0).update(array.keys.slice(start, end - start))
    column.child(1).update(array.items.slice(start, end - start))


def _update_list(column: _Column, array: pa.Array) -> None:
    import pyarrow.compute as pc

    column.lengths.update(_bytes_of(pc.list_value_length(array).cast("int64"), 8))
    column.child(0).update(array.flatten())


def _update_bytes(column: _Column, array: pa.Array) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    column.lengths.update(_bytes_of(pc.binary_length(array).cast("int64"), 8))
    _validity, offsets, data = array.buffers()
    if data is None or not len(array):
        return
    large = pa.types.is_large_binary(array.type) or pa.types.is_large_string(array.type)
    index = pa.Array.from_buffers(
        pa.int64() if large else pa.int32(), array.offset + len(array) + 1, [None, offsets]
    )
    column.values.update(
        memoryview(data)[index[array.offset].as_py() : index[array.offset + len(array)].as_py()]
    )


def _update_fixed(column: _Column, array: pa.Array) -> None:
    import pyarrow as pa

    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    column.values.update(_bytes_of(array, array.type.bit_width // 8))


def _bytes_of(array: pa.Array, width: int) -> memoryview:
    """The values of a fixed-width array as they lie in memory, without what is around them."""
    data = array.buffers()[1]
    if data is None:
        return memoryview(b"")
    return memoryview(data)[array.offset * width : (array.offset + len(array)) * width]


def _spelling(kind: pa.DataType) -> str:
    """A type's name, the same for every encoding of the same values."""
    import pyarrow as pa

    types = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return f"{kind.extension_name}({_spelling(kind.storage_type)})"
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return _spelling(kind.value_type)
    if types.is_large_string(kind) or types.is_string_view(kind):
        return "string"
    if types.is_large_binary(kind) or types.is_binary_view(kind):
        return "binary"
    if types.is_struct(kind):
        inner = ", ".join(f"{entry.name!r} {_spelling(entry.type)}" for entry in kind)
        return f"struct<{inner}>"
    if types.is_map(kind):
        return f"map<{_spelling(kind.key_type)}, {_spelling(kind.item_type)}>"
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return f"list<{_spelling(kind.value_type)}>"
    return str(kind)

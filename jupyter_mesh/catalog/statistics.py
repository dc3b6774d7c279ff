"""What the manifests of a table tell of its columns, without a look at any row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.browse import ColumnStatistics, Statistics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyiceberg.io import FileIO
    from pyiceberg.manifest import DataFile, ManifestFile
    from pyiceberg.schema import Schema
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.types import NestedField, PrimitiveType

# Bounds of texts are cut by the writers after so many characters, as Iceberg advises.
_CUT = 16
# A page of a table waits for no more manifests than these.
_MOST = 64 * 2**20
_WITHOUT_ORDER = ("binary", "fixed", "uuid", "geometry", "geography", "variant", "unknown")


def statistics(metadata: TableMetadata, snapshot_id: int, files: FileIO) -> Statistics:
    """How many files a snapshot has, and missing values and bounds of its columns.

    A column about which a file says nothing is left out, and so are all where rows were
    deleted beside the files, or where the manifests are larger than anybody waits for.
    Raises StorageError when a manifest cannot be read.
    """
    snapshot = metadata.snapshot_by_id(snapshot_id)
    if snapshot is None:
        return Statistics()
    try:
        manifests = snapshot.manifests(files)
        counted = sum(
            (one.added_files_count or 0) + (one.existing_files_count or 0) for one in manifests
        )
        if not _are_told(manifests):
            return Statistics(files=counted)
        schemas = {schema.schema_id: schema for schema in metadata.schemas}
        schema = schemas.get(snapshot.schema_id or 0, metadata.schema())
        return _gathered(schema, list(_data(manifests, files)))
    except Exception as error:
        # The parser of a damaged file fails in any way; for us it is one way.
        raise StorageError(
            f"The manifests of snapshot {snapshot_id} cannot be read.",
            remedy="Run mesh fsck: it names the file.",
        ) from error


def _are_told(manifests: Iterable[ManifestFile]) -> bool:
    from pyiceberg.manifest import ManifestContent

    manifests = list(manifests)
    size = sum(one.manifest_length for one in manifests)
    return size <= _MOST and all(one.content == ManifestContent.DATA for one in manifests)


def _data(manifests: Iterable[ManifestFile], files: FileIO) -> Iterator[DataFile]:
    for manifest in manifests:
        for entry in manifest.fetch_manifest_entry(files, discard_deleted=True):
            yield entry.data_file


def _gathered(schema: Schema, found: list[DataFile]) -> Statistics:
    columns = {}
    for field in schema.fields:
        if field.field_type.is_primitive:
            told = _column(field, found)
            if told is not None:
                columns[field.name] = told
    size = sum(one.file_size_in_bytes for one in found)
    return Statistics(files=len(found), size=size, columns=columns)


def _column(field: NestedField, found: list[DataFile]) -> ColumnStatistics | None:
    nulls = [_of(one.null_value_counts, field.field_id) for one in found]
    if not found or None in nulls:
        return None
    low = high = ""
    # A file of nothing but NULL has no bounds.
    filled = [
        one
        for one, missing in zip(found, nulls, strict=True)
        if one.record_count and missing != one.record_count
    ]
    if filled and not str(field.field_type).startswith(_WITHOUT_ORDER):
        low = _bound(field, [_of(one.lower_bounds, field.field_id) for one in filled], min)
        high = _bound(field, [_of(one.upper_bounds, field.field_id) for one in filled], max)
    return ColumnStatistics(sum(nulls), low, high)


def _of(known: Mapping[int, Any] | None, field_id: int) -> Any:  # noqa: ANN401 - count or bytes
    return (known or {}).get(field_id)


def _bound(field: NestedField, bounds: list[bytes | None], choose: Any) -> str:  # noqa: ANN401
    """The least or greatest bound in words; empty where a file names none."""
    from pyiceberg.conversions import from_bytes

    kind: PrimitiveType = field.field_type  # type: ignore[assignment]
    if any(bound is None for bound in bounds):
        return ""
    value = choose(from_bytes(kind, bound) for bound in bounds if bound is not None)
    return _in_words(kind, value)


def _in_words(kind: PrimitiveType, value: Any) -> str:  # noqa: ANN401 - of any Iceberg type
    from pyiceberg.transforms import IdentityTransform

    if isinstance(value, str):
        # The last character of a bound that was cut may be one that no row has.
        return f"{value[: _CUT - 1]}…" if len(value) >= _CUT else value
    if isinstance(value, float):
        return repr(value)
    text: str = IdentityTransform().to_human_string(kind, value)
    return text.replace("T", " ", 1) if str(kind).startswith("timestamp") else text

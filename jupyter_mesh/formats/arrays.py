"""Arrow arrays: cast by place without changing a value, and read as exact Python values."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.types import TrinoType


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with exactly the schema's names and types, matched by place.

    Raises pyarrow's ArrowInvalid when a value would change.
    """
    import pyarrow as pa

    if batch.schema.equals(schema):
        return batch
    arrays = [
        cast(array, field.type) for array, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """The array in another type, fields of rows by place; ArrowInvalid when a value changes."""
    import pyarrow as pa
    from pyarrow import types

    if array.type.equals(kind):
        return array
    if isinstance(array, pa.ExtensionArray):
        return _from_extension(array, kind)
    if types.is_null(kind):
        if array.null_count < len(array):
            raise pa.ArrowInvalid("A value stands where nothing but NULL was declared")
        return pa.nulls(len(array))
    if types.is_null(array.type):
        return pa.nulls(len(array), kind)
    if types.is_struct(kind) and types.is_struct(array.type):
        # Arrow's own cast matches fields by name, and the fields of a row may have none.
        parts = [cast(array.field(place), field.type) for place, field in enumerate(kind)]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if types.is_map(kind) and types.is_map(array.type):
        keys, items = (_inside(array, part) for part in (array.keys, array.items))
        return pa.MapArray.from_arrays(
            _offsets(array),
            cast(keys, kind.key_type),
            cast(items, kind.item_type),
            kind,
            mask=array.is_null(),
        )
    if types.is_duration(kind) and types.is_interval(array.type):
        return pa.array(
            [None if span is None else _span(span) for span in array.to_pylist()], kind
        )
    if types.is_list(kind) and types.is_list(array.type):
        values = cast(_inside(array, array.values), kind.value_type)
        return pa.ListArray.from_arrays(_offsets(array), values, kind, mask=array.is_null())
    return array.cast(kind, safe=True)


def _offsets(array: pa.Array) -> pa.Array:
    """The offsets of a list or map counted from its own first value."""
    import pyarrow.compute as pc

    return pc.subtract(array.offsets, array.offsets[0])


def _inside(array: pa.Array, values: pa.Array) -> pa.Array:
    """The part of the values that a sliced list or map covers."""
    first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
    return values.slice(first, last - first)


def _from_extension(array: pa.ExtensionArray, kind: pa.DataType) -> pa.Array:
    """A cast from what DuckDB marks as a type of its own."""
    import pyarrow as pa

    name = getattr(array.type, "type_name", "")
    if name == "hugeint":
        # Sixteen bytes, little-endian, two's complement: the layout of Arrow's decimal128.
        array = array.storage.view(pa.decimal128(38, 0))
        return array.cast(kind, safe=True)
    if name or array.type.extension_name not in {"arrow.bool8", "arrow.json"}:
        raise pa.ArrowInvalid(f"{array.type} is no {kind}")
    return cast(array.storage, kind)


def python_values(array: pa.Array, kind: TrinoType) -> list[Any]:
    """The values of an array as exact Python ones, by its declared type.

    Decimal, date, time, datetime (aware when zoned), bytes, UUID, list, dict for a map and for
    a row whose fields are all named, tuple for another row, timedelta for days and seconds,
    text such as `1-3` for years and months; numpy.datetime64 beyond microseconds.
    """
    values = _raw(array)
    convert = _converter(kind)
    if convert is None:
        return values
    return [None if value is None else convert(value) for value in values]


def _raw(array: pa.Array) -> list[Any]:
    from pyarrow import types

    kind = array.type
    if (types.is_timestamp(kind) or types.is_time(kind)) and kind.unit == "ns":
        # Python's own moments end at microseconds, and Arrow would reach for pandas here.
        numbers = array.view("int64").to_pylist()
        return [None if number is None else _Nanoseconds(number) for number in numbers]
    return list(array.to_pylist())


class _Nanoseconds(int):
    """A moment or a time of day counted in nanoseconds."""


def _converter(kind: TrinoType) -> Callable[[Any], Any] | None:
    """What remains to be done after Arrow's own conversion; None when nothing does."""
    match kind.base:
        case "map":
            return _map(kind)
        case "array":
            item = _converter(kind.items[0])
            return item and (lambda values: [v if v is None else item(v) for v in values])
        case "row":
            return _row(kind)
        case "interval year to month":
            return _months
        case "timestamp" | "time" | "timestamp with time zone" if (kind.numbers or (3,))[0] > 6:
            return _nanoseconds
    return None


def _map(kind: TrinoType) -> Callable[[Any], Any]:
    key, item = (_converter(part) or _same for part in kind.items)

    def convert(pairs: Sequence[tuple[Any, Any]]) -> dict[Any, Any]:
        return {
            _hashable(key(name)): None if value is None else item(value)
            for name, value in pairs
        }

    return convert


def _row(kind: TrinoType) -> Callable[[Any], Any] | None:
    parts = [_converter(field.type) for field in kind.fields]
    named = all(field.name is not None for field in kind.fields)
    if named and not any(parts):
        return None

    def convert(row: dict[str, Any]) -> Any:  # noqa: ANN401 - a tuple or a dict
        values = (
            value if value is None or part is None else part(value)
            for value, part in zip(row.values(), parts, strict=True)
        )
        return dict(zip(row, values, strict=True)) if named else tuple(values)

    return convert


def _same(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value


def _hashable(value: Any) -> Any:  # noqa: ANN401 - any key
    if isinstance(value, dict):
        return tuple(_hashable(part) for part in value.values())
    if isinstance(value, list | tuple):
        return tuple(_hashable(part) for part in value)
    return value


def _span(value: Any) -> timedelta:  # noqa: ANN401 - pyarrow's MonthDayNano
    import pyarrow as pa

    months, days, nanoseconds = value
    if months:
        raise pa.ArrowInvalid("A span of months has no length in days")
    return timedelta(days=days, microseconds=nanoseconds // 1000)


def _months(value: Any) -> str:  # noqa: ANN401 - pyarrow's MonthDayNano
    months = value[0]
    years, rest = divmod(abs(months), 12)
    return f"{'-' if months < 0 else ''}{years}-{rest}"


def _nanoseconds(value: Any) -> Any:  # noqa: ANN401 - numpy's moment, or a finer one as text
    import numpy as np

    if isinstance(value, str):
        return value
    return np.datetime64(int(value), "ns")


def python_rows(batch: pa.RecordBatch, columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    """The rows of a batch as tuples of exact Python values."""
    if not columns:
        return [()] * batch.num_rows
    values = (
        python_values(array, column.type)
        for array, column in zip(batch.columns, columns, strict=True)
    )
    return list(zip(*values, strict=True))

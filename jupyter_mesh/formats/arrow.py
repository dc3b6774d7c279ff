"""Arrow and Trino: the types of one in the words of the other."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import Field, TrinoType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

_BY_NAME = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "integer",
    "uint32": "bigint",
    "uint64": "decimal(20,0)",
    "halffloat": "real",
    "float": "real",
    "double": "double",
    "string": "varchar",
    "large_string": "varchar",
    "string_view": "varchar",
    "binary": "varbinary",
    "large_binary": "varbinary",
    "binary_view": "varbinary",
    "date32[day]": "date",
    "date64[ms]": "date",
    "time32[s]": "time(0)",
    "time32[ms]": "time(3)",
    "time64[us]": "time(6)",
    "time64[ns]": "time(9)",
    "null": "unknown",
    "extension<arrow.uuid>": "uuid",
    "extension<arrow.json>": "json",
    "month_day_nano_interval": "interval year to month",
}
_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


@lru_cache(maxsize=1024)
def arrow_type(kind: TrinoType, zone: str = "UTC") -> pa.DataType:
    """The Arrow type that holds every value of a Trino type.

    Moments have microseconds, or nanoseconds where more than six digits are declared. Raises
    InputError for a type that Arrow has no word for.
    """
    import pyarrow as pa

    match kind.base:
        case "decimal":
            return pa.decimal128(*kind.numbers)
        case "timestamp" | "timestamp with time zone" | "time":
            unit = _unit(kind)
            if kind.base == "time":
                return pa.time64(unit)
            return pa.timestamp(unit, zone if kind.base != "timestamp" else None)
        case "array":
            return pa.list_(arrow_type(kind.items[0], zone))
        case "map":
            return pa.map_(*(arrow_type(item, zone) for item in kind.items))
        case "row":
            return pa.struct(
                [
                    pa.field(field.name or f"field{place}", arrow_type(field.type, zone))
                    for place, field in enumerate(kind.fields)
                ]
            )
    return _simple(kind)


def _unit(kind: TrinoType) -> str:
    digits = kind.numbers[0] if kind.numbers else 3
    if digits > 9:
        raise InputError(
            f"{kind} has more digits than a nanosecond.", remedy="Cast it to nine or less."
        )
    return "us" if digits <= 6 else "ns"


def _simple(kind: TrinoType) -> pa.DataType:
    import pyarrow as pa

    if kind.base == "interval day to second":
        return pa.duration("ms")
    name = {
        "boolean": "bool_",
        "tinyint": "int8",
        "smallint": "int16",
        "integer": "int32",
        "bigint": "int64",
        "real": "float32",
        "double": "float64",
        "varchar": "string",
        "char": "string",
        "json": "string",
        "varbinary": "binary",
        "date": "date32",
        "uuid": "uuid",
        "unknown": "null",
        "interval year to month": "month_day_nano_interval",
    }.get(kind.base)
    if name is None:
        raise InputError(f"{kind} has no Arrow type.", remedy="Cast it to varchar.")
    return getattr(pa, name)()


def trino_type(kind: pa.DataType) -> TrinoType:
    """The narrowest Trino type that holds every value of an Arrow type.

    Raises InputError for a type that Trino has no word for.
    """
    from pyarrow import types

    if types.is_dictionary(kind):
        return trino_type(kind.value_type)
    if types.is_decimal(kind) and kind.precision <= 38 and 0 <= kind.scale <= kind.precision:
        return TrinoType("decimal", (kind.precision, kind.scale))
    if types.is_timestamp(kind):
        base = "timestamp with time zone" if kind.tz else "timestamp"
        return TrinoType(base, (_DIGITS[kind.unit],))
    if types.is_map(kind):
        return TrinoType("map", (), (trino_type(kind.key_type), trino_type(kind.item_type)))
    if _is_list(kind):
        return TrinoType("array", (), (trino_type(kind.value_type),))
    if types.is_struct(kind):
        return TrinoType(
            "row", (), (), tuple(Field(part.name, trino_type(part.type)) for part in kind)
        )
    if types.is_fixed_size_binary(kind):
        return TrinoType("varbinary")
    if types.is_duration(kind):
        return TrinoType("interval day to second")
    if (name := _BY_NAME.get(str(kind))) is None:
        raise InputError(
            f"The Arrow type {kind} has no SQL type.",
            remedy="Convert the column to numbers, text or moments first.",
        )
    return TrinoType.parse(name)


def _is_list(kind: pa.DataType) -> bool:
    from pyarrow import types

    checks = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    views = (types.is_list_view, types.is_large_list_view)
    return any(check(kind) for check in (*checks, *views))


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type as the mesh passes it on: no dictionaries, views, unsigned or nanoseconds."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if types.is_time(kind):
        return pa.time64("us")
    if types.is_map(kind):
        return pa.map_(plain_type(kind.key_type), plain_type(kind.item_type))
    if _is_list(kind):
        return pa.list_(plain_type(kind.value_type))
    if types.is_struct(kind):
        return pa.struct([pa.field(part.name, plain_type(part.type)) for part in kind])
    return arrow_type(trino_type(kind))


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """The columns of an Arrow schema; a field's `comment` is the column's description.

    Raises InputError naming the column whose type has no SQL type.
    """
    columns = []
    for field in schema:
        try:
            kind = trino_type(field.type)
        except InputError as error:
            raise InputError(
                f"Column {field.name}: {error.message}", remedy=error.remedy
            ) from error
        comment = (field.metadata or {}).get(b"comment", b"").decode()
        columns.append(Column(field.name, kind, not field.nullable, comment))
    return tuple(columns)


def schema_of(columns: Iterable[Column], zones: Sequence[str] = ()) -> pa.Schema:
    """The Arrow schema of columns; `zones` has the zone of each zoned column, else UTC."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(
                column.name,
                arrow_type(column.type, (zones[place] if place < len(zones) else "") or "UTC"),
            )
            for place, column in enumerate(columns)
        ]
    )

"""Iceberg's types in Trino's words, and back; a type here is as Iceberg's JSON spells it.

Sources: Iceberg table specification v2 (Schemas and Data Types, Appendix C: JSON
serialization) and the type mapping of Trino's Iceberg connector.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError, StorageError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import Field, TrinoType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# A type in Iceberg's JSON: a word for a primitive, an object for a nested one.
IcebergType = str | dict[str, Any]

_TO_TRINO = {
    "boolean": "boolean",
    "int": "integer",
    "long": "bigint",
    "float": "real",
    "double": "double",
    "date": "date",
    "time": "time(6)",
    "timestamp": "timestamp(6)",
    "timestamptz": "timestamp(6) with time zone",
    "timestamp_ns": "timestamp(9)",
    "timestamptz_ns": "timestamp(9) with time zone",
    "string": "varchar",
    "uuid": "uuid",
    "binary": "varbinary",
}
_TRINO = {word: TrinoType.parse(text) for word, text in _TO_TRINO.items()}
# Where format v2 has no such type, the nearest one that holds every value.
_TO_ICEBERG = {
    "boolean": "boolean",
    "tinyint": "int",
    "smallint": "int",
    "integer": "int",
    "bigint": "long",
    "real": "float",
    "double": "double",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamptz",
    "varchar": "string",
    "char": "string",
    "json": "string",
    "ipaddress": "string",
    "uuid": "uuid",
    "varbinary": "binary",
}
_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)\Z")
_FIXED = re.compile(r"fixed\[\s*\d+\s*\]\Z")
_MAX_PRECISION = 38


def trino_type(kind: IcebergType) -> TrinoType:
    """An Iceberg type in Trino's words; StorageError for one that Trino cannot name."""
    if isinstance(kind, dict):
        return _trino_nested(kind)
    if kind in _TRINO:
        return _TRINO[kind]
    decimal = _DECIMAL.match(kind)
    if decimal:
        return TrinoType("decimal", (int(decimal[1]), int(decimal[2])))
    if _FIXED.match(kind):
        return _TRINO["binary"]
    raise StorageError(
        f"The table has a column of the Iceberg type {kind}, which cannot be read here.",
        remedy="Rewrite the table without it, in format version 2.",
    )


def _trino_nested(kind: dict[str, Any]) -> TrinoType:
    if kind["type"] == "list":
        return TrinoType("array", (), (trino_type(kind["element"]),))
    if kind["type"] == "map":
        return TrinoType("map", (), (trino_type(kind["key"]), trino_type(kind["value"])))
    fields = tuple(Field(entry["name"], trino_type(entry["type"])) for entry in kind["fields"])
    return TrinoType("row", (), (), fields)


def columns_of(schema: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of an Iceberg schema, with their comments and required flags."""
    return tuple(
        Column(
            field["name"],
            trino_type(field["type"]),
            required=field["required"],
            description=field.get("doc") or "",
        )
        for field in schema["fields"]
    )


def iceberg_type(kind: TrinoType, ids: Iterator[int]) -> IcebergType:
    """A Trino type as Iceberg format v2 keeps it; nested parts take their ids in order.

    Raises InputError for a type that no Iceberg type can hold.
    """
    if kind.base in _TO_ICEBERG:
        return _TO_ICEBERG[kind.base]
    if kind.base == "decimal" and kind.numbers[0] <= _MAX_PRECISION:
        return f"decimal({kind.numbers[0]}, {kind.numbers[1]})"
    if kind.base == "array":
        return {
            "type": "list",
            "element-id": next(ids),
            "element": iceberg_type(kind.items[0], ids),
            "element-required": False,
        }
    if kind.base == "map":
        return {
            "type": "map",
            "key-id": next(ids),
            "value-id": next(ids),
            "key": iceberg_type(kind.items[0], ids),
            "value": iceberg_type(kind.items[1], ids),
            "value-required": False,
        }
    if kind.base == "row":
        return {"type": "struct", "fields": _row_fields(kind, ids)}
    raise InputError(
        f"A table cannot keep a column of type {kind}.",
        remedy="Cast it to a type that Iceberg has, for instance varchar.",
    )


def _row_fields(kind: TrinoType, ids: Iterator[int]) -> list[dict[str, Any]]:
    numbers = [next(ids) for _field in kind.fields]
    return [
        {
            "id": number,
            "name": field.name or f"field{position}",
            "required": False,
            "type": iceberg_type(field.type, ids),
        }
        for position, (number, field) in enumerate(zip(numbers, kind.fields, strict=True))
    ]


def evolved_fields(
    found: Sequence[Mapping[str, Any]], columns: Sequence[Column], ids: Iterator[int]
) -> list[dict[str, Any]]:
    """The fields of a schema with exactly these columns, in this order.

    A column that is found under its name with the same type, or one that widens to it, keeps
    its id; any other is a new one, for which older data holds nothing.
    """
    _check_names(columns)
    old = {field["name"]: field for field in found}
    kept = {
        column.name: _kept(old[column.name]["type"], column.type)
        for column in columns
        if column.name in old
    }
    # Ids of columns come before those of nested parts, as other writers give them.
    numbers = [
        old[column.name]["id"] if kept.get(column.name) is not None else next(ids)
        for column in columns
    ]
    return [
        {
            "id": number,
            "name": column.name,
            "required": column.required,
            "type": kept.get(column.name) or iceberg_type(column.type, ids),
        }
        | ({"doc": column.description} if column.description else {})
        for number, column in zip(numbers, columns, strict=True)
    ]


def _check_names(columns: Sequence[Column]) -> None:
    seen: set[str] = set()
    for column in columns:
        if not column.name:
            raise InputError("A column has no name.", remedy="Name every column.")
        if column.name.lower() in seen:
            raise InputError(
                f"There are two columns named {column.name}.",
                remedy="Rename one; upper and lower case count as equal.",
            )
        seen.add(column.name.lower())
    if not columns:
        raise InputError("A table needs at least one column.")


def _kept(found: IcebergType, wanted: TrinoType) -> IcebergType | None:
    """The type under which a found field can go on, or nothing when it has to be replaced."""
    new = iceberg_type(wanted, iter(range(1_000_000)))
    if _shape(found) == _shape(new):
        return found
    if isinstance(found, str) and isinstance(new, str) and _widens(found, new):
        return new
    return None


def _widens(found: str, wanted: str) -> bool:
    """Iceberg's type promotion (specification v2, schema evolution)."""
    if (found, wanted) in {("int", "long"), ("float", "double")}:
        return True
    old, new = _DECIMAL.match(found), _DECIMAL.match(wanted)
    return bool(old and new and old[2] == new[2] and int(old[1]) <= int(new[1]))


def _shape(kind: Any) -> Any:  # noqa: ANN401 - any part of a type's JSON
    """A type without its ids and comments, and with one spelling of decimals."""
    if isinstance(kind, dict):
        return {
            key: _shape(part)
            for key, part in kind.items()
            if key not in {"id", "element-id", "key-id", "value-id", "doc"}
        }
    if isinstance(kind, list):
        return [_shape(part) for part in kind]
    return kind.replace(" ", "") if isinstance(kind, str) else kind

"""Trino's types in DuckDB, and which of them turn into which by themselves."""

from __future__ import annotations

from jupyter_mesh.model.names import quote
from jupyter_mesh.model.types import Field, TrinoType

BOOLEAN = TrinoType("boolean")
TINYINT = TrinoType("tinyint")
SMALLINT = TrinoType("smallint")
INTEGER = TrinoType("integer")
BIGINT = TrinoType("bigint")
REAL = TrinoType("real")
DOUBLE = TrinoType("double")
VARCHAR = TrinoType("varchar")
VARBINARY = TrinoType("varbinary")
DATE = TrinoType("date")
UNKNOWN = TrinoType("unknown")
JSON = TrinoType("json")
UUID = TrinoType("uuid")
DAYS = TrinoType("interval day to second")
MONTHS = TrinoType("interval year to month")
TIMESTAMP = "timestamp"
ZONED = "timestamp with time zone"

_PLAIN = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "uuid": "UUID",
    "json": "VARCHAR",
    "unknown": "INTEGER",
    # Milliseconds and months, as in Trino: DuckDB's INTERVAL mixes days, months and seconds.
    "interval day to second": "BIGINT",
    "interval year to month": "INTEGER",
}
_INTEGERS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
_RANK = ["tinyint", "smallint", "integer", "bigint", "decimal", "real", "double"]


def decimal(precision: int, scale: int) -> TrinoType:
    """A decimal of so many digits, so many of them after the point."""
    return TrinoType("decimal", (precision, scale))


def array(item: TrinoType) -> TrinoType:
    """An array of items of a type."""
    return TrinoType("array", (), (item,))


def map_of(key: TrinoType, value: TrinoType) -> TrinoType:
    """A map from keys to values."""
    return TrinoType("map", (), (key, value))


def row(*items: TrinoType) -> TrinoType:
    """A row of fields without names."""
    return TrinoType("row", (), (), tuple(Field(None, item) for item in items))


def varchar(length: int | None) -> TrinoType:
    """A text of at most so many letters, or of any length."""
    return VARCHAR if length is None else TrinoType("varchar", (length,))


def supported(type_: TrinoType) -> bool:
    """Whether DuckDB can carry every value of the type exactly."""
    if type_.base in {"timestamp", "timestamp with time zone", "time"}:
        return type_.numbers[0] <= 6
    if type_.base == "row":
        names = [name.lower() for name in field_names(type_)]
        return len(set(names)) == len(names) and all(
            supported(part.type) for part in type_.fields
        )
    if type_.base in {"array", "map"}:
        return all(supported(part) for part in type_.items)
    if type_.base == "decimal":
        return 0 < type_.numbers[0] <= 38 and type_.numbers[1] <= type_.numbers[0]
    return type_.base in _PLAIN


def field_names(type_: TrinoType) -> list[str]:
    """The names of a row's fields in DuckDB; fields without one get f1, f2, ..."""
    return [
        f"f{place}" if part.name is None else part.name
        for place, part in enumerate(type_.fields, 1)
    ]


def duck(type_: TrinoType) -> str:
    """The DuckDB type that carries the values of a Trino type."""
    if type_.base == "decimal":
        precision, scale = type_.numbers
        return f"DECIMAL({precision},{scale})"
    if type_.base == "array":
        return f"{duck(type_.items[0])}[]"
    if type_.base == "map":
        return f"MAP({duck(type_.items[0])}, {duck(type_.items[1])})"
    if type_.base == "row":
        parts = zip(field_names(type_), type_.fields, strict=True)
        return "STRUCT(" + ", ".join(f"{quote(n)} {duck(f.type)}" for n, f in parts) + ")"
    return _PLAIN[type_.base]


def as_decimal(type_: TrinoType) -> TrinoType:
    """The decimal type that holds every value of an integer type."""
    return decimal(_INTEGERS[type_.base], 0) if type_.is_integer else type_


def common(left: TrinoType, right: TrinoType) -> TrinoType | None:
    """The type both turn into by themselves (Trino's common super type), or nothing."""
    if left == right or right.base == "unknown":
        return left
    if left.base == "unknown":
        return right
    if left.is_numeric and right.is_numeric:
        return _common_number(left, right)
    if left.is_text and right.is_text:
        return _common_text(left, right)
    if left.base == right.base:
        return _common_parts(left, right)
    return _common_time(left, right) or _common_time(right, left)


def _common_number(left: TrinoType, right: TrinoType) -> TrinoType:
    if "decimal" in {left.base, right.base} and not {"real", "double"} & {
        left.base,
        right.base,
    }:
        (p, s), (q, t) = as_decimal(left).numbers, as_decimal(right).numbers
        scale = max(s, t)
        return decimal(min(38, max(p - s, q - t) + scale), scale)
    return left if _RANK.index(left.base) >= _RANK.index(right.base) else right


def _common_text(left: TrinoType, right: TrinoType) -> TrinoType:
    if not left.numbers or not right.numbers:
        return VARCHAR
    length = max(left.numbers[0], right.numbers[0])
    return TrinoType("char" if "char" in {left.base, right.base} else "varchar", (length,))


def _common_parts(left: TrinoType, right: TrinoType) -> TrinoType | None:
    if left.base in {"timestamp", "timestamp with time zone", "time", "time with time zone"}:
        return left if left.numbers >= right.numbers else right
    if left.base == "row":
        return _common_row(left, right)
    items = []
    for mine, other in zip(left.items, right.items, strict=True):
        found = common(mine, other)
        if found is None:
            return None
        items.append(found)
    return TrinoType(left.base, (), tuple(items)) if items else None


def _common_row(left: TrinoType, right: TrinoType) -> TrinoType | None:
    if len(left.fields) != len(right.fields):
        return None
    fields = []
    for mine, other in zip(left.fields, right.fields, strict=True):
        found = common(mine.type, other.type)
        if found is None:
            return None
        same = mine.name is not None and mine.name == other.name
        fields.append(Field(mine.name if same else None, found))
    return TrinoType("row", (), (), tuple(fields))


def _common_time(left: TrinoType, right: TrinoType) -> TrinoType | None:
    pair = (left.base, right.base)
    if pair in {("date", TIMESTAMP), ("date", ZONED)}:
        return right
    if pair == (TIMESTAMP, ZONED):
        return TrinoType(ZONED, max(left.numbers, right.numbers))
    return None


def coercible(source: TrinoType, target: TrinoType) -> bool:
    """Whether a value of one type may stand where the other is wanted."""
    if source == target or source.base == "unknown":
        return True
    if source.base == target.base == "row":
        return len(source.fields) == len(target.fields) and all(
            coercible(mine.type, other.type)
            for mine, other in zip(source.fields, target.fields, strict=True)
        )
    if source.base == target.base and source.base in {"array", "map"}:
        return all(map(coercible, source.items, target.items))
    if source.is_text and target.is_text:
        # Functions take a varchar of any length; only lengths of char are kept apart.
        return target.base == "varchar" or bool(target.numbers)
    if source.is_integer and target.base == "decimal":
        precision, scale = target.numbers
        return precision - scale >= _INTEGERS[source.base]
    return common(source, target) == target

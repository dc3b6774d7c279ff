"""The types of Trino's protocol, and the Arrow type that holds every value of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_PLAIN = {
    "boolean": "bool_",
    "tinyint": "int8",
    "smallint": "int16",
    "integer": "int32",
    "bigint": "int64",
    "real": "float32",
    "double": "float64",
    "date": "date32",
    "varbinary": "binary",
    "uuid": "uuid",
    "unknown": "null",
    "interval year to month": "month_day_nano_interval",
}
_MOMENTS = frozenset({"time", "timestamp", "timestamp with time zone"})
_DEFAULT_DIGITS = 3
# Arrow counts moments in nanoseconds at best; finer ones stay the text that they came as.
NANO = 9


class PageError(ValueError):
    """What the server sent cannot be read, or not without changing a value."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its base word, its numbers, its parts and, of a row, their names if any."""

    base: str
    numbers: tuple[int, ...] = ()
    parts: tuple[Kind, ...] = ()
    names: tuple[str | None, ...] = ()

    @property
    def digits(self) -> int:
        """The fraction digits of a moment."""
        return self.numbers[0] if self.numbers else _DEFAULT_DIGITS


def kind_of(column: Mapping[str, Any]) -> Kind:
    """The type of one of the protocol's `columns`, from its signature."""
    return _signature(column["typeSignature"])


def _signature(signature: Mapping[str, Any]) -> Kind:
    base = str(signature["rawType"]).lower()
    numbers, parts, names = [], [], []
    for argument in signature.get("arguments") or ():
        value = argument["value"]
        match argument["kind"]:
            case "LONG":
                numbers.append(int(value))
            case "TYPE":
                parts.append(_signature(value))
            case "NAMED_TYPE":
                field = value.get("fieldName")
                names.append(field["name"] if field else None)
                parts.append(_signature(value["typeSignature"]))
    return Kind(base, tuple(numbers), tuple(parts), tuple(names))


@cache
def arrow_type(kind: Kind) -> pa.DataType:
    """The Arrow type of a kind; text where Arrow has no word for it."""
    import pyarrow as pa

    match kind.base:
        case "decimal":
            return pa.decimal128(*kind.numbers)
        case "array":
            return pa.list_(arrow_type(kind.parts[0]))
        case "map":
            key, item = map(arrow_type, kind.parts)
            # A key cannot be null, not even of an empty map of nothing.
            return pa.map_(pa.string() if pa.types.is_null(key) else key, item)
        case "row":
            return pa.struct(
                [
                    pa.field(name or f"field{place}", arrow_type(part))
                    for place, (name, part) in enumerate(
                        zip(kind.names or (None,) * len(kind.parts), kind.parts, strict=True)
                    )
                ]
            )
        case "interval day to second":
            return pa.duration("ms")
        case base if base in _MOMENTS and kind.digits <= NANO:
            unit = "us" if kind.digits <= 6 else "ns"
            if base == "time":
                return pa.time64(unit)
            return pa.timestamp(unit, None if base == "timestamp" else "UTC")
    return getattr(pa, _PLAIN.get(kind.base, "string"))()

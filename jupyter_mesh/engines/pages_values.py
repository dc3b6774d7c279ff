"""Values of Trino's protocol, parsed from JSON, as Arrow arrays."""

from __future__ import annotations

import base64
import re
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from jupyter_mesh.engines.pages_types import NANO, Kind, PageError, arrow_type

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

_DAY = re.compile(r"([+-]?\d+)-(\d\d)-(\d\d)")
_SPAN = re.compile(r"(-?)(\d+) (\d{2}):(\d{2}):(\d{2})\.(\d{3})")
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def column_of(values: list[Any], kind: Kind) -> pa.Array:
    """The values of one column, None for null; PageError where one cannot be held exactly."""
    import pyarrow as pa

    make = _MAKERS.get(kind.base)
    try:
        if make is not None:
            return make(values, kind)
        return pa.array(values, arrow_type(kind))
    except (pa.ArrowException, ValueError, OverflowError, TypeError) as error:
        if isinstance(error, PageError):
            raise
        raise PageError(f"A value of type {kind.base} cannot be held: {error}") from error


def _text(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string()).cast(arrow_type(kind), safe=True)


def _date(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    try:
        return _text(values, kind)
    except pa.ArrowInvalid:
        # Years before 0 or beyond 9999.
        days = [v if v is None else _days_of(v) for v in values]
        return pa.array(days, pa.int32()).cast(arrow_type(kind))


def _days_of(value: str) -> int:
    """Days since 1970-01-01 in the calendar that SQL goes on with, to both sides.

    Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, days_from_civil.
    """
    match = _DAY.fullmatch(value)
    if match is None:
        raise PageError(f"{value!r} is no date.")
    year, month, day = map(int, match.groups())
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _float(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    # Infinities and what is not a number come as text.
    plain = [float(value) if isinstance(value, str) else value for value in values]
    return pa.array(plain, pa.float64()).cast(arrow_type(kind), safe=False)


def _bytes(values: list[Any], _kind: Kind) -> pa.Array:
    import pyarrow as pa

    return pa.array([v if v is None else base64.b64decode(v) for v in values], pa.binary())


def _uuid(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    plain = [v if v is None else UUID(v).bytes for v in values]
    return pa.ExtensionArray.from_storage(arrow_type(kind), pa.array(plain, pa.binary(16)))


def _time(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    if kind.digits > NANO:
        return pa.array(values, pa.string())
    unit = 6 if kind.digits <= 6 else NANO
    counts = [v if v is None else _count(v, unit) for v in values]
    return pa.array(counts, pa.int64()).cast(arrow_type(kind))


def _count(value: str, digits: int) -> int:
    clock, _, fraction = value.partition(".")
    hours, minutes, seconds = map(int, clock.split(":"))
    whole = (hours * 60 + minutes) * 60 + seconds
    return int(f"{whole}{fraction.ljust(digits, '0')}")


def zone_of(values: list[Any]) -> str:
    """The one zone that all of these moments are told in; UTC where they differ."""
    found = {value.rpartition(" ")[2] for value in values if value}
    return found.pop() if len(found) == 1 else "UTC"


def _zoned(values: list[Any], kind: Kind) -> pa.Array:
    """Moments with a zone each; the instant is kept, told in UTC."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind.digits > NANO:
        return pa.array(values, pa.string())
    target = arrow_type(kind)
    plain = pa.timestamp(target.unit)
    texts, zones = [], []
    for value in values:
        text, _, zone = (value or "").rpartition(" ")
        texts.append(text or None)
        zones.append(zone)
    local = pa.array(texts, pa.string()).cast(plain)
    found = set(zones) - {""}
    if found <= {"UTC", "Z"}:
        return local.cast(target)
    merged = pa.nulls(len(values), target)
    for zone in sorted(found):
        mask = pa.array([one == zone for one in zones])
        merged = pc.if_else(mask, _instants(local, zone).cast(target), merged)
    return merged


def _instants(local: pa.Array, zone: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    match = _OFFSET.fullmatch(zone)
    if match is None:
        if zone in {"UTC", "Z"}:
            return local.cast(pa.timestamp(local.type.unit, "UTC"))
        # A local time that there was twice is read as the earlier one: the text says no more.
        instants = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest")
        return instants.cast(pa.timestamp(local.type.unit, "UTC"))
    seconds = (int(match[2]) * 60 + int(match[3])) * 60
    shift = pa.scalar(seconds if match[1] == "-" else -seconds, pa.duration("s"))
    return pc.add(local, shift.cast(pa.duration(local.type.unit))).cast(
        pa.timestamp(local.type.unit, "UTC")
    )


def _days(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    def count(value: str) -> int:
        match = _SPAN.fullmatch(value)
        if match is None:
            raise PageError(f"{value!r} is no interval of days.")
        days, hours, minutes, seconds, rest = map(int, match.groups()[1:])
        total = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + rest
        return -total if match[1] else total

    counts = [v if v is None else count(v) for v in values]
    return pa.array(counts, pa.int64()).cast(arrow_type(kind))


def _months(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    def count(value: str) -> Any:  # noqa: ANN401 - Arrow's own triple
        sign = -1 if value.startswith("-") else 1
        years, months = map(int, value.removeprefix("-").split("-"))
        return pa.MonthDayNano([sign * (years * 12 + months), 0, 0])

    return pa.array([v if v is None else count(v) for v in values], arrow_type(kind))


def _array(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    items = column_of(list(chain.from_iterable(v for v in values if v)), kind.parts[0])
    return pa.ListArray.from_arrays(
        _offsets(values), items, arrow_type(kind), mask=_nulls(values)
    )


def _map(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    key, item = kind.parts
    pairs = list(chain.from_iterable(value.items() for value in values if value))
    keys = column_of([_key(name, key) for name, _value in pairs], key)
    keys = keys.cast(arrow_type(kind).key_type)
    items = column_of([value for _name, value in pairs], item)
    return pa.MapArray.from_arrays(
        _offsets(values), keys, items, arrow_type(kind), mask=_nulls(values)
    )


def _key(name: str, kind: Kind) -> Any:  # noqa: ANN401 - a JSON value
    """A key as a value: JSON has only text there."""
    if kind.base in {"tinyint", "smallint", "integer", "bigint"}:
        return int(name)
    if kind.base == "boolean":
        return name == "true"
    if kind.base in {"array", "map", "row"}:
        raise PageError(f"A map with keys of type {kind.base} does not say them apart.")
    return name


def _row(values: list[Any], kind: Kind) -> pa.Array:
    import pyarrow as pa

    blank = [None] * len(kind.parts)
    columns = zip(*(value or blank for value in values), strict=True) if values else ()
    found = list(columns) or [()] * len(kind.parts)
    parts = [
        column_of(list(column), part) for column, part in zip(found, kind.parts, strict=True)
    ]
    return pa.StructArray.from_arrays(
        parts, fields=list(arrow_type(kind)), mask=_nulls(values, always=True)
    )


def _offsets(values: list[Any]) -> pa.Array:
    import pyarrow as pa

    offsets = [0]
    for value in values:
        offsets.append(offsets[-1] + len(value or ()))
    return pa.array(offsets, pa.int32())


def _nulls(values: list[Any], *, always: bool = False) -> pa.Array | None:
    import pyarrow as pa

    mask = [value is None for value in values]
    return pa.array(mask, pa.bool_()) if always or any(mask) else None


_MAKERS: dict[str, Callable[[list[Any], Kind], pa.Array]] = {
    "real": _float,
    "double": _float,
    "decimal": _text,
    "date": _date,
    "varbinary": _bytes,
    "uuid": _uuid,
    "timestamp": _text,
    "time": _time,
    "timestamp with time zone": _zoned,
    "interval day to second": _days,
    "interval year to month": _months,
    "array": _array,
    "map": _map,
    "row": _row,
}

"""Values as Trino's client protocol writes them in JSON."""

from __future__ import annotations

import base64
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.model.types import TrinoType


def spelled(value: Any, type_: TrinoType) -> Any:  # noqa: ANN401 - any cell
    """One value of a type as the protocol has it."""
    if value is None:
        return None
    return _SPELLINGS.get(type_.base, _plain)(value, type_)


def _plain(value: Any, _type: TrinoType) -> Any:  # noqa: ANN401
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, date | UUID) else value


def _float(value: float, _type: TrinoType) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _bytes(value: bytes, _type: TrinoType) -> str:
    return base64.b64encode(value).decode()


def _moment(value: datetime, type_: TrinoType) -> str:
    digits = type_.numbers[0]
    text = f"{value.year:04}-" + value.strftime("%m-%d %H:%M:%S.%f")
    text = text[: 20 + digits] if digits else text[:19]
    if value.tzinfo is None:
        return text
    name = getattr(value.tzinfo, "key", None)
    return f"{text} {name or _offset(value)}"


def _offset(value: datetime) -> str:
    minutes = round((value.utcoffset() or timedelta()) / timedelta(minutes=1))
    if not minutes:
        return "UTC"
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _time(value: time, type_: TrinoType) -> str:
    digits = type_.numbers[0]
    text = value.strftime("%H:%M:%S.%f")
    return text[: 9 + digits] if digits else text[:8]


def _days(value: Any, _type: TrinoType) -> str:  # noqa: ANN401 - a timedelta or Arrow's triple
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        total = round(value / timedelta(milliseconds=1))
    else:
        total = value.days * 86_400_000 + value.nanoseconds // 1_000_000
    sign, total = ("-", -total) if total < 0 else ("", total)
    days, rest = divmod(total, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{sign}{days} {hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def _months(value: Any, _type: TrinoType) -> str:  # noqa: ANN401 - Arrow's triple, or a number
    if isinstance(value, str):
        return value
    months = getattr(value, "months", value)
    return f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}"


def _array(value: list[Any], type_: TrinoType) -> list[Any]:
    return [spelled(item, type_.items[0]) for item in value]


def _map(value: dict[Any, Any], type_: TrinoType) -> dict[str, Any]:
    key, item = type_.items
    return {
        str(spelled(k, key)).lower()
        if key.base == "boolean"
        else str(spelled(k, key)): spelled(v, item)
        for k, v in value.items()
    }


def _row(value: Any, type_: TrinoType) -> list[Any]:  # noqa: ANN401 - a dict or a tuple
    cells = list(value.values()) if isinstance(value, dict) else list(value)
    return [spelled(cell, f.type) for cell, f in zip(cells, type_.fields, strict=True)]


_SPELLINGS: dict[str, Callable[[Any, TrinoType], Any]] = {
    "double": _float,
    "real": _float,
    "varbinary": _bytes,
    "timestamp": _moment,
    "timestamp with time zone": _moment,
    "time": _time,
    "interval day to second": _days,
    "interval year to month": _months,
    "array": _array,
    "map": _map,
    "row": _row,
}

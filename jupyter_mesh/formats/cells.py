"""How one value of a table looks: in a preview, in csv and in JSON, as exact as it is."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Control characters can move a terminal's cursor, bidirectional marks can reorder a line.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DAY = 86_400


def text(value: Any) -> str:  # noqa: ANN401 - any cell of any table
    """The value in words, complete: decimals with every digit, bytes in hexadecimal."""
    known = _TEXTS.get(type(value))
    if known is not None:
        return known(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(plain(value), ensure_ascii=False)
    return str(value)


def plain(value: Any) -> Any:  # noqa: ANN401 - any cell of any table
    """The value as JSON can hold it; what JSON would round (decimals) becomes text."""
    if value is None or type(value) in {str, int, bool}:
        return value
    if isinstance(value, float) and value - value == 0:  # neither infinite nor not a number
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return text(value)


def visible(words: str) -> str:
    """The words on one line, with every character that would not be seen spelled out."""
    return _UNSEEN.sub(_spelled, words)


def shortened(words: str, width: int) -> str:
    """The words, cut with an ellipsis when longer than `width` characters."""
    return words if len(words) <= width else f"{words[: width - 1]}…"


def _spelled(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\n":
        return "↵"
    if character == "\t":
        return " "
    return character.encode("unicode_escape").decode()


def _float(value: float) -> str:
    if value != value:
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def _interval(value: timedelta) -> str:
    """Days and time, as Trino writes an interval day to second."""
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    hours, rest = divmod(value.seconds % _DAY, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f"{value.microseconds:06d}"
    fraction = fraction[:3] if fraction.endswith("000") else fraction
    return f"{sign}{value.days} {hours:02d}:{minutes:02d}:{seconds:02d}.{fraction}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _value: "NULL",
    str: str,
    int: str,
    bool: lambda value: "true" if value else "false",
    float: _float,
    Decimal: lambda value: format(value, "f"),
    datetime: lambda value: value.isoformat(" "),
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _interval,
    bytes: bytes.hex,
}

"""A statement's text with some places changed, and the way back from each of its places."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from jupyter_mesh.errors import InputError
from jupyter_mesh.sql.grammar.tokens import place

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands from `start` to `end` of the old text becomes `text`; offsets from 0."""

    start: int
    end: int
    text: str


class Rewritten:
    """A text with edits in it; edits must not overlap."""

    def __init__(self, old: str, edits: Iterable[Edit]) -> None:
        self.old = old
        pieces: list[str] = []
        self._news: list[int] = []
        self._edits: list[Edit] = []
        done = length = 0
        for edit in sorted(edits, key=lambda one: one.start):
            pieces += [old[done : edit.start], edit.text]
            length += edit.start - done
            self._news.append(length)
            self._edits.append(edit)
            length += len(edit.text)
            done = edit.end
        self.text = "".join([*pieces, old[done:]])

    def origin(self, line: int, column: int) -> tuple[int, int]:
        """Where in the old text a line and column of the new one come from, all from 1."""
        offset = 0
        for _ in range(line - 1):
            offset = self.text.find("\n", offset) + 1
        offset += column - 1
        before = bisect_right(self._news, offset) - 1
        if before < 0:
            return place(self.old, offset)
        edit, new = self._edits[before], self._news[before]
        if offset < new + len(edit.text):
            return place(self.old, edit.start)
        return place(self.old, edit.end + offset - new - len(edit.text))


def written(value: Any) -> str:  # noqa: ANN401 - any parameter
    """A value as Trino's SQL writes it, of exactly its type; InputError for what has none."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int():
            return f"({value})" if value < 0 else str(value)
        case float():
            return _double(value)
        case Decimal():
            return _decimal(value)
        case str():
            return _text(value)
        case bytes():
            return f"X'{value.hex()}'"
        case UUID():
            return f"UUID '{value}'"
        case list() | tuple():
            return f"ARRAY[{', '.join(map(written, value))}]"
    return _moment(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _double(value: float) -> str:
    if math.isnan(value):
        return "nan()"
    if math.isinf(value):
        return "infinity()" if value > 0 else "-infinity()"
    return f"DOUBLE '{value!r}'"


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise InputError(f"{value} is no decimal of SQL.", remedy="Use a float for it.")
    return f"DECIMAL '{value:f}'"


def _moment(value: Any) -> str:  # noqa: ANN401 - any other parameter
    match value:
        case datetime() if value.tzinfo is not None:
            return f"TIMESTAMP '{_clock(value.astimezone(UTC))} UTC'"
        case datetime():
            return f"TIMESTAMP '{_clock(value)}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case time() if value.tzinfo is None:
            return f"TIME '{value.isoformat('microseconds')}'"
        case timedelta():
            return _span(value)
    raise InputError(
        f"A value of type {type(value).__name__} cannot be a parameter.",
        remedy="Give a number, text, date, time, bytes, or a list of them.",
    )


def _clock(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat(" ", "microseconds")


def _span(value: timedelta) -> str:
    milliseconds = round(value / timedelta(milliseconds=1))
    sign, milliseconds = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    seconds, rest = divmod(milliseconds, 1000)
    return f"INTERVAL {sign}'{seconds}.{rest:03}' SECOND"

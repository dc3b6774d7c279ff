"""FOR VERSION AS OF and FOR TIMESTAMP AS OF: the version or time a table is asked at."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_mesh.model.tables import AsOf
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.grammar.tokens import fault

_MOMENT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?)?\s*(\S+)?"
)


def as_of(table: tree.Table, text: str, zone: str) -> AsOf | None:
    """The version or time a table is asked at, or nothing."""
    if table.version is None:
        return None
    kind, value = table.version
    if kind == "VERSION":
        return AsOf(version=_version(value, text))
    if isinstance(value, tree.TypedLiteral) and value.type.base in {"timestamp", "date"}:
        return AsOf(timestamp=moment(value.value, zone, text, value.at))
    raise fault(
        text,
        value.at,
        "the time must be written out",
        "Write FOR TIMESTAMP AS OF TIMESTAMP '2026-01-31 12:00:00 UTC'.",
    )


def _version(value: tree.Expression, text: str) -> str:
    if isinstance(value, tree.Literal) and value.kind in {"integer", "string"}:
        return value.value
    raise fault(
        text,
        value.at,
        "the version must be written out",
        "Write FOR VERSION AS OF 'v1.2.0' or a snapshot's number.",
    )


def moment(value: str, zone: str, text: str, at: int) -> datetime:
    """A timestamp's text as an instant; without a zone of its own it is in the given one."""
    match = _MOMENT.fullmatch(value.strip())
    if match is None:
        raise fault(text, at, f"{value!r} is not a timestamp")
    *numbers, fraction, own = match.groups(default="")
    try:
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        found = datetime(
            *(year, month, day, hour, minute, second),
            int(fraction[:6].ljust(6, "0") or 0),
            zone_of(own or zone),
        )
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise fault(text, at, f"{value!r} is not a timestamp: {error}") from error
    return found.astimezone(UTC)


def zone_of(name: str) -> tzinfo:
    """A zone by name or offset; ValueError or ZoneInfoNotFoundError when there is none."""
    offset = re.fullmatch(r"([+-])(\d{2}):(\d{2})", name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    return UTC if name.upper() in {"UTC", "Z"} else ZoneInfo(name)

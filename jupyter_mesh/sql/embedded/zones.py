"""Time zones: DuckDB keeps an instant; the one zone of a column is kept here beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import expressions
from jupyter_mesh.sql.embedded.clocks import OFFSET
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.typed import Typed, gather

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.scope import Env

_ZONED = "timestamp with time zone"


def checked(env: Env, zone: str, at: int) -> str:
    """The zone's name as it is kept, or a refusal."""
    match = OFFSET.fullmatch(zone)
    if match:
        hours, minutes = int(match[2]), int(match[3])
        if hours > 14 or minutes > 59 or (hours == 14 and minutes):
            env.tx.wrong(at, f"Invalid time zone: {zone}")
        return "UTC" if hours == minutes == 0 else f"{match[1]}{hours:02}:{minutes:02}"
    if zone.upper() in {"UTC", "Z"}:
        return "UTC"
    if zone not in _names():
        env.tx.wrong(at, f"Time zone not supported: {zone}")
    # Lord Howe turns its clocks by half an hour only.
    odd = zone.startswith(("Etc/", "GMT", "SystemV")) or "Lord_Howe" in zone
    if odd or "/" not in zone:
        env.tx.unsupported(at, f"the time zone {zone}")
    return zone


def check_exists(env: Env, moment: datetime, zone: str, value: str, at: int) -> None:
    """Refuse a clock time that the zone skips or shows twice."""
    if zone == "UTC" or OFFSET.fullmatch(zone):
        return
    first = moment.replace(tzinfo=ZoneInfo(zone))
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment:
        env.tx.wrong(at, f"'{value}' is not a valid TIMESTAMP literal")
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        env.tx.unsupported(at, f"a time that the clocks of {zone} show twice")


def _names() -> set[str]:
    if not _KNOWN:
        _KNOWN.update(available_timezones())
    return _KNOWN


_KNOWN: set[str] = set()


def at_zone(env: Env, node: tree.AtZone) -> Typed:
    """`x AT TIME ZONE 'Europe/Berlin'`: the same instant, shown in another zone."""
    value = expressions.translate(env, node.operand)
    if not isinstance(node.zone, tree.Literal):
        env.tx.unsupported(node.at, "AT TIME ZONE with an interval")
    zone = checked(env, node.zone.value, node.zone.at)
    if value.type.base == "timestamp":
        type_ = TrinoType(_ZONED, value.type.numbers)
        sql = convert(value.sql, value.type, type_, env.tx.zone)
        return gather(sql, type_, node.at, (value,), zone)
    if value.type.base != _ZONED:
        if value.type.base in {"time", "time with time zone"}:
            env.tx.unsupported(node.at, f"AT TIME ZONE on a {value.type}")
        env.tx.wrong(
            node.at,
            "Type of value must be a time or timestamp with or without time zone "
            f"(actual {value.type})",
        )
    return gather(value.sql, value.type, node.at, (value,), zone)

"""What clocks show: instants and local times of one zone, in DuckDB text."""

from __future__ import annotations

import re

OFFSET = re.compile(r"([+-])(\d{1,2}):(\d{2})")


def _minutes(zone: str) -> int | None:
    match = OFFSET.fullmatch(zone)
    if match is None:
        return None
    total = int(match[2]) * 60 + int(match[3])
    return -total if match[1] == "-" else total


def local(sql: str, zone: str) -> str:
    """What a clock in the zone shows at an instant: a TIMESTAMP."""
    minutes = _minutes(zone)
    if minutes is None:
        return f"timezone('{zone}', {sql})"
    return f"(timezone('UTC', {sql}) + to_minutes({minutes}))"


def instant(sql: str, zone: str) -> str:
    """The instant at which a clock in the zone shows a TIMESTAMP."""
    minutes = _minutes(zone)
    if minutes is not None:
        return f"timezone('UTC', {sql} - to_minutes({minutes}))"
    if zone == "UTC":
        return f"timezone('UTC', {sql})"
    # Where a clock shows an hour twice, Trino means the first one and DuckDB the second.
    return f"mesh_instant('{zone}', {sql})"

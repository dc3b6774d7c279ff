"""Service levels: which of two promised values is the better one."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*([A-Za-z%]*)\Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# ODCS takes ISO 8601's letters as well as words; months and years are means.
_SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 604_800.0),
    **dict.fromkeys(("m", "mo", "month", "months"), 2_629_746.0),
    **dict.fromkeys(("y", "yr", "year", "years"), 31_556_952.0),
}
_LESS_IS_BETTER = frozenset(
    ("latency", "frequency", "errorrate", "timetodetect", "timetonotify", "timetorepair")
)
_MORE_IS_BETTER = frozenset(
    ("availability", "retention", "throughput", "endofsupport", "endoflife")
)


def is_at_least_as_good(service: str, new: str, old: str) -> bool | None:
    """Whether a new value keeps what the old one promised; None where that cannot be told."""
    kind = re.sub(r"[^a-z]", "", service.partition("(")[0].lower())
    mine, theirs = _measure(new), _measure(old)
    if mine is None or theirs is None or mine[1] != theirs[1]:
        return None
    if kind in _LESS_IS_BETTER:
        return mine[0] <= theirs[0]
    if kind in _MORE_IS_BETTER:
        return mine[0] >= theirs[0]
    return None


def _measure(text: str) -> tuple[float, str] | None:
    """A figure with its unit; lengths of time in seconds, dates as a number of their digits."""
    match = _NUMBER.match(text.strip())
    if match:
        figure, unit = float(match[1]), match[2].lower()
        scale = _SECONDS.get(unit)
        return (figure * scale, "seconds") if scale else (figure, unit)
    if _DATE.match(text.strip()):
        return float(text.strip()[:10].replace("-", "")), "date"
    return None

"""Patterns of dates: MySQL's and Joda's letters as DuckDB's strftime knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.scope import Env

_MYSQL = {
    "%Y": "%Y",
    "%y": "%y",
    "%m": "%m",
    "%c": "%-m",
    "%d": "%d",
    "%e": "%-d",
    "%H": "%H",
    "%k": "%-H",
    "%h": "%I",
    "%I": "%I",
    "%l": "%-I",
    "%i": "%M",
    "%s": "%S",
    "%S": "%S",
    "%f": "%f",
    "%p": "%p",
    "%W": "%A",
    "%a": "%a",
    "%M": "%B",
    "%b": "%b",
    "%j": "%j",
    "%T": "%H:%M:%S",
    "%r": "%I:%M:%S %p",
    "%v": "%V",
    "%x": "%G",
    "%%": "%%",
}
# Letters whose reading is alike in both; the others are only written.
_PARSED = {"%Y", "%m", "%c", "%d", "%e", "%H", "%k", "%i", "%s", "%S", "%T", "%b", "%M", "%%"}
_MYSQL_REFUSED = {"%D", "%U", "%u", "%V", "%w", "%X"}
_JODA = {
    "yyyy": "%Y",
    "yy": "%y",
    "y": "%Y",
    "M": "%-m",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "d": "%-d",
    "dd": "%d",
    "H": "%-H",
    "HH": "%H",
    "h": "%-I",
    "hh": "%I",
    "m": "%-M",
    "mm": "%M",
    "s": "%-S",
    "ss": "%S",
    "SSS": "%g",
    "a": "%p",
    "E": "%a",
    "EEE": "%a",
    "EEEE": "%A",
    "D": "%-j",
    "DDD": "%j",
}


def mysql(env: Env, pattern: str, at: int, *, parsed: bool = False) -> str:
    """A pattern of date_format or date_parse."""
    found = []
    for piece in re.findall(r"%.|[^%]+|%\Z", pattern, re.DOTALL):
        if not piece.startswith("%"):
            found.append(piece)
            continue
        if piece in _MYSQL_REFUSED:
            env.tx.wrong(at, f"{piece} not supported in date format string")
        if piece == "%":
            env.tx.wrong(at, "Invalid date format string")
        if piece not in _MYSQL or (parsed and piece not in _PARSED):
            env.tx.unsupported(at, f"{piece} in a date format")
        found.append(_MYSQL[piece])
    return "".join(found)


def joda(env: Env, pattern: str, at: int) -> str:
    """A pattern of format_datetime."""
    found = []
    for piece in re.findall(r"'(?:[^']|'')*'|([A-Za-z])(\1*)|[^A-Za-z']+", pattern) and [
        match.group(0)
        for match in re.finditer(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'", pattern)
    ]:
        if piece == "'":
            env.tx.wrong(at, f"Pattern ends with a quote: {pattern}")
        if piece.startswith("'"):
            inner = piece[1:-1].replace("''", "'") if piece != "''" else "'"
            found.append(inner.replace("%", "%%"))
        elif piece[0].isalpha():
            if piece not in _JODA:
                env.tx.unsupported(at, f"{piece} in a date format")
            found.append(_JODA[piece])
        else:
            found.append(piece.replace("%", "%%"))
    return "".join(found)

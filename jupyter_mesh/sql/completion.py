"""What could stand at a place of a statement that is being typed: judged by its text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jupyter_mesh.sql.grammar.tokens import RESERVED

_TOKEN = re.compile(r'[\w."$/@^~]*\Z')
_AFTER_TABLE = re.compile(
    r"\b(?:from|join|into|table|update|describe|desc)\s+\Z", re.IGNORECASE
)
_TABLES = re.compile(r"\b(?:from|join|into|update)\s+([\w.\"$]+)(?:\s+(?:as\s+)?(\w+))?", re.I)
_SAID = re.compile(r"'(?:[^']|'')*'?|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
# Reserved words are Trino's; these are the others that begin or join clauses.
_OTHERS = frozenset({"LIMIT", "OVER", "PARTITION", "ROWS", "RANGE", "SHOW", "FILTER", "OFFSET"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The place: the fragment before the cursor, and what may stand there.

    `is_table` asks for the names below the fragment's last dot, otherwise columns of `tables`
    (name and alias, which may be empty), functions and keywords are asked for. A place inside
    a text or a remark wants nothing: `is_nothing`.
    """

    fragment: str
    is_table: bool = False
    tables: tuple[tuple[str, str], ...] = ()
    is_nothing: bool = False

    @property
    def prefix(self) -> str:
        """What stands before the fragment's last dot."""
        return self.fragment.rpartition(".")[0]


def wanted(text: str, line: int, column: int) -> Wanted:
    """What may stand at a line and column, both counted from 0."""
    lines = text.split("\n")
    before = "\n".join([*lines[:line], lines[line][:column]]) if line < len(lines) else text
    said = list(_SAID.finditer(before))
    if said and said[-1].end() == len(before) and not _is_closed(said[-1][0]):
        return Wanted("", is_nothing=True)
    match = _TOKEN.search(before)
    fragment = match[0] if match else ""
    if _AFTER_TABLE.search(before[: len(before) - len(fragment)]):
        return Wanted(fragment, is_table=True)
    found = [
        (table, "" if alias.upper() in keywords() else alias)
        for table, alias in _TABLES.findall(_SAID.sub(" ", text))
    ]
    return Wanted(fragment, tables=tuple(dict.fromkeys(found)))


def _is_closed(said: str) -> bool:
    if said.startswith("'"):
        return len(said) > 1 and said.endswith("'")
    return said.startswith("/*") and said.endswith("*/") and len(said) > 3


@lru_cache(1)
def keywords() -> frozenset[str]:
    """The words of the language that are worth completing."""
    return RESERVED | _OTHERS


@lru_cache(1)
def functions() -> tuple[str, ...]:
    """Every function of Trino by name."""
    text = files("jupyter_mesh.sql.embedded").joinpath("functions.txt").read_text("utf-8")
    return tuple(sorted(text.split()))

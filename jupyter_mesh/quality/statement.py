"""Statements written into a contract: placeholders filled, and nothing but one SELECT."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.quality.checks import Asked
from jupyter_mesh.quality.operators import checked

if TYPE_CHECKING:
    from jupyter_mesh.model.contract import Rule

# The standard's text writes {object} and {property}, its examples ${table} and ${column}.
_PLACEHOLDER = re.compile(r'("?)\$?\{([A-Za-z_]+)\}\1')
_TABLE = frozenset({"table", "object", "schema", "model"})
_COLUMN = frozenset({"column", "property", "field"})
_OUTSIDE = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/""", re.VERBOSE | re.DOTALL
)


def asked(rule: Rule, table: TableName) -> Asked:
    """The rule's statement for that table.

    Raises ValueError, with a sentence, when it is not exactly one reading statement.
    """
    checked(rule.operator, rule.threshold)
    written = rule.arguments.get("query")
    if not isinstance(written, str) or not written.strip():
        raise ValueError("it has no query")
    sql = _filled(written, table, rule.column).strip()
    bare = _OUTSIDE.sub(" ", sql).strip().rstrip(";").strip()
    if ";" in bare:
        raise ValueError("its query holds more than one statement")
    if not re.match(r"(?:\(\s*)*(?:select|with)\b", bare, re.IGNORECASE):
        raise ValueError("its query is not a SELECT")
    return Asked(rule, sql.rstrip("; \n\t"))


def _filled(sql: str, table: TableName, column: str) -> str:
    def fill(match: re.Match[str]) -> str:
        word = match[2].lower()
        if word in _TABLE:
            return table.sql
        if word in _COLUMN and column:
            return quote(column)
        raise ValueError(f"nothing is known to stand for {match[0]} in its query")

    return _PLACEHOLDER.sub(fill, sql)

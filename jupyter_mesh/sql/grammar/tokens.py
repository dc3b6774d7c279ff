"""Text to tokens: Trino's lexical rules, and the place of a fault."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jupyter_mesh.errors import StatementInvalid

# Words that cannot stand as a name without quotes
# (https://trino.io/docs/current/language/reserved.html).
RESERVED = frozenset(
    [
        "ALTER",
        "AND",
        "AS",
        "BETWEEN",
        "BY",
        "CASE",
        "CAST",
        "CONSTRAINT",
        "CREATE",
        "CROSS",
        "CUBE",
        "CURRENT_CATALOG",
        "CURRENT_DATE",
        "CURRENT_PATH",
        "CURRENT_ROLE",
        "CURRENT_SCHEMA",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "CURRENT_USER",
        "DEALLOCATE",
        "DELETE",
        "DESCRIBE",
        "DISTINCT",
        "DROP",
        "ELSE",
        "END",
        "ESCAPE",
        "EXCEPT",
        "EXECUTE",
        "EXISTS",
        "EXTRACT",
        "FALSE",
        "FOR",
        "FROM",
        "FULL",
        "GROUP",
        "GROUPING",
        "HAVING",
        "IN",
        "INNER",
        "INSERT",
        "INTERSECT",
        "INTO",
        "IS",
        "JOIN",
        "JSON_ARRAY",
        "JSON_EXISTS",
        "JSON_OBJECT",
        "JSON_QUERY",
        "JSON_TABLE",
        "JSON_VALUE",
        "LEFT",
        "LIKE",
        "LISTAGG",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "NATURAL",
        "NORMALIZE",
        "NOT",
        "NULL",
        "ON",
        "OR",
        "ORDER",
        "OUTER",
        "PREPARE",
        "RECURSIVE",
        "RIGHT",
        "ROLLUP",
        "SELECT",
        "SKIP",
        "TABLE",
        "THEN",
        "TRIM",
        "TRUE",
        "UESCAPE",
        "UNION",
        "UNNEST",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "WITH",
    ]
)
_TOKEN = re.compile(
    r"""(?P<space>(?:\s+|--[^\n]*|/\*.*?\*/)+)
    |(?P<string>'(?:[^']|'')*')
    |(?P<unicode>[Uu]&'(?:[^']|'')*')
    |(?P<binary>[Xx]'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<parameter>:[A-Za-z_][A-Za-z0-9_]*)
    |(?P<double>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[Ee][+-]?\d+)
    |(?P<decimal>\d[\d_]*\.(?:\d[\d_]*)?|\.\d[\d_]*)
    |(?P<integer>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign><>|!=|<=|>=|\|\||->|=>|[-+*/%<>=(),.;:?\[\]])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class Token:
    """One token: its kind, text, upper-case word or sign, and where it begins and ends."""

    kind: str
    text: str
    word: str
    at: int
    end: int


def place(text: str, at: int) -> tuple[int, int]:
    """The line and column of an offset, both from 1."""
    start = text.rfind("\n", 0, at) + 1
    return text.count("\n", 0, at) + 1, at - start + 1


def fault(text: str, at: int, message: str, remedy: str = "") -> StatementInvalid:
    """A StatementInvalid that shows the line with a caret under the place."""
    line, column = place(text, at)
    start = text.rfind("\n", 0, at) + 1
    shown = text[start:].partition("\n")[0]
    # A very long line is cut around the place, so that the caret stays in sight.
    skipped = max(0, at - start - 60)
    shown = shown[skipped : skipped + 96]
    pad = re.sub(r"[^\t]", " ", shown[: at - start - skipped])
    return StatementInvalid(
        f"line {line}:{column}: {message}\n{shown}\n{pad}^",
        remedy=remedy,
        line=line,
        column=column,
    )


def tokens(text: str) -> list[Token]:
    """All tokens of a text, ending in one of kind `end`; StatementInvalid for anything else."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind = match.lastgroup or ""
        if kind != "space":
            piece = match.group()
            word = piece.upper() if kind in {"word", "sign"} else ""
            found.append(Token(kind, piece, word, position, match.end()))
            _check_joint(text, found)
        position = match.end()
    found.append(Token("end", "", "", len(text), len(text)))
    return found


def _check_joint(text: str, found: list[Token]) -> None:
    """A number may not run into a word: `1abc` is no name in Trino."""
    if len(found) < 2:
        return
    before, last = found[-2], found[-1]
    if before.end != last.at:
        return
    if before.kind in {"integer", "decimal", "double"} and last.kind == "word":
        raise fault(
            text, before.at, "identifiers must not start with a digit; quote the identifier"
        )


def _unreadable(text: str, at: int) -> StatementInvalid:
    sign = text[at]
    if sign == "`":
        return fault(text, at, "backquoted identifiers are not supported", 'Write "name".')
    if sign in "'\"":
        return fault(text, at, f"a quote {sign} is opened and never closed")
    if text.startswith("/*", at):
        return fault(text, at, "a comment /* is opened and never closed")
    return fault(text, at, f"unexpected {sign!r}")

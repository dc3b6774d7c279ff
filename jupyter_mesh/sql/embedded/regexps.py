"""Regular expressions: the part where RE2 and Trino's engine read a pattern alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded.registry import scalars
from jupyter_mesh.sql.embedded.typed import text_literal

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.registry import Bound

# Escapes with one meaning in both; classes mean ASCII in RE2 and more in Trino.
_CLASSES = "dDwWsSbB"
_ESCAPES = _CLASSES + "tnr.\\+*?()[]{}|^$-/\"'#&@!%,:;<=>_~ "
_REFUSED = re.compile(r"\(\?(?!:|i\))|[*+?}]\+|\[\[|&&|\\[1-9pPkQEGzZAhHvVRXuxc0]")


def _pattern(bound: Bound, *, empty: bool = False, end: bool = False) -> str:
    """The pattern, when it is one that both engines read alike."""
    pattern = bound.needed(1, "pattern")
    tx = bound.env.tx
    if _REFUSED.search(pattern) or not pattern.isascii():
        tx.unsupported(bound.args[1].at, f"the pattern {pattern}")
    for escaped in re.findall(r"\\(.)", pattern, re.DOTALL):
        if escaped not in _ESCAPES:
            tx.unsupported(bound.args[1].at, f"\\{escaped} in a pattern")
    plain = re.sub(r"\\.", "", pattern)
    if "$" in re.sub(r"\[[^\]]*\]", "", plain) and not end:
        tx.unsupported(bound.args[1].at, "$ in this pattern")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        tx.wrong(bound.args[1].at, f"{error.msg} in the pattern {pattern}")
    if not empty and compiled.match(""):
        tx.unsupported(bound.args[1].at, "a pattern that matches the empty text")
    return pattern


def _guarded(bound: Bound, pattern: str) -> str:
    """The subject; letters outside of ASCII are refused where classes could differ on them."""
    wide = re.search(r"\\[dDwWsSbB]|\[\^|\(\?i\)|\.", pattern)
    if wide and not (
        wide.group() == "." and not re.search(r"\\[dDwWsSbB]|\[\^|\(\?i", pattern)
    ):
        return f"mesh_ascii({bound[0]})"
    return bound[0]


def _like(bound: Bound) -> str:
    pattern = _pattern(bound, empty=True, end=True)
    subject = _guarded(bound, pattern)
    ending = re.sub(r"(?<!\\)\$", r"(?:\\n?$)", pattern)
    return f"regexp_matches({subject}, {text_literal(ending)})"


def _group(bound: Bound, pattern: str) -> int:
    group = int(bound.needed(2, "group")) if len(bound.args) > 2 else 0
    groups = re.compile(pattern).groups
    if group > groups:
        bound.env.tx.wrong(
            bound.args[-1].at, f"Pattern has {groups} groups. Cannot access group {group}"
        )
    if group and re.search(r"\)[?*{]|\|", pattern):
        bound.env.tx.unsupported(bound.args[1].at, "a group that may not take part in a match")
    return group


def _extract(bound: Bound) -> str:
    pattern = _pattern(bound)
    group = _group(bound, pattern)
    subject, written = _guarded(bound, pattern), text_literal(pattern)
    return (
        f"CASE WHEN regexp_matches({subject}, {written}) "
        f"THEN regexp_extract({bound[0]}, {written}, {group}) END"
    )


def _extract_all(bound: Bound) -> str:
    pattern = _pattern(bound)
    group = _group(bound, pattern)
    return f"regexp_extract_all({_guarded(bound, pattern)}, {text_literal(pattern)}, {group})"


def _replace(bound: Bound) -> str:
    pattern = _pattern(bound)
    groups = re.compile(pattern).groups
    template = bound.needed(2, "replacement") if len(bound.args) > 2 else ""
    if "${" in template or (re.search(r"\)[?*{]|\|", pattern) and "$" in template):
        bound.env.tx.unsupported(bound.args[2].at, f"the replacement {template}")
    pieces = []
    for piece in re.findall(r"\\.|\$\d|.", template, re.DOTALL):
        if piece.startswith("$"):
            if len(piece) == 1 or int(piece[1]) > groups:
                bound.env.tx.wrong(bound.args[2].at, f"Illegal replacement: {template}")
            pieces.append("\\" + piece[1])
        else:
            letter = piece[-1]
            pieces.append("\\\\" if letter == "\\" else letter)
    if re.search(r"\$\d\d", template):
        bound.env.tx.unsupported(bound.args[2].at, f"the replacement {template}")
    written = text_literal("".join(pieces))
    subject = _guarded(bound, pattern)
    return f"regexp_replace({subject}, {text_literal(pattern)}, {written}, 'g')"


def _split(bound: Bound) -> str:
    pattern = _pattern(bound)
    return f"regexp_split_to_array({_guarded(bound, pattern)}, {text_literal(pattern)})"


def _count(bound: Bound) -> str:
    pattern = _pattern(bound)
    found = f"regexp_extract_all({_guarded(bound, pattern)}, {text_literal(pattern)})"
    return f"CAST(len({found}) AS BIGINT)"


scalars(
    {
        "regexp_like(varchar, varchar) -> boolean": _like,
        "regexp_extract(varchar(x), varchar) -> varchar(x)": _extract,
        "regexp_extract(varchar(x), varchar, bigint) -> varchar(x)": _extract,
        "regexp_extract_all(varchar(x), varchar) -> array(varchar(x))": _extract_all,
        "regexp_extract_all(varchar(x), varchar, bigint) -> array(varchar(x))": _extract_all,
        "regexp_replace(varchar(x), varchar) -> varchar(x)": _replace,
        "regexp_replace(varchar(x), varchar, varchar) -> varchar": _replace,
        "regexp_split(varchar(x), varchar) -> array(varchar(x))": _split,
        "regexp_count(varchar, varchar) -> bigint": _count,
    }
)

"""The pictures' source: small modules of JavaScript, joined to the one that a widget loads."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "pictures"
_IMPORT = re.compile(r"^import \{[^}]*\} from '\./(\w+\.js)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function |const |class )", re.MULTILINE)


@cache
def module(name: str) -> str:
    """The text of a module with those it imports put before it.

    A host loads one text and nothing beside it, so neighbours cannot be imported there. Joining
    needs no tool, as long as no two modules use the same name at their top.
    """
    joined: dict[str, str] = {}
    _join(name, joined)
    return "\n".join(joined.values())


@cache
def style() -> str:
    """The one style sheet of all widgets."""
    return (_FOLDER / "widgets.css").read_text(encoding="utf-8")


def _join(name: str, joined: dict[str, str]) -> None:
    if name in joined:
        return
    text = (_FOLDER / name).read_text(encoding="utf-8")
    for neighbour in _IMPORT.findall(text):
        _join(neighbour, joined)
    joined[name] = _EXPORT.sub("", _IMPORT.sub("", text))

"""The options on the first line of a `%%mesh` cell."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from difflib import get_close_matches
from keyword import iskeyword

from jupyter_mesh.errors import InputError

# More rows in a page make a browser crawl; all of them are one call away.
MOST_ROWS = 10_000
_NAMES = ("--into", "--stage", "--limit", "--engine")
USAGE = "%%mesh [--into NAME] [--stage PORT] [--limit N] [--engine NAME]"


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What a cell asks for: a variable, a port, how many rows to show, an engine.

    Without a limit the front end's own page is shown.
    """

    into: str = ""
    stage: str = ""
    limit: int | None = None
    engine: str = ""


def parse_options(line: str) -> CellOptions:
    """Read the rest of the first line; InputError names the wrong word and what is near."""
    words = words_of(line)
    found: dict[str, str] = {}
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name not in _NAMES:
            raise _unknown(word)
        if not equals:
            if not words or words[0] in _NAMES:
                raise InputError(f"{name} needs a value.", remedy=f"Write {USAGE}.")
            value = words.pop(0)
        found[name.removeprefix("--")] = value
    return CellOptions(
        into=_identifier(found.get("into", "")),
        stage=found.get("stage", ""),
        limit=_number(found["limit"]) if "limit" in found else None,
        engine=found.get("engine", ""),
    )


def words_of(line: str) -> list[str]:
    """The words of a line, with quotes as in a shell; InputError when one is left open."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise InputError(
            f"{line.strip()!r} has a quote that is not closed.", remedy="Close it."
        ) from error


def _unknown(word: str) -> InputError:
    near = get_close_matches(word.partition("=")[0], _NAMES, n=1)
    if near:
        return InputError(f"There is no option {word}.", remedy=f"Did you mean {near[0]}?")
    if word.startswith("-"):
        return InputError(f"There is no option {word}.", remedy=f"Write {USAGE}.")
    return InputError(
        f"{word!r} stands on the first line, which is for options.",
        remedy="Write the statement on the lines below %%mesh.",
    )


def _identifier(name: str) -> str:
    if name and (not name.isidentifier() or iskeyword(name)):
        raise InputError(
            f"{name!r} cannot be a variable's name.", remedy="Write --into with a Python name."
        )
    return name


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > MOST_ROWS:
        raise InputError(
            f"--limit {text} is not a number of rows to show.",
            remedy=f"Write a whole number up to {MOST_ROWS:,}; "
            "all rows are in the result: --into NAME, then NAME.df() or NAME.batches().",
        )
    return int(text)

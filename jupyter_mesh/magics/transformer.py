"""Turns a `%%mesh` cell into one awaited call, so that buttons work while its query runs.

A kernel handles messages of widgets only while a cell awaits. The cell magic of the same name
stays for shells and places where nothing can be awaited.
"""

from __future__ import annotations

import re
from typing import Any

# What may stand before %%mesh without being code: empty lines and comments.
_BEFORE = re.compile(r"\s*(#.*)?$")
_FIRST = re.compile(r"%%mesh(?![\w.])[ \t]*(.*)\Z")


class MeshCells:
    """An input transformer (IPython: `input_transformers_cleanup`) for one shell.

    While a cell runs, a second one can only have been started by its code (`%run`, `run_cell`),
    where the loop is busy: such cells are left to the synchronous magic.
    """

    # IPython asks transformers without side effects whether a typed cell is complete; a cell
    # magic must be allowed to go on until an empty line.
    has_side_effects = True

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
        self.shell = shell
        self.depth = 0

    def began(self) -> None:
        """A cell has begun to run."""
        self.depth += 1

    def ended(self) -> None:
        """A cell has ended; the one that loaded the extension was not seen to begin."""
        self.depth = max(0, self.depth - 1)

    def __call__(self, lines: list[str]) -> list[str]:
        """The cell's lines, as they are or as one awaited call."""
        found = split_cell(lines)
        if found is None:
            return lines
        line, body = found
        if self.depth or not getattr(self.shell, "autoawait", False):
            return [f"get_ipython().run_cell_magic('mesh', {line!r}, {body!r})\n"]
        return [f"await get_ipython().mesh_cell({line!r}, {body!r})\n"]


def split_cell(lines: list[str]) -> tuple[str, str] | None:
    """The first line's rest and the body of a `%%mesh` cell; None for any other cell.

    A line that is not empty, not a comment and not `%%mesh` ends the search, so the word inside
    a string or below other code is never taken for the magic.
    """
    for number, line in enumerate(lines):
        if match := _FIRST.match(line.rstrip()):
            return match[1], "".join(lines[number + 1 :])
        if not _BEFORE.match(line):
            return None
    return None

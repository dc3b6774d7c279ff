"""The functions that DuckDB has to be taught, as one script, and how their errors are read."""

from __future__ import annotations

import re
from importlib.resources import files

# An error is raised by a cast that cannot work: DuckDB's own error() is volatile, and TRY
# refuses volatile functions.
_RAISED = re.compile(r"'mesh: (.*?)' to INT32", re.DOTALL)


def _script() -> str:
    folder = files(__package__)
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    return "\n".join(entry.read_text("utf-8") for entry in found)


MACROS: str = _script()


def reason(message: str) -> str:
    """Trino's message inside a DuckDB error, or the first line of DuckDB's own."""
    match = _RAISED.search(message)
    if match:
        return match[1]
    first = message.split("\n")[0]
    return re.sub(r"^[A-Z][A-Za-z ]+ Error: ", "", first)

"""A file with the stack of an error that nobody foresaw, for whoever mends it."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir


def write_report(error: Exception, path: str | None) -> Path:
    """Write the stack into the mesh's hidden folder, or where there is none a temporary one.

    Values of variables are left out: they may be data, or secrets.
    """
    now = datetime.now(UTC)
    name = f"error-{now:%Y%m%dT%H%M%S%f}.log"
    lines = traceback.format_exception(error)
    text = f"{now.isoformat()}\nPython {sys.version}\n{''.join(lines)}"
    for folder in (_hidden(path), Path(gettempdir())):
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            place = folder / name
            place.write_text(text, encoding="utf-8")
        except OSError:
            continue  # a read-only mesh is no reason to lose the report
        return place
    return Path(name)


def _hidden(path: str | None) -> Path | None:
    """The folder for logs of the nearest mesh, without opening it: it may be what is broken."""
    start = Path(path).expanduser() if path else Path.cwd()
    start = start.parent if start.is_file() else start
    for folder in (start, *start.resolve().parents):
        if (folder / "mesh.yaml").is_file():
            return folder / ".mesh" / "log"
    return None

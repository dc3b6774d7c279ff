"""One running server as a value, and the file by which a later session finds it again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FILE = "service.json"


@dataclass(frozen=True, slots=True)
class Service:
    """A server: its process, its address and what others need to know to use it.

    `started` is when, as ISO 8601 in UTC. `facts` are plain JSON values: host, port, user ...
    `birth` tells its process from a later one that got the same number; `is_settled` when it
    has answered and holds all it needs.
    """

    name: str
    pid: int
    url: str
    folder: Path
    started: str
    version: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    birth: str = field(default="", repr=False)
    is_settled: bool = False

    @property
    def log(self) -> Path:
        """The file that it writes what happens to."""
        return log_of(self.folder)


def log_of(folder: Path) -> Path:
    """The log of the server that lives in a folder."""
    return folder / "log" / "server.log"


def read(folder: Path) -> Service | None:
    """What was written about the server of that folder; nothing where nothing is readable."""
    try:
        record = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return Service(**{**record, "folder": folder})
    except (OSError, ValueError, TypeError):
        # A file of another version of ours, or none: the server is not one that we know.
        return None


def write(service: Service) -> None:
    """Keep what is known about a server, whole or not at all; for the user's eyes alone."""
    record = {**asdict(service), "facts": dict(service.facts)}
    del record["folder"]  # it is where the file is, also when the mesh moves
    part = service.folder / f".{_FILE}.{uuid4().hex}.part"
    try:
        with os.fdopen(
            os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w"
        ) as stream:
            json.dump(record, stream, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(service.folder / _FILE)
    finally:
        part.unlink(missing_ok=True)


def forget(folder: Path) -> None:
    """There is no server in that folder any more."""
    (folder / _FILE).unlink(missing_ok=True)

"""Waiting for a server to answer, and what its log said when it never does."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING

from jupyter_mesh.errors import StackError
from jupyter_mesh.stack.processes import is_alive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_mesh.stack.packages import Tell
    from jupyter_mesh.stack.service import Service

_EVERY = 0.1
_TOLD_EVERY = 5.0
# What names a cause, the plainest first.
_TELLING = (
    re.compile(r"Failed to bind|already in use|No space left|OutOfMemory|Permission denied"),
    re.compile(r"FATAL|was not used|Could not (?:reserve|create)|Unrecognized|[Ii]nvalid flag"),
    re.compile(r"^\d+\) "),
    re.compile(r"^Caused by: (?!.*same stack trace)"),
    re.compile(r"\bERROR\b|\b[Ee]rror:|Exception\b"),
    re.compile(r"\S"),
)
# Numbers, sources and "Caused by" stand before what a Java server says.
_BEFORE = re.compile(r"^(?:\d+\) )?(?:\[\S+\]: )?(?:Caused by: )?")
_READ = 5000


def await_ready(
    service: Service, answers: Callable[[], bool], patience: float, tell: Tell
) -> None:
    """Return when the server answers; StackError when it ends or is silent for too long."""
    begun = told = time.monotonic()
    while not answers():
        now = time.monotonic()
        if not is_alive(service.pid, service.birth):
            raise _failed(service, "ended while it was starting")
        if now - begun > patience:
            raise _failed(service, f"did not answer within {patience:.0f} s")
        if now - told >= _TOLD_EVERY:
            told = now
            tell(f"{service.name}: starting, {now - begun:.0f} s")
        time.sleep(_EVERY)
    tell(f"{service.name}: ready after {time.monotonic() - begun:.1f} s")


def telling(*logs: Path) -> str:
    """The last line of the logs that says what went wrong, the first log's if it does."""
    said = [line.strip() for log in reversed(logs) for line in tail(log, _READ)]
    for telling in _TELLING:
        for line in reversed(said):
            if telling.search(line):
                return _BEFORE.sub("", line)[:300]
    return ""


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a log; none where there is no log."""
    try:
        with log.open(encoding="utf-8", errors="replace") as stream:
            return [line.rstrip("\n") for line in deque(stream, lines)]
    except FileNotFoundError:
        return []


def _failed(service: Service, how: str) -> StackError:
    said = telling(*sorted(service.folder.glob("log/*.log")))
    return StackError(
        f"{service.name} {how}{f': {said}' if said else ''}",
        service=service.name,
        log=str(service.log),
        remedy=f"Its log says more: {service.log}",
    )

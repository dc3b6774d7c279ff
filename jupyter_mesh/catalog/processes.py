"""Which process holds something, written so that its death can be known on the same machine."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path


def mark() -> str:
    """This process as `place:number:start`; empty where the system does not tell."""
    place, start = _place(), _started(os.getpid())
    return f"{place}:{os.getpid()}:{start}" if place and start else ""


def is_gone(mark: str) -> bool:
    """Whether the process of that mark is known to be dead; one of elsewhere never is."""
    place, _, rest = mark.partition(":")
    number, _, start = rest.partition(":")
    if not place or place != _place() or not number.isdigit():
        return False
    return _started(int(number)) != start


@cache
def _place() -> str:
    """This start of this machine and, in a container, its own numbering of processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        numbering = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
    return sha256(f"{boot} {numbering}".encode()).hexdigest()[:12]


def _started(number: int) -> str:
    """When the process began, in ticks since the machine's start; empty for a dead one."""
    try:
        text = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold anything, brackets and spaces too.
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]

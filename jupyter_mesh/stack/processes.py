"""Processes that outlive us: started apart, known again by their birth, ended for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EVERY = 0.05
# What a server needs of our environment; everything else, secrets above all, stays with us.
_PASSED = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a server: the little it needs of ours, and what it is given."""
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {**passed, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **more}


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path
) -> int:
    """Start a command in a folder and a session of its own; its number.

    It neither ends with us nor hears the keys that are pressed in our terminal.
    """
    writes = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    # Not by subprocess: its object would have to be kept for as long as the server runs.
    return os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), *command],
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), writes, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def birth(pid: int) -> str:
    """What tells this process from any other of the same number; empty when it is gone."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # a child of ours that has ended would stay in the list
    if sys.platform != "linux":
        asked = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip()
    try:
        # The name in brackets may hold anything; the fields after it are state, parent ...
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def is_alive(pid: int, born: str) -> bool:
    """Whether that very process still runs."""
    return bool(born) and birth(pid) == born


def is_buried(pid: int) -> bool:
    """Whether the number is free again, or somebody living has it.

    A process that has ended is seen as if it ran until whoever adopted it has taken note.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return bool(birth(pid))


def stop(pid: int, born: str, patience: float) -> bool:
    """End a process, first politely and after `patience` seconds by force.

    Whether it ended by itself. It is never somebody else's process that is ended.
    """
    if _sent(pid, born, signal.SIGTERM) and not _ended(pid, born, patience):
        # Its children as well: they would keep its port and its files.
        _sent(-pid, born, signal.SIGKILL)
        _ended(pid, born, 10)
        return False
    return True


def _sent(target: int, born: str, number: signal.Signals) -> bool:
    if not is_alive(abs(target), born):
        return False
    with suppress(ProcessLookupError):
        os.kill(target, number)
    return True


def _ended(pid: int, born: str, patience: float) -> bool:
    end = time.monotonic() + patience
    while is_alive(pid, born):
        if time.monotonic() > end:
            return False
        time.sleep(_EVERY)
    return True

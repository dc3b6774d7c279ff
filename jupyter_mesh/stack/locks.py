"""A lock between processes that is gone when its holder is."""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# As long as the largest download may take on a slow line.
PATIENCE = 3600.0
_EVERY = 0.1


@contextmanager
def held(path: Path, waiting: Callable[[], None], patience: float = PATIENCE) -> Iterator[None]:
    """Hold the file alone; `waiting` is called once when somebody else has it.

    Raises ConflictError when it stays taken for `patience` seconds. The file itself stays: a
    lock on a file that is removed meanwhile would hold nobody back.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        end = time.monotonic() + patience
        has_waited = False
        while not _taken(stream.fileno()):
            if not has_waited:
                waiting()
                has_waited = True
            if time.monotonic() > end:
                raise ConflictError(
                    f"Somebody else has been busy with {path.parent} for {patience:.0f} s.",
                    remedy="Look what holds it: is another mesh stack still at work there?",
                )
            time.sleep(_EVERY)
        yield


def _taken(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Ctrl-C stops a statement on its engine, not only the process that waits for it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_mesh.engines.ticket import QueryTicket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def stoppable() -> Iterator[QueryTicket]:
    """A ticket that Ctrl-C cancels; a second Ctrl-C does not wait for the engine."""
    ticket = QueryTicket()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if ticket.is_cancelled:
            raise KeyboardInterrupt
        ticket.cancel()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield ticket
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield ticket
    finally:
        signal.signal(signal.SIGINT, before)

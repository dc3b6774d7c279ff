"""A ticket: one running statement as any thread may watch and stop it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class QueryTicket:
    """Stops a statement and passes its progress on; one ticket a statement, safe in threads.

    `on_progress` hears a few words and the percentage (None when nobody knows); it is called
    from a thread of the engine's. Without it the engine measures no progress at all.
    """

    def __init__(self, on_progress: Callable[[str, float | None], None] | None = None) -> None:
        self._on_progress = on_progress
        self._stops: list[Callable[[], None]] = []
        self._lock = Lock()
        self._cancelled = False

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody pressed stop."""
        return self._cancelled

    @property
    def is_watched(self) -> bool:
        """Whether anybody wants to hear of progress."""
        return self._on_progress is not None

    def cancel(self) -> None:
        """Stop the statement on its engine; harmless when it has ended or was stopped."""
        with self._lock:
            self._cancelled = True
            stops, self._stops = self._stops, []
        # Outside the lock: an engine may answer at once, through this very ticket.
        for stop in stops:
            stop()

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Remember what stops the statement; called at once when it was cancelled already."""
        with self._lock:
            if not self._cancelled:
                self._stops.append(stop)
                return
        stop()

    def report(self, text: str, percent: float | None = None) -> None:
        """Pass on how far the statement is."""
        if self._on_progress is not None:
            self._on_progress(text, percent)

"""The search index kept fresh: after a publication, and now and then while somebody asks."""

from __future__ import annotations

import logging
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

from jupyter_mesh.errors import MeshError
from jupyter_mesh.server.listing import Lister

if TYPE_CHECKING:
    from jupyter_mesh.server.opened import OpenMesh

_LOG = logging.getLogger(__name__)
# Nothing has changed: look half as often each time. Nobody asks: do not look at all.
_SHORTEST = 2.0
_LONGEST = 60.0
_QUIET = 90.0
# Looking costs at most one part in so many of the time.
_SHARE = 20
# The first who searches a mesh waits so long for the first names.
_FIRST = 2.0


class Freshness:
    """Compares what is listed with what there is, in a thread of its own that sleeps mostly."""

    def __init__(self, opened: OpenMesh) -> None:
        self._opened = opened
        self._turn = Condition()
        self._thread: Thread | None = None
        self._asked = 0.0
        self._next = 0.0
        self._pause = _SHORTEST
        self._rounds = 0
        self._closed = False

    def wanted(self, *, wait: bool = False) -> None:
        """Somebody looks at names; who searches waits for the very first round."""
        with self._turn:
            self._asked = monotonic()
            if self._thread is None and not self._closed:
                self._thread = Thread(target=self._keep, daemon=True, name="mesh-index")
                self._thread.start()
            self._turn.notify_all()
            if wait:
                self._turn.wait_for(lambda: self._rounds > 0 or self._closed, _FIRST)

    def hurry(self) -> None:
        """Something was published or laid out: look again at once."""
        with self._turn:
            self._next, self._pause = 0.0, _SHORTEST
            self._turn.notify_all()

    def close(self) -> None:
        """Look no more."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def settle(self, seconds: float) -> bool:
        """Wait for the end of the look that is on its way; whether it came in time.

        An interpreter that ends while a thread is deep in an engine's own code is aborted.
        """
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _keep(self) -> None:
        while self._waited():
            began = monotonic()
            changes = self._look()
            cost = monotonic() - began
            with self._turn:
                self._pause = _SHORTEST if changes else min(2 * self._pause, _LONGEST)
                self._pause = max(self._pause, _SHARE * cost)
                self._next = monotonic() + self._pause
                self._rounds += 1
                self._turn.notify_all()

    def _waited(self) -> bool:
        """Wait for the next time to look; False at the end."""
        with self._turn:
            while not self._closed:
                now = monotonic()
                is_quiet = now - self._asked > _QUIET
                if not is_quiet and now >= self._next:
                    return True
                self._turn.wait(None if is_quiet else self._next - now)
        return False

    def _look(self) -> int:
        try:
            with self._opened.of(None) as mesh:
                changes = Lister(mesh, lambda: not self._closed).refresh()
                mesh.parts.home.names.ready()
                return changes
        except MeshError as error:
            # Whoever asks for the mesh is told the same, with its remedy.
            _LOG.info("The names could not be listed: %s", error.message)
            return 0

"""A call in a thread of its own, for whoever waits: awaited by a cell, joined by a command."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import QueryCancelled

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_BEAT = 0.1
# How long a stopped statement may take to end before its thread is left to itself.
_GRACE = 10.0


class Interrupted(KeyboardInterrupt):
    """Somebody pressed stop; IPython shows one line instead of the stack of a waiting loop."""

    def _render_traceback_(self) -> list[str]:
        return [f"Interrupted: {self}"]


class Work(Generic[T]):
    """One call in a daemon thread, so that a statement that hangs never holds its process.

    It begins when it is waited for, `joined` or `awaited`, and that is done once.

    An engine deep in its own code hears no signal: only another thread can stop it at once.
    `said` and `percent` are what it reported last.
    """

    def __init__(self, call: Callable[[QueryTicket], T]) -> None:
        self.ticket = QueryTicket(self._hear)
        self.said = ""
        self.percent: float | None = None
        self._done: Future[T] = Future()
        context = copy_context()
        self._thread = Thread(
            target=context.run, args=(self._run, call), name="mesh-query", daemon=True
        )

    def _hear(self, text: str, percent: float | None) -> None:
        self.said, self.percent = text, percent

    def _run(self, call: Callable[[QueryTicket], T]) -> None:
        try:
            answer = call(self.ticket)
        except BaseException as error:
            self._done.set_exception(error)
        else:
            self._done.set_result(answer)

    async def awaited(self, tick: Callable[[], Any]) -> T:
        """The call's answer; `tick` is called on the way, an interrupt stops the statement."""
        waiting = asyncio.wrap_future(self._done)
        waiting.add_done_callback(_seen)
        try:
            self._thread.start()
            while not waiting.done():
                tick()
                await asyncio.wait([waiting], timeout=_BEAT)
        except (asyncio.CancelledError, KeyboardInterrupt):
            self._stop()
        except BaseException:
            self.ticket.cancel()
            raise
        return self._answer()

    def joined(self, tick: Callable[[], Any] = bool) -> T:
        """The same for a place that cannot await."""
        try:
            # In here: an interrupt may come before this thread knows that the other one runs.
            self._thread.start()
            while not self._done.done():
                tick()
                self._thread.join(_BEAT)
        except KeyboardInterrupt:
            self._stop()
        except BaseException:
            self.ticket.cancel()
            raise
        return self._answer()

    def _stop(self) -> None:
        self.ticket.cancel()
        if self._thread.is_alive():
            self._thread.join(_GRACE)
        raise Interrupted("the query was stopped.") from None

    def _answer(self) -> T:
        try:
            return self._done.result()
        except QueryCancelled:
            raise
        except Exception as error:
            if self.ticket.is_cancelled:
                raise QueryCancelled("The query was cancelled.") from error
            raise


def _seen(waiting: asyncio.Future[Any]) -> None:
    """Look at the outcome, so that the loop does not complain that nobody did."""
    if not waiting.cancelled():
        waiting.exception()

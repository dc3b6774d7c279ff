"""One statement on a Trino cluster: sent, followed, read, watched and stopped."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import cached_property
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines import trino_faults, trino_login
from jupyter_mesh.engines.pages import PageError, PageReader
from jupyter_mesh.errors import EngineUnavailable, MeshError, QueryCancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pyarrow as pa

    from jupyter_mesh.protocols import Ticket

    Place = Callable[[int, int], tuple[int, int]]
    Words = Callable[[str], str]

# How long a server may be out of reach before the statement is given up. It keeps a statement
# whose client is silent for five minutes.
PATIENCE = 90.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
# An answer that nobody reads is asked after so often, so that the server does not drop it.
_HEARTBEAT = 60.0
_PIECE = 1 << 20
_PASSING = frozenset({429, 502, 503, 504})


def _same(line: int, column: int) -> tuple[int, int]:
    return line, column


def _unchanged(message: str) -> str:
    return message


class RemoteStatement:
    """A statement that runs on the server; its rows come as batches, once, from the first on.

    Faults are told at their `place` in what the user wrote, and in its `words`. Only what is
    safe is tried again: asking for the next page, which the server answers twice if need be,
    and sending a statement, which the server does not begin before it is asked for.
    """

    def __init__(
        self,
        request: Any,  # noqa: ANN401 - the client's own
        url: str,
        ticket: Ticket | None = None,
        place: Place = _same,
        words: Words = _unchanged,
    ) -> None:
        self._request = request
        self._url = url
        self._ticket = ticket
        self._place = place
        self._words = words
        self._next: str | None = None
        self._lock = Lock()
        self._stopped = Event()
        self._ended = Event()
        self.patience = PATIENCE
        self.query_id = ""
        self.update: str = ""
        self.count: int | None = None
        self.columns: list[Mapping[str, Any]] | None = None
        self.rows: Iterator[pa.RecordBatch] = iter(())

    # -- the life of it ----------------------------------------------------------------------

    def start(self, sql: str) -> RemoteStatement:
        """Send it and wait until its columns are known, or its end."""
        if self._ticket is not None:
            self._ticket.on_cancel(self.stop)
        if self._stopped.is_set():
            raise QueryCancelled("The statement was stopped before it ran.")
        with self._faults():
            self._take(self._sent(lambda: self._request.post(sql)))
        while self.columns is None and self._next is not None:
            self._step()
        if self.columns is not None:
            self.reader = PageReader(self.columns)
            self.rows = self._batches(self._pages())
        return self

    def finish(self) -> RemoteStatement:
        """Wait for its end; rows are passed over."""
        for _batch in self.rows:
            pass
        while self._next is not None:
            self._step()
        return self

    def stop(self) -> None:
        """End it on the server, and every wait for it here; harmless when it has ended."""
        self._stopped.set()
        self._delete()

    def _delete(self) -> None:
        place = self._next
        if place is not None and not self._ended.is_set():
            try:
                self._request.delete(place)
            except Exception as error:
                # The way is cut: the server ends what nobody asks after by itself.
                if not _is_road(error):
                    raise

    # -- pages -------------------------------------------------------------------------------

    def _pages(self) -> Iterator[tuple[bytes | None, Any]]:
        """Rows as they come with each answer; this one's first, then the next ones'."""
        while True:
            rows, data = self._request.rows, self._request.data
            self._request.rows = self._request.data = None
            yield rows, data
            if self._next is None:
                return
            self._step()

    def _batches(self, pages: Iterator[tuple[bytes | None, Any]]) -> Iterator[pa.RecordBatch]:
        beat = Thread(target=self._keep, name="mesh-heartbeat", daemon=True)
        beat.start()
        try:
            for rows, data in pages:
                if rows is not None:
                    with self._faults():
                        found = list(self.reader.direct(rows))
                    yield from found
                elif isinstance(data, dict):
                    yield from self._spooled(data)
        finally:
            if self._next is not None:
                self._delete()
            self._ended.set()

    def _spooled(self, data: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
        batches = self.reader.segments(data, self._fetched, self._acknowledged)
        while True:
            with self._faults():
                batch = next(batches, None)
            if batch is None:
                return
            yield batch

    def _fetched(self, address: str, headers: Mapping[str, Any]) -> bytes:
        """A segment's bytes. Its address carries its own right, so that no login goes along."""
        content = b""

        def get() -> Any:  # noqa: ANN401 - requests' own
            nonlocal content
            response = self._store.get(address, headers=dict(headers), timeout=60, stream=True)
            # Left to itself it takes ten kilobytes at a time.
            content = b"".join(response.iter_content(_PIECE))
            return response

        response = self._sent(get)
        if response.status_code in {404, 410}:
            raise EngineUnavailable(
                "A part of the answer is gone from the server's object store.",
                remedy="Run the statement again; parts are kept only for a while.",
            )
        response.raise_for_status()
        return content

    def _acknowledged(self, address: str, headers: Mapping[str, Any]) -> None:
        import requests

        try:
            self._store.get(address, headers=dict(headers), timeout=10)
        except requests.RequestException:
            # The server clears away by itself what nobody acknowledges.
            return

    @cached_property
    def _store(self) -> Any:  # noqa: ANN401 - requests' own
        import requests

        return requests.Session()

    # -- asking ------------------------------------------------------------------------------

    def _step(self) -> None:
        with self._faults(), self._lock:
            if self._next is not None:
                place = self._next
                self._take(self._sent(lambda: self._request.get(place)))

    def _take(self, response: Any) -> None:  # noqa: ANN401 - requests' own
        status = self._request.process(response)
        self.query_id = status.id
        self._next = status.next_uri
        self.columns = status.columns or self.columns
        self.update = status.update_type or self.update
        if status.update_count is not None:
            self.count = status.update_count
        if self._ticket is not None:
            words, percent = told(status.stats)
            self._ticket.report(f"{words}, Trino, query {self.query_id}", percent)
        if self._stopped.is_set():
            self._delete()
            raise QueryCancelled("The statement was stopped before it ended.")

    def _sent(self, send: Callable[[], Any]) -> Any:  # noqa: ANN401 - requests' own
        """An answer, asked for again while the way is cut or the server is overwhelmed."""
        patience, pause = time.monotonic() + self.patience, _FIRST_PAUSE
        tell = self._ticket.report if self._ticket is not None else trino_login.tell
        while True:
            try:
                with trino_login.waiting(tell, self._stopped.is_set):
                    response = send()
                if response.status_code not in _PASSING or time.monotonic() > patience:
                    return response
            except Exception as error:
                if not _may_pass(error, begun=bool(self.query_id)):
                    raise
                if time.monotonic() > patience:
                    raise
            if self._stopped.wait(pause):
                raise QueryCancelled("The statement was stopped before it ended.")
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _keep(self) -> None:
        """Ask after an answer that is not being read, so that the server keeps it."""
        while not self._ended.wait(_HEARTBEAT):
            place = self._next
            if place is None:
                return
            try:
                self._request.head(place)
            except Exception as error:
                # The next page tells what is wrong, where somebody is waiting for it.
                if not _is_road(error):
                    raise

    @contextmanager
    def _faults(self) -> Iterator[None]:
        from trino import exceptions

        try:
            yield
        except MeshError:
            raise
        except exceptions.TrinoQueryError as error:
            self._ended.set()
            if self._stopped.is_set():
                raise QueryCancelled("The statement was stopped before it ended.") from error
            raise trino_faults.of_statement(error, self._place, self._words) from error
        except (exceptions.Error, exceptions.HttpError, PageError, OSError) as error:
            if self._stopped.is_set():
                raise QueryCancelled("The statement was stopped before it ended.") from error
            raise trino_faults.of_road(error, self._url) from error


def _is_road(error: Exception) -> bool:
    import requests

    return isinstance(error, requests.RequestException)


def _may_pass(error: Exception, *, begun: bool) -> bool:
    """Whether to wait and ask again: a cut way may heal, a refused first greeting will not."""
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return False
    return begun and isinstance(error, requests.ConnectionError | requests.Timeout)


def told(stats: Mapping[str, Any]) -> tuple[str, float | None]:
    """How far a statement is, in words, and its percentage where the server knows one."""
    state = str(stats.get("state", "")).lower()
    parts = [state]
    if rows := stats.get("processedRows"):
        parts.append(f"{rows:,} rows")
    if size := stats.get("processedBytes"):
        parts.append(_sized(size))
    if total := stats.get("totalSplits"):
        parts.append(f"{stats.get('completedSplits', 0)}/{total} splits")
    return ", ".join(filter(None, parts)), stats.get("progressPercentage")


def _sized(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"

"""One statement at work on one DuckDB connection: run, streamed, watched, stopped."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import duckdb

from jupyter_mesh.engines.faults import explained
from jupyter_mesh.errors import MeshError, QueryCancelled
from jupyter_mesh.formats.arrays import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from jupyter_mesh.protocols import Ticket

BATCH_ROWS = 131_072
# How often a stop is repeated until DuckDB hears it, and how often progress is told.
_REPEAT = 0.05
_TELL = 0.25


class Running:
    """A statement on a connection of its own; every fault comes out as an error of the mesh."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, ticket: Ticket | None) -> None:
        self.connection = connection
        self.query_id = uuid4().hex
        self._ticket = ticket
        self._stopped = False
        self._idle = Event()
        self._idle.set()
        self._lock = Lock()
        self._watched = ticket is not None and getattr(ticket, "is_watched", True)
        if self._watched:
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")
        if ticket is not None:
            ticket.on_cancel(self.stop)

    def stop(self) -> None:
        """Stop at once what runs, and whatever would run next."""
        self._stopped = True
        self.connection.interrupt()
        if not self._idle.is_set():
            # DuckDB forgets a stop that arrives before the statement has begun.
            Thread(target=self._insist, name="mesh-stop", daemon=True).start()

    def _insist(self) -> None:
        while not self._idle.wait(_REPEAT):
            self.connection.interrupt()

    def batches(
        self, sql: str, parameters: Sequence[Any], schema: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        """Run a query; its rows in batches of exactly the schema's types."""
        with self.at_work():
            self.connection.execute(sql, list(parameters))
            reader = self.connection.to_arrow_reader(BATCH_ROWS)
        while True:
            with self.at_work():
                batch = next(reader, None)
                if batch is None:
                    break
                batch = fitted(batch, schema)
            yield batch
        self.connection.close()

    @contextmanager
    def at_work(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Around every call that may take long: faults are explained, stops are heard."""
        import pyarrow as pa

        with self._lock:
            self._idle.clear()
            watcher = self._watch()
            try:
                if self._stopped:
                    raise QueryCancelled("The statement was stopped before it ended.")
                yield self.connection
            except MeshError as error:
                if self._stopped and not isinstance(error, QueryCancelled):
                    raise explained(error, was_stopped=True) from error
                raise
            except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as error:
                raise explained(error, was_stopped=self._stopped) from error
            finally:
                self._idle.set()
                if watcher is not None:
                    watcher.join()

    def _watch(self) -> Thread | None:
        if not self._watched:
            return None
        thread = Thread(target=self._tell, name="mesh-progress", daemon=True)
        thread.start()
        return thread

    def _tell(self) -> None:
        while self._ticket is not None and not self._idle.wait(_TELL):
            percent = self.connection.query_progress()
            words = f"running, embedded engine, query {self.query_id}"
            self._ticket.report(words, percent if percent > 0 else None)

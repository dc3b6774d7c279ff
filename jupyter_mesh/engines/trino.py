"""The Trino engine: the mesh's statements on a Trino cluster, over the same catalogs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.engines import trino_faults, trino_guards, views
from jupyter_mesh.engines.embedded import EmbeddedEngine
from jupyter_mesh.engines.kept import KeptBatches
from jupyter_mesh.engines.result import StreamedResult, small_result
from jupyter_mesh.engines.trino_connection import Connection
from jupyter_mesh.engines.trino_copies import Copies
from jupyter_mesh.engines.trino_listing import Listing
from jupyter_mesh.engines.trino_names import Preparing
from jupyter_mesh.engines.trino_server import Server
from jupyter_mesh.engines.trino_statement import PATIENCE, RemoteStatement
from jupyter_mesh.engines.trino_types import column_of
from jupyter_mesh.errors import MeshError, NameNotFound, QueryError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.health import Condition, Health
from jupyter_mesh.model.tables import Access, Stats
from jupyter_mesh.model.types import BIGINT, BOOLEAN, VARCHAR
from jupyter_mesh.settings import EmbeddedSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.protocols import Catalog, Gateway, Secrets, Ticket
    from jupyter_mesh.settings import CatalogSettings, TrinoSettings
    from jupyter_mesh.sql.statement import Show, Statement

# What the engine in this process does for both: pointers and local rows, never the server's.
_LOCAL = frozenset({"create_schema", "drop_schema", "drop_table"})
# Seconds between questions to a server that knows no worker yet, its own self included.
_PAUSES = (0.5, 1.0, 2.0, 4.0)
_SHOWN = frozenset({"schemas", "tables", "columns"})


class TrinoEngine:
    """Answers Trino's SQL on a Trino cluster; implements protocols.Engine.

    Lakes are the same tables that the embedded engine reads: the server opens their catalog
    database and files itself. What a statement writes to a lake goes to the session's branch,
    or to a branch of its own that is merged when it ends. Rows that come from here (a file, a
    frame) are written from here.
    """

    name = "trino"

    def __init__(
        self,
        settings: TrinoSettings,
        lakes: Mapping[str, Catalog],
        catalogs: Mapping[str, CatalogSettings],
        gateway: Gateway,
        secrets: Secrets,
        scratch: Path,
    ) -> None:
        self._lakes = lakes
        self._scratch = scratch
        # Seconds for which a server may be out of reach before a statement is given up.
        self.patience = PATIENCE
        self._connection = Connection(settings, secrets)
        self.server = Server(self._connection, settings, catalogs, lakes)
        self.local = EmbeddedEngine(
            EmbeddedSettings(), lakes, catalogs, gateway, secrets, scratch
        )
        self._listing = Listing(self.server)
        copies = Copies(lakes, self.local)
        self._views = views.Views(lakes)
        self._preparing = Preparing(lakes, catalogs, self.server, copies)

    # -- statements --------------------------------------------------------------------------

    def query(
        self,
        sql: str,
        session: Session,
        parameters: Mapping[str, Any] | None = None,
        ticket: Ticket | None = None,
    ) -> StreamedResult:
        """Run one statement of any kind; returns when its first rows (or its end) are there.

        Raises StatementInvalid at a line and column, NameNotFound with the nearest names,
        QueryError for a value's fault, EngineUnavailable when the server is not reached,
        QueryCancelled when the ticket was cancelled.
        """
        started = perf_counter()
        statement = self._preparing.read(sql, session)
        target = statement.writes[0] if statement is not None and statement.writes else None
        if statement is not None:
            trino_guards.check(statement, self._lakes)
            show = statement.show
            if show is not None and show.what == "catalogs" and show.like is None:
                return self._catalogs_shown(started)
            if show is not None and self._is_ours(show):
                return self.local.query(sql, session, parameters, ticket)
            if target is not None and target.catalog in self._lakes:
                if statement.kind in views.KINDS:
                    return self._view(statement, session, ticket, started)
                if statement.kind in _LOCAL:
                    return self.local.query(sql, session, parameters, ticket)
            statement, origin = self._views.written_out(statement, session)
            asked = _Asked(statement.text, statement, parameters or {}, ticket, started, origin)
            if target is not None and target.catalog in self._lakes and not session.branch:
                return self._merged(asked, session, target)
            return self._asked(asked, session)
        return self._asked(_Asked(sql, None, parameters or {}, ticket, started), session)

    def access(self, sql: str, session: Session) -> Access:
        """What the statement would read and write, without running it."""
        statement = self._preparing.read(sql, session)
        if statement is None:
            return Access()
        statement, _origin = self._views.written_out(statement, session)
        return self._preparing.access(statement, session)

    # -- names -------------------------------------------------------------------------------

    def catalogs(self) -> Sequence[str]:
        """The catalogs it can name, sorted: the mesh's and those that only the server has."""
        return sorted(self._preparing.own | self._preparing.unknown | self.server.others())

    def schemas(self, catalog: str, session: Session) -> Sequence[str]:
        """The schemas of a catalog, sorted; NameNotFound offers the nearest catalog."""
        if self._is_local(catalog):
            return self.local.schemas(catalog, session)
        self._check(catalog)
        return self._listing.schemas(catalog, session)

    def tables(self, catalog: str, schema: str, session: Session) -> Sequence[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schema."""
        if self._is_local(catalog):
            return self.local.tables(catalog, schema, session)
        self._check(catalog)
        return self._listing.tables(catalog, schema, session)

    def describe(self, table: TableName, session: Session) -> tuple[Column, ...]:
        """The table's columns, in order; NameNotFound offers the nearest names."""
        if self._is_local(table.catalog):
            return self.local.describe(table, session)
        self._check(table.catalog)
        return self._listing.describe(table, session)

    # -- rows in -----------------------------------------------------------------------------

    def write(
        self,
        table: TableName,
        source: pa.RecordBatchReader | Path,
        session: Session,
        ticket: Ticket | None = None,
    ) -> int:
        """Replace the rows of a table on the session's branch by a reader's or a file's.

        The rows are here and the table's files are within reach, so they are written from here.
        """
        return self.local.write(table, source, session, ticket)

    def forget(self, branch: str) -> None:
        """Let the server forget a branch that has ended."""
        self.server.forget(branch)

    def health(self, session: Session) -> Sequence[Condition]:
        """Its version, catalogs that it cannot make, and what it would not prevent."""
        version, catalogs = self.server.rows("SELECT version()", session), self.catalogs()
        text = f"Trino {version[0][0]} at {self._connection.url}, {len(catalogs)} catalogs"
        found = [Condition(f"engine {self.name}", Health.GOOD, text)]
        ill = dict(self.server.faults())
        for name, error in ill.items():
            subject = f"catalog {name} on {self.name}"
            found.append(Condition(subject, Health.BAD, error.message, error.remedy))
        lakes = {name: lake for name, lake in self._lakes.items() if name not in ill}
        return [*found, *trino_guards.dangers(self.server, lakes)]

    def close(self) -> None:
        """Let go of branches that have ended and of temporary files."""
        self._tidy()
        self.local.close()

    def _tidy(self) -> None:
        """Take the catalogs of ended branches from the server, if it is still there."""
        try:
            branches = {
                branch.name for lake in self._lakes.values() for branch in lake.branches()
            }
            self.server.tidy(branches)
        except MeshError:
            # Whoever connects next does it.
            return

    # -- inside ------------------------------------------------------------------------------

    def _asked(self, asked: _Asked, session: Session) -> StreamedResult:
        """Run it; again where the server lost its catalogs, or has only just been started."""
        for pause in _PAUSES:
            try:
                return self._run(asked, session)
            except MeshError as error:
                if trino_faults.is_unready(error):
                    sleep(pause)
                elif not trino_faults.is_lost_catalog(error) or not self.server.has_lost():
                    raise
        return self._run(asked, session)

    def _run(self, asked: _Asked, session: Session) -> StreamedResult:
        writes = asked.statement.writes if asked.statement is not None else ()
        target = writes[0] if writes and writes[0].catalog in self._lakes else None
        renames = asked.statement is not None and trino_guards.renames(asked.statement)
        if renames and target is not None and self.server.is_fixed(target, session.branch):
            raise QueryError(
                "On a server whose catalogs are fixed a branch's table keeps its name.",
                remedy="CREATE TABLE ... AS SELECT makes it under another one.",
            )
        with self.server.taking_back(target, session):
            return self._sent(asked, session)

    def _sent(self, asked: _Asked, session: Session) -> StreamedResult:
        prepared = self._preparing.prepared(
            asked.sql, asked.statement, session, asked.parameters
        )
        request = self._connection.request(
            replace(session, schema=prepared.schema), prepared.catalog, {}
        )
        statement = RemoteStatement(
            request,
            self._connection.url,
            asked.ticket,
            lambda line, column: asked.origin(*prepared.origin(line, column)),
            prepared.words,
        )
        statement.patience = self.patience
        statement.start(prepared.text)
        stats = Stats(
            seconds=perf_counter() - asked.started,
            engine=self.name,
            query_id=statement.query_id or uuid4().hex,
            access=prepared.access,
        )
        if statement.update:
            statement.finish()
            return self._changed(statement, stats)
        columns = tuple(column_of(column) for column in statement.columns or ())
        # The first rows say in which zones moments are told.
        first = next(statement.rows, None)
        batches = self._ending(first, statement)
        kept = KeptBatches(statement.reader.schema, self._scratch)
        return StreamedResult(columns, batches, kept, stats).start()

    def _ending(
        self, first: pa.RecordBatch | None, statement: RemoteStatement
    ) -> Iterator[pa.RecordBatch]:
        # Held here alone, so that whoever lets go of the answer ends it on the server.
        rows, statement.rows = statement.rows, iter(())
        if first is not None:
            yield first
        yield from rows
        statement.finish()

    def _changed(self, statement: RemoteStatement, stats: Stats) -> StreamedResult:
        """The count of changed rows, or that it was done."""
        self._listing.forget()
        update = _said(statement.update)
        stats = replace(stats, update=update, rows=statement.count or 0)
        if statement.count is None:
            return small_result((Column("result", BOOLEAN),), [(True,)], stats, self._scratch)
        rows = [(statement.count,)]
        return small_result((Column("rows", BIGINT),), rows, stats, self._scratch)

    def _view(
        self, statement: Statement, session: Session, ticket: Ticket | None, started: float
    ) -> StreamedResult:
        """Make or drop a view: the server says what its columns are, the lake keeps it."""
        update = self._views.change(
            statement, session, lambda text: self.query(text, session, None, ticket)
        )
        self._listing.forget()
        stats = Stats(
            seconds=perf_counter() - started,
            engine=self.name,
            query_id=uuid4().hex,
            access=Access((), statement.writes),
            update=update,
        )
        return small_result((Column("result", BOOLEAN),), [(True,)], stats, self._scratch)

    def _merged(self, asked: _Asked, session: Session, target: TableName) -> StreamedResult:
        """A change of what is current: on a branch of its own, made current when it ends."""
        lake = self._lakes[target.catalog]
        branch = lake.open_branch(f"sql-{uuid4().hex[:12]}", None, (target,)).name
        try:
            here = replace(session, branch=branch)
            statement = self._preparing.read(asked.sql, here)
            result = self._asked(replace(asked, statement=statement), here)
            lake.merge(branch)
        except BaseException:
            lake.abandon(branch)
            raise
        finally:
            self.server.forget(branch)
        return result

    def _catalogs_shown(self, started: float) -> StreamedResult:
        rows = [(name,) for name in sorted({*self.catalogs(), "system"})]
        stats = Stats(seconds=perf_counter() - started, engine=self.name, query_id=uuid4().hex)
        return small_result((Column("Catalog", VARCHAR),), rows, stats, self._scratch)

    def _is_local(self, catalog: str) -> bool:
        """Whether its names are known here: those of lakes, and of what the server lacks."""
        return catalog in self._lakes or catalog in self._preparing.unknown

    def _is_ours(self, show: Show) -> bool:
        """Whether what a SHOW asks for is known here, as the session sees it."""
        is_known = show.what in _SHOWN or show.kind == "view"
        return self._is_local(show.catalog) and is_known

    def _check(self, catalog: str) -> None:
        known = self.catalogs()
        if catalog not in known and catalog != "system":
            raise NameNotFound("catalog", catalog, known)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A statement that somebody waits for, its views written out."""

    sql: str
    statement: Statement | None
    parameters: Mapping[str, Any]
    ticket: Ticket | None
    started: float
    origin: Callable[[int, int], tuple[int, int]] = views.same


def _said(update: str) -> str:
    """Trino's word for what was done, without what was not asked for."""
    if not update:
        raise QueryError("The server did not say what the statement did.")
    return update

"""The embedded engine: Trino's SQL answered by DuckDB in this process, without a server."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.engines import landing, views
from jupyter_mesh.engines.changing import Changed, Changing
from jupyter_mesh.engines.database import Database
from jupyter_mesh.engines.filling import TableWriter
from jupyter_mesh.engines.kept import KeptBatches
from jupyter_mesh.engines.listing import INFORMATION, Listing
from jupyter_mesh.engines.relations import Relations
from jupyter_mesh.engines.result import StreamedResult, small_result
from jupyter_mesh.engines.running import Running
from jupyter_mesh.engines.sources import source
from jupyter_mesh.errors import InputError, QueryError, StatementNotSupported
from jupyter_mesh.formats.arrow import schema_of
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.health import Condition, Health
from jupyter_mesh.model.tables import Access, Pin, Stats
from jupyter_mesh.model.types import BIGINT, BOOLEAN
from jupyter_mesh.settings import RestSettings
from jupyter_mesh.sql import embedded
from jupyter_mesh.sql.reading import parse
from jupyter_mesh.sql.repeatable import is_repeatable
from jupyter_mesh.sql.versions import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.protocols import Catalog, Gateway, Secrets, Ticket
    from jupyter_mesh.settings import CatalogSettings, EmbeddedSettings
    from jupyter_mesh.sql.embedded import Relation, Translated
    from jupyter_mesh.sql.statement import Show, Statement, TableRef

    Again = Callable[[], Iterator[pa.RecordBatch]]


class EmbeddedEngine:
    """Answers Trino's SQL over lakes and attached sources; implements protocols.Engine.

    `catalogs` are the settings of every catalog; those of lakes may be left out.
    Nothing is opened before the first statement; many threads may ask at once.
    """

    name = "embedded"

    def __init__(
        self,
        settings: EmbeddedSettings,
        lakes: Mapping[str, Catalog],
        catalogs: Mapping[str, CatalogSettings],
        gateway: Gateway,
        secrets: Secrets,
        scratch: Path,
    ) -> None:
        sources = {
            name: source(name, catalog, secrets)
            for name, catalog in catalogs.items()
            if name not in lakes
        }
        near = [name for name in lakes if not isinstance(catalogs.get(name), RestSettings)]
        self._lakes = lakes
        self._views = views.Views(lakes)
        self._gateway = gateway
        self._scratch = scratch
        self._relations = Relations(lakes, sources)
        self._database = Database(settings, lakes, near, sources, secrets, scratch)

    # -- statements --------------------------------------------------------------------------

    def query(
        self,
        sql: str,
        session: Session,
        parameters: Mapping[str, Any] | None = None,
        ticket: Ticket | None = None,
    ) -> StreamedResult:
        """Run one statement of any kind; returns when its first rows (or its end) are there.

        Raises StatementInvalid at a line and column, StatementNotSupported for what is not
        known to be right, NameNotFound with the nearest names, QueryError for a value's fault,
        QueryCancelled when the ticket was cancelled.
        """
        started = perf_counter()
        statement = _parsed(sql, session)
        if statement.show is not None:
            return self._show(statement.show, session, started)
        if not statement.is_query and not statement.writes:
            raise _refused(statement.kind)
        statement, origin = self._views.written_out(statement, session)
        if statement.kind in views.KINDS:
            self._relations.check_catalog(statement.writes[0].catalog)
            update = self._views.change(statement, session, lambda q: self.query(q, session))
            done = Access((), statement.writes)
            return self._changed(Changed(update), done, started, uuid4().hex)
        catalogs = _catalogs(statement)
        with views.told_at(origin, sql), ExitStack() as stack:
            connection = stack.enter_context(self._database.connection(catalogs))
            running = Running(connection, ticket)
            with running.at_work():
                relations, pins = self._open(connection, statement, session)
            access = Access(pins, statement.writes)
            if not statement.is_query:
                writer = self._writer(statement.writes[0], running)
                job = Changing(statement, session, relations, parameters or {}, writer)
                return self._changed(job.run(), access, started, running.query_id)
            translated = embedded.translate(
                statement, relations, parameters or {}, session.zone
            )
            again = self._again(statement, translated)
            result = self._selected(translated, running, access, started, again)
            # From here on the connection lives as long as there are rows to come.
            stack.pop_all()
            return result

    def access(self, sql: str, session: Session) -> Access:
        """What the statement would read and write, without running it."""
        statement, _origin = self._views.written_out(_parsed(sql, session), session)
        pins = tuple(
            self._relations.pin(ref, session)
            for ref in statement.reads
            if ref.name.schema != INFORMATION
        )
        return Access(pins, statement.writes)

    # -- names -------------------------------------------------------------------------------

    def catalogs(self) -> Sequence[str]:
        """The catalogs it can name, sorted."""
        return self._relations.catalogs

    def schemas(self, catalog: str, session: Session) -> Sequence[str]:
        """The schemas of a catalog, sorted; NameNotFound offers the nearest catalog."""
        with self._listing(session) as listing:
            return [name for name in listing.schemas(catalog) if name != INFORMATION]

    def tables(self, catalog: str, schema: str, session: Session) -> Sequence[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schema."""
        with self._listing(session) as listing:
            return listing.tables(catalog, schema)

    def describe(self, table: TableName, session: Session) -> tuple[Column, ...]:
        """The table's columns, in order; NameNotFound offers the nearest names."""
        with self._listing(session) as listing:
            return listing.columns(table)

    # -- rows in -----------------------------------------------------------------------------

    def write(
        self,
        table: TableName,
        source: pa.RecordBatchReader | Path,
        session: Session,
        ticket: Ticket | None = None,
    ) -> int:
        """Replace the rows of a table on the session's branch by a reader's or a file's.

        The table gets exactly the source's columns, or stays as it was. Returns the number of
        rows; LandingError names the first faulty row of a file.
        """
        with self._database.landing(table.catalog) as connection:
            writer = self._writer(table, Running(connection, ticket))
            writer.lake.create_schema(table.schema, session.branch)
            with landing.opened(connection, source) as rows:
                return writer.fill(session.branch, rows.columns, rows.sql)

    def health(self, session: Session) -> Sequence[Condition]:
        """Its version and its limits; raises what a first statement would raise."""
        self.query("SELECT 1", session).end()
        return [Condition(f"engine {self.name}", Health.GOOD, self._database.said)]

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self._database.close()

    # -- inside ------------------------------------------------------------------------------

    @contextmanager
    def _listing(self, session: Session) -> Iterator[Listing]:
        with (
            self._database.connection() as connection,
            Running(connection, None).at_work(),
        ):
            yield Listing(self._relations, connection, session)

    def _open(
        self, connection: DuckDBPyConnection, statement: Statement, session: Session
    ) -> tuple[dict[TableRef, Relation], tuple[Pin, ...]]:
        """What each table of a statement is in DuckDB, and what exactly is read."""
        relations: dict[TableRef, Relation] = {}
        pins: list[Pin] = []
        for ref in statement.reads:
            if ref.name.schema == INFORMATION:
                listing = Listing(self._relations, connection, session)
                relations[ref] = listing.relation(ref.name)
            else:
                relations[ref], pin = self._relations.relation(connection, ref, session)
                pins.append(pin)
        return relations, tuple(pins)

    def _selected(
        self,
        translated: Translated,
        running: Running,
        access: Access,
        started: float,
        again: Again | None,
    ) -> StreamedResult:
        schema = schema_of(translated.columns, translated.zones)
        batches = running.batches(translated.sql, translated.parameters, schema)
        stats = self._stats(access, started, running.query_id)
        kept = KeptBatches(schema, self._scratch)
        return StreamedResult(translated.columns, batches, kept, stats, again).start()

    def _again(self, statement: Statement, translated: Translated) -> Again | None:
        """How to run a query once more, where the same states give the same rows."""
        if not is_repeatable(statement) or statement.reads[0].name.catalog not in self._lakes:
            return None
        schema = schema_of(translated.columns, translated.zones)
        catalogs = _catalogs(statement)
        return lambda: Running(self._database.connection(catalogs), None).batches(
            translated.sql, translated.parameters, schema
        )

    def _show(self, show: Show, session: Session, started: float) -> StreamedResult:
        with self._listing(session) as listing:
            columns, rows = listing.show(show)
        return small_result(columns, rows, self._stats(Access(), started), self._scratch)

    def _changed(
        self, changed: Changed, access: Access, started: float, query_id: str
    ) -> StreamedResult:
        """The count of changed rows, or that it was done: what Trino answers."""
        stats = replace(
            self._stats(access, started, query_id),
            update=changed.update,
            rows=changed.rows or 0,
        )
        if changed.rows is None:
            return small_result((Column("result", BOOLEAN),), [(True,)], stats, self._scratch)
        rows = [(changed.rows,)]
        return small_result((Column("rows", BIGINT),), rows, stats, self._scratch)

    def _stats(self, access: Access, started: float, query_id: str = "") -> Stats:
        return Stats(
            seconds=perf_counter() - started,
            engine=self.name,
            query_id=query_id or uuid4().hex,
            access=access,
        )

    def _writer(self, table: TableName, running: Running) -> TableWriter:
        self._relations.check_catalog(table.catalog)
        if table.catalog not in self._lakes:
            raise QueryError(
                f"The catalog {table.catalog} is only read.",
                remedy=f"Write to an Iceberg catalog: {', '.join(self._lakes) or 'add one'}.",
            )
        return TableWriter(table, self._lakes[table.catalog], self._gateway, running)


def _parsed(sql: str, session: Session) -> Statement:
    try:
        zone_of(session.zone)
    except (ValueError, LookupError) as error:
        raise InputError(
            f"There is no time zone {session.zone}.",
            remedy="Name one like Europe/Berlin, UTC or +02:00.",
        ) from error
    return parse(sql, session.catalog, session.schema, session.zone)


def _refused(kind: str) -> QueryError:
    if kind == "use":
        return QueryError(
            "USE does not change what names mean here.",
            remedy="Type %mesh use catalog.schema, or write full names.",
        )
    return StatementNotSupported(kind.upper().replace("_", " "))


def _catalogs(statement: Statement) -> set[str]:
    read = {ref.name.catalog for ref in statement.reads}
    return read | {table.catalog for table in statement.writes}

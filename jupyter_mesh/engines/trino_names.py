"""The mesh's names in a statement as the server knows them: branches, pins, parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines import trino_catalogs
from jupyter_mesh.errors import InputError, NameNotFound, QueryError, StatementInvalid
from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.model.tables import Access, Pin
from jupyter_mesh.sql.reading import Place, parse, places
from jupyter_mesh.sql.rewriting import Edit, Rewritten, written
from jupyter_mesh.sql.statement import TableRef
from jupyter_mesh.sql.versions import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jupyter_mesh.engines.trino_server import Server
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.protocols import Catalog
    from jupyter_mesh.settings import CatalogSettings
    from jupyter_mesh.sql.statement import Statement

_SESSION = {
    "use": "Type %mesh use catalog.schema, or write full names.",
    "set_session": "Write the property under session: of the engine in mesh.yaml.",
    "reset_session": "Take the property out of session: of the engine in mesh.yaml.",
    "set_time_zone": "Write moments with their zone, or AT TIME ZONE.",
    "prepare": "Write the statement itself, with :name for each value.",
    "execute": "Write the statement itself, with :name for each value.",
    "deallocate": "There is nothing to let go of.",
    "transaction": "Each statement is a transaction; a run is published as one.",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as the server gets it, and how to find its places in what was written."""

    text: str
    catalog: str
    schema: str
    access: Access
    origin: Callable[[int, int], tuple[int, int]]


class Preparing:
    """Reads statements and writes them anew for the server."""

    def __init__(
        self,
        lakes: Mapping[str, Catalog],
        catalogs: Mapping[str, CatalogSettings],
        server: Server,
    ) -> None:
        self._lakes = lakes
        self._server = server
        known = {name for name, one in catalogs.items() if trino_catalogs.is_known(one)}
        self.own = known | set(lakes)
        self.unknown = set(catalogs) - self.own

    def read(self, sql: str, session: Session) -> Statement | None:
        """The statement, or None for grammar that only the server knows.

        That is refused on a branch and at pins, where each name's meaning has to be known.
        """
        try:
            zone_of(session.zone)
        except (ValueError, LookupError) as error:
            raise InputError(
                f"There is no time zone {session.zone}.",
                remedy="Name one like Europe/Berlin, UTC or +02:00.",
            ) from error
        try:
            statement = parse(sql, session.catalog, session.schema, session.zone)
        except QueryError as error:
            if session.branch or session.pins or session.as_of:
                raise
            if isinstance(error, StatementInvalid) and ":" in sql:
                # A parameter, or a fault: the server would not know what was meant.
                raise
            return None
        if (remedy := _SESSION.get(statement.kind)) is not None:
            verb = statement.kind.upper().replace("_", " ")
            raise QueryError(f"{verb} has no effect beyond its own cell.", remedy=remedy)
        return statement

    def prepared(
        self,
        sql: str,
        statement: Statement | None,
        session: Session,
        parameters: Mapping[str, Any],
    ) -> Prepared:
        """The statement for the server, with names, pins and values put in."""
        catalog = session.catalog
        if catalog in self.own:
            branch = session.branch if catalog in self._lakes else ""
            catalog = self._server.of_branch(catalog, branch)
        if statement is None:
            schema = session.schema
            return Prepared(sql, catalog, schema, Access(), lambda line, column: (line, column))
        self._server.catalogs()
        edits = self._edits(statement, session, parameters)
        rewritten = Rewritten(sql, edits)
        access = self.access(statement, session)
        return Prepared(rewritten.text, catalog, session.schema, access, rewritten.origin)

    def access(self, statement: Statement, session: Session) -> Access:
        """What exactly it reads and writes."""
        reads = [ref for ref in statement.reads if ref.name.schema != "information_schema"]
        pins = tuple(self._pin(ref, session) for ref in reads)
        return Access(pins, statement.writes)

    def _pin(self, ref: TableRef, session: Session) -> Pin:
        if ref.name.catalog not in self._lakes:
            return Pin(ref.name)
        found = self._snapshot(ref, session)
        return Pin(found.table, found.snapshot_id, found.metadata_location, found.uuid)

    def _snapshot(self, ref: TableRef, session: Session) -> Snapshot:
        lake = self._lakes[ref.name.catalog]
        if ref.as_of is not None:
            return lake.snapshot(ref.name, session.branch, ref.as_of)
        pinned = session.pins.get(ref.name)
        return pinned or lake.snapshot(ref.name, session.branch, session.as_of)

    def _edits(
        self, statement: Statement, session: Session, parameters: Mapping[str, Any]
    ) -> Iterator[Edit]:
        for place in places(statement, session.zone):
            match place.what:
                case str():
                    yield Edit(
                        place.start, place.end, _value(place.what, parameters, statement)
                    )
                case TableRef():
                    yield self._read(place, place.what, session)
                case TableName():
                    yield Edit(place.start, place.end, self._named(place.what, session))

    def _read(self, place: Place, ref: TableRef, session: Session) -> Edit:
        name = self._named(ref.name, session)
        if ref.name.catalog in self._lakes and ref.as_of is None:
            if ref.name in session.pins or session.as_of is not None:
                name += self._version(ref, session)
        elif session.as_of is not None and ref.name.schema != "information_schema":
            raise QueryError(
                f"{ref.name} keeps no versions, so it cannot be read as of another time.",
                remedy="Return to the present: %mesh asof now.",
            )
        return Edit(place.start, place.end, name)

    def _named(self, table: TableName, session: Session) -> str:
        if table.catalog in self.unknown:
            raise NameNotFound(
                "catalog",
                table.catalog,
                remedy="Trino has no connector for it; the embedded engine reads it.",
            )
        catalog = table.catalog
        if catalog in self.own:
            branch = session.branch if catalog in self._lakes else ""
            catalog = self._server.of_branch(catalog, branch)
        parts = (catalog, table.schema, table.table)
        return ".".join(quote(part) for part in parts if part)

    def _version(self, ref: TableRef, session: Session) -> str:
        snapshot = self._snapshot(ref, session)
        lake = self._lakes[ref.name.catalog]
        if snapshot.snapshot_id is None:
            raise QueryError(
                f"{ref.name} held nothing then, which Trino cannot be asked for.",
                remedy="Run it with the embedded engine.",
            )
        # The server reads main's metadata, which may have left that state behind.
        known = {state.snapshot_id for state in lake.history(replace_name(ref.name))}
        if snapshot.snapshot_id not in known:
            raise QueryError(
                f"The state of {ref.name} that is meant was left by a rollback.",
                remedy="Run it with the embedded engine, which reads any state.",
            )
        return f" FOR VERSION AS OF BIGINT '{snapshot.snapshot_id}'"


def replace_name(name: TableName) -> TableName:
    """The table itself, without a branch."""
    return replace(name)


def _value(name: str, parameters: Mapping[str, Any], statement: Statement) -> str:
    if name not in parameters:
        near = f"Known: {', '.join(sorted(parameters))}." if parameters else ""
        raise InputError(
            f"The parameter :{name} has no value.",
            remedy=near or f"Give it one, as in -p {name}=1 or a variable of that name.",
        )
    del statement
    return written(parameters[name])

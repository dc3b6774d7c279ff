"""The mesh's names in a statement as the server knows them: branches, pins, parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines import trino_catalogs
from jupyter_mesh.errors import InputError, NameNotFound, QueryError
from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.model.tables import Access, AsOf, Pin
from jupyter_mesh.sql.commands import Command
from jupyter_mesh.sql.reading import Place, parse, places
from jupyter_mesh.sql.rewriting import Edit, Rewritten, written
from jupyter_mesh.sql.statement import TableRef
from jupyter_mesh.sql.versions import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jupyter_mesh.engines.trino_copies import Copies
    from jupyter_mesh.engines.trino_server import Server
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.protocols import Catalog
    from jupyter_mesh.settings import CatalogSettings
    from jupyter_mesh.sql.statement import Statement

INFORMATION = "information_schema"
# A state that was opened for reading is swept after so long, and opened again on need.
_KEPT = timedelta(days=1)
# What our own grammar does not know is passed on only where it cannot change anything.
_READS = re.compile(
    r"(\s|--[^\n]*\n|/\*.*?\*/)*(SELECT|WITH|VALUES|TABLE|SHOW|EXPLAIN|DESCRIBE)\b",
    re.IGNORECASE | re.DOTALL,
)
_CREATIONS = {"ctas", "create_table"}
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
    hidden: Mapping[str, str]

    def words(self, message: str) -> str:
        """What the server says, in the names that were written."""
        # The longer one first: it may begin with the shorter.
        for name, known in sorted(self.hidden.items(), reverse=True):
            message = message.replace(name, known)
        return message


class Preparing:
    """Reads statements and writes them anew for the server."""

    def __init__(
        self,
        lakes: Mapping[str, Catalog],
        catalogs: Mapping[str, CatalogSettings],
        server: Server,
        copies: Copies,
    ) -> None:
        self._lakes = lakes
        self._server = server
        self._copies = copies
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
        except QueryError:
            if session.branch or session.pins or session.as_of or not _READS.match(sql):
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
            # Every name of the mesh is written in full: the branch has no part in this.
            catalog = self._server.of_branch(catalog, "")
        if statement is None:
            return Prepared(sql, catalog, session.schema, Access(), _same, {})
        writing = _Writing(self, session, parameters)
        reads = {ref: writing.read(ref) for ref in statement.reads}
        edits = [writing.edit(place, reads) for place in places(statement, session.zone)]
        rewritten = Rewritten(sql, [*edits, *writing.placed(statement)])
        access = Access(tuple(writing.pins), statement.writes)
        schema = session.schema
        hidden = writing.hidden
        return Prepared(rewritten.text, catalog, schema, access, rewritten.origin, hidden)

    def access(self, statement: Statement, session: Session) -> Access:
        """What exactly it reads and writes."""
        reads = [ref for ref in statement.reads if ref.name.schema != INFORMATION]
        pins = (
            _pin(self.snapshot(ref, session))
            if ref.name.catalog in self._lakes
            else Pin(ref.name)
            for ref in reads
        )
        return Access(tuple(pins), statement.writes)

    def snapshot(self, ref: TableRef, session: Session) -> Snapshot:
        """The state of a lake's table that is meant; NameNotFound offers the nearest names."""
        lake = self._lakes[ref.name.catalog]
        if ref.as_of is not None:
            return lake.snapshot(ref.name, session.branch, ref.as_of)
        pinned = session.pins.get(ref.name)
        return pinned or lake.snapshot(ref.name, session.branch, session.as_of)

    def lake(self, table: TableName) -> Catalog | None:
        """The lake that a table is in, if any."""
        return self._lakes.get(table.catalog)

    def copied(self, table: TableName, session: Session) -> tuple[TableName, Pin]:
        """The copy, as the server names it, of a table that it cannot read itself."""
        place, branch, pin = self._copies.place(table, session)
        return self._server.place(place, branch), pin

    def server_place(self, table: TableName, session: Session) -> TableName:
        """The server's name for a table; NameNotFound where it lacks the catalog."""
        if table.catalog in self.own:
            branch = session.branch if table.catalog in self._lakes else ""
            if branch and table.schema == INFORMATION and self._server.is_fixed(table, branch):
                raise QueryError(
                    f"Of a branch this server has no {INFORMATION}: its catalogs are fixed.",
                    remedy="SHOW TABLES and DESCRIBE tell the same.",
                )
            return self._server.place(table, branch)
        known = self._server.catalogs()
        if table.catalog not in known and table.catalog != "system":
            raise NameNotFound("catalog", table.catalog, known | self.own | self.unknown)
        return table


@dataclass(slots=True)
class _Writing:
    """One statement being written for the server: what it reads, and under which names."""

    preparing: Preparing
    session: Session
    parameters: Mapping[str, Any]
    pins: list[Pin] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)

    def read(self, ref: TableRef) -> str:
        """A table as the server is to read it, with its pin noted."""
        table, session = ref.name, self.session
        if table.catalog in self.preparing.unknown:
            self._refuse_time(ref)
            copy, pin = self.preparing.copied(table, session)
            self.hidden[f"{copy.catalog}.{copy.schema}"] = f"{table.catalog}.{table.schema}"
            self.pins.append(pin)
            return _dotted(copy)
        lake = self.preparing.lake(table)
        if lake is None or table.schema == INFORMATION:
            if ref.as_of is not None or table.schema != INFORMATION:
                self._refuse_time(ref)
            if table.schema != INFORMATION:
                self.pins.append(Pin(table))
            return self._named(table, session)
        snapshot = self.preparing.snapshot(ref, session)
        self.pins.append(_pin(snapshot))
        is_past = table in session.pins or session.as_of is not None or ref.as_of is not None
        if not is_past or _stands(snapshot, lake, session.branch):
            return self._named(table, session)
        if _is_numbered(snapshot, lake, session.branch):
            return self._named(table, session) + _numbered(snapshot)
        return self._at(snapshot, lake)

    def _named(self, table: TableName, session: Session) -> str:
        place = self.preparing.server_place(table, session)
        self.hidden[place.catalog] = table.catalog
        if place.schema != table.schema:
            self.hidden[f"{place.catalog}.{place.schema}"] = f"{table.catalog}.{table.schema}"
            self.hidden[place.schema] = table.schema
        return _dotted(place)

    def _at(self, snapshot: Snapshot, lake: Catalog) -> str:
        """A table in a state that main has left behind, or in one of another branch."""
        branch = lake.pinned(snapshot, _KEPT)
        name = self._named(snapshot.table, replace(self.session, branch=branch))
        return name + _numbered(snapshot) if snapshot.by_number else name

    def edit(self, place: Place, reads: Mapping[TableRef, str]) -> Edit:
        """What stands at a place of the statement from now on."""
        match place.what:
            case str():
                return Edit(place.start, place.end, _value(place.what, self.parameters))
            case TableRef():
                return Edit(place.start, place.end, reads[place.what])
        table = place.what
        if table.catalog in self.preparing.unknown:
            raise QueryError(
                f"The catalog {table.catalog} is only read.", remedy="Write to a lake."
            )
        return Edit(place.start, place.end, self._named(table, self.session))

    def placed(self, statement: Statement) -> Iterator[Edit]:
        """Where a new table's files are to lie: in a folder that the lake knows as its own.

        What the server would choose, nobody could collect once nothing needs it.
        """
        command = statement.tree
        if not isinstance(command, Command) or statement.kind not in _CREATIONS:
            return
        lake = self.preparing.lake(statement.writes[0])
        if lake is None or any(name == "location" for name, _value in command.properties):
            return
        table, branch = statement.writes[0], self.session.branch
        if table.schema in lake.schemas(branch) and table.table not in lake.tables(
            table.schema, branch
        ):
            place = f"location = {written(lake.location_for(table))}"
            text = f"{place}, " if command.properties else f" WITH ({place})"
            yield Edit(command.end, command.end, text)

    def _refuse_time(self, ref: TableRef) -> None:
        if ref.as_of is not None or self.session.as_of is not None:
            raise QueryError(
                f"{ref.name} keeps no versions, so it cannot be read as of another time.",
                remedy="Leave out FOR ... AS OF, or return to the present: %mesh asof now.",
            )


def _dotted(table: TableName) -> str:
    parts = (table.catalog, table.schema, table.table)
    return ".".join(quote(part) for part in parts if part)


def _pin(found: Snapshot) -> Pin:
    return Pin(found.table, found.snapshot_id, found.metadata_location, found.uuid)


def _stands(snapshot: Snapshot, lake: Catalog, branch: str) -> bool:
    """Whether the state is what the branch holds, where nobody else moves it."""
    if not branch:
        return False
    try:
        found = lake.snapshot(snapshot.table, branch)
    except NameNotFound:
        return False
    return found.metadata_location == snapshot.metadata_location and not snapshot.by_number


def _is_numbered(snapshot: Snapshot, lake: Catalog, branch: str) -> bool:
    """Whether that state is had by its number where the session stands.

    A server knows tags, but not which state a release or a moment means, nor what was left
    behind by a rollback; and a number alone does not tell of columns that came without rows.
    """
    if snapshot.snapshot_id is None:
        return False
    number = AsOf(version=str(snapshot.snapshot_id))
    try:
        stands = lake.snapshot(snapshot.table, branch)
        found = lake.snapshot(snapshot.table, branch, number)
    except NameNotFound:
        return False
    there = (stands.metadata_location, snapshot.schema_id)
    return there == (found.metadata_location, found.schema_id)


def _numbered(snapshot: Snapshot) -> str:
    return f" FOR VERSION AS OF BIGINT '{snapshot.snapshot_id}'"


def _same(line: int, column: int) -> tuple[int, int]:
    return line, column


def _value(name: str, parameters: Mapping[str, Any]) -> str:
    if name not in parameters:
        near = f"Known: {', '.join(sorted(parameters))}." if parameters else ""
        raise InputError(
            f"The parameter :{name} has no value.",
            remedy=near or f"Give it one, as in -p {name}=1 or a variable of that name.",
        )
    return written(parameters[name])

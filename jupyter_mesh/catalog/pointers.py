"""Pointers: which metadata file each table stands at, on main and on every branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, insert, or_, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.refusals import check_schema_name, closed, overtaken
from jupyter_mesh.errors import ConflictError, NameNotFound
from jupyter_mesh.model.names import HIDDEN, PLAIN, TableName
from jupyter_mesh.model.tables import BranchState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.database import Database

_POINTERS = rows.ICEBERG_TABLES
_SPACES = rows.ICEBERG_NAMESPACES
_BRANCHES = rows.BRANCHES
# Views are rows of the same table; they are none of our pointers.
IS_VIEW = _POINTERS.c.iceberg_type == "VIEW"
IS_TABLE = or_(_POINTERS.c.iceberg_type.is_(None), _POINTERS.c.iceberg_type == "TABLE")


@dataclass(frozen=True, slots=True)
class PointerChange:
    """One step of a table: from where it must stand (nothing: must not be there) to where."""

    table: TableName
    base_location: str | None
    new_location: str


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a table on main: when, from where, to where (nothing: it was dropped)."""

    at: str
    base: str | None
    location: str | None


class Pointers:
    """The rows of one lake; a branch's name chooses its rows, an empty one main's."""

    def __init__(self, lake: str, database: Database) -> None:
        self.lake = lake
        self.database = database

    def scope(self, branch: str) -> str:
        """The `catalog_name` under which a branch's rows stand."""
        return branch or self.lake

    def at(self, table: TableName, branch: str = "") -> ColumnElement[bool]:
        """The condition that finds one pointer."""
        return and_(
            _POINTERS.c.catalog_name == self.scope(branch),
            _POINTERS.c.table_namespace == table.schema,
            _POINTERS.c.table_name == table.table,
        )

    def schemas(self, branch: str = "") -> list[str]:
        """The schemas, sorted."""
        scope = self.scope(branch)
        statement = union(
            select(_POINTERS.c.table_namespace).where(_POINTERS.c.catalog_name == scope),
            select(_SPACES.c.namespace).where(_SPACES.c.catalog_name == scope),
        )
        with self.database.reading() as connection:
            names = connection.execute(statement).scalars()
            found = sorted(name for name in names if not name.startswith(HIDDEN))
        if not found and branch:
            self._check_branch(branch)
        return found

    def tables(self, schema: str, branch: str = "") -> list[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schemas."""
        statement = select(_POINTERS.c.table_name).where(
            _POINTERS.c.catalog_name == self.scope(branch),
            _POINTERS.c.table_namespace == schema,
            IS_TABLE,
        )
        with self.database.reading() as connection:
            found = sorted(connection.execute(statement).scalars())
        if not found:
            self._check_schema(schema, branch)
        return found

    def location(self, table: TableName, branch: str = "") -> str:
        """Where a table stands; NameNotFound offers the nearest names."""
        with self.database.reading() as connection:
            found = self.find(connection, table, branch)
        if found is None:
            raise self.missing(table, branch)
        return found

    def find(self, connection: Connection, table: TableName, branch: str = "") -> str | None:
        """Where a table stands, or nothing."""
        self.check_catalog(table)
        statement = select(_POINTERS.c.metadata_location).where(
            self.at(table, branch), IS_TABLE
        )
        found: str | None = connection.execute(statement).scalar()
        return found

    def everything(self) -> list[tuple[str, TableName, str]]:
        """Every pointer of main and of all branches: scope, table, location."""
        statement = (
            select(_POINTERS)
            .where(
                or_(
                    _POINTERS.c.catalog_name == self.lake,
                    _POINTERS.c.catalog_name.startswith(f"{self.lake}~", autoescape=True),
                ),
                IS_TABLE,
                _POINTERS.c.metadata_location.is_not(None),
            )
            .order_by(*_POINTERS.primary_key)
        )
        with self.database.reading() as connection:
            return [
                (
                    row.catalog_name,
                    TableName(self.lake, row.table_namespace, row.table_name),
                    row.metadata_location,
                )
                for row in connection.execute(statement)
            ]

    def commit(self, branch: str, changes: Sequence[PointerChange]) -> None:
        """Take every step in one transaction, or none.

        Raises ConflictError when a table does not stand where its step begins, when the branch
        is not open, and on main when the table is served by a release.
        """
        now = datetime.now(UTC)
        with self.database.writing(durable=not branch) as connection:
            self.check_open(connection, branch)
            for change in sorted(changes, key=lambda change: change.table):
                self.check_catalog(change.table)
                self.step(connection, branch, change)
                if not branch:
                    self.check_unserved(connection, change.table)
                    self.note(connection, change, now)

    def step(self, connection: Connection, branch: str, change: PointerChange) -> None:
        """Compare and swap one pointer."""
        if change.base_location is None:
            self._begin(connection, branch, change)
            return
        done = connection.execute(
            update(_POINTERS)
            .where(
                self.at(change.table, branch),
                _POINTERS.c.metadata_location == change.base_location,
            )
            .values(
                metadata_location=change.new_location,
                previous_metadata_location=change.base_location,
            )
        )
        if done.rowcount != 1:
            raise self._overtaken(connection, change.table, branch)

    def _begin(self, connection: Connection, branch: str, change: PointerChange) -> None:
        table = change.table
        if self.find(connection, table, branch) is not None:
            raise self._overtaken(connection, table, branch)
        self.ensure_schema(connection, table.schema, branch)
        connection.execute(
            insert(_POINTERS).values(
                catalog_name=self.scope(branch),
                table_namespace=table.schema,
                table_name=table.table,
                metadata_location=change.new_location,
                iceberg_type="TABLE",
            )
        )

    def note(self, connection: Connection, change: PointerChange, at: datetime) -> None:
        """Remember a step on main, so that the past can be read."""
        self.note_move(connection, change.table, change.base_location, change.new_location, at)

    def note_move(
        self,
        connection: Connection,
        table: TableName,
        base: str | None,
        location: str | None,
        at: datetime,
    ) -> None:
        """Remember where a table went on main; nowhere when it was dropped."""
        connection.execute(
            insert(rows.MOVES).values(
                lake=self.lake,
                table_namespace=table.schema,
                table_name=table.table,
                at=rows.to_text(at),
                base=base,
                location=location,
            )
        )

    def moves(self, table: TableName) -> list[Move]:
        """The steps of a table on main, oldest first."""
        moves = rows.MOVES
        statement = (
            select(moves.c.at, moves.c.base, moves.c.location)
            .where(
                moves.c.lake == self.lake,
                moves.c.table_namespace == table.schema,
                moves.c.table_name == table.table,
            )
            .order_by(moves.c.id)
        )
        with self.database.reading() as connection:
            return [Move(*row) for row in connection.execute(statement)]

    def create_schema(self, schema: str, branch: str = "") -> None:
        """Make a schema unless it is there; InputError for a name that other engines split."""
        check_schema_name(schema)
        with self.database.writing(durable=not branch) as connection:
            self.check_open(connection, branch)
            self.ensure_schema(connection, schema, branch)

    def ensure_schema(self, connection: Connection, schema: str, branch: str) -> None:
        """The row that makes a schema, unless it is there."""
        self.insert_missing(
            connection,
            _SPACES,
            {
                "catalog_name": self.scope(branch),
                "namespace": schema,
                "property_key": "exists",
                "property_value": "true",
            },
        )

    def drop_schema(self, schema: str, branch: str = "") -> None:
        """Remove an empty schema; ConflictError while it holds tables."""
        scope = self.scope(branch)
        self._check_schema(schema, branch)
        with self.database.writing(durable=not branch) as connection:
            self.check_open(connection, branch)
            held = select(_POINTERS.c.table_name).where(
                _POINTERS.c.catalog_name == scope, _POINTERS.c.table_namespace == schema
            )
            if connection.execute(held).first() is not None:
                raise ConflictError(
                    f"The schema {self.lake}.{schema} still holds tables or views.",
                    remedy="Drop them first.",
                )
            connection.execute(
                delete(_SPACES).where(
                    _SPACES.c.catalog_name == scope, _SPACES.c.namespace == schema
                )
            )

    def drop(self, table: TableName, branch: str = "") -> None:
        """Remove a pointer; no file is touched.

        Raises NameNotFound when it is not there, ConflictError when a release serves it.
        """
        with self.database.writing(durable=not branch) as connection:
            self.check_open(connection, branch)
            base = self.find(connection, table, branch)
            if base is not None:
                if not branch:
                    self.check_unserved(connection, table)
                self.remove(connection, table, branch, base)
        if base is None:
            raise self.missing(table, branch)

    def remove(self, connection: Connection, table: TableName, branch: str, base: str) -> None:
        """Compare and delete one pointer."""
        done = connection.execute(
            delete(_POINTERS).where(
                self.at(table, branch), _POINTERS.c.metadata_location == base
            )
        )
        if done.rowcount != 1:
            raise self._overtaken(connection, table, branch)
        if not branch:
            self.note_move(connection, table, base, None, datetime.now(UTC))

    def insert_missing(
        self, connection: Connection, into: Table, values: Mapping[str, Any]
    ) -> None:
        """Insert a row unless its key is there."""
        dialect = sqlite if self.database.is_sqlite else postgresql
        connection.execute(dialect.insert(into).values(**values).on_conflict_do_nothing())

    def check_catalog(self, table: TableName) -> None:
        """NameNotFound for a table of another catalog."""
        if table.catalog != self.lake:
            raise NameNotFound("catalog", table.catalog, [self.lake])

    def check_open(self, connection: Connection, branch: str) -> None:
        """ConflictError unless the branch is open; it stays so until the transaction ends."""
        if not branch:
            return
        state = connection.execute(
            select(_BRANCHES.c.state)
            .where(_BRANCHES.c.name == branch, _BRANCHES.c.lake == self.lake)
            .with_for_update(read=True)
        ).scalar()
        if state is None:
            raise NameNotFound("branch", branch)
        if state != BranchState.OPEN:
            raise closed(branch, state)

    def check_unserved(
        self, connection: Connection, table: TableName, product: str = ""
    ) -> None:
        """ConflictError when the current release of another product serves the table."""
        outputs, heads = rows.OUTPUTS, rows.HEADS
        served = connection.execute(
            select(heads.c.product, heads.c.version)
            .join(
                outputs,
                and_(
                    outputs.c.lake == heads.c.lake,
                    outputs.c.product == heads.c.product,
                    outputs.c.version == heads.c.version,
                ),
            )
            .where(
                heads.c.lake == self.lake,
                heads.c.product != product,
                outputs.c.table_namespace == table.schema,
                outputs.c.table_name == table.table,
            )
        ).first()
        if served is not None:
            raise ConflictError(
                f"{table} is served by the release {served.product} {served.version}.",
                remedy=f"Change it by a new release: promote {served.product}.",
            )

    def missing(self, table: TableName, branch: str = "") -> NameNotFound:
        """The error for a table that is not there, with the nearest names that are."""
        if branch:
            self._check_branch(branch)
        self._check_schema(table.schema, branch)
        statement = select(_POINTERS.c.table_namespace, _POINTERS.c.table_name).where(
            _POINTERS.c.catalog_name == self.scope(branch), IS_TABLE
        )
        with self.database.reading() as connection:
            known = [
                str(TableName(self.lake, schema, name))
                for schema, name in connection.execute(statement)
            ]
        return NameNotFound("table", str(table), known)

    def _check_schema(self, schema: str, branch: str) -> None:
        known = self.schemas(branch)
        if schema not in known:
            raise NameNotFound(
                "schema", self._spelled(schema), [self._spelled(name) for name in known]
            )

    def _check_branch(self, branch: str) -> None:
        with self.database.reading() as connection:
            self.check_open(connection, branch)

    def _overtaken(
        self, connection: Connection, table: TableName, branch: str
    ) -> ConflictError:
        outputs = rows.OUTPUTS
        by = None
        if not branch:
            by = connection.execute(
                select(outputs.c.product, outputs.c.version)
                .join(_POINTERS, outputs.c.location == _POINTERS.c.metadata_location)
                .where(outputs.c.lake == self.lake, self.at(table))
            ).first()
        return overtaken(table, f" by the release {by.product} {by.version}" if by else "")

    def _spelled(self, schema: str) -> str:
        return f"{self.lake}.{schema}" if PLAIN.match(schema) else f'{self.lake}."{schema}"'

"""A branch's tables lent to main, in a hidden schema: for servers that know no branch.

A server whose catalogs are fixed finds main's tables alone. What a statement on a branch names
is put there under a hidden schema; what the server made of it goes back to the branch. In which
state a table was lent is written down, so that it is known which side has changed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, insert, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.catalog.refusals import overtaken
from jupyter_mesh.model.names import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.pointers import Pointers
    from jupyter_mesh.model.names import TableName

_POINTERS = rows.ICEBERG_TABLES
_SPACES = rows.ICEBERG_NAMESPACES
_LENT = rows.LENT
_SCHEMAS = ((_POINTERS, _POINTERS.c.table_namespace), (_SPACES, _SPACES.c.namespace))


def hidden_prefix(branch: str) -> str:
    """What the hidden schemas of a branch begin with."""
    return f"{HIDDEN}{sha256(branch.encode()).hexdigest()[:12]}__"


def lend(pointers: Pointers, branch: str, tables: Sequence[TableName]) -> list[TableName]:
    """Where the branch's tables stand on main from now on; what a server changed is taken back.

    A table that is not there only gets a place to be made at. Raises ConflictError when the
    branch is not open, or when a table was changed on both sides; then the branch's holds.
    """
    lent = [replace(table, schema=hidden_prefix(branch) + table.schema) for table in tables]
    lost = None
    with pointers.database.writing(durable=False) as connection:
        # Of two who take back the same change, the second finds it done.
        connection.execute(
            select(rows.BRANCHES.c.name)
            .where(rows.BRANCHES.c.name == branch, rows.BRANCHES.c.lake == pointers.lake)
            .with_for_update()
        )
        pointers.check_open(connection, branch)
        for table, place in zip(tables, lent, strict=True):
            pointers.check_catalog(table)
            pointers.ensure_schema(connection, place.schema, "")
            if not _Lent(pointers, connection, branch, table, place).settle():
                lost = table
    if lost is not None:
        raise overtaken(lost)
    return lent


def give_up(connection: Connection, lake: str, branch: str) -> None:
    """Remove what was lent to main of a branch that has ended."""
    connection.execute(delete(_LENT).where(_LENT.c.branch == branch))
    for table, space in _SCHEMAS:
        mine = space.startswith(hidden_prefix(branch), autoescape=True)
        connection.execute(delete(table).where(table.c.catalog_name == lake, mine))


def give_up_strays(connection: Connection, lake: str, branches: Sequence[str]) -> None:
    """Remove what a server made in a hidden schema after its branch had ended."""
    known = tuple(map(hidden_prefix, branches))
    for table, space in _SCHEMAS:
        hidden = space.startswith(HIDDEN, autoescape=True)
        found = select(space).distinct().where(table.c.catalog_name == lake, hidden)
        schemas = connection.execute(found).scalars().all()
        strays = [schema for schema in schemas if not schema.startswith(known)]
        if strays:
            connection.execute(
                delete(table).where(table.c.catalog_name == lake, space.in_(strays))
            )


@dataclass(frozen=True, slots=True)
class _Lent:
    """One table on both sides, while nobody else moves either."""

    pointers: Pointers
    connection: Connection
    branch: str
    table: TableName
    place: TableName

    def settle(self) -> bool:
        """Make both sides equal; False when both had changed: then the server's is lost."""
        own = self.pointers.find(self.connection, self.table, self.branch)
        there = self.pointers.find(self.connection, self.place)
        lent = self.connection.execute(select(_LENT.c.location).where(self._noted())).scalar()
        is_changed = there is not None and there not in {lent, own}
        if there is None or not is_changed:
            self._show(own)
            return True
        if own != lent:
            self._show(own)
            return False
        step = PointerChange(self.table, own, there)
        self.pointers.step(self.connection, self.branch, step)
        self._show(there)
        return True

    def _noted(self) -> ColumnElement[bool]:
        return and_(
            _LENT.c.branch == self.branch,
            _LENT.c.table_namespace == self.table.schema,
            _LENT.c.table_name == self.table.table,
        )

    def _show(self, location: str | None) -> None:
        """Let the table stand on main as it stands on the branch, and note in which state."""
        key = {"table_namespace": self.table.schema, "table_name": self.table.table}
        self.connection.execute(delete(_LENT).where(self._noted()))
        self.connection.execute(
            insert(_LENT).values(branch=self.branch, location=location, **key)
        )
        here = self.pointers.at(self.place)
        if location is None:
            self.connection.execute(delete(_POINTERS).where(here))
            return
        done = self.connection.execute(
            update(_POINTERS).where(here).values(metadata_location=location)
        )
        if done.rowcount == 0:
            self.connection.execute(
                insert(_POINTERS).values(
                    catalog_name=self.pointers.lake,
                    table_namespace=self.place.schema,
                    table_name=self.place.table,
                    metadata_location=location,
                    iceberg_type="TABLE",
                )
            )

"""Branches: opened over main without copying a file, changed unseen, published or abandoned."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, insert, literal, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.lending import give_up, give_up_strays
from jupyter_mesh.catalog.pointers import IS_TABLE, IS_VIEW
from jupyter_mesh.catalog.refusals import closed
from jupyter_mesh.errors import ConflictError, NameNotFound
from jupyter_mesh.model.names import HIDDEN, ProductName, TableName
from jupyter_mesh.model.tables import Branch, BranchState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy import ColumnElement, Row, Table
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.pointers import Pointers

_POINTERS = rows.ICEBERG_TABLES
_SPACES = rows.ICEBERG_NAMESPACES
_BRANCHES = rows.BRANCHES
_BASES = rows.BASES


@dataclass(frozen=True, slots=True)
class StagedChange:
    """What a branch did to one table: found at `base`, left at `location`.

    `base` is None for a new table, `location` None for a dropped one; `expected` is what main
    must still hold, the same state as `base`.
    """

    table: TableName
    base: str | None
    expected: str | None
    location: str | None


class Branches:
    """The branches of one lake; each is a set of rows under a `catalog_name` of its own."""

    def __init__(self, pointers: Pointers, lease: timedelta) -> None:
        self.pointers = pointers
        self.database = pointers.database
        self.lake = pointers.lake
        self.lease = lease

    def open(
        self,
        run_id: str,
        product: ProductName | None,
        tables: Sequence[TableName],
        lease: timedelta | None = None,
    ) -> Branch:
        """A new branch with main's pointers, read in one statement: one state of all tables."""
        for table in tables:
            self.pointers.check_catalog(table)
        name = f"{self.lake}~{run_id}"
        with self.database.writing(durable=False) as connection:
            if self._find(connection, name) is not None:
                raise ConflictError(
                    f"There is already a branch of the run {run_id}.",
                    remedy="Give every run an id of its own.",
                )
            now = self.database.now(connection)
            until = now + (lease or self.lease)
            branch = Branch(name, BranchState.OPEN, run_id, product, now, until)
            connection.execute(
                insert(_BRANCHES).values(
                    name=name,
                    lake=self.lake,
                    state=branch.state.value,
                    run_id=run_id,
                    product=str(product) if product else None,
                    head=self.head(connection, product),
                    outputs=json.dumps([str(table) for table in tables]),
                    created=rows.to_text(now),
                    lease_until=rows.to_text(branch.lease_until),
                )
            )
            self._copy(connection, name)
        return branch

    def find(self, name: str) -> Branch:
        """The branch of that name; NameNotFound otherwise."""
        with self.database.reading() as connection:
            found = self._find(connection, name)
            if found is None:
                open_ones = connection.execute(
                    select(_BRANCHES.c.name).where(
                        _BRANCHES.c.lake == self.lake,
                        _BRANCHES.c.state == BranchState.OPEN.value,
                    )
                )
                raise NameNotFound("branch", name, open_ones.scalars())
        return _branch(found)

    def all_open(self) -> list[Branch]:
        """The open branches, oldest first."""
        with self.database.reading() as connection:
            return self._open(connection)

    def _open(self, connection: Connection) -> list[Branch]:
        found = connection.execute(
            select(_BRANCHES)
            .where(
                _BRANCHES.c.lake == self.lake,
                _BRANCHES.c.state == BranchState.OPEN.value,
            )
            .order_by(_BRANCHES.c.created)
        ).all()
        return [_branch(row) for row in found]

    def renew(self, name: str) -> None:
        """Extend the lease, never shorten it; ConflictError when the branch is not open."""
        with self.database.writing(durable=False) as connection:
            kept = _BRANCHES.c.lease_until
            until = rows.to_text(self.database.now(connection) + self.lease)
            done = connection.execute(
                update(_BRANCHES)
                .where(self._is_open(name))
                .values(lease_until=case((kept > until, kept), else_=until))
            )
        if done.rowcount != 1:
            raise closed(name, self.find(name).state)

    def staged(self, name: str) -> list[StagedChange]:
        """What an open branch did to its tables; NameNotFound when there is no such branch."""
        with self.database.reading() as connection:
            found = self.changes(connection, name)
        if not found:
            self.find(name)
        return found

    def changes(self, connection: Connection, name: str) -> list[StagedChange]:
        """What the branch did to its tables so far, by name."""
        return self._changes(connection, name, IS_TABLE, _BASES)

    def view_changes(self, connection: Connection, name: str) -> list[StagedChange]:
        """What the branch did to its views so far, by name."""
        return self._changes(connection, name, IS_VIEW, rows.VIEW_BASES)

    def _changes(
        self, connection: Connection, name: str, kind: ColumnElement[bool], bases: Table
    ) -> list[StagedChange]:
        same = and_(
            bases.c.branch == _POINTERS.c.catalog_name,
            bases.c.table_namespace == _POINTERS.c.table_namespace,
            bases.c.table_name == _POINTERS.c.table_name,
        )
        left = (
            select(
                _POINTERS.c.table_namespace,
                _POINTERS.c.table_name,
                bases.c.location,
                bases.c.expected,
                _POINTERS.c.metadata_location,
            )
            .select_from(_POINTERS.outerjoin(bases, same))
            .where(
                _POINTERS.c.catalog_name == name,
                kind,
                _POINTERS.c.metadata_location.is_distinct_from(bases.c.location),
            )
        )
        gone = (
            select(
                bases.c.table_namespace,
                bases.c.table_name,
                bases.c.location,
                bases.c.expected,
                _POINTERS.c.metadata_location,
            )
            .select_from(bases.outerjoin(_POINTERS, same))
            .where(bases.c.branch == name, _POINTERS.c.table_name.is_(None))
        )
        found = [
            StagedChange(TableName(self.lake, schema, table), base, expected, location)
            for statement in (left, gone)
            for schema, table, base, expected, location in connection.execute(statement)
        ]
        return sorted(found, key=lambda change: change.table)

    def reset(self, table: TableName, name: str) -> None:
        """Put a table back to where the branch found it."""
        with self.database.writing(durable=False) as connection:
            self.pointers.check_open(connection, name)
            self.pointers.check_catalog(table)
            base = connection.execute(
                select(_BASES.c.location).where(
                    _BASES.c.branch == name,
                    _BASES.c.table_namespace == table.schema,
                    _BASES.c.table_name == table.table,
                )
            ).scalar()
            connection.execute(delete(_POINTERS).where(self.pointers.at(table, name)))
            if base is not None:
                connection.execute(
                    insert(_POINTERS).values(
                        catalog_name=name,
                        table_namespace=table.schema,
                        table_name=table.table,
                        metadata_location=base,
                        iceberg_type="TABLE",
                    )
                )

    def abandon(self, name: str) -> None:
        """Forget what was staged; harmless on a branch that is no longer open."""
        with self.database.writing() as connection:
            if self._forget(connection, name):
                return
        self.find(name)

    def sweep(self) -> list[Branch]:
        """Abandon the open branches whose lease has ended."""
        ended = self._ended()
        swept = []
        for branch in ended:
            with self.database.writing() as connection:
                late = _BRANCHES.c.lease_until < rows.to_text(self.database.now(connection))
                # Asked again: its run may have come back to life and renewed it.
                if self._forget(connection, branch.name, late):
                    swept.append(branch)
        with self.database.writing(durable=False) as connection:
            open_ones = [branch.name for branch in self._open(connection)]
            give_up_strays(connection, self.lake, open_ones)
        return [self.find(branch.name) for branch in swept]

    def _ended(self) -> list[Branch]:
        with self.database.reading() as connection:
            now = rows.to_text(self.database.now(connection))
            found = connection.execute(
                select(_BRANCHES).where(
                    _BRANCHES.c.lake == self.lake,
                    _BRANCHES.c.state == BranchState.OPEN.value,
                    _BRANCHES.c.lease_until < now,
                )
            )
            return [_branch(row) for row in found]

    def close(
        self,
        connection: Connection,
        name: str,
        state: BranchState,
        *conditions: ColumnElement[bool],
    ) -> bool:
        """End an open branch, which nobody can write from here on; whether it was open."""
        done = connection.execute(
            update(_BRANCHES).where(self._is_open(name), *conditions).values(state=state.value)
        )
        return done.rowcount == 1

    def _forget(
        self, connection: Connection, name: str, *conditions: ColumnElement[bool]
    ) -> bool:
        done = self.close(connection, name, BranchState.ABANDONED, *conditions)
        if done:
            self.clear(connection, name)
        return done

    def clear(self, connection: Connection, name: str) -> None:
        """Drop the rows of a branch that has ended."""
        connection.execute(delete(_POINTERS).where(_POINTERS.c.catalog_name == name))
        connection.execute(delete(_SPACES).where(_SPACES.c.catalog_name == name))
        for bases in (_BASES, rows.VIEW_BASES):
            connection.execute(delete(bases).where(bases.c.branch == name))
        give_up(connection, self.lake, name)

    def opened_at(self, connection: Connection, name: str) -> str:
        """The digest of the product's current release when the branch was opened."""
        found: str = connection.execute(
            select(_BRANCHES.c.head).where(_BRANCHES.c.name == name)
        ).scalar_one()
        return found

    def head(self, connection: Connection, product: ProductName | None) -> str:
        """The digest of a product's current release, empty when there is none."""
        heads = rows.HEADS
        statement = select(heads.c.digest).where(
            heads.c.lake == self.lake, heads.c.product == str(product)
        )
        return connection.execute(statement).scalar() or ""

    def add_schemas(self, connection: Connection, name: str) -> None:
        """Give main the schemas that were made on the branch."""
        made = connection.execute(
            select(_SPACES).where(_SPACES.c.catalog_name == name)
        ).mappings()
        for row in made.all():
            self.pointers.insert_missing(
                connection, _SPACES, {**row, "catalog_name": self.lake}
            )

    def _copy(self, connection: Connection, name: str) -> None:
        connection.execute(
            insert(_POINTERS).from_select(
                [column.name for column in _POINTERS.c],
                select(literal(name), *list(_POINTERS.c)[1:]).where(
                    _POINTERS.c.catalog_name == self.lake,
                    _POINTERS.c.metadata_location.is_not(None),
                    ~_POINTERS.c.table_namespace.startswith(HIDDEN, autoescape=True),
                ),
            )
        )
        connection.execute(
            insert(_SPACES).from_select(
                [column.name for column in _SPACES.c],
                select(literal(name), *list(_SPACES.c)[1:]).where(
                    _SPACES.c.catalog_name == self.lake,
                    ~_SPACES.c.namespace.startswith(HIDDEN, autoescape=True),
                ),
            )
        )
        # From the copy and not from main: on PostgreSQL each statement sees a newer main.
        for bases, kind in ((_BASES, IS_TABLE), (rows.VIEW_BASES, IS_VIEW)):
            connection.execute(
                insert(bases).from_select(
                    [column.name for column in bases.c],
                    select(
                        literal(name),
                        _POINTERS.c.table_namespace,
                        _POINTERS.c.table_name,
                        _POINTERS.c.metadata_location,
                        _POINTERS.c.metadata_location,
                    ).where(_POINTERS.c.catalog_name == name, kind),
                )
            )

    def _is_open(self, name: str) -> ColumnElement[bool]:
        return and_(
            _BRANCHES.c.name == name,
            _BRANCHES.c.lake == self.lake,
            _BRANCHES.c.state == BranchState.OPEN.value,
        )

    def _find(self, connection: Connection, name: str) -> Row[Any] | None:
        return connection.execute(
            select(_BRANCHES).where(_BRANCHES.c.name == name, _BRANCHES.c.lake == self.lake)
        ).first()


def _branch(row: Row[Any]) -> Branch:
    return Branch(
        name=row.name,
        state=BranchState(row.state),
        run_id=row.run_id,
        product=ProductName.parse(row.product) if row.product else None,
        created=rows.to_moment(row.created),
        lease_until=rows.to_moment(row.lease_until),
    )

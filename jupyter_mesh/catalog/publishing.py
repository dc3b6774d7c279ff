"""Publishing: many tables and one release become current in one transaction, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.catalog.refusals import closed
from jupyter_mesh.catalog.releases import overtaken
from jupyter_mesh.errors import ConflictError, InputError, NameNotFound
from jupyter_mesh.model.tables import BranchState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.branches import Branches, StagedChange
    from jupyter_mesh.catalog.releases import Releases
    from jupyter_mesh.catalog.tables import Tables
    from jupyter_mesh.catalog.trail import Trail
    from jupyter_mesh.catalog.views import Views
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.model.tables import Landing, ViewSnapshot


class Publisher:
    """Takes a branch to main. The COMMIT of its transaction is the only commit point."""

    def __init__(
        self,
        tables: Tables,
        branches: Branches,
        releases: Releases,
        trail: Trail,
        views: Views,
    ) -> None:
        self.tables = tables
        self.pointers = tables.pointers
        self.branches = branches
        self.releases = releases
        self.trail = trail
        self.views = views

    def publish(self, branch: str, release: Release, notices: Iterable[str]) -> Release:
        """Make a release current: its tables, its record, the head and the notices at once.

        Raises ConflictError when the branch is closed, when a table or the product was changed
        since the branch was opened, or when what was checked is not what stands there now.
        """
        self._check_serves(release)
        changes = self._settled(branch)
        release = replace(release, views=self._views_after(branch, release.product))
        with self.pointers.database.writing() as connection:
            self._end(connection, branch)
            head = self._head(connection, branch, release)
            changes = self._held(connection, branch, changes)
            self._check_frozen(connection, branch, release, changes)
            self._move(connection, changes, str(release.product))
            self.branches.add_schemas(connection, branch)
            self._move_views(connection, branch, release)
            sealed = self.releases.enter(connection, release, head)
            self.trail.post(connection, f"{release.product}@{release.version}", notices)
            self.branches.clear(connection, branch)
        return sealed

    def merge(self, branch: str, landing: Landing | None = None) -> None:
        """Make a branch's tables current without a release."""
        changes = self._settled(branch)
        with self.pointers.database.writing() as connection:
            self._end(connection, branch)
            changes = self._held(connection, branch, changes)
            self._move(connection, changes, "")
            self.branches.add_schemas(connection, branch)
            self._move_views(connection, branch)
            if landing is not None:
                self._land(connection, landing)
            self.branches.clear(connection, branch)

    def _check_serves(self, release: Release) -> None:
        if not release.outputs:
            raise InputError(
                f"{release.product} {release.version} serves no table.",
                remedy="Stage at least one output port.",
            )

    def _head(self, connection: Connection, branch: str, release: Release) -> Row[Any] | None:
        """The product's head; ConflictError when it moved since the branch was opened."""
        head = self.releases.head(connection, release.product)
        if (head.digest if head else "") != self.branches.opened_at(connection, branch):
            raise overtaken(release.product, f"its release {head.version}" if head else "")
        self.releases.check_free(connection, release)
        return head

    def _land(self, connection: Connection, landing: Landing) -> None:
        location = self.pointers.find(connection, landing.table)
        if location is None:
            raise NameNotFound("table", str(landing.table))
        state = self.tables.state(landing.table, location)
        self.trail.land(connection, replace(landing, snapshot_id=state.snapshot_id), location)

    def _settled(self, branch: str) -> list[StagedChange]:
        """What the branch changed, with every new file safely on the disk."""
        with self.pointers.database.reading() as connection:
            changes = self.branches.changes(connection, branch)
        self.tables.settle(
            (change.location, change.base) for change in changes if change.location is not None
        )
        return changes

    def _end(self, connection: Connection, branch: str) -> None:
        if not self.branches.close(connection, branch, BranchState.PUBLISHED):
            raise closed(branch, self.branches.find(branch).state)

    def _held(
        self, connection: Connection, branch: str, settled: Sequence[StagedChange]
    ) -> list[StagedChange]:
        """The same changes, now that nobody else can move what they touch."""
        if not self.pointers.database.is_sqlite:
            for change in settled:
                connection.execute(
                    select(rows.ICEBERG_TABLES.c.table_name)
                    .where(self.pointers.at(change.table))
                    .with_for_update()
                )
        changes = self.branches.changes(connection, branch)
        if [(c.table, c.location) for c in changes] != [(c.table, c.location) for c in settled]:
            raise _written_to(branch)
        return changes

    def _check_frozen(
        self,
        connection: Connection,
        branch: str,
        release: Release,
        changes: Sequence[StagedChange],
    ) -> None:
        """What is published is what was checked: nothing else, nothing more."""
        served: set[TableName] = set()
        for output in release.outputs:
            table = output.snapshot.table
            if table in served:
                raise InputError(f"Two ports of {release.product} serve {table}.")
            served.add(table)
            location = self.pointers.find(connection, table, branch)
            if location is None:
                raise InputError(
                    f"{table} was not staged.", remedy=f"Stage the port {output.port} first."
                )
            if location != output.snapshot.metadata_location:
                raise ConflictError(
                    f"{table} was written to after it was checked.",
                    remedy="Nothing was published. Promote again.",
                )
        for change in changes:
            if change.location is not None and change.table not in served:
                raise InputError(
                    f"The run also wrote {change.table}, "
                    f"which {release.product} does not serve.",
                    remedy="Declare it as an output port, or do not write it in the notebook.",
                )
            # A product may give up a table of its own, never take away what others read.
            if change.location is None and change.table.schema != release.product.schema:
                raise InputError(
                    f"The run also dropped {change.table}, "
                    f"which is no table of {release.product}.",
                    remedy="Do not drop it in the notebook.",
                )

    def _move(
        self, connection: Connection, changes: Sequence[StagedChange], product: str
    ) -> None:
        now = datetime.now(UTC)
        # In the order of their names, so that two publishers never wait for each other.
        for change in changes:
            if change.location is None:
                if change.expected is not None:
                    self.pointers.remove(connection, change.table, "", change.expected)
            else:
                step = PointerChange(change.table, change.expected, change.location)
                self.pointers.step(connection, "", step)
                self.pointers.note(connection, step, now)
            self.pointers.check_unserved(connection, change.table, product)

    def _views_after(self, branch: str, product: ProductName) -> tuple[ViewSnapshot, ...]:
        """The product's views once the branch is published: those of its last release that
        still stand, and what the branch made of them.
        """
        head = self.releases.latest(product)
        with self.pointers.database.reading() as connection:
            changes = self.branches.view_changes(connection, branch)
        known = {view.name: view for view in head.views} if head else {}
        standing = self.views.standing() if known else {}
        after = {name: standing.get(name) for name in known}
        after |= {change.table: change.location for change in changes}
        return tuple(
            known[name]
            if name in known and known[name].metadata_location == location
            else self.views.snapshot(name, location)
            for name, location in sorted(after.items())
            if location is not None
        )

    def _move_views(
        self, connection: Connection, branch: str, release: Release | None = None
    ) -> None:
        """Make the branch's views on main; a product's run makes them in its own schema."""
        for change in self.branches.view_changes(connection, branch):
            if release is not None:
                _check_view(branch, release, change)
            self.views.move(connection, change)


def _check_view(branch: str, release: Release, change: StagedChange) -> None:
    product = release.product
    if change.table.schema != product.schema:
        raise InputError(
            f"The run also changed the view {change.table}, which is none of {product}.",
            remedy=f"Make it in the schema {product.schema}, or not in the notebook.",
        )
    recorded = {view.name: view.metadata_location for view in release.views}
    if recorded.get(change.table) != change.location:
        raise _written_to(branch)


def _written_to(branch: str) -> ConflictError:
    return ConflictError(
        f"The branch {branch} was written to while it was being published.",
        remedy="Nothing was published. Let its run end first.",
    )

"""Publishing to a catalog that others keep: said first, made there, recorded here.

The catalog's answer is the commit point for whoever reads its tables, our record the one for
whoever reads by version. What is about to happen is written down before, so that a process
that dies between the two is finished by the next one.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import delete, insert, select

from jupyter_mesh.catalog import rollback, rows
from jupyter_mesh.catalog.publishing import Publisher
from jupyter_mesh.catalog.rest_client import Unsure
from jupyter_mesh.catalog.rest_plain import told_of
from jupyter_mesh.errors import ConflictError, MeshError, StorageError
from jupyter_mesh.formats.release import from_record, to_record
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.runs import ReleaseState
from jupyter_mesh.model.tables import BranchState, Landing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.branches import StagedChange
    from jupyter_mesh.catalog.leases import Leases
    from jupyter_mesh.catalog.releases import Releases
    from jupyter_mesh.catalog.rest_plain import Step
    from jupyter_mesh.catalog.rest_tables import RestBranches, RestTables
    from jupyter_mesh.catalog.trail import Trail
    from jupyter_mesh.catalog.views import Views
    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.model.versions import ReleaseRef

_WAITING = rows.PUBLICATIONS
_RESOURCE = "the publication"
_PATIENCE = 120.0
_NOTHING = "Nothing was published. Run it again on the new state."


@dataclass(frozen=True, slots=True)
class Publication:
    """What is about to happen: to which tables, for which branch and release.

    `moves` are (schema, table, base, location); `left` is the state in which the release that
    was the head is left.
    """

    id: str
    branch: str
    moves: tuple[tuple[str, str, str | None, str | None], ...]
    schemas: tuple[str, ...] = ()
    release: Release | None = None
    notices: tuple[str, ...] = ()
    left: ReleaseState = ReleaseState.SUPERSEDED
    landing: Landing | None = None

    @property
    def message(self) -> str:
        """What the catalog is told about it."""
        return told_of(self.release) if self.release else "changed through jupyter-mesh"


class RestPublisher(Publisher):
    """Takes branches to a main that others keep; one at a time from one mesh."""

    def __init__(
        self,
        tables: RestTables,
        branches: RestBranches,
        releases: Releases,
        trail: Trail,
        leases: Leases,
        views: Views,
    ) -> None:
        super().__init__(tables, branches, releases, trail, views)
        self.rest = tables
        self.made = branches
        self.leases = leases

    def publish(self, branch: str, release: Release, notices: Iterable[str]) -> Release:
        """Make a release current: its tables in the catalog, then its record here.

        Raises ConflictError as a lake of our own does; StorageError where the catalog does
        not say whether it did it: then that is looked up before anything else is published.
        """
        self._check_serves(release)
        self._settled(branch)
        with self._alone():
            with self.pointers.database.writing() as connection:
                self.pointers.check_open(connection, branch)
                self._head(connection, branch, release)
                changes = self.branches.changes(connection, branch)
                self._check_frozen(connection, branch, release, changes)
                planned = self._planned(connection, branch, changes, str(release.product))
                planned = replace(planned, release=release, notices=tuple(notices))
                self._announce(connection, planned)
            return self._released(self._carried_out(planned), release)

    def merge(self, branch: str, landing: Landing | None = None) -> None:
        """Make a branch's tables current without a release."""
        self._settled(branch)
        with self._alone():
            with self.pointers.database.writing() as connection:
                self.pointers.check_open(connection, branch)
                changes = self.branches.changes(connection, branch)
                planned = self._planned(connection, branch, changes, "")
                self._announce(connection, replace(planned, landing=landing))
            self._carried_out(replace(planned, landing=landing))

    def roll_back(
        self, product: ProductName, to: ReleaseRef, actor: Actor, notices: Iterable[str]
    ) -> Release:
        """Publish an older release again under the next refresh of its number."""
        with self._alone():
            ready = rollback.prepared(self, product, to, actor)
            moves = [(s.table, s.base_location, s.new_location) for s in ready.steps]
            planned = Publication(
                id=f"rollback-{uuid4().hex}",
                branch="",
                moves=tuple((t.schema, t.table, base, at) for t, base, at in moves),
                release=ready.release,
                notices=tuple(notices),
                left=ReleaseState.ROLLED_BACK,
            )
            with self.pointers.database.writing() as connection:
                rollback.unmoved(self, connection, ready)
                for table, _base, _at in moves:
                    self.pointers.check_unserved(connection, table, str(product))
                self._announce(connection, planned)
            return self._released(self._carried_out(planned), ready.release)

    def catch_up(self) -> None:
        """Finish or forget what died on its way; what somebody is at is left to them."""
        if self._waiting():
            try:
                with self._alone(wait=0):
                    pass
            except ConflictError:
                return

    # -- one after the other -----------------------------------------------------------------

    @contextmanager
    def _alone(self, wait: float = _PATIENCE) -> Iterator[None]:
        """Hold the right to publish, with nothing left over from who died with it."""
        with self.leases.hold(_RESOURCE, "a publication", wait):
            for planned in self._waiting():
                self._resume(planned)
            yield

    def _resume(self, planned: Publication) -> None:
        if self.rest.rest.remote.resume(planned.id, self._steps(planned), planned.message):
            self._complete(planned)
        else:
            self._forget(planned)

    def _carried_out(self, planned: Publication) -> Release | None:
        """Have the catalog do it, and write down that it did."""
        steps = self._steps(planned)
        remote = self.rest.rest.remote
        try:
            for schema in planned.schemas:
                remote.create_schema(schema)
            if steps:
                remote.apply(planned.id, steps, planned.message)
        except Unsure as error:
            if not self._looked_up(planned, steps, error):
                self._forget(planned)
                raise ConflictError(error.message, remedy=_NOTHING) from error
        except MeshError:
            self._forget(planned)
            raise
        return self._complete(planned)

    def _looked_up(
        self, planned: Publication, steps: Sequence[Step], cause: StorageError
    ) -> bool:
        """Whether the catalog did it after all; StorageError when that is not to be had."""
        try:
            return self.rest.rest.remote.resume(planned.id, steps, planned.message)
        except StorageError:
            raise StorageError(
                f"{cause.message} Whether {planned.message} became current is not known.",
                remedy="Try again when the catalog answers: it is looked up first, and what "
                "was begun is finished.",
            ) from cause

    # -- the rows ----------------------------------------------------------------------------

    def _planned(
        self,
        connection: Connection,
        branch: str,
        changes: Sequence[StagedChange],
        product: str,
    ) -> Publication:
        for change in changes:
            self.rest.rest.check_unmoved(connection, self.rest.base(change))
            self.pointers.check_unserved(connection, change.table, product)
        moves = [
            (change.table.schema, change.table.table, change.expected, change.location)
            for change in changes
            if change.location is not None or change.expected is not None
        ]
        # Another mesh may have a branch of the same name, and publish to the same catalog.
        key = f"{branch}-{uuid4().hex}"
        return Publication(key, branch, tuple(moves), tuple(self.made.made_schemas(branch)))

    def _announce(self, connection: Connection, planned: Publication) -> None:
        connection.execute(
            insert(_WAITING).values(
                id=planned.id,
                lake=self.pointers.lake,
                branch=planned.branch,
                created=rows.to_text(datetime.now(UTC)),
                facts=json.dumps(_facts(planned)),
            )
        )

    def _waiting(self) -> list[Publication]:
        """What was announced and is not done, oldest first."""
        statement = (
            select(_WAITING.c.id, _WAITING.c.branch, _WAITING.c.facts)
            .where(_WAITING.c.lake == self.pointers.lake)
            .order_by(_WAITING.c.created)
        )
        with self.pointers.database.reading() as connection:
            found = connection.execute(statement).all()
        return [_read(row.id, row.branch, json.loads(row.facts)) for row in found]

    def _complete(self, planned: Publication) -> Release | None:
        """Record what has become current; the release, unless somebody else recorded it."""
        sealed = None
        now = datetime.now(UTC)
        with self.pointers.database.writing() as connection:
            if not self._taken(connection, planned):
                return None
            for schema, table, base, location in planned.moves:
                moved = TableName(self.pointers.lake, schema, table)
                self.pointers.note_move(connection, moved, base, location, now)
            if planned.release is not None:
                head = self.releases.head(connection, planned.release.product)
                sealed = self.releases.enter(connection, planned.release, head, planned.left)
                name = f"{sealed.product}@{sealed.version}"
                self.trail.post(connection, name, planned.notices)
            if planned.landing is not None:
                self._land_at(connection, planned.landing)
            if planned.branch:
                self.branches.close(connection, planned.branch, BranchState.PUBLISHED)
                self.branches.clear(connection, planned.branch)
        return sealed

    def _land_at(self, connection: Connection, landing: Landing) -> None:
        """Remember a landing by what the catalog has now."""
        location = self.rest.rest.remote.location(landing.table)
        if location is None:
            raise self.rest.rest.missing(landing.table)
        known = replace(
            landing, snapshot_id=self.tables.state(landing.table, location).snapshot_id
        )
        self.trail.land(connection, known, location)

    def _forget(self, planned: Publication) -> None:
        with self.pointers.database.writing() as connection:
            self._taken(connection, planned)

    def _taken(self, connection: Connection, planned: Publication) -> bool:
        done = connection.execute(delete(_WAITING).where(_WAITING.c.id == planned.id))
        return done.rowcount == 1

    def _released(self, sealed: Release | None, release: Release) -> Release:
        """The release as it is kept, whoever wrote it down."""
        return sealed or self.releases.exactly(release.product, release.version)

    def _steps(self, planned: Publication) -> list[Step]:
        lake = self.pointers.lake
        return [
            self.rest.step(TableName(lake, schema, table), base, location)
            for schema, table, base, location in planned.moves
        ]


def _facts(planned: Publication) -> dict[str, Any]:
    landing = planned.landing
    return {
        "moves": planned.moves,
        "schemas": planned.schemas,
        "release": to_record(planned.release) if planned.release else None,
        "notices": planned.notices,
        "left": planned.left.value,
        "landing": None
        if landing is None
        else {
            "table": str(landing.table),
            "source": landing.source,
            "media_type": landing.media_type,
            "size": landing.size,
            "digest": landing.digest,
            "rows": landing.rows,
            "snapshot_id": landing.snapshot_id,
            "created": landing.created.isoformat() if landing.created else None,
        },
    }


def _read(key: str, branch: str, facts: dict[str, Any]) -> Publication:
    landing = facts["landing"]
    if landing is not None:
        created = datetime.fromisoformat(landing["created"]) if landing["created"] else None
        table = TableName.parse(landing["table"])
        landing = Landing(**{**landing, "table": table, "created": created})
    return Publication(
        id=key,
        branch=branch,
        moves=tuple(tuple(move) for move in facts["moves"]),
        schemas=tuple(facts["schemas"]),
        release=from_record(facts["release"]) if facts["release"] else None,
        notices=tuple(facts["notices"]),
        left=ReleaseState(facts["left"]),
        landing=landing,
    )

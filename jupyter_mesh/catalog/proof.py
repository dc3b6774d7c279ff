"""The proof of a store: every release as it was published, every pointer on whole files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.metadata import current_id
from jupyter_mesh.catalog.reach import Reach, Reached
from jupyter_mesh.errors import InputError, StorageError
from jupyter_mesh.formats.release import digest, from_record
from jupyter_mesh.model.runs import ReleaseState
from jupyter_mesh.model.tables import BranchState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.model.runs import PortSnapshot
    from jupyter_mesh.model.tables import Snapshot, ViewSnapshot

_RESTORE = "Put back a copy of the database; no release may be changed."
_COPY = "Put back a copy of the warehouse, or publish the data anew."


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: of which kind, with which release, table or branch, and a remedy."""

    kind: str
    subject: str
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}"


class Proof:
    """Looks at everything a lake promises, once."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.reach = Reach(lake.files)
        self._fault = lru_cache(None)(self._looked_at)

    def problems(self) -> list[Problem]:
        """Everything that is wrong, releases first."""
        return [*self._releases(), *self._pointers()]

    # -- releases --------------------------------------------------------------------------

    def _releases(self) -> Iterator[Problem]:
        previous: dict[str, str] = {}
        for row in reversed(self.lake.kept.rows()):
            yield from self._record(row, previous.get(row.product, ""))
            previous[row.product] = row.digest
        yield from self._heads()

    def _record(self, row: Row[Any], previous: str) -> Iterator[Problem]:
        subject = f"{row.product} {row.version}"
        try:
            record = json.loads(row.record)
            release = from_record(record)
        except (ValueError, KeyError, TypeError, InputError):
            yield Problem("record", subject, "its record cannot be read.", _RESTORE)
            return
        if not row.digest == record["digest"] == digest(record):
            yield Problem(
                "digest", subject, "its record was changed after it was published.", _RESTORE
            )
        if (record["product"], record["version"]) != (row.product, row.version):
            yield Problem("record", subject, "its record is of another release.", _RESTORE)
        if not row.previous == record["previous"] == previous:
            yield Problem(
                "chain", subject, "it does not follow from the release before it.", _RESTORE
            )
        for output in release.outputs:
            yield from self._output(subject, output)
        for view in release.views:
            yield from self._view(subject, view)

    def _output(self, subject: str, output: PortSnapshot) -> Iterator[Problem]:
        promised = output.snapshot
        try:
            found = self.lake.files.state(promised.table, promised.metadata_location)
            same = (found.uuid, found.snapshot_id, found.schema_id) == (
                promised.uuid,
                promised.snapshot_id,
                promised.schema_id,
            )
            if not same:
                text = f"the metadata of {promised.table} is not what was published."
                yield Problem("metadata", subject, text, _COPY)
            faults = list(self._faults(found))
        except StorageError as error:
            faults = [error.message]
        for fault in faults:
            yield Problem("file", subject, f"{promised.table}: {fault}", _COPY)

    def _view(self, subject: str, promised: ViewSnapshot) -> Iterator[Problem]:
        try:
            found = self.lake.views.snapshot(promised.name, promised.metadata_location)
        except StorageError as error:
            yield Problem("file", subject, f"{promised.name}: {error.message}", _COPY)
            return
        if found.sql != promised.sql:
            text = f"the query of the view {promised.name} is not what was published."
            yield Problem("metadata", subject, text, _COPY)

    def _heads(self) -> Iterator[Problem]:
        heads = rows.HEADS
        with self.lake.database.reading() as connection:
            found = connection.execute(
                select(heads.c.product, heads.c.digest).where(heads.c.lake == self.lake.name)
            )
            current = {row.product: row.digest for row in found}
        stated = {
            (row.product, row.digest)
            for row in self.lake.kept.rows()
            if row.state == ReleaseState.CURRENT
        }
        for product, wanted in sorted(set(current.items()) ^ stated):
            text = f"the release {wanted[:12]} is not both stated and kept as the current one."
            yield Problem("head", product, text, _RESTORE)

    # -- pointers --------------------------------------------------------------------------

    def _pointers(self) -> Iterator[Problem]:
        open_branches = self._open_branches()
        orphaned = set()
        served = self._served()
        for scope, table, location in self.lake.pointers.everything():
            subject = str(table) if scope == self.lake.name else f"{table} on {scope}"
            if scope != self.lake.name and scope not in open_branches:
                orphaned.add(scope)
                continue
            try:
                state = self.lake.files.state(table, location)
                faults = list(self._faults(state))
            except StorageError as error:
                yield Problem("file", subject, error.message, _COPY)
                continue
            for fault in faults:
                yield Problem("file", subject, fault, _COPY)
            if scope == self.lake.name and table in served:
                yield from _changed_behind(served.pop(table), state)
        for view, location in self.lake.views.standing().items():
            try:
                self.lake.views.snapshot(view, location)
            except StorageError as error:
                yield Problem("file", str(view), error.message, _COPY)
        for table, release in served.items():
            text = f"it is gone, but {release[0]} serves it."
            yield Problem("pointer", str(table), text, "Promote the product again.")
        for scope in sorted(orphaned):
            text = "its rows are left over from a branch that has ended."
            yield Problem("branch", scope, text, "Delete its rows from iceberg_tables.")

    def _open_branches(self) -> set[str]:
        branches = rows.BRANCHES
        with self.lake.database.reading() as connection:
            statement = select(branches.c.name).where(
                branches.c.lake == self.lake.name,
                branches.c.state == BranchState.OPEN.value,
            )
            return set(connection.execute(statement).scalars())

    def _served(self) -> dict[Any, tuple[str, Snapshot]]:
        """The tables of the current releases: which release, and the state it promises."""
        served = {}
        for row in self.lake.kept.rows():
            if row.state != ReleaseState.CURRENT:
                continue
            try:
                release = self.lake.kept.read(row)
            except StorageError:
                # Already told: this is the proof of the pointers, not of the records.
                continue
            for output in release.outputs:
                name = f"{row.product} {row.version}"
                served[output.snapshot.table] = (name, output.snapshot)
        return served

    # -- files -----------------------------------------------------------------------------

    def _faults(self, state: Snapshot) -> Iterator[str]:
        document = self.lake.files.document(state.metadata_location)
        fault = self._fault(Reached(state.metadata_location))
        if fault:
            yield fault
        wanted = current_id(document)
        if wanted is None:
            return
        for file in dict.fromkeys(self.reach.of_snapshot(document, wanted)):
            fault = self._fault(file)
            if fault:
                yield fault

    def _looked_at(self, file: Reached) -> str:
        try:
            size = self.lake.store.size(file.location)
        except StorageError as error:
            return error.message
        if file.size is not None and size != file.size:
            return f"{file.location} has {size} bytes instead of {file.size}."
        return ""


def _changed_behind(served: tuple[str, Snapshot], state: Snapshot) -> Iterator[Problem]:
    release, promised = served
    if (promised.uuid, promised.snapshot_id) != (state.uuid, state.snapshot_id):
        yield Problem(
            "pointer",
            str(state.table),
            f"it was changed by another program since {release} was published.",
            "Promote the product again, or roll it back.",
        )

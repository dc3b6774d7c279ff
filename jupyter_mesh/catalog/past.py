"""The past of a table: its state at a version or a time, every state it had, and its tags."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.metadata import (
    find_snapshot,
    snapshot_at,
    tagged,
    tags_of,
)
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.catalog.refusals import tag_taken
from jupyter_mesh.errors import ConflictError, InputError, NameNotFound, StorageError
from jupyter_mesh.model.versions import Version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from jupyter_mesh.catalog.pointers import Move
    from jupyter_mesh.catalog.releases import Releases
    from jupyter_mesh.catalog.tables import Tables
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.model.tables import AsOf, Snapshot

_RELEASE_TAG = re.compile(r"v\d+\.\d+\.\d+([+_]r\d+)?\Z")
_ATTEMPTS = 10


class Past:
    """Reads tables at other points of time than now."""

    def __init__(self, tables: Tables, releases: Releases) -> None:
        self.tables = tables
        self.pointers = tables.pointers
        self.releases = releases

    def at(self, table: TableName, branch: str, at: AsOf) -> Snapshot:
        """The state at a version or a time; NameNotFound when there was none."""
        location = self.pointers.location(table, branch)
        if at.timestamp is not None:
            return self._at_time(table, location, at.timestamp)
        if at.version.isdecimal():
            return self._at_id(table, location, int(at.version))
        return self._at_release(table, location, at.version)

    def history(self, table: TableName) -> list[Snapshot]:
        """Every state that readers of main could see, newest first."""
        location = self.pointers.location(table)
        states: list[Snapshot] = []
        for move in self.pointers.moves(table):
            if move.location is not None:
                self._remember(states, table, move.location, rows.to_moment(move.at))
        self._remember(states, table, location, None)
        return states[::-1]

    def tag(self, release: Release) -> None:
        """Give every snapshot that a release of these tables serves its tag.

        All of them and not only this one's: a publication that began before a tag was written
        does not know of it. ConflictError when a tag of that name stands somewhere else.
        """
        for output in release.outputs:
            for _attempt in range(_ATTEMPTS):
                try:
                    self._tag(output.snapshot.table)
                except ConflictError as error:
                    conflict = error
                else:
                    break
            else:
                raise conflict

    def _tag(self, table: TableName) -> None:
        with self.pointers.database.reading() as connection:
            base = self.pointers.find(connection, table)
        if base is None:
            # A later release dropped the table; the record still tells where it lies.
            return
        document = self.tables.document(base)
        there = tags_of(document)
        wanted = {
            Version.parse(row.version).tag: row.snapshot_id
            for row in self.releases.of_table(table)
            if row.snapshot_id is not None and find_snapshot(document, row.snapshot_id)
        }
        taken = sorted(name for name in wanted if there.get(name, wanted[name]) != wanted[name])
        if taken:
            raise tag_taken(table, taken[0])
        missing = {name: key for name, key in wanted.items() if name not in there}
        if not missing:
            return
        location = self.tables.write_document(tagged(document, missing), base)
        self.tables.settle([(location, base)])
        self._swap(PointerChange(table, base, location))

    def _swap(self, change: PointerChange) -> None:
        """Move main's pointer to metadata of the same state, without disturbing branches."""
        bases = rows.BASES
        with self.pointers.database.writing() as connection:
            self.pointers.step(connection, "", change)
            self.pointers.note(connection, change, self.pointers.database.now(connection))
            connection.execute(
                update(bases)
                .where(
                    bases.c.table_namespace == change.table.schema,
                    bases.c.table_name == change.table.table,
                    bases.c.expected == change.base_location,
                )
                .values(expected=change.new_location)
            )

    def _at_id(self, table: TableName, location: str, wanted: int) -> Snapshot:
        if find_snapshot(self.tables.document(location), wanted):
            return self.tables.state(table, location, wanted)
        for row in self.releases.of_table(table):
            if row.snapshot_id == wanted:
                return self.tables.state(table, row.location)
        known = [
            str(entry["snapshot-id"])
            for entry in self.tables.document(location).get("snapshots", [])
        ]
        raise NameNotFound(f"version of {table}", str(wanted), known)

    def _at_release(self, table: TableName, location: str, wanted: str) -> Snapshot:
        served = self.releases.of_table(table)
        if _RELEASE_TAG.match(wanted):
            version = str(Version.parse(wanted))
            for row in reversed(served):
                if row.version == version:
                    return self.tables.state(table, row.location)
        tags = tags_of(self.tables.document(location))
        if wanted in tags:
            return self.tables.state(table, location, tags[wanted])
        known = [*tags, *(Version.parse(row.version).tag for row in served)]
        raise NameNotFound(f"version of {table}", wanted, known)

    def _at_time(self, table: TableName, location: str, moment: datetime) -> Snapshot:
        if moment.tzinfo is None:
            raise InputError("A time to read a table at needs a time zone.")
        wanted = rows.to_text(moment)
        moves = self.pointers.moves(table)
        before = [move for move in moves if move.at <= wanted]
        after = moves[len(before) :]
        seen = before[-1].location if before else None
        until = after[0].base if after else location
        if seen is not None and seen == until:
            return self.tables.state(table, seen)
        found = self._in_log(table, until, moment, before)
        if found is not None:
            return found
        if seen is None:
            raise NameNotFound(f"version of {table} at", moment.isoformat())
        return self.tables.state(table, seen)

    def _in_log(
        self,
        table: TableName,
        location: str | None,
        moment: datetime,
        before: Sequence[Move],
    ) -> Snapshot | None:
        """The state another writer of main had left by then, as the table's own log tells."""
        if location is None:
            return None
        found = snapshot_at(self.tables.document(location), moment)
        if found is None or not find_snapshot(self.tables.document(location), found):
            return None
        state = self.tables.state(table, location, found)
        late = before and state.committed and rows.to_text(state.committed) < before[-1].at
        return None if late else state

    def _remember(
        self, states: list[Snapshot], table: TableName, location: str, at: datetime | None
    ) -> None:
        try:
            state = self.tables.state(table, location)
        except StorageError:
            # Metadata that nothing kept stands on may have been collected as garbage.
            return
        last = states[-1] if states else None
        if last and (last.uuid, last.snapshot_id) == (state.uuid, state.snapshot_id):
            return
        states.append(replace(state, committed=at) if at else state)

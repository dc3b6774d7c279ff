"""A plain Iceberg REST catalog: its names, where its tables stand, how changes get there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_mesh.catalog.metadata import current_id, find_snapshot
from jupyter_mesh.catalog.refusals import tag_taken
from jupyter_mesh.catalog.rest_updates import change_of, has_had, put_back, stands_at
from jupyter_mesh.errors import ConflictError, InputError, NameNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jupyter_mesh.catalog.metadata import Document
    from jupyter_mesh.catalog.rest_client import RestClient
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.runs import Release

_AT_ONCE = 8
AT_ONCE = (
    "all tables of a release become current in one request to the catalog, or none; the "
    "release is recorded just after, and when a process dies between the next one finishes it"
)
ONE_BY_ONE = (
    "the tables of a release become current one after the other, for this catalog changes one "
    "at a time: who reads by version sees all of it or none, who reads the tables themselves "
    "may for a moment see some; what a dead process has begun is finished or taken back"
)
# Which publication a table got its state from: tells what a dead process had come to.
MARK = "mesh.publication"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one table: its state before (nothing: it is new) and after (it goes)."""

    table: TableName
    base: str | None
    location: str | None
    before: Document | None
    after: Document | None


class PlainRemote:
    """Main as a catalog keeps it that others run; nothing of it is remembered here."""

    # Whether it tells where a table stood at a moment.
    keeps_time = False

    def __init__(self, client: RestClient) -> None:
        self.client = client

    @property
    def guarantee(self) -> str:
        """What holds when a release is published."""
        return AT_ONCE if self.client.has_transactions else ONE_BY_ONE

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "Iceberg REST catalog"

    @property
    def place(self) -> str:
        """Where the files of its tables lie, as far as it tells; else empty."""
        told = self.client.properties
        for key in ("default-base-location", "warehouse"):
            if "://" in told.get(key, ""):
                return told[key].rstrip("/")
        return ""

    # -- names and states --------------------------------------------------------------------

    def schemas(self) -> list[str]:
        """The schemas, sorted; what lies in a schema in a schema is not seen."""
        found = self.client.pages(self.client.address("namespaces"), "namespaces")
        return sorted(names[0] for names in found if len(names) == 1)

    def tables(self, schema: str) -> list[str]:
        """The tables of a schema, sorted; none when it is not there."""
        address = self.client.address("namespaces", schema, "tables")
        try:
            return sorted(one["name"] for one in self.client.pages(address, "identifiers"))
        except NameNotFound:
            return []

    def location(self, table: TableName) -> str | None:
        """The metadata file that a table stands at, or nothing."""
        told = self.loaded(table)
        return None if told is None else str(told["metadata-location"])

    def location_at(self, table: TableName, moment: datetime) -> str | None:  # noqa: ARG002
        """Where a table stood at a moment; nothing, for such a catalog does not tell."""
        return None

    def standing(self, catalog: str) -> dict[TableName, str]:
        """Where every table stands: each is asked for, some at once."""
        from jupyter_mesh.model.names import TableName

        names = [
            TableName(catalog, schema, table)
            for schema in self.schemas()
            for table in self.tables(schema)
        ]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = zip(names, threads.map(self.location, names), strict=True)
            return {table: location for table, location in found if location is not None}

    def loaded(self, table: TableName) -> Mapping[str, Any] | None:
        """What the catalog tells of a table: `metadata-location` and `metadata`."""
        try:
            return self.client.get(self._table(table))
        except NameNotFound:
            return None

    def is_before(self, step: Step) -> bool:
        """Whether the table is as the step wants to find it."""
        told = self.loaded(step.table)
        return stands_at(None if told is None else told["metadata"], step.before)

    # -- changes -----------------------------------------------------------------------------

    def apply(self, mark: str, steps: Sequence[Step], message: str) -> None:  # noqa: ARG002
        """Make every step, all at once where the catalog can.

        Steps that were made under the same mark are passed over. Raises ConflictError when a
        table is not as it was; nothing has changed then. Unsure when there was no answer.
        """
        changed = [step for step in steps if step.after is not None]
        self._make_schemas(step.table.schema for step in changed)
        if self.client.has_transactions:
            waiting = [step for step in changed if not self._is_made(step, mark)]
            if waiting:
                body = {"table-changes": [_change(step, mark) for step in waiting]}
                self._asked(self.client.address("transactions", "commit"), body)
        else:
            self._one_by_one(changed, mark)
        for step in steps:
            if step.after is None:
                self.drop(step.table)

    def resume(self, mark: str, steps: Sequence[Step], message: str) -> bool:
        """Finish what a lost process may have begun: whether all is there now, or nothing."""
        made = [step for step in steps if step.after is not None and self._is_made(step, mark)]
        if not made and any(step.after is not None for step in steps):
            return False
        try:
            self.apply(mark, steps, message)
        except (ConflictError, InputError):
            if self.client.has_transactions:
                raise
            self._take_back(made)
            return False
        return True

    def tag(self, release: Release, wanted: Mapping[TableName, Mapping[str, int]]) -> None:  # noqa: ARG002
        """Give snapshots their tags, which also keep them from being expired."""
        for table, tags in wanted.items():
            told = self.loaded(table)
            if told is None:
                continue
            refs = told["metadata"].get("refs", {})
            known = {one["snapshot-id"] for one in told["metadata"].get("snapshots", [])}
            for name, snapshot_id in tags.items():
                if snapshot_id not in known:
                    continue
                if name not in refs:
                    self._write_tag(table, told["metadata"]["table-uuid"], name, snapshot_id)
                elif refs[name]["snapshot-id"] != snapshot_id:
                    raise tag_taken(table, name)

    def create_schema(self, schema: str) -> None:
        """Make a schema unless it is there."""
        if schema in self.schemas():
            return
        try:
            self.client.change(
                "POST", self.client.address("namespaces"), {"namespace": [schema]}
            )
        except ConflictError:
            # Somebody else has just made it.
            return

    def drop_schema(self, schema: str) -> None:
        """Remove an empty schema."""
        self.client.change("DELETE", self.client.address("namespaces", schema))

    def drop(self, table: TableName) -> None:
        """Forget a table; its files stay. Harmless when it is gone."""
        try:
            query = {"purgeRequested": "false"}
            self.client.change("DELETE", self._table(table), query=query)
        except NameNotFound:
            return

    def rename(self, table: TableName, new: TableName) -> None:
        """Give a table another name."""
        body = {"source": _identifier(table), "destination": _identifier(new)}
        self.client.change("POST", self.client.address("tables", "rename"), body)

    def properties(self, schema: str) -> dict[str, str]:
        """What the catalog noted of a schema."""
        told = self.client.get(self.client.address("namespaces", schema))
        found: dict[str, str] = told.get("properties") or {}
        return found

    def set_properties(
        self, schema: str, updates: Mapping[str, str], removals: Sequence[str]
    ) -> None:
        """Have the catalog note some things of a schema and forget others."""
        address = self.client.address("namespaces", schema, "properties")
        body = {"updates": dict(updates), "removals": list(removals)}
        self.client.change("POST", address, body)

    # -- inside ------------------------------------------------------------------------------

    def _make_schemas(self, schemas: Any) -> None:  # noqa: ANN401 - any iterable of names
        for schema in sorted(set(schemas)):
            self.create_schema(schema)

    def _one_by_one(self, steps: Sequence[Step], mark: str) -> None:
        """Step after step; what was made before a conflict is taken back."""
        made: list[Step] = []
        try:
            for step in steps:
                if not self._is_made(step, mark):
                    body = _change(step, mark)
                    del body["identifier"]
                    self._asked(self._table(step.table), body)
                made.append(step)
        except (ConflictError, InputError):
            self._take_back(made)
            raise

    def _take_back(self, steps: Sequence[Step]) -> None:
        """Put tables back to where they stood, unless somebody has gone on from there."""
        for step in reversed(steps):
            told = self.loaded(step.table)
            if told is None or not stands_at(told["metadata"], step.after):
                continue
            if step.before is None:
                self.drop(step.table)
                continue
            found = told["metadata"]
            body = change_of(
                step.table.schema, step.table.table, found, put_back(found, step.before)
            )
            del body["identifier"]
            self.client.change("POST", self._table(step.table), body)

    def _is_made(self, step: Step, mark: str) -> bool:
        told = self.loaded(step.table)
        if told is None or step.after is None:
            return False
        found = told["metadata"]
        if mark and found.get("properties", {}).get(MARK) == mark:
            return True
        # Somebody may have gone on from there: our rows are still in the table's history.
        head = current_id(step.after)
        is_new = step.before is None or find_snapshot(step.before, head or 0) is None
        return is_new and not stands_at(found, step.before) and has_had(found, step.after)

    def _asked(self, address: str, body: Mapping[str, Any]) -> None:
        try:
            self.client.change("POST", address, body)
        except NameNotFound as error:
            # A table that was to be changed is gone.
            raise ConflictError(
                error.message, remedy="Run it again on the new state."
            ) from error

    def _write_tag(self, table: TableName, uuid: str, name: str, snapshot_id: int) -> None:
        ref = {"ref-name": name, "type": "tag", "snapshot-id": snapshot_id}
        body = {
            "requirements": [
                {"type": "assert-table-uuid", "uuid": uuid},
                {"type": "assert-ref-snapshot-id", "ref": name, "snapshot-id": None},
            ],
            "updates": [{"action": "set-snapshot-ref", **ref}],
        }
        self.client.change("POST", self._table(table), body)

    def _table(self, table: TableName) -> str:
        return self.client.address("namespaces", table.schema, "tables", table.table)


def told_of(release: Release) -> str:
    """What a catalog is told about a publication."""
    return f"release {release.product}@{release.version}"


def _change(step: Step, mark: str) -> dict[str, Any]:
    if step.after is None:
        raise AssertionError(step.table)
    change = change_of(step.table.schema, step.table.table, step.before, step.after)
    if mark:
        change["updates"].append({"action": "set-properties", "updates": {MARK: mark}})
    return change


def _identifier(table: TableName) -> dict[str, Any]:
    return {"namespace": [table.schema], "name": table.table}

"""Nessie: a catalog with branches of its own; a release is one commit, made main at once.

Nessie keeps for each table which metadata file it stands at. So what was staged, and checked,
is exactly what becomes current: the very same file.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jupyter_mesh.catalog.metadata import current_id
from jupyter_mesh.catalog.refusals import overtaken
from jupyter_mesh.catalog.rest_plain import MARK, PlainRemote, told_of
from jupyter_mesh.errors import ConflictError, NameNotFound
from jupyter_mesh.model.names import TableName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from jupyter_mesh.catalog.rest_plain import Step
    from jupyter_mesh.model.runs import Release

# Somebody else keeps changing other tables meanwhile: so often we begin again from there.
_TURNS = 20
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_UNSAFE_TAG = re.compile(r"[^A-Za-z0-9_.-]+")
_PAGE = "500"


class NessieRemote(PlainRemote):
    """Main as one branch of a Nessie."""

    keeps_time = True

    @property
    def guarantee(self) -> str:
        """What holds when a release is published."""
        return (
            "all tables of a release become current by one assignment of Nessie's branch "
            f"{self._ref}, or none; the release is recorded just after, and when a process "
            "dies between the next one finishes it"
        )

    @property
    def kind(self) -> str:
        """What it is, for people."""
        return "Nessie"

    # -- states ------------------------------------------------------------------------------

    def location_at(self, table: TableName, moment: datetime) -> str | None:
        """Where a table stood at a moment, by the branch's own history."""
        text = moment.isoformat().replace("+00:00", "Z")
        entries = self._history(f"timestamp(commit.commitTime) <= timestamp('{text}')", 1)
        for entry in entries:
            found = self._contents(entry["commitMeta"]["hash"], [table])
            return str(found[table]["metadataLocation"]) if table in found else None
        return None

    def standing(self, catalog: str) -> dict[TableName, str]:
        """Where every table stands, asked for all together."""
        address = f"{self._trees}/{self._path(self._ref)}/entries"
        query, found = {"content": "true", "max-records": _PAGE}, {}
        while True:
            page = self.client.get(address, query)
            for entry in page.get("entries", []):
                names = entry["name"]["elements"]
                if entry["type"] == "ICEBERG_TABLE" and len(names) == 2:
                    table = TableName(catalog, *names)
                    found[table] = entry["content"]["metadataLocation"]
            if not page.get("hasMore"):
                return found
            query["page-token"] = page["token"]

    def is_before(self, step: Step) -> bool:
        """Whether the table is as the step wants to find it: the very same file."""
        return self.location(step.table) == step.base

    # -- changes -----------------------------------------------------------------------------

    def apply(self, mark: str, steps: Sequence[Step], message: str) -> None:
        """Make every step in one commit on a branch, then make that branch main, or nothing."""
        name = _branch(mark)
        try:
            for _turn in range(_TURNS):
                head = self._head(self._ref)
                branch = self._prepared(name, head, mark, steps, message)
                if self._assigned(head, name, branch):
                    return
            raise ConflictError(
                f"{self.client.name} was changed by others all the time.",
                remedy="Nothing was changed here. Try again when less is going on.",
            )
        finally:
            self._forget(name)

    def resume(self, mark: str, steps: Sequence[Step], message: str) -> bool:  # noqa: ARG002
        """Whether a lost process came to its end: nothing is to be seen of it before."""
        self._forget(_branch(mark))
        entries = self._history(
            f"'{MARK}' in commit.properties && commit.properties['{MARK}'] == '{_plain(mark)}'",
            1,
        )
        return bool(entries)

    def tag(self, release: Release, wanted: Mapping[TableName, Mapping[str, int]]) -> None:  # noqa: ARG002
        """Tag the state of the whole catalog in which a release became current."""
        entries = self._history(f"commit.message == '{told_of(release)}'", 1)
        if not entries:
            raise ConflictError(
                f"Nessie's history no longer holds the commit of {release.product} "
                f"{release.version}.",
                remedy="Read the release by its version: the mesh knows where its files lie.",
            )
        name = f"{release.product.domain}.{release.product.product}-{release.version}"
        source = {"type": "BRANCH", "name": self._ref, "hash": entries[0]["commitMeta"]["hash"]}
        query = {"name": _UNSAFE_TAG.sub("-", name), "type": "TAG"}
        try:
            self.client.change("POST", self._trees, source, query=query)
        except ConflictError:
            # It is there already: telling may be repeated.
            return

    # -- inside ------------------------------------------------------------------------------

    @property
    def _ref(self) -> str:
        """The branch that is main here: the prefix without the warehouse's name."""
        ref, _, _warehouse = self.client.prefix.partition("|")
        return ref or self.client.properties.get("nessie.default-branch.name", "main")

    @property
    def _trees(self) -> str:
        told = self.client.properties.get("nessie.core-base-uri", "")
        base = told.rstrip("/") or f"{self.client.settings.uri.rpartition('/iceberg')[0]}/api"
        return f"{base}/v2/trees"

    def _path(self, ref: str, digest: str = "") -> str:
        return quote(f"{ref}@{digest}" if digest else ref, safe="@")

    def _head(self, ref: str) -> str:
        """The newest commit of a reference."""
        told = self.client.get(f"{self._trees}/{self._path(ref)}")
        return str(told["reference"]["hash"])

    def _contents(
        self, digest: str, tables: Sequence[TableName]
    ) -> dict[TableName, Mapping[str, Any]]:
        """What Nessie keeps of these tables at a commit of main."""
        keys = {(table.schema, table.table): table for table in tables}
        body = {"requestedKeys": [{"elements": list(key)} for key in keys]}
        address = f"{self._trees}/{self._path(self._ref, digest)}/contents"
        told = self.client.change("POST", address, body)
        return {keys[tuple(one["key"]["elements"])]: one["content"] for one in told["contents"]}

    def _prepared(
        self, name: str, head: str, mark: str, steps: Sequence[Step], message: str
    ) -> str:
        """A branch that begins at `head` and has every step in one commit; its own head."""
        found = self._contents(head, [step.table for step in steps])
        for step in steps:
            there = found.get(step.table, {}).get("metadataLocation")
            if there != step.base:
                raise overtaken(step.table)
        self._forget(name)
        source = {"type": "BRANCH", "name": self._ref, "hash": head}
        self.client.change("POST", self._trees, source, query={"name": name, "type": "BRANCH"})
        body = {
            "commitMeta": {
                "message": message,
                "authors": ["jupyter-mesh"],
                "properties": {MARK: _plain(mark)},
            },
            "operations": list(self._operations(steps, found)),
        }
        address = f"{self._trees}/{self._path(name, head)}/history/commit"
        told = self.client.change("POST", address, body)
        return str(told["targetBranch"]["hash"])

    def _operations(
        self, steps: Sequence[Step], found: Mapping[TableName, Mapping[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        known = self.schemas()
        for schema in sorted({step.table.schema for step in steps if step.after}):
            if schema not in known:
                made = {"type": "NAMESPACE", "elements": [schema], "properties": {}}
                yield {"type": "PUT", "key": {"elements": [schema]}, "content": made}
        for step in steps:
            key = {"elements": [step.table.schema, step.table.table]}
            if step.after is None:
                yield {"type": "DELETE", "key": key}
                continue
            identity = {"id": found[step.table]["id"]} if step.table in found else {}
            head = current_id(step.after)
            content: dict[str, Any] = {
                "type": "ICEBERG_TABLE",
                **identity,
                "metadataLocation": step.location,
                "snapshotId": -1 if head is None else head,
                "schemaId": step.after["current-schema-id"],
                "specId": step.after["default-spec-id"],
                "sortOrderId": step.after["default-sort-order-id"],
            }
            yield {"type": "PUT", "key": key, "content": content}

    def _assigned(self, head: str, name: str, branch: str) -> bool:
        """Make the branch main if main is still at `head`; whether it was."""
        address = f"{self._trees}/{self._path(self._ref, head)}"
        body = {"type": "BRANCH", "name": name, "hash": branch}
        try:
            self.client.change("PUT", address, body, query={"type": "BRANCH"})
        except ConflictError:
            return False
        return True

    def _forget(self, name: str) -> None:
        """Remove a branch of ours; harmless when it is not there."""
        try:
            address = f"{self._trees}/{self._path(name, self._head(name))}"
            self.client.change("DELETE", address, query={"type": "BRANCH"})
        except (NameNotFound, ConflictError):
            return

    def _history(self, condition: str, most: int) -> Sequence[Mapping[str, Any]]:
        query = {"max-records": str(most), "fetch": "ALL"}
        if condition:
            query["filter"] = condition
        address = f"{self._trees}/{self._path(self._ref)}/history"
        found: Sequence[Mapping[str, Any]] = self.client.get(address, query)["logEntries"]
        return found[:most]


def _plain(mark: str) -> str:
    return _UNSAFE.sub("-", mark)


def _branch(mark: str) -> str:
    """A name that Nessie takes, another one for each mark."""
    digest = hashlib.sha256(mark.encode()).hexdigest()[:12]
    return f"mesh-{_plain(mark)[:80].strip('-')}-{digest}"

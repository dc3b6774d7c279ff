"""An Iceberg table's metadata as plain JSON: what it says, and the next one after a change.

Source: Iceberg table specification v2, Table Metadata. Pure functions; a document that was
read is never changed, so that it can be kept and shared. Keys we do not know are passed on.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_mesh.catalog.types import columns_of, evolved_fields
from jupyter_mesh.model.tables import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName

Document = dict[str, Any]

MAIN = "main"
# Branches and releases share files, so no engine may delete any behind a pointer's back.
MANAGED = {
    "gc.enabled": "false",
    "write.metadata.delete-after-commit.enabled": "false",
    "write.format.default": "parquet",
    "write.parquet.compression-codec": "zstd",
}
_LOGGED = 100
_NO_SPEC = {"spec-id": 0, "fields": []}
_NO_ORDER = {"order-id": 0, "fields": []}


def new_document(uuid: str, location: str, columns: Sequence[Column]) -> Document:
    """The metadata of an empty table."""
    ids = itertools.count(1)
    fields = evolved_fields((), columns, ids)
    return {
        "format-version": 2,
        "table-uuid": uuid,
        "location": location,
        "last-sequence-number": 0,
        "last-updated-ms": _now(),
        "last-column-id": next(ids) - 1,
        "schemas": [_schema(0, fields)],
        "current-schema-id": 0,
        "partition-specs": [_NO_SPEC],
        "default-spec-id": 0,
        "last-partition-id": 999,
        "properties": dict(MANAGED),
        "current-snapshot-id": -1,
        "refs": {},
        "snapshots": [],
        "snapshot-log": [],
        "metadata-log": [],
        "sort-orders": [_NO_ORDER],
        "default-sort-order-id": 0,
    }


def emptied(document: Document, columns: Sequence[Column]) -> Document:
    """The same table with exactly these columns and no rows; history and tags stay.

    Emptied as Iceberg replaces a table: the main reference goes, its snapshots stay. So a
    reader in time never meets an empty state between two full ones.
    """
    ids = itertools.count(document["last-column-id"] + 1)
    fields = evolved_fields(_current_schema(document)["fields"], columns, ids)
    last = next(ids) - 1
    schemas = document["schemas"]
    same = next((s for s in schemas if s["fields"] == fields), None)
    schema = same or _schema(max(s["schema-id"] for s in schemas) + 1, fields)
    refs = {name: ref for name, ref in document.get("refs", {}).items() if name != MAIN}
    return {
        **document,
        **_layout(document, {field["id"] for field in fields}),
        "last-column-id": last,
        "schemas": schemas if same else [*schemas, schema],
        "current-schema-id": schema["schema-id"],
        "current-snapshot-id": -1,
        "refs": refs,
        "properties": {**document.get("properties", {}), **MANAGED},
    }


def tagged(document: Document, tags: Mapping[str, int]) -> Document:
    """The same table with more tags on its snapshots."""
    added = {name: {"snapshot-id": key, "type": "tag"} for name, key in tags.items()}
    return {**document, "refs": {**document.get("refs", {}), **added}}


def restored(document: Document, snapshot_id: int, schema_id: int) -> Document | None:
    """The same table with an older snapshot current again; nothing when it is not in there."""
    if find_snapshot(document, snapshot_id) is None or not any(
        schema["schema-id"] == schema_id for schema in document["schemas"]
    ):
        return None
    entry = {"timestamp-ms": _later(document), "snapshot-id": snapshot_id}
    return {
        **document,
        "current-schema-id": schema_id,
        "current-snapshot-id": snapshot_id,
        "refs": {
            **document.get("refs", {}),
            MAIN: {"snapshot-id": snapshot_id, "type": "branch"},
        },
        "snapshot-log": [*document.get("snapshot-log", []), entry],
    }


def following(document: Document, base: Document, base_location: str) -> Document:
    """The document as the successor of another: later, and with that one in its log."""
    entry = {"timestamp-ms": base["last-updated-ms"], "metadata-file": base_location}
    log = [*base.get("metadata-log", []), entry]
    return {**document, "last-updated-ms": _later(base), "metadata-log": log[-_LOGGED:]}


def current_id(document: Document) -> int | None:
    """The current snapshot's id, or nothing for a table without rows."""
    found = document.get("current-snapshot-id")
    return None if found in {None, -1} else found


def find_snapshot(document: Document, snapshot_id: int) -> Document | None:
    """A snapshot's entry by its id."""
    entries: list[Document] = document.get("snapshots", [])
    return next((entry for entry in entries if entry["snapshot-id"] == snapshot_id), None)


def snapshot_of(
    table: TableName, location: str, document: Document, snapshot_id: int | None = None
) -> Snapshot:
    """The state a metadata file describes: its current one, or one of its older snapshots."""
    wanted = current_id(document) if snapshot_id is None else snapshot_id
    entry = None if wanted is None else find_snapshot(document, wanted)
    schema = _current_schema(document)
    if snapshot_id is not None and entry is not None and "schema-id" in entry:
        schema = schema_of(document, entry["schema-id"])
    moment = entry["timestamp-ms"] if entry else document["last-updated-ms"]
    return Snapshot(
        table=table,
        metadata_location=location,
        uuid=document["table-uuid"],
        snapshot_id=wanted,
        schema_id=schema["schema-id"],
        rows=0 if entry is None else rows_of(entry),
        columns=columns_of(schema),
        committed=datetime.fromtimestamp(moment / 1000, UTC),
        by_number=snapshot_id is not None,
    )


def snapshot_at(document: Document, moment: datetime) -> int | None:
    """The snapshot that was current at a moment, as far as the table's own log tells."""
    limit = moment.timestamp() * 1000
    log = document.get("snapshot-log", [])
    return next(
        (entry["snapshot-id"] for entry in reversed(log) if entry["timestamp-ms"] <= limit),
        None,
    )


def tags_of(document: Document) -> dict[str, int]:
    """The snapshots that have a tag, by its name."""
    refs = document.get("refs", {})
    return {name: ref["snapshot-id"] for name, ref in refs.items() if ref["type"] == "tag"}


def rows_of(entry: Mapping[str, Any]) -> int | None:
    """How many rows a snapshot has; nothing where its summary cannot tell exactly."""
    summary = entry.get("summary", {})
    total = summary.get("total-records")
    deletes = ("total-position-deletes", "total-equality-deletes")
    if total is None or any(int(summary.get(key) or 0) for key in deletes):
        return None
    return int(total)


def schema_of(document: Document, schema_id: int) -> Document:
    """A schema by its id; the current one when there is none of that id."""
    return next(
        (s for s in document["schemas"] if s["schema-id"] == schema_id),
        _current_schema(document),
    )


def _current_schema(document: Document) -> Document:
    wanted = document["current-schema-id"]
    found: Document = next(s for s in document["schemas"] if s["schema-id"] == wanted)
    return found


def _schema(number: int, fields: list[dict[str, Any]]) -> Document:
    return {"type": "struct", "schema-id": number, "fields": fields}


def _layout(document: Document, fields: set[int]) -> Document:
    """Partitions and sort order, given up when a column they stand on is no longer there."""
    changed: Document = {}
    specs = document["partition-specs"]
    spec = next(s for s in specs if s["spec-id"] == document["default-spec-id"])
    if any(part["source-id"] not in fields for part in spec["fields"]):
        plain = next((s for s in specs if not s["fields"]), None)
        plain = plain or {"spec-id": max(s["spec-id"] for s in specs) + 1, "fields": []}
        changed["partition-specs"] = specs if plain in specs else [*specs, plain]
        changed["default-spec-id"] = plain["spec-id"]
    orders = document["sort-orders"]
    order = next(o for o in orders if o["order-id"] == document["default-sort-order-id"])
    if any(part["source-id"] not in fields for part in order["fields"]):
        changed["sort-orders"] = orders if _NO_ORDER in orders else [*orders, _NO_ORDER]
        changed["default-sort-order-id"] = 0
    return changed


def _later(base: Document) -> int:
    return max(_now(), int(base["last-updated-ms"]))


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)

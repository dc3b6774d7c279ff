"""From one state of a table to another, as a catalog's clients say it: requirements, updates.

Source: Apache Iceberg REST catalog specification, TableRequirement and TableUpdate. Pure
functions over metadata documents. Numbers of schemas, specs and orders come out as ours,
because a catalog gives the next free one and every change is held to the state it began at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.catalog.metadata import MAIN, current_id, find_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.catalog.metadata import Document

Part = dict[str, Any]


def change_of(
    schema: str, table: str, base: Document | None, document: Document
) -> dict[str, Any]:
    """The protocol's table change that leads from one document to the other."""
    return {
        "identifier": {"namespace": [schema], "name": table},
        "requirements": requirements(base),
        "updates": list(_made(document) if base is None else _moved(base, document)),
    }


def requirements(base: Document | None) -> list[Part]:
    """What has to hold of the table: it is as the base says, or it is not there."""
    if base is None:
        return [{"type": "assert-create"}]
    head = current_id(base)
    return [
        {"type": "assert-table-uuid", "uuid": base["table-uuid"]},
        {"type": "assert-ref-snapshot-id", "ref": MAIN, "snapshot-id": head},
        {"type": "assert-current-schema-id", "current-schema-id": base["current-schema-id"]},
        {
            "type": "assert-last-assigned-field-id",
            "last-assigned-field-id": base["last-column-id"],
        },
        {"type": "assert-default-spec-id", "default-spec-id": base["default-spec-id"]},
        {
            "type": "assert-default-sort-order-id",
            "default-sort-order-id": base["default-sort-order-id"],
        },
    ]


def stands_at(found: Document | None, document: Document | None) -> bool:
    """Whether a table is in the state that a document says: identity, rows and columns."""
    if found is None or document is None:
        return found is document
    return _state(found) == _state(document)


def has_had(found: Document | None, document: Document | None) -> bool:
    """Whether a table is in that state or has gone on from it, as far as it can tell."""
    if stands_at(found, document):
        return True
    if found is None or document is None or found["table-uuid"] != document["table-uuid"]:
        return False
    head = current_id(document)
    return head is not None and find_snapshot(found, head) is not None


def put_back(found: Document, base: Document) -> Document:
    """A table's metadata with the rows, columns and layout of an earlier state made current."""
    refs = {name: ref for name, ref in found.get("refs", {}).items() if name != MAIN}
    if MAIN in base.get("refs", {}):
        refs[MAIN] = base["refs"][MAIN]
    kept = ("current-snapshot-id", "current-schema-id", "default-spec-id")
    return {
        **found,
        **{key: base[key] for key in (*kept, "default-sort-order-id") if key in base},
        "refs": refs,
        "properties": base.get("properties", {}),
    }


def _state(document: Document) -> tuple[Any, ...]:
    schema = next(
        one for one in document["schemas"] if one["schema-id"] == document["current-schema-id"]
    )
    # Catalogs spell a type's details in their own way; numbers and names they keep.
    fields = [(field["id"], field["name"]) for field in schema["fields"]]
    return document["table-uuid"], current_id(document), fields


def _made(document: Document) -> Iterator[Part]:
    """The updates that make a table from nothing."""
    yield {"action": "assign-uuid", "uuid": document["table-uuid"]}
    yield {"action": "upgrade-format-version", "format-version": document["format-version"]}
    yield from _schemas(document, document["schemas"], None)
    for spec in document["partition-specs"]:
        yield {"action": "add-spec", "spec": spec}
    yield {"action": "set-default-spec", "spec-id": document["default-spec-id"]}
    for order in document["sort-orders"]:
        yield {"action": "add-sort-order", "sort-order": order}
    number = document["default-sort-order-id"]
    yield {"action": "set-default-sort-order", "sort-order-id": number}
    yield {"action": "set-location", "location": document["location"]}
    yield {"action": "set-properties", "updates": document.get("properties", {})}
    yield from _snapshots(document, set())
    yield from _refs(document, {})


def _moved(base: Document, document: Document) -> Iterator[Part]:
    """The updates that lead from a state of a table to a later one."""
    known = {schema["schema-id"] for schema in base["schemas"]}
    added = [one for one in document["schemas"] if one["schema-id"] not in known]
    yield from _schemas(document, added, base)
    yield from _layout(base, document)
    before, after = base.get("properties", {}), document.get("properties", {})
    updates = {key: value for key, value in after.items() if before.get(key) != value}
    if updates:
        yield {"action": "set-properties", "updates": updates}
    if removals := sorted(set(before) - set(after)):
        yield {"action": "remove-properties", "removals": removals}
    known = {snapshot["snapshot-id"] for snapshot in base.get("snapshots", [])}
    yield from _snapshots(document, known)
    yield from _refs(document, base.get("refs", {}))


def _schemas(document: Document, added: list[Part], base: Document | None) -> Iterator[Part]:
    last = document["last-column-id"]
    for schema in sorted(added, key=lambda one: int(one["schema-id"])):
        # Deprecated in the standard, and still insisted on by some.
        yield {"action": "add-schema", "schema": schema, "last-column-id": last}
    wanted = document["current-schema-id"]
    if base is None or base["current-schema-id"] != wanted:
        yield {"action": "set-current-schema", "schema-id": wanted}


def _layout(base: Document, document: Document) -> Iterator[Part]:
    """Partitions and sort order, where they became others."""
    known = {spec["spec-id"] for spec in base["partition-specs"]}
    for spec in document["partition-specs"]:
        if spec["spec-id"] not in known:
            yield {"action": "add-spec", "spec": spec}
    if base["default-spec-id"] != document["default-spec-id"]:
        yield {"action": "set-default-spec", "spec-id": document["default-spec-id"]}
    known = {order["order-id"] for order in base["sort-orders"]}
    for order in document["sort-orders"]:
        if order["order-id"] not in known:
            yield {"action": "add-sort-order", "sort-order": order}
    number = document["default-sort-order-id"]
    if base["default-sort-order-id"] != number:
        yield {"action": "set-default-sort-order", "sort-order-id": number}


def _snapshots(document: Document, known: set[int]) -> Iterator[Part]:
    found = document.get("snapshots", [])
    for snapshot in sorted(found, key=lambda one: int(one.get("sequence-number", 0))):
        if snapshot["snapshot-id"] not in known:
            yield {"action": "add-snapshot", "snapshot": snapshot}


def _refs(document: Document, before: dict[str, Part]) -> Iterator[Part]:
    after = document.get("refs", {})
    for name in sorted(set(before) - set(after)):
        yield {"action": "remove-snapshot-ref", "ref-name": name}
    for name, ref in sorted(after.items()):
        if before.get(name) != ref:
            yield {"action": "set-snapshot-ref", "ref-name": name, **ref}

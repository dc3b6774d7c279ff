"""An Iceberg view's metadata as plain JSON: a new one, and the next one after updates.

Source: Iceberg view specification v1, View Metadata; updates as in the REST catalog's
CommitViewRequest. Pure functions; a document that was read is never changed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.catalog.types import columns_of, evolved_fields
from jupyter_mesh.errors import ConflictError, InputError, QueryError
from jupyter_mesh.model.tables import View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_mesh.model.names import TableName

Document = dict[str, Any]

_LAST = -1
_LOGGED = 10
_DIALECT = "trino"


def document_of(view: View, location: str, base: Document | None = None) -> Document:
    """The metadata of a view of ours: a new one's at `location`, or the next of `base`."""
    schema = {
        "type": "struct",
        "fields": evolved_fields([], view.columns, count(1)),
    }
    version = {
        "schema-id": _LAST,
        "summary": {"engine-name": "jupyter-mesh"},
        "default-catalog": view.catalog,
        "default-namespace": [view.schema],
        "representations": [{"type": "sql", "sql": view.sql, "dialect": _DIALECT}],
    }
    comment = {"comment": view.comment} if view.comment else {}
    if base is None:
        return new_view(location, schema, version, comment)
    said: list[Document] = [{"action": "remove-properties", "removals": ["comment"]}]
    if comment:
        said = [{"action": "set-properties", "updates": comment}]
    return updated(
        base,
        [],
        [
            {"action": "add-schema", "schema": schema},
            {"action": "add-view-version", "view-version": version},
            {"action": "set-current-view-version", "view-version-id": _LAST},
            *said,
        ],
    )


def view_of(name: TableName, document: Document) -> View:
    """A view as its metadata tells it; QueryError where it is not told in Trino's SQL."""
    version = _current(document)
    told = {one["dialect"].lower(): one["sql"] for one in version["representations"]}
    if _DIALECT not in told:
        raise QueryError(
            f"The view {name} is written in the SQL of {', '.join(sorted(told))}.",
            remedy="Make it anew in Trino's SQL: CREATE OR REPLACE VIEW.",
        )
    schema = next(
        one for one in document["schemas"] if one["schema-id"] == version["schema-id"]
    )
    return View(
        name,
        told[_DIALECT],
        version.get("default-catalog") or name.catalog,
        ".".join(version["default-namespace"]) or name.schema,
        columns_of(schema),
        document.get("properties", {}).get("comment", ""),
    )


def sql_of(document: Document) -> str:
    """The query of a view: in Trino's SQL, else in the first that it is told in."""
    told = _current(document)["representations"]
    ours = (one["sql"] for one in told if one["dialect"].lower() == _DIALECT)
    return str(next(ours, told[0]["sql"] if told else ""))


def _current(document: Document) -> Document:
    number = document["current-version-id"]
    version: Document = next(one for one in document["versions"] if one["version-id"] == number)
    return version


def new_view(
    location: str, schema: Document, version: Document, properties: Mapping[str, str]
) -> Document:
    """The metadata of a view with one version; InputError when a part is not right."""
    document: Document = {
        "view-uuid": str(uuid4()),
        "format-version": 1,
        "location": location,
        "schemas": [{**schema, "schema-id": 0}],
        "versions": [],
        "version-log": [],
        "properties": dict(properties),
    }
    added = _with_version(document, {**version, "schema-id": 0})
    return checked(_with_current(added, added["versions"][-1]["version-id"]))


def updated(
    document: Document,
    requirements: Sequence[Mapping[str, Any]],
    updates: Sequence[Mapping[str, Any]],
) -> Document:
    """The view after updates, in their order.

    Raises ConflictError when it is another view than the client believed, InputError for an
    update that is not known or does not fit.
    """
    for requirement in requirements:
        if requirement.get("type") != "assert-view-uuid":
            raise InputError(f"{requirement.get('type')!r} cannot be required of a view.")
        if requirement.get("uuid") != document["view-uuid"]:
            raise ConflictError("The view was made anew since it was read.")
    numbers: dict[Any, int] = {}
    for update in updates:
        try:
            document = _after(document, update, numbers)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"The update {update.get('action')!r} is not whole.") from error
    return checked(document)


def checked(document: Document) -> Document:
    """The document itself; pydantic's ValidationError when it is no view's metadata."""
    from pyiceberg.view.metadata import ViewMetadata

    ViewMetadata.model_validate(document)
    return document


def _after(document: Document, update: Mapping[str, Any], numbers: dict[Any, int]) -> Document:
    """The view after one update; `numbers` are the versions added so far, by what the client
    calls them.
    """
    action = update.get("action")
    if action == "add-view-version":
        version = update["view-version"]
        added = _with_version(document, version)
        numbers[version.get("version-id")] = added["versions"][-1]["version-id"]
        numbers[_LAST] = added["versions"][-1]["version-id"]
        return added
    if action == "set-current-view-version":
        wanted = update["view-version-id"]
        return _with_current(document, numbers.get(wanted, wanted))
    if action not in _SIMPLE:
        raise InputError(f"A view has no update {action!r}.")
    return {**document, **_SIMPLE[action](document, update)}


def _with_version(document: Document, version: Mapping[str, Any]) -> Document:
    number = max((one["version-id"] for one in document["versions"]), default=0) + 1
    schema = version.get("schema-id")
    known = [one["schema-id"] for one in document["schemas"]]
    schema = known[-1] if schema == _LAST else schema
    if schema not in known:
        raise InputError(f"The view has no schema {schema}.")
    added = {"timestamp-ms": _now(), **version, "version-id": number, "schema-id": schema}
    return {**document, "versions": [*document["versions"], added][-_LOGGED:]}


def _with_current(document: Document, number: int) -> Document:
    if all(one["version-id"] != number for one in document["versions"]):
        raise InputError(f"The view has no version {number}.")
    entry = {"timestamp-ms": _now(), "version-id": number}
    log = [*document["version-log"], entry]
    return {**document, "current-version-id": number, "version-log": log[-_LOGGED:]}


def _with_schema(document: Document, update: Mapping[str, Any]) -> Document:
    fields = update["schema"]["fields"]
    same = next((one for one in document["schemas"] if one["fields"] == fields), None)
    others = [one for one in document["schemas"] if one is not same]
    number = max(one["schema-id"] for one in document["schemas"]) + 1
    # The one that was added last stands last, also when it was there before.
    return {"schemas": [*others, same or {**update["schema"], "schema-id": number}]}


def _with_properties(document: Document, update: Mapping[str, Any]) -> Document:
    return {"properties": {**document.get("properties", {}), **update["updates"]}}


def _without_properties(document: Document, update: Mapping[str, Any]) -> Document:
    gone = set(update["removals"])
    kept = {k: v for k, v in document.get("properties", {}).items() if k not in gone}
    return {"properties": kept}


def _unchanged(_document: Document, _update: Mapping[str, Any]) -> Document:
    # Identity, format and place are the catalog's to give.
    return {}


_SIMPLE: dict[Any, Callable[[Document, Mapping[str, Any]], Document]] = {
    "assign-uuid": _unchanged,
    "upgrade-format-version": _unchanged,
    "set-location": _unchanged,
    "add-schema": _with_schema,
    "set-properties": _with_properties,
    "remove-properties": _without_properties,
}


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)

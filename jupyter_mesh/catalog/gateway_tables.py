"""The gateway's answers about tables; a commit over several is all or nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jupyter_mesh.catalog import gateway_changes as changes
from jupyter_mesh.catalog.gateway_answers import (
    checked_name,
    json_answer,
    listed,
    namespace_of,
)
from jupyter_mesh.errors import InputError

if TYPE_CHECKING:
    from typing import Any

    from pyiceberg.table.metadata import TableMetadata

    from jupyter_mesh.catalog.gateway_answers import Answer, Request, Scope


def list_all(scope: Scope, namespace: str, request: Request) -> Answer:
    """The tables of a schema that the caller is shown."""
    scope.check_namespace(namespace)
    tables = scope.lake.tables(namespace, scope.branch)
    page, more = listed(request, [name for name in tables if scope.sees(namespace, name)])
    found = [{"namespace": [namespace], "name": name} for name in page]
    return json_answer({"identifiers": found, **more})


def create(scope: Scope, namespace: str, request: Request) -> Answer:
    """Make a table, or say how one would begin that a later commit makes."""
    wanted = changes.CreateRequest.model_validate_json(request.body)
    scope.check_namespace(namespace)
    table = scope.writable(namespace, wanted.name)
    scope.check_free(table)
    if wanted.stage_create:
        return 200, _loaded(changes.stage(scope.lake, table, wanted), "")
    metadata, location = changes.create(scope.lake, scope.branch, table, wanted)
    return 200, _loaded(metadata, location)


def load(scope: Scope, namespace: str, table: str, _request: Request) -> Answer:
    """A table's metadata."""
    name = scope.readable(namespace, table)
    scope.check_namespace(namespace)
    found = scope.lake.load(name, scope.branch)
    return 200, _loaded(found.metadata, found.metadata_location)


def commit(scope: Scope, namespace: str, table: str, request: Request) -> Answer:
    """Change one table."""
    wanted = changes.CommitRequest.model_validate_json(request.body)
    name = scope.writable(namespace, table)
    scope.check_namespace(namespace)
    [(metadata, location)] = changes.commit(scope.lake, scope.branch, [(name, wanted)])
    return 200, _loaded(metadata, location)


def commit_all(scope: Scope, request: Request) -> Answer:
    """Change several tables at once, or none."""
    wanted = changes.TransactionRequest.model_validate_json(request.body).table_changes
    named = [(change.table(scope.lake.name), change) for change in wanted]
    for table, _change in named:
        scope.writable(table.schema, table.table)
    changes.commit(scope.lake, scope.branch, named)
    return 204, b""


def drop(scope: Scope, namespace: str, table: str, _request: Request) -> Answer:
    """Remove a table's pointer.

    Asked to purge or not, files stay: other branches and releases may share them.
    """
    name = scope.writable(namespace, table)
    scope.check_namespace(namespace)
    scope.lake.drop(name, scope.branch)
    return 204, b""


def rename(scope: Scope, request: Request) -> Answer:
    """Give a table another name."""
    old, new = (scope.writable(*names) for names in renaming(request))
    scope.check_namespace(old.schema)
    scope.check_namespace(new.schema)
    scope.check_free(new)
    scope.lake.rename(old, new, scope.branch)
    return 204, b""


def renaming(request: Request) -> tuple[tuple[str, str], tuple[str, str]]:
    """The old and the new name in a request to rename: schema and table of each."""
    wanted = request.json()
    return _identifier(wanted.get("source")), _identifier(wanted.get("destination"))


def _identifier(value: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise InputError("Name a source and a destination.")
    return namespace_of(value.get("namespace")), checked_name(value["name"])


def _loaded(metadata: TableMetadata, location: str) -> bytes:
    """The protocol's LoadTableResult, around metadata that is JSON already."""
    place = f'"metadata-location": {json.dumps(location)}, ' if location else ""
    return f'{{{place}"metadata": {metadata.model_dump_json()}, "config": {{}}}}'.encode()

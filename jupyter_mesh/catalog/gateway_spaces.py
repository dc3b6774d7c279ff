"""The gateway's answers about schemas, which the protocol calls namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.catalog.gateway_answers import (
    AlreadyThere,
    NotEmpty,
    json_answer,
    listed,
    namespace_of,
)
from jupyter_mesh.errors import InputError

if TYPE_CHECKING:
    from jupyter_mesh.catalog.gateway_answers import Answer, Request, Scope


def list_all(scope: Scope, request: Request) -> Answer:
    """The schemas that the caller is shown; there is nothing below a schema."""
    if parent := request.query.get("parent"):
        scope.check_namespace(parent)
        return json_answer({"namespaces": []})
    shown = [name for name in scope.lake.schemas(scope.branch) if scope.sees(name)]
    page, more = listed(request, shown)
    return json_answer({"namespaces": [[name] for name in page], **more})


def create(scope: Scope, request: Request) -> Answer:
    """Make a schema."""
    wanted = request.json()
    name = namespace_of(wanted.get("namespace"))
    noted = _texts(wanted.get("properties"))
    scope.caller.check_schema(scope.lake.name, name, scope.branch)
    if name in scope.lake.schemas(scope.branch):
        raise AlreadyThere(f"The schema {name} is already there.")
    scope.lake.create_schema(name, scope.branch)
    if noted:
        scope.lake.set_properties(name, scope.branch, noted, ())
    return json_answer({"namespace": [name], "properties": noted})


def load(scope: Scope, namespace: str, _request: Request) -> Answer:
    """A schema with its properties."""
    scope.check_namespace(namespace)
    noted = dict(scope.lake.properties(namespace, scope.branch))
    return json_answer({"namespace": [namespace], "properties": noted})


def update(scope: Scope, namespace: str, request: Request) -> Answer:
    """Change a schema's properties."""
    wanted = request.json()
    updates, removals = _texts(wanted.get("updates")), wanted.get("removals") or []
    if not isinstance(removals, list) or not all(isinstance(key, str) for key in removals):
        raise InputError("Removals are a list of names.")
    if both := sorted(set(updates) & set(removals)):
        raise InputError(f"{both[0]} is to be set and to be removed.")
    scope.check_namespace(namespace)
    scope.caller.check_schema(scope.lake.name, namespace, scope.branch)
    known = scope.lake.properties(namespace, scope.branch)
    scope.lake.set_properties(namespace, scope.branch, updates, removals)
    return json_answer(
        {
            "updated": list(updates),
            "removed": [key for key in removals if key in known],
            "missing": [key for key in removals if key not in known],
        }
    )


def drop(scope: Scope, namespace: str, _request: Request) -> Answer:
    """Remove an empty schema."""
    scope.check_namespace(namespace)
    scope.caller.check_schema(scope.lake.name, namespace, scope.branch)
    held = (
        *scope.lake.tables(namespace, scope.branch),
        *scope.lake.views.names(namespace, scope.branch),
    )
    if held:
        raise NotEmpty(f"The schema {namespace} still holds {held[0]}.")
    scope.lake.drop_schema(namespace, scope.branch)
    return 204, b""


def _texts(value: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InputError("Properties are texts by name.")
    return value

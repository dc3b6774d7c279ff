"""The gateway's answers about views, which other people's engines make and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field
from pyiceberg.typedef import IcebergBaseModel

from jupyter_mesh.catalog.gateway_answers import json_answer, listed
from jupyter_mesh.catalog.gateway_tables import renaming
from jupyter_mesh.catalog.view_metadata import new_view, updated

if TYPE_CHECKING:
    from jupyter_mesh.catalog.gateway_answers import Answer, Request, Scope
    from jupyter_mesh.catalog.view_metadata import Document


class CreateViewRequest(IcebergBaseModel):
    """The protocol's CreateViewRequest; its parts are held against the standard when put
    together.
    """

    name: str = Field(min_length=1)
    view_schema: dict[str, Any] = Field(alias="schema")
    view_version: dict[str, Any] = Field(alias="view-version")
    properties: dict[str, str] = Field(default_factory=dict)


class CommitViewRequest(IcebergBaseModel):
    """The protocol's CommitViewRequest."""

    requirements: list[dict[str, Any]] = Field(default_factory=list)
    updates: list[dict[str, Any]] = Field(min_length=1)


def list_all(scope: Scope, namespace: str, request: Request) -> Answer:
    """The views of a schema that the caller is shown."""
    scope.check_namespace(namespace)
    views = scope.lake.views.names(namespace, scope.branch)
    page, more = listed(request, [name for name in views if scope.sees(namespace, name)])
    found = [{"namespace": [namespace], "name": name} for name in page]
    return json_answer({"identifiers": found, **more})


def create(scope: Scope, namespace: str, request: Request) -> Answer:
    """Make a view."""
    wanted = CreateViewRequest.model_validate_json(request.body)
    scope.check_namespace(namespace)
    view = scope.writable(namespace, wanted.name)
    scope.check_free(view)
    document = new_view(
        scope.lake.location_for(view),
        wanted.view_schema,
        wanted.view_version,
        wanted.properties,
    )
    return _loaded(document, scope.lake.views.create(view, scope.branch, document))


def load(scope: Scope, namespace: str, view: str, _request: Request) -> Answer:
    """A view's metadata."""
    name = scope.readable(namespace, view)
    scope.check_namespace(namespace)
    location, document = scope.lake.views.load(name, scope.branch)
    return _loaded(document, location)


def replace(scope: Scope, namespace: str, view: str, request: Request) -> Answer:
    """Change a view."""
    wanted = CommitViewRequest.model_validate_json(request.body)
    name = scope.writable(namespace, view)
    scope.check_namespace(namespace)
    base, document = scope.lake.views.load(name, scope.branch)
    changed = updated(document, wanted.requirements, wanted.updates)
    return _loaded(changed, scope.lake.views.replace(name, scope.branch, base, changed))


def drop(scope: Scope, namespace: str, view: str, _request: Request) -> Answer:
    """Remove a view."""
    name = scope.writable(namespace, view)
    scope.check_namespace(namespace)
    scope.lake.views.drop(name, scope.branch)
    return 204, b""


def rename(scope: Scope, request: Request) -> Answer:
    """Give a view another name."""
    old, new = (scope.writable(*names) for names in renaming(request))
    scope.check_namespace(old.schema)
    scope.check_namespace(new.schema)
    scope.check_free(new)
    scope.lake.views.rename(old, new, scope.branch)
    return 204, b""


def _loaded(document: Document, location: str) -> Answer:
    return json_answer({"metadata-location": location, "metadata": document, "config": {}})

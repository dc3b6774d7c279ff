"""The OpenAPI document (3.1), written from the route table."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jupyter_mesh.server.route import JSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mesh.server.route import Route

_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {key: {"type": "string"} for key in ("type", "message", "remedy")},
            "required": ["type", "message", "remedy"],
        }
    },
    "required": ["error"],
}
_FAILURES = {
    "400": "Something that was sent is not right.",
    "403": "Not logged in, or not allowed.",
    "404": "There is no such thing.",
    "409": "Somebody else was faster, or it is not the moment.",
    "422": "The engine or a contract refuses it.",
    "503": "The disk, the database or the object store failed.",
}


def document(routes: Iterable[Route], base: str) -> dict[str, Any]:
    """All routes below an address, with what they take and answer."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(f"/{route.path}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "jupyter-mesh", "version": version("jupyter-mesh")},
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"}
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}-{route.path.replace('/', '-')}",
        "responses": {str(route.status): _answer(route)} | _failures(),
    }
    parameters = [_in_path(name) for name in route.in_path]
    if route.method == "POST":
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": route.schema}},
        }
    else:
        parameters += [
            {
                "name": one.name,
                "in": "query",
                "required": one.required,
                "description": one.help,
                "schema": one.schema,
            }
            for one in route.asked
        ]
    if parameters:
        operation["parameters"] = parameters
    return operation


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _answer(route: Route) -> dict[str, Any]:
    if isinstance(route.answers, str):
        content: dict[str, Any] = {route.answers: {"schema": {}}}
    else:
        content = {JSON: {"schema": route.answers}}
    return {"description": "As asked.", "content": content}


def _failures() -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {
        status: {"description": text, "content": {JSON: schema}}
        for status, text in _FAILURES.items()
    }

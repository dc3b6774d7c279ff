"""The gateway's routes: Iceberg REST requests answered from a lake, errors in its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pyiceberg.exceptions import CommitFailedException

from jupyter_mesh.catalog import gateway_spaces as spaces
from jupyter_mesh.catalog import gateway_tables as tables
from jupyter_mesh.catalog import gateway_views as views
from jupyter_mesh.catalog.gateway_answers import (
    NoRoute,
    Request,
    Scope,
    json_answer,
    kind_of,
    refusal,
)
from jupyter_mesh.errors import AccessDenied, MeshError, NameNotFound
from jupyter_mesh.model.tables import AuditEntry, BranchState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_mesh.catalog.gateway_answers import Answer
    from jupyter_mesh.catalog.lake import Lake

    Steps = Mapping[tuple[str, str], Callable[..., Answer]]

# Ordered as the standard lists them; what is not here, a client must not ask for.
_ALL: Steps = {
    ("GET", "namespaces"): spaces.list_all,
    ("POST", "namespaces"): spaces.create,
    ("POST", "tables/rename"): tables.rename,
    ("POST", "views/rename"): views.rename,
    ("POST", "transactions/commit"): tables.commit_all,
}
_OF_NAMESPACE: Steps = {
    ("GET", ""): spaces.load,
    ("HEAD", ""): spaces.load,
    ("DELETE", ""): spaces.drop,
    ("POST", "properties"): spaces.update,
    ("GET", "tables"): tables.list_all,
    ("POST", "tables"): tables.create,
    ("GET", "views"): views.list_all,
    ("POST", "views"): views.create,
}
_OF_ONE: Steps = {
    ("GET", "tables"): tables.load,
    ("HEAD", "tables"): tables.load,
    ("POST", "tables"): tables.commit,
    ("DELETE", "tables"): tables.drop,
    ("GET", "views"): views.load,
    ("HEAD", "views"): views.load,
    ("POST", "views"): views.replace,
    ("DELETE", "views"): views.drop,
}
_ONE = {"tables": "{table}", "views": "{view}"}
ENDPOINTS = (
    *(f"{method} /v1/{{prefix}}/{path}" for method, path in _ALL),
    *(
        f"{method} /v1/{{prefix}}/namespaces/{{namespace}}/{path}".rstrip("/")
        for method, path in _OF_NAMESPACE
    ),
    *(
        f"{method} /v1/{{prefix}}/namespaces/{{namespace}}/{path}/{_ONE[path]}"
        for method, path in _OF_ONE
    ),
)
_READING = frozenset({"GET", "HEAD"})


def answer(catalogs: Mapping[str, Lake], request: Request) -> Answer:
    """Answer a request: status and JSON body; every fault becomes the protocol's error."""
    try:
        status, body = _route(catalogs, request)
    except MeshError as error:
        return refusal(error.status, kind_of(error), error.message)
    except CommitFailedException as error:
        return refusal(409, "CommitFailedException", str(error))
    except ValidationError as error:
        return refusal(400, "BadRequestException", f"{error.error_count()} fields are wrong.")
    except (ValueError, RecursionError) as error:
        # pyiceberg refuses an update that does not fit the table by a bare ValueError.
        return refusal(400, "BadRequestException", str(error))
    except Exception as error:
        # The last door: a thread that ended here would leave the client waiting.
        return refusal(500, "InternalServerError", f"{type(error).__name__}: {error}")
    return (204, b"") if request.method == "HEAD" else (status, body)


def _route(catalogs: Mapping[str, Lake], request: Request) -> Answer:
    match request.method, request.parts:
        case "GET", ("v1", "config"):
            return _config(catalogs, request)
        case _, ("v1", prefix, *rest) if rest:
            scope = _scope(catalogs, prefix, request)
            return _recorded(scope, request, tuple(rest))
    raise NoRoute(request)


def _recorded(scope: Scope, request: Request, rest: tuple[str, ...]) -> Answer:
    """The answer; what strangers change, or want to, is written down."""
    if request.caller.is_trusted or request.method in _READING:
        return _dispatch(scope, request, rest)
    outcome = "done"
    try:
        return _dispatch(scope, request, rest)
    except AccessDenied as error:
        outcome = error.message
        raise
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        scope.lake.record(
            AuditEntry(
                datetime.now(UTC),
                request.caller.actor,
                "gateway",
                f"{request.method} {'/'.join(rest)}",
                outcome=outcome,
                facts={"branch": scope.branch},
            )
        )


def _dispatch(scope: Scope, request: Request, rest: tuple[str, ...]) -> Answer:
    match rest:
        case ("namespaces", namespace, *path) if len(path) < 2:
            step = _step(_OF_NAMESPACE, request, *path)
            return step(scope, namespace, request)
        case ("namespaces", namespace, kind, name):
            return _step(_OF_ONE, request, kind)(scope, namespace, name, request)
    return _step(_ALL, request, "/".join(rest))(scope, request)


def _step(steps: Steps, request: Request, path: str = "") -> Callable[..., Answer]:
    if (request.method, path) not in steps:
        raise NoRoute(request)
    return steps[request.method, path]


def _scope(catalogs: Mapping[str, Lake], prefix: str, request: Request) -> Scope:
    catalog, _at, branch = prefix.partition("@")
    # Before it is looked up: who may not read it is not told whether it is there.
    request.caller.check_place(catalog, branch)
    if catalog not in catalogs:
        raise NameNotFound("warehouse", prefix, catalogs)
    lake = catalogs[catalog]
    if branch:
        state = lake.branch(branch).state
        # A change of a closed branch is refused by the lake as a conflict.
        if state != BranchState.OPEN and request.method in _READING:
            raise NameNotFound("open branch", f"{branch} ({state})")
    return Scope(lake, branch, request.caller)


def _config(catalogs: Mapping[str, Lake], request: Request) -> Answer:
    warehouse = request.query.get("warehouse", "")
    scope = _scope(catalogs, warehouse, request)
    return json_answer(
        {
            "defaults": {"default-base-location": scope.lake.warehouse},
            "overrides": {"prefix": warehouse},
            "endpoints": list(ENDPOINTS),
        }
    )

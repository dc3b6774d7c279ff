"""The gateway's routes: Iceberg REST requests answered from a lake, errors in its words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pyiceberg.exceptions import CommitFailedException

from jupyter_mesh.catalog import gateway_changes as changes
from jupyter_mesh.errors import (
    ConflictError,
    InputError,
    MeshError,
    NameNotFound,
    StorageError,
)
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import BranchState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyiceberg.table.metadata import TableMetadata

    from jupyter_mesh.catalog.lake import Lake

_SEPARATOR = "\x1f"
ENDPOINTS = (
    "GET /v1/{prefix}/namespaces",
    "POST /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "DELETE /v1/{prefix}/namespaces/{namespace}",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/tables",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/transactions/commit",
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: method, path in its decoded parts, query and body."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; InputError when it is none."""
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise InputError("The body is not JSON.") from error
        if not isinstance(value, dict):
            raise InputError("The body is not a JSON object.")
        return value


@dataclass(frozen=True, slots=True)
class Scope:
    """The branch of the lake that a request's prefix names."""

    lake: Lake
    branch: str

    def table(self, namespace: str, table: str) -> TableName:
        """The full name of a table of this scope."""
        return TableName(self.lake.name, namespace, table)

    def check_namespace(self, namespace: str) -> None:
        """Raise NameNotFound when there is no such schema on the branch."""
        known = self.lake.schemas(self.branch)
        if namespace not in known:
            raise NameNotFound("schema", namespace, known)


def warehouse_of(catalog: str, branch: str) -> str:
    """The name a branch has as warehouse and as prefix."""
    return f"{catalog}@{branch}" if branch else catalog


def answer(catalogs: Mapping[str, Lake], request: Request) -> tuple[int, bytes]:
    """Answer a request: status and JSON body; every fault becomes the protocol's error."""
    try:
        status, body = _route(catalogs, request)
    except MeshError as error:
        return refusal(error.status, _kind(error), error.message)
    except CommitFailedException as error:
        return refusal(409, "CommitFailedException", str(error))
    except ValidationError as error:
        return refusal(400, "BadRequestException", f"{error.error_count()} fields are wrong.")
    except ValueError as error:
        # pyiceberg refuses an update that does not fit the table by a bare ValueError.
        return refusal(400, "BadRequestException", str(error))
    except Exception as error:
        # The last door: a thread that ended here would leave the client waiting.
        return refusal(500, "InternalServerError", f"{type(error).__name__}: {error}")
    return (204, b"") if request.method == "HEAD" else (status, body)


def _route(catalogs: Mapping[str, Lake], request: Request) -> tuple[int, bytes]:
    match request.method, request.parts:
        case "GET", ("v1", "config"):
            return _config(catalogs, request)
        case method, ("v1", prefix, *rest) if rest:
            return _dispatch(_scope(catalogs, prefix, method), method, tuple(rest), request)
    raise _NoRoute(request)


def _dispatch(
    scope: Scope, method: str, rest: tuple[str, ...], request: Request
) -> tuple[int, bytes]:
    match rest:
        case ("namespaces",):
            return _on(request, GET=_list_namespaces, POST=_create_namespace)(scope, request)
        case ("namespaces", namespace):
            steps = _on(
                request, GET=_load_namespace, HEAD=_load_namespace, DELETE=_drop_namespace
            )
            return steps(scope, namespace)
        case ("namespaces", namespace, "tables"):
            scope.check_namespace(namespace)
            return _on(request, GET=_list_tables, POST=_create_table)(scope, namespace, request)
        case ("namespaces", namespace, "tables", table):
            steps = _on(
                request,
                GET=_load_table,
                HEAD=_load_table,
                POST=_commit_table,
                DELETE=_drop_table,
            )
            return steps(scope, scope.table(namespace, table), request)
        case ("transactions", "commit") if method == "POST":
            return _commit_tables(scope, request)
    raise _NoRoute(request)


def _on(
    request: Request, **steps: Callable[..., tuple[int, bytes]]
) -> Callable[..., tuple[int, bytes]]:
    if request.method not in steps:
        raise _NoRoute(request)
    return steps[request.method]


def _scope(catalogs: Mapping[str, Lake], prefix: str, method: str) -> Scope:
    catalog, _at, branch = prefix.partition("@")
    if catalog not in catalogs:
        raise NameNotFound("warehouse", prefix, catalogs)
    lake = catalogs[catalog]
    if branch:
        state = lake.branch(branch).state
        # A change of a closed branch is refused by the lake as a conflict.
        if state != BranchState.OPEN and method in {"GET", "HEAD"}:
            raise NameNotFound("open branch", f"{branch} ({state})")
    return Scope(lake, branch)


# -- the routes --------------------------------------------------------------------------------


def _config(catalogs: Mapping[str, Lake], request: Request) -> tuple[int, bytes]:
    warehouse = request.query.get("warehouse", "")
    _scope(catalogs, warehouse, request.method)
    return _json(
        {"defaults": {}, "overrides": {"prefix": warehouse}, "endpoints": list(ENDPOINTS)}
    )


def _list_namespaces(scope: Scope, request: Request) -> tuple[int, bytes]:
    if parent := request.query.get("parent"):
        scope.check_namespace(parent)
        return _json({"namespaces": []})
    return _json({"namespaces": [[name] for name in scope.lake.schemas(scope.branch)]})


def _create_namespace(scope: Scope, request: Request) -> tuple[int, bytes]:
    match request.json().get("namespace"):
        case [str(name)] if name and _SEPARATOR not in name:
            pass
        case _:
            raise InputError("A schema has one name; schemas in schemas are not kept here.")
    if name in scope.lake.schemas(scope.branch):
        raise _AlreadyThere(f"The schema {name} is already there.")
    scope.lake.create_schema(name, scope.branch)
    return _json({"namespace": [name], "properties": {}})


def _load_namespace(scope: Scope, namespace: str) -> tuple[int, bytes]:
    scope.check_namespace(namespace)
    return _json({"namespace": [namespace], "properties": {}})


def _drop_namespace(scope: Scope, namespace: str) -> tuple[int, bytes]:
    scope.check_namespace(namespace)
    if scope.lake.tables(namespace, scope.branch):
        raise _NotEmpty(f"The schema {namespace} still holds tables.")
    scope.lake.drop_schema(namespace, scope.branch)
    return 204, b""


def _list_tables(scope: Scope, namespace: str, _request: Request) -> tuple[int, bytes]:
    names = scope.lake.tables(namespace, scope.branch)
    return _json({"identifiers": [{"namespace": [namespace], "name": name} for name in names]})


def _create_table(scope: Scope, namespace: str, request: Request) -> tuple[int, bytes]:
    wanted = changes.CreateRequest.model_validate_json(request.body)
    table = scope.table(namespace, wanted.name)
    if wanted.name in scope.lake.tables(namespace, scope.branch):
        raise _AlreadyThere(f"The table {table} is already there.")
    if wanted.stage_create:
        return 200, _table(changes.stage(scope.lake, table, wanted), "")
    metadata, location = changes.create(scope.lake, scope.branch, table, wanted)
    return 200, _table(metadata, location)


def _load_table(scope: Scope, table: TableName, _request: Request) -> tuple[int, bytes]:
    found = scope.lake.load(table, scope.branch)
    return 200, _table(found.metadata, found.metadata_location)


def _drop_table(scope: Scope, table: TableName, _request: Request) -> tuple[int, bytes]:
    # Asked to purge or not, files stay: other branches and releases may share them.
    scope.lake.drop(table, scope.branch)
    return 204, b""


def _commit_table(scope: Scope, table: TableName, request: Request) -> tuple[int, bytes]:
    wanted = changes.CommitRequest.model_validate_json(request.body)
    [(metadata, location)] = changes.commit(scope.lake, scope.branch, [(table, wanted)])
    return 200, _table(metadata, location)


def _commit_tables(scope: Scope, request: Request) -> tuple[int, bytes]:
    wanted = changes.TransactionRequest.model_validate_json(request.body).table_changes
    changes.commit(
        scope.lake, scope.branch, [(change.table(scope.lake.name), change) for change in wanted]
    )
    return 204, b""


# -- answers and errors ------------------------------------------------------------------------


class _NoRoute(MeshError):
    """The protocol has such a request perhaps, this catalog has not."""

    status = 404

    def __init__(self, request: Request) -> None:
        super().__init__(f"There is no {request.method} /{'/'.join(request.parts)} here.")


class _AlreadyThere(MeshError):
    """What was to be made is already there."""

    status = 409


class _NotEmpty(MeshError):
    """What was to be removed still holds something."""

    status = 409


def _kind(error: MeshError) -> str:
    """The protocol's word for an error of ours."""
    if isinstance(error, NameNotFound):
        words = {"table": "NoSuchTableException", "schema": "NoSuchNamespaceException"}
        return words.get(error.kind, "NotFoundException")
    kinds: dict[type[MeshError], str] = {
        _NoRoute: "NotFoundException",
        _AlreadyThere: "AlreadyExistsException",
        _NotEmpty: "NamespaceNotEmptyException",
        ConflictError: "CommitFailedException",
        InputError: "BadRequestException",
        StorageError: "ServiceUnavailableException",
    }
    return next(
        (word for kind, word in kinds.items() if isinstance(error, kind)), "ServerError"
    )


def refusal(status: int, kind: str, message: str) -> tuple[int, bytes]:
    """The protocol's answer to a request that is not carried out."""
    error = {"message": message, "type": kind, "code": status}
    return status, json.dumps({"error": error}).encode()


def _json(value: dict[str, Any]) -> tuple[int, bytes]:
    return 200, json.dumps(value).encode()


def _table(metadata: TableMetadata, location: str) -> bytes:
    """The protocol's LoadTableResult, around metadata that is JSON already."""
    place = f'"metadata-location": {json.dumps(location)}, ' if location else ""
    return f'{{{place}"metadata": {metadata.model_dump_json()}, "config": {{}}}}'.encode()

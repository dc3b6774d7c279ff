"""The gateway's questions and answers: a request, the branch it is about, errors as told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import (
    AccessDenied,
    ConflictError,
    InputError,
    MeshError,
    NameNotFound,
    StorageError,
)
from jupyter_mesh.model.names import TableName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.catalog.gateway_access import Caller
    from jupyter_mesh.catalog.lake import Lake

Answer = tuple[int, bytes]

# How the protocol joins the parts of a schema in a schema, which are not kept here.
SEPARATOR = "\x1f"
_LONGEST_NAME = 255
_FIRST_LETTER = 32


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and by whom: method, path in its decoded parts, query and body."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes
    caller: Caller

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; InputError when it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise InputError("The body is not JSON.") from error
        if not isinstance(value, dict):
            raise InputError("The body is not a JSON object.")
        return value


@dataclass(frozen=True, slots=True)
class Scope:
    """The branch of the lake that a request's prefix names, as its caller may see it."""

    lake: Lake
    branch: str
    caller: Caller

    def readable(self, namespace: str, table: str) -> TableName:
        """The full name of a table or view that the caller may read."""
        name = TableName(self.lake.name, namespace, table)
        self.caller.check_read(name, self.branch)
        return name

    def writable(self, namespace: str, table: str) -> TableName:
        """The full name of a table or view that the caller may change."""
        if SEPARATOR in namespace:
            raise _one_name()
        name = TableName(self.lake.name, namespace, checked_name(table))
        self.caller.check_write(name, self.branch)
        return name

    def check_namespace(self, namespace: str) -> None:
        """Raise NameNotFound when there is no such schema on the branch."""
        known = [name for name in self.lake.schemas(self.branch) if self.sees(name)]
        if namespace not in known:
            raise NameNotFound("schema", namespace, known)

    def check_free(self, name: TableName) -> None:
        """Raise the protocol's error when a table or a view has that name."""
        if name.table in self.lake.tables(name.schema, self.branch):
            raise AlreadyThere(f"The table {name} is already there.")
        if name.table in self.lake.views.names(name.schema, self.branch):
            raise AlreadyThere(f"The view {name} is already there.")

    def sees(self, namespace: str, table: str = "") -> bool:
        """Whether the caller is shown a schema, or a table in it."""
        return self.caller.sees(self.lake.name, self.branch, namespace, table)


class NoRoute(MeshError):
    """The protocol has such a request perhaps, this catalog has not."""

    status = 404

    def __init__(self, request: Request) -> None:
        super().__init__(f"There is no {request.method} /{'/'.join(request.parts)} here.")


class AlreadyThere(MeshError):
    """What was to be made is already there."""

    status = 409


class NotEmpty(MeshError):
    """What was to be removed still holds something."""

    status = 409


def namespace_of(value: object) -> str:
    """The one name of a schema in a body; InputError for a schema in a schema."""
    match value:
        case [str(name)] if name and SEPARATOR not in name:
            return checked_name(name)
    raise _one_name()


def checked_name(name: str) -> str:
    """The name of a thing to be made; InputError when a database cannot keep it."""
    if not name or len(name) > _LONGEST_NAME or any(ord(c) < _FIRST_LETTER for c in name):
        raise InputError(f"A name has 1 to {_LONGEST_NAME} letters and no control characters.")
    return name


def listed(request: Request, names: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """One page of sorted names, and what tells where the next one begins.

    Everything where the client did not ask for pages. A page's token is the last name of the
    page before, so that names that come or go meanwhile neither repeat nor hide others.
    """
    after = request.query.get("pageToken")
    if after is None:
        return list(names), {}
    size = request.query.get("pageSize", "")
    limit = int(size) if size.isdecimal() and len(size) < 7 and int(size) else len(names)
    rest = [name for name in names if name > after]
    page = rest[:limit]
    return page, {"next-page-token": page[-1] if len(rest) > limit else None}


def json_answer(value: Mapping[str, Any]) -> Answer:
    """A body of plain JSON."""
    return 200, json.dumps(value).encode()


def refusal(status: int, kind: str, message: str) -> Answer:
    """The protocol's answer to a request that is not carried out."""
    error = {"message": message, "type": kind, "code": status}
    return status, json.dumps({"error": error}).encode()


def kind_of(error: MeshError) -> str:
    """The protocol's word for an error of ours."""
    if isinstance(error, NameNotFound):
        words = {
            "table": "NoSuchTableException",
            "schema": "NoSuchNamespaceException",
            "view": "NoSuchViewException",
        }
        return words.get(error.kind, "NotFoundException")
    kinds: dict[type[MeshError], str] = {
        NoRoute: "NotFoundException",
        AlreadyThere: "AlreadyExistsException",
        NotEmpty: "NamespaceNotEmptyException",
        AccessDenied: "ForbiddenException",
        ConflictError: "CommitFailedException",
        InputError: "BadRequestException",
        StorageError: "ServiceUnavailableException",
    }
    return next(
        (word for kind, word in kinds.items() if isinstance(error, kind)), "ServerError"
    )


def _one_name() -> InputError:
    return InputError("A schema has one name; schemas in schemas are not kept here.")

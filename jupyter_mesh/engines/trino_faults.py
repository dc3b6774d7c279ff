"""What a Trino cluster's failures mean to a person, and what to do about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.pages import PageError
from jupyter_mesh.errors import (
    AccessDenied,
    ConfigError,
    EngineUnavailable,
    MeshError,
    NameNotFound,
    QueryCancelled,
    QueryError,
    StatementInvalid,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PREFIX = re.compile(r"^line \d+:\d+: ")
_INVALID = re.compile(
    r"SYNTAX_ERROR|.*_NOT_FOUND|TYPE_MISMATCH|AMBIGUOUS_NAME|DUPLICATE_.*|MISSING_.*|INVALID_.*"
    r"|EXPRESSION_NOT_.*|FUNCTION_NOT_.*|NOT_SUPPORTED|NESTED_.*|MISMATCHED_.*|.*_ALREADY_EXISTS"
)
_NAMES = {
    "CATALOG_NOT_FOUND": "catalog",
    "SCHEMA_NOT_FOUND": "schema",
    "TABLE_NOT_FOUND": "table",
}
_NAMED = re.compile(r"'([^']+)'")
_RESOURCES = "The cluster has no room for it now: ask for less, or try again later."
_UNLOADED = (
    "Its settings on the server are wrong, or its source is away: the server's log says why."
)
_FULL = re.compile(r"no space left|disk (is )?full|quota exceeded", re.IGNORECASE)
_OTHER_HOST = re.compile(r"hostname mismatch|doesn't match|IP address mismatch", re.IGNORECASE)
# Words of certificate failures, deep inside what requests raises.
_CERTIFICATE = re.compile(r"certificate|SSL", re.IGNORECASE)


def of_statement(
    error: Any,  # noqa: ANN401 - the client's own
    place: Callable[[int, int], tuple[int, int]],
    words: Callable[[str], str],
) -> MeshError:
    """The error that the server told of a statement, at its place in what the user wrote."""
    name, kind = error.error_name or "", error.error_type or ""
    message = _PREFIX.sub("", error.message or "The statement failed without a word.").strip()
    message = words(message)
    line, column = error.error_location or (0, 0)
    if line:
        line, column = place(line, column)
    if name == "USER_CANCELED":
        return QueryCancelled("The statement was stopped before it ended.")
    if name == "ADMINISTRATIVELY_KILLED":
        return QueryCancelled(f"The statement was stopped on the server: {message}")
    if name == "PERMISSION_DENIED":
        return AccessDenied(message, remedy="Ask whoever keeps the cluster for the right.")
    if name in _NAMES and not line:
        named = _NAMED.search(message)
        return NameNotFound(_NAMES[name], named[1] if named else message)
    if name == "CATALOG_UNAVAILABLE":
        return QueryError(message, remedy=_UNLOADED, line=line, column=column)
    if kind == "USER_ERROR":
        wrong = StatementInvalid if _INVALID.fullmatch(name) else QueryError
        return wrong(message, line=line, column=column)
    if kind == "INSUFFICIENT_RESOURCES":
        return QueryError(message, remedy=_RESOURCES)
    if kind == "EXTERNAL":
        return _of_source(message, words(_innermost(error.failure_info)))
    return QueryError(
        f"The cluster failed ({name}): {message}",
        remedy=f"Try again; its log says more under {error.query_id}.",
    )


def _of_source(message: str, reason: str) -> StorageError:
    """A store or a database behind the cluster failed; the inner reason says more."""
    if _FULL.search(reason):
        remedy = "There is no room left where the cluster writes: free some space there."
    else:
        remedy = "Try again when it is back."
    told = f"{message} ({reason})" if reason and reason not in message else message
    return StorageError(f"A source of the cluster failed: {told}", remedy=remedy)


def _innermost(failure: Mapping[str, Any] | None) -> str:
    """What the last of the causes says."""
    found = ""
    while failure:
        found = failure.get("message") or found
        failure = failure.get("cause")
    return found.strip()


def is_lost_catalog(error: MeshError) -> bool:
    """Whether the server said that it has no such catalog; nothing was begun then."""
    return getattr(error.__cause__, "error_name", "") == "CATALOG_NOT_FOUND"


def is_unready(error: MeshError) -> bool:
    """Whether the server has nobody yet who could run a statement; nothing was begun then."""
    return getattr(error.__cause__, "error_name", "") == "NO_NODES_AVAILABLE"


def of_road(error: Exception, url: str) -> MeshError:
    """What went wrong on the way to the server or back."""
    from trino import exceptions

    text = str(error)
    if isinstance(error, PageError):
        return QueryError(text, remedy="Cast the column to what can be held, or try again.")
    if _OTHER_HOST.search(text):
        return ConfigError(
            f"The certificate of {url} is one of another host.",
            remedy="Write the url in mesh.yaml with the name that the certificate has.",
        )
    if _CERTIFICATE.search(text):
        return ConfigError(
            f"The certificate of {url} is not trusted.",
            remedy="Name who signed it: ca: FILE.pem under the engine in mesh.yaml.",
        )
    if isinstance(error, exceptions.TrinoAuthError):
        return ConfigError(
            f"{url} did not accept the login.",
            remedy="Log in again, or mend auth in mesh.yaml.",
        )
    if isinstance(error, exceptions.HttpError):
        return _of_status(text, url)
    return EngineUnavailable(
        f"The Trino server at {url} cannot be reached.",
        remedy="Is it running? mesh stack status tells of the mesh's own; mesh doctor of all.",
    )


def _of_status(text: str, url: str) -> MeshError:
    status = re.match(r"error (\d+)", text)
    code = int(status[1]) if status else 0
    if code in {401, 403}:
        return ConfigError(
            f"{url} did not accept the login ({code}).",
            remedy="Look at user, auth and password under the engine in mesh.yaml; a token may "
            "have expired.",
        )
    if code in {404, 410}:
        return EngineUnavailable(
            f"The Trino server at {url} no longer knows the statement.",
            remedy="It was restarted or gave it up: run the statement again.",
        )
    return EngineUnavailable(f"The Trino server at {url} answers with {code or text}.")

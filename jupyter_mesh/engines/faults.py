"""What DuckDB complained about, said as an error of the mesh, without its inner text."""

from __future__ import annotations

import re

from jupyter_mesh.errors import (
    ConflictError,
    MeshError,
    QueryCancelled,
    QueryError,
    StatementNotSupported,
    StorageError,
)
from jupyter_mesh.sql.embedded import reason

# How a translated statement raises an error of its own.
RAISED = "'mesh: "
# DuckDB begins every message with its family; an Arrow reader passes on the text alone.
_FAMILY = re.compile(
    r"\s*(?:\w+ ?Error:\s*)?([A-Z][A-Za-z ]*?) (?:Error|exception):\s*", re.IGNORECASE
)
_PLACE = re.compile(r"(?:[a-z][a-z0-9+]*://|/)[^\s'\",;)]+", re.IGNORECASE)
_DUCKDB_TYPES = {
    "INT8": "tinyint",
    "INT16": "smallint",
    "INT32": "integer",
    "INT64": "bigint",
    "INT128": "decimal(38,0)",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "decimal(38,0)",
    "FLOAT": "real",
    "DOUBLE": "double",
    "VARCHAR": "varchar",
    "BLOB": "varbinary",
    "BOOL": "boolean",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "UUID": "uuid",
}
_VALUES = frozenset(
    ("conversion", "out of range", "invalid input", "mismatch type", "decimal", "constraint")
)
_TRANSLATION = frozenset(
    ("binder", "parser", "catalog", "not implemented", "syntax", "dependency", "invalid type")
)
_STORE = frozenset(("io", "http", "permission", "missing extension", "network", "connection"))
_CONVERT = re.compile(r"Could not convert string ('.*?'|\".*?\") to '?([A-Z0-9]+)'?", re.DOTALL)
# A fault of a file rather than of a value in it.
_FILE = re.compile(r"\bfile\b[^/]{0,20}/", re.IGNORECASE)
_REFUSED = "not supported by the embedded engine"
_FULL = ("no space left", "disk full", "max_temp_directory_size", "failed to offload")
_STATUS = re.compile(r"\(\w+_(\d{3})\)|returned HTTP (\d{3})\b|HTTP code (\d{3})")


def explained(error: BaseException, *, was_stopped: bool = False) -> MeshError:
    """The error of the mesh that says what DuckDB, or the reader of its answer, meant."""
    text = str(error)
    family, message = _split(text)
    if was_stopped or family == "interrupt" or "Interrupted!" in text:
        return QueryCancelled("The statement was stopped before it ended.")
    if RAISED in text:
        return _raised(reason(text))
    if any(mark in text.lower() for mark in _FULL):
        return StorageError(
            "There is no room left on the disk for this statement.",
            remedy="Free some space, or ask for less at once.",
        )
    if family == "out of memory" or isinstance(error, MemoryError):
        return StorageError(
            "The statement needs more memory than the engine may use.",
            remedy="Ask for less at once, or raise it in mesh.yaml: engine: {memory: 4GB}.",
        )
    return _by_family(family, message)


def _raised(words: str) -> MeshError:
    """What a macro of the dialect raised: Trino's own error, or a refusal by a value."""
    refused = words.removeprefix(_REFUSED)
    if refused != words:
        return StatementNotSupported(refused.lstrip(": ").rstrip("."))
    return QueryError(words)


def _by_family(family: str, message: str) -> MeshError:
    if family in _STORE or _STATUS.search(message) or _FILE.search(message):
        return _store(message)
    if family in _TRANSLATION:
        return StatementNotSupported(scrubbed(message.rstrip(".")))
    if family == "transaction":
        return ConflictError(
            "Somebody else changed the table meanwhile; nothing was written.",
            remedy="Run it again: it will start from the new state.",
        )
    if family in _VALUES:
        return QueryError(_value(message))
    return QueryError(f"The engine failed: {scrubbed(message)}")


def _store(message: str) -> MeshError:
    status = _STATUS.search(message)
    if status and "409" in status.groups():
        return ConflictError(
            "Somebody else changed the table meanwhile; nothing was written.",
            remedy="Run it again: it will start from the new state.",
        )
    return StorageError(
        f"The data could not be read or written: {scrubbed(message)}",
        remedy="Is the warehouse or source reachable and whole? mesh fsck proves the store.",
    )


def _value(message: str) -> str:
    """A value's fault in Trino's words."""
    if "division by zero" in message.lower():
        return "Division by zero"
    if match := _CONVERT.search(message):
        kind = _DUCKDB_TYPES.get(match[2], match[2].lower())
        return f"Cannot cast {match[1]} to {kind}"
    return re.sub(
        r"\b(?:INT(?:8|16|32|64|128)|HUGEINT)\b", lambda m: _DUCKDB_TYPES[m[0]], message
    )


def _split(text: str) -> tuple[str, str]:
    """The family in lower case, and the first paragraph after it."""
    match = _FAMILY.match(text)
    message = text[match.end() :] if match else text
    first = re.split(r"\n\s*\n|\nLINE \d+:|\n", message.strip(), maxsplit=1)[0]
    return (match[1].strip().lower() if match else ""), first.strip()


def scrubbed(text: str) -> str:
    """The text without addresses and paths: only the last part of each is left."""
    return _PLACE.sub(lambda match: match[0].rstrip("/").rsplit("/", 1)[-1] or "...", text)

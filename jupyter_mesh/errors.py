"""The errors that jupyter-mesh raises.

MeshError
├── ConfigError              the mesh is not set up as asked
├── InputError               something typed, written or handed in is not right
│   ├── DescriptorError      a product, contract or settings file is wrong at a line
│   └── LandingError         a file to be landed is wrong at a row
├── NameNotFound             no such catalog, schema, table, product, version or port
├── QueryError               the engine refused or failed a statement
│   ├── StatementInvalid     the statement itself is wrong, at a line and column
│   ├── StatementNotSupported  right for Trino, unknown to the embedded engine
│   └── QueryCancelled       somebody pressed stop
├── ContractError            the data and its contract disagree
├── NotebookError            the notebook stopped, hung or left nothing
├── PromotionRefused         a gate said no; carries the Decision
├── PromotionStopped         somebody pressed stop before it was published
├── AccessDenied             a policy said no
├── ConflictError            somebody else was faster, or is still at work
├── StorageError             the disk, the database or the object store failed
├── EngineUnavailable        the server behind an engine is not reached, or went away
└── StackError               a server beside the notebook was not installed or did not start
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_mesh.model.policy import Decision
    from jupyter_mesh.model.quality import CheckResult


class MeshError(Exception):
    """Base of every error a user of jupyter-mesh is meant to read.

    `message` says what happened, `remedy` what to do about it. `status` is the HTTP status and
    `exit_code` the shell's answer, the same for every surface.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 5

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message

    def details(self) -> dict[str, Any]:
        """The error as plain JSON values: type, message, remedy and what the subclass adds."""
        return {"type": type(self).__name__, "message": self.message, "remedy": self.remedy}

    @property
    def excerpt(self) -> str:
        """The place that is wrong, drawn in lines of text; empty where there is none."""
        return ""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: it asks an error by this name, and ours need no stack."""
        said = (f"{type(self).__name__}: {self.message}", self.excerpt, self.remedy)
        return [line for line in said if line]


class ConfigError(MeshError):
    """A setting is missing or contradicts another."""

    status = 400
    exit_code = 2


class InputError(MeshError):
    """Something typed, written or handed in is not right."""

    status = 400
    exit_code = 2


class DescriptorError(InputError):
    """A product, contract or settings file is wrong.

    `line` counts from 1; `key` is the dotted path inside the file, `reason` the message alone.
    """

    def __init__(
        self, message: str, *, file: str, line: int = 0, key: str = "", remedy: str = ""
    ) -> None:
        place = f"{file}:{line}" if line else file
        super().__init__(
            f"{place}: {key}: {message}" if key else f"{place}: {message}", remedy=remedy
        )
        self.file, self.line, self.key, self.reason = file, line, key, message

    def details(self) -> dict[str, Any]:
        """Add where in which file."""
        return super().details() | {"file": self.file, "line": self.line, "key": self.key}


class LandingError(InputError):
    """A file to be landed is wrong; `row` counts from 1, the header included."""

    def __init__(
        self, message: str, *, file: str = "", row: int = 0, column: str = "", remedy: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file, self.row, self.column = file, row, column

    def details(self) -> dict[str, Any]:
        """Add the first fault's place."""
        return super().details() | {"file": self.file, "row": self.row, "column": self.column}


class NameNotFound(MeshError):
    """A name does not exist; the remedy offers the nearest ones that do."""

    status = 404
    exit_code = 3

    def __init__(
        self, kind: str, name: str, known: Iterable[str] = (), *, remedy: str = ""
    ) -> None:
        near = get_close_matches(name.lower(), sorted(set(known)), n=3)
        if near:
            remedy = f"Did you mean {' or '.join(near)}?"
        super().__init__(f"There is no {kind} {name}.", remedy=remedy)
        self.kind, self.name, self.near = kind, name, tuple(near)

    def details(self) -> dict[str, Any]:
        """Add the kind of name and the nearest known ones."""
        return super().details() | {
            "kind": self.kind,
            "name": self.name,
            "near": list(self.near),
        }


class QueryError(MeshError):
    """The engine refused or failed a statement; `line` and `column` count from 1, 0 unknown.

    `statement` is its text, where who raises or passes on the error knows it.
    """

    status = 422
    exit_code = 2
    statement = ""

    def __init__(
        self, message: str, *, remedy: str = "", line: int = 0, column: int = 0
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.line, self.column = line, column

    def details(self) -> dict[str, Any]:
        """Add the place in the statement."""
        return super().details() | {"line": self.line, "column": self.column}

    @property
    def excerpt(self) -> str:
        """The line of the statement with a caret below; empty when the message draws it."""
        lines = self.statement.splitlines()
        if not 0 < self.line <= len(lines) or "\n" in self.message:
            return ""
        number = f"{self.line:>4} | "
        line = lines[self.line - 1].replace("\t", " ")
        start = max(0, self.column - 60)
        caret = " " * (len(number) + max(0, self.column - 1 - start))
        return f"{number}{line[start : start + 90]}\n{caret}^"


class StatementInvalid(QueryError):
    """The statement is wrong for every engine: syntax, names, types or values."""


class StatementNotSupported(QueryError):
    """The statement may be right, but the embedded engine does not know it to be right."""

    def __init__(self, construct: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(
            f"Not supported by the embedded engine: {construct}.",
            remedy="Write it another way, or run it on a Trino server (engine: trino).",
            line=line,
            column=column,
        )
        self.construct = construct


class QueryCancelled(QueryError):
    """The statement was stopped before it ended."""

    exit_code = 130


class ContractError(MeshError):
    """Data and contract disagree; `notebook` is the executed copy, where one was kept."""

    status = 422
    exit_code = 1
    notebook = ""


class NotebookError(MeshError):
    """A promoted notebook stopped, hung or left nothing; `cell` counts from 1, 0 unknown."""

    status = 422
    exit_code = 1

    def __init__(
        self, message: str, *, remedy: str = "", cell: int = 0, notebook: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.cell, self.notebook = cell, notebook

    def details(self) -> dict[str, Any]:
        """Add the cell and the executed notebook that was kept."""
        return super().details() | {"cell": self.cell, "notebook": self.notebook}


class PromotionRefused(MeshError):
    """A gate refused the promotion; `decision` holds every reason, `rows` the failing ones.

    `checks` are all results, for whoever wants to look at one rule, and `notebook` is the
    executed copy, where one was kept.
    """

    status = 403
    exit_code = 1
    notebook = ""

    def __init__(
        self,
        message: str,
        *,
        decision: Decision,
        rows: Sequence[dict[str, Any]] = (),
        checks: Sequence[CheckResult] = (),
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy or "\n".join(decision.reasons))
        self.decision = decision
        self.rows = tuple(rows)
        self.checks = tuple(checks)

    def details(self) -> dict[str, Any]:
        """Add the reasons and the failing rows."""
        return super().details() | {
            "reasons": list(self.decision.reasons),
            "rows": [{key: _plain(value) for key, value in row.items()} for row in self.rows],
        }


class PromotionStopped(MeshError):
    """A promotion was stopped before it was published; nothing has changed."""

    status = 409
    exit_code = 130


class AccessDenied(MeshError):
    """A policy refused the request."""

    status = 403
    exit_code = 1


class ConflictError(MeshError):
    """Somebody else was faster, or is still at work; trying again is sensible."""

    status = 409
    exit_code = 4


class StorageError(MeshError):
    """The disk, the database or the object store failed."""

    status = 503
    exit_code = 5


class EngineUnavailable(MeshError):
    """The server behind an engine is not reached, turned us away, or went away in between."""

    status = 503
    exit_code = 5


class StackError(MeshError):
    """A server of the mesh's own could not be installed, started or stopped.

    `service` is its name, `log` the file that says more, where there is one.
    """

    status = 503
    exit_code = 5

    def __init__(
        self, message: str, *, service: str = "", log: str = "", remedy: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.service, self.log = service, log

    def details(self) -> dict[str, Any]:
        """Add which server, and where its log is."""
        return super().details() | {"service": self.service, "log": self.log}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell of any table
    return value if isinstance(value, str | int | float | bool | None) else str(value)

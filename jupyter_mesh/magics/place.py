"""Where in a cell its statement is wrong, for a front end that marks the place."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import QueryError
from jupyter_mesh.magics.screen import in_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

MIME = "application/vnd.jupyter-mesh.error+json"


@contextmanager
def placed(shell: Any) -> Iterator[None]:  # noqa: ANN401 - IPython's own shell
    """Show the place of an error that passes by; the error itself goes on as it is."""
    try:
        yield
    except QueryError as error:
        lines = error.statement.splitlines()
        if in_kernel(shell) and 0 < error.line <= len(lines):
            shell.display_pub.publish(_bundle(error, lines[error.line - 1]))
        raise


def _bundle(error: QueryError, line: str) -> dict[str, Any]:
    # The line goes with its number: a page must not mark what has been written over since.
    return {
        "text/plain": f"line {error.line}, column {max(1, error.column)}",
        MIME: error.details() | {"text": line},
    }

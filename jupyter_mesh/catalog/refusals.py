"""What a lake refuses in the same words wherever its pointers are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConflictError, InputError
from jupyter_mesh.model.names import HIDDEN

if TYPE_CHECKING:
    from jupyter_mesh.model.names import TableName


def closed(branch: str, state: str) -> ConflictError:
    """The error for a branch that nobody may write any more."""
    return ConflictError(
        f"The branch {branch} was {state} and takes no more changes.",
        remedy="Start a new run.",
    )


def overtaken(table: TableName, cause: str = "") -> ConflictError:
    """The error for a table that is no longer as it was; `cause` begins with a blank."""
    return ConflictError(
        f"{table} was changed{cause} in the meantime.",
        remedy="Nothing was changed here. Run it again on the new state.",
    )


def check_schema_name(schema: str) -> None:
    """InputError for a name that other engines would split, or that is kept for branches."""
    if schema.startswith(HIDDEN):
        raise InputError(
            f"{schema} is no schema's name: it begins as those of branches do.",
            remedy="Begin it with another word.",
        )
    if not schema or "." in schema:
        raise InputError(
            f"{schema!r} cannot be a schema's name.", remedy="Use a name without dots."
        )


def tag_taken(table: TableName, name: str) -> ConflictError:
    """The error for a release's tag that somebody else has given to another state."""
    return ConflictError(
        f"The tag {name} of {table} stands on another snapshot.",
        remedy="Remove it with the tool that made it; release tags are written once.",
    )

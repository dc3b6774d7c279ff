"""Who asks the gateway, and what they may: rights on branches, schemas and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mesh.errors import AccessDenied, InputError
from jupyter_mesh.model.names import TableName, quote, split_name

if TYPE_CHECKING:
    from collections.abc import Callable

READ, WRITE = "read", "write"
ANY = "*"
_REMEDY = "Write read:lake, read:lake:schema.table, write:lake@BRANCH or write:lake@*."


def nobody(_table: TableName) -> str:
    """Where no table belongs to a product."""
    return ""


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that may be done: to read or to write a branch of a catalog.

    An empty branch is main, `*` every branch but main; `schema` and `table` narrow it down.
    Who may write may read.
    """

    action: str
    catalog: str
    branch: str = ""
    schema: str = ""
    table: str = ""

    @classmethod
    def parse(cls, text: str) -> Right:
        """Read `ACTION:CATALOG[@BRANCH][:SCHEMA[.TABLE]]`; InputError when it is none."""
        action, _, rest = text.strip().partition(":")
        place, _, names = rest.partition(":")
        catalog, at, branch = place.partition("@")
        parts = split_name(names) if names else ()
        if action not in {READ, WRITE} or not catalog or bool(at) != bool(branch):
            raise InputError(f"{text!r} is no right.", remedy=_REMEDY)
        if len(parts) > 2:
            raise InputError(f"{names} has {len(parts)} parts.", remedy=_REMEDY)
        return cls(action, catalog, branch, *parts)

    def __str__(self) -> str:
        place = f"{self.catalog}@{self.branch}" if self.branch else self.catalog
        names = ".".join(quote(name) for name in (self.schema, self.table) if name)
        return f"{self.action}:{place}:{names}" if names else f"{self.action}:{place}"

    def covers(self, action: str, catalog: str, branch: str) -> bool:
        """Whether it is about this branch, at least in part."""
        return (
            (action == READ or self.action == WRITE)
            and self.catalog == catalog
            and (self.branch == branch or (self.branch == ANY and bool(branch)))
        )

    def reaches(self, schema: str, table: str) -> bool:
        """Whether it holds for a table, or for all of a schema when none is named."""
        return self.schema in {"", schema} and self.table in {"", table}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request; a trusted one is this mesh's own engine, which may do all.

    `owner_of` says whose product a table is: outside of a promotion nobody but the mesh
    changes it on main.
    """

    actor: str
    rights: tuple[Right, ...] = ()
    is_trusted: bool = False
    owner_of: Callable[[TableName], str] = field(default=nobody, repr=False)

    def check_place(self, catalog: str, branch: str) -> None:
        """AccessDenied unless something on the branch may be read."""
        if not self._covering(READ, catalog, branch):
            place = f"{catalog}@{branch}" if branch else catalog
            raise AccessDenied(f"{self.actor} may not read {place}.")

    def sees(self, catalog: str, branch: str, schema: str, table: str = "") -> bool:
        """Whether a schema, or a table, may be shown; a schema already for one table in it."""
        return self.is_trusted or any(
            right.schema in {"", schema} and (not table or right.table in {"", table})
            for right in self._covering(READ, catalog, branch)
        )

    def check_read(self, table: TableName, branch: str) -> None:
        """AccessDenied unless the table may be read on the branch."""
        if not self._may(READ, table, branch):
            raise AccessDenied(f"{self.actor} may not read {_placed(table, branch)}.")

    def check_write(self, table: TableName, branch: str) -> None:
        """AccessDenied unless the table may be changed on the branch."""
        if not self._may(WRITE, table, branch):
            raise AccessDenied(f"{self.actor} may not change {_placed(table, branch)}.")
        if not branch and not self.is_trusted and (owner := self.owner_of(table)):
            raise AccessDenied(
                f"{table} belongs to the product {owner}. "
                f"Its tables change by promotion alone: mesh promote {owner}."
            )

    def check_schema(self, catalog: str, schema: str, branch: str) -> None:
        """AccessDenied unless the schema as a whole may be changed on the branch."""
        self.check_write(TableName(catalog, schema, ""), branch)

    def _may(self, action: str, table: TableName, branch: str) -> bool:
        return self.is_trusted or any(
            right.reaches(table.schema, table.table)
            for right in self._covering(action, table.catalog, branch)
        )

    def _covering(self, action: str, catalog: str, branch: str) -> list[Right]:
        if self.is_trusted:
            return [Right(WRITE, catalog, branch)]
        return [right for right in self.rights if right.covers(action, catalog, branch)]


def _placed(table: TableName, branch: str) -> str:
    name = str(table) if table.table else f"{table.catalog}.{table.schema}"
    return f"{name} on {branch}" if branch else name

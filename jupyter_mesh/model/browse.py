"""What the catalog shows: one line of a listing, one thing described."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.model.contract import Column


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing.

    `kind` is catalog, schema, table, column or product; `type` a column's Trino type or a
    catalog's kind; `name` the full name as it is typed.
    """

    name: str
    kind: str
    type: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """One table or product: its columns (or a product's ports as entries) and plain facts."""

    name: str
    kind: str
    columns: tuple[Column, ...] = ()
    entries: tuple[Entry, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

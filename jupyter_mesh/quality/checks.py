"""Checks: promises made measurable, each kind with what it takes to measure it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mesh.model.contract import Rule
    from jupyter_mesh.model.names import TableName


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows that break a predicate, counted in one pass with all others of its kind.

    `bad` is true on an offending row; `of` is the aggregate that counts the rows looked at;
    `says` reads after the subject: "is null".
    """

    rule: Rule
    subject: str
    bad: str
    of: str
    says: str
    noun: str = "rows"
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sized:
    """The number of rows itself."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Repeated:
    """Values, or combinations of them, that occur more than once."""

    rule: Rule
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Orphaned:
    """Values that have no counterpart in another table."""

    rule: Rule
    columns: tuple[str, ...]
    other: TableName
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement of the contract's author, with its placeholders filled; answers one value."""

    rule: Rule
    sql: str


@dataclass(frozen=True, slots=True)
class Expected:
    """An expectation of Great Expectations, for the worker."""

    rule: Rule
    type: str
    arguments: dict[str, Any]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """Known without looking at a row."""

    rule: Rule
    kept: bool
    message: str
    observed: Any = None


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """Cannot be evaluated, and why."""

    rule: Rule
    reason: str


Check = Counted | Sized | Repeated | Orphaned | Asked | Expected | Settled | Unanswerable


@dataclass(frozen=True, slots=True)
class Finding:
    """What measuring a check gave: kept, broken, or (None) not evaluated; in a sentence."""

    kept: bool | None
    message: str
    observed: Any = None
    rows: tuple[dict[str, Any], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

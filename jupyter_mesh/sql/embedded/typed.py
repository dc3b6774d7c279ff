"""A typed piece of DuckDB text, and how a translation points at a fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from jupyter_mesh.errors import StatementNotSupported
from jupyter_mesh.sql.grammar.tokens import fault, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mesh.model.types import TrinoType


@dataclass(frozen=True, slots=True)
class Typed:
    """DuckDB text with its Trino type.

    `loose` is the offset of the first column in it that is neither grouped nor aggregated, -1
    when there is none; `aggregate` and `windowed` tell what it holds; `literal` is the value's
    text where it is written out in the statement; `zone` is the one zone of all its values.
    """

    sql: str
    type: TrinoType
    at: int = 0
    loose: int = -1
    aggregate: bool = False
    windowed: bool = False
    literal: str | None = None
    zone: str = ""
    volatile: bool = False

    def become(self, sql: str, type_: TrinoType) -> Typed:
        """The same value, written and typed otherwise."""
        return replace(self, sql=sql, type=type_)


def gather(
    sql: str, type_: TrinoType, at: int, parts: Iterable[Typed], zone: str = ""
) -> Typed:
    """A piece made of parts: it is loose, aggregated or windowed as they are."""
    loose, aggregate, windowed, volatile = -1, False, False, False
    for part in parts:
        if loose < 0:
            loose = part.loose
        aggregate = aggregate or part.aggregate
        windowed = windowed or part.windowed
        volatile = volatile or part.volatile
    return Typed(sql, type_, at, loose, aggregate, windowed, None, zone, volatile)


class Text:
    """The statement's text, for pointing at places in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def wrong(self, at: int, message: str, remedy: str = "") -> NoReturn:
        """The statement is wrong for every engine."""
        raise fault(self.text, at, message, remedy)

    def unsupported(self, at: int, construct: str) -> NoReturn:
        """The statement may be right, but not here."""
        line, column = place(self.text, at)
        raise StatementNotSupported(construct, line=line, column=column)


def text_literal(value: str) -> str:
    """A text as a DuckDB literal."""
    if "\0" in value:
        # DuckDB's parser ends a literal at a zero character.
        pieces = [text_literal(piece) for piece in value.split("\0")]
        return "(" + " || chr(0) || ".join(pieces) + ")"
    return "'" + value.replace("'", "''") + "'"

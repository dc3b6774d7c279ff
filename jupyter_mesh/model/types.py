"""Trino's types as values: the words that every engine, contract and table speaks.

The grammar is Trino's (https://trino.io/docs/current/language/types.html):
`decimal(12,2)`, `varchar`, `timestamp(6) with time zone`, `array(bigint)`,
`map(varchar, double)`, `row(a bigint, b varchar)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.names import PLAIN, quote

_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|[a-z_][a-z0-9_]*|\d+|[(),])', re.IGNORECASE)
_ALIASES = {
    "int": "integer",
    "string": "varchar",
    "text": "varchar",
    "long": "bigint",
    "float": "real",
    "bool": "boolean",
    "numeric": "decimal",
    "dec": "decimal",
    "binary": "varbinary",
    "bytes": "varbinary",
}
_DEFAULTS: dict[str, tuple[int, ...]] = {
    "decimal": (38, 0),
    "timestamp": (3,),
    "timestamp with time zone": (3,),
    "time": (3,),
    "time with time zone": (3,),
    "char": (1,),
}
SIMPLE = frozenset(
    (
        *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "varchar"),
        *("varbinary", "date", "json", "uuid", "unknown", "ipaddress"),
        *("interval year to month", "interval day to second"),
    )
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a row; an anonymous field has no name."""

    name: str | None
    type: TrinoType

    def __str__(self) -> str:
        if self.name is None:
            return str(self.type)
        return f"{self.name if PLAIN.match(self.name) else quote(self.name)} {self.type}"


@dataclass(frozen=True, slots=True)
class TrinoType:
    """A type: its base word, its numbers (precision, scale, length) and what it holds."""

    base: str
    numbers: tuple[int, ...] = ()
    items: tuple[TrinoType, ...] = ()
    fields: tuple[Field, ...] = ()

    @classmethod
    def parse(cls, text: str) -> TrinoType:
        """Read a type as Trino prints it; InputError when it is none."""
        return _Reader(text).whole()

    def __str__(self) -> str:
        inner = ", ".join(str(part) for part in self.items or self.fields)
        inner = inner or ",".join(map(str, self.numbers))
        if not inner:
            return self.base
        word, _, rest = self.base.partition(" ")
        return f"{word}({inner}) {rest}".rstrip() if rest else f"{word}({inner})"

    @property
    def is_integer(self) -> bool:
        """Whether it is one of the four whole-number types."""
        return self.base in {"tinyint", "smallint", "integer", "bigint"}

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic is defined on it."""
        return self.is_integer or self.base in {"real", "double", "decimal"}

    @property
    def is_text(self) -> bool:
        """Whether it holds characters."""
        return self.base in {"varchar", "char"}

    def widens_to(self, other: TrinoType) -> bool:
        """Whether every value of this type is a value of the other, unchanged.

        Iceberg's promotion rules (specification v2, schema evolution) and lengths of text.
        """
        if self == other:
            return True
        if self.base == other.base == "decimal":
            (p, s), (q, t) = self.numbers, other.numbers
            return s == t and p <= q
        if self.base == other.base and self.base in {"varchar", "timestamp", "time"}:
            return not other.numbers or (bool(self.numbers) and self.numbers <= other.numbers)
        order = ["tinyint", "smallint", "integer", "bigint"]
        if self.is_integer and other.is_integer:
            return order.index(self.base) <= order.index(other.base)
        return (self.base, other.base) == ("real", "double")


class _Reader:
    """A recursive-descent reader of one type."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*\Z)', "", text):
            raise self._wrong()

    def _wrong(self) -> InputError:
        return InputError(
            f"{self.text!r} is not a type.",
            remedy="Write a Trino type: bigint, varchar, decimal(12,2), timestamp(6), ...",
        )

    def whole(self) -> TrinoType:
        """The type, and nothing after it."""
        kind = self._type()
        if self.tokens:
            raise self._wrong()
        return kind

    def _peek(self) -> str:
        return self.tokens[0].lower() if self.tokens else ""

    def _take(self, expected: str = "") -> str:
        if not self.tokens or (expected and self._peek() != expected):
            raise self._wrong()
        return str(self.tokens.pop(0))

    def _type(self) -> TrinoType:
        word = self._take().lower()
        word = _ALIASES.get(word, word)
        if word == "double" and self._peek() == "precision":
            self._take()
        if word == "interval":
            unit = self._take().lower()
            self._take("to")
            return TrinoType(f"interval {unit} to {self._take().lower()}")
        if word in {"array", "map", "row"}:
            return self._nested(word)
        numbers = self._numbers() if self._peek() == "(" else ()
        if word in {"time", "timestamp"} and self._peek() in {"with", "without"}:
            zoned = self._take().lower() == "with"
            self._take("time")
            self._take("zone")
            word = f"{word} with time zone" if zoned else word
        return self._checked(word, numbers)

    def _checked(self, word: str, numbers: tuple[int, ...]) -> TrinoType:
        if word not in SIMPLE and word not in _DEFAULTS:
            raise self._wrong()
        if word == "decimal" and len(numbers) == 1:
            numbers = (*numbers, 0)
        default = _DEFAULTS.get(word, ())
        allowed = {len(default)} if default else {0, 1} if word == "varchar" else {0}
        numbers = numbers or default
        if len(numbers) not in allowed:
            raise self._wrong()
        return TrinoType(word, numbers)

    def _numbers(self) -> tuple[int, ...]:
        self._take("(")
        numbers = []
        while True:
            token = self._take()
            if not token.isdigit():
                raise self._wrong()
            numbers.append(int(token))
            if self._take() == ")":
                return tuple(numbers)

    def _nested(self, word: str) -> TrinoType:
        self._take("(")
        items, fields = [], []
        while True:
            if word == "row":
                fields.append(self._field())
            else:
                items.append(self._type())
            if self._take() == ")":
                break
        if len(items) != {"array": 1, "map": 2, "row": 0}[word]:
            raise self._wrong()
        return TrinoType(word, (), tuple(items), tuple(fields))

    def _field(self) -> Field:
        name = None
        following = self.tokens[1].lower() if len(self.tokens) > 1 else ")"
        if following not in {"(", ")", ",", "with", "precision", "year", "day"}:
            token = self._take()
            name = token[1:-1].replace('""', '"') if token.startswith('"') else token
        return Field(name, self._type())


BOOLEAN = TrinoType("boolean")
INTEGER = TrinoType("integer")
BIGINT = TrinoType("bigint")
REAL = TrinoType("real")
DOUBLE = TrinoType("double")
VARCHAR = TrinoType("varchar")
VARBINARY = TrinoType("varbinary")
DATE = TrinoType("date")
UNKNOWN = TrinoType("unknown")

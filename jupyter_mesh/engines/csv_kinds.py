"""The kinds of values a csv column can hold, and which one its values agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.model.types import BIGINT, BOOLEAN, DATE, DOUBLE, VARCHAR, TrinoType

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what it must be to count as one, and how it is turned into its type.

    `fits` and `cast` are expressions in DuckDB's dialect; `$x` stands for the text.
    """

    word: str
    type: TrinoType
    fits: str
    cast: str = "$x"

    def fits_of(self, text: str) -> str:
        """Whether a text, given as an expression that is not null, is of this kind."""
        return f"({self.fits.replace('$x', text)})"

    def cast_of(self, text: str) -> str:
        """The text as a value of this kind's type."""
        return self.cast.replace("$x", text)


def _cast(type_name: str) -> str:
    # Files that quote every field write a missing number as "".
    return f"CAST(nullif($x, '') AS {type_name})"


_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_ZONE = r" ?(Z|[+-]\d{2}(:?\d{2})?)"

# Always true, but not to the optimizer: it would leave the column unread and its encoding
# unproven.
TEXT = Kind("text", VARCHAR, "strlen($x) >= 0")
NOTHING = Kind("nothing", VARCHAR, "false")
CODE = Kind("code with leading zeros", VARCHAR, r"regexp_full_match($x, ' *[+-]?0\d+ *')")
TRUTH = Kind(
    "boolean (true or false)", BOOLEAN, "lower($x) IN ('true', 'false')", _cast("BOOLEAN")
)
WHOLE = Kind(
    "whole number",
    BIGINT,
    # Most are written the way they would be printed, which is quick to see; CASE and not OR,
    # because only CASE leaves the slow test out for the others.
    "CASE WHEN CAST(TRY_CAST($x AS BIGINT) AS VARCHAR) = $x THEN true "
    r"WHEN regexp_full_match($x, ' *[+-]?(0|[1-9]\d*) *') "
    "THEN TRY_CAST($x AS BIGINT) IS NOT NULL ELSE false END",
    _cast("BIGINT"),
)
LONG = Kind(
    "whole number",
    TrinoType("decimal", (38, 0)),
    r"regexp_full_match($x, ' *[+-]?(0|[1-9]\d{0,37}) *')",
    _cast("DECIMAL(38, 0)"),
)
NUMBER = Kind(
    "number",
    DOUBLE,
    # DuckDB also reads 1_000 as a number, which is a name where it stands in a file.
    "TRY_CAST($x AS DOUBLE) IS NOT NULL AND NOT contains($x, '_')",
    _cast("DOUBLE"),
)
DAY = Kind(
    "date (year-month-day)",
    DATE,
    f"regexp_full_match($x, '{_DAY}') AND TRY_CAST($x AS DATE) IS NOT NULL",
    _cast("DATE"),
)
MOMENT = Kind(
    "timestamp (year-month-day hour:minute:second)",
    TrinoType("timestamp", (6,)),
    f"regexp_full_match($x, '{_DAY}({_CLOCK})?') AND TRY_CAST($x AS TIMESTAMP) IS NOT NULL",
    _cast("TIMESTAMP"),
)
ZONED = Kind(
    "timestamp with a zone (such as 2026-03-01T12:00:00Z)",
    TrinoType("timestamp with time zone", (6,)),
    f"regexp_full_match($x, '{_DAY}{_CLOCK}{_ZONE}')"
    " AND TRY_CAST($x AS TIMESTAMPTZ) IS NOT NULL",
    _cast("TIMESTAMPTZ"),
)
COUNTED = (CODE, TRUTH, WHOLE, LONG, NUMBER, DAY, MOMENT, ZONED)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many values a column has, and how many of them are of each kind."""

    values: int
    of: Mapping[Kind, int]

    def agreed(self) -> Kind | None:
        """The narrowest kind that every value is of; none when they are mixed."""
        if not self.values:
            return NOTHING
        if self.of[CODE]:
            return TEXT
        return next((kind for kind in COUNTED if self.of[kind] == self.values), None)

    def likely(self) -> Kind | None:
        """What a mixed column was meant to be: a kind of at least half its values, or none."""
        best = max((TRUTH, NUMBER, DAY, MOMENT, ZONED), key=self.of.__getitem__)
        return best if 2 * self.of[best] >= self.values else None

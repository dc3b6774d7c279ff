"""What a promise allows: ranges of figures, and whether one promise lies within another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Range:
    """The values between two ends; an end of None is open for ever."""

    low: Any = None
    high: Any = None
    low_in: bool = True
    high_in: bool = True

    def within(self, other: Range) -> bool:
        """Whether every value of this range is one of the other."""
        try:
            return _end_within(
                self.low, other.low, self.low_in, other.low_in, 1
            ) and _end_within(self.high, other.high, self.high_in, other.high_in, -1)
        except TypeError:
            return False

    @property
    def is_empty(self) -> bool:
        """Whether no value can be in it."""
        if self.low is None or self.high is None:
            return False
        return bool(
            self.low > self.high
            or (self.low == self.high and not (self.low_in and self.high_in))
        )


Ranges = tuple[Range, ...]


def allowed(operator: str, threshold: Any) -> Ranges:  # noqa: ANN401 - number or text
    """The figures that an ODCS operator lets pass; between includes its bounds."""
    if operator in {"mustBeBetween", "mustNotBeBetween"}:
        low, high = threshold
        if operator == "mustBeBetween":
            return (Range(low, high),)
        return (Range(high=low, high_in=False), Range(low=high, low_in=False))
    ranges = {
        "mustBe": (Range(threshold, threshold),),
        "mustNotBe": (
            Range(high=threshold, high_in=False),
            Range(low=threshold, low_in=False),
        ),
        "mustBeGreaterThan": (Range(low=threshold, low_in=False),),
        "mustBeGreaterOrEqualTo": (Range(low=threshold),),
        "mustBeLessThan": (Range(high=threshold, high_in=False),),
        "mustBeLessOrEqualTo": (Range(high=threshold),),
    }
    return ranges[operator]


def counts(ranges: Ranges) -> Ranges:
    """The same for a number of rows: whole numbers from 0, so `less than 1` is `0`."""
    return tuple(_whole(part) for part in ranges if not _whole(part).is_empty)


def percents(ranges: Ranges) -> Ranges:
    """The same for a share: from 0 to 100."""
    return tuple(_clipped(ranges))


def lies_within(inner: Ranges, outer: Ranges) -> bool:
    """Whether what one set of ranges allows, the other allows too."""
    return all(any(part.within(other) for other in outer) for part in inner)


def _end_within(mine: Any, theirs: Any, mine_in: bool, theirs_in: bool, sign: int) -> bool:  # noqa: ANN401
    if theirs is None:
        return True
    if mine is None:
        return False
    if mine == theirs:
        return theirs_in or not mine_in
    return bool(mine > theirs) if sign > 0 else bool(mine < theirs)


def _whole(part: Range) -> Range:
    low = 0
    if part.low is not None:
        low = math.ceil(part.low)
        low = max(low + 1 if low == part.low and not part.low_in else low, 0)
    high = None
    if part.high is not None:
        high = math.floor(part.high)
        high = high - 1 if high == part.high and not part.high_in else high
    return Range(low, high)


def _clipped(ranges: Ranges) -> Iterator[Range]:
    for part in ranges:
        low, low_in = (0, True) if part.low is None or part.low < 0 else (part.low, part.low_in)
        high, high_in = (
            (100, True) if part.high is None or part.high > 100 else (part.high, part.high_in)
        )
        clipped = Range(low, high, low_in, high_in)
        if not clipped.is_empty:
            yield clipped

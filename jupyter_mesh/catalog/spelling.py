"""Spelling: which known words somebody may have meant who slipped on the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 8


def grams(word: str) -> set[str]:
    """The groups of three letters of a word; its beginning counts as a group of its own."""
    padded = f"  {word}"
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known words, or words that begin so, which are one slip away, or two when long."""
    allowed = 1 if len(word) < 6 else 2
    found = []
    for candidate in known:
        beginnings = {candidate, candidate[: len(word)], candidate[: len(word) + 1]}
        slips = min(distance(word, beginning) for beginning in beginnings)
        if slips <= allowed and word not in candidate:
            found.append((slips, abs(len(candidate) - len(word)), candidate))
    return [candidate for _slips, _longer, candidate in sorted(found)[:_MOST]]


def distance(one: str, other: str) -> int:
    """How many letters were left out, added, mistaken or swapped with their neighbour.

    Damerau's and Levenshtein's distance, each place changed once (optimal string alignment).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, above, row = row, before, [i]
        for j, its in enumerate(other, start=1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]

"""How a part of the mesh is doing: what doctor says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How well: as it should be, worth knowing, or in need of mending."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that was looked at; `remedy` says what to do where it is not good."""

    subject: str
    health: Health
    text: str
    remedy: str = ""

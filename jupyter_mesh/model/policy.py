"""Who asks and why, and the answer with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: a user's name and the groups that are known of them."""

    user: str
    groups: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.user


@dataclass(frozen=True, slots=True)
class Reason:
    """One gate's sentence; `blocking` ones refuse."""

    gate: str
    text: str
    blocking: bool = True

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Decision:
    """The gates' common answer: allowed when no blocking reason was given."""

    notes: tuple[Reason, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Whether nothing blocks."""
        return not any(note.blocking for note in self.notes)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The blocking sentences."""
        return tuple(note.text for note in self.notes if note.blocking)

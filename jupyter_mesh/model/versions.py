"""Versions: semantic numbers with a refresh counter, ranges of them, sizes of change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.names import ProductName

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[+_]r(\d{1,9}))?\Z")
_PARTIAL = re.compile(r"([\^~]?)v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?\Z")


class Change(IntEnum):
    """The size of a step between two contracts (Semantic Versioning 2.0.0)."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True)
class VersionDecision:
    """How large a step is, and what proves it."""

    change: Change
    reasons: tuple[str, ...] = ()

    @classmethod
    def largest(cls, parts: Iterable[VersionDecision]) -> VersionDecision:
        """One decision of several: the largest step, with every reason, largest first."""
        parts = sorted(parts, key=lambda part: -part.change)
        change = max((part.change for part in parts), default=Change.NONE)
        return cls(change, tuple(reason for part in parts for reason in part.reasons))


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A release's number; `refresh` counts publications under one unchanged contract."""

    major: int
    minor: int
    patch: int
    refresh: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `1.2.0`, `v1.2.0` or `1.2.0+r17`; InputError when it is none."""
        match = _VERSION.match(text.strip())
        if match is None:
            raise InputError(
                f"{text!r} is not a version.", remedy="Write one like 1.2.0 or 1.2.0+r17."
            )
        major, minor, patch, refresh = match.groups(default="0")
        return cls(int(major), int(minor), int(patch), int(refresh))

    def after(self, change: Change) -> Version:
        """The next version for a change of that size; no change is a refresh."""
        if change is Change.MAJOR:
            return Version(self.major + 1, 0, 0)
        if change is Change.MINOR:
            return Version(self.major, self.minor + 1, 0)
        if change is Change.PATCH:
            return Version(self.major, self.minor, self.patch + 1)
        return Version(self.major, self.minor, self.patch, self.refresh + 1)

    @property
    def tag(self) -> str:
        """The Iceberg tag of this version: `v1.2.0`, `v1.2.0_r17`."""
        return f"v{self}".replace("+", "_")

    def __str__(self) -> str:
        number = f"{self.major}.{self.minor}.{self.patch}"
        return f"{number}+r{self.refresh}" if self.refresh else number


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Which versions will do: `latest`, `1.2.0`, `1.2.0+r3`, `1.2`, `^1.2`, `~1.2.3`.

    A whole number names exactly one release: `1.2.0` is not a refresh of it. `1.2`, `^` and `~`
    take refreshes too.
    """

    text: str = "latest"
    _low: Version = field(default=Version(0, 0, 0), init=False, repr=False, compare=False)
    _high: Version | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        low, high = _bounds(self.text.strip())
        object.__setattr__(self, "_low", low)
        object.__setattr__(self, "_high", high)

    @property
    def is_latest(self) -> bool:
        """Whether the current release is meant, whatever its number."""
        return self.text.strip() in {"latest", "*", ""}

    def __contains__(self, version: Version) -> bool:
        return self._low <= version and (self._high is None or version < self._high)

    def newest(self, versions: Iterable[Version]) -> Version | None:
        """The greatest of the versions inside the range, or nothing."""
        return max((version for version in versions if version in self), default=None)

    def __str__(self) -> str:
        return self.text


def _bounds(text: str) -> tuple[Version, Version | None]:
    if text in {"latest", "*", ""}:
        return Version(0, 0, 0), None
    exact = _VERSION.match(text)
    if exact:
        version = Version.parse(text)
        return version, Version(
            version.major, version.minor, version.patch, version.refresh + 1
        )
    match = _PARTIAL.match(text)
    if match is None:
        raise InputError(
            f"{text!r} is not a version or a range.",
            remedy="Write latest, 1.2.0, 1.2.0+r3, 1.2, ^1.2 or ~1.2.3.",
        )
    sign, major, minor, patch = match[1], int(match[2]), match[3], match[4]
    low = Version(major, int(minor or 0), int(patch or 0))
    if sign == "^" and (major or minor is None):
        return low, Version(major + 1, 0, 0)
    if sign == "^" and (low.minor or patch is None):
        return low, Version(0, low.minor + 1, 0)
    if sign == "^":
        return low, Version(major, low.minor, low.patch + 1)
    if minor is not None:
        return low, Version(major, low.minor + 1, 0)
    return low, Version(major + 1, 0, 0)


@dataclass(frozen=True, slots=True)
class ReleaseRef:
    """A product at a range of versions: `aviation/delays@^1`."""

    product: ProductName
    range: VersionRange = VersionRange()

    @classmethod
    def parse(cls, text: str) -> ReleaseRef:
        """Read `domain/product[@range]`; InputError when either half is wrong."""
        name, _, wanted = text.partition("@")
        return cls(ProductName.parse(name), VersionRange(wanted or "latest"))

    def __str__(self) -> str:
        return f"{self.product}@{self.range}"

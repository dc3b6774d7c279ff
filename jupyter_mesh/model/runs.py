"""What a promotion will do, one execution of a notebook, and what was published."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.policy import Decision
from jupyter_mesh.model.versions import Change, VersionDecision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.tables import Pin, Snapshot, ViewSnapshot
    from jupyter_mesh.model.versions import Version


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something in the way; `cell` counts from 1 and `line` inside it, 0 unknown."""

    text: str
    remedy: str = ""
    cell: int = 0
    line: int = 0
    file: str = ""
    blocking: bool = True

    def __str__(self) -> str:
        cell = f"cell {self.cell}" if self.cell else ""
        line = f"line {self.line}" if self.line else ""
        place = " ".join(filter(None, (self.file, cell, line)))
        return f"{place}: {self.text} {self.remedy}".strip(": ")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a promotion would do, before anything happens."""

    product: DataProduct
    actor: Actor
    version: Version
    version_decision: VersionDecision
    inputs: tuple[Pin, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    obstacles: tuple[Obstacle, ...] = ()
    previous: Release | None = None
    checks: int = 0
    gates: tuple[str, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether nothing blocking stands in the way."""
        return not any(obstacle.blocking for obstacle in self.obstacles)


class Step(StrEnum):
    """The steps of a promotion, in order."""

    PLAN = "plan"
    RUN = "run"
    STAGE = "stage"
    CHECK = "check"
    GATE = "gate"
    PUBLISH = "publish"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened on the way: which step, how far (`done` of `total`), in words.

    `checks` are results that have just come in.
    """

    step: Step
    text: str
    done: int = 0
    total: int = 0
    failed: bool = False
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a notebook.

    `executed` is the path of the executed copy, `cells` the seconds of each code cell in order,
    `environment` the installed packages as `name==version` lines, `digest` the SHA-256 of the
    notebook as it stood before.
    """

    run_id: str
    notebook: str
    digest: str
    executed: str
    executed_digest: str
    started: datetime
    ended: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environment: tuple[str, ...] = ()
    cells: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PortSnapshot:
    """An output port and the snapshot it serves in one release."""

    port: str
    snapshot: Snapshot
    contract_digest: str = ""
    contract: str = field(default="", repr=False)


class ReleaseState(StrEnum):
    """Where a release stands: one is current, an older one superseded or rolled back from."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    ROLLED_BACK = "rolled-back"


@dataclass(frozen=True, slots=True)
class Release:
    """A published version: an immutable record, chained to the one before by its digest.

    `digest` and `previous` are SHA-256 hexadecimal digests of canonical JSON (RFC 8785);
    `kind` is `promotion` or `rollback`; `state` is not part of the record. `views` are all that
    stood in the product's schema by its releases when this one was published.
    """

    product: ProductName
    version: Version
    created: datetime
    actor: Actor
    outputs: tuple[PortSnapshot, ...]
    inputs: tuple[Pin, ...] = ()
    views: tuple[ViewSnapshot, ...] = ()
    run: Run | None = None
    version_decision: VersionDecision = field(
        default_factory=lambda: VersionDecision(Change.NONE)
    )
    checks: tuple[CheckResult, ...] = ()
    decision: Decision = field(default_factory=Decision)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    kind: str = "promotion"
    restores: str = ""
    previous: str = ""
    digest: str = ""
    state: ReleaseState = ReleaseState.CURRENT

    @property
    def reason(self) -> str:
        """Why it has this number, in one line."""
        return "; ".join(self.version_decision.reasons)

    def output(self, port: str) -> PortSnapshot | None:
        """What a port serves in this release, or nothing."""
        return next((output for output in self.outputs if output.port == port), None)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told to others after a release: a row of the outbox."""

    id: int
    kind: str
    release: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the catalog remembers it: `state` is running, published, refused or failed."""

    run_id: str
    product: ProductName
    state: str
    started: datetime
    actor: str
    ended: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

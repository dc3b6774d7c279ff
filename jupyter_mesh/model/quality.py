"""What checking found: one rule held against one snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jupyter_mesh.model.contract import Severity


class Outcome(StrEnum):
    """How a rule came out; not evaluated never counts as passed."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One rule held against one snapshot.

    `observed` is the measured figure (a plain JSON value), `expected` the promise in words,
    `message` one sentence for a person, `rows` up to 20 failing rows of plain JSON values.
    `definition` is the rule as plain JSON, so that the result can be read without the contract.
    """

    port: str
    rule: str
    outcome: Outcome
    message: str
    column: str = ""
    metric: str = ""
    observed: Any = None
    expected: str = ""
    severity: Severity = Severity.CRITICAL
    dimension: str = ""
    rows: tuple[dict[str, Any], ...] = ()
    definition: dict[str, Any] = field(default_factory=dict)

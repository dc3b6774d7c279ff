"""What a run read and wrote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.runs import PortSnapshot
    from jupyter_mesh.model.tables import Pin


class EventType(StrEnum):
    """The states of a run in OpenLineage (specification 2-0-2, RunEvent.eventType)."""

    START = "START"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


@dataclass(frozen=True, slots=True)
class LineageEvent:
    """One state of one run with what it read and wrote so far."""

    type: EventType
    at: datetime
    run_id: str
    product: ProductName
    inputs: tuple[Pin, ...] = ()
    outputs: tuple[PortSnapshot, ...] = ()
    message: str = ""

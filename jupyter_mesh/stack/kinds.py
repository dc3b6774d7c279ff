"""What the stack asks of a kind of server, and what it gives to start one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jupyter_mesh.stack.packages import Tell
    from jupyter_mesh.stack.service import Service


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a server starts: its own folder, the user's cache, a loopback address and port.

    `environment` holds secrets and is given to the process alone; `others` are the services
    of the stack that run already.
    """

    folder: Path
    cache: Path
    address: str
    port: int
    tell: Tell
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    others: Mapping[str, Service] = field(default_factory=dict)


class Kind(Protocol):
    """One kind of server."""

    @property
    def patience(self) -> float:
        """How many seconds it may take until it answers."""
        ...

    def start(self, ground: Ground) -> Service:
        """Begin its process; it need not answer yet."""
        ...

    def answers(self, service: Service) -> bool:
        """Whether this very server is ready for work."""
        ...

    def settle(self, service: Service, ground: Ground) -> Service:
        """Make what it needs inside, once it answers; the service, with all its facts."""
        ...

    def stop(self, service: Service, tell: Tell) -> None:
        """End its process, whatever state it is in."""
        ...

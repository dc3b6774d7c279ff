"""The servers beside one mesh: started, found again, looked at and stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConflictError, NameNotFound
from jupyter_mesh.stack import network, service
from jupyter_mesh.stack.keeping import kept
from jupyter_mesh.stack.kinds import Ground, Kind
from jupyter_mesh.stack.locks import held
from jupyter_mesh.stack.packages import home
from jupyter_mesh.stack.postgres import Postgres
from jupyter_mesh.stack.processes import is_alive
from jupyter_mesh.stack.storage import Storage
from jupyter_mesh.stack.trino import Trino
from jupyter_mesh.stack.waiting import await_ready, tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from jupyter_mesh.stack.packages import Tell
    from jupyter_mesh.stack.service import Service

RUNNING, STARTING, SILENT, ENDED, STOPPED = "running", "starting", "silent", "ended", "stopped"
_LARGE_LOG = 10 << 20


@dataclass(frozen=True, slots=True)
class Standing:
    """How one server is, and which it is where its process lives.

    running: it answers; starting: it has not yet; silent: it did and does not; ended: nobody
    stopped it, and it is gone; stopped: it is not wanted.
    """

    name: str
    state: str
    service: Service | None = None


def _kinds() -> dict[str, Kind]:
    """Every kind of server, each after those that it makes use of."""
    return {"postgres": Postgres(), "s3": Storage(), "trino": Trino()}


def _quiet(_words: str) -> None:
    """Told to nobody."""


class Stack:
    """The servers of one mesh, each in a folder of its own below `root`.

    Everything that is known about them is in files there: any process may start them and any
    other one find and stop them.
    """

    def __init__(
        self,
        root: Path,
        cache: Path | None = None,
        address: str = network.LOOPBACK,
        kinds: Mapping[str, Kind] | None = None,
    ) -> None:
        self.root = root.absolute()
        self.cache = home() if cache is None else cache
        self.address = network.loopback(address)
        self._kinds = _kinds() if kinds is None else dict(kinds)

    @property
    def names(self) -> Sequence[str]:
        """The servers that there are, in the order they start in."""
        return tuple(self._kinds)

    def up(
        self,
        names: Iterable[str],
        environment: Mapping[str, str] | None = None,
        tell: Tell = _quiet,
        ports: Mapping[str, int] | None = None,
    ) -> Mapping[str, Service]:
        """Have these servers running and ready: found where they run already, else started.

        `environment` goes to their processes alone. A server keeps the port that it had;
        `ports` names others, 0 for any free one. Two at once: the second waits and finds.
        Raises ConflictError for a port that is taken, StackError with its log's last telling
        line for a server that does not come up; nothing half started stays.
        """
        given, asked = dict(environment or {}), dict(ports or {})
        found: dict[str, Service] = {}
        wanted = self._known(names)
        with kept(self.root), self._alone(tell):
            for name in wanted:
                found[name] = self._up(name, given, tell, asked.get(name))
        return found

    def down(self, names: Iterable[str] = (), tell: Tell = _quiet) -> Sequence[str]:
        """Stop these servers, or all; which ones were running. Harmless when done twice."""
        stopped: list[str] = []
        wanted = self._known(names) or list(self.names)
        if not self.root.is_dir():
            return stopped
        with kept(self.root), self._alone(tell):
            for name in reversed(wanted):
                known = self._alive(name)
                if known is not None:
                    tell(f"{name}: stopping")
                    self._kinds[name].stop(known, tell)
                    stopped.append(name)
                service.forget(self._folder(name))
        return stopped

    def found(self, name: str) -> Service | None:
        """The server when it runs and answers; never another one on its number or port."""
        (name,) = self._known([name])
        standing = self._standing(name)
        return standing.service if standing.state == RUNNING else None

    def status(self) -> Sequence[Standing]:
        """How every server of the stack is."""
        return [self._standing(name) for name in self.names]

    def logs(self, name: str, lines: int = 100) -> Sequence[str]:
        """The last lines of a server's log, also of one that has ended."""
        (name,) = self._known([name])
        folder = self._folder(name) / "log"
        return tail(folder / "server.log", lines) or tail(folder / "start.log", lines)

    def _known(self, names: Iterable[str]) -> list[str]:
        """The names once each, in the order that their servers start in."""
        asked = set(names)
        for name in sorted(asked.difference(self.names)):
            servers = ", ".join(self.names)
            raise NameNotFound("server", name, self.names, remedy=f"There are: {servers}.")
        return [name for name in self.names if name in asked]

    def _alone(self, tell: Tell) -> AbstractContextManager[None]:
        busy = partial(tell, "waiting: another session starts or stops servers")
        return held(self.root / "lock", busy)

    def _folder(self, name: str) -> Path:
        return self.root / name

    def _alive(self, name: str) -> Service | None:
        known = service.read(self._folder(name))
        return known if known is not None and is_alive(known.pid, known.birth) else None

    def _standing(self, name: str) -> Standing:
        known = self._alive(name)
        if known is None:
            is_missed = service.read(self._folder(name)) is not None
            return Standing(name, ENDED if is_missed else STOPPED)
        if not known.is_settled:
            return Standing(name, STARTING, known)
        return Standing(name, RUNNING if self._kinds[name].answers(known) else SILENT, known)

    def _up(
        self, name: str, environment: dict[str, str], tell: Tell, port: int | None
    ) -> Service:
        kind, folder, known = self._kinds[name], self._folder(name), self._alive(name)
        ground = Ground(
            folder, self.cache, self.address, 0, tell, environment, dict(self._others(name))
        )
        if known is not None:
            _hold_to(known, environment, port)
        else:
            log = folder / "log"
            log.mkdir(parents=True, exist_ok=True)
            _turn_over(log)
            begun = kind.start(replace(ground, port=self._port(name, port)))
            known = replace(begun, facts={**begun.facts, "variables": sorted(environment)})
            # At once: who is killed while waiting must not leave a server that nobody knows.
            service.write(known)
        if known.is_settled and kind.answers(known):
            tell(f"{name}: runs already at {known.url}")
            return known
        return self._awaited(kind, known, ground)

    def _others(self, name: str) -> Iterator[tuple[str, Service]]:
        for other in self.names:
            at = self.found(other) if other != name else None
            if at is not None:
                yield other, at

    def _awaited(self, kind: Kind, known: Service, ground: Ground) -> Service:
        """The server when it answers and holds all it needs; stopped when it does not."""
        try:
            await_ready(known, partial(kind.answers, known), kind.patience, ground.tell)
            settled = replace(kind.settle(known, ground), is_settled=True)
            service.write(settled)
        except BaseException:
            kind.stop(known, ground.tell)
            service.forget(known.folder)
            raise
        return settled

    def _port(self, name: str, asked: int | None) -> int:
        """The port that was asked for, else the one it had, else a free one; remembered."""
        memory = self._folder(name) / "port"
        before = memory.read_text().strip() if memory.is_file() else ""
        wanted = int(before) if asked is None and before.isdecimal() else asked or 0
        port = network.reserve(self.address, wanted, name)
        memory.write_text(f"{port}\n")
        return port


def _hold_to(known: Service, environment: Mapping[str, str], port: int | None) -> None:
    """A running server cannot be given another port, nor learn another secret."""
    missing = sorted(set(environment) - set(known.facts.get("variables", ())))
    again = f"Start it anew: mesh stack down {known.name}, then mesh stack up {known.name}."
    if missing:
        raise ConflictError(
            f"{known.name} runs already, but was started without {', '.join(missing)}.",
            remedy=again,
        )
    if port and port != known.facts["port"]:
        raise ConflictError(
            f"{known.name} runs already, on port {known.facts['port']}.", remedy=again
        )


def _turn_over(folder: Path) -> None:
    """Put the last start's own output aside, and a log that has grown large."""
    for log in folder.glob("*.log"):
        # A link is a server's own, which turns its log over by itself.
        if not log.is_symlink() and (
            log.name == "start.log" or log.stat().st_size > _LARGE_LOG
        ):
            log.replace(log.with_suffix(".log.1"))

"""The servers beside one mesh: started, found again, looked at and stopped."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConflictError, NameNotFound, StorageError
from jupyter_mesh.stack import network, service
from jupyter_mesh.stack.kinds import Ground, Kind
from jupyter_mesh.stack.locks import held
from jupyter_mesh.stack.packages import home
from jupyter_mesh.stack.postgres import Postgres
from jupyter_mesh.stack.processes import is_alive
from jupyter_mesh.stack.storage import Storage
from jupyter_mesh.stack.trino import Trino
from jupyter_mesh.stack.waiting import await_ready, tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from jupyter_mesh.stack.packages import Tell
    from jupyter_mesh.stack.service import Service

_LARGE_LOG = 10 << 20


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
        wanted = self._known(names)
        found: dict[str, Service] = {}
        self._make_folder(self.root)
        with held(self.root / "lock", lambda: tell("another session starts or stops servers")):
            for name in wanted:
                given = dict(environment or {})
                found[name] = self._up(name, given, tell, dict(ports or {}).get(name))
        return found

    def down(self, names: Iterable[str] = (), tell: Tell = _quiet) -> Sequence[str]:
        """Stop these servers, or all; which ones were running. Harmless when done twice."""
        wanted = self._known(names) or list(self.names)
        stopped: list[str] = []
        if not self.root.is_dir():
            return stopped
        with held(self.root / "lock", lambda: tell("another session starts or stops servers")):
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
        known = self._alive(*self._known([name]))
        if known is None or not known.is_settled:
            return None
        return known if self._kinds[name].answers(known) else None

    def status(self) -> Mapping[str, Service | None]:
        """Every server of the stack, nothing for one that does not run."""
        return {name: self.found(name) for name in self.names}

    def logs(self, name: str, lines: int = 100) -> Sequence[str]:
        """The last lines of a server's log, also of one that has ended."""
        folder = self._folder(*self._known([name])) / "log"
        said = tail(folder / "server.log", lines)
        return said or tail(folder / "start.log", lines)

    def _known(self, names: Iterable[str]) -> list[str]:
        """The names once each, in the order that their servers start in."""
        asked = set(names)
        for name in sorted(asked):
            if name not in self._kinds:
                servers = " and ".join(self.names)
                raise NameNotFound("server", name, self.names, remedy=f"There are {servers}.")
        return [name for name in self.names if name in asked]

    def _folder(self, name: str) -> Path:
        return self.root / name

    def _alive(self, name: str) -> Service | None:
        known = service.read(self._folder(name))
        return known if known is not None and is_alive(known.pid, known.birth) else None

    def _up(
        self, name: str, environment: dict[str, str], tell: Tell, port: int | None
    ) -> Service:
        kind, folder = self._kinds[name], self._folder(name)
        known = self._alive(name)
        others = {other: at for other in self.names if (at := self.found(other)) is not None}
        ground = Ground(folder, self.cache, self.address, 0, tell, environment, others)
        if known is None:
            ground = replace(ground, port=self._port(name, port))
            self._make_folder(folder / "log")
            _turn_over(folder / "log")
            begun = kind.start(ground)
            known = replace(begun, facts={**begun.facts, "variables": sorted(environment)})
            # At once: who is killed while waiting must not leave a server that nobody knows.
            service.write(known)
        else:
            _hold_to(known, environment, port)
        return self._awaited(kind, known, ground)

    def _awaited(self, kind: Kind, known: Service, ground: Ground) -> Service:
        """The server when it answers, with all its facts; stopped when it does not."""
        if known.is_settled and kind.answers(known):
            ground.tell(f"{known.name}: runs already at {known.url}")
            return known
        try:
            await_ready(known, partial(kind.answers, known), kind.patience, ground.tell)
            settled = replace(kind.settle(known, ground), is_settled=True)
        except BaseException:
            kind.stop(known, ground.tell)
            service.forget(known.folder)
            raise
        service.write(settled)
        return settled

    def _port(self, name: str, asked: int | None) -> int:
        """The port that was asked for, else the one it had, else a free one; remembered."""
        memory = self._folder(name) / "port"
        before = memory.read_text().strip() if memory.is_file() else "0"
        wanted = asked if asked is not None else int(before) if before.isdigit() else 0
        port = network.reserve(self.address, wanted, name)
        self._make_folder(memory.parent)
        memory.write_text(f"{port}\n")
        return port

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"{folder} could not be made: {error.strerror or error}.",
                remedy="Is the mesh's folder writable, and is there room on the disk?",
            ) from error


def _hold_to(known: Service, environment: Mapping[str, str], port: int | None) -> None:
    """A running server cannot be given another port, nor learn another secret."""
    missing = sorted(set(environment) - set(known.facts.get("variables", ())))
    again = f"mesh stack down {known.name}, then mesh stack up {known.name}."
    if missing:
        raise ConflictError(
            f"{known.name} runs already, but was started without {', '.join(missing)}.",
            remedy=f"Start it anew: {again}",
        )
    if port and port != known.facts["port"]:
        raise ConflictError(
            f"{known.name} runs already, on port {known.facts['port']}.",
            remedy=f"Start it anew: {again}",
        )


def _turn_over(folder: Path) -> None:
    """Put large logs of earlier starts aside, one of each; a start's own output begins anew."""
    for log in folder.glob("*.log"):
        if log.name == "start.log" or log.stat().st_size > _LARGE_LOG:
            os.replace(log, log.with_suffix(".log.1"))
    for stray in folder.glob("*.part"):
        shutil.rmtree(stray, ignore_errors=True)

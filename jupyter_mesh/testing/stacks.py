"""A stack of the shortest real server there is: it answers every request with its number."""

from __future__ import annotations

import http.server
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mesh.stack import Stack, network, processes
from jupyter_mesh.stack.service import Service, log_of

if TYPE_CHECKING:
    from jupyter_mesh.stack.kinds import Ground, Kind
    from jupyter_mesh.stack.packages import Tell


@dataclass
class Echo:
    """Starts it. `behaviour`: it fails, it sleeps, or it stays unsettled.

    `grounds` are those it was given, `begun` what it started.
    """

    name: str = "echo"
    behaviour: str = ""
    patience: float = 20.0
    grounds: list[Ground] = field(default_factory=list)
    begun: list[Service] = field(default_factory=list)

    def start(self, ground: Ground) -> Service:
        """Begin its process."""
        pid = processes.start(
            [sys.executable, "-P", __file__, ground.address, str(ground.port), self.behaviour],
            ground.folder,
            processes.environment(ground.environment),
            log_of(ground.folder),
        )
        service = Service(
            name=self.name,
            pid=pid,
            url=f"http://{ground.address}:{ground.port}",
            folder=ground.folder,
            started="2026-11-23T00:00:00+00:00",
            version="1",
            facts={"host": ground.address, "port": ground.port},
            birth=processes.birth(pid),
        )
        self.grounds.append(ground)
        self.begun.append(service)
        return service

    def answers(self, service: Service) -> bool:
        """Whether it is this very process that answers."""
        host, port = service.facts["host"], service.facts["port"]
        return network.answer(host, port, "/", timeout=1)[1] == str(service.pid).encode()

    def settle(self, service: Service, _ground: Ground) -> Service:
        """Be interrupted here, where that is asked for."""
        if self.behaviour == "unsettled":
            raise KeyboardInterrupt
        return service

    def stop(self, service: Service, _tell: Tell) -> None:
        """End it."""
        processes.stop(service.pid, service.birth, 10)


def echoes(root: Path | str, **kinds: Kind) -> Stack:
    """A stack of echoes: of one called `echo`, or of those that are given."""
    found: dict[str, Kind] = {**kinds} or {"echo": Echo()}
    return Stack(Path(root), Path(root) / "cache", kinds=found)


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _serve(address: str, port: str, behaviour: str) -> None:
    if behaviour == "fails":
        sys.exit("Exception: the moon is full")
    if behaviour == "sleeps":
        time.sleep(60)
    http.server.ThreadingHTTPServer((address, int(port)), _Answer).serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:])

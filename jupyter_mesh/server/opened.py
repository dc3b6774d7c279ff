"""The one open mesh of a server: opened when first asked for, anew when mesh.yaml changes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError, MeshError
from jupyter_mesh.meshfile import FILE, find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.policy import Actor


@dataclass
class _Held:
    """A mesh, the state of its file when it was opened, and how many requests use it."""

    mesh: Mesh
    mark: tuple[str, int, int]
    users: int = 0
    is_past: bool = False


class OpenMesh:
    """Shares one mesh among all requests, each with the session of its own user."""

    def __init__(self, folder: Path, named: str = "") -> None:
        self.folder = folder
        self._named = named
        self._held: _Held | None = None
        self._lock = Lock()

    @property
    def path(self) -> Path:
        """The mesh.yaml: the one that was named, the nearest upwards, or the only one below.

        ConfigError says how to make one when there is none.
        """
        environ = os.environ
        if self._named:
            return find(self.folder / self._named, environ)
        if environ.get("MESH_PATH"):
            return find(None, environ)
        for place in (self.folder, *self.folder.parents):
            if (place / FILE).is_file():
                return place / FILE
        below = sorted(self.folder.glob(f"*/{FILE}"))
        if len(below) == 1:
            return below[0]
        if below:
            raise ConfigError(
                f"{self.folder} holds {len(below)} meshes.",
                remedy="Start Jupyter in the folder of one of them, or set MESH_PATH.",
            )
        raise ConfigError(
            f"There is no {FILE} in {self.folder} or above it.",
            remedy="Make a mesh here: mesh init.",
        )

    @property
    def exists(self) -> bool:
        """Whether there is a mesh to open."""
        try:
            return self.path.is_file()
        except MeshError:
            return False

    @contextmanager
    def of(self, actor: Actor | None) -> Iterator[Mesh]:
        """The mesh for one request of a user; without one, as the mesh's own user."""
        from jupyter_mesh.mesh import Mesh

        held = self._taken()
        try:
            session = held.mesh.session
            yield Mesh(held.mesh.parts, replace(session, actor=actor or session.actor))
        finally:
            self._left(held)

    def close(self) -> None:
        """Let go of the mesh, when the last request has ended."""
        with self._lock:
            held, self._held = self._held, None
            ends = held is not None and self._retire(held)
        if held is not None and ends:
            held.mesh.close()

    def _taken(self) -> _Held:
        path = self.path
        mark = _mark(path)
        old = None
        with self._lock:
            if self._held is None or self._held.mark != mark:
                fresh = _Held(_opened(path), mark)
                if self._held is not None and self._retire(self._held):
                    old = self._held.mesh
                self._held = fresh
            held = self._held
            held.users += 1
        if old is not None:
            old.close()
        return held

    def _left(self, held: _Held) -> None:
        with self._lock:
            held.users -= 1
            ends = held.is_past and held.users == 0
        if ends:
            held.mesh.close()

    @staticmethod
    def _retire(held: _Held) -> bool:
        held.is_past = True
        return held.users == 0


def _mark(path: Path) -> tuple[str, int, int]:
    state = path.stat()
    return str(path), state.st_mtime_ns, state.st_size


def _opened(path: Path) -> Mesh:
    """The mesh with the parts that many threads share already made: parts make no locks."""
    from jupyter_mesh.mesh import Mesh

    mesh = Mesh.open(path)
    parts = mesh.parts
    _made = (parts.lakes, parts.gateway, parts.products, parts.engine())
    return mesh

"""The one mesh of a kernel: opened on first need, shared by cells, lines and completion."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.quality import CheckResult

_lock = RLock()
_mesh: Mesh | None = None
_checks: tuple[CheckResult, ...] | None = None


def current() -> Mesh:
    """The kernel's mesh; the nearest one upwards is opened the first time it is asked for."""
    with _lock:
        return _mesh if _mesh is not None else open_mesh()


def opened() -> Mesh | None:
    """The kernel's mesh when it is open already."""
    return _mesh


def open_mesh(path: str | Path | None = None) -> Mesh:
    """Make the mesh of a folder the kernel's; the one before is closed when it worked."""
    from jupyter_mesh.mesh import Mesh

    return adopt(Mesh.open(path))


def adopt(mesh: Mesh) -> Mesh:
    """Make an open mesh the kernel's, and close the one before."""
    global _mesh
    with _lock:
        if _mesh is not mesh:
            forget()
        _mesh = mesh
    return mesh


def forget() -> None:
    """Close the kernel's mesh; the next use opens one again."""
    global _mesh
    with _lock:
        before, _mesh = _mesh, None
        remember(None)
        if before is not None:
            before.close()


def remember(checks: Sequence[CheckResult] | None) -> None:
    """Keep what the last check found, for `%mesh rows`."""
    global _checks
    _checks = None if checks is None else tuple(checks)


def last_checks() -> tuple[CheckResult, ...] | None:
    """What the last check in this kernel found, or nothing."""
    return _checks


class CurrentMesh:
    """The variable `mesh`: always the kernel's mesh, opened when it is first used."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the mesh has there
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(current(), name)

    def __dir__(self) -> list[str]:
        from jupyter_mesh.mesh import Mesh

        return [name for name in dir(Mesh) if not name.startswith("_")]

    def __repr__(self) -> str:
        return "<the mesh of this kernel>" if _mesh is None else repr(_mesh)

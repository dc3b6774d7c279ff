"""A visit: one request as the answering functions see it, and the house it comes to."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.server.sight import Sight

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.server.index import Freshness
    from jupyter_mesh.server.jobs import Promotions
    from jupyter_mesh.server.opened import OpenMesh


@dataclass(frozen=True)
class House:
    """What all requests of a server share; `folder` is the one that Jupyter shows."""

    folder: Path
    opened: OpenMesh
    index: Freshness
    promotions: Promotions

    def shown(self, path: str | Path) -> str:
        """A file's path as Jupyter knows it: from its folder on; an outer one stays whole."""
        file = Path(path)
        if file.is_relative_to(self.folder):
            return file.relative_to(self.folder).as_posix()
        return str(path)

    def told(self, value: Any) -> Any:  # noqa: ANN401 - any part of an error
        """Words as a visitor reads them: files from the mesh's or Jupyter's folder on."""
        if isinstance(value, str):
            nearest = [self.opened.path.parent] if self.opened.exists else []
            for folder in (*nearest, self.folder):
                value = value.replace(f"{folder}/", "")
            return value
        if isinstance(value, dict):
            return {key: self.told(part) for key, part in value.items()}
        return list(map(self.told, value)) if isinstance(value, list) else value

    def fault(self, details: dict[str, Any]) -> dict[str, Any]:
        """An error as a visitor reads it; `path` is its file, where Jupyter can open it."""
        file = Path(str(details.get("file", "")))
        path = {"path": self.shown(file)} if file.is_relative_to(self.folder) else {}
        told: dict[str, Any] = self.told(details)
        return told | path

    def file(self, shown: str) -> Path:
        """The file behind a path that Jupyter shows."""
        return self.folder / shown.removeprefix("RTC:").lstrip("/")


@dataclass
class Visit:
    """One request: who asks, what is asked, and the mesh opened in their name.

    `actor` is None for a visitor who has no name but the server's token.
    """

    house: House
    actor: Actor | None
    values: dict[str, Any]
    ticket: QueryTicket = field(default_factory=QueryTicket)
    sight: Sight = field(default_factory=Sight)
    _stack: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def mesh(self) -> Mesh:
        """The mesh, with the visitor's own session."""
        return self._stack.enter_context(self.house.opened.of(self.actor))

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - what its schema says
        return self.values.get(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

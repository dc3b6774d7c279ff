"""A data product: who owns it, what it takes, what it serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import NameNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.model.contract import Contract
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.versions import ReleaseRef


@dataclass(frozen=True, slots=True)
class InputPort:
    """One thing a product reads: a table, or a port of another product at a range."""

    name: str
    table: TableName
    release: ReleaseRef | None = None


@dataclass(frozen=True, slots=True)
class OutputPort:
    """One table a product serves, with its promise."""

    name: str
    table: TableName
    contract: Contract
    description: str = ""


@dataclass(frozen=True, slots=True)
class DataProduct:
    """A product as its files describe it (ODPS v1.0.0).

    `folder` and `notebook` are absolute paths; `version` is what the author claims, empty when
    left to be derived; `sampling` how much of its inputs a trial run reads; `engine` which of
    the mesh's engines runs and checks it, empty for the mesh's own; `files` maps each
    descriptor's path, relative to `folder`, to its text.
    """

    name: ProductName
    folder: str
    notebook: str
    inputs: tuple[InputPort, ...]
    outputs: tuple[OutputPort, ...]
    owner: str = ""
    description: str = ""
    status: str = ""
    version: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    def output(self, port: str) -> OutputPort:
        """The output port of that name; NameNotFound offers the nearest."""
        for output in self.outputs:
            if output.name == port:
                return output
        raise NameNotFound(
            f"output port of {self.name} named", port, [p.name for p in self.outputs]
        )

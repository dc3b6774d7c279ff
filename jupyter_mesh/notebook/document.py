"""A notebook as a file: its cells, read without running or changing anything."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import NotebookError

if TYPE_CHECKING:
    from pathlib import Path

# Outputs of this size stall every program that opens the file; the source is never that long.
LIMIT = 64 * 2**20
KINDS = frozenset({"code", "markdown", "raw"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `number` counts every cell from 1, text cells too, as one sees them."""

    number: int
    kind: str
    source: str
    tags: tuple[str, ...] = ()
    count: int | None = None

    @property
    def runs(self) -> bool:
        """Whether there is anything to execute."""
        return self.kind == "code" and bool(self.source.strip())


@dataclass(frozen=True)
class Document:
    """A notebook's cells with the bytes that they were read from and those bytes' SHA-256."""

    path: Path
    cells: tuple[Cell, ...]
    language: str = "python"
    content: bytes = field(default=b"", repr=False)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """The file's name, for sentences."""
        return self.path.name

    @property
    def code(self) -> tuple[Cell, ...]:
        """The cells that will run, in order."""
        return tuple(cell for cell in self.cells if cell.runs)


def read(path: Path) -> Document:
    """Read a notebook of nbformat 4; NotebookError says what the file is instead."""
    content = _bytes(path)
    try:
        node = json.loads(content)
    except (ValueError, RecursionError) as error:
        at = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise _broken(path, f"it is not JSON{at}") from error
    if not isinstance(node, dict) or not isinstance(node.get("cells", node), list | dict):
        raise _broken(path, "it holds no notebook")
    if node.get("nbformat") != 4:
        raise NotebookError(
            f"{path.name} is written in notebook format {node.get('nbformat', 'unknown')}.",
            remedy="Open it in JupyterLab and save it: that writes format 4.",
            notebook=str(path),
        )
    cells = node.get("cells")
    if not isinstance(cells, list):
        raise _broken(path, "it has no list of cells")
    return Document(
        path,
        tuple(_cell(path, number, cell) for number, cell in enumerate(cells, start=1)),
        _language(node),
        content,
    )


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LIMIT:
            raise NotebookError(
                f"{path.name} is {size / 2**20:,.0f} MB; {LIMIT // 2**20} MB is the limit.",
                remedy="Clear its outputs and save it; data belong into tables.",
                notebook=str(path),
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotebookError(
            f"There is no notebook {path}.",
            remedy="Write it, or name the right file in the product's descriptor.",
            notebook=str(path),
        ) from error
    except OSError as error:
        raise _broken(path, error.strerror or str(error)) from error


def _cell(path: Path, number: int, cell: Any) -> Cell:  # noqa: ANN401 - any JSON value
    source = cell.get("source", "") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or cell.get("cell_type") not in KINDS:
        raise _broken(path, f"its cell {number} is none")
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    count = cell.get("execution_count")
    return Cell(
        number,
        cell["cell_type"],
        source,
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        count if isinstance(count, int) else None,
    )


def _language(node: dict[str, Any]) -> str:
    metadata = node.get("metadata")
    if isinstance(metadata, dict):
        for block, key in (("kernelspec", "language"), ("language_info", "name")):
            told = metadata.get(block)
            # JupyterLab writes an empty name until the kernel has told its own.
            if isinstance(told, dict) and isinstance(told.get(key), str) and told[key]:
                language = str(told[key]).lower()
                return "python" if language in {"ipython", "python3"} else language
    return "python"


def _broken(path: Path, why: str) -> NotebookError:
    return NotebookError(
        f"{path.name} cannot be read as a notebook: {why}.",
        remedy="Open it in JupyterLab and save it, or take it back from version control.",
        notebook=str(path),
    )

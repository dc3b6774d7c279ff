"""The demonstration's story: land, promote, change, promote again, and one honest refusal."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jupyter_mesh.demo import data
from jupyter_mesh.errors import ConflictError, InputError, PromotionRefused
from jupyter_mesh.mesh import Mesh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_mesh.model.runs import Progress, Release

PRODUCT = "aviation/delays"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the demonstration tells: a heading, what happened, rows worth a look."""

    heading: str
    text: str = ""
    rows: tuple[dict[str, Any], ...] = ()


def make(target: Path, *, fresh: bool = False) -> None:
    """Lay out the demonstration's files and land its data in a folder that is empty or new.

    With `fresh` a demonstration that is there is removed first. Raises ConflictError when one
    is there, InputError when the folder holds anything else.
    """
    if (target / "mesh.yaml").exists():
        if not fresh:
            raise ConflictError(
                f"{target} holds the demonstration already.",
                remedy=f"Go on with it, or start again: mesh demo {target} --fresh",
            )
        _remove(target)
    elif target.exists() and any(target.iterdir()):
        raise InputError(
            f"{target} is not empty.", remedy="Name a new folder: mesh demo DIRECTORY."
        )
    _lay_out("files", target)
    (target / "gitignore").rename(target / ".gitignore")
    data.operations(target / "data" / "ops.sqlite")
    with Mesh.open(target) as mesh, TemporaryDirectory() as scratch:
        mesh.land(data.flights(Path(scratch)), "lake.raw.flights")
        for name in ("weather", "planes"):
            mesh.land(data.folder() / f"{name}.csv", f"lake.raw.{name}")


def tell_story(target: Path, tell: Callable[[Progress], None]) -> Iterator[Line]:
    """Promote three times, saying what each time showed: a release, a version, a refusal."""
    with Mesh.open(target) as mesh:
        yield _published(mesh.promote(PRODUCT, tell=tell), "First promotion")
        _lay_out("changed", target)
        yield _published(mesh.promote(PRODUCT, tell=tell), "A column is added")
        yield _refused(mesh, tell)


def _published(release: Release, heading: str) -> Line:
    ports = ", ".join(
        f"{output.snapshot.table} ({output.snapshot.rows:,} rows)" for output in release.outputs
    )
    return Line(heading, f"{release.product} {release.version}: {release.reason}. {ports}")


def _refused(mesh: Mesh, tell: Callable[[Progress], None]) -> Line:
    try:
        mesh.promote(PRODUCT, {"spoil": 3}, tell=tell)
    except PromotionRefused as refusal:
        current = mesh.release(PRODUCT)
        text = f"{refusal}\nReaders still see {current.product} {current.version}."
        return Line("Three carriers are lost", text, refusal.rows)
    raise InputError("The contract let three lost carriers through; look at its rules.")


def _lay_out(part: str, target: Path) -> None:
    with as_file(files("jupyter_mesh.demo") / part) as source:
        shutil.copytree(source, target, dirs_exist_ok=True)


def _remove(target: Path) -> None:
    """Remove what the demonstration made, and nothing that a person put beside it."""
    for name in (".mesh", "data", "products", "policy"):
        shutil.rmtree(target / name, ignore_errors=True)
    for name in ("mesh.yaml", ".gitignore"):
        (target / name).unlink(missing_ok=True)

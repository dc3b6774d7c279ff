"""The demonstration's story: land, promote, change, promote again, and one honest refusal."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jupyter_mesh.demo import data
from jupyter_mesh.errors import InputError, PromotionRefused
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


def tell_story(
    target: Path, tell: Callable[[Progress], None], *, fresh: bool = False
) -> Iterator[Line]:
    """Make the demonstration in a new or empty folder, promote three times, say what showed.

    One that is there is only described, unless `fresh` asks to begin again. Raises InputError
    when the folder holds anything else.
    """
    if (target / "mesh.yaml").exists() and not fresh:
        yield _standing(target)
        return
    make(target)
    with Mesh.open(target) as mesh:
        yield _landed(mesh)
        yield _published(mesh.promote(PRODUCT, tell=tell), "First promotion")
        _lay_out("changed", target)
        yield _published(mesh.promote(PRODUCT, tell=tell), "A column is added")
        yield _refused(mesh, tell)


def make(target: Path) -> None:
    """Lay out the demonstration's files and land its data; one that is there is removed first.

    Raises InputError when the folder holds anything else.
    """
    if (target / "mesh.yaml").exists():
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


def _landed(mesh: Mesh) -> Line:
    rows = [
        f"{entry.name} ({mesh.describe(entry.name).facts['rows']:,} rows)"
        for entry in mesh.browse("lake.raw")
    ]
    return Line("Real data is landed", ", ".join(rows))


def _standing(target: Path) -> Line:
    with Mesh.open(target) as mesh:
        releases = [
            {"product": str(it.product), "version": str(it.version), "state": it.state.value}
            for it in mesh.releases()
        ]
    again = f"To begin again: mesh demo {target} --fresh"
    return Line("The demonstration stands here already", again, tuple(releases))


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
        if (target / name).exists():
            shutil.rmtree(target / name)
    for name in ("mesh.yaml", ".gitignore"):
        (target / name).unlink(missing_ok=True)

"""Completion of names in a shell: products from their folders, the rest from the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def complete_products(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[str]:
    """The products whose name begins so; folders tell, no catalog is opened."""
    try:
        root = _root(ctx)
        found = sorted((root / "products").glob("*/*/*.odps.yaml"))
    except OSError:
        return []
    names = dict.fromkeys(f"{path.parent.parent.name}/{path.parent.name}" for path in found)
    return [name for name in names if name.startswith(incomplete)]


def complete_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Products, and one level of the catalog below what was typed; nothing when it fails."""
    if "/" in incomplete:
        return complete_products(ctx, param, incomplete)
    from jupyter_mesh.mesh import Mesh

    try:
        with Mesh.open(_path(ctx)) as mesh:
            entries = mesh.browse(incomplete.rpartition(".")[0])
    except Exception:
        return complete_products(ctx, param, incomplete)
    return [
        entry.name
        for entry in entries
        if entry.kind != "column" and entry.name.startswith(incomplete)
    ]


def _path(ctx: click.Context) -> str | None:
    path = ctx.find_root().params.get("path")
    return None if path is None else str(path)


def _root(ctx: click.Context) -> Path:
    """The mesh's folder: the one named, or the nearest upwards; else where we stand."""
    path = _path(ctx)
    start = Path(path) if path else Path.cwd()
    start = start.parent if start.is_file() else start
    folders = (start, *start.resolve().parents)
    return next((folder for folder in folders if (folder / "mesh.yaml").is_file()), start)

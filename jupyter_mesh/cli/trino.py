"""Verbs for a Trino server that others keep: trino config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jupyter_mesh.cli.verb import engine, verb
from jupyter_mesh.formats.outline import Outline

if TYPE_CHECKING:
    from jupyter_mesh.cli.terminal import Terminal


@click.group("trino")
def trino() -> None:
    """What a Trino server needs for this mesh."""


@verb("config")
@click.argument("folder", required=False, default="etc", type=click.Path(file_okay=False))
@engine
@click.pass_obj
def config(terminal: Terminal, folder: str, engine: str | None) -> None:
    """Write catalogs and access rules for a server's etc folder; nothing is overwritten.

    Secrets are written as references to the server's environment, never as themselves.
    """
    from jupyter_mesh.documents import write_text
    from jupyter_mesh.engines.trino_rules import server_files
    from jupyter_mesh.errors import ConflictError
    from jupyter_mesh.settings import TrinoSettings, load

    settings = load(Path(terminal.path) if terminal.path else None)
    chosen = settings.engines.get(engine or "trino")
    names = chosen.catalogs if isinstance(chosen, TrinoSettings) else {}
    root = Path(folder).absolute()
    files = {root / name: text for name, text in server_files(settings.catalogs, names).items()}
    for path in files:
        if path.exists():
            raise ConflictError(
                f"{path} is there already.", remedy="Name another folder, and compare."
            )
    for path, text in files.items():
        write_text(path, text)
    variables = sorted(
        {
            line.partition("${ENV:")[2].partition("}")[0]
            for text in files.values()
            for line in text.splitlines()
            if "${ENV:" in line
        }
    )
    notes = [f"The server's environment must hold {', '.join(variables)}."] if variables else []
    notes.append("Copy them into the etc folder of every node, then restart the server.")
    rows = tuple((str(path),) for path in files)
    shown = Outline(f"What Trino needs for {settings.name}.", ("file",), rows, tuple(notes))
    answer = {"files": [str(path) for path in files], "environment": variables}
    terminal.answer(answer, shown)


trino.add_command(config)

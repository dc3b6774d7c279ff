"""Verbs that say what there is and how it is: engines, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jupyter_mesh.cli.verb import verb
from jupyter_mesh.formats.outline import listing

if TYPE_CHECKING:
    from jupyter_mesh.cli.terminal import Terminal

ILL = 5


@verb("engines")
@click.pass_obj
def engines(terminal: Terminal) -> None:
    """List what can answer SQL here: mesh query --engine NAME chooses one."""
    with terminal.mesh() as mesh:
        found = mesh.engines()
    terminal.answer(found, listing("entry", found))


@verb("doctor")
@click.pass_obj
def doctor(terminal: Terminal) -> int:
    """Say what is configured and reachable, which guarantees hold, what to mend; 5 if ill."""
    from jupyter_mesh.model.health import Health

    with terminal.mesh() as mesh:
        found = list(mesh.doctor())
    terminal.answer(found, listing("condition", found))
    return ILL if any(one.health is Health.BAD for one in found) else 0

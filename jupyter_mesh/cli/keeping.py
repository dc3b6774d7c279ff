"""Verbs that set up and keep house: init, demo, fsck, gc, completion."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jupyter_mesh.cli.steps import live_steps
from jupyter_mesh.cli.verb import verb
from jupyter_mesh.formats.outline import Outline, counted, failing, listing

if TYPE_CHECKING:
    from jupyter_mesh.cli.terminal import Terminal

FAULTY = 5
_GO_ON = """\
  mesh releases
  mesh query "SELECT * FROM lake.aviation_delays.carriers ORDER BY late_share DESC"
  jupyter lab      and in a notebook: %load_ext jupyter_mesh, then a cell of %%mesh and SQL"""


@verb("init")
@click.argument("folder", required=False, default=".", type=click.Path(file_okay=False))
@click.option("--name", default="", metavar="NAME", help="The mesh's name; else the folder's.")
@click.pass_obj
def init(terminal: Terminal, folder: str, name: str) -> None:
    """Begin a mesh in a folder: mesh.yaml and .gitignore; nothing is overwritten."""
    from jupyter_mesh.meshfile import begin

    root = Path(folder).expanduser().absolute()
    made = begin(root, name)
    notes = ("Next: mesh land FILE lake.raw.TABLE, then mesh new product DOMAIN/PRODUCT.",)
    rows = tuple((str(file),) for file in made)
    shown = Outline(f"A mesh in {root}.", ("file",), rows, notes)
    terminal.answer({"root": str(root), "files": [str(file) for file in made]}, shown)


@verb("demo")
@click.argument("folder", required=False, default=".demo", type=click.Path(file_okay=False))
@click.option("--fresh", is_flag=True, help="Remove a demonstration that is there, and begin.")
@click.pass_obj
def demo(terminal: Terminal, folder: str, fresh: bool) -> None:
    """Make a mesh of real flights and promote a notebook three times."""
    from jupyter_mesh.demo import tell_story

    target = Path(folder)
    told = []
    with live_steps(terminal) as tell:
        for line in tell_story(target, tell, fresh=fresh):
            told.append({"heading": line.heading, "text": line.text, "rows": list(line.rows)})
            if not terminal.is_json:
                terminal.text(f"\n{line.heading}\n{line.text}")
                if line.rows:
                    terminal.table(failing(line.rows, counted(len(line.rows), "row")))
    if terminal.is_json:
        terminal.document({"root": str(target.absolute()), "story": told})
        return
    terminal.text(f"\nGo on:\n{_environment()}  cd {target}\n{_GO_ON}")


def _environment() -> str:
    """The line that makes `mesh` a command, where it is none yet."""
    if shutil.which("mesh") is not None or sys.prefix == sys.base_prefix:
        return ""
    prefix = Path(sys.prefix)
    here = Path.cwd()
    shown = prefix.relative_to(here) if prefix.is_relative_to(here) else prefix
    return f"  source {shown}/bin/activate\n"


@verb("fsck")
@click.pass_obj
def fsck(terminal: Terminal) -> int:
    """Prove the store: files present, digests right, chain unbroken; 5 when not."""
    with terminal.mesh() as mesh:
        problems = mesh.fsck()
    terminal.answer(problems, listing("problem", problems))
    return FAULTY if problems else 0


@verb("gc")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Only files older than so many days; seven without it.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.pass_obj
def gc(terminal: Terminal, days: float | None, dry_run: bool) -> None:
    """Remove files that nothing kept can reach."""
    age = None if days is None else timedelta(days=days)
    with terminal.mesh() as mesh:
        report = mesh.gc(age, dry_run=dry_run)
    done = "would be removed" if report.dry_run else "removed"
    files = counted(report.removed, "file")
    title = f"{files} ({report.size:,} bytes) {done}, {report.kept:,} kept."
    terminal.answer(report, Outline(title, ("file",), tuple((file,) for file in report.files)))


@verb("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a completion script, as for: eval "$(mesh completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    if script is not None:
        root = ctx.find_root()
        click.echo(script(root.command, {}, "mesh", "_MESH_COMPLETE").source())

"""Verbs about products: new, check, plan, promote, releases, diff, rollback, lint."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jupyter_mesh.cli.names import complete_products
from jupyter_mesh.cli.steps import live_steps
from jupyter_mesh.cli.verb import name, parameters, product, verb
from jupyter_mesh.formats.outline import Outline, listing, outline

if TYPE_CHECKING:
    from jupyter_mesh.cli.terminal import Terminal

REFUSED = 1
WRONG = 2


@click.group("new")
def new() -> None:
    """Begin something new: mesh new product energy/plants."""


@verb("product")
@click.argument("product", metavar="DOMAIN/PRODUCT")
@click.option(
    "--port", "ports", multiple=True, metavar="NAME", help="An output port; may be repeated."
)
@click.option("--owner", default="", metavar="NAME", help="Who owns it; else the mesh's user.")
@click.pass_obj
def new_product(terminal: Terminal, product: str, ports: tuple[str, ...], owner: str) -> None:
    """Lay out a product's folder: descriptor, a contract for each port, a notebook."""
    from jupyter_mesh.formats.scaffold import new_product as lay_out
    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.settings import load

    settings = load(Path(terminal.path) if terminal.path else None)
    name = ProductName.parse(product)
    made = lay_out(settings.products, name, settings.home, owner or str(settings.actor), ports)
    notes = (f"Write the notebook, then: mesh plan {product}, mesh promote {product}.",)
    shown = Outline(f"{product} is laid out.", ("file",), tuple((str(f),) for f in made), notes)
    terminal.answer({"product": product, "files": [str(file) for file in made]}, shown)


new.add_command(new_product)


@verb("check")
@name
@click.pass_obj
def check(terminal: Terminal, name: str) -> int:
    """Hold a product's data, or one table, against its contract; 1 when a rule is broken."""
    from jupyter_mesh.model.contract import Severity
    from jupyter_mesh.model.quality import Outcome

    with terminal.mesh() as mesh:
        results = mesh.check(name)
    terminal.answer(results, listing("check", results))
    broken = {Outcome.FAILED, Outcome.NOT_EVALUATED}
    blocks = any(r.outcome in broken and r.severity is Severity.CRITICAL for r in results)
    return REFUSED if blocks else 0


@verb("plan")
@product
@parameters
@click.pass_obj
def plan(terminal: Terminal, product: str, parameters: tuple[tuple[str, Any], ...]) -> int:
    """Say what a promotion would do and what stands in its way; 1 when it would be refused."""
    with terminal.mesh() as mesh:
        found = mesh.plan(product, dict(parameters))
    terminal.answer(found, outline(found))
    return 0 if found.is_clear else REFUSED


@verb("promote")
@product
@parameters
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another promotion of the product to end.",
)
@click.pass_obj
def promote(
    terminal: Terminal, product: str, parameters: tuple[tuple[str, Any], ...], wait: float
) -> None:
    """Run, stage, check and publish: a new release, or nothing has changed."""
    with terminal.mesh() as mesh, live_steps(terminal) as tell:
        release = mesh.promote(product, dict(parameters), tell=tell, wait=wait)
    terminal.answer(release, outline(release))


@verb("releases")
@click.argument("product", required=False, shell_complete=complete_products)
@click.pass_obj
def releases(terminal: Terminal, product: str | None) -> None:
    """List the releases of a product, or of all, newest first."""
    with terminal.mesh() as mesh:
        found = mesh.releases(product)
    terminal.answer(found, listing("release", found))


@verb("diff")
@click.argument("before", metavar="A", shell_complete=complete_products)
@click.argument("after", metavar="B", shell_complete=complete_products)
@click.pass_obj
def diff(terminal: Terminal, before: str, after: str) -> None:
    """Say what changed: mesh diff aviation/delays@1.0.0 aviation/delays@latest."""
    with terminal.mesh() as mesh:
        found = mesh.diff(before, after)
    terminal.answer(found, outline(found))


@verb("rollback")
@product
@click.argument("version")
@click.pass_obj
def rollback(terminal: Terminal, product: str, version: str) -> None:
    """Make an older release current again, by a new release that says so."""
    with terminal.mesh() as mesh:
        release = mesh.rollback(product, version)
    terminal.answer(release, outline(release))


@verb("lint")
@click.pass_obj
def lint(terminal: Terminal) -> int:
    """Show every fault in the mesh's files, each with its line; 2 when one is an error."""
    from jupyter_mesh.formats.lint import lint as look_through
    from jupyter_mesh.meshfile import find

    # A mesh.yaml that is wrong opens no mesh, and is looked through all the same.
    file = find(Path(terminal.path) if terminal.path else None, os.environ)
    findings = look_through(file.parent)
    terminal.answer(findings, listing("finding", findings))
    return WRONG if any(finding.level == "error" for finding in findings) else 0

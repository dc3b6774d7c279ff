"""Verbs that ask and bring in: query, read, browse, describe, land."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from jupyter_mesh.cli.names import complete_names, complete_products
from jupyter_mesh.cli.rows import FORMATS, Outlet
from jupyter_mesh.cli.verb import engine, name, parameters, verb
from jupyter_mesh.engines.work import Work
from jupyter_mesh.formats.outline import listing, outline

if TYPE_CHECKING:
    from jupyter_mesh.cli.terminal import Terminal

format_ = click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="How rows are written; by default by the file's ending, else as a table.",
)
output = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the rows to a file, which appears whole or not at all.",
)


@verb("query")
@click.argument("sql")
@parameters
@engine
@format_
@output
@click.pass_obj
def query(
    terminal: Terminal,
    sql: str,
    parameters: tuple[tuple[str, Any], ...],
    engine: str | None,
    format_: str | None,
    output: str | None,
) -> None:
    """Run a statement of Trino SQL; `-` reads it from standard input.

    Parameters written `:name` are given with -p name=value: mesh query "SELECT :n" -p n=1
    """
    from jupyter_mesh.errors import InputError, QueryError

    outlet = Outlet.chosen(terminal, format_, output)
    text = sys.stdin.read() if sql == "-" else sql
    if not text.strip():
        raise InputError(
            "There is no statement.", remedy='Write one: mesh query "SHOW CATALOGS".'
        )
    values = dict(parameters)
    with terminal.mesh() as mesh:
        try:
            Work(lambda ticket: outlet.write(mesh.query(text, values, engine, ticket))).joined()
        except QueryError as error:
            error.statement = text
            raise


@verb("read")
@click.argument("release", metavar="PRODUCT@RANGE", shell_complete=complete_products)
@click.argument("port", required=False, default="")
@format_
@output
@click.pass_obj
def read(
    terminal: Terminal, release: str, port: str, format_: str | None, output: str | None
) -> None:
    """Read a port of a release: mesh read aviation/delays@^1 carriers."""
    outlet = Outlet.chosen(terminal, format_, output)
    with terminal.mesh() as mesh:
        Work(lambda _ticket: outlet.write(mesh.read(release, port))).joined()


@verb("browse")
@click.argument("prefix", required=False, default="", shell_complete=complete_names)
@click.pass_obj
def browse(terminal: Terminal, prefix: str) -> None:
    """List what stands below a name: catalogs, schemas, tables, columns, products."""
    with terminal.mesh() as mesh:
        entries = mesh.browse(prefix)
    terminal.answer(entries, listing("entry", entries))


@verb("describe")
@name
@click.pass_obj
def describe(terminal: Terminal, name: str) -> None:
    """Describe a table, a product or a release."""
    with terminal.mesh() as mesh:
        description = mesh.describe(name)
    terminal.answer(description, outline(description))


@verb("land")
@click.argument("file", type=click.Path(dir_okay=False))
@click.argument("table", shell_complete=complete_names)
@click.pass_obj
def land(terminal: Terminal, file: str, table: str) -> None:
    """Make a csv, parquet or json file one immutable version of a table."""
    with terminal.mesh() as mesh:
        landing = Work(lambda ticket: mesh.land(file, table, ticket)).joined()
    terminal.answer(landing, outline(landing))

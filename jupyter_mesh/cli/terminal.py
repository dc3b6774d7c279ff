"""Where a command speaks: answers on standard output, all else on standard error."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from jupyter_mesh.errors import MeshError
    from jupyter_mesh.formats.outline import Outline
    from jupyter_mesh.mesh import Mesh

# Nobody cuts a table that goes to a file or another program.
_ENDLESS = 100_000


class Terminal:
    """The two streams of one command, and how it was asked to speak."""

    def __init__(self) -> None:
        self.is_json = False
        self.is_quiet = False
        self.path: str | None = None
        self._has_answered = False

    def mesh(self) -> Mesh:
        """The mesh that the options, the environment or the folder name."""
        from jupyter_mesh.mesh import Mesh

        return Mesh.open(self.path)

    # -- answers ---------------------------------------------------------------------------

    def answer(self, value: Any, shown: Outline) -> None:  # noqa: ANN401 - any noun
        """Give the answer: as JSON where that was asked for, else as a table."""
        if self.is_json:
            from jupyter_mesh.formats.records import record

            self.document(record(value))
        else:
            self.table(shown)

    def document(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Write one JSON document."""
        self._has_answered = True
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def text(self, words: str) -> None:
        """Write lines that are an answer in themselves."""
        self._has_answered = True
        click.echo(words)

    def table(self, shown: Outline) -> None:
        """Write a table with its title and notes."""
        self._has_answered = True
        _print_table(_console(), shown)

    # -- all else --------------------------------------------------------------------------

    def say(self, words: str) -> None:
        """Say what happens, to a person."""
        if not self.is_quiet:
            click.echo(words, err=True)

    def show(self, shown: Outline) -> None:
        """Show a table that belongs to an error or to progress."""
        _print_table(_console(stderr=True), shown)

    def failed(self, error: MeshError) -> int:
        """Say what went wrong and what to do; the exit code."""
        if self.is_json:
            self._error(error.details())
            return error.exit_code
        click.echo(f"{_red('error')}: {error.message}", err=True)
        for more in (error.excerpt, error.remedy):
            if more:
                click.echo(more, err=True)
        rows = getattr(error, "rows", ())
        if rows:
            from jupyter_mesh.formats.outline import failing

            self.show(failing(rows))
        return error.exit_code

    def misused(self, error: click.ClickException) -> int:
        """Say how the command is written; the exit code of wrong input."""
        message = error.format_message()
        ctx: click.Context | None = getattr(error, "ctx", None)
        usage = f"{ctx.get_usage()}\nMore: {ctx.command_path} --help" if ctx else ""
        if self.is_json:
            self._error({"type": "UsageError", "message": message, "remedy": usage})
        else:
            click.echo(f"{_red('error')}: {message}", err=True)
            if usage:
                click.echo(usage, err=True)
        return 2

    def stopped(self, code: int) -> int:
        """Say that the user stopped it."""
        if self.is_json:
            self._error({"type": "Cancelled", "message": "Stopped.", "remedy": ""})
        else:
            click.echo("Stopped.", err=True)
        return code

    def broken(self, error: Exception, code: int) -> int:
        """Keep the stack of an error that should not be in a file, and say where."""
        from jupyter_mesh.cli.report import write_report

        place = write_report(error, self.path)
        words = f"{type(error).__name__}: {_first_line(error)}".rstrip(": .")
        said = f"Something unexpected happened: {words}."
        remedy = f"Please report it, with {place}."
        if self.is_json:
            self._error({"type": type(error).__name__, "message": said, "remedy": remedy})
        else:
            click.echo(f"{_red('error')}: {said} {remedy}", err=True)
        return code

    def _error(self, details: dict[str, Any]) -> None:
        """The error as the one JSON document; aside when an answer was begun already."""
        document = json.dumps({"error": details}, ensure_ascii=False, indent=2, default=str)
        click.echo(document, err=self._has_answered)

    def begin_rows(self) -> None:
        """Note that rows go to standard output from now on."""
        self._has_answered = True


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _ENDLESS
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def _print_table(console: Console, shown: Outline) -> None:
    """Every word goes in as text, so that nothing in the data is taken for markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if shown.title:
        console.print(Text(shown.title, style="bold"))
    if shown.rows:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for place, heading in enumerate(shown.headings):
            table.add_column(Text(heading), overflow="fold")
            if place in shown.numeric:
                table.columns[-1].justify = "right"
        for row in shown.rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
    for note in shown.notes:
        console.print(Text(note))


def _red(word: str) -> str:
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return click.style(word, fg="red", bold=True) if coloured else word


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")

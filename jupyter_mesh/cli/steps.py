"""The steps of a promotion as they happen: a live line on a terminal, else plain lines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from jupyter_mesh.formats.cells import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_mesh.cli.terminal import Terminal
    from jupyter_mesh.model.runs import Progress, Step

    Tell = Callable[[Progress], None]


@contextmanager
def live_steps(terminal: Terminal) -> Iterator[Tell]:
    """What a promotion is given to tell its progress to; all of it goes to standard error."""
    if terminal.is_quiet:
        yield lambda _progress: None
    elif sys.stderr.isatty():
        with _bars() as tell:
            yield tell
    else:
        yield _print_line


def _print_line(progress: Progress) -> None:
    click.echo(line_of(progress), err=True)


def line_of(progress: Progress) -> str:
    """One step in one line: `run      3/12  cell 3`."""
    count = f"{progress.done}/{progress.total}  " if progress.total else ""
    mark = "✗ " if progress.failed else ""
    return f"{progress.step.value:<9}{mark}{count}{visible(progress.text)}"


@contextmanager
def _bars() -> Iterator[Tell]:
    """A bar for each step that counts, a spinner for each that does not."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.fields[step]:<9}"),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    tasks: dict[Step, object] = {}
    with Bars(*columns, console=Console(stderr=True)) as bars:

        def tell(progress: Progress) -> None:
            words = escape(visible(progress.text))
            if progress.failed:
                words = f"[red]✗ {words}[/red]"
            if progress.step not in tasks:
                for task in bars.task_ids:
                    bars.update(task, total=1, completed=1)
                tasks[progress.step] = bars.add_task(
                    words, step=progress.step.value, total=None
                )
            bars.update(
                tasks[progress.step],  # type: ignore[arg-type]
                description=words,
                completed=progress.done,
                total=progress.total or None,
            )

        yield tell
        for task in bars.task_ids:
            bars.update(task, total=1, completed=1)

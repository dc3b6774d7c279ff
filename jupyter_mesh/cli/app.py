"""The command `mesh`: its options, its verbs, and what every way of ending says and returns."""

from __future__ import annotations

import os
import select
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

import click

from jupyter_mesh.cli.terminal import Terminal
from jupyter_mesh.errors import MeshError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each verb's room is only opened when the verb is used (or its help is shown).
ROOMS = {
    "asking": ("query", "read", "browse", "describe", "land"),
    "products": ("new", "check", "plan", "promote", "releases", "diff", "rollback", "lint"),
    "keeping": ("init", "demo", "fsck", "gc", "completion"),
    "health": ("engines", "doctor"),
    "stack": ("stack",),
    "gateway": ("gateway",),
    "trino": ("trino",),
}
CANCELLED = 130
UNEXPECTED = 5


class Shell(click.Group):
    """The group of all verbs; turns every ending into a sentence and an exit code."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The verbs in the order of a working day."""
        return ["init", "demo", *ROOMS["products"][:1], *_rest()]

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The verb of that name, read from its room."""
        for room, verbs in ROOMS.items():
            if name in verbs:
                command = getattr(import_module(f"jupyter_mesh.cli.{room}"), name)
                return command if isinstance(command, click.Command) else None
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; an unknown one is answered with the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]}?", ctx) from None

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what the verb returns
        """Run the verb; a reader that went away is told apart before click sees it."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            if _reader_is_gone():
                raise _ReaderGone from None
            raise
        return answer

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *_ignored: Any,  # noqa: ANN401 - click's other arguments
        **extra: Any,  # noqa: ANN401 - click's other arguments
    ) -> NoReturn:
        """Run one command line and end the process with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        terminal = extra.setdefault("obj", Terminal())
        terminal.is_json = _wants_json(arguments)
        extra["standalone_mode"] = False
        try:
            code = super().main(arguments, prog_name or "mesh", **extra)
        except _ReaderGone:
            code = _leave_quietly()
        except (click.Abort, KeyboardInterrupt):
            code = terminal.stopped(CANCELLED)
        except click.ClickException as error:
            code = terminal.misused(error)
        except MeshError as error:
            code = terminal.failed(error)
        except Exception as error:
            code = terminal.broken(error, UNEXPECTED)
        sys.exit(code if isinstance(code, int) else 0)


class _ReaderGone(Exception):
    """Whoever read our output has closed it, as `head` does."""


def _reader_is_gone() -> bool:
    """Whether it is standard output that broke, and not a pipe of our own."""
    watch = select.poll()
    watch.register(sys.stdout.fileno(), select.POLLOUT)
    return any(event & select.POLLERR for _file, event in watch.poll(0))


def _leave_quietly() -> int:
    """Keep Python from complaining about the closed pipe when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _rest() -> list[str]:
    order = ("land", "browse", "describe", "query", "check", "plan", "promote", "releases")
    return [
        *order,
        "read",
        "diff",
        "rollback",
        "lint",
        "engines",
        "doctor",
        "stack",
        "trino",
        "gateway",
        "fsck",
        "gc",
        "completion",
    ]


def _wants_json(arguments: list[str]) -> bool:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return "--json" in arguments[:end]


def _version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"jupyter-mesh {version('jupyter-mesh')}")
        ctx.exit()


@click.group(
    cls=Shell,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes: 0 done, 1 refused, 2 wrong input, 3 not found, 4 conflict, "
    "5 engine or storage failed, 130 cancelled.",
)
@click.option(
    "--mesh",
    "path",
    metavar="PATH",
    envvar="MESH_PATH",
    type=click.Path(),
    help="The mesh's folder or mesh.yaml; without it the nearest one upwards.",
)
@click.option("--json", is_flag=True, expose_value=False, help="Answer with one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Say the version and end.",
)
@click.pass_obj
def mesh(terminal: Terminal, path: str | None, quiet: bool) -> None:
    """From a notebook to a versioned data product."""
    terminal.path = path
    terminal.is_quiet = quiet


def main() -> NoReturn:
    """The entry point of the command `mesh`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a letter gets its number, and not an error.
            stream.reconfigure(errors="backslashreplace")
    try:
        mesh.main()
    except SystemExit as end:
        if end.code == CANCELLED:
            # An engine that is still at work in a thread would abort Python's own tidy end.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(CANCELLED)
        raise

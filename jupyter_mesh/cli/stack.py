"""Verbs for the servers beside the mesh: stack up, down, status, logs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jupyter_mesh.cli.verb import verb
from jupyter_mesh.formats.outline import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jupyter_mesh.cli.terminal import Terminal
    from jupyter_mesh.settings import Settings
    from jupyter_mesh.stack import Service, Stack, Standing

    Tell = Callable[[str], None]

# Named here too: the stack itself is only loaded when it is used.
NAMES = ("trino", "postgres", "s3")
_HEADINGS = ("server", "state", "address", "version", "process", "started")
_PORTS = 65536


class NamedPort(click.ParamType[tuple[str, int]]):
    """`SERVER=PORT`."""

    name = "SERVER=PORT"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, int]:
        """Split and read it."""
        if isinstance(value, tuple):
            return value
        server, _, port = value.partition("=")
        if server not in NAMES or not port.isdecimal() or int(port) >= _PORTS:
            self.fail(f"{value!r} is not SERVER=PORT, as in postgres=5433.", param, ctx)
        return server, int(port)


@click.group("stack")
def stack() -> None:
    """Real servers beside the notebook, from packages: trino, postgres, s3."""


def _servers(**more: Any) -> Callable[..., Any]:  # noqa: ANN401 - click's
    return click.argument("servers", nargs=-1, type=click.Choice(NAMES), **more)


@verb("up")
@_servers()
@click.option(
    "--port",
    "ports",
    type=NamedPort(),
    multiple=True,
    metavar="SERVER=PORT",
    help="The port of a server, 0 for any free one; without it the one it had. Repeatable.",
)
@click.pass_obj
def up(
    terminal: Terminal, servers: tuple[str, ...], ports: tuple[tuple[str, int], ...]
) -> None:
    """Start servers; trino when none is named.

    Waits until they answer; what runs already is found. They listen on this machine only and
    outlive this shell.
    """
    for name, _port in ports:
        if name not in (servers or ("trino",)):
            raise click.UsageError(f"A port is named for {name}, which is not to be started.")
    from jupyter_mesh.stack import Standing
    from jupyter_mesh.stack.stack import RUNNING

    settings, servers = _settings(terminal), servers or ("trino",)
    environment = _secrets(settings) if "trino" in servers else {}
    with _progress(terminal) as tell:
        found = _stack(settings).up(servers, environment, tell, dict(ports))
    _answer(terminal, [Standing(name, RUNNING, at) for name, at in found.items()])
    if "trino" in servers:
        terminal.say("Next: %%mesh --engine trino, or mesh query --engine trino SQL")


@verb("down")
@_servers()
@click.pass_obj
def down(terminal: Terminal, servers: tuple[str, ...]) -> None:
    """Stop servers; all when none is named.

    The database of postgres is kept; what lies in s3 is gone.
    """
    with _progress(terminal) as tell:
        stopped = _stack(_settings(terminal)).down(servers, tell)
    if terminal.is_json:
        terminal.document({"stopped": list(stopped)})
    else:
        terminal.text(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


@verb("status")
@click.pass_obj
def status(terminal: Terminal) -> None:
    """Say which servers run, and where."""
    _answer(terminal, _stack(_settings(terminal)).status())


@verb("logs")
@_servers()
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(1),
    default=50,
    metavar="N",
    help="So many of the last lines; 50 without it.",
)
@click.pass_obj
def logs(terminal: Terminal, servers: tuple[str, ...], lines: int) -> None:
    """Show the last lines of servers' logs.

    Of all when none is named; also of those that have ended.
    """
    beside = _stack(_settings(terminal))
    found = {name: list(beside.logs(name, lines)) for name in servers or NAMES}
    if terminal.is_json:
        terminal.document(found)
        return
    for name, said in found.items():
        if said:
            terminal.say(f"{name}: {beside.root / name / 'log'}")
            terminal.text("\n".join(said))
    if not any(found.values()):
        terminal.say("There is nothing in the logs.")


for _verb in (up, down, status, logs):
    stack.add_command(_verb)


def _settings(terminal: Terminal) -> Settings:
    from jupyter_mesh.settings import load

    return load(None if terminal.path is None else Path(terminal.path))


def _stack(settings: Settings) -> Stack:
    from jupyter_mesh.stack import Stack

    return Stack(settings.root / ".mesh" / "stack")


def _secrets(settings: Settings) -> Mapping[str, str]:
    """What the server's environment has to hold for the catalogs of mesh.yaml."""
    from jupyter_mesh.engines.trino_catalogs import environment
    from jupyter_mesh.settings import SecretStore

    return environment(settings.catalogs, SecretStore())


def _answer(terminal: Terminal, standings: Sequence[Standing]) -> None:
    if terminal.is_json:
        terminal.document({one.name: _record(one) for one in standings})
        return
    rows = [(one.name, one.state, *_cells(one.service)) for one in standings]
    notes = [
        f"The password of {one.name}: {one.service.facts['password_file']}"
        for one in standings
        if one.service is not None and "password_file" in one.service.facts
    ]
    notes += [
        f"{one.name}: see mesh stack logs {one.name}" for one in standings if _is_ill(one)
    ]
    terminal.table(table("", _HEADINGS, rows, notes))


def _is_ill(standing: Standing) -> bool:
    return standing.state in {"silent", "ended"}


def _cells(service: Service | None) -> tuple[object, ...]:
    if service is None:
        return ("", "", "", "")
    return (service.url, service.version, service.pid, service.started)


def _record(standing: Standing) -> dict[str, Any]:
    """A server as JSON: its state, and where its process lives all that is known of it."""
    service = standing.service
    if service is None:
        return {"state": standing.state}
    return {
        "state": standing.state,
        "url": service.url,
        "pid": service.pid,
        "version": service.version,
        "started": service.started,
        "folder": str(service.folder),
        "log": str(service.log),
        **service.facts,
    }


@contextmanager
def _progress(terminal: Terminal) -> Iterator[Tell]:
    """Who is told what happens meanwhile: one changing line of a terminal, else plain lines."""
    if terminal.is_quiet or not sys.stderr.isatty():
        yield terminal.say
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("...") as line:
        yield lambda words: line.update(Text(words))

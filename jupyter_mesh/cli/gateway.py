"""Verbs that let others in: the gateway itself, and the tokens that open it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jupyter_mesh.cli.verb import verb
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.formats.outline import Outline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.catalog.gateway_access import Right
    from jupyter_mesh.catalog.gateway_tokens import Issued
    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.cli.terminal import Terminal

_PORT = 8181
_HOW = "Make a token: mesh gateway token --read lake --write 'lake@*'"


@click.group("gateway", invoke_without_command=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    metavar="PORT",
    help=f"Where it listens, 0 for any free port; {_PORT} without it.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="Another address than this machine's own; needs a certificate.",
)
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A certificate (PEM): the gateway then speaks TLS.",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate's key (PEM), where it is in another file.",
)
@click.option("--json", is_flag=True, expose_value=False, help="Answer with one JSON document.")
@click.pass_context
def gateway(
    ctx: click.Context, port: int, host: str, certificate: Path | None, key: Path | None
) -> None:
    """Serve the Iceberg catalogs to other tools, by Iceberg's REST protocol.

    Runs until it is stopped. Trino, DuckDB, pyiceberg and Spark come in with a token.
    """
    if ctx.invoked_subcommand is not None:
        return
    terminal: Terminal = ctx.obj
    from jupyter_mesh.catalog.gateway import listener_of

    with terminal.mesh() as mesh:
        parts = mesh.parts
        # The mesh has to be able to keep tokens before anybody is let in.
        tokens = parts.tokens
        count = len(tokens.all())
        listener = listener_of(parts.lakes, tokens, host, port, certificate, key)
        told = {"url": listener.url, "catalogs": list(parts.lakes), "tokens": count}
        if terminal.is_json:
            terminal.document(told)
        else:
            terminal.text(
                f"The gateway listens at {listener.url}, for {', '.join(parts.lakes)}."
            )
            terminal.say(_HOW)
        try:
            listener.serve_forever(0.2)
        finally:
            listener.server_close()


@verb("token")
@click.option(
    "--read",
    "reads",
    multiple=True,
    metavar="PLACE",
    help="lake, lake@BRANCH, lake@* for every branch, lake:schema.table. Repeatable.",
)
@click.option(
    "--write",
    "writes",
    multiple=True,
    metavar="PLACE",
    help="What may be changed, and read; spelled as for --read. Repeatable.",
)
@click.option(
    "--hours",
    type=click.FloatRange(0, min_open=True),
    default=12.0,
    metavar="HOURS",
    help="How long it opens; 12 without it.",
)
@click.option("--for", "actor", default="", metavar="NAME", help="Whose it is; else yours.")
@click.pass_obj
def token(
    terminal: Terminal, reads: Sequence[str], writes: Sequence[str], hours: float, actor: str
) -> None:
    """Make a token for others, and show it this once.

    Products' tables on main change by promotion alone, whatever a token allows.
    """
    from jupyter_mesh.catalog.gateway_access import Right

    if not reads and not writes:
        raise click.UsageError("Say what it opens: --read PLACE or --write PLACE.")
    rights = [Right.parse(f"read:{place}") for place in reads]
    rights += [Right.parse(f"write:{place}") for place in writes]
    with terminal.mesh() as mesh:
        for right in rights:
            _check(mesh.parts.lakes, right)
        who = actor or str(mesh.session.actor)
        issued = mesh.parts.tokens.issue(who, rights, timedelta(hours=hours))
    if terminal.is_json:
        terminal.document({**_record(issued), "token": issued.text})
        return
    terminal.text(issued.text)
    terminal.say(
        f"Opens {_rights(issued)} for {who} until {issued.expires:%Y-%m-%d %H:%M} UTC."
    )
    terminal.say(f"It is shown this once. Take it back: mesh gateway revoke {issued.id}")


@verb("tokens")
@click.pass_obj
def tokens(terminal: Terminal) -> None:
    """List the tokens that were made, newest first."""
    with terminal.mesh() as mesh:
        found = mesh.parts.tokens.all()
    headings = ("token", "for", "opens", "until", "state")
    rows = tuple(
        (
            one.id,
            one.actor,
            _rights(one),
            f"{one.expires:%Y-%m-%d %H:%M}",
            "taken back" if one.is_revoked else "",
        )
        for one in found
    )
    if terminal.is_json:
        terminal.document([_record(one) for one in found])
    else:
        terminal.table(Outline("", headings, rows))


@verb("revoke")
@click.argument("key", metavar="TOKEN")
@click.pass_obj
def revoke(terminal: Terminal, key: str) -> None:
    """Take a token back, by the name that `mesh gateway tokens` shows."""
    with terminal.mesh() as mesh:
        found = mesh.parts.tokens.revoke(key)
    if terminal.is_json:
        terminal.document(_record(found))
    else:
        terminal.text(f"The token {found.id} of {found.actor} opens nothing any more.")


for _verb in (token, tokens, revoke):
    gateway.add_command(_verb)


def _check(lakes: Mapping[str, Lake], right: Right) -> None:
    """NameNotFound when there is no such catalog, or no such branch."""
    if right.catalog not in lakes:
        raise NameNotFound("Iceberg catalog", right.catalog, lakes)
    if right.branch not in {"", "*"}:
        lakes[right.catalog].branch(right.branch)


def _rights(token: Issued) -> str:
    return ", ".join(str(right) for right in token.rights)


def _record(token: Issued) -> Mapping[str, Any]:
    return {
        "id": token.id,
        "actor": token.actor,
        "rights": [str(right) for right in token.rights],
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "revoked": token.is_revoked,
    }

"""The form of every verb: it knows `--json`, and reads parameters as typed values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from jupyter_mesh.cli.names import complete_names, complete_products

if TYPE_CHECKING:
    from collections.abc import Callable


class Verb(click.Command):
    """A command that may be followed by `--json`, as the group may; the group reads it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's arguments
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                help="Answer with one JSON document.",
            )
        )


def verb(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function the verb of that name."""
    return click.command(name, cls=Verb)


class NamedValue(click.ParamType[tuple[str, Any]]):
    """`NAME=VALUE`, the value as JSON writes a number, truth value or null, else text."""

    name = "NAME=VALUE"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, Any]:
        """Split and read it."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not equals or not name.isidentifier():
            self.fail(f"{value!r} is not NAME=VALUE.", param, ctx)
        try:
            read = json.loads(text)
        except ValueError:
            return name, text
        return name, text if isinstance(read, dict | list) else read


parameters = click.option(
    "-p",
    "parameters",
    type=NamedValue(),
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter; numbers, true, false and null are read as such. May be repeated.",
)
engine = click.option("--engine", metavar="NAME", help="Another engine than the mesh's own.")
product = click.argument("product", shell_complete=complete_products)
name = click.argument("name", shell_complete=complete_names)

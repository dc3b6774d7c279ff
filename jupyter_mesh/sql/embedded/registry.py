"""Where the families of functions write down what they know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_mesh.sql.embedded.signatures import Registry

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.aggregation import Tail
    from jupyter_mesh.sql.embedded.scope import Env
    from jupyter_mesh.sql.embedded.typed import Typed


@dataclass(slots=True)
class Bound:
    """A call whose arguments have found their types.

    `given` are the arguments as they came, `args` the same as the signature wants them.
    """

    env: Env
    name: str
    at: int
    given: list[Typed]
    args: list[Typed]
    result: TrinoType

    def __getitem__(self, place: int) -> str:
        return self.args[place].sql

    def literal(self, place: int) -> str | None:
        """The argument's text where it is written out."""
        return self.args[place].literal

    def needed(self, place: int, what: str) -> str:
        """The argument's text, which must be written out."""
        value = self.args[place].literal
        if value is None:
            self.env.tx.unsupported(self.args[place].at, f"{self.name} with a computed {what}")
        return value


Writer = str | Callable[[Bound], "str | Typed"]
Aggregate = str | Callable[["Bound", "Tail"], str]
Form = Callable[["Env", "tree.Call"], "Typed"]

SCALARS = Registry()
AGGREGATES = Registry()
WINDOWS = Registry()
# Calls that translate their arguments themselves: IF, TRY, lambdas, typeof, ...
FORMS: dict[str, Form] = {}


def scalars(signatures: Mapping[str, Writer]) -> None:
    """Register scalar functions."""
    for signature, write in signatures.items():
        SCALARS.add(signature, write)


def aggregates(signatures: Mapping[str, Aggregate]) -> None:
    """Register aggregate functions."""
    for signature, write in signatures.items():
        AGGREGATES.add(signature, write)


def windows(signatures: dict[str, Writer]) -> None:
    """Register functions that need an OVER clause."""
    for signature, write in signatures.items():
        WINDOWS.add(signature, write)


def forms(found: dict[str, Any]) -> None:
    """Register calls with rules of their own."""
    FORMS.update(found)

"""Which gates a domain's releases pass: the mesh's gates.yaml, tightened by the domain."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from jupyter_mesh.documents import Document
from jupyter_mesh.errors import ConfigError
from jupyter_mesh.policy.gates import (
    ChecksMustPass,
    DescriptionsPresent,
    HonestVersion,
    NoSecret,
    OwnerNamed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jupyter_mesh.protocols import Gate

FILE = "gates.yaml"


@dataclass(frozen=True, slots=True)
class Demand:
    """One setting of gates.yaml: its two words, and whether the strict one is the default."""

    loose: str
    strict: str
    default: bool
    help: str


# What a gates.yaml can say. Broken critical rules refuse everywhere: there is no word for less.
DEMANDS: Mapping[str, Demand] = {
    "not_evaluated": Demand(
        "allow", "block", True, "critical rules that could not be evaluated"
    ),
    "warnings": Demand("allow", "block", False, "broken rules of severity warning"),
    "version": Demand("allow", "block", True, "a version smaller than the change asks for"),
    "owner": Demand("optional", "required", True, "an owner in the product's file"),
    "secrets": Demand("allow", "block", True, "credentials in notebook, files, parameters"),
    "descriptions": Demand("optional", "required", False, "words for each port and column"),
}


def gates_for(policy: Path, products: Path, domain: str) -> tuple[Gate, ...]:
    """The gates of a domain, in the order they are asked.

    `policy` is the mesh's policy folder, `products` the folder of the domains. A file that is
    not there asks for nothing. DescriptorError for a key or word that is none; ConfigError
    where the domain asks for less than the mesh.
    """
    strict = {key: demand.default for key, demand in DEMANDS.items()}
    if (policy / FILE).is_file():
        strict |= _read(Document.read(policy / FILE))
    own = products / domain / "policy" / FILE
    if own.is_file():
        document = Document.read(own)
        wanted = _read(document)
        _refuse_less(document, wanted, strict, domain)
        strict |= wanted
    return _gates(strict)


def _gates(strict: Mapping[str, bool]) -> tuple[Gate, ...]:
    asked: list[Gate] = [ChecksMustPass(strict["not_evaluated"], strict["warnings"])]
    optional: tuple[tuple[str, Gate], ...] = (
        ("version", HonestVersion()),
        ("owner", OwnerNamed()),
        ("secrets", NoSecret()),
        ("descriptions", DescriptionsPresent()),
    )
    return (*asked, *(gate for key, gate in optional if strict[key]))


def _read(document: Document) -> dict[str, bool]:
    """Each setting of a file, and whether it is the strict word."""
    wanted = {}
    for key, word in document.plain().items():
        demand = DEMANDS.get(key)
        if demand is None:
            near = get_close_matches(key, DEMANDS, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"There are {', '.join(DEMANDS)}."
            raise document.error((key,), "there is no gate setting of this name.", remedy)
        if word not in (demand.loose, demand.strict):
            raise document.error(
                (key,),
                f"expected {demand.strict} or {demand.loose}, found {word!r}.",
                f"It is about {demand.help}.",
            )
        wanted[key] = word == demand.strict
    return wanted


def _refuse_less(
    document: Document, wanted: Mapping[str, bool], strict: Mapping[str, bool], domain: str
) -> None:
    for key, is_strict in wanted.items():
        if strict[key] and not is_strict:
            demand = DEMANDS[key]
            raise ConfigError(
                f"{document.file}:{document.line((key,))}: {key}: {demand.loose} asks for less "
                f"than the mesh, which says {demand.strict}.",
                remedy=f"{domain} can ask for more than the mesh, never for less: take the "
                "line out, or change the mesh's own gates.yaml.",
            )

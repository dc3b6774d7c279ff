"""The plan of a promotion: which version it will be and why, before anything happens."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.model.changes import product_change
from jupyter_mesh.model.promises import promises
from jupyter_mesh.model.runs import Plan
from jupyter_mesh.model.versions import (
    Change,
    ReleaseRef,
    Version,
    VersionDecision,
    VersionRange,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.model.contract import Contract
    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.runs import Obstacle, Release
    from jupyter_mesh.model.tables import Pin
    from jupyter_mesh.protocols import Catalog, Gate

FIRST = Version(1, 0, 0)


def make_plan(
    product: DataProduct,
    catalog: Catalog,
    actor: Actor,
    parameters: Mapping[str, Any] | None = None,
    *,
    inputs: Sequence[Pin] = (),
    obstacles: Sequence[Obstacle] = (),
    gates: Sequence[Gate] = (),
) -> Plan:
    """What a promotion of the product would do, as things stand.

    `parameters` win over the product's own; `inputs` are the inputs with what they are pinned
    to, `obstacles` what was found in the notebook.
    """
    plan = Plan(
        product=product,
        actor=actor,
        version=FIRST,
        version_decision=VersionDecision(Change.NONE),
        inputs=tuple(inputs),
        parameters={**product.parameters, **(parameters or {})},
        obstacles=tuple(obstacles),
        checks=sum(len(promises(output.contract)) for output in product.outputs),
        gates=tuple(gate.name for gate in gates),
    )
    return numbered(plan, catalog)


def numbered(plan: Plan, catalog: Catalog) -> Plan:
    """The plan with the version that follows from the release that is current now."""
    product = plan.product
    previous = catalog.latest(product.name)
    version, decision = next_version(product, previous)
    # After a rollback the next number may have been given away already.
    while _is_taken(catalog, product.name, version):
        version = version.after(decision.change)
    return replace(plan, previous=previous, version=version, version_decision=decision)


def _is_taken(catalog: Catalog, product: ProductName, version: Version) -> bool:
    try:
        catalog.release(ReleaseRef(product, VersionRange(str(version))))
    except NameNotFound:
        return False
    return True


def next_version(
    product: DataProduct, previous: Release | None
) -> tuple[Version, VersionDecision]:
    """The product's next number: the previous one moved by the size of the contracts' change.

    A larger number that the descriptor claims is taken; a smaller one is not, and whether it
    may stand is for the gates to say.
    """
    claimed = _claimed(product)
    if previous is None:
        if claimed is None or claimed == FIRST:
            return FIRST, VersionDecision(Change.NONE, ("first release",))
        told = ("first release", f"its descriptor claims {claimed}")
        return claimed, VersionDecision(Change.NONE, told)
    decision = change_since(product, previous)
    version = previous.version.after(decision.change)
    if claimed is not None and claimed > version:
        reasons = (*decision.reasons, f"its descriptor claims {claimed}")
        return claimed, VersionDecision(decision.change, reasons)
    return version, decision


def change_since(product: DataProduct, previous: Release) -> VersionDecision:
    """How far the promises of all ports together are from those of a release."""
    newer = {output.name: output.contract for output in product.outputs}
    decision = product_change(contracts_of(previous, newer), newer)
    if decision.change is Change.NONE:
        return VersionDecision(Change.NONE, ("same contract, new data",))
    return decision


def contracts_of(
    release: Release, known: Mapping[str, Contract] = MappingProxyType({})
) -> dict[str, Contract]:
    """The contracts that a release was published under, by port.

    `known` are contracts already read: one of the same text is not read again.
    """
    return {
        output.port: same
        if (same := known.get(output.port)) is not None and same.text == output.contract
        else read_contract(output.contract, f"{output.port} of {release.version}", output.port)
        for output in release.outputs
    }


def _claimed(product: DataProduct) -> Version | None:
    """The version that the descriptor claims; a counter of refreshes is not for it to say."""
    try:
        version = Version.parse(product.version)
    except InputError:
        return None
    return version if not version.refresh else None

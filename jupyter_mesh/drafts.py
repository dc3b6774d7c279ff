"""Drafts: the hidden branch on which somebody stages a product's ports before promoting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.model.names import safe_name

if TYPE_CHECKING:
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.tables import Branch
    from jupyter_mesh.protocols import Catalog

# A draft is somebody's work of the week, not a run that has died when it goes quiet.
LEASE = timedelta(days=7)


def opened(catalog: Catalog, product: DataProduct, actor: Actor) -> Branch:
    """The actor's draft of a product, begun anew when a release has overtaken it."""
    if (branch := found(catalog, product, actor)) is not None:
        return branch
    run_id = f"{_prefix(product, actor)}{uuid4().hex[:8]}"
    tables = tuple(output.table for output in product.outputs)
    return catalog.open_branch(run_id, product.name, tables, LEASE)


def found(catalog: Catalog, product: DataProduct, actor: Actor) -> Branch | None:
    """The actor's open draft of a product, or nothing; one that is overtaken is abandoned."""
    release = catalog.latest(product.name)
    current = None
    for branch in catalog.branches():
        if branch.run_id.startswith(_prefix(product, actor)):
            if release is not None and branch.created < release.created:
                catalog.abandon(branch.name)
            else:
                current = branch
    return current


def name_of(catalog: Catalog, product: DataProduct, actor: Actor) -> str:
    """The name of the actor's draft, empty when there is none."""
    branch = found(catalog, product, actor)
    return branch.name if branch is not None else ""


def _prefix(product: DataProduct, actor: Actor) -> str:
    return f"draft-{product.name.schema}-{safe_name(actor.user)}-"

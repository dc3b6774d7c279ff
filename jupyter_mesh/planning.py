"""Planning: what the mesh knows, gathered into the plan of a promotion or of a comparison."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.model.diff import ReleaseDiff, compare
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.tables import Pin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.model.product import DataProduct, OutputPort
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Plan, Release
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.parts import Parts


def served(parts: Parts, name: str) -> tuple[DataProduct, tuple[OutputPort, ...]]:
    """The product and the ports that a product's or a table's name means.

    NameNotFound when no product serves that table.
    """
    if "/" in name:
        product = parts.products.product(ProductName.parse(name))
        return product, product.outputs
    table = TableName.parse(name)
    known = []
    for candidate in parts.products.names():
        product = parts.products.product(candidate)
        for output in product.outputs:
            known.append(str(output.table))
            if output.table == table:
                return product, (output,)
    raise NameNotFound(
        "table with a contract named",
        name,
        served,
        remedy="Only products' ports have contracts.",
    )


def input_snapshots(parts: Parts, product: DataProduct) -> dict[TableName, Snapshot]:
    """The snapshots of the inputs that are ports of other products at a range."""
    snapshots = {}
    for port in product.inputs:
        if port.release is not None:
            release = parts.home.release(port.release)
            for output in release.outputs:
                if output.snapshot.table == port.table:
                    snapshots[port.table] = output.snapshot
    return snapshots


def tally(results: Sequence[CheckResult]) -> dict[str, int]:
    """How many checks came out how."""
    return dict(Counter(result.outcome.value for result in results))

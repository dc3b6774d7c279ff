"""Planning: what the mesh knows, gathered into the plan of a promotion or of a comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import MeshError, NameNotFound
from jupyter_mesh.model.diff import ReleaseDiff, compare
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.runs import Obstacle
from jupyter_mesh.model.tables import Pin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_mesh.model.product import DataProduct, InputPort, OutputPort
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Plan, Release
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.parts import Parts
    from jupyter_mesh.protocols import Gate


def plan(
    parts: Parts, session: Session, name: ProductName, parameters: Mapping[str, Any]
) -> Plan:
    """What a promotion of a product would do: nothing is run, written or locked."""
    from jupyter_mesh.notebook.inspect import inspect
    from jupyter_mesh.promotion.plan import make_plan
    from jupyter_mesh.sql.reading import parse

    product = parts.products.product(name)
    pins, missing = _pinned(parts, session, product)
    values = {**product.parameters, **parameters}

    def reads(sql: str) -> list[TableName]:
        return [ref.name for ref in parse(sql, session.catalog, session.schema).reads]

    found = inspect(product, values, reads)
    gates = parts.gates(product)
    made = make_plan(
        product,
        parts.home,
        session.actor,
        parameters,
        inputs=pins,
        obstacles=(*missing, *found),
        gates=gates,
    )
    return replace(made, obstacles=(*made.obstacles, *_foreseen(made, gates)))


def _foreseen(plan: Plan, gates: Sequence[Gate]) -> Iterator[Obstacle]:
    """What gates that need no run will refuse: better said now than after an hour of work."""
    early = {"owner", "version", "descriptions"}
    if plan.is_clear:
        # The look through the notebook tells of secrets there, with their cells.
        early.add("secrets")
    for gate in gates:
        if gate.name in early:
            yield from (Obstacle(text) for text in gate.decide(plan, ()).reasons)


def input_snapshots(parts: Parts, product: DataProduct) -> dict[TableName, Snapshot]:
    """The snapshots of the inputs that are ports of other products at a range."""
    return {
        port.table: _released(parts, port)[1]
        for port in product.inputs
        if port.release is not None
    }


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
        known,
        remedy="Only products' ports have contracts.",
    )


def tally(results: Sequence[CheckResult]) -> dict[str, int]:
    """How many checks came out how."""
    return dict(Counter(result.outcome.value for result in results))


def diff(before: Release, after: Release) -> ReleaseDiff:
    """Two releases side by side, with the difference of their contracts."""
    from jupyter_mesh.model.changes import product_change
    from jupyter_mesh.promotion.plan import contracts_of

    return compare(before, after, product_change(contracts_of(before), contracts_of(after)))


def _pinned(
    parts: Parts, session: Session, product: DataProduct
) -> tuple[list[Pin], list[Obstacle]]:
    pins, missing = [], []
    for port in product.inputs:
        try:
            pins.append(_pin(parts, session, port))
        except MeshError as error:
            missing.append(Obstacle(f"Input {port.name}: {error.message}", error.remedy))
    return pins, missing


def _pin(parts: Parts, session: Session, port: InputPort) -> Pin:
    if port.release is not None:
        release, snapshot = _released(parts, port)
        return _pin_of(snapshot, f"{release.product}@{release.version}")
    lake = parts.lakes.get(port.table.catalog)
    if lake is not None and lake.views.find(port.table) is None:
        return _pin_of(lake.snapshot(port.table))
    # A view, or a source without versions, can only be shown to be there.
    parts.engine().describe(port.table, session)
    return Pin(port.table)


def _pin_of(snapshot: Snapshot, release: str = "") -> Pin:
    return Pin(
        snapshot.table,
        snapshot.snapshot_id,
        snapshot.metadata_location,
        snapshot.uuid,
        release,
    )


def _released(parts: Parts, port: InputPort) -> tuple[Release, Snapshot]:
    assert port.release is not None  # noqa: S101 - for the type checker; callers have looked
    release = parts.home.release(port.release)
    for output in release.outputs:
        if output.snapshot.table == port.table:
            return release, output.snapshot
    known = [str(output.snapshot.table) for output in release.outputs]
    raise NameNotFound(
        f"table in {release.product} {release.version} named", str(port.table), known
    )

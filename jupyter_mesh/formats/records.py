"""The nouns as plain JSON: what every surface hands to a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from functools import singledispatch
from typing import Any

from jupyter_mesh.formats.cells import plain
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor, Decision
from jupyter_mesh.model.product import DataProduct
from jupyter_mesh.model.runs import Plan, PortSnapshot, Release, Run
from jupyter_mesh.model.tables import Pin, Snapshot
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import ReleaseRef, Version, VersionRange

_SPOKEN = (ProductName, TableName, Actor, TrinoType, Version, ReleaseRef, VersionRange)


@singledispatch
def record(value: Any) -> Any:  # noqa: ANN401 - any noun
    """The noun as plain JSON values, with long texts left out."""
    if isinstance(value, _SPOKEN):
        return str(value)
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if is_dataclass(value):
        return {
            field.name: record(getattr(value, field.name))
            for field in fields(value)
            if field.repr
        }
    if isinstance(value, Mapping):
        return {str(key): record(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [record(item) for item in value]
    return plain(value)


@record.register
def _(release: Release) -> dict[str, Any]:
    return {
        "product": str(release.product),
        "version": str(release.version),
        "state": release.state.value,
        "created": release.created.isoformat(),
        "actor": str(release.actor),
        "kind": release.kind,
        "restores": release.restores,
        "change": release.version_decision.change.name.lower(),
        "reason": release.reason,
        "digest": release.digest,
        "previous": release.previous,
        "tables": [record(output) for output in release.outputs],
        "inputs": [record(pin) for pin in release.inputs],
        "checks": [
            {"port": check.port, "rule": check.rule, "outcome": check.outcome.value}
            for check in release.checks
        ],
        "run": record(release.run),
    }


@record.register
def _(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "notebook": run.notebook,
        "executed": run.executed,
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat(),
        "parameters": record(run.parameters),
    }


@record.register
def _(output: PortSnapshot) -> dict[str, Any]:
    return {"port": output.port, **record(output.snapshot)}


@record.register
def _(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "table": str(snapshot.table),
        "snapshot_id": snapshot.snapshot_id,
        "rows": snapshot.rows,
        "uuid": snapshot.uuid,
        "metadata_location": snapshot.metadata_location,
    }


@record.register
def _(pin: Pin) -> dict[str, Any]:
    known = {"snapshot_id": pin.snapshot_id, "release": pin.release, "digest": pin.digest}
    return {"table": str(pin.table)} | {key: value for key, value in known.items() if value}


@record.register
def _(product: DataProduct) -> dict[str, Any]:
    return {
        "name": str(product.name),
        "owner": product.owner,
        "description": product.description,
        "notebook": product.notebook,
        "outputs": {output.name: str(output.table) for output in product.outputs},
    }


@record.register
def _(plan: Plan) -> dict[str, Any]:
    return {
        "product": str(plan.product.name),
        "version": str(plan.version),
        "change": plan.version_decision.change.name.lower(),
        "reason": "; ".join(plan.version_decision.reasons),
        "previous": str(plan.previous.version) if plan.previous else None,
        "clear": plan.is_clear,
        "obstacles": [record(obstacle) for obstacle in plan.obstacles],
        "actor": str(plan.actor),
        "notebook": plan.product.notebook,
        "parameters": record(plan.parameters),
        "inputs": [record(pin) for pin in plan.inputs],
        "outputs": {output.name: str(output.table) for output in plan.product.outputs},
        "checks": plan.checks,
        "gates": list(plan.gates),
    }


@record.register
def _(decision: Decision) -> dict[str, Any]:
    return {"allowed": decision.allowed, "reasons": [record(note) for note in decision.notes]}

"""A release as an immutable record: plain JSON, its canonical bytes and its digest."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.cells import plain
from jupyter_mesh.model.contract import Column, Severity
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor, Decision, Reason
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import PortSnapshot, Release, Run
from jupyter_mesh.model.tables import Pin, Snapshot, ViewSnapshot
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change, Version, VersionDecision

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "jupyter-mesh/release@1"

Record = dict[str, Any]


def to_record(release: Release) -> Record:
    """The release as plain JSON values; its state is not part of it."""
    decision = release.version_decision
    return {
        "format": FORMAT,
        "product": str(release.product),
        "version": str(release.version),
        "kind": release.kind,
        "restores": release.restores,
        "created": release.created.isoformat(),
        "actor": {"user": release.actor.user, "groups": list(release.actor.groups)},
        "change": decision.change.name.lower(),
        "reasons": list(decision.reasons),
        "outputs": [_output(output) for output in release.outputs],
        "inputs": [pin_record(pin) for pin in release.inputs],
        "views": [_view(view) for view in release.views],
        "run": _run(release.run) if release.run else None,
        "checks": [_check(check) for check in release.checks],
        "decision": [
            {"gate": note.gate, "text": note.text, "blocking": note.blocking}
            for note in release.decision.notes
        ],
        "files": dict(release.files),
        "previous": release.previous,
        "digest": release.digest,
    }


def from_record(record: Mapping[str, Any]) -> Release:
    """The release that a record tells of; InputError for a record of another format."""
    if record.get("format") != FORMAT:
        raise InputError(
            f"This is not a release record of the format {FORMAT}.",
            remedy="Read it with the jupyter-mesh that wrote it, or a newer one.",
        )
    return Release(
        product=ProductName.parse(record["product"]),
        version=Version.parse(record["version"]),
        created=datetime.fromisoformat(record["created"]),
        actor=Actor(record["actor"]["user"], tuple(record["actor"]["groups"])),
        outputs=tuple(_to_output(output) for output in record["outputs"]),
        inputs=tuple(to_pin(pin) for pin in record["inputs"]),
        # Records that were written before views were kept name none.
        views=tuple(_to_view(view) for view in record.get("views", ())),
        run=_to_run(record["run"]) if record["run"] else None,
        version_decision=VersionDecision(
            Change[record["change"].upper()], tuple(record["reasons"])
        ),
        checks=tuple(_to_check(check) for check in record["checks"]),
        decision=Decision(tuple(Reason(**note) for note in record["decision"])),
        files=record["files"],
        kind=record["kind"],
        restores=record["restores"],
        previous=record["previous"],
        digest=record["digest"],
    )


def digest(record: Mapping[str, Any]) -> str:
    """The SHA-256 of everything in a record but its digest."""
    content = {key: value for key, value in record.items() if key != "digest"}
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any plain JSON value
    """The one way to write a plain JSON value: RFC 8785 (JSON Canonicalization Scheme).

    Whole numbers keep all their digits, also beyond the 53 bits of that standard's numbers.
    """
    return _written(value).encode()


def _written(value: Any) -> str:  # noqa: ANN401 - any plain JSON value
    if isinstance(value, dict):
        # The standard sorts by UTF-16 code units, which differs beyond the basic plane.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(key)}:{_written(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """A number as ECMAScript writes it (ECMA-262, Number::toString)."""
    if value - value != 0:
        raise InputError(f"JSON has no number {value}.")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    shifted = int(exponent or 0) + len(whole)
    digits = whole + ("" if fraction == "0" else fraction)
    leading = len(digits) - len(digits.lstrip("0"))
    digits, point = digits.lstrip("0").rstrip("0"), shifted - leading
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """Digits with the decimal point after the first `point` of them."""
    if 0 < point <= 21:
        if len(digits) <= point:
            return digits.ljust(point, "0")
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = point - 1
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"


def pin_record(pin: Pin) -> Record:
    """A pin as plain JSON values; ids as text, which every reader of JSON keeps exact."""
    return {
        "table": str(pin.table),
        "snapshot_id": _id(pin.snapshot_id),
        "metadata_location": pin.metadata_location,
        "uuid": pin.uuid,
        "release": pin.release,
        "digest": pin.digest,
    }


def to_pin(record: Mapping[str, Any]) -> Pin:
    """The pin that a record tells of."""
    return Pin(
        **{
            **record,
            "table": TableName.parse(record["table"]),
            "snapshot_id": _to_id(record["snapshot_id"]),
        }
    )


def _output(output: PortSnapshot) -> Record:
    snapshot = output.snapshot
    return {
        "port": output.port,
        "table": str(snapshot.table),
        "metadata_location": snapshot.metadata_location,
        "uuid": snapshot.uuid,
        "snapshot_id": _id(snapshot.snapshot_id),
        "schema_id": snapshot.schema_id,
        "rows": snapshot.rows,
        "columns": [_column(column) for column in snapshot.columns],
        "committed": _moment(snapshot.committed),
        "contract_digest": output.contract_digest,
        "contract": output.contract,
    }


def _to_output(record: Mapping[str, Any]) -> PortSnapshot:
    snapshot = Snapshot(
        table=TableName.parse(record["table"]),
        metadata_location=record["metadata_location"],
        uuid=record["uuid"],
        snapshot_id=_to_id(record["snapshot_id"]),
        schema_id=record["schema_id"],
        rows=record["rows"],
        columns=tuple(_to_column(column) for column in record["columns"]),
        committed=_to_moment(record["committed"]),
    )
    return PortSnapshot(record["port"], snapshot, record["contract_digest"], record["contract"])


def _view(view: ViewSnapshot) -> Record:
    return {
        "view": str(view.name),
        "sql": view.sql,
        "metadata_location": view.metadata_location,
    }


def _to_view(record: Mapping[str, Any]) -> ViewSnapshot:
    return ViewSnapshot(
        TableName.parse(record["view"]), record["sql"], record["metadata_location"]
    )


def _column(column: Column) -> Record:
    return {
        "name": column.name,
        "type": str(column.type),
        "required": column.required,
        "description": column.description,
        "unique": column.unique,
        "primary_key": column.primary_key,
        "classification": column.classification,
        "unit": column.unit,
        "tags": list(column.tags),
    }


def _to_column(record: Mapping[str, Any]) -> Column:
    known = {**record, "type": TrinoType.parse(record["type"]), "tags": tuple(record["tags"])}
    return Column(**known)


def _check(check: CheckResult) -> Record:
    return {
        "port": check.port,
        "rule": check.rule,
        "outcome": check.outcome.value,
        "message": check.message,
        "column": check.column,
        "metric": check.metric,
        "observed": plain(check.observed),
        "expected": check.expected,
        "severity": check.severity.value,
        "dimension": check.dimension,
        "rows": [plain(row) for row in check.rows],
        "definition": plain(check.definition),
    }


def _to_check(record: Mapping[str, Any]) -> CheckResult:
    known = {
        **record,
        "outcome": Outcome(record["outcome"]),
        "severity": Severity(record["severity"]),
        "rows": tuple(record["rows"]),
    }
    return CheckResult(**known)


def _run(run: Run) -> Record:
    return {
        "run_id": run.run_id,
        "notebook": run.notebook,
        "digest": run.digest,
        "executed": run.executed,
        "executed_digest": run.executed_digest,
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat(),
        "parameters": plain(dict(run.parameters)),
        "environment": list(run.environment),
        "cells": list(run.cells),
    }


def _to_run(record: Mapping[str, Any]) -> Run:
    known = {
        **record,
        "started": datetime.fromisoformat(record["started"]),
        "ended": datetime.fromisoformat(record["ended"]),
        "environment": tuple(record["environment"]),
        "cells": tuple(record["cells"]),
    }
    return Run(**known)


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


def _to_id(text: str | None) -> int | None:
    return None if text is None else int(text)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

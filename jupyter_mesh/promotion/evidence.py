"""What a run left behind, held against what the product declares."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ContractError, NotebookError
from jupyter_mesh.model.policy import Decision, Reason
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.runs import PortSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Plan, Run
    from jupyter_mesh.model.tables import AuditEntry, Pin, Snapshot

# More rows than this are a data set, not an explanation.
MOST_ROWS = 20


def staged_ports(
    product: DataProduct, staged: Sequence[Snapshot], run: Run
) -> tuple[PortSnapshot, ...]:
    """The staged tables as the product's output ports, in the descriptor's order.

    Raises ContractError for a table that no port declares, NotebookError for a port that
    nothing was staged for.
    """
    found = {snapshot.table: snapshot for snapshot in staged}
    ports = {output.table: output for output in product.outputs}
    extra = [str(table) for table in found if table not in ports]
    if extra:
        raise ContractError(
            f"The notebook wrote {', '.join(extra)}, which no output port of {product.name} "
            "declares.",
            remedy="Declare it under outputPorts in product.odps.yaml, or do not write it.",
        )
    missing = [output.name for table, output in ports.items() if table not in found]
    if missing:
        name = os.path.basename(product.notebook)
        what = "nothing" if len(missing) == len(ports) else f"nothing for {', '.join(missing)}"
        raise NotebookError(
            f"{name} ran to its end and staged {what}.",
            remedy=f'Add mesh.stage("{missing[0]}", frame), or a cell %%mesh --stage '
            f"{missing[0]}.\nThe executed copy is {run.executed}.",
            notebook=run.executed,
        )
    return tuple(
        PortSnapshot(
            output.name,
            found[table],
            hashlib.sha256(output.contract.text.encode()).hexdigest(),
            output.contract.text,
        )
        for table, output in ports.items()
    )


def inputs_read(plan: Plan, entries: Iterable[AuditEntry]) -> tuple[Pin, ...]:
    """What the run read, each state of each table once; its own outputs are no inputs.

    A pin of the plan stands for the same state read: it knows the release.
    """
    own = {output.table for output in plan.product.outputs}
    planned = {(pin.table, pin.snapshot_id): pin for pin in plan.inputs}
    found = {
        (pin.table, pin.snapshot_id, pin.digest): planned.get((pin.table, pin.snapshot_id), pin)
        for entry in entries
        for pin in entry.access.reads
        if pin.table not in own
    }
    return tuple(sorted(set(found.values()), key=lambda pin: (pin.table, pin.snapshot_id or 0)))


def notes_on_inputs(plan: Plan, inputs: Sequence[Pin]) -> Decision:
    """What is worth noting about the reads: undeclared ones, one table in two states."""
    declared = {port.table for port in plan.product.inputs}
    seen: dict[str, int] = {}
    for pin in inputs:
        seen[str(pin.table)] = seen.get(str(pin.table), 0) + 1
    undeclared = sorted({str(pin.table) for pin in inputs if pin.table not in declared})
    return Decision(
        (
            *(_note(f"{table} was read and is no declared input.") for table in undeclared),
            *(
                _note(f"{table} was read in {count} states: it changed during the run.")
                for table, count in seen.items()
                if count > 1
            ),
        )
    )


def merged(decisions: Iterable[Decision]) -> Decision:
    """Every answer as one, in order."""
    return Decision(tuple(note for decision in decisions for note in decision.notes))


def failing_rows(results: Iterable[CheckResult]) -> tuple[dict[str, Any], ...]:
    """The first failing rows of the failed checks."""
    rows = [
        row for result in results if result.outcome is Outcome.FAILED for row in result.rows
    ]
    return tuple(rows[:MOST_ROWS])


def kept_run(run: Run, folder: str) -> Run:
    """The run as a release keeps it: paths relative to the product's folder, which may move."""
    return replace(
        run,
        notebook=os.path.relpath(run.notebook, folder),
        executed=os.path.relpath(run.executed, folder),
    )


def _note(text: str) -> Reason:
    return Reason("reads", text, blocking=False)

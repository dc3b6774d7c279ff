"""What changed between two releases of a product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import PortSnapshot, Release
    from jupyter_mesh.model.versions import VersionDecision


@dataclass(frozen=True, slots=True)
class PortDiff:
    """One output port in two releases; rows are None where the port is missing."""

    port: str
    rows_before: int | None
    rows_after: int | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[str, ...]

    @property
    def is_same_schema(self) -> bool:
        """Whether names and types are equal."""
        return not (self.added or self.removed or self.retyped)


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """Two releases of one product side by side, the older first."""

    before: Release
    after: Release
    decision: VersionDecision
    ports: tuple[PortDiff, ...]
    inputs_changed: tuple[str, ...]
    views_changed: tuple[str, ...]
    checks_changed: tuple[str, ...]


def compare(before: Release, after: Release, decision: VersionDecision) -> ReleaseDiff:
    """Hold two releases side by side; `decision` is the contracts' own difference."""
    names = sorted({output.port for release in (before, after) for output in release.outputs})
    return ReleaseDiff(
        before,
        after,
        decision,
        tuple(_port(name, before.output(name), after.output(name)) for name in names),
        _inputs(before, after),
        _views(before, after),
        _checks(before.checks, after.checks),
    )


def _port(name: str, before: PortSnapshot | None, after: PortSnapshot | None) -> PortDiff:
    return PortDiff(
        name,
        before.snapshot.rows if before else None,
        after.snapshot.rows if after else None,
        *columns_changed(
            before.snapshot.columns if before else (), after.snapshot.columns if after else ()
        ),
    )


def columns_changed(
    before: Iterable[Column], after: Iterable[Column]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Which columns were added, removed and given another type, each with its type in words."""
    old = {column.name: column.type for column in before}
    new = {column.name: column.type for column in after}
    return (
        tuple(f"{column} {kind}" for column, kind in new.items() if column not in old),
        tuple(f"{column} {kind}" for column, kind in old.items() if column not in new),
        tuple(
            f"{column} {old[column]} -> {kind}"
            for column, kind in new.items()
            if column in old and old[column] != kind
        ),
    )


def _inputs(before: Release, after: Release) -> tuple[str, ...]:
    old = {pin.table: pin for pin in before.inputs}
    new = {pin.table: pin for pin in after.inputs}
    return tuple(
        str(table)
        for table in sorted(old.keys() | new.keys())
        if old.get(table) != new.get(table)
    )


def _views(before: Release, after: Release) -> tuple[str, ...]:
    """Which views came, went or ask for something else, in the order of their names."""
    old = {view.name: view.sql for view in before.views}
    new = {view.name: view.sql for view in after.views}
    words = {
        name: "added" if name not in old else "removed" if name not in new else "changed"
        for name in old.keys() | new.keys()
        if old.get(name) != new.get(name)
    }
    return tuple(f"{words[name]} {name}" for name in sorted(words))


def _checks(before: tuple[CheckResult, ...], after: tuple[CheckResult, ...]) -> tuple[str, ...]:
    old = {(check.port, check.rule): check.outcome for check in before}
    return tuple(
        f"{check.port}.{check.rule}: {was} -> {check.outcome}"
        for check in after
        if (was := old.get((check.port, check.rule), "new")) != check.outcome
    )

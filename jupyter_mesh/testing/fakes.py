"""Fakes of the protocols but catalog and engine, for tests of whatever is built on them.

Shipped with the package, so that plug-ins (engines, gates, announcers) can be tested alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.policy import Decision
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Progress, Run, Step
from jupyter_mesh.testing.fake_catalog import START, Calls

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_mesh.model.contract import Contract
    from jupyter_mesh.model.lineage import LineageEvent
    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.runs import Plan, Release
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.testing.fake_catalog import FakeCatalog


@dataclass
class FakeRunner:
    """Implements NotebookRunner: stages what the product declares, or does as it is told."""

    catalog: FakeCatalog
    calls: Calls = field(default_factory=Calls)
    work: Callable[[Plan, Mapping[str, str]], None] | None = None

    def run(
        self,
        plan: Plan,
        run_id: str,
        environment: Mapping[str, str],
        tell: Callable[[Progress], None],
        cancel: threading.Event | None = None,  # noqa: ARG002 - it is over at once
    ) -> Run:
        """Write one new state for each output port."""
        self.calls.note("run")
        if self.work is not None:
            self.work(plan, environment)
        else:
            for output in plan.product.outputs:
                self.catalog.write(output.table, environment["MESH_BRANCH"])
        tell(Progress(Step.RUN, "Cell 1", 1, 1))
        notebook = plan.product.notebook
        return Run(run_id, notebook, "d0", f"{notebook}.out", "d1", START, START)


@dataclass
class FakeChecker:
    """Implements Checker: one result a port, with the wanted outcome."""

    calls: Calls = field(default_factory=Calls)
    outcome: Outcome = Outcome.PASSED
    rows: tuple[dict[str, Any], ...] = ()

    def check(
        self,
        port: str,
        snapshot: Snapshot,
        contract: Contract,  # noqa: ARG002 - it knows the answer
        session: Session,  # noqa: ARG002
    ) -> Sequence[CheckResult]:
        """The one result."""
        self.calls.note(f"check {port} {snapshot.metadata_location}")
        message = f"{port} holds {len(self.rows)} wrong rows"
        return [CheckResult(port, "rule", self.outcome, message, rows=self.rows)]


@dataclass
class FakeGate:
    """Implements Gate: gives the decision that it was made with."""

    decision: Decision = field(default_factory=Decision)
    name: str = "fake"
    calls: Calls = field(default_factory=Calls)

    def decide(
        self,
        plan: Plan,  # noqa: ARG002 - it knows the answer
        results: Sequence[CheckResult],  # noqa: ARG002
    ) -> Decision:
        """The decision."""
        self.calls.note(f"gate {self.name}")
        return self.decision


@dataclass
class FakeAnnouncer:
    """Implements Announcer: keeps what it was told."""

    kind: str = "record"
    calls: Calls = field(default_factory=Calls)
    told: list[tuple[Release, str]] = field(default_factory=list)

    def announce(self, release: Release, product_folder: str) -> None:
        """Keep it."""
        self.calls.note(f"announce {self.kind}")
        self.told.append((release, product_folder))


@dataclass
class FakeListener:
    """Implements Listener: keeps what happened."""

    events: list[LineageEvent] = field(default_factory=list)

    def tell(self, event: LineageEvent) -> None:
        """Keep it."""
        self.events.append(event)


@dataclass
class FakeProducts:
    """Implements Products from a list."""

    found: list[DataProduct] = field(default_factory=list)

    def names(self) -> Sequence[ProductName]:
        """Their names, sorted."""
        return sorted(product.name for product in self.found)

    def product(self, name: ProductName) -> DataProduct:
        """The one of that name."""
        for product in self.found:
            if product.name == name:
                return product
        raise NameNotFound("product", str(name), map(str, self.names()))


@dataclass
class FakeSecrets:
    """Implements Secrets from a dictionary of references."""

    values: dict[str, str] = field(default_factory=dict)

    def resolve(self, reference: str) -> str:
        """The value of the reference."""
        return self.values[reference]


@dataclass
class FakeTicket:
    """Implements Ticket: remembers what stops the statement and what was reported."""

    reports: list[str] = field(default_factory=list)
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        self._stops: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Stop whatever asked to be stopped."""
        self.is_cancelled = True
        for stop in self._stops:
            stop()

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Remember it; call it at once when already cancelled."""
        self._stops.append(stop)
        if self.is_cancelled:
            stop()

    def report(self, text: str, percent: float | None = None) -> None:  # noqa: ARG002
        """Keep the text."""
        self.reports.append(text)

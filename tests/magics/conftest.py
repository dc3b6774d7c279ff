"""A mesh that writes down what it was asked, and a shell that has the magics."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event

import pyarrow as pa
import pytest

from jupyter_mesh.errors import NameNotFound, QueryCancelled
from jupyter_mesh.model.browse import Description, Entry
from jupyter_mesh.model.contract import Column, Contract
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.product import DataProduct, OutputPort
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.runs import Plan, PortSnapshot, Progress, Release, Step
from jupyter_mesh.model.tables import Access, Pin, Session, Snapshot, Stats
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change, Version, VersionDecision

TABLE = TableName.parse("lake.raw.flights")
PORT = TableName.parse("lake.aviation_delays.carriers")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACTOR = Actor("ana")
COLUMNS = (Column("id", TrinoType.parse("bigint"), required=True),)
CONTRACT = Contract("carriers", COLUMNS)
SNAPSHOT = Snapshot(PORT, "file:///x/v1.json", "u", 2**60 + 1, 0, 3, COLUMNS, NOW)
PRODUCT = DataProduct(
    ProductName.parse("aviation/delays"),
    "/mesh/products/aviation/delays",
    "/mesh/products/aviation/delays/delays.ipynb",
    (),
    (OutputPort("carriers", PORT, CONTRACT),),
)
CHECKS = (
    CheckResult("carriers", "carrier-present", Outcome.FAILED, "carrier is null in 1 row",
                rows=({"carrier": None, "month": 1},)),
    CheckResult("carriers", "some-rows", Outcome.PASSED, "16 rows"),
)  # fmt: skip


def release(version="1.0.0", reason="the first release"):
    return Release(
        PRODUCT.name,
        Version.parse(version),
        NOW,
        ACTOR,
        (PortSnapshot("carriers", SNAPSHOT),),
        version_decision=VersionDecision(Change.MINOR, (reason,)),
        checks=CHECKS,
        digest="d" * 64,
    )


class FakeResult:
    """Arrow batches with declared types; counts how often it was read."""

    def __init__(self, table, types=None, update="", reads=1):
        self.table = table
        kinds = types or ["varchar"] * table.num_columns
        self.columns = tuple(
            Column(name, TrinoType.parse(kind))
            for name, kind in zip(table.column_names, kinds, strict=True)
        )
        access = Access((Pin(TABLE, snapshot_id=2**60 + 1),) * reads)
        self.stats = Stats(table.num_rows, 0.214, "embedded", "q-1", update, access)

    def batches(self):
        yield from self.table.to_batches(max_chunksize=10)

    def arrow(self):
        return self.table

    def df(self, dtype_backend="mesh"):
        return ("frame", self.table.num_rows)


def numbers(count=3):
    return FakeResult(
        pa.table({"n": list(range(count)), "d": [Decimal("12.30")] * count}),
        ["bigint", "decimal(10,2)"],
    )


@dataclass
class FakeMesh:
    """Every verb of a Mesh; `answers` has what a statement gives: a result, error or callable."""

    answers: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)
    session: Session = field(default_factory=lambda: Session(ACTOR, "lake", "raw"))
    refusal: Exception | None = None
    stopped: Event = field(default_factory=Event)

    def query(self, sql, parameters=None, engine=None, ticket=None):
        self.calls.append(("query", sql, parameters, engine))
        answer = self.answers.get(sql.strip(), numbers())
        if callable(answer):
            answer = answer(ticket)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def forever(self, ticket):
        """A statement that only ends when it is cancelled by its ticket."""
        ticket.on_cancel(self.stopped.set)
        ticket.report("scanning", 40.0)
        if not self.stopped.wait(30):
            raise AssertionError("nobody cancelled the statement")
        raise QueryCancelled("The query was cancelled.")

    def stage(self, port, data, ticket=None):
        self.calls.append(("stage", port, data))
        return SNAPSHOT

    def browse(self, prefix=""):
        self.calls.append(("browse", prefix))
        below = {
            "": [Entry("lake", "catalog", "iceberg"), Entry("aviation/delays", "product")],
            "lake": [Entry("lake.raw", "schema")],
            "lake.raw": [Entry("lake.raw.flights", "table"), Entry("lake.raw.planes", "table")],
            "lake.raw.flights": [
                Entry("lake.raw.flights.carrier", "column", "varchar"),
                Entry("lake.raw.flights.dep_delay", "column", "double"),
            ],
        }
        if prefix not in below:
            raise NameNotFound("catalog", prefix, ["lake"])
        return below[prefix]

    def describe(self, name):
        self.calls.append(("describe", name))
        return Description(name, "table", COLUMNS, facts={"rows": 3})

    def check(self, name):
        self.calls.append(("check", name))
        return list(CHECKS)

    def plan(self, product, parameters=None):
        self.calls.append(("plan", product, parameters))
        decision = VersionDecision(Change.MINOR, ("a column was added",))
        return Plan(
            PRODUCT, ACTOR, Version(1, 1, 0), decision, (Pin(TABLE, 7),), parameters or {}
        )

    def promote(self, plan, parameters=None, tell=None, wait=0.0):
        self.calls.append(("promote", plan, parameters, wait))
        tell(Progress(Step.RUN, "cell 1", 1, 2))
        tell(Progress(Step.RUN, "cell 2", 2, 2))
        tell(Progress(Step.CHECK, "2 rules held"))
        if self.refusal is not None:
            raise self.refusal
        return release("1.1.0")

    def releases(self, product=None):
        self.calls.append(("releases", product))
        return [release("1.1.0"), release()]

    def diff(self, a, b):
        self.calls.append(("diff", a, b))
        from jupyter_mesh.model.diff import compare

        return compare(release(), release("1.1.0"), VersionDecision(Change.MINOR, ("x",)))

    def rollback(self, product, to):
        self.calls.append(("rollback", product, to))
        return release("1.0.0+r1")

    def use(self, name):
        self.calls.append(("use", name))
        return self.session

    def as_of(self, when):
        self.calls.append(("as_of", when))
        return self.session

    def close(self):
        self.calls.append(("close",))


@pytest.fixture
def fake():
    """A fake mesh that is the kernel's."""
    from jupyter_mesh.magics import kernel

    mesh = FakeMesh()
    kernel.adopt(mesh)
    yield mesh
    kernel.forget()


@pytest.fixture
def shell(fake):
    """A fresh shell in this process, with the extension loaded."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.history_manager.enabled = False
    with capture_output():
        made.run_cell("%load_ext jupyter_mesh")
    yield made
    made.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell):
    """Run a cell: its result, with what it printed as `.text`."""
    from IPython.utils.capture import capture_output

    def run_cell(text):
        with capture_output() as captured:
            result = shell.run_cell(text, store_history=True)
        result.text = captured.stdout + captured.stderr
        result.outputs = captured.outputs
        return result

    return run_cell
